"""Texts and labels from what people have: which columns, which files, and what is said where that is doubtful."""

import zipfile

import pytest

from crnn import TextClassification
from crnn.errors import DataError, UnreadableError


def lines(path, count=20, form="this is {word} {row},{label}", first=""):
    rows = [
        form.format(row=row, word="good" if row % 2 else "bad", label="pos" if row % 2 else "neg")
        for row in range(count)
    ]
    path.write_text(first + "\n".join(rows), encoding="utf-8")
    return path


def read(path, **settings):
    return TextClassification(**settings).read(path)


def told(findings):
    return {finding.kind: finding.names for finding in findings}


# ── which columns ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("settings", [{"text": 0}, {"label": 1}])
@pytest.mark.parametrize("header", ["", "what,how\n"])
def test_one_position_is_enough(tmp_path, settings, header):
    records, findings = read(lines(tmp_path / "t.csv", first=header), **settings)
    assert (records[0].source, records[0].target, len(records)) == ("this is bad 0", "neg", 20)
    assert len(findings["guessed column"].names) == 1


def test_a_text_that_is_said_and_its_label_guessed_are_remembered(tmp_path):
    task = TextClassification(text=0)
    task.read(lines(tmp_path / "t.csv"))
    assert task.tables.found == {"label": 1}


def test_a_position_that_is_not_there_is_answered_in_whole_sentences(tmp_path):
    with pytest.raises(DataError, match=r"has the columns 0 to 1\. For texts: text=… and label=…, or"):
        read(lines(tmp_path / "t.csv"), text=5)


def test_lines_in_quotation_marks_are_texts_to_predict_as_the_note_on_a_list_says(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('"a good film, really"\n"a bad one"\n"not, at, all"', encoding="utf-8")
    task = TextClassification()
    task.read(lines(tmp_path / "train.csv", first="text,label\n"))
    for reader in (task, TextClassification.from_config(task.config()), TextClassification()):
        records, findings = reader.read_unlabelled(path)
        assert [record.source for record in records] == ["a good film, really", "a bad one", "not, at, all"]
        assert findings["guessed column"].names == ["t.csv: every row as a text"]
    with pytest.raises(DataError, match="none that looks like labels"):
        task.read(path)


def test_columns_called_as_texts_are_named_where_none_was_said(tmp_path):
    path = lines(tmp_path / "t.csv", form="t{row},a long tale of {word},{label}", first="title,description,label\n")
    assert told(read(path)[1]) == {"column not read": ["'title' of t.csv"]}
    assert not told(read(path, text="description")[1])
    assert read(path, text="title,description")[0][0].source == "t0 a long tale of bad"


def test_a_second_column_of_labels_is_named_where_none_was_said(tmp_path):
    path = lines(tmp_path / "t.csv", form="this is {word},{row},{label}", first="text,rating,sentiment\n")
    assert told(read(path)[1]) == {"other column of labels": ["'rating' of t.csv"]}
    assert not told(read(path, label="rating")[1])


def test_two_columns_of_one_name_are_named(tmp_path):
    path = lines(tmp_path / "t.csv", form="this is {word},{label},note {row}", first="text,label,Text\n")
    records, findings = read(path)
    assert records[0].source == "this is bad"
    assert told(findings) == {"columns of one name": ["'text' of t.csv"]}


def test_a_column_of_weights_is_told_by_its_name(tmp_path):
    path = lines(tmp_path / "t.csv", form="this is {word},{label},2", first="text,label,Sample Weight\n")
    assert told(read(path)[1]) == {"column of weights": ["'Sample Weight'"]}


# ── which files ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_spreadsheets_line_about_its_cells_is_no_row(tmp_path):
    path = lines(tmp_path / "t.csv", form="this is {word}, {row};{label}", first="sep=;\ntext;label\n")
    records, findings = read(path)
    assert (records[0].source, records[0].name, len(findings)) == ("this is bad, 0", "t.csv line 3", 0)


@pytest.mark.parametrize("packed", [False, True])
def test_tables_of_parts_in_a_folder_or_an_archive(tmp_path, packed, monkeypatch):
    monkeypatch.setenv("CRNN_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "set"
    folder.mkdir()
    for name in ("train", "dev"):
        lines(folder / f"{name}.csv", 6)
    if packed:
        with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
            for file in folder.iterdir():
                archive.write(file, file.name)
        folder = tmp_path / "set.zip"
    records, findings = read(folder)
    assert [record.split for record in records] == ["train"] * 6 + ["dev"] * 6
    assert told(findings) == {"guessed column": ["train.csv: no names of columns; column 0 as text, 1 as label"]}


@pytest.mark.parametrize(
    ("name", "advice"),
    [("t.xlsx", "save the sheet as CSV"), ("t.parquet", "pandas' to_csv"), ("t.pdf", "save its text as .txt")],
)
def test_files_of_other_kinds_are_refused_with_what_to_do(tmp_path, name, advice):
    (tmp_path / name).write_bytes(b"PK\x03\x04")
    with pytest.raises(UnreadableError, match=advice):
        read(tmp_path / name)
    with pytest.raises(UnreadableError, match=advice):
        TextClassification().read_unlabelled(tmp_path / name)


def test_labels_in_front_of_texts_are_seen_where_they_cannot_be_read(tmp_path):
    path = lines(tmp_path / "t.txt", form="{label}:x This is {word} ?")
    with pytest.raises(DataError, match="lines begin with neg:x, pos:x: if those are the labels, put a tab behind"):
        read(path)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "photo.txt"
    path.write_bytes(bytes(range(128, 256)) * 20)
    with pytest.raises(UnreadableError, match="is not text"):
        read(path)
    task = TextClassification()
    records, _ = task.read_unlabelled(path)
    with pytest.raises(UnreadableError, match="is not text"):
        task.prepare(records[0])


def test_each_text_with_a_label_of_its_own_is_refused(tmp_path):
    task = TextClassification()
    records, findings = task.read(lines(tmp_path / "t.csv", 4, "text {row},c{row}", "text,label\n"))
    with pytest.raises(DataError, match="each of the 4 texts has a label of its own"):
        task.split(records, None, 0, findings)
    assert len(task.split(records, 0.0, 0, findings)[0]) == 4


# ── predicting ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("form", "first"),
    [
        ("this is {word} {row}\t{label}", ""),
        ("{row},this is {word}", "id,text\n"),
        ("__label__{label} {word} {row}", ""),
    ],
)
def test_a_txt_that_is_a_table_is_read_as_one(tmp_path, form, first):
    task = TextClassification()
    task.read(lines(tmp_path / "train.txt", form="this is {word} {row}\t{label}"))
    assert len(task.read_unlabelled(lines(tmp_path / "later.txt", 6, form, first))[0]) == 6


def test_a_txt_of_lines_is_one_text_and_said_to_be(tmp_path):
    task = TextClassification()
    records, findings = task.read_unlabelled(lines(tmp_path / "list.txt", 5, "this is {word}, {row}"))
    assert len(records) == 1
    assert findings["text of several lines"].names == ["list.txt (5 lines)"]
    (tmp_path / "letter.txt").write_text("Dear Ann,\n\nthank you.\n\nBob")
    assert not task.read_unlabelled(tmp_path / "letter.txt")[1]


def test_a_table_whose_columns_changed_places_is_refused(tmp_path):
    task = TextClassification()
    task.learn(task.read(lines(tmp_path / "t.csv"))[0])
    with pytest.raises(DataError, match=r"all 20 texts of .* are labels, such as 'neg'"):
        task.read_unlabelled(lines(tmp_path / "later.csv", form="{label},this is {word} {row}"))
    assert len(task.read_unlabelled("neg")[0]) == 1


@pytest.mark.parametrize("names", ["Nachricht;Kategorie", "Texte;Catégorie", "comentario;etiqueta", "句子;情感"])
def test_columns_are_known_in_several_languages(tmp_path, names):
    records, findings = read(lines(tmp_path / "t.csv", form="this is {word};{label}", first=f"{names}\n"))
    assert (records[0].source, records[0].target, len(findings)) == ("this is bad", "neg", 0)


def trained(tmp_path, form="{row},this is {word},{label}", **settings):
    """A task as a model gives it back that was trained on a table without names."""
    task = TextClassification(**settings)
    task.learn(task.read(lines(tmp_path / "train.csv", form=form))[0])
    return TextClassification.from_config(task.config())


def test_names_in_a_later_table_say_more_than_positions_in_that_of_training(tmp_path):
    task = trained(tmp_path, text=1, label=2)
    later = lines(tmp_path / "later.csv", 6, "this is {word},{label}", "text,label\n")
    for records, findings in (task.read_unlabelled(later), task.read(later)):
        assert [record.source for record in records][:2] == ["this is bad", "this is good"]
        assert "columns of another name" in findings


def test_a_wider_table_without_names_is_looked_at_anew(tmp_path):
    task = trained(tmp_path, form="this is {word},{label}")
    records, findings = task.read_unlabelled(lines(tmp_path / "later.csv", 6, "{row},{label},this is {word}"))
    assert records[0].source == "this is bad"
    assert "guessed column" in findings


@pytest.mark.parametrize("cell", ["\"['a', 'b, c']\"", '"[""a"", ""b, c""]"'])
def test_lists_in_cells_are_several_labels_as_python_and_json_write_them(tmp_path, cell):
    path = lines(tmp_path / "t.csv", form=f"this is {{word}},{cell}", first="text,labels\n")
    assert read(path, multi_label=True)[0][0].target == ("a", "b, c")
    with pytest.raises(DataError, match="say multi_label=True"):
        read(path)


def test_a_list_in_place_of_a_text_is_named(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text('{"text": ["a", "b"], "label": 1}\n{"text": "[sic] fine", "label": 2}\n')
    assert read(path)[1]["text that is a list or an object"].names == ["t.jsonl line 1"]


def test_an_object_is_no_label(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text('{"text": "a film", "label": {"name": "bad"}}\n{"text": "b", "label": {"name": "good"}}\n')
    with pytest.raises(DataError, match="a label is a text or a whole number, such as its name"):
        read(path)


@pytest.mark.parametrize("name", ["集合", "数据集", "phase"])
def test_a_column_of_any_name_may_hold_the_parts(tmp_path, name):
    path = tmp_path / "t.csv"
    rows = [f"this is {word} {row},{word},{('训练', '测试')[row % 2]}" for row in range(8) for word in ("good", "bad")]
    path.write_text("\n".join([f"text,label,{name}", *rows]), encoding="utf-8")
    records, findings = read(path)
    assert {record.split for record in records} == {"train", "test"}
    assert findings["column of parts"].names == [f"t.csv: column {name!r} as parts of the data"]


def test_labels_end_at_commas_in_lines_that_begin_with_them(tmp_path):
    records, _ = read(lines(tmp_path / "t.txt", form="__label__{label},{word} room"))
    assert (records[0].source, records[0].target) == ("bad room", "neg")
