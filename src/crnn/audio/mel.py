"""The fixed matrices of spectral features: mel filters, cosine transform, Fourier basis; float64 NumPy, no state."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Matrix = NDArray[np.float64]

_LINEAR_HZ = 200.0 / 3.0  # Slaney: one mel is 200/3 Hz up to 1000 Hz ...
_BREAK_HZ = 1000.0
_BREAK_MEL = _BREAK_HZ / _LINEAR_HZ
_LOG_STEP = math.log(6.4) / 27.0  # ... and 27 mels are a factor of 6.4 above


def hz_to_mel(hz: ArrayLike, scale: str = "slaney") -> Matrix:
    """Mels of frequencies on the "slaney" (Auditory Toolbox 1998) or "htk" (O'Shaughnessy 1987) scale.

    Example:
        >>> hz_to_mel([60.0, 440.0]).round(6).tolist()
        [0.9, 6.6]
    """
    frequency = np.asarray(hz, dtype=np.float64)
    if scale == "htk":
        return np.asarray(2595.0 * np.log10(1.0 + frequency / 700.0))
    above = _BREAK_MEL + np.log(np.maximum(frequency, _BREAK_HZ) / _BREAK_HZ) / _LOG_STEP
    return np.where(frequency < _BREAK_HZ, frequency / _LINEAR_HZ, above)


def mel_to_hz(mel: ArrayLike, scale: str = "slaney") -> Matrix:
    """Frequencies of mels; the inverse of `hz_to_mel`."""
    place = np.asarray(mel, dtype=np.float64)
    if scale == "htk":
        return np.asarray(700.0 * (10.0 ** (place / 2595.0) - 1.0))
    above = _BREAK_HZ * np.exp(_LOG_STEP * (np.maximum(place, _BREAK_MEL) - _BREAK_MEL))
    return np.where(place < _BREAK_MEL, place * _LINEAR_HZ, above)


def mel_filters(rate_hz: int, fft: int, bands: int, low_hz: float, high_hz: float, scale: str = "slaney") -> Matrix:
    """Triangular filters of equal area, evenly spaced in mels, as librosa's default.

    Returns:
        Shape ``(fft // 2 + 1, bands)``, for power spectra on the left. A band that falls between two bins is all zero.
    """
    ends = hz_to_mel([low_hz, high_hz], scale)
    edges = mel_to_hz(np.linspace(ends[0], ends[1], bands + 2), scale)
    bins = np.arange(fft // 2 + 1)[:, None] * (rate_hz / fft)
    widths = np.diff(edges)
    rising = (bins - edges[:-2]) / widths[:-1]
    falling = (edges[2:] - bins) / widths[1:]
    return np.asarray(np.maximum(0.0, np.minimum(rising, falling)) * (2.0 / (edges[2:] - edges[:-2])))


def cosine_transform(bands: int, coefficients: int) -> Matrix:
    """The orthonormal DCT-II as a matrix ``(bands, coefficients)``."""
    order = np.arange(coefficients)
    matrix = np.cos(np.pi / bands * (np.arange(bands)[:, None] + 0.5) * order) * math.sqrt(2.0 / bands)
    matrix[:, 0] /= math.sqrt(2.0)
    return np.asarray(matrix)


def fourier_basis(window: Matrix, fft: int, pre_emphasis: float) -> Matrix:
    """Pre-emphasis, window and real DFT as one matrix: ``(2 · (fft // 2 + 1), window)``, cosines above sines.

    A frame times its transpose gives real and imaginary parts, which is how the graph is exported: a convolution is
    an operator that every runtime has.
    """
    size = len(window)
    angles = 2.0 * np.pi / fft * np.outer(np.arange(fft // 2 + 1), np.arange(size))
    basis = np.concatenate([np.cos(angles), -np.sin(angles)]) * window
    emphasis = np.eye(size) - pre_emphasis * np.eye(size, k=-1)
    emphasis[0, 0] -= pre_emphasis
    return np.asarray(basis @ emphasis)
