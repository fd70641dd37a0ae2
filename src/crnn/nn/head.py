"""The end of a network: summary over time, hidden dense layers, and the dense layer that gives the scores."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from torch import Tensor, nn

from crnn.nn.activation import ACTIVATIONS
from crnn.nn.dropout import Dropout
from crnn.nn.summary import SUMMARIES
from crnn.padded import Padded
from crnn.spec import HeadSpec


class Head(nn.Module):
    """Scores from the last features.

    Args:
        inputs: Features D of a step.
        directions: 2 behind a bidirectional stack, else 1.
        outputs: Scores K.
        spec: Summary, hidden layers, dropout.
    """

    def __init__(self, inputs: int, directions: int, outputs: int, spec: HeadSpec) -> None:
        super().__init__()
        self.activation = ACTIVATIONS[spec.activation]
        self.summary = None if spec.summary == "none" else SUMMARIES[spec.summary](inputs, directions)
        widths = [inputs, *spec.hidden]
        self.hidden = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(widths))
        self.dropout = Dropout(spec.dropout)
        self.scores = nn.Linear(widths[-1], outputs)
        for layer in (*self.hidden, self.scores):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Padded) -> Padded:
        """Map ``(B, T, D)`` to scores ``(B, T, K)``, or ``(B, 1, K)`` behind a summary."""
        if self.summary is not None:
            x = Padded.whole(self.summary(x)[:, None])
        return x.with_data(self._dense(x.data))

    def step(self, x: Tensor, state: Any) -> tuple[Tensor, Any]:
        """Scores of the next chunk ``(B, T, D)``; behind a summary, the scores so far ``(B, 1, K)``."""
        if self.summary is not None:
            summed, state = self.summary.step(x, state)  # type: ignore[operator]
            x = summed[:, None]
        return self._dense(x), state

    def _dense(self, x: Tensor) -> Tensor:
        for layer in self.hidden:
            x = self.activation(layer(self.dropout(x)))
        return self.scores(self.dropout(x))  # type: ignore[no-any-return]
