"""Transcribed files in every layout, and everything that is missing or broken named once."""

import shutil

import numpy as np
import pytest

from crnn.audio import wave
from crnn.data.transcripts import read_transcribed
from crnn.errors import DataError

WAV = (".wav", ".flac")


def clip(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    wave.write(path, np.zeros(160, np.float32))


def test_librispeech(tmp_path):
    root = tmp_path / "LibriSpeech"
    for part, speaker in (("train-clean-100", "19"), ("dev-clean", "84")):
        folder = root / part / speaker / "7"
        for number in range(2):
            clip(folder / f"{speaker}-7-{number:04d}.flac")
        (folder / f"{speaker}-7.trans.txt").write_text(f"{speaker}-7-0000 ONE TWO\n{speaker}-7-0009 GONE\n")
    records, findings = read_transcribed(root, suffixes=WAV)
    assert [(record.target, record.group, record.split) for record in records] == [
        ("ONE TWO", "84", "dev"),
        ("ONE TWO", "19", "train"),
    ]
    assert len(findings["missing file"].names) == len(findings["no transcript"].names) == 2


def test_common_voice(tmp_path):
    for name in "abc":
        clip(tmp_path / "clips" / f"{name}.wav")
    head = "client_id\tpath\tsentence\tup_votes\n"
    (tmp_path / "train.tsv").write_text(head + "u1\ta.wav\tمرحبا\t2\nu1\tz.wav\tgone\t2\n", encoding="utf-8")
    (tmp_path / "dev.tsv").write_text(head + 'u2\tb.wav\tSay "hi", he said.\t2\n', encoding="utf-8")
    (tmp_path / "validated.tsv").write_text(head + "u3\tc.wav\tmore\t2\n", encoding="utf-8")
    records, findings = read_transcribed(tmp_path, suffixes=WAV)
    assert [(record.target, record.group, record.split) for record in records] == [
        ("مرحبا", "u1", "train"),
        ('Say "hi", he said.', "u2", "dev"),
    ]
    assert findings["missing file"].names == ["z.wav"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_a_text_beside_each_in_any_encoding(tmp_path, encoding):
    for name in ("train/a", "train/b", "valid/c", "valid/d"):
        clip(tmp_path / f"{name}.wav")
    (tmp_path / "train/a.txt").write_bytes("un été\nchaud à la mer".encode(encoding))
    (tmp_path / "valid/c.lab").write_bytes("café".encode(encoding))
    (tmp_path / "valid/d.txt").write_text("  \n")
    records, findings = read_transcribed(tmp_path, suffixes=WAV)
    assert [(record.target, record.split) for record in records] == [
        ("un été chaud à la mer", "train"),
        ("café", "dev"),
    ]
    assert findings["no transcript"].names == ["train/b.wav"]
    assert findings["empty text"].names == ["valid/d.wav"]


def test_manifest_archive_and_lists(tmp_path):
    folder = tmp_path / "set"
    clip(folder / "a.wav")
    (folder / "manifest.csv").write_text("audio,transcript,speaker\na.wav,hello,s1\n")
    for given in (folder, folder / "manifest.csv", shutil.make_archive(str(tmp_path / "set"), "zip", folder)):
        records, _ = read_transcribed(given, suffixes=WAV)
        assert [(record.target, record.group) for record in records] == [("hello", "s1")]
    records, _ = read_transcribed([folder / "a.wav"], ["hello"], suffixes=WAV)
    assert records[0].target == "hello"


def test_wrong_columns_and_nothing_at_all(tmp_path):
    clip(tmp_path / "a.wav")
    (tmp_path / "m.csv").write_text("path,txet\na.wav,hello\n")
    with pytest.raises(DataError, match=r"no column for the text.*Did you mean 'txet'"):
        read_transcribed(tmp_path / "m.csv", suffixes=WAV)
    with pytest.raises(DataError, match=r"with a transcript: give a manifest") as told:
        read_transcribed(tmp_path, suffixes=WAV)
    assert "a.wav" in str(told.value)
