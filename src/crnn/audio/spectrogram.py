"""From samples to features, inside the network: log-mel and MFCC with normalisation, the same eager and exported.

Frames are not centred: frame t sees the samples from t · hop to t · hop + window, so a stream has the same frames as
the whole clip. A clip shorter than one window is padded with zeros to one frame.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from crnn.audio.mel import cosine_transform, fourier_basis, mel_filters
from crnn.errors import DataError, SpecError, UnknownNameError
from crnn.padded import Padded
from crnn.spec import Spec, Steps

SCALES = ("slaney", "htk")
NORMALISERS = ("utterance", "mean", "running", "global", "none")

_VARIANCE_FLOOR = 1e-4  # digital silence has no variance; features are natural logs, whose spread is 1 to 3
_PRIOR_MS = 500.0  # how much the learnt mean weighs against the frames heard so far


@dataclass(frozen=True)
class SpectrogramSpec(Spec):
    """How samples become features.

    Args:
        rate_hz: Rate of the samples.
        window_ms: Length of a frame (periodic Hann window).
        hop_ms: Distance between frames.
        bands: Mel bands.
        low_hz: Lower end of the first band.
        high_hz: Upper end of the last band; None is half the rate.
        scale: "slaney" (as librosa) or "htk" mels; filters have equal area.
        fft: Points of the Fourier transform; None takes the next power of two from the window up.
        pre_emphasis: Subtract so much of the sample before, inside each frame; 0.97 is usual, 0 is off.
        coefficients: None gives log-mel bands; a number gives so many MFCCs.
        normalise: "utterance" (zero mean, unit variance of each feature over the sample), "mean" (only the mean taken
            off), "running" (mean of the last `running_ms` taken off, so that it can stream; learnt spread), "global"
            (learnt mean and spread) or "none".
        running_ms: Memory of the running mean.
        floor: Power added before the logarithm; the default lies about 90 dB below a full-scale tone.
        range_db: Raise the floor of each sample to so much below its loudest band, so that quiet hiss, which differs
            from one recording to the next, tells nothing; None leaves it. Needs the whole clip.
    """

    rate_hz: int = 16000
    window_ms: float = 25.0
    hop_ms: float = 10.0
    bands: int = 64
    low_hz: float = 20.0
    high_hz: float | None = None
    scale: Literal["slaney", "htk"] = "slaney"
    fft: int | None = None
    pre_emphasis: float = 0.0
    coefficients: int | None = None
    normalise: Literal["utterance", "mean", "running", "global", "none"] = "utterance"
    running_ms: float = 3000.0
    floor: float = 1e-7
    range_db: float | None = None

    def __post_init__(self) -> None:
        for name, value, known in (("scale", self.scale, SCALES), ("normalise", self.normalise, NORMALISERS)):
            if value not in known:
                raise UnknownNameError(name, value, known)
        _require(self.rate_hz > 0, f"rate_hz={self.rate_hz}: give a rate above 0, such as 16000")
        _require(self.hop >= 1, f"hop_ms={self.hop_ms} is less than one sample: give at least {1000 / self.rate_hz}")
        _require(self.window >= 2, f"window_ms={self.window_ms} is less than two samples: 25 is usual")
        _require(
            self.hop <= self.window, f"hop_ms={self.hop_ms} is longer than window_ms={self.window_ms}: samples get lost"
        )
        _require(self.bands >= 1, f"bands={self.bands}: give a whole number from 1 up")
        _require(
            0 <= self.low_hz < self.top_hz <= self.rate_hz / 2,
            f"bands from low_hz={self.low_hz} to high_hz={self.high_hz}: they must rise and end at or below half"
            f" the rate, {self.rate_hz / 2} Hz",
        )
        _require(
            self.points >= self.window, f"fft={self.fft} is shorter than the window of {self.window} samples: leave it"
        )
        _require(0 <= self.pre_emphasis < 1, f"pre_emphasis={self.pre_emphasis}: give a share from 0 up to, but not, 1")
        _require(
            self.coefficients is None or 1 <= self.coefficients <= self.bands,
            f"coefficients={self.coefficients}: give 1 to {self.bands} (the number of bands), or None for log-mel",
        )
        _require(self.memory >= 1, f"running_ms={self.running_ms} is less than one hop of {self.hop_ms} ms")
        _require(
            self.range_db is None or self.range_db > 0, f"range_db={self.range_db}: give decibels above 0, or None"
        )
        _require(self.floor > 0, f"floor={self.floor}: the logarithm needs a floor above 0, such as 1e-7")

    @property
    def whole_clip(self) -> bool:
        """Whether features hang on the whole clip, so that they cannot stream."""
        return self.normalise in ("utterance", "mean") or self.range_db is not None

    @property
    def window(self) -> int:
        """Samples of a frame."""
        return round(self.window_ms * self.rate_hz / 1000)

    @property
    def hop(self) -> int:
        """Samples between frames."""
        return round(self.hop_ms * self.rate_hz / 1000)

    @property
    def memory(self) -> int:
        """Frames that the running mean remembers."""
        return round(self.running_ms / self.hop_ms)

    @property
    def points(self) -> int:
        """Points of the Fourier transform."""
        return self.fft if self.fft is not None else 1 << (self.window - 1).bit_length()

    @property
    def top_hz(self) -> float:
        """Upper end of the last band."""
        return self.rate_hz / 2 if self.high_hz is None else self.high_hz


class LogMel(nn.Module):
    """Log-mel bands of a batch of waves: `Padded` ``(B, N)`` to ``(B, T, F)``.

    The arithmetic stays in float32 under autocast: squared spectra overflow half precision. Running eagerly it uses the
    FFT (2 to 5 times as fast on CPU as the convolution, for 64 clips of one second); traced for export it is a
    convolution with the Fourier basis, which every runtime has. Both agree to 1e-4.

    Args:
        spec: The settings; `coefficients` must be None.

    Example:
        >>> front = LogMel(SpectrogramSpec())
        >>> front(Padded.whole(torch.zeros(2, 16000))).data.shape
        torch.Size([2, 98, 64])
    """

    window: Tensor
    filters: Tensor
    basis: Tensor
    mean: Tensor
    std: Tensor
    prior: Tensor

    def __init__(self, spec: SpectrogramSpec) -> None:
        super().__init__()
        self.spec = spec
        self._check(spec)
        window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(spec.window) / spec.window)
        filters = mel_filters(spec.rate_hz, spec.points, spec.bands, spec.low_hz, spec.top_hz, spec.scale)
        _check_filters(spec, filters.sum(axis=0))
        basis = fourier_basis(window, spec.points, spec.pre_emphasis)
        for name, matrix in (("window", window), ("filters", filters), ("basis", basis)):
            self.register_buffer(name, torch.from_numpy(matrix).float(), persistent=False)
        learnt = spec.normalise in ("running", "global")
        self.register_buffer("mean", torch.zeros(self.features), persistent=learnt)
        self.register_buffer("std", torch.ones(self.features), persistent=learnt)
        self.register_buffer("prior", torch.zeros(()), persistent=learnt)

    def _check(self, spec: SpectrogramSpec) -> None:
        _require(spec.coefficients is None, f"coefficients={spec.coefficients} makes MFCCs: build it by spectrogram()")

    @property
    def features(self) -> int:
        """Features F of a frame."""
        return self.spec.bands

    @property
    def needs_fit(self) -> bool:
        """Whether `fit_normaliser` has something to learn."""
        return self.spec.normalise in ("running", "global")

    def frames(self, samples: Steps) -> Steps:
        """Frames T of so many samples: a number, or a tensor of numbers; at least 1."""
        spec = self.spec
        if isinstance(samples, Tensor):
            return (torch.div(samples - spec.window, spec.hop, rounding_mode="floor") + 1).clamp_min(1)
        return max(1, (samples - spec.window) // spec.hop + 1)

    def forward(self, waves: Padded) -> Padded:
        """Normalised features ``(B, T, F)`` of waves ``(B, N)``; padding is zero."""
        with torch.autocast(waves.data.device.type, enabled=False):
            raw = self.raw(waves)
            mask = raw.mask()[..., None]
            return raw.with_data(self.normalised(raw, mask).masked_fill(~mask, 0.0))

    def raw(self, waves: Padded) -> Padded:
        """Features before normalisation."""
        power = self._mel_power(self._whole_frames(waves))
        bands = Padded(power[:, : self.frames(waves.data.shape[1])], self.frames(waves.lengths))
        return bands.with_data(self._project(torch.log(bands.data + self._floor(bands))))

    def bands_of(self, samples: Tensor) -> Tensor:
        """Features before normalisation of a stream's samples ``(B, N)`` that hold at least one window."""
        return self._project(torch.log(self._mel_power(samples) + self.spec.floor))

    def _mel_power(self, samples: Tensor) -> Tensor:
        power = self._power_by_basis(samples) if torch.onnx.is_in_onnx_export() else self._power_by_fft(samples)
        return power @ self.filters

    def _floor(self, bands: Padded) -> Tensor | float:
        """Power added before the logarithm: the absolute floor, or so much below each sample's loudest band."""
        if self.spec.range_db is None:
            return self.spec.floor
        loudest: Tensor = bands.data.masked_fill(~bands.mask()[..., None], 0.0).amax((1, 2), keepdim=True)
        return loudest * float(10.0 ** (-self.spec.range_db / 10.0)) + self.spec.floor

    def normalised(self, raw: Padded, mask: Tensor) -> Tensor:
        """Features with their level and spread taken out, as the settings say."""
        match self.spec.normalise:
            case "utterance" | "mean":
                return _per_utterance(raw, mask, spread=self.spec.normalise == "utterance")
            case "running":
                return self.run(raw.data)
            case "global":
                return (raw.data - self.mean) / self.std
            case _:
                return raw.data

    def run(self, raw: Tensor) -> Tensor:
        """Take the running mean off ``(B, T, F)``; the learnt mean stands in for what was not yet heard."""
        weight = self.prior * (_PRIOR_MS / self.spec.hop_ms)
        total, count = _sliding_sum(raw, self.spec.memory)
        return (raw - (total + weight * self.mean) / (count + weight)) / self.std

    @torch.no_grad()
    def fit_normaliser(self, batches: Iterable[Padded]) -> None:
        """Learn mean and spread of every feature from training waves; does nothing where none are needed.

        Args:
            batches: Waves ``(B, N)`` of the training part alone.

        Raises:
            DataError: no batches.
        """
        if not self.needs_fit:
            return
        count, total, squares = 0, torch.zeros(self.features).double(), torch.zeros(self.features).double()
        for batch in batches:
            raw = self.raw(batch)
            valid = raw.data[raw.mask()].double().cpu()
            count += len(valid)
            total += valid.sum(0)
            squares += valid.square().sum(0)
        if count == 0:
            raise DataError("cannot learn the normalisation from no waves: give at least one batch of training data")
        mean = total / count
        self.mean.copy_(mean)
        self.std.copy_((squares / count - mean.square()).clamp_min(_VARIANCE_FLOOR).sqrt())
        self.prior.fill_(1.0)

    def _project(self, bands: Tensor) -> Tensor:
        return bands

    def _whole_frames(self, waves: Padded) -> Tensor:
        """Samples in float32, with zeros behind clips that are shorter than a window, and at least a window in all."""
        data = waves.data.float()
        # A graph cannot ask for lengths, so it always pads; `raw` cuts the frames that come from it.
        if torch.onnx.is_in_onnx_export():
            return F.pad(data.masked_fill(~waves.mask(), 0.0), (0, self.spec.window))
        if bool((waves.lengths < self.spec.window).any()):
            data = data.masked_fill(~waves.mask(), 0.0)
        return F.pad(data, (0, max(0, self.spec.window - data.shape[1])))

    def _power_by_fft(self, samples: Tensor) -> Tensor:
        frames = samples.unfold(-1, self.spec.window, self.spec.hop)
        if self.spec.pre_emphasis:
            frames = frames - self.spec.pre_emphasis * torch.cat([frames[..., :1], frames[..., :-1]], dim=-1)
        # Squared in place: real and imaginary parts by themselves would be read with gaps, at half the speed.
        parts = torch.view_as_real(torch.fft.rfft(frames * self.window, n=self.spec.points)).square_()
        return parts[..., 0] + parts[..., 1]

    def _power_by_basis(self, samples: Tensor) -> Tensor:
        parts = F.conv1d(samples[:, None], self.basis[:, None], stride=self.spec.hop)
        real, imaginary = parts.chunk(2, dim=1)
        power: Tensor = (real.square() + imaginary.square()).transpose(1, 2)
        return power


class MFCC(LogMel):
    """Mel-frequency cepstral coefficients: the first ones of the orthonormal DCT-II of the log-mel bands.

    Args:
        spec: The settings; `coefficients` must be a number.

    Example:
        >>> MFCC(SpectrogramSpec(coefficients=13)).features
        13
    """

    cosines: Tensor

    def __init__(self, spec: SpectrogramSpec) -> None:
        super().__init__(spec)
        cosines = torch.from_numpy(cosine_transform(spec.bands, self.features)).float()
        self.register_buffer("cosines", cosines, persistent=False)

    def _check(self, spec: SpectrogramSpec) -> None:
        _require(spec.coefficients is not None, "MFCCs need a number of coefficients: 13 is usual")

    @property
    def features(self) -> int:
        """Features F of a frame."""
        return self.spec.coefficients or 0

    def _project(self, bands: Tensor) -> Tensor:
        return bands @ self.cosines


def spectrogram(spec: SpectrogramSpec) -> LogMel:
    """The front end that the settings describe: `MFCC` if they name `coefficients`, else `LogMel`."""
    return LogMel(spec) if spec.coefficients is None else MFCC(spec)


def _per_utterance(raw: Padded, mask: Tensor, spread: bool) -> Tensor:
    count = raw.lengths.to(raw.data.device)[:, None, None]
    centred = raw.data - (raw.data * mask).sum(1, keepdim=True) / count
    if not spread:
        return centred
    variance = (centred.square() * mask).sum(1, keepdim=True) / count
    return centred / (variance + _VARIANCE_FLOOR).sqrt()


def _sliding_sum(values: Tensor, memory: int) -> tuple[Tensor, Tensor]:
    """Sum over the last `memory` steps of ``(B, T, F)``, and how many they are ``(T, 1)``."""
    # Differences of long sums lose digits, so they are taken in double where the device has it.
    wide = values if values.device.type == "mps" else values.double()
    sums = F.pad(wide.cumsum(1), (0, 0, memory, 0))
    steps = values.shape[1]
    total = (sums[:, memory:] - sums[:, :steps]).to(values.dtype)
    count = torch.arange(1, steps + 1, device=values.device).clamp_max(memory)[:, None]
    return total, count


def _check_filters(spec: SpectrogramSpec, areas: Any) -> None:
    empty = np.flatnonzero(areas == 0)
    _require(
        len(empty) == 0,
        f"bands={spec.bands} are too many for fft={spec.points}: {len(empty)} of them, such as number"
        f" {empty[0] if len(empty) else 0}, catch no frequency; take fewer bands or fft={2 * spec.points}",
    )


def _require(ok: bool, message: str) -> None:
    if not ok:
        raise SpecError(message)
