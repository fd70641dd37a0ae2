"""Error rates of texts with their intervals, against jiwer; what became what; the worst first."""

import jiwer
import numpy as np
import pytest
import torch

from crnn.data.example import ExampleSet, Record
from crnn.engine.evaluate import Evaluation
from crnn.image import picture
from crnn.report.page import gather
from crnn.report.texts import NOTHING, judged, of
from crnn.tasks.arrays import ArrayClassification
from crnn.tasks.handwriting import Handwriting

WANTED = ["the cat sat", "on the mat", "a dog", "it rained all day long", "yes"]
FOUND = ["the cat sat", "on tho mat", "a dig", "it rained all dey", ""]


def records(texts=WANTED):
    return [Record(picture.text(text, 40), text, f"line {row}", "ab"[row % 2]) for row, text in enumerate(texts)]


def test_rates_equal_jiwer_and_lie_in_their_intervals():
    rates = judged(records(), WANTED, FOUND).rates
    assert rates["cer"].value == pytest.approx(jiwer.cer(WANTED, FOUND))
    assert rates["wer"].value == pytest.approx(jiwer.wer(WANTED, FOUND))
    assert rates["sequence_accuracy"].value == pytest.approx(0.2)
    for rate in rates.values():
        assert 0.0 <= rate.low <= rate.value <= rate.high <= 1.0


def test_an_interval_is_that_of_a_binomial_share():
    count, right = 400, 300
    texts = ["a"] * count
    rate = judged(records(texts), texts, ["a"] * right + ["b"] * (count - right)).rates["sequence_accuracy"]
    spread = 1.96 * np.sqrt(0.75 * 0.25 / count)
    assert (rate.low, rate.high) == pytest.approx((0.75 - spread, 0.75 + spread), abs=0.01)


def test_what_became_what():
    report = judged(records(), WANTED, FOUND)
    assert report.edits == {"replaced": 3, "left out": 8, "put in": 0}
    assert ("o", "i", 1) in [(pair.truth, pair.answer, pair.count) for pair in report.symbols]
    assert ("␣", NOTHING, 1) in [(pair.truth, pair.answer, pair.count) for pair in report.symbols]
    assert ("the", "tho", 1) in [(pair.truth, pair.answer, pair.count) for pair in report.words]
    assert ("yes", NOTHING, 1) in [(pair.truth, pair.answer, pair.count) for pair in report.words]


def test_the_worst_come_first_and_right_ones_not_at_all():
    worst = judged(records(), WANTED, FOUND).worst
    assert [case.name for case in worst] == ["line 4", "line 3", "line 2", "line 1"]
    assert (worst[0].answer, worst[0].score) == (NOTHING, "100\N{NO-BREAK SPACE}%")


def test_groups_and_lengths_share_out_all_texts():
    report = judged(records(), WANTED, FOUND)
    assert [group.name for group in report.groups] == ["b", "a"] or report.groups[0].cer >= report.groups[1].cer
    for groups in (report.groups, report.lengths):
        assert sum(group.samples for group in groups) == len(WANTED)
        errors = sum(group.whole * group.samples for group in groups)
        assert errors == pytest.approx(1.0)


def test_texts_of_one_length_and_right_texts():
    report = judged(records(["ab"] * 3), ["ab"] * 3, ["ab"] * 3)
    assert report.lengths == report.symbols == report.worst == []
    assert report.rates["cer"].value == 0.0


def test_the_page_shows_rates_and_worst_lines_with_their_pictures():
    task = Handwriting()
    task.learn(records())
    examples = ExampleSet([np.zeros((9, 64), np.float32)] * 5, None, records())
    rows = torch.arange(5).flip(0)
    values = {"loss": 1.0, "cer": 0.2, "wer": 0.4, "sequence_accuracy": 0.2}
    evaluation = Evaluation(values, rows, None, FOUND[::-1])
    report = gather(task, examples, evaluation)
    assert "character error rate" in report.headline
    assert "cer" not in report.headline  # told once
    page = report.html()
    assert page.count("data:image/png;base64") == 4
    assert "it rained all dey" in page
    assert "<bdi>the</bdi>" in page


def test_other_tasks_have_no_texts():
    evaluation = Evaluation({}, torch.arange(1), torch.zeros(1, 2))
    assert of(ArrayClassification(2), ExampleSet([], None, []), evaluation) is None
