"""Prefix beam search of CTC: the likeliest texts, each summed over all its ways in time, led by guides if wanted.

After Hannun et al. 2014 (arXiv:1408.2873), in probabilities that are scaled at each step, so that the whole beam is a
few NumPy operations. Prefixes are nodes of a tree, so that a text that was dropped and comes back is known again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crnn.decode.guide import Steering
from crnn.decode.spelling import Numbers
from crnn.errors import SpecError
from crnn.spec import BLANK

LEAST = 1e-5
"""Probability below which a symbol is not tried at a step: with thousands of symbols, nearly all of them."""

TRIED = 2
"""Most symbols to try at a step, as a multiple of the width; without a guide one more than the width is enough."""

RESCALE_STEPS = 4
"""Steps after which numbers are brought back near 1; so few that none of `_FLOOR` multiplied vanishes."""

_FLOOR = 1e-30


@dataclass(frozen=True)
class Hypothesis:
    """A text that the beam found.

    Args:
        symbols: ``(U,)`` classes.
        score: What texts are ranked by: `spoken` and the guides' weights, a natural logarithm.
        spoken: Log-probability of the text by the network alone, over all its ways in time that the beam kept.
    """

    symbols: Numbers
    score: float
    spoken: float


def beam(
    log_probs: NDArray[np.floating],
    width: int = 16,
    *,
    steering: Steering | None = None,
    best: int = 1,
    least: float = LEAST,
) -> list[Hypothesis]:
    """The best texts of one sample, best first.

    Args:
        log_probs: ``(T, K)`` log-probabilities, class 0 the blank.
        width: Prefixes kept at each step.
        steering: Language model, lexicon, phrases; None for the network alone.
        best: Most texts to give (n-best).
        least: Symbols less likely than this are not tried, and none beyond the likeliest; 0 tries all.

    Raises:
        SpecError: a width or number below 1.

    Example:
        >>> steps = np.log([[0.6, 0.4], [0.6, 0.4]])
        >>> [found.symbols.tolist() for found in beam(steps, best=2)]  # one "a" has three ways, nothing has one
        [[1], []]
    """
    if width < 1 or best < 1:
        raise SpecError(f"width={width}, best={best}: give whole numbers from 1 up")
    search = _Search(width, steering)
    shares = np.exp(np.asarray(log_probs, dtype=np.float64)).clip(_FLOOR)
    for row, tried in zip(shares, _tried(shares, least, TRIED * width), strict=True):
        search.step(row, tried)
    return search.found(best)


def _tried(shares: NDArray[np.float64], least: float, most: int) -> Iterator[Numbers]:
    """The symbols to try at each step."""
    likely = shares >= least
    classes = shares.shape[1]
    if least > 0 and classes > most + 1:
        likely &= shares >= np.partition(shares, classes - most - 1, axis=1)[:, classes - most - 1, None]
    likely[:, BLANK] = False
    steps, symbols = np.nonzero(likely)
    ends = np.searchsorted(steps, np.arange(1, len(shares) + 1)).tolist()
    start = 0
    for end in ends:
        yield symbols[start:end]
        start = end


class _Search:
    """The beam: W prefixes with their probabilities of ending in a blank and in their last symbol.

    Args:
        width: Most prefixes.
        steering: Or None.
    """

    def __init__(self, width: int, steering: Steering | None) -> None:
        self.width = width
        self.steering = steering
        self.parents, self.symbols = [-1], [BLANK]
        self.children: dict[tuple[int, int], int] = {}
        self.blank, self.spoken = np.ones(1), np.zeros(1)
        self.nodes, self.above, self.last = np.zeros(1, np.int64), np.full(1, -1), np.zeros(1, np.int64)
        self.node_states = [0 if steering is None else steering.start()]
        self.states = np.array(self.node_states)
        self.factors = np.ones(1)
        self.scale, self.factor_scale, self.since = 0.0, 0.0, 0
        self._pairs: tuple[Numbers, Numbers] | None = None
        self._places = np.zeros(0, np.int64)

    def step(self, shares: NDArray[np.float64], tried: Numbers) -> None:
        """Read a step: probabilities ``(K,)`` of the classes, and the symbols to try."""
        total = self.blank + self.spoken
        stay_blank, stay_spoken = total * shares[BLANK], self.spoken * shares[self.last]
        if len(tried) == 0:
            self.blank, self.spoken = stay_blank, stay_spoken
            self._rescale()
            return
        repeats = self.last[:, None] == tried
        grown = np.where(repeats, self.blank[:, None], total[:, None])
        grown *= shares[tried]
        self._merge(grown, stay_spoken, tried, len(shares))
        ranks = np.empty(len(total) * (1 + len(tried)))
        self._rank(ranks, stay_blank + stay_spoken, grown, tried)
        self._keep(ranks, stay_blank, stay_spoken, grown, tried)
        self._rescale()

    def _merge(self, grown: NDArray[np.float64], stay: NDArray[np.float64], tried: Numbers, classes: int) -> None:
        """A prefix that grows into another one of the beam adds to it."""
        if self._pairs is None:
            kin = self.above[:, None] == self.nodes
            self._pairs = kin.nonzero()
        children, parents = self._pairs
        if len(children) == 0:
            return
        if len(self._places) < classes:
            self._places = np.full(classes, -1)
        self._places[tried] = np.arange(len(tried))
        columns = self._places[self.last[children]]
        self._places[tried] = -1
        there = columns >= 0
        if not there.all():
            children, parents, columns = children[there], parents[there], columns[there]
        stay[children] += grown[parents, columns]
        grown[parents, columns] = 0.0

    def _rank(
        self, ranks: NDArray[np.float64], stays: NDArray[np.float64], grown: NDArray[np.float64], tried: Numbers
    ) -> None:
        """What prefixes are chosen by: those that stay first, then those that grow, row by row."""
        count = len(stays)
        rest = ranks[count:].reshape(grown.shape)
        if self.steering is None:
            ranks[:count] = stays
            rest[:] = grown
            return
        np.multiply(stays, self.factors, out=ranks[:count])
        np.multiply(self.steering.table[self.states[:, None], tried], self.factors[:, None], out=rest)
        rest *= grown

    def _keep(
        self,
        ranks: NDArray[np.float64],
        stay_blank: NDArray[np.float64],
        stay_spoken: NDArray[np.float64],
        grown: NDArray[np.float64],
        tried: Numbers,
    ) -> None:
        """The best prefixes become the beam."""
        count = len(stay_blank)
        if len(ranks) > self.width:
            chosen = ranks.argpartition(len(ranks) - self.width)[-self.width :]
            chosen.sort()
        else:
            chosen = np.arange(len(ranks))
        if not ranks[chosen[0]] or not ranks[chosen].all():
            chosen = chosen[ranks[chosen] > 0]
        staying = chosen[: chosen.searchsorted(count)]
        growing = chosen[len(staying) :] - count
        if len(growing) == 0 and len(staying) == count:
            self.blank, self.spoken = stay_blank, stay_spoken
            return
        rows, columns = np.divmod(growing, len(tried))
        symbols = tried[columns]
        self.blank = np.concatenate([stay_blank[staying], np.zeros(len(rows))])
        self.spoken = np.concatenate([stay_spoken[staying], grown[rows, columns]])
        self._grow(staying, rows, symbols)

    def _grow(self, staying: Numbers, rows: Numbers, symbols: Numbers) -> None:
        """Names, last symbols and states of the new beam."""
        above = self.nodes[rows]
        nodes = self._named(above.tolist(), symbols.tolist())
        if self.steering is not None:
            gained = self.steering.table[self.states[rows], symbols] * self.factors[rows]
            states = [self.node_states[node] for node in nodes]
            self.states = np.concatenate([self.states[staying], np.array(states, np.int64)])
            self.factors = np.concatenate([self.factors[staying], gained])
        self.nodes = np.concatenate([self.nodes[staying], np.array(nodes, np.int64)])
        self.above = np.concatenate([self.above[staying], above])
        self.last = np.concatenate([self.last[staying], symbols])
        self._pairs = None

    def _named(self, parents: list[int], symbols: list[int]) -> list[int]:
        """The nodes of prefixes that grew, made where they are new."""
        children, nodes = self.children, []
        for edge in zip(parents, symbols, strict=True):
            node = children.get(edge)
            if node is None:
                node = children[edge] = len(self.parents)
                self.parents.append(edge[0])
                self.symbols.append(edge[1])
                if self.steering is not None:
                    self.node_states.append(self.steering.next(self.node_states[edge[0]], edge[1]))
            nodes.append(node)
        return nodes

    def _rescale(self) -> None:
        """Every few steps keep numbers near 1, and remember by how much they were changed."""
        self.since = (self.since + 1) % RESCALE_STEPS
        if self.since:
            return
        most = float(max(self.blank.max(), self.spoken.max()))
        self.blank /= most
        self.spoken /= most
        self.scale += float(np.log(most))
        if self.steering is not None:
            most = float(self.factors.max())
            self.factors /= most
            self.factor_scale += float(np.log(most))

    def found(self, best: int) -> list[Hypothesis]:
        """The best texts of the beam."""
        spoken = np.log(self.blank + self.spoken) + self.scale
        scores = spoken
        if self.steering is not None:
            scores = spoken + np.log(self.factors) + self.factor_scale + self.steering.ends(self.states)
        order = np.argsort(-scores, kind="stable")[:best]
        return [
            Hypothesis(self._spelt(int(self.nodes[place])), float(scores[place]), float(spoken[place]))
            for place in order
            if scores[place] > -np.inf
        ]

    def _spelt(self, node: int) -> Numbers:
        found = []
        while node > 0:
            found.append(self.symbols[node])
            node = self.parents[node]
        return np.array(found[::-1], dtype=np.int64)
