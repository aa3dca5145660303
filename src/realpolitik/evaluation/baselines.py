"""Forecasts that are hard to beat: what a theory must do better than.

Each is a function of the past alone: `Baseline.forecast` cuts the history at the origin before it
calls it. Parameters and error variances are estimated anew at every origin.

References
----------
Makridakis, Spiliotis and Assimakopoulos (2020), on how far simple methods go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from realpolitik.errors import PanelError
from realpolitik.evaluation.automatic import automatic
from realpolitik.evaluation.past import (
    Array,
    BaselineForecast,
    History,
    Whole,
    horizon_variance,
    last_readings,
    spread,
    steps_ahead,
)
from realpolitik.evaluation.pooled_filter import (
    Process,
    ahead,
    filter_levels,
    fit_autoregression,
    fit_local_level,
)
from realpolitik.theory.inputs import dyad_order

MEAN_YEARS = 5

Moments = tuple[Array, Array]
"""Mean and variance (H, D) of the readings to come, without their own error variance."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """A named forecaster.

    name : str
    moments : callable
        From a history and the steps ahead (H,) to mean and variance (H, D) of the readings to come,
        without the readings' own error variance.
    """

    name: str
    moments: Callable[[History, Whole], Moments]

    def forecast(
        self, history: History, origin: int, horizons: Sequence[int], target_var: Array
    ) -> BaselineForecast:
        """Forecast the readings at `origin` + h of every dyad from steps 0 to `origin`.

        Parameters
        ----------
        origin : int
            Last step that may be used.
        horizons : sequence of int (H,)
            Steps ahead, 1 or more.
        target_var : ndarray (H, D)
            Known error variances of the readings to be forecast, squared units of the readings;
            NaN where there is none.

        Raises
        ------
        PanelError
            If shapes disagree, the origin or a horizon is out of range, or nothing was read yet.
        MissingExtra
            If the baseline needs a package that is not installed.
        """
        past = history.up_to(origin)
        steps = steps_ahead(horizons)
        mean, var = self.moments(past, steps)
        if target_var.shape != mean.shape:
            msg = f"target_var has shape {target_var.shape}, not {mean.shape} (horizons, dyads)."
            raise PanelError(msg)
        return BaselineForecast(mean, np.sqrt(var + target_var))


def walk_variances(history: History, longest: int) -> tuple[float, float]:
    """Estimate a random walk with noise from the changes of readings, pooled over dyads.

    y_{t+g} - y_t ~ N(0, v_t + v_{t+g} + c + w g),   g = 1 .. `longest`,   c, w >= 0

    by composite maximum likelihood over all such pairs of readings.

    Returns
    -------
    c, w : float
        Squared units of the readings; w per step. NaN where no dyad was read twice.

    References
    ----------
    Varin, Reid and Firth (2011), on composite likelihood.
    """
    changes, known, gaps = [], [], []
    for gap in range(1, min(longest, len(history.reading) - 1) + 1):
        change = history.reading[gap:] - history.reading[:-gap]
        seen = ~np.isnan(change)
        changes.append(change[seen] ** 2)
        known.append((history.reading_var[gap:] + history.reading_var[:-gap])[seen])
        gaps.append(np.full(int(seen.sum()), float(gap)))
    square, error_var, gap_steps = (np.concatenate([[], *part]) for part in (changes, known, gaps))
    unit = float(square.mean()) if square.size else float("nan")
    if not unit > 0.0:
        return unit, unit

    def loss(free: Array) -> tuple[float, Array]:
        total = error_var / unit + free[0] + free[1] * gap_steps
        ratio = square / unit / total
        slope = (1.0 - ratio) / total
        value = float(np.mean(np.log(total) + ratio))
        return value, np.array([slope.mean(), np.mean(slope * gap_steps)])

    bounds = [(1e-8, None), (1e-8, None)]
    found = minimize(loss, np.array([0.3, 0.3]), jac=True, method="L-BFGS-B", bounds=bounds)
    return float(unit * found.x[0]), float(unit * found.x[1])


def persistence(history: History, horizons: Whole) -> Moments:
    """Expect the last reading to stay.

    E y_{o+h} = y_τ,   Var = v_τ + c + w (o + h - τ)

    with τ the step of the last reading and c, w from `walk_variances`. A dyad never read has the
    mean and the spread of all readings.
    """
    value, known, age = (part[-1] for part in last_readings(history))
    noise, move = walk_variances(history, int(horizons.max()))
    everyone = spread(history)
    gap = (age + horizons[:, None]).astype(np.float64)
    var = known + (everyone.var + 0.0 * gap if np.isnan(noise) else noise + move * gap)
    return _or_spread(np.broadcast_to(value, gap.shape), var, history)


def _or_spread(mean: Array, var: Array, history: History) -> Moments:
    """Fill dyads that a rule cannot forecast with the mean and spread of all readings."""
    everyone = spread(history)
    unknown = np.isnan(mean)
    return np.where(unknown, everyone.centre, mean), np.where(unknown, everyone.var, var)


def _filtered(process: Process, history: History, horizons: Whole) -> Moments:
    last = filter_levels(process, history.reading, history.reading_var).last
    return ahead(process, last, horizons)


def local_level(history: History, horizons: Whole) -> Moments:
    """Expect the level to stay: it moves at random and is read with noise, parameters pooled.

    References
    ----------
    Muth (1960); Harvey (1989).
    """
    return _filtered(fit_local_level(history.reading, history.reading_var), history, horizons)


def autoregression(history: History, horizons: Whole) -> Moments:
    """Expect a return to the dyad's own mean: means shrunken, parameters pooled."""
    return _filtered(fit_autoregression(history.reading, history.reading_var), history, horizons)


def recent_mean(history: History, years: int) -> Moments:
    """Mean (T, D) of the readings of the years up to each step, and its known variance.

    Where these hold none, the years up to the last reading; NaN before the first reading.
    """
    width = years * history.steps_per_year
    seen = ~np.isnan(history.reading)

    def total(values: Array) -> Array:
        running = np.cumsum(np.where(seen, values, 0.0), axis=0)
        running[width:] -= running[:-width].copy()
        return running

    count = total(np.ones_like(history.reading))
    where = np.where(seen, np.arange(len(seen))[:, None], 0)
    where = np.maximum.accumulate(where, axis=0)
    at = np.where(count > 0.5, np.arange(len(seen))[:, None], where)
    columns = np.arange(seen.shape[1])
    mean, var = np.full_like(history.reading, np.nan), np.full_like(history.reading, np.nan)
    np.divide(total(history.reading), count, out=mean, where=count > 0.5)
    np.divide(total(history.reading_var), count**2, out=var, where=count > 0.5)
    return mean[at, columns], var[at, columns]


def _by_rule(mean: Array, mean_var: Array, history: History, horizons: Whole) -> Moments:
    """Forecast with the rule's last value; error variances from its past errors."""
    added = horizon_variance(history, mean, mean_var, horizons, spread(history).var)
    full = np.broadcast_to(mean[-1], (len(horizons), mean.shape[1]))
    return _or_spread(full, mean_var[-1] + added[:, None], history)


def five_year_mean(history: History, horizons: Whole) -> Moments:
    """Mean of the readings of the last five years; error variance q_h from its past errors.

    E y_{o+h} = ȳ,   Var = Σ v / n² + q_h

    with q_h the maximum likelihood variance, beyond the known ones, of y_{t+h} - ȳ_t over all
    t + h <= o and all dyads. A dyad never read has the mean and the spread of all readings.
    """
    return _by_rule(*recent_mean(history, MEAN_YEARS), history, horizons)


def weighted_relations(history: History) -> Moments:
    """Capability-weighted mean (T, D) of the relations of all states with the same target.

    For dyad i -> j at step t: Σ_k s_kt y_kj / Σ_k s_kt over all k ≠ j with a reading of k -> j at
    or before t, the last one, and a known capability share s_kt. i is one of the k, so every source
    has the same forecast: where states with a say in proportion to their capabilities would agree.
    """
    value, known, _ = last_readings(history)
    source, target = dyad_order(history.capability.shape[1])
    share = history.capability[:, source]
    share = np.where(np.isnan(share) | np.isnan(value), 0.0, share)
    to_target = (target[:, None] == np.arange(history.capability.shape[1])).astype(np.float64)
    weight = (share @ to_target)[:, target]
    part = np.divide(share, weight, out=np.zeros_like(share), where=weight > 0.0)
    mean = (part * np.where(np.isnan(value), 0.0, value)) @ to_target
    var = (part**2 * np.where(np.isnan(known), 0.0, known)) @ to_target
    nobody = weight <= 0.0
    return np.where(nobody, np.nan, mean[:, target]), np.where(nobody, np.nan, var[:, target])


def capability_weighted(history: History, horizons: Whole) -> Moments:
    """Capability-weighted mean of relations with the same target; variance from past errors.

    See `weighted_relations`; the error variance is estimated as in `five_year_mean`.

    References
    ----------
    Achen (2006), on the weighted mean of positions as a forecast of what states agree on.
    """
    return _by_rule(*weighted_relations(history), history, horizons)


def auto_ets(history: History, horizons: Whole) -> Moments:
    """Exponential smoothing chosen for each dyad by the corrected information criterion."""
    return automatic("AutoETS", history, horizons)


def auto_arima(history: History, horizons: Whole) -> Moments:
    """ARIMA chosen for each dyad by the corrected information criterion."""
    return automatic("AutoARIMA", history, horizons)


BASELINES = (
    Baseline("persistence", persistence),
    Baseline("local level", local_level),
    Baseline("autoregression", autoregression),
    Baseline("five-year mean", five_year_mean),
    Baseline("capability-weighted mean", capability_weighted),
    Baseline("AutoETS", auto_ets),
    Baseline("AutoARIMA", auto_arima),
)
"""All baselines, in the order of the tables."""
