"""A linear model solved at once, as a support-vector machine is: what stands beside a network of texts."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

STEPS = 40
"""Most steps of the solver; it is near its end after half of them."""


@dataclass(frozen=True)
class Bags:
    """Weighted bags of numbers, one a sample, end to end.

    Args:
        ids: ``(M,)`` int64: the numbers in all bags.
        starts: ``(N,)`` int64: where each bag begins.
        weights: ``(M,)`` float32: of each number in its bag.
    """

    ids: Tensor
    starts: Tensor
    weights: Tensor

    def times(self, table: Tensor) -> Tensor:
        """The weighted sum of each bag's rows of a table ``(rows, K)``: ``(N, K)``."""
        return F.embedding_bag(self.ids, table, self.starts, mode="sum", per_sample_weights=self.weights)


def log_ratios(bags: Bags, sides: Tensor, rows: int) -> Tensor:
    """How much likelier each number is in samples of a class than in the others, as a logarithm, ``(rows, K)``.

    The naive-Bayes log-count ratio of Wang & Manning (2012, "Baselines and bigrams"), smoothed by one: zero for a
    number that tells nothing of the class.
    """
    ends = torch.cat([bags.starts[1:], torch.tensor([len(bags.ids)])])
    sample = torch.repeat_interleave(torch.arange(len(ends)), ends - bags.starts)
    once = torch.unique(sample * rows + bags.ids)  # a sample counts a number once
    sample, ids = once // rows, once % rows
    counts = torch.bincount(ids, minlength=rows)
    ratios = []
    for column in sides.T > 0:
        held = torch.bincount(ids[column[sample]], minlength=rows)
        inside, outside = 1.0 + held, 1.0 + counts - held
        ratios.append((inside / inside.sum()).log() - (outside / outside.sum()).log())
    return torch.stack(ratios, dim=1)


def solve(bags: Bags, sides: Tensor, trust: Tensor, strength: float) -> tuple[Tensor, Tensor]:
    """Fit one against the rest for each class, with squared hinge loss and L2 penalty, by L-BFGS.

    The same problem as that of LIBLINEAR (Fan et al. 2008): ``½‖w‖² + strength · Σ max(0, 1 - y · score)²``, where a
    row of the table is ``trust · w``.

    Args:
        bags: The samples.
        sides: ``(N, K)``: 1 where a sample is of the class, -1 where it is not.
        trust: How little the penalty holds each row back for each class, ``(rows, K)``.
        strength: How much the samples count against the penalty (LIBLINEAR's C).

    Returns:
        The table ``(rows, K)``, and what is added to every score, ``(K,)``.
    """
    table = torch.zeros_like(trust, requires_grad=True)
    offset = torch.zeros(sides.shape[1], requires_grad=True)
    solver = torch.optim.LBFGS(
        [table, offset], max_iter=STEPS, history_size=8, line_search_fn="strong_wolfe", tolerance_grad=1e-4
    )

    def closure() -> Tensor:
        solver.zero_grad()
        short = (1.0 - sides * (bags.times(trust * table) + offset)).clamp_min(0.0)
        loss = strength * short.square().sum() + 0.5 * (table.square().sum() + offset.square().sum())
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    with torch.enable_grad():
        solver.step(closure)  # type: ignore[no-untyped-call]
    return trust * table.detach(), offset.detach()
