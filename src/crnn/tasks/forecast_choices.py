"""What a forecast chooses where nobody said: horizon, look-back, validation part and network, by season and length."""

from __future__ import annotations

import numpy as np

from crnn.forecast_spec import ForecastSpec
from crnn.series.series import Series
from crnn.series.steps import DAY_S
from crnn.spec import ConvSpec, RecurrentSpec

UNITS = (32, 128, 256, 512)
FILTERS = (4, 8, 8, 16)
"""Of the recurrence and the convolution, by size."""

LONGEST_SEGMENT = 48
"""Steps of a segment of the recurrence."""


def horizon_for(length: int, season: int) -> int:
    """A season, where a series holds three; else a quarter of it, as of some hours of minutes, whose season is a day.

    Of two seasons a horizon of one would leave a look-back of less, and nothing to validate on.

    Example:
        >>> horizon_for(36, 12), horizon_for(30, 12)
        (12, 7)
    """
    return season if length >= 3 * season else max(length // 4, 1)


def look_back_for(length: int, horizon: int, season: int) -> int:
    """Two seasons or two horizons, as far as half of a series allows; a whole season where that fits at all."""
    wanted = max(2 * season if season > 1 else 0, 2 * horizon, 8)
    found = min(wanted, max((length - horizon) // 2, 1))
    return season if found < season and length >= season + 2 * horizon else found


def tail_for(length: int, share: float, look_back: int, horizon: int) -> int:
    """Steps at the end of a series to validate on: a share of it, or one horizon; 0 where training keeps no window.

    Example:
        >>> tail_for(100, 0.2, look_back=24, horizon=6), tail_for(40, 0.5, 24, 6), tail_for(32, 0.2, 24, 6)
        (20, 6, 0)
    """
    for tail in (max(round(share * length), horizon), horizon):
        if length - tail >= look_back + horizon:
            return tail
    return 0


def network_for(index: int, look_back: int, horizon: int, season: int, series: int) -> ForecastSpec:
    """The network of a size: a convolution over steps, a GRU over segments, and a linear shortcut.

    Args:
        index: Of the size.
        look_back: Steps that it sees.
        horizon: Steps that it forecasts.
        season: Steps of a season.
        series: Series with a vector of their own.
    """
    return ForecastSpec(
        look_back=look_back,
        horizon=horizon,
        segment=segment_for(look_back),
        convolutions=(ConvSpec(FILTERS[index], kernel=5, norm="none", activation="gelu"),),
        recurrent=RecurrentSpec("gru", UNITS[index]),
        season=season,
        series=series,
        dropout=0.3 if index else 0.1,
    )


def segment_for(look_back: int) -> int:
    """The longest divisor of the look-back that leaves two segments; any length where all divisors are short."""
    most = max(1, min(LONGEST_SEGMENT, look_back // 2))
    best = max(size for size in range(1, most + 1) if look_back % size == 0)
    return best if 3 * best >= most else most


def days_of(series: Series) -> float:
    """Days from the first step to the last; 0 where steps have no times."""
    if series.times.dtype.kind != "M" or len(series) == 0:
        return 0.0
    return float((series.times[-1] - series.times[0]) / np.timedelta64(DAY_S, "s"))
