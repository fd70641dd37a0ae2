"""Reading: every container, every fault, named."""

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from crnn.audio import wave
from crnn.errors import DataError, ShapeError, UnreadableError


def tone(seconds=0.5, rate_hz=16000, hz=440.0):
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate_hz)) / rate_hz)).astype(np.float32)


@pytest.mark.parametrize(
    ("suffix", "format", "subtype", "tolerance"),
    [
        ("wav", "WAV", "PCM_16", 1e-4),
        ("wav", "WAV", "PCM_U8", 1e-2),
        ("wav", "WAV", "PCM_24", 1e-6),
        ("wav", "WAV", "FLOAT", 1e-6),
        ("wav", "WAV", "ULAW", 3e-2),
        ("flac", "FLAC", "PCM_16", 1e-4),
        ("aiff", "AIFF", "PCM_16", 1e-4),
        ("ogg", "OGG", "VORBIS", 0.1),
        ("opus", "OGG", "OPUS", 0.1),
        ("mp3", "MP3", "MPEG_LAYER_III", 0.1),
    ],
)
def test_containers_are_read(tmp_path, suffix, format, subtype, tolerance):
    path = tmp_path / f"tone.{suffix}"
    soundfile.write(path, tone(), 16000, format=format, subtype=subtype)
    samples = wave.read(path)
    assert samples.dtype == np.float32
    assert samples.shape == (8000,)
    assert np.abs(samples - tone())[1000:7000].max() < tolerance
    assert wave.info(path).rate_hz == 16000


@pytest.mark.parametrize("rate_hz", [8000, 22050, 44100, 48000])
def test_any_rate_becomes_the_wanted_one(tmp_path, rate_hz):
    soundfile.write(tmp_path / "a.wav", tone(rate_hz=rate_hz), rate_hz)
    samples = wave.read(tmp_path / "a.wav")
    assert abs(len(samples) - 8000) <= 1
    assert np.abs(samples[1000:7000] - tone()[1000:7000]).max() < 1e-3


def test_resampling_removes_what_would_fold_over():
    assert np.abs(wave.resample(tone(rate_hz=48000, hz=15000), 48000, 16000))[500:-500].max() < 1e-3


def test_channels_are_averaged(tmp_path):
    stereo = np.stack([tone(), -0.5 * tone()], axis=1)
    soundfile.write(tmp_path / "a.wav", stereo, 16000, subtype="FLOAT")
    np.testing.assert_allclose(wave.read(tmp_path / "a.wav"), 0.25 * tone(), atol=1e-6)
    found = wave.info(tmp_path / "a.wav")
    assert (found.channels, found.seconds, found.subtype) == (2, 0.5, "FLOAT")


@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_written_sound_comes_back(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    wave.write(path, 2.5 * tone(), 16000)
    np.testing.assert_allclose(wave.read(path), np.clip(2.5 * tone(), -1, 1), atol=1e-4)


def test_bytes_of_a_file_are_read(tmp_path):
    wave.write(tmp_path / "a.flac", tone(), 16000)
    data = (tmp_path / "a.flac").read_bytes()
    np.testing.assert_array_equal(wave.read_bytes(data, "upload"), wave.read(tmp_path / "a.flac"))
    with pytest.raises(UnreadableError, match="upload is empty"):
        wave.read_bytes(b"", "upload")
    with pytest.raises(UnreadableError, match="upload is not a sound file"):
        wave.read_bytes(b"hello" * 50, "upload")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.wav", None, "does not exist"),
        ("empty.wav", b"", "empty"),
        ("text.wav", b"this is not sound " * 20, "is not a sound file.*flac"),
        ("call.m4a", b"\0\0\0\x20ftypM4A " + bytes(200), "MP4, M4A.*convert"),
        ("clip.webm", b"\x1a\x45\xdf\xa3" + bytes(200), "WebM.*convert"),
        ("half.flac", b"fLaC" + bytes(20), "damaged or cut off"),
    ],
)
def test_unreadable_files_are_named_with_the_reason(tmp_path, name, content, message):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnreadableError, match=f"{name}.*{message}"):
        wave.read(path)


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(UnreadableError, match="is a folder"):
        wave.info(tmp_path)


@pytest.mark.parametrize("suffix", ["wav", "aiff", "flac"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_cut_off_files_are_refused(tmp_path, suffix, share):
    path = tmp_path / f"cut.{suffix}"
    soundfile.write(path, tone(), 16000)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(UnreadableError, match=r"cut\.\w+ is (damaged or )?cut off|cut off"):
        wave.read(path)


def test_a_cut_off_wav_says_how_much_is_there(tmp_path):
    wave.write(tmp_path / "a.wav", tone(), 16000)
    data = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "a.wav").write_bytes(data[: 44 + 2 * 6000])
    with pytest.raises(UnreadableError, match=r"promises 8000 samples, 6000 are there"):
        wave.read(tmp_path / "a.wav")


def test_a_header_without_samples_is_refused(tmp_path):
    wave.write(tmp_path / "a.wav", tone()[:0], 16000)
    with pytest.raises(UnreadableError, match="no samples"):
        wave.read(tmp_path / "a.wav")


@pytest.mark.parametrize("size", [0x7FFFFFFF, 0xFFFFFFFF])
def test_a_wav_that_was_written_into_a_pipe_is_read(tmp_path, size):
    wave.write(tmp_path / "a.wav", tone(), 16000)
    data = bytearray((tmp_path / "a.wav").read_bytes())
    place = data.find(b"data") + 4
    data[place : place + 4] = struct.pack("<I", size)
    (tmp_path / "a.wav").write_bytes(data)
    assert wave.read(tmp_path / "a.wav").shape == (8000,)


def test_samples_that_are_no_numbers_are_refused(tmp_path):
    bad = tone()
    bad[[3, 5]] = np.nan, np.inf
    soundfile.write(tmp_path / "a.wav", bad, 16000, subtype="FLOAT")
    with pytest.raises(UnreadableError, match=r"a\.wav holds 2 samples"):
        wave.read(tmp_path / "a.wav")
    with pytest.raises(ShapeError, match="2 samples"):
        wave.write(tmp_path / "b.wav", bad, 16000)
    with pytest.raises(ShapeError, match="row 4 holds 2 samples"):
        wave.from_array(bad, 16000, name="row 4")


def test_too_long_is_refused_before_decoding(tmp_path):
    wave.write(tmp_path / "a.wav", tone(2.0), 16000)
    with pytest.raises(UnreadableError, match=r"lasts 2\.0 s: the most is 1 s"):
        wave.read(tmp_path / "a.wav", longest_s=1.0)


def test_arrays_of_every_kind_agree():
    wanted = tone()
    for given in (
        wanted.astype(np.float64),
        np.round(wanted * 32767).astype(np.int16),
        np.round(wanted.astype(np.float64) * 2147483647).astype(np.int32),
        np.stack([wanted, wanted], axis=1),
        np.round(wanted * 32767).astype("<i2").tobytes(),
        wanted.tolist(),
    ):
        result = wave.from_array(given, 16000)
        assert result.dtype == np.float32
        np.testing.assert_allclose(result, wanted, atol=1e-4)
    assert len(wave.from_array(wanted, 8000)) == 16000


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.zeros((2, 100), np.float32), r"looks like \(channels, samples\)"),
        (np.zeros((100, 17), np.float32), "17 channels"),
        (np.zeros((1, 1, 100), np.float32), r"give \(samples,\) or"),
        (np.zeros(100, np.int64), "holds int64"),
        (np.zeros(100, np.complex64), "holds complex64"),
        (np.full(100, 3000.0), "divide by full scale"),
        (b"abc", "even number"),
    ],
)
def test_wrong_arrays_are_refused(given, message):
    with pytest.raises(ShapeError, match=message):
        wave.from_array(given, 16000)


def test_wrong_rates_and_names_are_refused(tmp_path):
    with pytest.raises(DataError, match="above 0"):
        wave.from_array(tone(), 0)
    with pytest.raises(DataError, match=r"\.wav or \.flac"):
        wave.write(tmp_path / "a.mp3", tone(), 16000)
    with pytest.raises(DataError, match="make it first"):
        wave.write(tmp_path / "none" / "a.wav", tone(), 16000)


def test_silence_is_noticed():
    assert wave.is_silent(np.zeros(0, np.float32))
    assert wave.is_silent(1e-5 * tone())
    assert not wave.is_silent(1e-3 * tone())


@pytest.mark.data
def test_real_recordings_are_read():
    folder = Path(os.environ.get("CRNN_DATA", Path(__file__).parents[2] / "../shared/data")) / "speech"
    paths = [path for name in ("an4", "fsdd", "noise") for path in sorted((folder / name).rglob("*.*g*"))[:3]]
    if not paths:
        pytest.skip(f"no recordings in {folder}")
    for path in paths:
        assert len(wave.read(path)) == pytest.approx(wave.info(path).seconds * 16000, abs=1)
