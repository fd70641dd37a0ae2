"""A stream has the features of the whole clip, however it is cut."""

import pytest
import torch

from crnn.audio.spectrogram import SpectrogramSpec, spectrogram
from crnn.audio.stream import SpectrogramStream
from crnn.errors import ShapeError, SpecError
from crnn.padded import Padded


def noise(*shape, seed=0):
    return 0.1 * torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("normalise", ["running", "global", "none"])
@pytest.mark.parametrize("chunk", [211, 400, 1600, 9000])
def test_chunks_equal_the_whole_clip(normalise, chunk):
    front = spectrogram(SpectrogramSpec(normalise=normalise, running_ms=100.0, coefficients=13))
    front.fit_normaliser([Padded.whole(noise(4, 8000, seed=9))])
    samples = noise(2, 8000)
    stream = SpectrogramStream(front)
    for _ in range(2):
        pieces = [stream.push(piece) for piece in samples.split(chunk, dim=1)]
        torch.testing.assert_close(torch.cat(pieces, dim=1), front(Padded.whole(samples)).data, atol=2e-5, rtol=1e-5)
        stream.reset()


def test_what_cannot_stream_says_so():
    with pytest.raises(SpecError, match='normalise="running"'):
        SpectrogramStream(spectrogram(SpectrogramSpec()))


def test_another_number_of_rows_is_refused():
    stream = SpectrogramStream(spectrogram(SpectrogramSpec(normalise="none")))
    stream.push(noise(2, 100))
    with pytest.raises(ShapeError, match="2 rows, the new samples 1"):
        stream.push(noise(1, 100))
