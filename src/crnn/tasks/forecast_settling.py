"""What a trained forecast takes from its validation part: how far it is trusted, and how wide its quantiles are."""

from __future__ import annotations

import torch
from torch import Tensor

from crnn.losses.objective import Objective
from crnn.losses.regression import MSE, Quantile, Regression
from crnn.nn.forecast import ForecastNetwork
from crnn.nn.network import Recogniser
from crnn.nn.ridge import share_kept
from crnn.series.windows import WindowSet
from crnn.tasks.naive import Linear

MOST = 20_000
"""Windows of the validation part that are looked at."""

BATCH = 512


def settle(recogniser: Recogniser, objective: Objective, dev: WindowSet, linear: Linear | None) -> None:
    """Let a network lean on the regression that it began with, and quantiles be as wide as they were right.

    Between what the network says and what the regression said before training, the mean with the least error on the
    validation part is taken, so that there the network is never worse than linear: by the absolute error of its single
    value, or by the squared one where that was trained.

    Args:
        recogniser: Changed in its weights.
        objective: That it was trained by; nothing is changed where it is none for values.
        dev: The validation part.
        linear: The regression; None where there is none.
    """
    network = recogniser.network
    if not (isinstance(network, ForecastNetwork) and isinstance(objective, Regression)):
        return
    levels = objective.levels if isinstance(objective, Quantile) else ()
    leans = linear if linear is not None and linear.is_alike(network) else None
    if not (levels or leans):
        return
    values, simple, came = _said(recogniser, objective, dev, leans)
    if leans is not None:
        point = objective.point(values)
        share = share_kept(point, simple, came, squared=isinstance(objective, MSE))
        network.lean(share, leans.weight, leans.bias, levels)
        moved = (1 - share) * (simple - point)
        values = values + (moved[..., None] if levels else moved)  # what the network says now
    if levels:
        network.settle(values, came, levels, dev.apart)


@torch.no_grad()
def _said(
    recogniser: Recogniser, objective: Regression, dev: WindowSet, linear: Linear | None
) -> tuple[Tensor, Tensor, Tensor]:
    """What the network says, ``(N, H)`` or ``(N, H, levels)``, what the regression does, ``(N, H)``, and what came."""
    rows = dev.in_time(MOST)
    found: list[list[Tensor]] = []
    for at in range(0, len(rows), BATCH):
        batch = dev[rows[at : at + BATCH]]
        assert isinstance(batch.targets, Tensor)
        values = objective.values(recogniser(batch.inputs))
        found.append([values, batch.targets if linear is None else linear.scaled(batch), batch.targets])
    values, simple, came = (torch.cat(parts) for parts in zip(*found, strict=True))
    return values, simple, came
