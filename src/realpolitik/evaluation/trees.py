"""Boosted trees on the inputs of the theories: the ceiling, a black box that may use any shape.

If the trees beat every theory, there is something in the inputs that no theory says.

References
----------
Friedman (2001); Ke et al. (2017), on histograms of inputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from realpolitik.errors import PanelError, missing_extra
from realpolitik.evaluation.baselines import recent_mean
from realpolitik.evaluation.past import (
    Array,
    BaselineForecast,
    History,
    Whole,
    excess_variance,
    last_readings,
    steps_ahead,
)
from realpolitik.evaluation.pooled_filter import (
    Levels,
    Process,
    filter_levels,
    fit_local_level,
)

LEARNING_RATE = 0.05
LEAVES = 8
SMALLEST_LEAF = 20
PENALTY = 1.0
MOST_TREES = 150
HELD_BACK_YEARS = 5
"""Years at the end of the training window that choose the number of trees and give the variance."""
LAGS = 3


class _Pairs(NamedTuple):
    """Rows (step t, dyad) with a reading at t + h: inputs (R, F), and the rest (R,).

    `departure` is the reading less the filtered level of t, `known` its error variance, `expected`
    the local level's variance of the reading without it, `step` the step t + h.
    """

    inputs: Array
    departure: Array
    known: Array
    expected: Array
    step: Whole

    def where(self, rows: NDArray[np.bool_]) -> _Pairs:
        return _Pairs(
            self.inputs[rows],
            self.departure[rows],
            self.known[rows],
            self.expected[rows],
            self.step[rows],
        )


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep the trees to one thread: sums in one order, and no contest with other processes."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield


def _regressor(trees: int, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(
        learning_rate=LEARNING_RATE,
        max_iter=trees,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=SMALLEST_LEAF,
        l2_regularization=PENALTY,
        early_stopping=False,
        random_state=seed,
    )


def tree_inputs(history: History, levels: Levels, conditions: Array) -> Array:
    """Put together what the trees see of dyad d at step t, (T, D, F + 18).

    The filtered level and its variance, the last readings of steps t, t-1 and t-2, the age of the
    last one, the means of one, five and all years up to t; the same nine of the reverse dyad; and
    the conditions at t. Nothing after t enters; what is missing stays missing, which trees allow.
    """
    value, _, age = last_readings(history)
    steps, dyads = value.shape
    own = [levels.level, levels.level_var, age.astype(np.float64)]
    for lag in range(LAGS):
        late = np.full((steps, dyads), np.nan)
        late[lag:] = value[: steps - lag]
        own.append(late)
    own += [recent_mean(history, years)[0] for years in (1, 5, steps)]
    mine = np.stack(own, axis=-1)
    reverse = np.roll(mine, dyads // 2, axis=1)
    return np.concatenate([mine, reverse, conditions], axis=-1)


def _pairs(
    inputs: Array, history: History, levels: Levels, process: Process, horizon: int
) -> _Pairs:
    steps = len(inputs)
    seen = ~np.isnan(history.reading[horizon:])
    before = slice(0, max(steps - horizon, 0))
    ends = np.broadcast_to(np.arange(steps, dtype=np.int64)[horizon:, None], seen.shape)
    return _Pairs(
        inputs[before][seen],
        (history.reading[horizon:] - levels.level[before])[seen],
        history.reading_var[horizon:][seen],
        _expected(levels.level_var[before], process, horizon)[seen],
        ends[seen],
    )


def _expected(level_var: Array, process: Process, horizon: int) -> Array:
    """Return the local level's variance of a reading h steps ahead, without its known one."""
    return level_var + horizon * process.move_var + process.noise_var


def _weights(pairs: _Pairs) -> Array:
    weight: Array = 1.0 / (pairs.known + pairs.expected)
    return weight


def _scale(pairs: _Pairs, error: Array) -> float:
    """Factor κ of the local level's variance: e ~ N(0, v + κ P), by maximum likelihood."""
    root = np.sqrt(pairs.expected)
    return excess_variance(error / root, pairs.known / pairs.expected)


def _varying(values: Array) -> NDArray[np.bool_]:
    """Columns (F,) with more than one value: scikit-learn cannot bin the others."""
    low = np.min(np.where(np.isnan(values), np.inf, values), axis=0, initial=np.inf)
    high = np.max(np.where(np.isnan(values), -np.inf, values), axis=0, initial=-np.inf)
    return np.asarray(high > low)


def choose(early: _Pairs, late: _Pairs, seed: int) -> tuple[int, float]:
    """Choose the number of trees, and the variance factor κ, by the years held back.

    Trees grown on `early` forecast `late`; the number with the least weighted squared error wins,
    and may be 0: the local level alone.

    Returns
    -------
    trees : int
    factor : float
        κ at that number; 1 where no year could be held back.
    """
    if not len(late.departure):
        return 0, 1.0
    if len(early.departure) < 2 * SMALLEST_LEAF:
        return 0, _scale(late, late.departure)
    grown = _regressor(MOST_TREES, seed)
    varying = _varying(early.inputs)
    grown.fit(early.inputs[:, varying], early.departure, sample_weight=_weights(early))
    nothing = np.zeros_like(late.departure)
    guesses = [nothing, *grown.staged_predict(late.inputs[:, varying])]
    weight = _weights(late)
    losses = [float(np.mean(weight * (late.departure - guess) ** 2)) for guess in guesses]
    best = int(np.argmin(losses))
    return best, _scale(late, late.departure - guesses[best])


def _one_horizon(
    inputs: Array,
    history: History,
    levels: Levels,
    process: Process,
    horizon: int,
    seed: int,
) -> tuple[Array, Array]:
    """Mean and variance (D,) of the readings h steps after the last step."""
    pairs = _pairs(inputs, history, levels, process, horizon)
    varying = _varying(pairs.inputs)
    pairs, inputs = pairs._replace(inputs=pairs.inputs[:, varying]), inputs[:, :, varying]
    held_back = min(HELD_BACK_YEARS * history.steps_per_year, len(inputs) // 3)
    cut = len(inputs) - held_back
    trees, factor = choose(pairs.where(pairs.step < cut), pairs.where(pairs.step >= cut), seed)
    mean = levels.level[-1].copy()
    if trees:
        grown = _regressor(trees, seed)
        grown.fit(pairs.inputs, pairs.departure, sample_weight=_weights(pairs))
        mean += grown.predict(inputs[-1])
    return mean, factor * _expected(levels.level_var[-1], process, horizon)


def forecast_trees(
    history: History,
    conditions: Array,
    origin: int,
    horizons: Sequence[int],
    target_var: Array,
    seed: int,
) -> BaselineForecast:
    """Forecast with boosted trees what the local level leaves over.

    E y_{o+h} = z_o + f_h(inputs at o),   Var = κ_h (P_o + h w + s²) + target_var

    with z_o and P_o the filtered local level and its variance. f_h is fitted to y_{t+h} - z_t over
    all dyads and all t + h <= o, each weighted by 1 / (v_{t+h} + P_t + h w + s²). The shape of the
    trees and the learning rate are fixed in advance. The last five years of the window, or its last
    third if that is shorter, are first held back: they choose the number of trees, and their errors
    give κ_h by maximum likelihood. Then all pairs are fitted.

    Parameters
    ----------
    conditions : ndarray (T, D, F)
        All that the theories are given, by step and dyad; NaN where missing.
    origin : int
        Last step that may be used.
    horizons : sequence of int (H,)
    target_var : ndarray (H, D)
        Known error variances of the readings to be forecast; NaN where there is none.
    seed : int

    Raises
    ------
    MissingExtra
        If scikit-learn is not installed.
    PanelError
        If shapes disagree, the origin or a horizon is out of range, or nothing was read yet.
    """
    past = history.up_to(origin)
    steps = steps_ahead(horizons)
    dyads = past.reading.shape[1]
    if conditions.shape[:2] != history.reading.shape or target_var.shape != (len(steps), dyads):
        msg = (
            f"conditions have shape {conditions.shape} and target_var {target_var.shape}; give "
            f"{history.reading.shape} (steps, dyads) first, and {(len(steps), dyads)}."
        )
        raise PanelError(msg)
    try:
        # Before the limit below: it holds only for libraries that are already loaded.
        import sklearn.ensemble  # noqa: F401
    except ImportError as cause:
        raise missing_extra("boosted trees", "baselines") from cause
    process = fit_local_level(past.reading, past.reading_var)
    levels = filter_levels(process, past.reading, past.reading_var)
    inputs = tree_inputs(past, levels, conditions[: origin + 1])
    with _one_thread():
        found = [_one_horizon(inputs, past, levels, process, int(h), seed) for h in steps]
    mean, var = (np.stack(part) for part in zip(*found, strict=True))
    return BaselineForecast(mean, np.sqrt(var + target_var))
