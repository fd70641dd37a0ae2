"""The fixed matrices against published values, identities and scipy."""

import numpy as np
import pytest
import scipy.fft
import scipy.signal

from crnn.audio.mel import cosine_transform, fourier_basis, hz_to_mel, mel_filters, mel_to_hz


def test_filters_equal_the_published_ones():
    # First values of the filters that Whisper ships (librosa 0.x, 16 kHz, 400 points, 80 bands).
    whisper = mel_filters(16000, 400, 80, 0.0, 8000.0)
    np.testing.assert_allclose(whisper[1, :2], [0.02486259, 0.00199082], atol=5e-9)
    np.testing.assert_allclose(whisper[2, 1], 0.02287177, atol=5e-9)
    # From librosa's documentation: 22.05 kHz, 2048 points, 128 bands.
    assert mel_filters(22050, 2048, 128, 0.0, 11025.0)[1, 0] == pytest.approx(0.016182, abs=1e-6)


def test_filters_have_equal_area_where_bins_are_dense():
    filters = mel_filters(16000, 1 << 16, 40, 20.0, 8000.0)
    np.testing.assert_allclose(filters.sum(axis=0) * 16000 / (1 << 16), 1.0, rtol=1e-3)


@pytest.mark.parametrize("scale", ["slaney", "htk"])
def test_scales_turn_back(scale):
    hz = np.array([0.0, 60.0, 999.9, 1000.0, 1000.1, 8000.0])
    np.testing.assert_allclose(mel_to_hz(hz_to_mel(hz, scale), scale), hz, atol=1e-9)
    assert (np.diff(hz_to_mel(hz, scale)) > 0).all()


def test_scales_have_their_anchors():
    np.testing.assert_allclose(hz_to_mel([110.0, 220.0, 440.0, 1000.0]), [1.65, 3.3, 6.6, 15.0])
    np.testing.assert_allclose(hz_to_mel([6400.0]), [15.0 + 27.0])
    assert hz_to_mel(1000.0, "htk") == pytest.approx(1000.0, abs=0.1)


def test_cosine_transform_is_that_of_scipy():
    values = np.random.default_rng(0).normal(size=(3, 40))
    wanted = scipy.fft.dct(values, norm="ortho")
    np.testing.assert_allclose(values @ cosine_transform(40, 13), wanted[:, :13], atol=1e-12)


@pytest.mark.parametrize("pre_emphasis", [0.0, 0.97])
def test_basis_is_the_windowed_transform(pre_emphasis):
    frame = np.random.default_rng(0).normal(size=25)
    window = scipy.signal.get_window("hann", 25)
    emphasised = frame - pre_emphasis * np.concatenate([frame[:1], frame[:-1]])
    wanted = np.fft.rfft(emphasised * window, n=32)
    found = fourier_basis(window, 32, pre_emphasis) @ frame
    np.testing.assert_allclose(found, np.concatenate([wanted.real, wanted.imag]), atol=1e-12)
