"""Long recordings in pieces: nothing lost, nothing twice, cut where it is quiet, in bounded memory."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crnn.audio import wave
from crnn.audio.pauses import cut
from crnn.errors import UnreadableError


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 99), st.lists(st.integers(0, 900), max_size=8))
def test_the_pieces_are_the_recording(seed, lengths):
    random = np.random.default_rng(seed)
    blocks = [random.standard_normal(length).astype(np.float32) for length in lengths]
    pieces = list(cut(blocks, 100, longest_s=4, least_s=1))
    whole = np.concatenate([np.zeros(0, np.float32), *blocks])
    np.testing.assert_array_equal(
        np.concatenate([np.zeros(0, np.float32), *(piece.samples for piece in pieces)]), whole
    )
    assert all(len(piece.samples) <= 400 for piece in pieces)
    assert all(len(piece.samples) >= 100 for piece in pieces[:-1])
    ends = np.cumsum([0, *(len(piece.samples) for piece in pieces)]) / 100
    assert [piece.start_s for piece in pieces] == pytest.approx(ends[:-1].tolist())


def test_it_is_cut_inside_the_pause():
    sound = np.random.default_rng(0).standard_normal(16000 * 12).astype(np.float32)
    sound[16000 * 4 : 16000 * 4 + 8000] *= 0.01
    first = next(cut([sound], 16000, longest_s=10, least_s=2))
    assert 4.0 < len(first.samples) / 16000 < 4.5


@pytest.mark.parametrize("rate_hz", [8000, 16000, 22050])
def test_blocks_are_the_file_read_at_once(tmp_path, rate_hz):
    sound = 0.3 * np.sin(np.arange(rate_hz * 3) / 7).astype(np.float32)
    wave.write(tmp_path / "a.wav", np.stack([sound, sound], 1), rate_hz)
    pieces = list(wave.blocks(tmp_path / "a.wav", 16000, block_s=0.7))
    assert len(pieces) > 3
    whole = wave.read(tmp_path / "a.wav", 16000)
    joined = np.concatenate(pieces)
    assert abs(len(joined) - len(whole)) <= 2
    count = min(len(joined), len(whole))
    np.testing.assert_allclose(joined[:count], whole[:count], atol=2e-3)


def test_blocks_name_what_cannot_be_read(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"RIFF....")
    with pytest.raises(UnreadableError, match=r"a\.wav"):
        list(wave.blocks(tmp_path / "a.wav"))
