"""A folder per label, with the splits, speakers and oddities that real folders have."""

import pytest

from crnn.data.folders import from_folder
from crnn.errors import DataError, UnreadableError


def fill(folder, *files):
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text("x", encoding="utf-8")
    return folder


def test_labels_of_any_script_deeper_folders_and_order(tmp_path):
    fill(tmp_path, "turn on/b.wav", "turn on/deep/a.WAV", "打开灯/c.wav", ".git/x.wav", "turn on/.hidden.wav")
    records, findings = from_folder(tmp_path, [".wav"])
    assert [(record.name, record.target) for record in records] == [
        ("turn on/b.wav", "turn on"),
        ("turn on/deep/a.WAV", "turn on"),
        ("打开灯/c.wav", "打开灯"),
    ]
    assert len(findings) == 0


def test_oddities_are_named(tmp_path):
    fill(tmp_path, "a/1.wav", "a/1.txt", "b/1.wav", "_background_noise_/n.wav", "lost.wav")
    (tmp_path / "c").mkdir()
    records, findings = from_folder(tmp_path, [".wav"])
    assert len(records) == 2
    assert {finding.kind: finding.names for finding in findings} == {
        "file without a label folder": ["lost.wav"],
        "noise folder": ["_background_noise_"],
        "other file": ["a/1.txt"],
        "empty label": ["c"],
    }


def test_split_folders(tmp_path):
    fill(tmp_path, "train/a/1.wav", "train/b/1.wav", "Val/a/2.wav", "test/b/3.wav")
    records, _ = from_folder(tmp_path, [".wav"])
    assert {record.name: (record.target, record.split) for record in records} == {
        "train/a/1.wav": ("a", "train"),
        "train/b/1.wav": ("b", "train"),
        "Val/a/2.wav": ("a", "dev"),
        "test/b/3.wav": ("b", "test"),
    }


def test_a_label_called_train_is_a_label_among_others(tmp_path):
    fill(tmp_path, "train/1.wav", "car/1.wav")
    records, _ = from_folder(tmp_path, [".wav"])
    assert {record.target for record in records} == {"train", "car"}


def test_speech_commands_speakers_and_lists(tmp_path):
    fill(tmp_path, "yes/ab12_nohash_0.wav", "no/ab12_nohash_1.wav", "no/cd_nohash_0.wav")
    (tmp_path / "testing_list.txt").write_text("no/cd_nohash_0.wav\n", encoding="utf-8")
    records, _ = from_folder(tmp_path, [".wav"])
    assert {record.name: (record.group, record.split) for record in records} == {
        "yes/ab12_nohash_0.wav": ("ab12", "train"),
        "no/ab12_nohash_1.wav": ("ab12", "train"),
        "no/cd_nohash_0.wav": ("cd", "test"),
    }


def test_refusals(tmp_path):
    with pytest.raises(UnreadableError, match="not a folder"):
        from_folder(tmp_path / "no", [".wav"])
    with pytest.raises(DataError, match=r"no \.wav files in folders of labels"):
        from_folder(tmp_path, [".wav"])
    fill(tmp_path, "only/1.wav", "only/2.wav")
    assert {record.target for record in from_folder(tmp_path, [".wav"])[0]} == {"only"}
    records, _ = from_folder(tmp_path, [".wav"], labelled=False)
    assert [(record.name, record.target) for record in records] == [("only/1.wav", None), ("only/2.wav", None)]
