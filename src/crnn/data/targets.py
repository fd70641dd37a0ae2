"""Targets of a set as a few flat arrays, to be stored beside the inputs without pickle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crnn.errors import ShapeError


def pack_targets(targets: Sequence[Any] | None) -> dict[str, NDArray[Any]]:
    """Arrays that hold the targets: their values end to end, and the shape of each.

    Args:
        targets: Numbers, or arrays of one type and number of axes; None for a set without targets.

    Raises:
        ShapeError: targets of several kinds in one set.
    """
    if targets is None:
        return {}
    arrays = [np.asarray(target) for target in targets]
    kinds = {(array.dtype.kind, array.ndim) for array in arrays}
    if len(kinds) > 1 or not all(kind in "biuf" for kind, _ in kinds):
        raise ShapeError(f"the targets of one set are of several kinds {sorted(kinds)}: prepare them all alike")
    shapes = np.array([array.shape for array in arrays], dtype=np.int64).reshape(len(arrays), -1)
    values = np.concatenate([array.ravel() for array in arrays]) if arrays else np.empty(0)
    return {"target_values": values, "target_shapes": shapes}


def unpack_targets(arrays: Mapping[str, NDArray[Any]]) -> list[Any] | None:
    """The targets that `pack_targets` stored: Python numbers, or arrays.

    Example:
        >>> unpack_targets(pack_targets([3, 1])), unpack_targets(pack_targets([np.arange(2), np.arange(0)]))
        ([3, 1], [array([0, 1]), array([], dtype=int64)])
    """
    if "target_values" not in arrays:
        return None
    values, shapes = arrays["target_values"], arrays["target_shapes"]
    if shapes.shape[1] == 0:
        return list(values.tolist())
    ends = np.cumsum(shapes.prod(axis=1))
    pieces = np.split(values, ends[:-1])
    return [piece.reshape(shape) for piece, shape in zip(pieces, shapes, strict=True)]
