"""The front of reading sends each kind of data to its reader."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from crnn.data.arrays import Arrays
from crnn.data.example import Record
from crnn.data.sources import read
from crnn.data.toy import tone_words
from crnn.errors import DataError, ShapeError, UnreadableError

WAV = (".wav",)


@pytest.fixture
def folder(tmp_path):
    tone_words(tmp_path / "set", labels=("on", "off"), speakers=2, takes=1)
    return tmp_path / "set"


def test_folder_manifest_and_archive_agree(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("CRNN_CACHE", str(tmp_path / "cache"))
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for file in folder.rglob("*"):
            archive.write(file, file.relative_to(tmp_path))
    manifest = folder / "manifest.csv"
    answers = [read(given, suffixes=WAV)[0] for given in (folder, str(manifest), tmp_path / "set.zip")]
    manifest.unlink()
    answers.append(read(folder, suffixes=WAV)[0])
    for records in answers:
        found = {(record.name, record.target, record.group) for record in records}
        assert found == {(f"{label}/s0{n}_nohash_0.wav", label, f"s0{n}") for label in ("on", "off") for n in (0, 1)}


def test_a_folder_to_predict_needs_no_labels(folder):
    records, _ = read(folder, suffixes=WAV, target=None)
    assert [record.target for record in records] == [None] * 4


def test_one_file_and_one_text(folder):
    clip = folder / "on" / "s00_nohash_0.wav"
    assert read(str(clip), suffixes=WAV, target=None)[0] == [Record(clip, name=str(clip))]
    assert read("a fine film " * 50, source="text", target=None)[0][0].source == "a fine film " * 50


def test_arrays_in_every_wrapping():
    x, y = np.zeros((3, 4, 2)), [0, 1, 0]
    wrapped = [
        read(x, y),
        read((x, y)),
        read(Arrays(x, y)),
        read(torch.from_numpy(x), y),
        read(list(x), y),
        read(list(zip(x, y, strict=True))),
        read(zip(x, y, strict=True)),
        read(torch.utils.data.TensorDataset(torch.from_numpy(x), torch.tensor(y))),
    ]
    for records, _ in wrapped:
        assert [(record.source.shape, record.target) for record in records] == [((4, 2), 0), ((4, 2), 1), ((4, 2), 0)]


def test_strings_are_paths_or_texts():
    assert read(["a.wav"], ["on"])[0][0].source == Path("a.wav")
    assert read([("好", 1), ("坏", 0)], source="text")[0][1].source == "坏"
    with pytest.raises(DataError, match="2 samples were given with 1 targets"):
        read(["a", "b"], ["on"])


def test_a_list_of_texts_may_name_files_and_miss_some():
    texts, _ = read([Path("a.txt"), None, float("nan"), "a.txt"], source="text")
    assert [record.source for record in texts] == [Path("a.txt"), "", "", "a.txt"]
    assert read([None, "a"], ["x", "y"], source="text")[0][0].source == "", "the first item may be missing too"


def test_an_array_of_strings_is_a_list_of_them():
    assert read(np.array(["a", "b"]), ["x", "y"], source="text")[0][1] == Record("b", "y", "row 1")
    assert read(np.array(["a.wav"]))[0][0].source == Path("a.wav")


def test_pairs_of_texts_keep_their_weights():
    records, _ = read([("one", "a", 2.0), ("two", "b", 0.5)], source="text")
    assert [(record.source, record.target, record.weight) for record in records] == [("one", "a", 2), ("two", "b", 0.5)]
    with pytest.raises(ShapeError, match="weight of row 1 is -1"):
        read([("one", "a", 2.0), ("two", "b", -1.0)], source="text")


def test_records_pass_through():
    records = [Record(1), Record(2)]
    assert read(iter(records))[0] == records
    with pytest.raises(DataError, match="own targets"):
        read(records, [1, 2])


@pytest.mark.parametrize("data", [3, {"x": 1}, None])
def test_an_error_lists_what_is_understood(data):
    with pytest.raises(DataError, match=r"not understood.*folder per label.*manifest.*zip"):
        read(data)


def test_wrong_paths(tmp_path):
    with pytest.raises(UnreadableError, match="does not exist"):
        read(tmp_path / "nowhere", suffixes=WAV)
    (tmp_path / "a.bin").touch()
    with pytest.raises(UnreadableError, match=r"folder or a file of \.wav, \.csv"):
        read(tmp_path / "a.bin", suffixes=WAV)
    with pytest.raises(DataError, match="together with targets"):
        read(tmp_path, [1])
    with pytest.raises(DataError, match="empty"):
        read([])
