"""Automatic exponential smoothing and ARIMA, dyad by dyad, by the package statsforecast.

References
----------
Hyndman, Koehler, Snyder and Grose (2002); Hyndman and Khandakar (2008).
"""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np

from realpolitik.errors import missing_extra
from realpolitik.evaluation.past import Array, History, Whole, excess_variance
from realpolitik.evaluation.pooled_filter import (
    Process,
    ahead,
    filter_levels,
    fit_local_level,
)

FEWEST = 10
"""Readings below which a dyad is left to the local level: three parameters need more."""
CALIBRATING = 60
"""Dyads, evenly spaced, whose past errors widen the intervals: more cost time."""
LEVEL = 95
"""Interval asked of statsforecast, per cent."""
HALF_WIDTH = 1.959963984540054
"""Half the width of that interval in standard deviations."""


class Automatic(NamedTuple):
    """Mean and variance (H, D) of the readings, without their own error variance."""

    mean: Array
    var: Array


def model(kind: str) -> Any:
    """Return statsforecast's model: "AutoETS" or "AutoARIMA", without seasons.

    AutoARIMA compares candidates by conditional sum of squares and fits the chosen one by maximum
    likelihood: half the time, seldom another choice.

    Raises
    ------
    MissingExtra
        If statsforecast is not installed.
    """
    try:
        from statsforecast import models
    except ImportError as cause:
        raise missing_extra("automatic forecasts of single series", "baselines") from cause
    if kind == "AutoETS":
        return models.AutoETS(season_length=1)
    return models.AutoARIMA(season_length=1, approximation=True)


def one_series(forecaster: Any, series: Array, horizons: Whole) -> tuple[Array, Array]:
    """Mean and variance (H,) of a series without gaps, the variance from its interval.

    Var = ((upper - lower) / (2 · 1.96))²

    Parameters
    ----------
    forecaster
        From `model`.
    series : ndarray (T,)
    """
    with warnings.catch_warnings():
        # The search over models tries some that do not converge and says so.
        warnings.simplefilter("ignore")
        found = forecaster.forecast(y=series, h=int(horizons.max()), level=[LEVEL])
    at = horizons - 1
    lower, upper = (np.asarray(found[f"{side}-{LEVEL}"], dtype=np.float64) for side in ("lo", "hi"))
    mean = np.asarray(found["mean"], dtype=np.float64)
    return mean[at], ((upper - lower)[at] / (2.0 * HALF_WIDTH)) ** 2


def _plain(
    forecaster: Any, process: Process, history: History, horizons: Whole, chosen: Whole
) -> tuple[Automatic, Whole]:
    """Forecast the chosen dyads, variances as statsforecast gives them; and say which were.

    All other dyads have the forecast of the local level.
    """
    levels = filter_levels(process, history.reading, history.reading_var)
    mean, var = ahead(process, levels.last, horizons)
    seen = ~np.isnan(history.reading)
    regular = np.where(seen, history.reading, levels.level)
    done = []
    for dyad in chosen:
        here = seen[:, dyad]
        if here.sum() < FEWEST or np.ptp(history.reading[here, dyad]) == 0.0:
            continue
        series = regular[int(np.argmax(here)) :, dyad]
        mean[:, dyad], total = one_series(forecaster, series, horizons)
        known = float(history.reading_var[here, dyad].mean())
        var[:, dyad] = np.maximum(total - known, process.move_var + process.noise_var)
        done.append(dyad)
    return Automatic(mean, var), np.array(done, dtype=np.int64)


def _factors(forecaster: Any, process: Process, history: History, horizons: Whole) -> Array:
    """Factors κ_h (H,) of the variances, from forecasts of the last readings held."""
    dyads = history.reading.shape[1]
    origin = len(history.reading) - 1 - int(horizons.max())
    if origin < FEWEST or np.isnan(history.reading[: origin + 1]).all():
        return np.ones(len(horizons))
    chosen = np.unique(np.linspace(0, dyads - 1, min(dyads, CALIBRATING)).round().astype(np.int64))
    past, done = _plain(forecaster, process, history.up_to(origin), horizons, chosen)
    error = (history.reading[origin + horizons] - past.mean)[:, done]
    known, var = history.reading_var[origin + horizons][:, done], past.var[:, done]
    found = [
        excess_variance(e / np.sqrt(p), v / p) for e, p, v in zip(error, var, known, strict=True)
    ]
    return np.array([1.0 if np.isnan(factor) else factor for factor in found])


def automatic(kind: str, history: History, horizons: Whole) -> Automatic:
    """Forecast every dyad from its own readings alone.

    The methods need series without gaps. A dyad's series runs from its first reading to the origin;
    a step without a reading holds the filtered local level of that step, which knows only readings
    up to it. The variance of the interval contains the readings' own error: the mean of the dyad's
    known variances is taken off, and the caller adds that of the reading to come. What is left is
    no less than one step's move and the noise of the local level, w + s².

    Intervals take the chosen model and its parameters as known, so they are too narrow in short
    series. The same forecasts are therefore made once more, as of the longest horizon before the
    origin and for `CALIBRATING` dyads, and their errors e give a factor for each horizon by maximum
    likelihood: e ~ N(0, v + κ_h Var). Dyads with fewer than `FEWEST` readings, or whose readings
    never differ, have the forecast of the local level.

    Parameters
    ----------
    kind : {"AutoETS", "AutoARIMA"}
    """
    forecaster = model(kind)
    process = fit_local_level(history.reading, history.reading_var)
    everyone = np.arange(history.reading.shape[1])
    plain, done = _plain(forecaster, process, history, horizons, everyone)
    plain.var[:, done] *= _factors(forecaster, process, history, horizons)[:, None]
    return plain
