"""Times that lie far off all others of their series, as a mistyped year makes them: found before a step is invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crnn.data.findings import Findings, counted
from crnn.errors import DataError

LEAST_ROWS = 12
"""Rows below which nobody can say what is far."""
MOST_STRAY = 0.01
"""Share of the rows that may lie apart, or one row; more are a part of the series."""
FAR, NOTABLE = 0.5, 0.1
"""Length of the gap before such rows, as a share of all the rest, from which they are refused, and named.

Where any step may have no row, the gap is as long as the whole rest.
"""
UNUSUAL = 10
"""Times the longest gap among the others: a business that is closed each winter has such gaps, and no mistyped year."""

Times = NDArray[np.int64]
Chosen = NDArray[np.bool_]


def stray(times: Times, far: float = FAR) -> Chosen:
    """Which of the times lie apart from all others, ``(N,)``.

    Args:
        times: ``(N,)`` whole numbers in any order.
        far: Length of the gap before them, as a share of the span of the others.

    Example:
        >>> stray(np.array([*range(100), 400])).nonzero()[0].tolist(), bool(stray(np.arange(0, 1000, 9)).any())
        ([100], False)
    """
    found = np.zeros(len(times), bool)
    if len(times) < LEAST_ROWS:
        return found
    order = np.argsort(times, kind="stable")
    rising = times[order]
    gaps = np.diff(rising)
    most = max(1, int(MOST_STRAY * len(times)))
    low, high = most, len(times) - 1 - most  # the first and the last that are taken for sure
    widest = max(int(gaps[low:high].max(initial=0)), 1)
    while low > 0 and not _apart(gaps[low - 1], rising[high] - rising[low], widest, far):
        low -= 1
        widest = max(widest, int(gaps[low]))
    while high < len(times) - 1 and not _apart(gaps[high], rising[high] - rising[low], widest, far):
        high += 1
        widest = max(widest, int(gaps[high - 1]))
    found[order[:low]] = found[order[high + 1 :]] = True
    return found


def _apart(gap: int, span: int, widest: int, far: float) -> bool:
    return gap > far * span and gap >= UNUSUAL * widest


def require_together(
    times: NDArray[Any],
    groups: Mapping[str, NDArray[Any]],
    cells: Sequence[str],
    lines: Sequence[int],
    findings: Findings,
    *,
    sparse: bool = False,
) -> None:
    """Refuse times that lie far off the rest of their series and of the table.

    A time that is far off its series alone, within the span of the others, may be a first sale: it is named.

    Args:
        times: Of all rows of the table.
        groups: The rows of each series, by name.
        cells: Their times as written, of all rows.
        lines: Of the file, of all rows.
        findings: Where to name what is not refused.
        sparse: Whether a step without a row is usual, as of rare sales.

    Raises:
        DataError: such a time; names series, line, the time as written, and those beside it.
    """
    whole = times.astype(np.int64)
    far = 1.0 if sparse else FAR
    own = {key: rows[stray(whole[rows], far)] for key, rows in groups.items()}
    rows = np.concatenate([*groups.values()])
    apart = np.zeros(len(times), bool)
    apart[rows[stray(whole[rows], far)]] = True
    usual = np.setdiff1d(rows[~apart[rows]], np.concatenate([*own.values()]))
    first, last = whole[usual].min(initial=np.iinfo(np.int64).max), whole[usual].max(initial=np.iinfo(np.int64).min)
    for key, group in groups.items():
        # A thing whose rows all lie elsewhere may have been given up; but to its end zeros would be counted.
        lone = bool(apart[group].all()) and not (sparse and whole[group].max() > last)
        outside = own[key][(whole[own[key]] < first) | (whole[own[key]] > last)]
        bad = outside if lone else np.union1d(group[apart[group]], outside)
        if len(bad):
            rest = np.setdiff1d(group, bad)
            raise DataError(_said(key, group, bad, rest if len(rest) else usual, cells, lines, whole))
        for row in [] if sparse else group[stray(whole[group], NOTABLE)].tolist():
            what = f"{f'series {key}, ' if key else ''}line {lines[row]}: {cells[row]}"
            advice = "All steps between are filled: correct it if it is mistyped, or leave such rows out."
            findings.add("time far off the rest of its series", what, advice, dropped=False)


def _said(
    key: str,
    group: NDArray[Any],
    bad: NDArray[Any],
    rest: NDArray[Any],
    cells: Sequence[str],
    lines: Sequence[int],
    times: Times,
) -> str:
    """The error: which time, where, what stands beside it, and where the others lie."""
    row = int(bad[0])
    rising = rest[np.argsort(times[rest], kind="stable")]
    at = int(np.searchsorted(group, row))
    near = [*group[max(at - 1, 0) : at], *group[at + 1 : at + 2]]
    beside = " and ".join(f"{cells[each]!r} in line {lines[each]}" for each in near)
    more = f", as {counted(len(bad) - 1, 'other row')} of it" if len(bad) > 1 else ""
    return (
        f"{f'series {key}, ' if key else ''}line {lines[row]}: the time {cells[row]!r} lies far off the rest"
        f" ({counted(len(rest), 'row')} from {cells[rising[0]]} to {cells[rising[-1]]}){more}. Beside it in the file:"
        f" {beside or 'no other row'}. Correct the time stamp; if it is right, leave the row out, since all steps"
        " between would be invented"
    )
