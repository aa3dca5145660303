"""From a panel to the measured relation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from realpolitik import cache
from realpolitik.data import load_panel
from realpolitik.errors import ConvergenceError, RequestError, unknown
from realpolitik.measures.relation.filtering import Flags, Moments
from realpolitik.measures.relation.fitting import Problem, fit, pass_over, start_parameters
from realpolitik.measures.relation.grid import make_grid, make_readings
from realpolitik.measures.relation.indicators import SERIES, Grid, Series
from realpolitik.measures.relation.model import READ, Array, Parameters
from realpolitik.measures.relation.readings import Readings
from realpolitik.measures.relation.record import Relation
from realpolitik.panel import Panel
from realpolitik.timeline import check_step

STORED = "parameters.json"
"""Parameters of the built-in regions, each under the digest of the readings they were fitted to."""


def relation(
    panel: Panel,
    *,
    step: str = "year",
    months: Panel | None = None,
    exclude: Collection[str] = (),
    parameters: Parameters | None = None,
    use_cache: bool = True,
) -> Relation:
    """Measure how every state of a panel stands towards every other.

    A directed posture theta is a level that stays plus a passing part (`model`). Event ratios,
    disputes, rivalry, pledges, sanctions, aid, arms, exercises, visits and finance define it (core
    series); pair scores, votes, trade, shared memberships, troops and the volume of conflict events
    are calibrated against it and add what news they carry (`indicators`, `calibrating`).

    Parameters
    ----------
    panel : Panel
        Yearly. What its `as_of` hides is not used, also not for the parameters, unless what was
        known by then gives no peak: then the parameters are those of all years, and say so
        (`Parameters.later`).
    step : {"year", "month"}
    months : Panel, optional
        The same region by month, for ``step="month"``: what is counted by month enters in its
        month, everything else in December. Without it everything enters in December.
    exclude : collection of str
        Series or panel variables that must not measure the relation, because this run uses them
        as interventions: ``exclude=panel.roles("intervention")``.
    parameters : Parameters, optional
        Known parameters; fitted, or taken from those stored for these readings, when not given.
    use_cache : bool
        Whether a stored result may be used and kept.

    Returns
    -------
    Relation

    Raises
    ------
    UnknownName
        If a name to exclude is neither a series nor a variable of one, or the step is unknown.
    RequestError
        If the panel is not yearly or holds too little, or the months do not belong to it.
    ConvergenceError
        If the fit does not converge.

    References
    ----------
    Harvey (1989) on structural time series; Terechshenko (2020) on latent hostility.
    """
    if panel.step != "year":
        msg = (
            "the relation rests on yearly readings: give the panel by year, and the one by month "
            "as relation(panel, step='month', months=...)"
        )
        raise RequestError(msg)
    if check_step(step) == "month":
        from realpolitik.measures.monthly import relation_by_month

        return relation_by_month(
            panel, months, exclude=exclude, parameters=parameters, use_cache=use_cache
        )
    if months is not None:
        msg = "a panel by month is read with step='month' only: ask for that step or leave it out"
        raise RequestError(msg)
    series = wanted(exclude)
    grid = make_grid(panel)
    request = {
        "series": [one.name for one in series],
        "parameters": parameters.to_json() if parameters else None,
    }
    name = cache.key("relation", digest(grid_arrays(grid)), request)
    content = cache.remember(
        name + ".npz",
        lambda: _compute(panel, grid, series, parameters, use_cache).to_bytes(),
        use=use_cache,
    )
    return Relation.from_bytes(content)


def fit_parameters(panel: Panel, *, exclude: Collection[str] = ()) -> Parameters:
    """Fit the parameters of the relation to a panel.

    Parameters
    ----------
    panel : Panel
    exclude : collection of str
        As in `relation`.

    Raises
    ------
    ConvergenceError
        If the fit does not converge.
    """
    grid, series = make_grid(panel), wanted(exclude)
    return _fit(Problem(make_readings(grid, series), grid.exists[:, :, 0]), series)


def parameters_of(
    panel: Panel, *, exclude: Collection[str] = (), use_cache: bool = True
) -> Parameters:
    """Return the stored parameters of a panel's readings, or fit and keep them.

    Parameters
    ----------
    panel : Panel
    exclude : collection of str
        As in `relation`.
    use_cache : bool
        Whether parameters fitted before may be used and new ones kept.

    Raises
    ------
    ConvergenceError
        If there are none and the fit does not converge.
    """
    grid, series = make_grid(panel), wanted(exclude)
    problem = Problem(make_readings(grid, series), grid.exists[:, :, 0])
    return _parameters(panel, problem, series, use_cache)


def readings_digest(panel: Panel, *, exclude: Collection[str] = ()) -> str:
    """Hash of the readings of a panel, the key of stored parameters."""
    return _readings_digest(make_readings(make_grid(panel), wanted(exclude)))


def wanted(exclude: Iterable[str]) -> tuple[Series, ...]:
    """Series that are left when some, or those of some variables, are excluded.

    Raises
    ------
    UnknownName
        If a name is neither a series nor a variable.
    """
    gone = set(exclude)
    known = {one.name for one in SERIES} | {name for one in SERIES for name in one.columns}
    for name in gone - known - _unused():
        raise unknown("series or variable", name, known)
    return tuple(one for one in SERIES if not gone & {one.name, *one.columns})


def _unused() -> set[str]:
    """Variables of the panel that no series reads; excluding one changes nothing."""
    from realpolitik.panel import variables

    return set(variables())


def _fit(problem: Problem, series: Collection[Series]) -> Parameters:
    signs = {one.name: one.sign for one in series}
    core = {one.name for one in series if one.core}
    lasting = {one.name for one in series if one.lasting}
    return fit(problem, core, start_parameters(problem.readings, signs, lasting))


def _parameters(
    panel: Panel, problem: Problem, series: tuple[Series, ...], use_cache: bool
) -> Parameters:
    """Return the stored parameters of these readings, or fit and keep them."""
    digest = _readings_digest(problem.readings)
    stored = _stored(digest)
    if stored is not None:
        return stored
    name = cache.key("relation parameters", digest, {"series": [one.name for one in series]})
    content = cache.remember(
        name + ".json", lambda: _fitted(panel, problem, series).to_json().encode(), use=use_cache
    )
    return Parameters.from_json(content.decode())


def _fitted(panel: Panel, problem: Problem, series: tuple[Series, ...]) -> Parameters:
    """Fit, or take those of all years where what was known by then gives no peak."""
    try:
        return _fit(problem, series)
    except ConvergenceError:
        if panel.as_of is None:
            raise
    whole = load_panel(panel.region)
    grid = make_grid(whole)
    every = Problem(make_readings(grid, series), grid.exists[:, :, 0])
    found, held = _parameters(whole, every, series, use_cache=True), problem.readings
    return replace(
        found,
        continuous={name: found.continuous[name] for name in held.continuous},
        graded={name: found.graded[name] for name in held.graded},
        later=True,
    )


def _compute(
    panel: Panel,
    grid: Grid,
    series: tuple[Series, ...],
    parameters: Parameters | None,
    use_cache: bool,
) -> Relation:
    readings = make_readings(grid, series)
    if not readings.graded:
        msg = "the panel holds no readings of any act between its states: nothing to measure"
        raise RequestError(msg)
    problem = Problem(readings, grid.exists[:, :, 0])
    params = parameters or _parameters(panel, problem, series, use_cache)
    final, running = _measure(problem, params, grid.exists)
    first, second = (np.array(grid.states)[side] for side in (grid.first, grid.second))
    return Relation(
        steps=grid.steps,
        sources=_flat(np.stack([first, second], axis=-1)),
        targets=_flat(np.stack([second, first], axis=-1)),
        mean=final.level,
        sd=final.level_sd,
        change=final.change,
        change_sd=final.change_sd,
        filtered_mean=running.level,
        filtered_sd=running.level_sd,
        filtered_change=running.change,
        filtered_change_sd=running.change_sd,
        indicators=readings.count().reshape(len(grid.steps), -1),
        parameters=params,
    )


def _flat(names: NDArray[np.str_]) -> tuple[str, ...]:
    return tuple(str(name) for name in names.reshape(-1))


@dataclass(frozen=True, slots=True)
class _Moves:
    """Level and move of every dyad with their standard deviations, shape (T, D)."""

    level: Array
    level_sd: Array
    change: Array
    change_sd: Array


def _measure(problem: Problem, params: Parameters, exists: Flags) -> tuple[_Moves, _Moves]:
    """Smoothed and filtered level and move of every dyad, block by block of pairs."""
    final, running, begin = list[_Moves](), list[_Moves](), 0
    for block in problem.blocks():
        end = begin + block.exists.shape[1]
        filtered, smoothed = pass_over(block, params)
        final.append(_moves(smoothed.moments, exists[:, begin:end]))
        running.append(_moves(filtered.updated, exists[:, begin:end]))
        begin = end
    return _side_by_side(final), _side_by_side(running)


def _side_by_side(parts: Sequence[_Moves]) -> _Moves:
    names = [field.name for field in fields(_Moves)]
    return _Moves(*(np.concatenate([getattr(p, n) for p in parts], axis=1) for n in names))


def _moves(moments: Moments, exists: Flags) -> _Moves:
    mean, cov = moments.mean @ READ.T, READ @ moments.cov @ READ.T
    variance = np.diagonal(cov, axis1=-2, axis2=-1)
    across = np.stack([cov[..., 0, 2], cov[..., 1, 3]], axis=-1)
    move_variance = variance[..., :2] + variance[..., 2:] - 2.0 * across
    begun = np.cumsum(exists, axis=0) > 1
    hidden, fresh = ~exists, ~(exists & begun)

    def flat(values: Array, mask: NDArray[np.bool_]) -> Array:
        return np.where(mask, np.nan, values).reshape(len(values), -1)

    return _Moves(
        flat(mean[..., :2], hidden),
        flat(np.sqrt(variance[..., :2]), hidden),
        flat(mean[..., :2] - mean[..., 2:], fresh),
        flat(np.sqrt(np.maximum(move_variance, 0.0)), fresh),
    )


def digest(arrays: Iterable[tuple[str, NDArray[Any]]]) -> str:
    """Hash of named arrays."""
    held = hashlib.blake2b(digest_size=16)
    for name, values in arrays:
        held.update(f"{name}{values.shape}{values.dtype}".encode())
        held.update(np.ascontiguousarray(values).tobytes())
    return held.hexdigest()


def grid_arrays(grid: Grid) -> Iterable[tuple[str, NDArray[Any]]]:
    """Name every array of a grid that a reading rests on."""
    yield "states", np.array(grid.states)
    for name in ("steps", "first", "second", "exists", "nearness", "vote_variance", "exposure"):
        yield name, getattr(grid, name)
    yield from grid.columns.items()


def _readings_digest(readings: Readings) -> str:
    arrays: list[tuple[str, NDArray[Any]]] = [("exposure", readings.exposure)]
    for name, continuous in readings.continuous.items():
        arrays += [(name, continuous.value), (f"{name} variance", continuous.variance)]
    arrays += [(name, graded.grade) for name, graded in readings.graded.items()]
    return digest((name, np.round(values, 6)) for name, values in arrays)


def _stored(digest: str) -> Parameters | None:
    """Parameters that were stored for exactly these readings."""
    path = resources.files("realpolitik.measures.relation") / STORED
    if not path.is_file():
        return None
    record = json.loads(path.read_text(encoding="utf-8")).get(digest)
    return Parameters.from_record(record) if record else None
