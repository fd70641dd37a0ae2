"""Features chunk by chunk: the same numbers as for the whole clip, with what must be remembered carried along."""

from __future__ import annotations

import torch
from torch import Tensor

from crnn.audio.spectrogram import LogMel
from crnn.errors import ShapeError, SpecError


class SpectrogramStream:
    """Feeds samples into a front end as they arrive.

    Args:
        front: Normalised by "running", "global" or "none"; a mean over the whole utterance is not known in time.

    Raises:
        SpecError: the features hang on the whole clip.

    Example:
        >>> from crnn.audio.spectrogram import SpectrogramSpec
        >>> stream = SpectrogramStream(LogMel(SpectrogramSpec(normalise="running")))
        >>> [stream.push(torch.zeros(1, 320)).shape[1] for _ in range(4)]
        [0, 2, 2, 2]
    """

    def __init__(self, front: LogMel) -> None:
        if front.spec.whole_clip:
            raise SpecError(
                f"normalise={front.spec.normalise!r}, range_db={front.spec.range_db} need the whole clip and cannot "
                'stream: train with normalise="running", range_db=None'
            )
        self.front = front
        self.reset()

    def reset(self) -> None:
        """Forget what was heard, before another stream."""
        self._samples: Tensor | None = None
        self._past: Tensor | None = None

    @torch.no_grad()
    def push(self, samples: Tensor) -> Tensor:
        """Features ``(B, t, F)`` of the frames that the new samples ``(B, n)`` complete; t may be 0.

        Raises:
            ShapeError: another number of rows than before.
        """
        heard = samples if self._samples is None else _join(self._samples, samples)
        spec = self.front.spec
        if heard.shape[1] < spec.window:
            self._samples = heard
            return heard.new_zeros(heard.shape[0], 0, self.front.features)
        raw = self.front.bands_of(heard.float())
        self._samples = heard[:, raw.shape[1] * spec.hop :]
        return self._normalised(raw)

    def _normalised(self, raw: Tensor) -> Tensor:
        front = self.front
        if front.spec.normalise == "global":
            return (raw - front.mean) / front.std
        if front.spec.normalise == "none":
            return raw
        known = raw if self._past is None else torch.cat([self._past, raw], dim=1)
        self._past = known[:, -front.spec.memory :]
        return front.run(known)[:, -raw.shape[1] :]


def _join(before: Tensor, samples: Tensor) -> Tensor:
    if before.shape[0] != samples.shape[0]:
        raise ShapeError(
            f"the stream has {before.shape[0]} rows, the new samples {samples.shape[0]}: reset() before another stream"
        )
    return torch.cat([before, samples], dim=1)
