"""Checks that several objectives share: is it a tensor of this shape and range, without NaN."""

from __future__ import annotations

import torch
from torch import Tensor

from crnn.errors import ShapeError
from crnn.padded import Padded


def plain(targets: Tensor | Padded, loss: str, right: str) -> Tensor:
    """The targets as one tensor.

    Raises:
        ShapeError: they are sequences of different lengths.
    """
    if isinstance(targets, Padded):
        raise ShapeError(
            f'{loss} was given sequences as targets, it needs {right}: choose the loss "ctc" for sequences of symbols,'
            " or give one target a sample (as float32 where it has several numbers)"
        )
    return targets


def is_whole(targets: Tensor) -> bool:
    """Whether the numbers are integers (booleans are not)."""
    return not (targets.is_floating_point() or targets.is_complex() or targets.dtype == torch.bool)


def refuse_non_finite(targets: Tensor, loss: str) -> None:
    """Refuse NaN and infinity, naming the rows.

    Raises:
        ShapeError: a value is not finite.
    """
    bad = ~torch.isfinite(targets)
    if bad.any():
        raise ShapeError(
            f"{loss} was given targets with NaN or infinity in {rows(bad)}, it needs finite numbers: "
            "fill the gaps or drop these samples"
        )


def as_columns(targets: Tensor | Padded, outputs: int, loss: str) -> Tensor:
    """Targets ``(B, outputs)`` in float32, from ``(B, outputs)``, or ``(B,)`` where there is one output.

    Raises:
        ShapeError: another shape, or complex numbers.
    """
    # A set of examples stacks vectors of whole numbers as `Padded`, since they might be symbols; here they are values.
    if isinstance(targets, Padded) and targets.data.dim() == 2 and targets.full:
        targets = targets.data
    targets = plain(targets, loss, f"numbers (B, {outputs})")
    shaped = targets[:, None] if targets.dim() == 1 and outputs == 1 else targets
    if shaped.dim() != 2 or shaped.shape[1] != outputs or targets.is_complex():
        right = f"(B, {outputs})" + (" or (B,)" if outputs == 1 else "")
        raise ShapeError(
            f"{loss} was given targets of shape {tuple(targets.shape)} and type {targets.dtype}, it needs real numbers"
            f" of shape {right}: reshape the targets or give the network as many outputs as there are columns"
        )
    return shaped.float()


def rows(bad: Tensor, most: int = 5) -> str:
    """The samples that `bad` marks, in words: "row 3", "rows 1, 5, 7, 8, 9 and 12 more"."""
    found = bad.reshape(len(bad), -1).any(dim=1).nonzero()[:, 0].tolist()
    shown = ", ".join(str(row) for row in found[:most])
    rest = f" and {len(found) - most} more" if len(found) > most else ""
    return f"row{'s' if len(found) > 1 else ''} {shown}{rest}"
