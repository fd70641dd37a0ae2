"""The plain description of a forecasting network, beside those of `crnn.spec`; `crnn.nn.forecast` builds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Self

from crnn.spec import ConvSpec, RecurrentSpec, Spec, _check_choice, _check_share, _require

CENTRES = ("last", "mean", "none")
SPREADS = ("window", "none")


@dataclass(frozen=True)
class ForecastSpec(Spec):
    """Normalise a window, convolve it, cut it into segments, recur over them, and forecast all segments at once.

    The recurrence runs over segments of steps instead of over steps (SegRNN, Lin et al. 2023, arXiv:2308.11200), so a
    look-back of 96 steps is two to eight turns of the cell and not 96. Beside it runs a linear map from the look-back
    to the horizon (LSTNet, Lai et al. 2018, arXiv:1703.07015), which starts as the ridge regression of the training
    windows: what is trained is what a linear model leaves over.

    Args:
        look_back: Steps that are looked back on.
        horizon: Steps that are forecast.
        segment: Steps of a segment, in the look-back as in the horizon; a look-back that is no multiple of it is read
            as if its first value had been there before.
        convolutions: Blocks over single steps, before segments are cut; they keep the number of steps.
        recurrent: Over segments; its units are also the width of a segment.
        centre: What is taken off a window before the network, and put back behind it: its last value, its mean, or
            nothing. With it a new level of the series is no new situation (RevIN, Kim et al. 2022).
        spread: "window" also divides by the window's own standard deviation.
        mirror: Share of the windows that the recurrence is shown upside down in training, what came after them too:
            more to learn from where rises and falls are much alike.
        shortcut: Whether the linear map stands beside the recurrence.
        season: Steps of a season: one of the rules that the linear map may start from says the last season again.
        series: Series with a vector of their own (0: none); number 0 is a series that training did not see.
        dropout: Share dropped before the scores, in training.

    Example:
        >>> spec = ForecastSpec(look_back=96, horizon=24)
        >>> ForecastSpec.from_dict(spec.to_dict()) == spec, spec.segments
        (True, (8, 2))
    """

    look_back: int
    horizon: int
    segment: int = 12
    convolutions: tuple[ConvSpec, ...] = ()
    recurrent: RecurrentSpec = field(default_factory=lambda: RecurrentSpec("gru", 128))
    centre: Literal["last", "mean", "none"] = "last"
    spread: Literal["window", "none"] = "none"
    mirror: float = 0.0
    shortcut: bool = True
    season: int = 1
    series: int = 0
    dropout: float = 0.3

    kind: ClassVar[str] = "forecast"
    _nested: ClassVar[dict[str, type[Spec]]] = {"convolutions": ConvSpec, "recurrent": RecurrentSpec}

    def __post_init__(self) -> None:
        for name in ("look_back", "horizon", "segment", "season"):
            value = getattr(self, name)
            whole = isinstance(value, int) and not isinstance(value, bool) and value >= 1
            _require(whole, f"{name}={value!r}: give a whole number of steps from 1 up")
        _require(self.series >= 0, f"series={self.series!r}: give a whole number from 0 up")
        _check_choice("centre", self.centre, CENTRES)
        _check_choice("spread", self.spread, SPREADS)
        _check_share("dropout", self.dropout)
        _check_share("mirror", self.mirror)
        _require(not self.recurrent.bidirectional, "a forecast reads from the past only: bidirectional=False")
        for number, block in enumerate(self.convolutions, start=1):
            _require(
                block.length(1000) == 1000,
                f'convolution {number} changes the number of steps: a forecast wants stride 1, pool 1, padding "same"',
            )

    @property
    def segments(self) -> tuple[int, int]:
        """Segments of the look-back and of the horizon."""
        return -(-self.look_back // self.segment), -(-self.horizon // self.segment)

    def shortest(self) -> int:
        """The least steps of a sample: one of history, and the horizon."""
        return self.horizon + 1

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON, with the kind that tells it from other networks."""
        return {"kind": self.kind, **super().to_dict()}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Read what `to_dict` wrote.

        Raises:
            SpecError: an unknown key, or a value that the spec refuses.
        """
        return super().from_dict({key: value for key, value in data.items() if key != "kind"})
