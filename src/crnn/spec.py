"""Plain descriptions of a network: small frozen dataclasses, equal by value, JSON both ways.

A spec says what a network is; `crnn.nn` builds it. Sizes per axis are given as one number for both axes or as a
pair ``(F, T)``: frequency (or image height) first, time (or image width) second. One-dimensional networks have only
the time axis.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal, Self, TypeVar

from crnn.errors import SpecError, UnknownNameError
from crnn.registry import check_keys

BLANK = 0
"""The class that CTC reserves for "no symbol here". Alphabets start at 1."""

Size = int | tuple[int, int]
Steps = TypeVar("Steps", int, Any)

SUMMARIES = ("none", "last", "mean", "max", "attention")
NORMS = ("batch", "layer", "group", "none")
ACTIVATIONS = ("relu", "gelu", "silu", "tanh", "none")


class Spec:
    """JSON both ways for frozen dataclasses; unknown keys are refused with the nearest known one."""

    _nested: ClassVar[dict[str, type[Spec]]] = {}

    def to_dict(self) -> dict[str, Any]:
        """The spec as plain lists, dicts and numbers, ready for `json.dumps`."""
        return {name: _plain(getattr(self, name)) for name in _names(type(self))}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Read what `to_dict` wrote.

        Raises:
            SpecError: an unknown key, or a value that the spec refuses.
        """
        check_keys(cls.__name__, data, _names(cls))
        values = {key: _revive(cls._nested.get(key), value) for key, value in data.items()}
        return cls(**values)

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed."""
        return dataclasses.replace(self, **changes)  # type: ignore[type-var]


def _names(cls: type) -> list[str]:
    return [item.name for item in fields(cls)]


def _plain(value: Any) -> Any:
    if isinstance(value, Spec):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _revive(nested: type[Spec] | None, value: Any) -> Any:
    if nested is not None and isinstance(value, dict):
        return (BranchSpec if "branches" in value else nested).from_dict(value)
    if isinstance(value, (list, tuple)):
        return tuple(_revive(nested, item) for item in value)
    return value


def _pair(size: Size) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else size


def _require(ok: bool, message: str) -> None:
    if not ok:
        raise SpecError(message)


def _check_size(name: str, size: Any) -> None:
    parts = size if isinstance(size, tuple) else (size,)
    whole = all(isinstance(part, int) and not isinstance(part, bool) and part >= 1 for part in parts)
    _require(
        whole and len(parts) in (1, 2), f"{name}={size!r}: give a whole number from 1 up, or a pair (F, T) of them"
    )


def _check_share(name: str, value: float) -> None:
    _require(0.0 <= value < 1.0, f"{name}={value!r}: give a share from 0 up to, but not including, 1")


def _check_choice(name: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        raise UnknownNameError(name, value, known)


@dataclass(frozen=True)
class ConvSpec(Spec):
    """One convolution block: `repeats` × (convolution, norm, activation), a skip if `residual`, pooling, dropout.

    Args:
        channels: Output channels.
        kernel: Kernel size per axis (F, T).
        stride: Stride per axis; with `repeats` only the first convolution strides.
        padding: "same" keeps ceil(n / stride) steps; "valid" pads nothing.
        dilation: Dilation per axis.
        pool: Max-pooling window and stride per axis; a remainder is dropped, as Keras does.
        norm: "batch", "layer" (each step by itself), "group" (each sample by itself) or "none"; padding never counts.
        groups: Number of channel groups for norm="group".
        activation: "relu", "gelu", "silu", "tanh" or "none".
        repeats: Convolutions in the block.
        residual: Add the block's input (projected by 1×1 if its shape differs) before the last activation.
        dropout: Share of whole channels dropped in training.
    """

    channels: int
    kernel: Size = 3
    stride: Size = 1
    padding: Literal["same", "valid"] = "same"
    dilation: Size = 1
    pool: Size = 1
    norm: Literal["batch", "layer", "group", "none"] = "batch"
    groups: int = 8
    activation: Literal["relu", "gelu", "silu", "tanh", "none"] = "relu"
    repeats: int = 1
    residual: bool = False
    dropout: float = 0.0

    def __post_init__(self) -> None:
        _require(self.channels >= 1, f"channels={self.channels!r}: give a whole number from 1 up")
        for name in ("kernel", "stride", "dilation", "pool"):
            _check_size(name, getattr(self, name))
        _check_choice("padding", self.padding, ("same", "valid"))
        _check_choice("norm", self.norm, NORMS)
        _check_choice("activation", self.activation, ACTIVATIONS)
        _check_share("dropout", self.dropout)
        _require(self.repeats >= 1, f"repeats={self.repeats!r}: give a whole number from 1 up")
        _require(
            not (self.residual and self.padding == "valid"),
            'residual blocks need padding="same": the skip must keep the length',
        )
        _require(
            self.norm != "group" or self.channels % self.groups == 0,
            f"channels={self.channels} cannot be cut into groups={self.groups}: choose a divisor",
        )

    def axis(self, index: int) -> tuple[int, int, int, int]:
        """Kernel, stride, dilation and pool along one axis: 0 is F, 1 is T."""
        sizes = (self.kernel, self.stride, self.dilation, self.pool)
        kernel, stride, dilation, pool = (_pair(size)[index] for size in sizes)
        return kernel, stride, dilation, pool

    def length(self, size: Steps, axis: int = 1) -> Steps:
        """Steps (or frequency rows) that come out of `size` steps; works on numbers and integer tensors."""
        kernel, stride, dilation, pool = self.axis(axis)
        for repeat in range(self.repeats):
            step = stride if repeat == 0 else 1
            lost = dilation * (kernel - 1) if self.padding == "valid" else 0
            size = (size - lost - 1) // step + 1
        return size // pool


@dataclass(frozen=True)
class BranchSpec(Spec):
    """Convolution blocks side by side: all read the same input, their channels are joined.

    Args:
        branches: The blocks, mostly of different kernels; all must keep the same number of steps and rows.

    Example:
        >>> spec = BranchSpec(tuple(ConvSpec(32, kernel=kernel) for kernel in (1, 3, 5)))
        >>> spec.channels, spec.length(20)
        (96, 20)
    """

    branches: tuple[ConvSpec, ...]

    _nested: ClassVar[dict[str, type[Spec]]] = {"branches": ConvSpec}

    def __post_init__(self) -> None:
        _require(len(self.branches) > 0, "branches=(): give at least one block")
        first = self.branches[0]
        for block in self.branches[1:]:
            alike = all(
                block.length(size, axis) == first.length(size, axis) for axis in (0, 1) for size in range(1, 99)
            )
            _require(alike, f"branches of different lengths cannot be joined: {first} and {block}")

    @property
    def channels(self) -> int:
        """Output channels of all branches together."""
        return sum(block.channels for block in self.branches)

    @property
    def norm(self) -> str:
        """The norm that looks furthest: "group" where any branch has it, else that of the first."""
        return "group" if any(block.norm == "group" for block in self.branches) else self.branches[0].norm

    def length(self, size: Steps, axis: int = 1) -> Steps:
        """Steps (or frequency rows) that come out of `size` steps."""
        return self.branches[0].length(size, axis)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class RecurrentSpec(Spec):
    """A stack of recurrent layers.

    Args:
        cell: "lstm", "gru", "rnn", or any name in `crnn.nn.recurrent.CELLS`.
        units: Hidden units per direction.
        layers: Layers on top of one another.
        bidirectional: Read from both ends; such a network cannot stream.
        dropout: Share dropped between layers and after the last one, in training.
        input_dropout: Share dropped before the first layer, in training.
        locked: Drop the same units at every step of a sample (variational dropout, Gal & Ghahramani 2016).
    """

    cell: str = "lstm"
    units: int = 128
    layers: int = 1
    bidirectional: bool = False
    dropout: float = 0.0
    input_dropout: float = 0.0
    locked: bool = False

    def __post_init__(self) -> None:
        _require(self.units >= 1, f"units={self.units!r}: give a whole number from 1 up")
        _require(self.layers >= 1, f"layers={self.layers!r}: give a whole number from 1 up, or recurrent=None")
        _check_share("dropout", self.dropout)
        _check_share("input_dropout", self.input_dropout)


@dataclass(frozen=True)
class HeadSpec(Spec):
    """Summary over time, hidden dense layers, and the dense layer that gives the scores.

    Args:
        summary: "none" keeps every step; "last", "mean", "max", "attention" give one vector a sample, counting valid
            steps only; several names join their vectors. "last" of a bidirectional network joins the last step of the
            forward and the first of the backward reading, as Keras does.
        hidden: Units of each hidden dense layer.
        activation: Between hidden layers.
        dropout: Share dropped before each dense layer, in training.
    """

    summary: Literal["none", "last", "mean", "max", "attention"] | tuple[str, ...] = "none"
    hidden: tuple[int, ...] = ()
    activation: Literal["relu", "gelu", "silu", "tanh", "none"] = "relu"
    dropout: float = 0.0

    def __post_init__(self) -> None:
        several = isinstance(self.summary, tuple)
        for name in self.summary if several else (self.summary,):
            _check_choice("summary", name, SUMMARIES[1:] if several else SUMMARIES)
        _require(self.summary != (), 'summary=(): give at least one name, or "none"')
        _check_choice("activation", self.activation, ACTIVATIONS)
        _check_share("dropout", self.dropout)


@dataclass(frozen=True)
class NetworkSpec(Spec):
    """Convolutions, then recurrent layers, then a head.

    Args:
        convolutions: The blocks in order, or blocks side by side (`BranchSpec`); may be empty.
        recurrent: The recurrent stack, or None for a purely convolutional network.
        head: Summary and dense layers.
        dimensions: 2 for spectrograms and images (F and T are both convolved), 1 for text and series.
        causal: Look only backwards in time, so that the network can stream.
        wide: The last so many features of a step, one for each score, go past the network: their sum over time is what
            a linear model in the front end answers, and the scores are the mean of both. In training the network
            answers alone. Needs a summary, and one dimension.
        wide_share: Of the linear model in that mean.

    Example:
        >>> spec = NetworkSpec.classic()
        >>> NetworkSpec.from_dict(spec.to_dict()) == spec
        True
        >>> spec.steps(98)
        23
    """

    convolutions: tuple[ConvSpec | BranchSpec, ...] = ()
    recurrent: RecurrentSpec | None = field(default_factory=RecurrentSpec)
    head: HeadSpec = field(default_factory=HeadSpec)
    dimensions: Literal[1, 2] = 2
    causal: bool = False
    wide: int = 0
    wide_share: float = 0.5

    _nested: ClassVar[dict[str, type[Spec]]] = {
        "convolutions": ConvSpec,
        "recurrent": RecurrentSpec,
        "head": HeadSpec,
    }

    def __post_init__(self) -> None:
        _require(self.dimensions in (1, 2), f"dimensions={self.dimensions!r}: 1 or 2")
        _require(
            not (self.causal and self.recurrent is not None and self.recurrent.bidirectional),
            "a bidirectional network cannot be causal: it needs the end of the sequence before its first answer",
        )
        _require(
            not (self.causal and any(block.norm == "group" for block in self.convolutions)),
            'norm="group" averages over the whole sequence and cannot be causal: use "batch" or "layer"',
        )
        _check_share("wide_share", self.wide_share)
        _require(self.wide >= 0, f"wide={self.wide!r}: give a number of features from 0 up")
        _require(
            self.wide == 0 or (self.head.summary != "none" and self.dimensions == 1),
            f"wide={self.wide} needs a summary and dimensions=1: it adds to one vector of scores a sample",
        )

    @classmethod
    def classic(cls) -> NetworkSpec:
        """The article's network: Conv 3×3/32, pool 2, Conv 3×3/64, pool 2, LSTM 128, dense.

        For inputs of 98×40×1 and ten classes it has 348,298 parameters, as Keras counts them.
        """
        plain: dict[str, Any] = {"padding": "valid", "norm": "none", "pool": 2}
        return cls(
            convolutions=(ConvSpec(32, **plain), ConvSpec(64, **plain)),
            recurrent=RecurrentSpec(units=128),
            head=HeadSpec(summary="last"),
        )

    def steps(self, length: Steps) -> Steps:
        """Steps after the convolutions for `length` input steps; zero or less means "too short"."""
        for block in self.convolutions:
            length = block.length(length)
        return length

    def rows(self, features: int) -> int:
        """Frequency rows left after the convolutions of a two-dimensional network.

        Raises:
            SpecError: nothing is left.
        """
        rows = features
        for number, block in enumerate(self.convolutions, start=1):
            rows = block.length(rows, axis=0)
            _require(
                rows >= 1,
                f"convolution {number} leaves no rows of {features} features: lower its pooling, stride or kernel",
            )
        return rows

    def shortest(self) -> int:
        """The least number of input steps that leaves one step after the convolutions."""
        length = 1
        while self.steps(length) < 1:
            length += 1
        return length
