"""Arrays that the user already holds: checked, cut into records as views, converted one sample at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from crnn.data.example import Record
from crnn.data.findings import Findings
from crnn.errors import DataError, ShapeError, kind_of

CHECKED_VALUES = 1 << 24
"""Values looked at in one go when searching for NaN, so that a large memory map is never read whole."""

_AXES = {1: "(T,)", 2: "(T, F)", 3: "(T, F, C)"}
_INPUT_KEYS = ("x", "input", "inputs", "audio", "image", "array", "features", "path", "file", "text", "sentence")
_TARGET_KEYS = ("y", "target", "targets", "label", "labels", "class", "category", "text", "transcript", "sentence")


@dataclass(frozen=True, eq=False)
class Arrays:
    """Inputs and targets in memory, for whoever wants to say more than ``(x, y)``.

    Args:
        x: ``(N, T, F)``, ``(N, T, F, C)``, or a list of N arrays ``(T_i, F)`` of different lengths.
        y: N targets, or None.
        sample_weight: N numbers from 0 up: how much each sample counts in the loss.
        group: N speakers, writers or series that must not stand on both sides of a split.
    """

    x: Any
    y: Any = None
    sample_weight: Any = None
    group: Any = None

    def records(self, dims: Sequence[int] = (2, 3), missing: bool = False) -> tuple[list[Record], Findings]:
        """The same as records; see `from_arrays`."""
        return from_arrays(self.x, self.y, self.sample_weight, dims=dims, groups=self.group, missing=missing)


def from_arrays(
    x: Any,
    y: Any = None,
    weights: Any = None,
    names: Sequence[str] | None = None,
    *,
    groups: Any = None,
    dims: Sequence[int] = (2, 3),
    missing: bool = False,
) -> tuple[list[Record], Findings]:
    """Records that are views of the user's arrays; nothing is copied.

    Args:
        x: ``(N, T, F)`` or ``(N, T, F, C)`` as NumPy array or torch tensor, or a list of arrays ``(T_i, F)``.
        y: N targets: numbers, labels, vectors, texts; or None.
        weights: N finite numbers from 0 up, or None.
        names: What messages call the samples; "row 0", "row 1", … by default.
        groups: N speakers, writers or series, or None.
        dims: Dimensions that one sample may have; ``(1,)`` for waves, ``(2, 3)`` for features.
        missing: Let NaN and infinity in `x` through, for a task that knows what to do about missing values.

    Raises:
        ShapeError: empty, wrong dimensions, lengths that differ between `x` and the rest, NaN or infinity.

    Example:
        >>> records, _ = from_arrays(np.zeros((2, 5, 3)), ["on", "off"])
        >>> records[1].target, records[1].source.shape
        ('off', (5, 3))
    """
    samples = _samples(x, dims)
    count = len(samples)
    titles = [f"row {row}" for row in range(count)] if names is None else _column("names", names, count)
    if not missing:
        _refuse_bad_values(samples, titles)
    targets = [None] * count if y is None else _column("y", y, count)
    _refuse_bad_targets(targets, titles)
    counted = [1.0] * count if weights is None else weights_of(weights, count, titles)
    sides = [""] * count if groups is None else [str(group) for group in _column("groups", groups, count)]
    rows = zip(samples, targets, titles, sides, counted, strict=True)
    return [
        Record(source, target, str(name), group, weight=weight) for source, target, name, group, weight in rows
    ], Findings()


def from_dataset(dataset: Iterable[Any], *, dims: Sequence[int] = (2, 3)) -> tuple[list[Record], Findings]:
    """Records from a torch Dataset, a sequence, or a generator of ``(x, y)`` pairs or dicts.

    Every item is taken once and kept; inputs that are arrays or tensors stay views of what the dataset gave.

    Args:
        dataset: Items ``(x, y)``, ``(x, y, weight)`` with a number, or dicts with the keys "x" and "y" (or common
            names for them such as "audio", "text", "label"; Hugging Face's ``{"array": …}`` is opened).
        dims: Dimensions that one sample may have.

    Raises:
        DataError: an item that is neither a pair nor a dict, or no items at all.
        ShapeError: as `from_arrays`.
    """
    inputs, targets, weights = pairs(dataset)
    return from_arrays(inputs, targets, weights, dims=dims)


def pairs(dataset: Iterable[Any]) -> tuple[list[Any], list[Any] | None, list[float]]:
    """Inputs, targets (None where no item has one) and weights of a dataset's items, as `from_dataset` takes them.

    Raises:
        DataError: an item that is neither a pair nor a dict, or no items at all.
    """
    parts = [_parts(item, row) for row, item in enumerate(_items(dataset))]
    if not parts:
        raise DataError("the dataset is empty: give at least one (x, y) pair")
    inputs, targets, weights = (list(part) for part in zip(*parts, strict=True))
    return inputs, None if all(target is None for target in targets) else targets, weights


def as_inputs(source: Any, name: str, dims: Sequence[int] = (2, 3)) -> NDArray[np.float32]:
    """One sample's source as float32, copied only where its type or memory demands it.

    Args:
        source: Array, tensor or nested list of real numbers.
        name: What messages call the sample.
        dims: Dimensions that it may have.

    Raises:
        ShapeError: not numbers, wrong dimensions, no steps, NaN or infinity.
    """
    array = _as_array(source, name)
    _check_sample(array, name, dims)
    values = np.require(array, dtype=np.float32, requirements=["C", "W"])
    if not np.isfinite(values).all():
        raise ShapeError(f"{name} holds NaN or infinity: repair or drop the sample")
    return values


def as_numpy(given: Any) -> Any:
    """A tensor as the array behind it (no copy on the CPU); everything else as it is."""
    if not isinstance(given, torch.Tensor):
        return given
    tensor = given.detach().cpu()
    return (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy()


def _as_array(source: Any, name: str) -> NDArray[Any]:
    try:
        array = np.asarray(as_numpy(source))
    except ValueError as error:  # nested lists of different lengths
        raise ShapeError(f"{name} is not a regular array ({error}): give one array (T, F) a sample") from error
    if array.dtype.kind not in "biuf":
        raise ShapeError(f"{name} holds {array.dtype}, not real numbers: give integers, booleans or floats")
    return array


def _samples(x: Any, dims: Sequence[int]) -> list[NDArray[Any]]:
    whole = as_numpy(x)
    if isinstance(whole, np.ndarray) and whole.dtype != object:
        if whole.ndim - 1 not in dims:
            hint = " One sample by itself is x[None]." if whole.ndim in dims else ""
            if whole.ndim == 2 and 2 in dims:
                hint += " For one value a step add the feature axis: x[..., None]."
            raise ShapeError(f"x has shape {whole.shape}: give {_wanted(dims)} with a first axis of samples.{hint}")
        array = _as_array(whole, "x")
        samples: list[NDArray[Any]] = list(array)
    elif isinstance(whole, (Sequence, np.ndarray)) and not isinstance(whole, str):
        samples = [_as_array(item, f"row {row}") for row, item in enumerate(whole)]
    else:
        raise ShapeError(f"x is {kind_of(x)}: give a NumPy array, a torch tensor or a list of arrays")
    if not samples:
        raise ShapeError("x has no samples: give at least one")
    tail = samples[0].shape[1:]
    for row, sample in enumerate(samples):
        _check_sample(sample, f"row {row}", dims)
        if sample.shape[1:] != tail:
            raise ShapeError(f"row {row} has shape {sample.shape}, row 0 {samples[0].shape}: only T may differ")
    return samples


def _check_sample(array: NDArray[Any], name: str, dims: Sequence[int]) -> None:
    if array.ndim not in dims:
        raise ShapeError(f"{name} has shape {array.shape}: give {_wanted(dims)}")
    if array.size == 0:
        raise ShapeError(f"{name} is empty, shape {array.shape}: give at least one step and one feature")


def _wanted(dims: Sequence[int]) -> str:
    return " or ".join(_AXES[dim] for dim in dims) + " a sample"


def _refuse_bad_values(samples: list[NDArray[Any]], names: Sequence[str]) -> None:
    """Refuse NaN and infinity, looking at a bounded part at a time so that a memory map stays on disk."""
    bad: list[str] = []
    for name, sample in zip(names, samples, strict=True):
        step = max(1, CHECKED_VALUES // max(1, sample[0].size))
        parts = range(0, len(sample), step)
        if sample.dtype.kind == "f" and not all(np.isfinite(sample[at : at + step]).all() for at in parts):
            bad.append(str(name))
    if bad:
        more = f" and {len(bad) - 5} more" if len(bad) > 5 else ""
        raise ShapeError(f"x holds NaN or infinity in {', '.join(bad[:5])}{more}: repair or drop these samples")


def _refuse_bad_targets(targets: Sequence[Any], names: Sequence[str]) -> None:
    for name, target in zip(names, targets, strict=True):
        values = np.asarray(target) if isinstance(target, (float, np.floating, np.ndarray)) else None
        if values is not None and values.dtype.kind == "f" and not np.isfinite(values).all():
            raise ShapeError(f"the target of {name} holds NaN or infinity: repair or drop the sample")


def _column(what: str, given: Any, count: int) -> list[Any]:
    values = as_numpy(given)
    if isinstance(values, (str, bytes, Mapping)) or not hasattr(values, "__len__") or np.shape(values) == ():
        raise ShapeError(f"{what} is {kind_of(given)}: give one value for each of the {count} samples")
    if len(values) != count:
        raise ShapeError(f"{what} has {len(values)} values, x has {count} samples: give one a sample")
    if isinstance(values, np.ndarray) and values.ndim == 1:
        return list(values.tolist())
    # Series of other libraries index by label, iteration does not.
    return [_plain(as_numpy(value)) for value in values]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, (np.generic, np.ndarray)) and value.ndim == 0 else value


def weights_of(given: Any, count: int, names: Sequence[str]) -> list[float]:
    """The weights of samples, one each.

    Raises:
        ShapeError: there are more or fewer than samples, or one is below 0 or not finite.
    """
    values = [float(value) for value in _column("weights", given, count)]
    for name, value in zip(names, values, strict=True):
        if not (np.isfinite(value) and value >= 0):
            raise ShapeError(f"the weight of {name} is {value}: give a finite number from 0 up")
    return values


def _items(dataset: Any) -> Iterable[Any]:
    """A map-style torch Dataset has no end when iterated; its length says where to stop."""
    if hasattr(dataset, "__getitem__") and hasattr(dataset, "__len__") and not isinstance(dataset, Mapping):
        return (dataset[row] for row in range(len(dataset)))
    if not isinstance(dataset, Iterable) or isinstance(dataset, Mapping):
        raise DataError(f"{kind_of(dataset)} is no dataset: give an iterable of (x, y) pairs or dicts")
    return dataset


def _parts(item: Any, row: int) -> tuple[Any, Any, float]:
    if isinstance(item, Mapping):
        used, source = _pick(item, _INPUT_KEYS, row)
        rest = {key: value for key, value in item.items() if key != used}
        target = next((rest[key] for key in _TARGET_KEYS if key in rest), None)
        return (source["array"] if isinstance(source, Mapping) and "array" in source else source), target, 1.0
    if isinstance(item, tuple | list) and len(item) in (2, 3):
        return item[0], item[1], float(item[2]) if len(item) == 3 else 1.0
    given = f"{len(item)} parts" if isinstance(item, tuple | list) else kind_of(item)
    raise DataError(f"item {row} of the dataset is {given}: give (x, y) pairs, or dicts with 'x' and 'y'")


def _pick(item: Mapping[str, Any], keys: Sequence[str], row: int) -> tuple[str, Any]:
    for key in keys:
        if key in item:
            return key, item[key]
    raise DataError(f"item {row} of the dataset has the keys {', '.join(map(str, item))}: give 'x' and 'y'")
