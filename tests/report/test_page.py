"""The page: whole, alone, safe against what data may hold, and written or refused with a reason."""

import importlib
import re
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
import torch

import crnn
from crnn import report
from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.engine.evaluate import Evaluation
from crnn.errors import CrnnError, MissingExtraError, SpecError
from crnn.metrics.numbers import number, percent
from crnn.report.drawing import showable

EMPTY = {"meta", "link", "img", "br", "input", "hr"}
HOSTILE = '"><script>alert(1)</script>'


class Page(HTMLParser):
    """Open tags must close in order; addresses and texts are kept."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.addresses, self.texts = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href", "xlink:href", "action", "data")]
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in EMPTY:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def read(path):
    page = Page(path.read_text(encoding="utf-8"))
    assert page.open == []
    assert "script" not in page.tags
    assert all(address.startswith(("#", "data:")) for address in page.addresses)
    return page, " ".join(page.texts)


def test_a_classification_report_tells_all(make, history, tmp_path):
    records = [Record(np.zeros((3, 1)), "go", f"clip {row}", "ann") for row in range(10)]
    made = make(["go", "stop"], [0] * 6 + [1] * 4, [0] * 5 + [1] * 4 + [0], records=records)
    findings = Findings()
    findings.add("silent", "quiet.wav", "Record it again.")
    path = report.write(
        tmp_path / "new" / "folder",
        task=made.task,
        examples=made.examples,
        evaluation=made.evaluation,
        history=history,
        findings=findings,
        settings={"parameters": 1234, "seed": 7, "command": "crnn train commands x"},
        title="My commands",
    )
    _, text = read(path)
    told = (
        "My commands",
        "80.0\N{NO-BREAK SPACE}%",
        "always “go”",
        "quiet.wav",
        "1234",
        "crnn train commands x",
        "torch",
        "ann",
    )
    for each in told:
        assert each in text
    pictures = {file.name for file in path.parent.glob("*.png")}
    assert pictures == {"curve-loss.png", "curve-accuracy.png", "confusions.png", "reliability.png"}


def test_predictions_meet_the_truth_of_their_own_rows(make):
    made = make(["a", "b", "c"], [0, 1, 2, 2], [0, 1, 2, 1])
    facts = report.gather(made.task, made.examples, made.evaluation)
    assert [(row.actual, row.predicted) for row in facts.classes] == [(1, 1), (1, 2), (2, 1)]
    assert facts.wrong[0].name == "clip 3"


def test_nothing_from_the_data_becomes_markup(make, tmp_path):
    names = [HOSTILE, "<b>"]
    records = [Record(HOSTILE, None, HOSTILE, HOSTILE) for _ in range(4)]
    made = make(names, [0, 1, 0, 1], [0, 0, 1, 1], records=records)
    findings = Findings()
    findings.add(HOSTILE, HOSTILE, HOSTILE)
    path = report.write(
        tmp_path,
        task=made.task,
        examples=made.examples,
        evaluation=made.evaluation,
        findings=findings,
        settings={HOSTILE: HOSTILE},
        title=HOSTILE,
    )
    page, text = read(path)
    assert HOSTILE in text
    assert page.tags.count("b") == 2 * 4


@pytest.mark.parametrize("names", [["开始", "停止"], ["خلف", "امام"], ["a" * 300, "b"]])
def test_any_script_stands_in_the_page(make, tmp_path, names):
    made = make(names, [0, 1, 1], [0, 1, 0])
    _, text = read(report.write(tmp_path, task=made.task, examples=made.examples, evaluation=made.evaluation))
    assert all(name in text for name in names)
    assert ("The numbers are those of the classes" in text) is not showable(names)


def test_a_collapsed_network_is_called_so(make):
    made = make(["a", "b"], [0, 1, 1], [1, 1, 1])
    assert "Every answer is “b”" in report.gather(made.task, made.examples, made.evaluation).notes[0]


def test_scores_that_are_no_probabilities_are_not_called_so(make):
    made = make(["a", "b"], [0, 1], [0, 1])
    shifted = Evaluation({"loss": 1.0}, made.evaluation.rows, made.evaluation.predictions * 9 - 3)
    facts = report.gather(made.task, made.examples, shifted)
    assert "reliability" not in facts.pictures
    assert "%" not in facts.doubtful[0].score


def test_values_get_a_scatter_and_a_histogram(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(30, 12, 3)).astype("float32")
    y = np.stack([x.mean((1, 2)), x.max((1, 2))], axis=1)
    model = crnn.Model(crnn.ArrayRegression(), size="tiny")
    history = model.fit(x, y, epochs=1, options=crnn.TrainOptions(progress=False))
    examples, evaluation = model.examine(x, y)
    path = report.write(tmp_path, task=model.task, examples=examples, evaluation=evaluation, history=history)
    _, text = read(path)
    assert "always the median" in text
    assert {"scatter.png", "errors.png", "curve-mae.png"} <= {file.name for file in tmp_path.iterdir()}


def test_several_labels_get_a_table_but_no_matrix(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 12, 3)).astype("float32")
    y = (rng.random((20, 3)) < 0.5).astype("float32")
    model = crnn.Model(crnn.ArrayClassification(multi_label=True), size="tiny")
    model.fit(x, y, epochs=1, options=crnn.TrainOptions(progress=False))
    facts = report.gather(model.task, *model.examine(x, y))
    assert set(facts.pictures) == {"reliability"}
    assert [row.actual for row in facts.classes] == y.sum(0).astype(int).tolist()


def test_sequences_are_told_by_their_measures(make, tmp_path):
    made = make(["a", "b"], [0, 1], [0, 1])
    written = Evaluation({"loss": 2.0, "cer": 0.125}, torch.arange(2), None)
    _, text = read(report.write(tmp_path, task=made.task, examples=made.examples, evaluation=written))
    assert "0.125" in text


def test_a_report_before_any_evaluation(make, history, tmp_path):
    _, text = read(report.write(tmp_path, task=make(["a", "b"], [0], [0]).task, history=history))
    assert "Training" in text


def test_the_page_is_small_and_asks_for_nothing(make, tmp_path):
    made = make([f"word {number}" for number in range(40)], list(range(40)), list(range(40)))
    path = report.write(tmp_path, task=made.task, examples=made.examples, evaluation=made.evaluation)
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_size < 1_000_000
    assert "default-src 'none'" in text
    assert not re.search(r"@import|url\((?!#)", text)


def test_half_of_an_examination_is_refused(make, tmp_path):
    made = make(["a", "b"], [0], [0])
    with pytest.raises(SpecError, match="examples and evaluation together"):
        report.write(tmp_path, task=made.task, examples=made.examples)


def test_a_folder_that_cannot_be_written_is_named(make, history, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CrnnError, match=r"cannot write the report to .*file"):
        report.write(tmp_path / "file", task=make(["a", "b"], [0], [0]).task, history=history)


def test_without_the_extra_the_package_still_loads_and_says_what_is_missing(make, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    importlib.reload(report)
    with pytest.raises(MissingExtraError, match=r"the report page needs the extra"):
        report.write(tmp_path, task=make(["a", "b"], [0], [0]).task)
    assert not any(tmp_path.iterdir())


def test_numbers_are_short():
    assert [number(value) for value in (0.123456, -2e-16, 3.0, float("nan"))] == ["0.1235", "0", "3", "–"]
    assert [number(value) for value in (52712.34, 1234.5, 1234567.0, -987654.3, 0.125, 2.5e9)] == [
        *("52712", "1234", "1234567", "-987654"),
        *("0.125", "2.5e+09"),
    ]
    assert percent(float("nan")) == "–"
