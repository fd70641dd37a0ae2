"""What a trained forecast takes from its validation part: how far it is trusted, and how wide its quantiles are."""

from __future__ import annotations

from typing import NamedTuple

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


class _Said(NamedTuple):
    """Of windows: what the network says ``(N, H)`` or ``(N, H, levels)``, the regression ``(N, H)``, and what came."""

    network: Tensor
    simple: Tensor
    came: Tensor


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
    if linear is not None and linear.is_alike(network):
        said = _said(recogniser, objective, dev, linear)
        point = objective.point(said.network)
        share = share_kept(point, said.simple, said.came, squared=isinstance(objective, MSE))
        network.lean(share, linear.weight, linear.bias, levels)
    if levels:
        said = _said(recogniser, objective, dev, None)
        network.settle(said.network, said.came, levels, dev.apart)


@torch.no_grad()
def _said(recogniser: Recogniser, objective: Regression, dev: WindowSet, linear: Linear | None) -> _Said:
    rows = dev.in_time(MOST)
    found: list[list[Tensor]] = []
    for at in range(0, len(rows), BATCH):
        batch = dev[rows[at : at + BATCH]]
        assert isinstance(batch.targets, Tensor)
        values = objective.values(recogniser(batch.inputs))
        found.append([values, batch.targets if linear is None else linear.scaled(batch), batch.targets])
    return _Said(*(torch.cat(parts) for parts in zip(*found, strict=True)))
