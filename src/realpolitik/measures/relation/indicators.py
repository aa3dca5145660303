"""The series that measure the relation, and how panel columns become readings.

A series is continuous or graded. Continuous series that grow with the size or the news coverage of
states are read relative to what source and target have on average in that year.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realpolitik.measures.relation.model import Array

Grades = NDArray[np.int64]

MISSING = -1
"""Grade of a reading that does not exist."""
FEWEST_STATES = 5
"""A year's source and target averages need at least this many states with a reading."""
TINY_VARIANCE = 1e-9
"""Keeps the weight of a cell finite where all values of a year are equal."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Panel columns as arrays.

    Attributes
    ----------
    steps : ndarray, shape (T,)
        Years.
    states : tuple of str
        N state codes.
    first, second : ndarray, shape (P,)
        Positions of the two states of each pair; direction 0 is first -> second.
    exists : ndarray, shape (T, P, 2)
        Whether the panel has the dyad in the year.
    columns : Mapping of str to ndarray, shape (T, P, 2)
        Values, NaN where null.
    nearness : ndarray, shape (P,)
        Minus the log of the distance between capitals, NaN where unknown.
    vote_variance : ndarray, shape (T, P, 2)
        Variance of the difference of the two ideal points.
    exposure : ndarray, shape (P, 2, X)
        Fixed traits of a dyad that make acts of any sign more likely, standardised.
    """

    steps: NDArray[np.int64]
    states: tuple[str, ...]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    exists: NDArray[np.bool_]
    columns: Mapping[str, Array]
    nearness: Array
    vote_variance: Array
    exposure: Array


@dataclass(frozen=True, slots=True)
class Continuous:
    """Readings of a continuous series.

    Attributes
    ----------
    value, variance : ndarray, shape (T, P, C)
        Readings and their known error variance, NaN where not read.
    silent : ndarray of bool, shape (T, P, C), optional
        Readings that serve to calibrate the series but do not enter the filter, because another
        series counts the same events.
    """

    value: Array
    variance: Array
    silent: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class Graded:
    """Readings of a graded series.

    Attributes
    ----------
    grade : ndarray of int, shape (T, P, C)
        0 to `count` - 1, or `MISSING`.
    count : int
        Number of grades.
    carries : bool
        Whether the grade of the step before matters.
    """

    grade: Grades
    count: int
    carries: bool


@dataclass(frozen=True, slots=True)
class Series:
    """One indicator.

    Attributes
    ----------
    name : str
    columns : tuple of str
        Panel columns it is made of.
    core : bool
        Whether the relation is defined by it. A core series is an act, a pledge or a judgement of
        rivalry; the others are calibrated against what the core series say.
    sign : int
        Direction in which the fit starts: 1 if a higher reading goes with cooperation.
    read : callable
        From the grid to the readings.
    lasting : bool
        Whether the series may see a pair wrongly for as long as it runs. A series made from
        reports may; of the slow ones the memory is long enough to hold what stays.
    """

    name: str
    columns: tuple[str, ...]
    core: bool
    sign: int
    read: Callable[[Grid], Continuous | Graded]
    lasting: bool = False


def log_odds(cooperative: Array, conflictual: Array) -> tuple[Array, Array]:
    """Log odds of cooperation in a year's events, and its error variance.

    ``y = log((n+ + .5) / (n- + .5)),  v = 1/(n+ + .5) + 1/(n- + .5)``; no event is no reading.

    >>> y, v = log_odds(np.array([12.0]), np.array([3.0]))
    >>> round(float(y[0]), 4), round(float(v[0]), 4)
    (1.273, 0.3657)
    """
    up, down = cooperative + 0.5, conflictual + 0.5
    silent = cooperative + conflictual == 0
    return (
        np.where(silent, np.nan, np.log(up / down)),
        np.where(silent, np.nan, 1.0 / up + 1.0 / down),
    )


def relative(
    grid: Grid, value: Array, variance: Array | None = None, *, gravity: bool = False
) -> Array:
    """Take out of a value what its source and its target have in common that year.

    ``r_ijt = y_ijt - source_it - target_jt - slope_t * nearness_ij``, fitted by weighted least
    squares over the year's cells; the last term only with `gravity`. Years with fewer than
    `FEWEST_STATES` states read are left out.

    Parameters
    ----------
    grid : Grid
    value : ndarray, shape (T, P, 2)
    variance : ndarray, shape (T, P, 2), optional
        Known error variance; a cell weighs 1 / (variance + variance of the year's values).
    gravity : bool
        Whether nearness explains the value as well.

    Returns
    -------
    ndarray, shape (T, P, 2)
    """
    rest = np.full(value.shape, np.nan)
    ends = np.stack([grid.first, grid.second], axis=1)
    source, target = ends, ends[:, ::-1]
    near = np.broadcast_to(grid.nearness[:, None], ends.shape)
    for step in range(len(value)):
        seen = np.isfinite(value[step]) & (np.isfinite(near) | (not gravity))
        if len(np.union1d(source[seen], target[seen])) < FEWEST_STATES:
            continue
        y = value[step][seen]
        known = np.zeros_like(y) if variance is None else variance[step][seen]
        weight = 1.0 / (known + y.var() + TINY_VARIANCE)
        extra = near[seen] if gravity else None
        rest[step][seen] = y - _two_way(y, weight, source[seen], target[seen], extra)
    return rest


def _two_way(y: Array, weight: Array, source: Grades, target: Grades, extra: Array | None) -> Array:
    """Fitted values of a weighted regression on source, target and one more column; shape (R,).

    The normal equations are added up reading by reading: a table of marks would grow with the
    cube of the number of states.
    """
    size = int(max(source.max(), target.max())) + 1
    square = np.zeros((2 * size + 1, 2 * size + 1))
    shift = np.zeros(2 * size + 1)
    column = np.zeros(len(y)) if extra is None else extra
    np.add.at(square, (source, size + target), weight)
    for place in (source, size + target):
        square[: 2 * size, -1] += np.bincount(place, weight * column, 2 * size)
        np.add.at(square, (place, place), weight)
        shift[: 2 * size] += np.bincount(place, weight * y, 2 * size)
    square = square + np.triu(square, 1).T
    square[-1, -1], shift[-1] = weight @ column**2, weight @ (column * y)
    solution = np.linalg.lstsq(square, shift, rcond=1e-10)[0]
    fitted: Array = solution[source] + solution[size + target] + column * solution[-1]
    return fitted


def _undirected(value: Array) -> Array:
    return value[:, :, :1]


def _exact(value: Array) -> Continuous:
    return Continuous(value, np.where(np.isnan(value), np.nan, 0.0))


def _events(cooperative: str, conflictual: str) -> Callable[[Grid], Continuous]:
    def read(grid: Grid) -> Continuous:
        value, variance = log_odds(grid.columns[cooperative], grid.columns[conflictual])
        return Continuous(relative(grid, value, variance), variance)

    return read


def _conflict_volume(grid: Grid) -> Continuous:
    """Conflict events against the expected volume, where cooperation was not counted."""
    count = grid.columns["verbal_conflict_full"] + grid.columns["material_conflict_full"]
    value = relative(grid, np.log(count + 0.5), 1.0 / (count + 0.5), gravity=True)
    variance = np.where(np.isnan(value), np.nan, 1.0 / (count + 0.5))
    return Continuous(value, variance, np.isfinite(grid.columns["verbal_cooperation"]))


def _gdelt(grid: Grid) -> Continuous:
    return _exact(_undirected(relative(grid, np.arcsinh(grid.columns["gdelt_score"]))))


def _votes(grid: Grid) -> Continuous:
    value = _undirected(relative(grid, -grid.columns["ideal_distance"]))
    variance = _undirected(grid.vote_variance)
    return Continuous(value, np.where(np.isnan(value), np.nan, variance))


def _trade(grid: Grid) -> Continuous:
    flow = np.log1p(grid.columns["imports"] + grid.columns["exports"])
    return _exact(_undirected(relative(grid, flow, gravity=True)))


def _organisations(grid: Grid) -> Continuous:
    return _exact(_undirected(relative(grid, np.log1p(grid.columns["shared_igos"]))))


def _troops(grid: Grid) -> Continuous:
    return _exact(np.log1p(grid.columns["troops"]))


def _militarised(grid: Grid) -> Graded:
    """Disputes and their dated actions in one reading, because they are coded from the same acts.

    0 none; 1 a dispute without an action dated in the year; 2 one or two actions; 3 more; 4 war.
    The more hostile of the two sides counts: both sides of a dispute are coded with it. A dispute
    is an act and no standing arrangement, so the year before is not held against it: that disputes
    follow disputes is what the relation is to explain.
    """
    level, actions = _either(grid.columns["mid_hostility"]), _either(grid.columns["mie_actions"])
    grade = np.where(level > 0, 1, 0)
    grade = np.where(actions > 0, 2, grade)
    grade = np.where(actions > 2, 3, grade)
    grade = np.where(level >= 5, 4, grade)
    return Graded(np.where(np.isnan(level + actions), MISSING, grade), 5, carries=False)


def _either(value: Array) -> Array:
    """Take the larger of the two directions, for what binds or hurts both; shape (T, P, 1)."""
    larger: Array = np.fmax(value[:, :, :1], value[:, :, 1:])
    return larger


def _grades(
    column: str, edges: tuple[float, ...], *, carries: bool, directed: bool = True
) -> Callable[[Grid], Graded]:
    """Grade a column: grade k means at least the first k of the edges."""

    def read(grid: Grid) -> Graded:
        value = grid.columns[column] if directed else _either(grid.columns[column])
        grade = np.where(np.isnan(value), MISSING, np.digitize(value, edges))
        return Graded(grade.astype(np.int64), len(edges) + 1, carries)

    return read


def _aid(grid: Grid) -> Graded:
    """Grade aid; a target that had none the year before and has none now is not read.

    Most such targets are too rich to be given aid, so its absence says nothing about the relation.
    """
    graded = _grades("us_aid", (1e6, 1e7, 1e8, 1e9), carries=True)(grid)
    last = np.concatenate([np.zeros_like(graded.grade[:1]), graded.grade[:-1]])
    idle = (graded.grade == 0) & (last <= 0)
    return Graded(np.where(idle, MISSING, graded.grade), graded.count, carries=True)


SERIES: tuple[Series, ...] = (
    Series("verbal_events", ("verbal_cooperation", "verbal_conflict"), True, 1,
           _events("verbal_cooperation", "verbal_conflict"), True),
    Series("material_events", ("material_cooperation", "material_conflict"), True, 1,
           _events("material_cooperation", "material_conflict"), True),
    Series("gdelt_verbal", ("gdelt_verbal_cooperation", "gdelt_verbal_conflict"), True, 1,
           _events("gdelt_verbal_cooperation", "gdelt_verbal_conflict"), True),
    Series("gdelt_material", ("gdelt_material_cooperation", "gdelt_material_conflict"), True, 1,
           _events("gdelt_material_cooperation", "gdelt_material_conflict"), True),
    Series("polecat_verbal", ("polecat_verbal_cooperation", "polecat_verbal_conflict"), True, 1,
           _events("polecat_verbal_cooperation", "polecat_verbal_conflict"), True),
    Series("polecat_material", ("polecat_material_cooperation", "polecat_material_conflict"),
           True, 1, _events("polecat_material_cooperation", "polecat_material_conflict"), True),
    Series("conflict_volume", ("verbal_conflict_full", "material_conflict_full",
           "verbal_cooperation"), False, -1, _conflict_volume, True),
    Series("gdelt_score", ("gdelt_score",), False, 1, _gdelt, True),
    Series("un_votes", ("ideal_distance",), False, 1, _votes),
    Series("trade", ("imports", "exports"), False, 1, _trade),
    Series("shared_igos", ("shared_igos",), False, 1, _organisations),
    Series("troops", ("troops",), False, 1, _troops),
    Series("militarised", ("mid_hostility", "mie_actions"), True, -1, _militarised),
    Series("rivalry", ("rivalry",), True, -1,
           _grades("rivalry", (1,), carries=True, directed=False)),
    Series("atop_defense", ("atop_defense",), True, 1,
           _grades("atop_defense", (1,), carries=True, directed=False)),
    Series("sanctions", ("sanctions",), True, -1, _grades("sanctions", (1, 2), carries=True)),
    Series("sanction_threats", ("sanction_threats",), True, -1,
           _grades("sanction_threats", (1,), carries=False)),
    Series("us_aid", ("us_aid",), True, 1, _aid),
    Series("arms", ("arms",), True, 1, _grades("arms", (0.01, 10, 100), carries=True)),
    Series("exercises", ("exercises",), True, 1,
           _grades("exercises", (1, 2, 4), carries=True, directed=False)),
    Series("leader_visits", ("leader_visits",), True, 1,
           _grades("leader_visits", (1, 2), carries=False)),
    Series("china_finance", ("china_finance_recent",), True, 1,
           _grades("china_finance_recent", (1.0, 1e8, 1e9), carries=True)),
)  # fmt: skip
"""Every indicator, in the order in which the filter takes them in."""
