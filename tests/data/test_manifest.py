"""Manifests: columns by their usual names, and every unusable row named."""

import pytest

from crnn.data.manifest import from_manifest
from crnn.errors import DataError, UnknownNameError


def write(folder, text, name="manifest.csv", files=("a.wav", "b.wav", "c.wav")):
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(b"sound")
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_columns_are_known_by_synonyms(tmp_path):
    header = "File Name,Command,Speaker-ID,Subset,sample_weight,room"
    text = f"{header}\na.wav,打开 灯,ann,Validation,2,hall\nb.wav,off,bob,eval,,\n"
    records, findings = from_manifest(write(tmp_path, text))
    one, two = records
    assert one.source == tmp_path / "a.wav"
    assert (one.target, one.name, one.group, one.split, one.weight) == ("打开 灯", "a.wav", "ann", "dev", 2.0)
    assert one.extra == {"room": "hall"}
    assert (two.split, two.weight) == ("test", 1.0)
    assert len(findings) == 0


def test_speech_takes_the_transcript_and_keeps_the_label_beside(tmp_path):
    manifest = write(tmp_path, "audio;label;sentence\na.wav;x;TURN ON\nb.wav;y;TURN OFF\n")
    records, _ = from_manifest(manifest, target="text")
    assert [record.target for record in records] == ["TURN ON", "TURN OFF"]
    assert records[0].extra == {"label": "x"}


def test_text_rows_without_header_by_position(tmp_path):
    manifest = write(tmp_path, "好电影\t1\n坏电影\t0\n", "reviews.txt")
    records, _ = from_manifest(manifest, source="text", columns={"text": 0, "label": 1})
    assert [(record.source, record.target, record.name) for record in records] == [
        ("好电影", "1", "reviews.txt line 1"),
        ("坏电影", "0", "reviews.txt line 2"),
    ]
    with pytest.raises(DataError, match="columns 0 to 1"):
        from_manifest(manifest, source="text", columns={"text": 0, "label": 2})


def test_explicit_columns_win(tmp_path):
    manifest = write(tmp_path, "path,label,clip,what\nx,y,a.wav,on\n")
    records, _ = from_manifest(manifest, columns={"path": "Clip", "label": "what"})
    assert (records[0].source.name, records[0].target) == ("a.wav", "on")


def test_missing_column_names_those_found_and_the_nearest(tmp_path):
    manifest = write(tmp_path, "path,lable\na.wav,on\n")
    with pytest.raises(DataError, match=r"no column for the label.*it has: path, lable\. Did you mean 'lable'\?"):
        from_manifest(manifest)
    with pytest.raises(DataError, match="Did you mean 'lable'"):
        from_manifest(manifest, columns={"label": "labl"})
    with pytest.raises(UnknownNameError, match="Did you mean 'label'"):
        from_manifest(manifest, columns={"labels": "lable"})


def test_each_unusable_row_is_named_once(tmp_path):
    rows = ["path,label,weight,split", "a.wav,on,1,train", "no.wav,on,1,", "b.wav,,1,", ",on,1,", "c.wav,on,heavy,"]
    rows += ["a.wav,on,1,train", "a.wav,off,1,train", "b.wav,on,1,fold7", "b.wav,on,1,train,surplus"]
    records, findings = from_manifest(write(tmp_path, "\n".join(rows)))
    assert [record.name for record in records] == ["a.wav", "a.wav", "b.wav"]
    assert {finding.kind: finding.names for finding in findings} == {
        "missing file": ["no.wav"],
        "empty label": ["b.wav"],
        "empty path": ["manifest.csv line 5"],
        "bad weight": ["c.wav: 'heavy'"],
        "repeated row": ["a.wav"],
        "file with two answers": ["a.wav: 'on' and 'off'"],
        "unknown part": ["b.wav: 'fold7'"],
        "torn row": ["manifest.csv line 10"],
    }
    assert findings.dropped == 6


def test_all_files_missing_is_an_error(tmp_path):
    with pytest.raises(DataError, match=r"no row of .* can be used(.|\n)*missing file \(2 left out\)"):
        from_manifest(write(tmp_path, "path,label\nx.wav,on\ny.wav,off\n", files=()))


def test_windows_paths_are_found(tmp_path):
    records, _ = from_manifest(write(tmp_path, "path,label\nclips\\a.wav,on\n", files=("clips/a.wav",)))
    assert records[0].source.is_file()


def test_predicting_needs_no_label(tmp_path):
    records, _ = from_manifest(write(tmp_path, "path\na.wav\nb.wav\n"), target=None)
    assert [record.target for record in records] == [None, None]


def test_a_guessed_encoding_and_broken_letters_are_noted(tmp_path):
    file = tmp_path / "t.csv"
    for raw, kind, name in (
        ("text,label\nété,a\n".encode("cp1252"), "text in another encoding", "t.csv (cp1252, read as “été”)"),
        ("text,label\n关灯,a\n".encode("gb18030"), "text in another encoding", "t.csv (gb18030, read as “关灯”)"),
        ("text,label\nété,a\n".encode() + b"\xe9,b\n", "broken letter", "t.csv line 3"),
    ):
        file.write_bytes(raw)
        records, findings = from_manifest(file, source="text")
        assert records[0].source in ("été", "关灯")
        assert [(finding.kind, finding.names, finding.dropped) for finding in findings] == [(kind, [name], False)]
    assert not len(from_manifest(file, source="text", encoding="cp1252")[1]), "who says it knows it"


def test_blank_lines_of_a_single_column_are_empty_texts(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text('text\nWho is he?\n\nWhere is it?\n""\n\n', encoding="utf-8")
    records, findings = from_manifest(file, source="text", target=None)
    assert [record.source for record in records] == ["Who is he?", "Where is it?"]
    assert findings["empty text"].names == ["one.csv line 3", "one.csv line 5"]
