"""Fit the parameters: expectation-maximisation, accelerated, until nothing moves.

The core series are fitted together with the dynamics; the others are then calibrated against the
relation that the core gives (see `calibrating`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from realpolitik.errors import ConvergenceError
from realpolitik.measures.relation import model
from realpolitik.measures.relation.calibrating import calibrate_continuous
from realpolitik.measures.relation.filtering import (
    Filtered,
    Flags,
    Smoothed,
    run_filter,
    run_smoother,
)
from realpolitik.measures.relation.grading import rows_of, update_graded
from realpolitik.measures.relation.indicators import MISSING, Graded
from realpolitik.measures.relation.model import Array, Parameters, matrices
from realpolitik.measures.relation.readings import Readings, bounds, evidence
from realpolitik.measures.relation.summary import Summary, join, summarise
from realpolitik.measures.relation.updates import (
    common_loading,
    direction_corr,
    lasting_sd,
    list_continuous,
    update_continuous,
    update_dynamics,
)
from realpolitik.measures.relation.vectors import flatten, unflatten

TOLERANCE = 1e-3
"""Largest change of an unconstrained parameter in one EM step at which the fit stops."""
MOST_ITERATIONS = 120
"""Fits that converge take 25 to 40; others let one series define the relation ever more."""
MEMORY = 6
"""Earlier steps that the acceleration looks back on."""
WARM_UP = 4
"""Plain steps before the acceleration starts."""
RIDGE = 1e-4
"""Shrinks the extrapolation, in shares of the squared changes, so that noise does not steer it."""
WORSE = 2.0
"""The acceleration forgets its past when a step is this many times larger than the last."""
BLOCK = 1000
"""Pairs that are passed at a time: they bound the memory, not the result."""
FIRST_WEIGHT, FIRST_LOADING, FIRST_LASTING = 0.25, 0.8, 0.5
FIRST_DYNAMICS = model.Dynamics(
    level_sd=0.5,
    shock_sd=0.5,
    left=0.7,
    pair_corr=0.8,
)
"""Where the fit starts; it ends at the same values from other starts (tested)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is fitted.

    Attributes
    ----------
    readings : Readings
    exists : ndarray of bool, shape (T, P)
        Whether the pair exists.
    """

    readings: Readings
    exists: Flags

    @property
    def start(self) -> NDArray[np.int64]:
        """First step of each pair."""
        first: NDArray[np.int64] = np.argmax(self.exists, axis=0)
        return first

    def blocks(self) -> Iterator[Problem]:
        """Cut into blocks of pairs, in their order."""
        for begin in range(0, self.exists.shape[1], BLOCK):
            pairs = slice(begin, begin + BLOCK)
            yield Problem(self.readings.part(pairs), self.exists[:, pairs])


def pass_over(problem: Problem, params: Parameters) -> tuple[Filtered, Smoothed]:
    """Filter and smooth under given parameters."""
    model_matrices = matrices(
        params.dynamics, [params.continuous[name].lasting for name in params.slots]
    )
    shape = problem.exists.shape
    series = [
        bounds(s, problem.readings.traits(s.grade.shape[2]), params.graded[n])
        for n, s in problem.readings.graded.items()
    ]
    gathered = evidence(problem.readings, params, (shape[0], shape[1]))
    filtered = run_filter(model_matrices, problem.start, gathered, series)
    return filtered, run_smoother(model_matrices, problem.start, filtered)


def gather(problem: Problem, params: Parameters) -> Summary:
    """Filter and smooth block by block, and keep what the M-step needs."""
    columns = {n: problem.readings.continuous[n].value.shape[2] for n in params.slots}
    parts = [
        summarise(*pass_over(block, params), block.exists, columns) for block in problem.blocks()
    ]
    return join(parts)


def rescale(params: Parameters, scale: float) -> Parameters:
    """Measure the relation in units of `scale`: every prediction of a reading stays the same."""
    d = params.dynamics
    dynamics = replace(d, level_sd=d.level_sd / scale, shock_sd=d.shock_sd / scale)
    return replace(
        params,
        dynamics=dynamics,
        loading=params.loading * scale,
        continuous={n: replace(p, loading=p.loading * scale) for n, p in params.continuous.items()},
        graded={n: replace(p, weight=p.weight * scale) for n, p in params.graded.items()},
    )


def recentre(params: Parameters, shift: float) -> Parameters:
    """Measure the relation from `shift`, where the average dyad enters, so that it enters at zero.

    Without this the fit creeps: levels and thresholds follow the mean of the relation only slowly.
    """
    return replace(
        params,
        continuous={
            n: replace(p, level=p.level + p.loading * shift) for n, p in params.continuous.items()
        },
        graded={
            n: replace(p, cuts=tuple(c - p.sign * p.weight * shift for c in p.cuts))
            for n, p in params.graded.items()
        },
    )


def mean_log_weight(params: Parameters) -> float:
    """Centre of the prior of log weights: the mode of the mean that they share."""
    logs = [float(np.log(p.weight)) for p in params.graded.values()]
    return sum(logs) / max(len(logs), 1)


def em_step(problem: Problem, params: Parameters) -> Parameters:
    """Filter and smooth, then update every parameter and set the scale to one."""
    kept = gather(problem, params)
    readings = problem.readings
    graded, centre = {}, mean_log_weight(params)
    for number, (name, series) in enumerate(readings.graded.items()):
        columns = series.grade.shape[2]
        rows = rows_of(
            series, readings.traits(columns), kept.reads[columns], kept.stand_ins[number]
        )
        graded[name] = update_graded(rows, params.graded[name], centre)
    updated = replace(
        params,
        dynamics=update_dynamics(kept.totals, params.dynamics.pair_corr),
        graded=graded,
    )
    updated = _update_all_continuous(readings, kept, updated)
    updated = recentre(updated, kept.totals.entry_mean / (2.0 * kept.totals.pairs))
    return rescale(updated, float(np.sqrt(kept.totals.square / kept.totals.cells)))


def _update_all_continuous(readings: Readings, kept: Summary, params: Parameters) -> Parameters:
    """Update the common loading, then the rest of every continuous series."""
    if not readings.continuous:
        return params
    old = params.continuous
    lists = {
        name: list_continuous(s, kept.reads[s.value.shape[2]], kept.offsets.get(name))
        for name, s in readings.continuous.items()
    }
    loading = common_loading(lists, old)
    continuous = {
        name: update_continuous(listed, old[name], float(np.copysign(loading, old[name].loading)))
        for name, listed in lists.items()
    }
    for name, offset in kept.offsets.items():
        lasting = lasting_sd(readings.continuous[name], offset)
        continuous[name] = replace(continuous[name], lasting=lasting)
    return replace(params, loading=loading, continuous=continuous)


def accelerate(points: list[Array], images: list[Array]) -> Array:
    """Anderson's extrapolation of a fixed-point iteration.

    Parameters
    ----------
    points, images : list of ndarray
        Recent arguments and what one step made of them, oldest first.

    References
    ----------
    Anderson (1965); Walker and Ni (2011).
    """
    residuals = np.array(images) - np.array(points)
    change = np.diff(residuals, axis=0).T
    square = change.T @ change
    ridge = RIDGE * np.trace(square) * np.eye(len(square))
    weights = np.linalg.solve(square + ridge, change.T @ residuals[-1])
    return images[-1] - np.diff(np.array(images), axis=0).T @ weights


def start_parameters(
    readings: Readings,
    signs: Mapping[str, int],
    lasting: Collection[str] = (),
    weight: float = FIRST_WEIGHT,
    loading: float = FIRST_LOADING,
) -> Parameters:
    """Neutral values to start from: thresholds at the observed shares, equal weights.

    Parameters
    ----------
    readings : Readings
    signs : Mapping of str to int
        Direction of each series.
    lasting : collection of str
        Series that may see a pair wrongly for as long as they run.
    weight, loading : float
        Of every graded and of every continuous series.
    """
    traits = (0.0,) * readings.exposure.shape[-1]
    return Parameters(
        dynamics=replace(FIRST_DYNAMICS, pair_corr=direction_corr(readings.continuous.values())),
        loading=loading,
        continuous={
            name: model.Continuous(
                level=float(np.nanmean(s.value)),
                loading=loading * signs[name],
                carry=0.5,
                noise=float(np.nanstd(s.value)),
                lasting=FIRST_LASTING * float(np.nanstd(s.value)) if name in lasting else 0.0,
            )
            for name, s in readings.continuous.items()
        },
        graded={
            name: model.Graded(
                _shares(s),
                signs[name],
                weight,
                traits,
                (1.0,) * (s.count - 1) + (0.0,) if s.carries else (),
            )
            for name, s in readings.graded.items()
        },
    )


def _shares(series: Graded) -> tuple[float, ...]:
    """Thresholds of a standard normal that give the observed shares of the grades."""
    grade = series.grade[series.grade != MISSING]
    below = np.array([(grade < k).sum() for k in range(1, series.count)], dtype=float)
    cuts = ndtri((below + 0.5 * np.arange(1, series.count)) / (len(grade) + 0.5 * series.count))
    return tuple(cuts.tolist())


def fit_core(problem: Problem, start: Parameters, iterations: int = MOST_ITERATIONS) -> Parameters:
    """Run EM on all series of a problem until the largest change of a step is below `TOLERANCE`.

    Parameters
    ----------
    problem : Problem
    start : Parameters
    iterations : int
        Most steps.

    Raises
    ------
    ConvergenceError
        If the parameters still move after `iterations` steps.

    References
    ----------
    Dempster, Laird and Rubin (1977).
    """
    params, points, images = start, list[Array](), list[Array]()
    size = np.inf
    for iteration in range(1, iterations + 1):
        point = flatten(params)
        image = flatten(em_step(problem, params))
        last, size = size, float(np.abs(image - point).max())
        if size < TOLERANCE:
            return replace(unflatten(image, start), iterations=iteration, residual=size)
        if size > WORSE * last:
            points, images = [], []
        points, images = [*points[-MEMORY:], point], [*images[-MEMORY:], image]
        ahead = accelerate(points, images) if iteration > WARM_UP and len(points) > 2 else image
        params = unflatten(ahead, start)
    msg = f"the relation did not converge in {iterations} steps (largest change {size:.1e})"
    raise ConvergenceError(msg)


def fit(
    problem: Problem, core: Collection[str], start: Parameters, iterations: int = MOST_ITERATIONS
) -> Parameters:
    """Fit the core series and the dynamics by EM, then calibrate the other series.

    Parameters
    ----------
    problem : Problem
    core : collection of str
        Series that define the relation. All graded series do.
    start : Parameters
        Values for all series.
    iterations : int
        Most steps of EM.

    Raises
    ------
    ConvergenceError
        If any part does not converge.
    """
    readings = problem.readings
    inner = {n: s for n, s in readings.continuous.items() if n in core}
    small = replace(problem, readings=replace(readings, continuous=inner))
    begin = replace(start, continuous={n: start.continuous[n] for n in inner})
    params = fit_core(small, begin, iterations)
    reads = gather(small, params).reads
    continuous = {
        name: params.continuous[name]
        if name in inner
        else calibrate_continuous(series, reads[series.value.shape[2]], start.continuous[name])
        for name, series in readings.continuous.items()
    }
    return replace(params, continuous=continuous)
