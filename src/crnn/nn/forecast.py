"""The network that a `crnn.forecast_spec.ForecastSpec` describes: windows of the past in, the coming steps out."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from crnn.errors import ShapeError, SpecError
from crnn.forecast_spec import ForecastSpec
from crnn.losses.regression import middle
from crnn.nn.convolution import ConvBlock
from crnn.nn.quantiles import moved, widths
from crnn.nn.recurrent import Recurrent
from crnn.nn.ridge import ridge, rules
from crnn.padded import Padded

FLAT = 1e-4
"""Added to the standard deviation of a window, in the unit of the scaled series: a constant window stays finite."""


class ForecastNetwork(nn.Module):
    """Windows ``(B, T, F)`` to scores ``(B, 1, K)``, K = horizon × levels, horizon first.

    The last `horizon` steps of a sample are the future: their values are never read, their other features (calendar,
    what is known ahead) are. All steps before are history; a shorter one than `look_back` counts as if its first step
    had been there before. Feature 0 is the value; the last feature is the number of the series, where the spec has
    `series`.

    Args:
        spec: The description.
        features: Features F of an input step.
        outputs: Scores K: one or several (quantiles) for each step of the horizon.
        channels: Always 1.

    Raises:
        SpecError: the outputs are no multiple of the horizon.
    """

    def __init__(self, spec: ForecastSpec, features: int, outputs: int, channels: int = 1) -> None:
        super().__init__()
        if outputs % spec.horizon or channels != 1:
            raise SpecError(
                f"a forecast of {spec.horizon} steps cannot have {outputs} outputs: the task's horizon and the spec's"
                " must be one"
            )
        self.spec, self.features, self.channels, self.outputs = spec, features, channels, outputs
        self.shortest = spec.shortest()
        self.levels = outputs // spec.horizon
        self.covariates = features - 1 - (spec.series > 0)
        units = spec.recurrent.units
        width = 1 + self.covariates
        self.convolutions = nn.ModuleList()
        for block in spec.convolutions:
            self.convolutions.append(ConvBlock(width, block, dimensions=1))
            width = block.channels
        # The values themselves go beside what the convolutions make of them.
        width += (1 + self.covariates) * bool(spec.convolutions)
        self.embedding = nn.Linear(spec.segment * width, units)
        self.recurrent = Recurrent(units, spec.recurrent)
        self.places = nn.Parameter(torch.randn(spec.segments[1], units) * 0.5)
        self.names = nn.Embedding(spec.series + 1, units, padding_idx=0) if spec.series else None
        self.ahead = nn.Linear(spec.segment * self.covariates, units) if self.covariates else None
        self.dropout = nn.Dropout(spec.dropout)
        self.scores = nn.Linear(units, spec.segment * self.levels)
        self.shortcut = nn.Linear(spec.look_back, spec.horizon) if spec.shortcut else None
        self.offsets = nn.Parameter(torch.zeros(spec.horizon, self.levels)) if self.levels > 1 else None
        self._initialise()

    def _initialise(self) -> None:
        """Scores start at zero, so that training starts from the shortcut, or from the window's centre."""
        nn.init.zeros_(self.scores.bias)
        if self.names is not None:
            nn.init.normal_(self.names.weight, std=0.5)
            nn.init.zeros_(self.names.weight.data[0])
        if self.shortcut is not None:
            nn.init.zeros_(self.scores.weight)
            nn.init.zeros_(self.shortcut.weight)
            nn.init.zeros_(self.shortcut.bias)

    def start(self, x: Padded, y: Tensor, times: Tensor | None = None, levels: Sequence[float] = ()) -> None:
        """Set the shortcut to the ridge regression of training windows, and quantiles to those of its errors.

        Args:
            x: ``(N, T, F)``, in the order of time.
            y: ``(N, H)`` what came.
            times: ``(N,)`` the step at which each window's horizon begins.
            levels: Of the quantiles that are forecast; empty where none are.

        Raises:
            SpecError: windows are shown upside down, and the levels are not alike on both sides.
        """
        pairs = zip(levels, reversed(levels), strict=True)
        if self.spec.mirror and any(abs(low + high - 1) > 1e-6 for low, high in pairs):
            raise SpecError(
                f"mirror={self.spec.mirror} with the levels {tuple(levels)}: upside down a level stands for another, so"
                " give some that are alike on both sides, such as (0.1, 0.5, 0.9)"
            )
        if self.shortcut is None:
            return
        history, _ = self.windows(x)
        values, centre, spread = self._normalised(history[..., 0])
        simple = rules(self.spec.look_back, self.spec.horizon, self.spec.season) if self.spec.centre == "last" else []
        found = ridge(values, (y - centre) / spread, simple, times, self.spec.horizon)
        with torch.no_grad():
            self.shortcut.weight.copy_(found.weight)
            self.shortcut.bias.copy_(found.bias)
            if self.offsets is not None and len(levels) == self.levels:
                spans = found.errors - found.errors.median(0).values
                self.offsets.copy_(spans.quantile(spans.new_tensor(levels), dim=0).T)

    def lean(self, share: float, weight: Tensor, bias: Tensor, levels: Sequence[float] = ()) -> None:
        """Become the mean of what this network says and of a linear map in the units of the shortcut.

        Quantiles keep their distances from the value in their middle.

        Args:
            share: Of this network, from 0 to 1.
            weight: ``(H, L)`` of the linear map.
            bias: ``(H,)``.
            levels: Of the quantiles that are forecast; empty where none are.
        """
        assert self.shortcut is not None
        with torch.no_grad():
            self.shortcut.weight.lerp_(weight.to(self.shortcut.weight), 1 - share)
            self.shortcut.bias.lerp_(bias.to(self.shortcut.bias), 1 - share)
            self._mix(torch.eye(self.levels) - (1 - share) * middle(torch.eye(self.levels), levels or (0.5,)))

    def settle(self, quantiles: Tensor, truth: Tensor, levels: Sequence[float], independent: int) -> None:
        """Set how far quantiles lie from the middle, by what came on samples that no weight was fitted to.

        Args:
            quantiles: ``(N, H, levels)`` as the network gives them, in the unit of the values.
            truth: ``(N, H)``.
            levels: Of the quantiles.
            independent: How many of the samples tell something of their own.
        """
        if self.offsets is None or len(levels) != self.levels:
            return
        with torch.no_grad():
            self._mix(moved(levels, widths(quantiles, truth, levels, independent)))

    def _mix(self, change: Tensor) -> None:
        """Make each level a sum of levels, by a matrix ``(levels, levels)``; the shortcut is common to all."""
        change = change.to(self.scores.weight)
        if self.offsets is not None:
            self.offsets.copy_(self.offsets @ change.T)
        for part in (self.scores.weight, self.scores.bias):
            own = part.reshape(self.spec.segment, self.levels, -1)
            part.copy_((change @ own).reshape(part.shape))

    def forward(self, x: Padded) -> Padded:
        """Map windows ``(B, T, F)`` to scores ``(B, 1, K)`` in the unit of the values.

        Raises:
            ShapeError: other features than the network was built for, or no step of history.
        """
        self._check(x)
        history, future = self.windows(x)
        values, centre, spread = self._normalised(history[..., 0])
        recurred = self._mirrored if self.training and self.spec.mirror else self._segmented
        found = recurred(values, history, future)
        if self.shortcut is not None:
            found = found + self.shortcut(values)[..., None]
        if self.offsets is not None:
            found = found + self.offsets
        found = found * spread[..., None] + centre[..., None]
        return Padded.whole(found.flatten(1)[:, None])

    def windows(self, x: Padded) -> tuple[Tensor, Tensor]:
        """History ``(B, L, F)`` and future ``(B, H, F)`` of each sample, aligned at its own end."""
        look_back, horizon = self.spec.look_back, self.spec.horizon
        data = x.data
        if not (x.full and data.shape[1] == look_back + horizon):
            steps = torch.arange(-look_back - horizon, 0)
            index = (x.lengths[:, None] + steps).clamp_min(0).to(data.device)
            data = data.gather(1, index[..., None].expand(-1, -1, data.shape[2]))
        return data[:, :look_back], data[:, look_back:]

    def _normalised(self, values: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Values ``(B, L)`` without their centre and spread, and these, ``(B, 1)``."""
        centre = values.new_zeros(len(values), 1)
        if self.spec.centre != "none":
            centre = values[:, -1:] if self.spec.centre == "last" else values.mean(1, keepdim=True)
        spread = torch.ones_like(centre)
        if self.spec.spread == "window":
            spread = values.std(1, correction=0, keepdim=True) + FLAT
        return (values - centre) / spread, centre, spread

    def _mirrored(self, values: Tensor, history: Tensor, future: Tensor) -> Tensor:
        """As `_segmented`, some windows shown upside down; what is said of them is turned back, quantiles too."""
        chosen = torch.rand(len(values), 1, 1, device=values.device) < self.spec.mirror
        found = self._segmented(torch.where(chosen[..., 0], -values, values), history, future)
        return torch.where(chosen, -found.flip(2), found)

    def _segmented(self, values: Tensor, history: Tensor, future: Tensor) -> Tensor:
        """What convolutions and recurrence add: ``(B, H, levels)``."""
        spec, units, count = self.spec, self.spec.recurrent.units, len(values)
        steps = torch.cat([values[..., None], history[..., 1 : 1 + self.covariates]], 2)
        embedded = self.embedding(self._cut(self._convolved(steps), spec.segments[0], front=True)).relu()
        _, state = self.recurrent.step(self.recurrent.input_dropout(embedded), None)
        queries = self.places.expand(count, -1, -1)
        if self.names is not None:
            number = history[:, -1, -1].round().long()
            queries = queries + self.names(number)[:, None]
        if self.ahead is not None:
            ahead = self._cut(future[..., 1 : 1 + self.covariates], spec.segments[1], front=False)
            queries = queries + self.ahead(ahead)
        turns = spec.segments[1]
        decoded, _ = self.recurrent.step(queries.reshape(count * turns, 1, units), _repeated(state, turns))
        scores = self.scores(self.dropout(decoded[:, 0]))
        return scores.reshape(count, turns * spec.segment, self.levels)[:, : spec.horizon]  # type: ignore[no-any-return]

    def _convolved(self, steps: Tensor) -> Tensor:
        """Steps ``(B, L, D)`` beside what the convolutions find in them."""
        if not self.convolutions:
            return steps
        data, lengths = steps.transpose(1, 2), Padded.whole(steps).lengths
        for block in self.convolutions:
            data, lengths = block(data, lengths)
        return torch.cat([steps, data.transpose(1, 2)], 2)

    def _cut(self, steps: Tensor, segments: int, front: bool) -> Tensor:
        """Steps ``(B, N, D)`` as segments ``(B, segments, segment · D)``; a short one repeats its outermost step."""
        missing = segments * self.spec.segment - steps.shape[1]
        if missing:
            edge = (steps[:, :1] if front else steps[:, -1:]).expand(-1, missing, -1)
            steps = torch.cat([edge, steps] if front else [steps, edge], 1)
        return steps.reshape(len(steps), segments, -1)

    def _check(self, x: Padded) -> None:
        if x.data.dim() != 3 or x.data.shape[2] != self.features:
            raise ShapeError(
                f"inputs have shape {tuple(x.data.shape)}, the network was built for (B, T, {self.features}):"
                " give windows like those it was trained on"
            )
        short = torch.nonzero(x.lengths < self.shortest).flatten().tolist()
        if short:
            raise ShapeError(
                f"sample {short[0]} of the batch has {int(x.lengths[short[0]])} steps, a horizon of"
                f" {self.spec.horizon} needs {self.shortest} at least: give a longer history"
            )


def _repeated(state: list[object], turns: int) -> list[object]:
    """The state of each layer, as often as there are segments to forecast, sample by sample."""
    return [
        tuple(part.repeat_interleave(turns, 1) for part in layer)
        if isinstance(layer, tuple)
        else layer.repeat_interleave(turns, 1)  # type: ignore[attr-defined]
        for layer in state
    ]
