"""Variations of training texts, on their numbers ``(B, T, slots)``: tokens hidden, neighbours exchanged."""

from __future__ import annotations

import torch
from torch import Tensor

from crnn.padded import Padded


class Drop:
    """Hide single tokens, all slots of a step, so that no answer hangs on one word.

    What is hidden is nothing (0), as an empty slot is; the step stays, since its place tells something too. At least
    one step of each text stays as it is.

    Args:
        share: Of the steps.
    """

    def __init__(self, share: float) -> None:
        self.share = share

    def __call__(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Hide steps of ``(B, T, slots)``, into new data."""
        drawn = _drawn(batch, generator)
        kept = drawn >= self.share
        best = drawn.masked_fill(~batch.mask(), -1.0).argmax(1, keepdim=True)
        kept = kept.scatter(1, best, True)
        return batch.with_data(batch.data * kept.to(batch.data.dtype)[..., None])


class Swap:
    """Exchange neighbouring tokens, so that order counts, but not each single place.

    Args:
        share: Of the pairs of neighbours, at most a half.
    """

    def __init__(self, share: float) -> None:
        self.share = share

    def __call__(self, batch: Padded, generator: torch.Generator) -> Padded:
        """Exchange steps of ``(B, T, slots)``, into new data; padding stays at the end."""
        rows, steps = batch.data.shape[:2]
        chosen = _drawn(batch, generator) < self.share
        place = torch.arange(steps, device=batch.data.device).repeat(rows, 1)
        chosen &= place + 1 < batch.lengths.to(place.device)[:, None]
        chosen[:, 1:] &= ~chosen[:, :-1]  # of two pairs that share a token the first alone
        later = torch.zeros_like(chosen)
        later[:, 1:] = chosen[:, :-1]
        place = place + chosen.long() - later.long()
        return batch.with_data(batch.data.gather(1, place[..., None].expand_as(batch.data)))


def _drawn(batch: Padded, generator: torch.Generator) -> Tensor:
    drawn: Tensor = torch.rand(batch.data.shape[:2], generator=generator, device=generator.device)
    return drawn.to(batch.data.device)
