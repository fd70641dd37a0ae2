"""Texts from a table to answers, from Python and from the command line, with what people get wrong."""

import csv
import itertools
import json
import string
import tracemalloc
import warnings
import zipfile

import numpy as np
import pytest
import torch

import crnn
from crnn.cli import main
from crnn.data.example import Record
from crnn.data.toy import reviews
from crnn.errors import DataError, DataWarning, MissingExtraError, NotReadyError, ShapeError, SpecError, UnreadableError
from crnn.explain import LONGEST, MOST_HIDDEN, Explanation
from crnn.report.worst import Case, with_words
from crnn.tasks.text_answers import answered
from crnn.tasks.text_baselines import NAME
from crnn.tasks.text_linear import ALONE

QUIET = crnn.TrainOptions(progress=False)


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("CRNN_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return reviews(tmp_path_factory.mktemp("texts") / "reviews.csv", 160, language="zh")


@pytest.fixture(scope="module")
def folder(tmp_path_factory, table):
    """A model folder, trained from the command line."""
    out = tmp_path_factory.mktemp("trained") / "model"
    options = ["--size", "tiny", "--epochs", "25", "--batch-size", "16", "--validation-split", "0.3", "--json"]
    with pytest.raises(SystemExit) as stopped:
        main(["train", "text", str(table), "--out", str(out), *options])
    assert stopped.value.code == 0
    return out


@pytest.fixture(scope="module")
def model(folder):
    return crnn.load(folder)


def read(data, targets=None, **settings):
    return crnn.TextClassification(**settings).read(data, targets)


def written(path, rows, encoding="utf-8", delimiter=","):
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


# ── what works ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.filterwarnings("always::crnn.errors.DataWarning")
def test_the_model_has_learnt_negations_too(folder, table, crnn_command):
    code, out, _ = crnn_command("evaluate", folder, table, "--json")
    facts = json.loads(out)
    assert code == 0
    assert facts["metrics"]["accuracy"] > 0.85
    assert any("also stand in training" in name for name in facts["beside"])
    assert facts["beside"][ALONE]["accuracy"] > 0.7
    assert "sample that was trained on" in facts["findings"]
    assert "told most" in (folder / "evaluation" / "report.html").read_text(encoding="utf-8")


def test_predict_takes_the_text_itself(folder, crnn_command):
    code, out, _ = crnn_command("predict", folder, "这家酒店的房间真的很干净！", "--json", "--explain")
    answer = json.loads(out)
    assert code == 0
    assert answer["input"] == "这家酒店的房间真的很干净！"
    assert answer["label"] in ("好评", "差评")
    assert 0.5 <= answer["probability"] <= 1.0
    assert "".join(piece["piece"] for piece in answer["pieces"]) == "这家酒店的房间真的很干净!"
    assert max(abs(piece["weight"]) for piece in answer["pieces"]) == 1.0


def test_inspect_tells_of_a_model_in_words(folder, crnn_command):
    _, out, _ = crnn_command("inspect", folder)
    assert "columns         text in text, label in label" in out
    assert "different texts" in out
    (settings,) = [line for line in out.splitlines() if line.startswith("settings")]
    assert (
        settings.split(None, 1)[1]
        == "multi label no, lower yes, longest 400, augment yes, own tokeniser no, vectors alone no"
    )


def test_the_same_note_on_several_inputs_is_said_once(folder, crnn_command):
    _, out, err = crnn_command("predict", folder, "привет мир", "доброе утро")
    assert len(out.splitlines()) == 2
    assert err.count("without a known word") == 1
    assert "note: text without a known word (2 noted): привет мир; доброе утро." in err


def test_what_tells_nothing_has_no_sign():
    assert str(Explanation("good", "good", (("fine", 1.0), ("the", -0.001)))) == "fine +1.00, the +0.00"


def test_explained_words_are_those_that_change_the_answer(model):
    text = "早餐很糟糕。"
    found = model.explain(text)
    assert found.answer == model.predict(text)
    strongest = {piece for piece, _ in found.telling(4)}
    assert any("糟糕" in piece for piece in strongest)


@pytest.fixture(scope="module")
def of_two_characters(tmp_path_factory):
    """A model to which 不错 is good, and neither 不 nor 错 is."""
    rooms = ("房间", "早餐", "服务", "酒店", "餐厅", "前台", "风景", "位置")
    said = {"good": ("{}不错", "{}真不错"), "bad": ("{}不好", "{}错了")}
    texts = [(form.format(room), label) for room in rooms for label, forms in said.items() for form in forms]
    model = crnn.Model(crnn.TextClassification(augment=False), size="tiny")
    model.fit(*zip(*texts, strict=True), epochs=30, batch_size=8, validation_split=0, options=QUIET)
    return model


@pytest.mark.parametrize("text", ["早餐不错", "大堂真不错。", "酒店不错，风景不错"])
def test_characters_that_work_together_are_explained_as_one(of_two_characters, text):
    found = of_two_characters.explain(text)
    assert found.label == "good"
    (piece, weight), *_ = found.telling()
    assert "不错" in piece
    assert weight == 1.0
    assert "".join(piece for piece, _ in found.pieces) == text.replace("，", ",")


def test_the_strongest_is_one_also_where_a_piece_comes_often():
    often = Explanation("bad", "bad", (("poor", 1.0), ("room", 0.5), ("poor", 0.75), ("nice", -0.7)))
    assert str(often) == "poor +1.00, nice -0.40, room +0.29"


def test_a_long_text_is_explained_by_what_the_score_hangs_on_most(model):
    text = "早餐很糟糕，" + "我们看了看电视，" * 40
    found = model.explain(text)
    told = [piece for piece, weight in found.pieces if weight]
    assert MOST_HIDDEN / LONGEST <= len(told) <= MOST_HIDDEN * LONGEST
    assert 0.0 in [weight for _, weight in found.pieces]
    assert "".join(piece for piece, _ in found.pieces) == text.replace("，", ",")


def test_what_is_unknown_tells_nothing_wherever_it_stands(model):
    weights = [weight for _, weight in model.explain("龘龘早餐很糟糕").pieces]
    assert weights[:2] == [0.0, 0.0]
    assert max(map(abs, weights[2:])) == 1.0


@pytest.mark.parametrize(
    "text", ["~~who", "~nobody is home", "How many are there in notes.txt", "and/or is it in a.csv", "a\0b"]
)
def test_a_string_that_is_no_file_is_a_text(model, text):
    assert [record.source for record in model.task.read_unlabelled(text)[0]] == [text]


def test_a_long_text_is_not_looked_at_whole_to_be_named(model):
    text = "who is the man " * 200_000
    tracemalloc.start()
    records, _ = model.task.read_unlabelled(text)
    assert tracemalloc.get_traced_memory()[1] < 4 * len(text)
    tracemalloc.stop()
    assert records[0].name == "who is the man who is the man who is th…"


def test_predict_takes_tables_lists_and_files(model, table, tmp_path):
    (tmp_path / "note.txt").write_bytes("床很舒服".encode("gb18030"))
    with pytest.warns(DataWarning, match=r"another encoding \(1 noted\): .*note\.txt \(gb18030, read as “床很舒服”\)"):
        assert model.predict(str(tmp_path / "note.txt")) == model.predict("床很舒服")
    several = model.predict(["床很舒服", "床很难看"])
    assert [answer.label for answer in several] == [model.predict(text).label for text in ("床很舒服", "床很难看")]
    assert len(model.predict(table)) == 160


def test_files_of_a_list_are_read(model, tmp_path):
    files = [tmp_path / f"{number}.txt" for number in range(2)]
    for file, text in zip(files, ("床很舒服", "床很难看"), strict=True):
        file.write_text(text, encoding="utf-8")
    wanted = model.predict(["床很舒服", "床很难看"])
    assert model.predict(files) == wanted
    assert model.predict(np.array(["床很舒服", "床很难看"])) == wanted
    task = crnn.TextClassification()
    task.learn(task.read(files, ["好", "坏"])[0])
    assert "舒" in task.vocabulary.words


def test_a_saved_model_answers_alike(model, tmp_path):
    again = crnn.load(model.save(tmp_path / "again"))
    assert again.predict("风景漂亮") == model.predict("风景漂亮")
    assert again.task.config() == model.task.config()


def test_inspect_knows_texts(folder, table, crnn_command):
    code, out, _ = crnn_command("inspect", table, "--json")
    facts = json.loads(out)
    assert (code, facts["task"], facts["labels"]) == (0, "text", {"好评": 80, "差评": 80})
    code, out, _ = crnn_command("inspect", folder)
    assert code == 0
    assert "Embedding" in out
    assert "n-grams of words or characters" in out, "the vocabulary is not printed word by word"


def test_several_labels(tmp_path):
    rows = [("text", "label")]
    for number in range(60):
        warm, big = number % 2, number // 2 % 2
        words = f"it is {'warm' if warm else 'cold'} and {'large' if big else 'narrow'} {number}"
        rows.append((words, ";".join(["warm"] * warm + ["big"] * big) or "neither"))
    model = crnn.Model(crnn.TextClassification(multi_label=True, augment=False), size="tiny")
    model.compile(optimizer=crnn.Adam(rate=2e-2))
    history = model.fit(written(tmp_path / "t.csv", rows), epochs=15, batch_size=8, options=QUIET)
    assert max(history["val_f1"]) > 0.8
    answer = model.predict("it is warm and large")
    assert set(answer.labels) == {"warm", "big"}
    assert answer.to_dict()["labels"] == list(answer.labels)
    assert str(model.explain("it is warm and large")).startswith(("warm: ", "big: "))
    assert set(model.baselines()) == {"TF-IDF + linear"}


def test_where_no_label_holds_the_likeliest_is_named_as_one_that_does_not():
    (answer,) = answered(torch.tensor([[0.4, 0.1]]), ["warm", "big"], several=True)
    assert str(answer) == "(none; likeliest warm 40%)"
    facts = json.loads(json.dumps(answer.to_dict()))
    assert (facts["label"], facts["labels"], facts["probability"]) == (None, [], None)
    assert facts["alternatives"] == {"warm": 0.4, "big": 0.1}


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("signs", [string.ascii_lowercase, [chr(0x4E00 + 37 * at) for at in range(200)]])
def test_words_that_training_never_had_mean_something_by_their_vectors(tmp_path, signs, alone):
    random = np.random.default_rng(0)
    words = ["".join(pair) for pair in itertools.product(signs, signs)]
    words = [words[at] for at in random.permutation(len(words))[:600]]
    sides = np.arange(600) % 2
    vectors = random.normal(0, 0.5, (600, 8)) + 2 * sides[:, None] - 1
    lines = [f"{word} {' '.join(map(str, vector))}" for word, vector in zip(words, vectors, strict=True)]
    (tmp_path / "v.vec").write_text("\n".join(["600 8", *lines]), "utf-8")
    model = crnn.Model(crnn.TextClassification(vectors=tmp_path / "v.vec", vectors_alone=alone), size="tiny")
    labels = np.array(["no", "yes"])[sides]
    model.fit(words[:500], labels[:500], epochs=15, validation_split=0, options=QUIET)
    again = crnn.load(model.save(tmp_path / "m"))
    assert np.mean([answer.label for answer in again.predict(words[500:])] == labels[500:]) > 0.75
    same = [answer.probability for answer in again.predict(words[:50])]
    assert same == pytest.approx([answer.probability for answer in model.predict(words[:50])], abs=1e-5)
    more = crnn.Model.starting_from(tmp_path / "m")
    assert more.task.vectors_alone is alone
    more.fit(words[:40], labels[:40], epochs=1, validation_split=0, options=QUIET)
    assert np.mean([answer.label for answer in more.predict(words[500:])] == labels[500:]) > 0.75


def test_vectors_that_stand_alone_need_a_file():
    with pytest.raises(SpecError, match="give their file as vectors="):
        crnn.TextClassification(vectors_alone=True)


def test_a_text_of_words_with_vectors_is_not_called_unknown(tmp_path):
    (tmp_path / "v.vec").write_text("好 1 0\n喜欢 0 1\n", "utf-8")
    model = crnn.Model(crnn.TextClassification(vectors=tmp_path / "v.vec"), size="tiny")
    model.fit(["好1", "好2", "坏1", "坏2"], [1, 1, 0, 0], epochs=1, validation_split=0, options=QUIET)
    model.predict(["喜欢"])
    with pytest.warns(DataWarning, match="text without a known word"):
        model.predict(["喜"])


def test_word_vectors_of_another_language_are_refused(tmp_path):
    (tmp_path / "v.vec").write_text("другой 1 0\nязык 0 1\n", "utf-8")
    model = crnn.Model(crnn.TextClassification(vectors=tmp_path / "v.vec"))
    with pytest.raises(DataError, match="knows none of the"):
        model.fit(reviews(tmp_path / "r.csv", 40), epochs=1, options=QUIET)


def test_a_tokeniser_of_ones_own(tmp_path):
    model = crnn.Model(crnn.TextClassification(tokeniser=str.split), size="tiny")
    model.fit(reviews(tmp_path / "r.csv", 40), epochs=1, options=QUIET)
    again = crnn.load(model.save(tmp_path / "m"))
    with pytest.raises(NotReadyError, match=r"model\.task\.tokeniser"):
        again.predict("the room was lovely")
    again.task.tokeniser = str.split
    assert again.predict("the room was lovely") == model.predict("the room was lovely")


@pytest.mark.parametrize("wrap", [list, tuple, iter, np.array])
def test_a_tokeniser_may_hand_its_tokens_over_in_anything(wrap):
    task = crnn.TextClassification(tokeniser=lambda text: wrap(text.split()))
    assert task.tokens("the room") == ["the", "room"]


@pytest.mark.parametrize("given", [None, 3, "the room", [1, 2], ["the", None]])
def test_a_tokeniser_that_gives_no_strings_is_refused(given):
    with pytest.raises(SpecError, match=r"your tokeniser gave .*list of strings"):
        crnn.TextClassification(tokeniser=lambda text: given).tokens("the room")


# ── tables as people have them ───────────────────────────────────────────────────────────────────────────────────────

ROWS = [(f"The room was lovely, number {number}", "good") for number in range(4)] + [
    (f"The room was awful, number {number}", "bad") for number in range(4)
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "cp1252"])
def test_any_encoding(tmp_path, encoding):
    word = {"gb18030": "酒店", "cp1252": "déjà"}.get(encoding, "酒店 déjà")
    file = written(
        tmp_path / "t.csv", [("text", "label"), *((f"{word} {text}", label) for text, label in ROWS)], encoding
    )
    assert [record.source for record in read(file)[0]] == [f"{word} {text}" for text, _ in ROWS]


def test_columns_by_their_usual_names(tmp_path):
    file = written(tmp_path / "t.tsv", [("Sentiment", "Review"), *((b, a) for a, b in ROWS)], delimiter="\t")
    records, findings = read(file)
    assert [(record.source, record.target) for record in records] == ROWS
    assert not len(findings)


def test_columns_that_are_said(tmp_path):
    file = written(tmp_path / "t.csv", [("a", "b", "c"), *((f"{number}", *row) for number, row in enumerate(ROWS))])
    assert [(record.source, record.target) for record in read(file, text="b", label="c")[0]] == ROWS
    file = written(tmp_path / "t.csv", [(f"{number}", *row) for number, row in enumerate(ROWS)])
    assert [(record.source, record.target) for record in read(file, text=1, label=2)[0]] == ROWS
    assert read(file, text="0,1", label=2)[0][0].source == "0 The room was lovely, number 0"


def test_joined_columns_may_be_short_empty_or_have_names_of_roles(tmp_path):
    rows = [("Title", "Label", "Body", "user"), ("hi", "1", "long", "Ann"), ("ho", "2"), ("", "1", "full", "Bo")]
    records, findings = read(written(tmp_path / "t.csv", rows), text="title,body")
    assert [record.source for record in records] == ["hi long", "ho", "full"]
    assert [record.group for record in records] == ["Ann", "", "Bo"]
    assert [finding.kind for finding in findings] == ["column of groups"]
    assert read(tmp_path / "t.csv", text="body,user")[0][0].source == "long Ann"
    assert read(written(tmp_path / "n.csv", rows[1:]), text="0,2", label=1)[0][1].source == "ho"


@pytest.mark.parametrize("names", [{"text": "2019", "label": "label"}, {"text": "2019", "label": "7"}, {"text": 2019}])
def test_a_column_whose_name_is_a_number(tmp_path, names):
    kind = names.get("label", "label")
    file = written(
        tmp_path / "t.csv", [("id", "2019", kind), *((f"{number}", *row) for number, row in enumerate(ROWS))]
    )
    task = crnn.TextClassification(**names)
    assert [(record.source, record.target) for record in task.read(file)[0]] == ROWS
    assert [record.source for record in task.read_unlabelled(file)[0]] == [text for text, _ in ROWS]


def test_columns_without_names_are_guessed_and_told(tmp_path):
    records, findings = read(written(tmp_path / "t.tsv", [(b, a) for a, b in ROWS], delimiter="\t"))
    assert [(record.source, record.target) for record in records] == ROWS
    assert "guessed column" in findings
    assert findings.dropped == 0


@pytest.mark.filterwarnings("ignore::crnn.errors.DataWarning")
@pytest.mark.parametrize("header", [[], [("kind", "phrase")]])
def test_columns_that_training_guessed_are_known_when_predicting(tmp_path, header):
    texts, labels = zip(*ROWS, strict=True)
    model = crnn.Model(crnn.TextClassification(), size="tiny")
    table = written(tmp_path / "t.csv", [*header, *zip(labels, texts, strict=True)])
    model.fit(table, epochs=1, options=QUIET)
    again = crnn.load(model.save(tmp_path / "m"))
    assert again.predict(table) == again.predict(list(texts))
    assert again.evaluate(table) == again.evaluate(list(texts), list(labels))
    few = written(tmp_path / "few.csv", [*header, ("", texts[0]), ("", texts[5])])
    assert again.predict(few) == again.predict([texts[0], texts[5]])
    other = written(tmp_path / "other.csv", [("was", "welches"), *ROWS])
    if header:
        assert again.predict(other) == again.predict(list(texts)), "guessed anew where it has none of these columns"


def test_a_column_that_may_be_missed_is_named(tmp_path):
    rows = [("title", "body", "label"), *((text[:8], text, label) for text, label in ROWS)]
    records, findings = read(written(tmp_path / "t.csv", [("headline", "lead", "label"), *rows[1:]]))
    assert records[0].source == "The room"
    assert "'lead'" in str(findings)


def test_a_folder_per_label(tmp_path):
    for number, (text, label) in enumerate(ROWS):
        (tmp_path / label).mkdir(exist_ok=True)
        (tmp_path / label / f"{number}.txt").write_text(text)
    task = crnn.TextClassification()
    records, _ = task.read(tmp_path)
    assert {record.target for record in records} == {"good", "bad"}
    task.learn(records)
    assert task.prepare(records[0]).inputs.shape[0] == len(task.pieces(records[0]))
    gone = Record(tmp_path / "gone.txt", "good", "gone.txt")
    shown = with_words([Case(each.name, "", "good", "bad", "90%", each.source) for each in (records[0], gone)], task)
    assert [case.text for case in shown] == [records[0].source.read_text(), ""]


@pytest.mark.filterwarnings("always::crnn.errors.DataWarning")
def test_an_archive_of_texts_is_known_as_one(tmp_path, crnn_command):
    with zipfile.ZipFile(tmp_path / "fold.zip", "w") as archive:
        for number, (text, label) in enumerate(ROWS):
            archive.writestr(f"fold/{label}/{number}.txt", text)
    code, out, _ = crnn_command("inspect", tmp_path / "fold.zip", "--json")
    facts = json.loads(out)
    assert (code, facts["task"], facts["labels"]) == (0, "text", {"bad": 4, "good": 4})
    (tmp_path / "broken.zip").write_bytes(b"PK no archive")
    code, _, err = crnn_command("inspect", tmp_path / "broken.zip")
    assert (code, "broken.zip cannot be unpacked" in err) == (1, True)


def test_a_text_without_any_label_counts_where_several_are_possible(tmp_path):
    table = written(tmp_path / "t.csv", [("text", "label"), ("warm", "a|b"), ("cold", ""), ("mild", "b")])
    records, findings = read(table, multi_label=True)
    assert [record.target for record in records] == [("a", "b"), (), ("b",)]
    assert not findings["empty label"].dropped
    assert [record.target for record in read(table)[0]] == ["a|b", "b"]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (np.array([[0, 1, 1], [1, 0, 0]]), [("1", "2"), ("0",)]),
        ([[1, 0, 0], [0, 0, 0]], [("0",), ()]),
        ([["x", "y"], []], [("x", "y"), ()]),
        ([float("nan"), "x"], [(), ("x",)]),
        ([{"y", "x"}, "x;z"], [("x", "y"), ("x", "z")]),
        ([[3, 5], [4]], [("3", "5"), ("4",)]),
        (np.array([2, 3]), [("2",), ("3",)]),
    ],
)
def test_several_labels_come_in_many_forms(given, wanted):
    assert [record.target for record in read(["one", "two"], given, multi_label=True)[0]] == wanted


def test_one_label_may_come_one_hot_and_may_be_missing():
    records, _ = read(["one", "two"], np.eye(2))
    assert [record.target for record in records] == [0, 1]
    records, findings = read(["one", "two", "three"], ["a", None, float("nan")])
    assert [record.target for record in records] == ["a"]
    assert findings["empty label"].names == ["row 1", "row 2"]
    with pytest.raises(ShapeError, match="not one-hot"):
        read(["one", "two"], [[1, 1], [0, 1]])
    with pytest.raises(DataError, match="row 1: a label is a text or a whole number, not nan"):
        read(["one", "two"], [["b"], ["a", float("nan")]], multi_label=True)


def test_json_lines_with_lists_of_labels(tmp_path):
    file = tmp_path / "t.jsonl"
    file.write_text("".join(json.dumps({"text": text, "label": [label, "x"]}) + "\n" for text, label in ROWS))
    assert read(file, multi_label=True)[0][0].target == ("good", "x")
    file.write_text('{"text": "warm", "label": ["a", "b"]}\n{"text": "cold", "label": []}\n')
    records, findings = read(file, multi_label=True)
    assert [record.target for record in records] == [("a", "b"), ()]
    assert findings["empty label"].names == ["t.jsonl line 2"]
    assert not findings["empty label"].dropped


# ── what people get wrong ────────────────────────────────────────────────────────────────────────────────────────────


def fit(records_or_path, targets=None, **settings):
    model = crnn.Model(crnn.TextClassification(**settings), size="tiny")
    model.fit(records_or_path, targets, epochs=1, options=QUIET)
    return model


def test_one_class_only():
    with pytest.raises(DataError, match="at least two labels, the training part has only 'good'"):
        fit([text for text, _ in ROWS], ["good"] * 8)


def test_a_missing_label_column_is_named(tmp_path):
    file = written(tmp_path / "t.csv", [("text", "colour"), *ROWS])
    with pytest.raises(DataError, match=r"no column for the label.*has: text, colour.*--label"):
        fit(file)


def test_a_column_that_is_not_there_is_named(tmp_path):
    file = written(tmp_path / "t.csv", [("text", "label"), *ROWS])
    with pytest.raises(DataError, match=r"Did you mean 'label'"):
        fit(file, label="labl")
    with pytest.raises(DataError, match=r"no column 'body'"):
        fit(file, text="text,body")
    with pytest.raises(SpecError, match="not both"):
        fit(file, text="text", label=1)


def test_measured_numbers_are_no_labels(tmp_path):
    rows = [("text", "label"), *((f"text number {number}", number * 1.25) for number in range(60))]
    with pytest.raises(DataError, match=r"60 texts have 60 different labels .*must be cut into classes first"):
        fit(written(tmp_path / "t.csv", rows))


def test_numbers_as_labels_are_labels(tmp_path):
    file = written(tmp_path / "t.csv", [("text", "label"), *((text, len(label)) for text, label in ROWS)])
    model = fit(file)
    assert model.task.class_names() == ["3", "4"]


def test_empty_texts_are_named(tmp_path):
    file = written(tmp_path / "t.csv", [("text", "label"), ("", "good"), ("  ", "bad"), *ROWS])
    _, findings = read(file)
    assert len(findings["empty text"].names) == 2
    records, findings = read(["", *(text for text, _ in ROWS)], ["bad", *(label for _, label in ROWS)])
    assert (len(records), findings["empty text"].names) == (8, ["row 0"])
    with pytest.raises(DataError, match="no text to read"):
        read(["", " "], ["a", "b"])


def test_empty_texts_cannot_be_predicted(model, folder, crnn_command):
    with pytest.raises(DataError, match="empty"):
        model.predict("  ")
    with pytest.raises(DataError, match="no word and no sign"):
        model.predict("\u200b\u200b")
    code, _, err = crnn_command("predict", folder, "")
    assert code == 1
    assert "empty" in err


def test_a_missing_file_is_no_text_to_train_on(folder, crnn_command):
    with pytest.raises(UnreadableError, match="does not exist"):
        fit("reviews.csv")
    with pytest.raises(UnreadableError, match="does not exist"):
        fit("some reviews")
    for missing in ("missing.csv", "my reviews.csv", "~nobody/reviews.csv", f"{folder.parent}/my new film reviews.csv"):
        code, _, err = crnn_command("predict", folder, missing)
        assert (code, "does not exist" in err) == (1, True), missing
    with pytest.raises(UnreadableError, match="does not exist"):
        fit("~~who")


def test_arrays_are_no_texts():
    with pytest.raises(DataError, match="not a text"):
        fit([np.zeros((4, 2))] * 4, ["a", "b", "a", "b"])


def test_what_is_missing_in_a_list_is_an_empty_text_and_a_number_is_refused(model):
    texts, labels = ["good", None, float("nan"), "bad"], ["a", "a", "b", "b"]
    records, findings = read(texts, labels)
    assert (len(records), findings["empty text"].names) == (2, ["row 1", "row 2"])
    with pytest.raises(DataError, match=r"empty text.*row 1"):
        model.predict(texts)
    with pytest.raises(DataError, match="row 1 is a float, not a text"):
        model.predict(["good", 2.5])
    with pytest.raises(DataError, match="row 0 is an int, not a text"):
        model.predict(np.array([1, 2], dtype=object))
    for given in ([b"good", b"bad"], np.array([b"good", b"bad"])):
        with pytest.raises(DataError, match="row 0 is a bytes, not a text"):
            read(given, ["a", "b"])


def test_a_frame_is_not_taken_for_the_list_of_its_names_and_its_missing_values_are_missing(model):
    class DataFrame(dict):
        columns = ("text", "label")

    class NAType:
        """As pandas has it: neither equal nor unequal to anything."""

        def __eq__(self, other):
            raise TypeError("boolean value of NA is ambiguous")

        __hash__ = object.__hash__

    for use in (model.predict, model.evaluate, crnn.Model(crnn.TextClassification()).fit):
        with pytest.raises(DataError, match=r"a DataFrame is a table: give its columns, such as frame\['text'\]"):
            use(DataFrame(text=["a"], label=["b"]))
    records, findings = read(["good", NAType(), "bad", "so so"], ["a", "a", "b", NAType()])
    assert [record.target for record in records] == ["a", "b"]
    assert (findings["empty text"].names, findings["empty label"].names) == (["row 1"], ["row 3"])
    assert [record.target for record in read(["good", "bad"], [NAType(), "x"], multi_label=True)[0]] == [(), ("x",)]


def test_a_huge_text_is_read_in_part_and_named(tmp_path):
    huge = "word " * 2_000_000 + "end"
    file = written(tmp_path / "t.csv", [("text", "label"), (huge, "good"), *ROWS])
    task = crnn.TextClassification(longest=100)
    records, findings = task.read(file)
    assert findings["text of more than 100 tokens"].names == ["t.csv line 2"]
    task.learn(records)
    assert task.prepare(records[0]).inputs.shape == (100, task.vocabulary.spec.slots)
    assert task.pieces(records[0])[-1] == "end"
    assert csv.field_size_limit() == 131_072, "Python's own limit is put back"


def test_long_texts_in_files_and_to_predict_are_named_too(tmp_path):
    for label in ("good", "bad"):
        (tmp_path / label).mkdir()
        (tmp_path / label / "a.txt").write_text("word " * 101)
        (tmp_path / label / "b.txt").write_text("word " * 100)
    task = crnn.TextClassification(longest=100)
    kind, names = "text of more than 100 tokens", ["bad/a.txt", "good/a.txt"]
    assert task.read(tmp_path)[1][kind].names == names
    assert task.read_unlabelled(tmp_path)[1][kind].names == names
    assert task.read_unlabelled("word " * 101)[1][kind].names == ["word word word word word word word word…"]
    assert not len(task.read_unlabelled(["word " * 100])[1])


@pytest.mark.parametrize("longest", ["5", 0, 2.5, None, True])
def test_the_number_of_tokens_is_whole(longest):
    with pytest.raises(SpecError, match="whole number of tokens"):
        crnn.TextClassification(longest=longest)


def test_ten_thousand_labels(tmp_path):
    labels = [f"label {number}" for number in range(10_000)]
    texts = [f"{take} about {label}" for label in labels for take in ("something", "more")]
    task = crnn.TextClassification()
    task.learn([crnn.data.example.Record(text, label) for text, label in zip(texts, np.repeat(labels, 2), strict=True)])
    assert task.outputs == 10_000
    assert task.wide <= 32, "the table of the way past the network stays small"
    with pytest.raises(DataError, match="10000 different labels"):
        task.learn([crnn.data.example.Record(text, label) for text, label in zip(texts, labels, strict=False)])


@pytest.mark.slow
@pytest.mark.filterwarnings("always::crnn.errors.DataWarning")
def test_a_field_of_a_hundred_megabytes_from_end_to_end(tmp_path, crnn_command):
    huge = "word " * 20_000_000
    assert len(huge) == 100_000_000
    file = written(tmp_path / "t.csv", [("text", "label"), (huge, "good"), *ROWS])
    quick = ["--epochs", 1, "--size", "tiny", "--validation-split", 0.3]
    code, out, err = crnn_command("train", "text", file, "--out", tmp_path / "m", *quick)
    assert code == 0, err
    assert "text of more than 400 tokens (1 noted): t.csv line 2" in err
    assert "accuracy" in out
    code, out, err = crnn_command("predict", tmp_path / "m", file)
    assert (code, len(out.splitlines())) == (0, 1 + len(ROWS)), err


@pytest.mark.slow
@pytest.mark.filterwarnings("always::crnn.errors.DataWarning")
def test_ten_thousand_labels_from_end_to_end(tmp_path, crnn_command):
    rows = [(f"{take} item{label}", f"label {label}") for label in range(10_000) for take in ("a", "more", "of")]
    file = written(tmp_path / "t.csv", [("text", "label"), *rows])
    quick = ["--epochs", 1, "--size", "tiny", "--batch-size", 2000, "--validation-split", 0.1]
    code, out, err = crnn_command("train", "text", file, "--out", tmp_path / "m", *quick)
    assert code == 0, err
    assert "10,000 samples instead of 3,000" in err
    assert "10000 labels would each need a model of their own" in err
    assert "What is taken for what is not told of 10,000 classes." in (tmp_path / "m/report/report.html").read_text()
    code, out, _ = crnn_command("predict", tmp_path / "m", "more item7", "--json")
    answer = json.loads(out.splitlines()[0])
    assert (code, answer["label"] in {label for _, label in rows}) == (0, True)
    assert 0 < answer["probability"] < 0.01, "after one epoch it knows next to nothing, and says so"


def test_a_label_that_training_does_not_have_is_named(model):
    with pytest.raises(DataError, match="'另外' does not occur in the training part"):
        model.evaluate(["床很舒服"], ["另外"])


def test_a_second_fit_is_remembered_too():
    model = crnn.Model(crnn.TextClassification(), size="tiny")
    first, second = ([f"{word} {number}" for number in range(8)] for word in ("good", "fine"))
    for texts in (first, second):
        model.fit(texts, ["p", "n"] * 4, epochs=1, validation_split=0, options=QUIET)
    records, _ = model.task.read_unlabelled([*first, *second, "other"])
    assert model.task.known_before(records) == [True] * 16 + [False]


def test_texts_on_both_sides_are_named_and_counted_apart():
    texts = [text for text, _ in ROWS]
    labels = [label for _, label in ROWS]
    model = crnn.Model(crnn.TextClassification(), size="tiny")
    dev = ([texts[0].upper(), texts[5], "new lovely"], ["good", "bad", "good"])
    with pytest.warns(DataWarning, match=r"sample on both sides \(2 noted\)"):
        model.fit(texts, labels, validation_data=dev, epochs=1, options=QUIET)
    examples, _ = model.validation
    assert model.task.known_before(examples.records) == [True, True, False]


def test_without_scikit_learn_the_row_is_missed_with_advice(monkeypatch):
    import builtins

    real = builtins.__import__

    def without(name, *rest, **more):
        if name.startswith("sklearn"):
            raise ImportError(name)
        return real(name, *rest, **more)

    texts, labels = zip(*ROWS, strict=True)
    model = crnn.Model(crnn.TextClassification(), size="tiny")
    model.fit(list(texts), list(labels), validation_split=0.25, epochs=1, options=QUIET)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.warns(DataWarning, match=r"crnn\[baselines\]"):
        assert model.baselines() == {}
    assert issubclass(MissingExtraError, ImportError)


def test_a_file_that_cannot_be_read_costs_no_baselines(tmp_path):
    records = [Record(f"{word} {number}", word, f"row {number}") for number in range(20) for word in ("good", "bad")]
    records.append(Record(tmp_path / "gone.txt", "bad", "gone.txt"))
    model = crnn.Model(crnn.TextClassification(), size="tiny")
    with pytest.warns(DataWarning, match=r"gone\.txt cannot be read as text"):
        model.fit(records, validation_data=records[:8], epochs=1, options=QUIET)
    assert model.baselines()[NAME].argmax(1).tolist() == [1, 0] * 4


def test_the_linear_row_is_that_of_scikit_learn(table):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    model = crnn.Model(crnn.TextClassification(), size="tiny")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        model.fit(table, epochs=1, options=QUIET)
    dev, _ = model.validation
    seen = {record.name for record in dev.records}
    train = [record for record in model.task.read(table)[0] if record.name not in seen]
    count = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), sublinear_tf=True)
    clean = [[record.source.replace(",", ",").replace("！", "!") for record in part] for part in (train, dev.records)]
    machine = LinearSVC(C=1.0).fit(count.fit_transform(clean[0]), [record.target for record in train])
    wanted = machine.predict(count.transform(clean[1]))
    names = np.array(model.task.class_names())
    answers = names[model.baselines()["TF-IDF + linear"].argmax(1).numpy()]
    assert (answers == wanted).mean() > 0.9
    assert torch.is_tensor(model.baselines()["TF-IDF + linear"])


def pairs(count, header=("text", "label")):
    return [
        header,
        *((f"a film {'good' if at % 2 else 'bad'} {at}", "pos" if at % 2 else "neg") for at in range(count)),
    ]


def test_lists_as_labels_ask_for_several(tmp_path):
    rows = [{"text": f"a text {at}", "label": ["a", "b"] if at % 2 else ["a"]} for at in range(6)]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with pytest.raises(DataError, match=r"line \d has the labels \[.*\]: for several say multi_label=True"):
        read(tmp_path / "t.jsonl")
    assert len(read(tmp_path / "t.jsonl", multi_label=True)[0]) == 6
    table = written(
        tmp_path / "t.csv",
        [
            ("text", "label"),
            *((f"text {at}", "a|b" if at % 2 else "a;c") for at in range(4)),
            ("t", "b|c"),
            ("t", "a|b|c"),
        ],
    )
    assert read(table)[1]["label that may be several"].names == ["'a;c', 'a|b', 'a|b|c'"]


def test_positions_in_a_table_with_names_do_not_read_the_names(tmp_path):
    table = written(tmp_path / "t.csv", [(str(at), *row) for at, row in enumerate(pairs(12))])
    records, _ = read(table, text=1, label=2)
    assert {record.target for record in records} == {"pos", "neg"}


def test_a_label_that_was_named_does_not_hide_the_text(tmp_path):
    rows = pairs(12, ("words_said", "mood"))
    table = written(tmp_path / "t.csv", [("shop", *rows[0]), *(("US", *row) for row in rows[1:])])
    records, findings = read(table, label="mood")
    assert records[0].source.startswith("a film")
    assert findings["guessed column"].names == ["t.csv: column 'words_said' as text"]


def test_a_model_reads_tables_that_call_their_columns_otherwise(tmp_path):
    model = crnn.Model(crnn.TextClassification(text="review", label="mood"), size="tiny")
    model.fit(written(tmp_path / "a.csv", pairs(40, ("review", "mood"))), epochs=1, options=QUIET)
    again = crnn.load(model.save(tmp_path / "m"))
    table = written(tmp_path / "b.csv", pairs(40))
    with pytest.warns(DataWarning, match="columns of another name"):
        assert len(again.predict(table)) == 40
    with pytest.warns(DataWarning, match="columns of another name"):
        again.evaluate(table)
    with pytest.raises(DataError, match="has no column 'review'"):
        read(table, text="review", label="mood")
    odd = written(tmp_path / "odd.csv", [("id", "what", "how"), (1, "good", "x"), (2, "bad", "y"), (3, "so", "z")])
    for use in (again.predict, again.evaluate):
        with pytest.raises(DataError, match="Name the columns as in training, or text and label") as told:
            use(odd)
        assert "--text" not in str(told.value)


def test_labels_are_the_same_as_numbers_and_as_texts(tmp_path):
    texts = [row[0] for row in pairs(40)[1:]]
    model = crnn.Model(crnn.TextClassification(), size="tiny")
    model.fit(texts, [at % 2 for at in range(40)], epochs=1, validation_split=0, options=QUIET)
    with pytest.warns(DataWarning, match="trained on"):
        numbers = model.evaluate(texts, [at % 2 for at in range(40)])
    with pytest.warns(DataWarning, match="trained on"):
        assert model.evaluate(texts, [str(at % 2) for at in range(40)]) == numbers
    mixed = crnn.Model(crnn.TextClassification(), size="tiny")
    mixed.fit(texts, [at % 2 if at < 20 else str(at % 2) for at in range(40)], epochs=1, options=QUIET)
    assert mixed.task.class_names() == ["0", "1"]


def test_a_column_is_not_text_and_label_and_a_set_is_no_list_of_texts():
    with pytest.raises(SpecError, match="cannot be the text and its own label"):
        crnn.TextClassification(text="body", label="body")
    with pytest.raises(DataError, match="a set has no order"):
        crnn.TextClassification().read({"one", "two"}, ["a", "b"])


def test_blank_rows_are_named(tmp_path):
    table = written(tmp_path / "t.csv", [("text", "label"), ("", ""), ("good film", "pos"), ("", ""), ("bad", "neg")])
    assert read(table)[1]["blank line"].names == ["t.csv line 2", "t.csv line 4"]


def test_a_model_keeps_to_the_columns_of_training(tmp_path):
    model = crnn.Model(crnn.TextClassification(), size="tiny")
    model.fit(written(tmp_path / "a.csv", pairs(40, ("review", "sentiment"))), epochs=1, options=QUIET)
    again = crnn.load(model.save(tmp_path / "m"))
    rows = [("id", "text", "review"), *((str(at), "an order", f"a film {at}") for at in range(5))]
    records, findings = again.task.read_unlabelled(written(tmp_path / "b.csv", rows))
    assert [record.source for record in records] == [f"a film {at}" for at in range(5)]
    assert "columns of another name" not in findings


def test_rows_in_one_cell_are_told(tmp_path):
    rows = [f"film {at} was fine,{'good' if at % 2 else 'bad'}" for at in range(30)]
    rows[5], rows[20] = '"broken start of a quote,good', 'end 5",bad'
    (tmp_path / "t.csv").write_text("\n".join(["text,label", *rows]))
    assert read(tmp_path / "t.csv")[1]["cell that holds rows"].names == ["up to t.csv line 22"]


@pytest.mark.filterwarnings("always::crnn.errors.DataWarning")
def test_writers_who_are_classes_do_not_empty_a_side(tmp_path, recwarn):
    rows = [("text", "label", "user"), *((*row, "ann" if row[1] == "pos" else "bob") for row in pairs(48)[1:])]
    model = crnn.Model(crnn.TextClassification(), size="tiny")
    model.fit(written(tmp_path / "t.csv", rows), epochs=1, options=QUIET)
    assert model.findings["groups that are classes"].names == ["2 groups"]
    assert model.findings["column of groups"].names == ["'user', 2 groups"]


def test_weights_are_told_and_may_not_all_be_zero(tmp_path):
    rows = [(*row, "0" if at else "weight") for at, row in enumerate(pairs(12))]
    with pytest.raises(DataError, match="the weight of all 12 rows"):
        read(written(tmp_path / "t.csv", rows))
    rows[3] = (*rows[3][:2], "2")
    assert read(written(tmp_path / "t.csv", rows))[1]["column of weights"].names == ["'weight'"]


def test_a_header_above_short_texts_is_no_text(tmp_path):
    rows = [("用户说的话", "好坏"), *((f"很好吃{at}", "正") if at % 2 else (f"难吃{at}", "负") for at in range(12))]
    records, findings = read(written(tmp_path / "t.csv", rows))
    assert {record.target for record in records} == {"正", "负"}
    assert "guessed column" in findings


def test_what_was_left_out_stands_in_the_error_that_it_led_to(tmp_path):
    rows = [f"good, film {at},pos" if at % 2 else f"bad film {at},neg" for at in range(20)]
    (tmp_path / "t.csv").write_text("\n".join(["text,label", *rows]))
    with pytest.raises(DataError, match=r"only 'neg'[\s\S]*torn row \(10 left out\)"):
        crnn.Model(crnn.TextClassification(), size="tiny").fit(tmp_path / "t.csv", epochs=1, options=QUIET)


def test_a_model_of_a_file_without_names_reads_its_likes_without_a_word(tmp_path):
    model = crnn.Model(crnn.TextClassification(), size="tiny")
    with pytest.warns(DataWarning, match="guessed column"):
        model.fit(written(tmp_path / "a.csv", pairs(40)[1:]), epochs=1, options=QUIET)
    again = crnn.load(model.save(tmp_path / "m"))
    records, findings = again.task.read_unlabelled(written(tmp_path / "b.csv", pairs(20)[1:]))
    assert (len(records), len(findings)) == (20, 0)


def test_training_keeps_to_parts_and_names_test_texts_that_it_saw(tmp_path):
    rows = [["text", "label", "split"], *([f"good film {row}", "good", "train"] for row in range(6))]
    rows += [*([f"bad film {row}", "bad", "train"] for row in range(6)), ["good film 7", "good", "dev"]]
    rows += [["bad film 7", "bad", "dev"], ["Good film 3", "good", "test"], ["what a fraud", "awful", "later"]]
    model = crnn.Model(crnn.TextClassification(), size="tiny")
    with pytest.warns(DataWarning, match=r"test sample that is trained on \(1 noted\): films.csv line 16"):
        model.fit(written(tmp_path / "films.csv", rows), epochs=1, options=QUIET)
    assert model.task.class_names() == ["bad", "good"]
    assert len(model.validation[0]) == 2


@pytest.mark.filterwarnings("always::crnn.errors.DataWarning")
def test_evaluating_says_how_many_were_left_out_and_each_note_once(folder, tmp_path, capsys):
    rows = [["text", "label"], ["酒店很好", "好评"], ["房间很差", "差评"], ["还行", "中评"], ["", "好评"]]
    with pytest.raises(SystemExit) as stopped:
        main(["evaluate", str(folder), str(written(tmp_path / "t.csv", rows)), "--no-report"])
    told = capsys.readouterr()
    assert stopped.value.code == 0
    assert "2 samples; 2 more were left out" in told.out
    assert "label that training did not see (1 left out): t.csv line 4: label '中评'" in told.err
    assert told.err.count("empty text (1 left out)") == 1


@pytest.mark.filterwarnings("ignore::crnn.errors.DataWarning")
def test_evaluating_writes_each_number_one_way(folder, tmp_path, crnn_command):
    few = written(tmp_path / "t.csv", [["text", "label"], ["酒店很好", "好评"], ["房间很差", "差评"]])
    _, out, _ = crnn_command("evaluate", folder, few, "--no-report")
    told = dict(line.split() for line in out.splitlines()[1:4])
    names, network = (
        next(line for line in out.splitlines() if line.startswith(start)) for start in ("   ", "the network")
    )
    row = dict(zip(names.split(), network.removeprefix("the network").split(), strict=True))
    assert [told[name] for name in ("accuracy", "f1")] == [row[name] for name in ("accuracy", "f1")]


def test_a_text_without_a_known_word_is_named(model):
    with pytest.warns(DataWarning, match=r"text without a known word \(1 noted\): привет мир!"):
        model.predict("привет мир!")
    model.predict("房间")  # nothing to say


def test_inputs_of_one_name_are_told_apart_and_a_model_is_no_input(folder, tmp_path, capsys):
    paths = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        paths.append(str(written(tmp_path / name / "t.csv", [["text", "label"], ["酒店很好", "好评"]])))
    with pytest.raises(SystemExit) as stopped:
        main(["predict", str(folder), *paths, str(folder)])
    told = capsys.readouterr()
    assert stopped.value.code == 1
    assert [line.split("\t")[0] for line in told.out.splitlines()] == [f"{path} line 2" for path in paths]
    assert "is a model, and holds no data" in told.err


@pytest.mark.filterwarnings("ignore::crnn.errors.DataWarning")
def test_texts_that_are_one_only_as_far_as_they_are_read_are_said_to_be(tmp_path):
    rows = [[f"{word} film that {row}", word] for row in range(4) for word in ("good", "bad")]
    model = crnn.Model(crnn.TextClassification(longest=3), size="tiny")
    model.fit(written(tmp_path / "t.csv", [["text", "label"], *rows]), epochs=1, validation_split=0, options=QUIET)
    assert all(name.endswith(" as far as they are read") for name in model.findings["repeated sample"].names)


def test_labels_of_one_number_are_one_in_training_and_validation(tmp_path):
    rows = [[f"{word} film {row}", label] for row in range(6) for word, label in (("good", "1.0"), ("bad", "0.0"))]
    train = written(tmp_path / "train.csv", [["text", "label"], *rows])
    dev = written(tmp_path / "dev.csv", [["text", "label"], ["good one", "1"], ["bad one", "0"]])
    model = crnn.Model(crnn.TextClassification(), size="tiny")
    model.fit(train, validation_data=dev, epochs=1, options=QUIET)
    assert len(model.validation[0]) == 2


@pytest.mark.parametrize("command", [["train", "text"], ["evaluate", "MODEL"]])
def test_a_model_is_no_data(folder, command, tmp_path, capsys):
    command = [str(folder) if word == "MODEL" else word for word in command]
    with pytest.raises(SystemExit) as stopped:
        main([*command, str(folder)])
    assert stopped.value.code == 1
    assert "is a model, and holds no data" in capsys.readouterr().err


def test_a_part_is_known_by_what_its_table_calls_it(folder, tmp_path, capsys):
    rows = [["text", "label", "split"], ["房间好", "好评", "训练"], ["床很差", "差评", "验证"]]
    with pytest.raises(SystemExit) as stopped:
        main(["evaluate", str(folder), str(written(tmp_path / "t.csv", rows)), "--split", "验证", "--no-report"])
    assert stopped.value.code == 0
    assert "1 samples of the part 'dev'" in capsys.readouterr().out


def test_explaining_names_a_text_without_a_known_word(model):
    with pytest.warns(DataWarning, match="text without a known word"):
        model.explain("привет мир")


def test_a_batch_has_a_sample(model):
    with pytest.raises(SpecError, match="batch_size=0"):
        model.predict(["房间"], batch_size=0)


def ones(path, rows=60, names=("rude", "threat", "comment_text"), missing=""):
    """A table with a column of zeros and ones for each label."""
    words = {"rude": "idiot", "threat": "destroy"}
    lines = []
    for row in range(rows):
        held = {"rude": row % 2, "threat": row % 3 == 0}
        text = " ".join(["you", str(row), *(words[name] for name in words if held[name])])
        lines.append([row, text, *(int(held[name]) for name in names if name in held)])
    if missing:
        lines[5][2] = missing
    return written(path, [("id", "comment_text", *(name for name in names if name in words)), *lines])


@pytest.mark.parametrize("label", [None, "rude,threat", ["Rude", "threat"]])
@pytest.mark.filterwarnings("ignore::crnn.errors.DataWarning")
def test_columns_of_zeros_and_ones_are_labels_together(tmp_path, label):
    table = ones(tmp_path / "t.csv")
    model = crnn.Model(crnn.TextClassification(multi_label=True, label=label), size="tiny")
    model.fit(table, epochs=15, batch_size=8, options=QUIET)
    assert model.task.class_names() == ["rude", "threat"]
    assert ("columns of zeros and ones as labels" in model.findings) == (label is None)
    assert "empty label" not in model.findings  # a row of zeros is a text without a label, as there are many
    again = crnn.load(model.save(tmp_path / "m"))
    assert again.evaluate(ones(tmp_path / "more.csv", 30))[again.metric_names.index("f1")] > 0.9
    unlabelled = written(tmp_path / "new.csv", [("id", "comment_text"), (1, "you idiot"), (2, "destroy, idiot")])
    assert [answer.labels for answer in again.predict(unlabelled)] == [("rude",), ("rude", "threat")]
    listed = written(tmp_path / "listed.csv", [("text", "label"), ("you idiot", "rude"), ("destroy", "threat")])
    assert again.evaluate(listed)[again.metric_names.index("f1")] == 1.0


def test_cells_between_zeros_and_ones_are_named_and_columns_that_are_not_there(tmp_path):
    records, findings = read(ones(tmp_path / "t.csv", missing="-1"), multi_label=True, label="rude,threat")
    assert (len(records), findings["label that is neither 0 nor 1"].names) == (59, ["t.csv line 7: '-1'"])
    with pytest.raises(DataError, match="no column 'kind' for the labels; it has: id, comment_text, rude, threat"):
        read(tmp_path / "t.csv", multi_label=True, label="rude,kind")
    with pytest.raises(SpecError, match="several labels a text, multi_label=True"):
        read(tmp_path / "t.csv", label="rude,threat")


def test_columns_of_zeros_and_ones_are_asked_about_where_one_is_taken(tmp_path):
    findings = read(ones(tmp_path / "t.csv"))[1]
    assert findings["columns of zeros and ones"].names == ["rude, threat of t.csv"]


@pytest.mark.filterwarnings("ignore::crnn.errors.DataWarning")
def test_columns_of_zeros_and_ones_of_any_name_by_position_and_without_names(tmp_path):
    rows = [(number, f"word {number}", number % 2, number % 3 == 0) for number in range(30)]
    plain = [(number, text, rude, int(third)) for number, text, rude, third in rows]
    named = written(tmp_path / "n.csv", [("id", "txt", "group", "image"), *plain])
    bare = written(tmp_path / "b.csv", plain)
    for table, settings, names in [
        (named, {}, {"group", "image"}),
        (named, {"text": "1"}, {"group", "image"}),
        (named, {"text": "txt", "label": "group,image"}, {"group", "image"}),
        (named, {"text": "1", "label": "2,3"}, {"group", "image"}),
        (bare, {"text": "1", "label": "2,3"}, {"2", "3"}),
    ]:
        records, findings = read(table, multi_label=True, **settings)
        assert [record.source for record in records] == [text for _, text, *_ in rows]
        assert [len(record.target) for record in records] == [rude + third for _, _, rude, third in rows]
        assert {label for record in records for label in record.target} == names
        assert ("guessed column" in findings) == (not settings)


@pytest.mark.filterwarnings("ignore::crnn.errors.DataWarning")
def test_later_tables_of_zeros_and_ones_by_another_name_of_the_text_or_without_a_label(tmp_path):
    model = crnn.Model(crnn.TextClassification(multi_label=True), size="tiny")
    model.fit(ones(tmp_path / "t.csv"), epochs=1, options=QUIET)
    again = crnn.load(model.save(tmp_path / "m"))
    header, *rows = csv.reader((tmp_path / "t.csv").read_text("utf-8").splitlines())
    other = written(tmp_path / "other.csv", [[name.replace("comment_text", "text") for name in header], *rows])
    records, findings = again.task.read(other)
    assert (len(records), "columns of another name" in findings) == (60, True)
    fewer = written(tmp_path / "fewer.csv", [row[:3] for row in (header, *rows)])
    with pytest.raises(DataError, match="no column 'threat' for the labels"):
        again.task.read(fewer)
