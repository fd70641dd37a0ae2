"""Which class is taken for which: the matrix, its picture, and the pairs most often confused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crnn.metrics.classification import confusion_matrix
from crnn.report.drawing import BLUE, INK, ORANGE, Picture, axis_labels, finish, new_figure, style
from crnn.report.judged import Judged

MOST_CLASSES = 60
"""Classes that one picture can show; of more, those with the most errors are drawn."""

MOST_COUNTED = 2000
"""Classes up to which a matrix of all pairs is made: it has their number squared."""

COUNTED = 20
"""Up to so many classes each cell has room for its count."""

WHITE_FROM = 0.85
"""Opacity of a cell from which white stands out better than the page's own ink, on light and dark pages."""


@dataclass(frozen=True)
class Confused:
    """Two classes, one taken for the other.

    Args:
        truth: What it was.
        answer: What the network said.
        count: How often.
        share: Of all samples that were `truth`.
    """

    truth: str
    answer: str
    count: int
    share: float


@dataclass(frozen=True)
class Confusions:
    """How often each true class (row) got each answer (column).

    Args:
        names: The K classes.
        matrix: ``(K, K)`` counts.

    Example:
        >>> found = Confusions(["go", "no"], np.array([[3, 1], [0, 4]]))
        >>> found.pairs()
        [Confused(truth='go', answer='no', count=1, share=0.25)]
    """

    names: list[str]
    matrix: NDArray[np.int64]

    @classmethod
    def of(cls, judged: Judged) -> Confusions:
        """Count the answers of classified samples."""
        return cls(judged.names, confusion_matrix(judged.predictions, judged.targets).numpy())

    def pairs(self, most: int = 15) -> list[Confused]:
        """The pairs most often confused, the most frequent first; of equal ones, the larger share of the class."""
        totals = self.matrix.sum(1)
        wrong = self.matrix * (1 - np.eye(len(self.names), dtype=np.int64))
        found = [
            Confused(
                self.names[row], self.names[column], int(wrong[row, column]), float(wrong[row, column] / totals[row])
            )
            for row, column in np.argwhere(wrong).tolist()
        ]
        return sorted(found, key=lambda pair: (-pair.count, -pair.share))[:most]

    def worst_rows(self, most: int) -> NDArray[np.int64]:
        """The `most` classes with the most errors, as truth or as answer, in the order they have."""
        errors = self.matrix.sum(0) + self.matrix.sum(1) - 2 * self.matrix.diagonal()
        return np.sort(np.argsort(-errors, kind="stable")[:most])


def picture(confusions: Confusions) -> Picture:
    """The matrix as a picture: right answers blue, wrong ones orange, as shares of the true class.

    The strength of orange is the square root of the share, so that rare confusions are seen as well. Where a name
    cannot be drawn, all classes are numbered from 1, in their order.
    """
    rows = confusions.worst_rows(MOST_CLASSES)
    matrix, size = confusions.matrix[np.ix_(rows, rows)], len(rows)
    every, numbered = axis_labels(confusions.names)
    labels = [every[row] for row in rows]
    side = min(11.0, 2.6 + 0.36 * size)
    figure = new_figure(side, side)
    axes = figure.subplots()
    colours = _colours(matrix)
    axes.imshow(colours, interpolation="none", aspect="equal")
    letters = 9.0 if size <= COUNTED else max(5.0, 9.0 - 0.09 * (size - COUNTED))
    upright = numbered or max(map(len, labels)) <= 2
    axes.set_xticks(range(size), labels, rotation=0 if upright else 90, parse_math=False)
    axes.set_yticks(range(size), labels, parse_math=False)
    axes.set(xlabel="answer (number of the class)" if numbered else "answer", ylabel="truth")
    style(axes, grid=False)
    axes.tick_params(labelsize=letters, length=0)
    if size <= COUNTED:
        for row, column in np.argwhere(matrix).tolist():
            colour = "white" if colours[row, column, 3] > WHITE_FROM else INK
            text = f"{matrix[row, column]}"
            axes.text(column, row, text, ha="center", va="center", fontsize=letters - len(text) / 2, color=colour)
    return finish(figure, "confusions", _alt(confusions, size), min(900, 160 + 18 * size))


def _colours(matrix: NDArray[np.int64]) -> NDArray[np.float64]:
    """``(K, K, 4)`` red, green, blue and opacity, so that the page's background shines through empty cells."""
    shares = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    colours = np.empty((*matrix.shape, 4))
    diagonal = np.eye(len(matrix), dtype=bool)
    for where, colour, opacity in ((diagonal, BLUE, shares), (~diagonal, ORANGE, np.sqrt(shares))):
        colours[where, :3] = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        colours[where, 3] = opacity[where]
    return colours


def _alt(whole: Confusions, size: int) -> str:
    right, total = int(whole.matrix.trace()), int(whole.matrix.sum())
    part = "" if size == len(whole.names) else f"; drawn are the {size} classes with the most errors"
    return f"Confusion matrix of {len(whole.names)} classes: {right} of {total} answers on the diagonal{part}"
