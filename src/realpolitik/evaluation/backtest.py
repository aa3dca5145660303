"""Every forecaster at every origin, refitted on what was known then: tasks of one long table."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from realpolitik import cache
from realpolitik.conditions.evidence import Evidence, fit_outcome, gather
from realpolitik.conditions.making import Given, prepare
from realpolitik.data import load_panel
from realpolitik.evaluation.baselines import BASELINES
from realpolitik.evaluation.forecasting import from_origin
from realpolitik.evaluation.past import Array, History
from realpolitik.evaluation.placebos import PLACEBOS
from realpolitik.evaluation.rows import AtOrigin, Rows, rows
from realpolitik.evaluation.running import Report, run_table
from realpolitik.evaluation.scores import log_score
from realpolitik.evaluation.tasks import Task, arrays_from_bytes, arrays_to_bytes
from realpolitik.evaluation.transport import (
    LEADERS,
    STATE,
    Foretold,
    LeftOut,
    collect,
    foretell,
    mask_of,
    parts,
)
from realpolitik.evaluation.trees import forecast_trees
from realpolitik.inference.fitting import Fit, fit
from realpolitik.panel import Panel
from realpolitik.theory import THEORIES, FlatFilter, Inertia, NeoclassicalRealism
from realpolitik.theory.inputs import dyad_order
from realpolitik.theory.parameter import labels
from realpolitik.timeline import year_of

TREES = "boosted trees"
SLOW = ("AutoETS", "AutoARIMA", TREES)
"""Forecasters that choose a model for every pair or grow trees: made at every sixth origin
only, and only of pairs' means, because one origin takes minutes."""
SLOW_EVERY, SLOW_REST = 6, 2
TRANSPORTED = (NeoclassicalRealism.name, FlatFilter.name, Inertia.name)
"""Theories that are fitted without each state and without each fold of leaders, beside the best."""


@dataclass(frozen=True, slots=True)
class Design:
    """What a backtest is of; small enough to be sent to every worker.

    region : str
    origins, horizons : tuple of int
    seed, starts : int
    """

    region: str
    origins: tuple[int, ...]
    horizons: tuple[int, ...] = (1, 3, 5)
    seed: int = 1
    starts: int = 3


@functools.lru_cache(maxsize=1)
def whole_panel(region: str) -> Panel:
    """Load the panel of a region once in a process."""
    return load_panel(region=region)


@functools.lru_cache(maxsize=2)
def given_at(design: Design, origin: int | None) -> Given:
    """Prepare the inputs at an origin, long enough for the last horizon after the last year."""
    panel = whole_panel(design.region)
    last = year_of(panel.end)
    known = last if origin is None else origin
    return prepare(
        panel,
        origin=origin,
        ahead=last - known + max(design.horizons),
        parameters=fit_outcome(panel),
    )


def fit_whole(argument: tuple[Design, str]) -> bytes:
    """Fit one theory to the whole panel."""
    design, name = argument
    theory = next(one for one in THEORIES if one.name == name)
    given = given_at(design, None)
    found = fit(theory, given.inputs, seed=design.seed, starts=design.starts)
    return fit_to_bytes(found)


def fit_to_bytes(found: Fit) -> bytes:
    """Write a fit as bytes."""
    return arrays_to_bytes(
        {
            "vector": found.vector,
            "covariance": found.covariance,
            "numbers": np.array(
                [found.log_posterior, found.gradient, found.readings, found.starts, found.agreeing]
            ),
        }
    )


def fit_from_bytes(content: bytes, name: str, given: Given) -> Fit:
    """Rebuild a fit from the bytes of `fit_to_bytes`."""
    held = arrays_from_bytes(content)
    theory = next(one for one in THEORIES if one.name == name)
    sizes = given.inputs.sizes
    posterior, gradient, readings, starts, agreeing = held["numbers"]
    return Fit(
        theory=theory,
        sizes=sizes,
        vector=held["vector"],
        covariance=held["covariance"],
        names=labels(theory.parameters(sizes), sizes),
        log_posterior=float(posterior),
        gradient=float(gradient),
        readings=int(readings),
        starts=int(starts),
        agreeing=int(agreeing),
    )


def forecast_theory(argument: tuple[Design, int, str, bytes]) -> bytes:
    """Refit one theory, or the full one under a placebo, at an origin and forecast."""
    design, origin, name, near = argument
    given = given_at(design, origin)
    inputs = given.inputs
    theory = name
    if name in PLACEBOS:
        theory = NeoclassicalRealism.name
        changed = PLACEBOS[name](inputs.conditions, design.seed)
        inputs = dataclasses.replace(inputs, conditions=changed)
    found = from_origin(fit_from_bytes(near, theory, given), given, inputs, origin, design.horizons)
    return arrays_to_bytes(
        {
            "mean": found.ahead.mean,
            "var": found.ahead.var,
            "now": found.ahead.now,
            "vector": found.vector,
        }
    )


def leave_out(argument: tuple[Design, str, int, str, bytes]) -> bytes:
    """Fit one theory without a state's or a fold of leaders' readings and foretell these."""
    design, left_out, part, name, near = argument
    given = given_at(design, None)
    mask = mask_of(given.inputs, left_out, part, design.seed)
    return arrays_to_bytes(
        dataclasses.asdict(foretell(fit_from_bytes(near, name, given), given.inputs, mask))
    )


def forecast_others(argument: tuple[Design, int]) -> bytes:
    """Forecast with all baselines and the trees at an origin."""
    design, origin = argument
    given = given_at(design, origin)
    place = int(np.flatnonzero(given.years == given.origin)[0])
    steps = [origin - given.origin + h for h in design.horizons]
    common, difference = _histories(given, place)
    dyads = common.reading.shape[1]
    none, half = np.zeros((len(steps), dyads)), dyads // 2
    conditions = flat_conditions(given)[: place + 1]

    def moments(name: str, history: History) -> tuple[Array, Array]:
        if name == TREES:
            made = forecast_trees(history, conditions, place, steps, none, design.seed)
        else:
            baseline = next(one for one in BASELINES if one.name == name)
            made = baseline.forecast(history, place, steps, none)
        return made.mean, made.sd**2

    found: dict[str, Array] = {}
    slow = origin % SLOW_EVERY == SLOW_REST
    for name in other_names():
        mean, var = np.full((2, len(steps), dyads), np.nan)
        if name not in SLOW:
            for part, history in ((slice(half), common), (slice(half, None), difference)):
                made = moments(name, history)
                mean[:, part], var[:, part] = made[0][:, part], made[1][:, part]
        elif slow:
            made = moments(name, _first_half(common))
            mean[:, :half], var[:, :half] = made[0][:, :half], made[1][:, :half]
        found[f"{name} mean"], found[f"{name} var"] = mean, var
    return arrays_to_bytes(found)


def _first_half(history: History) -> History:
    """Hide the readings of the second half of the dyads."""
    reading = history.reading.copy()
    reading[:, reading.shape[1] // 2 :] = np.nan
    return dataclasses.replace(history, reading=reading)


def other_names() -> tuple[str, ...]:
    """Return the names of the baselines and of the ceiling."""
    return (*(one.name for one in BASELINES), TREES)


def _histories(given: Given, place: int) -> tuple[History, History]:
    """Return the readings of pairs' means, and of differences, as if each direction had its own."""
    reading, variance = (
        np.asarray(part)[: place + 1, :, 0]
        for part in (given.inputs.reading, given.inputs.reading_var)
    )
    half = reading.shape[1] // 2
    capability = given.strength[: place + 1]
    back, spread = reading[:, half:], variance[:, half:]
    return (
        History(np.tile(reading[:, :half], 2), np.tile(variance[:, :half], 2), capability),
        History(np.concatenate([-back, back], axis=1), np.tile(spread, 2), capability),
    )


def flat_conditions(given: Given) -> Array:
    """Return all conditions (T, D, F) that the theories see, by step and dyad."""
    held = given.inputs.conditions
    source, target = dyad_order(len(given.states))
    columns = [
        held.threat[:, :, None],
        held.offence[:, :, None],
        held.parts,
        held.clarity,
        held.imminence[:, :, None],
        held.gate[:, source],
        held.gate[:, target],
        held.preference,
        held.culture[:, :, None],
    ]
    return np.concatenate([np.asarray(part) for part in columns], axis=2)


@dataclass(frozen=True, slots=True)
class Backtest:
    """Fits on the whole panel and forecasts beside readings.

    fits : mapping of str to Fit
    rows : Rows
    left_out : tuple of LeftOut   of states and of leaders
    given : Given        inputs on the whole panel
    truth : Evidence
    """

    design: Design
    fits: Mapping[str, Fit]
    rows: Rows
    left_out: tuple[LeftOut, ...]
    given: Given
    truth: Evidence


def run_backtest(
    design: Design,
    *,
    key: str,
    store: Path | None = None,
    workers: int = 1,
    cluster: str | None = None,
    report: Report | None = None,
) -> Backtest:
    """Fit every theory to the whole panel, refit it at every origin, and collect all forecasts.

    Some theories, and the one that forecasts best, are also refitted without each state and without
    each fold of leaders.

    The fit on the whole panel serves as the place from which each refit starts; each refit ends
    where the gradient of its own readings is flat. The measurement layer has the parameters of the
    whole panel at every origin; its readings are those known at the origin.

    Parameters
    ----------
    key : str
        Of the data and the code, under which finished tasks are kept.
    store : Path, optional
        Folder of finished tasks, in the user's cache if not given.
    workers, cluster, report
        As in `run_table`.

    Raises
    ------
    ConvergenceError
        If a fit does not converge.
    """
    panel = whole_panel(design.region)
    folder = store or cache.folder() / "backtest"
    run = functools.partial(
        run_table,
        store=folder,
        key=f"{key} {design.seed} {design.starts} {design.horizons}",
        workers=workers,
        cluster=cluster,
        report=report,
    )
    given, truth = given_at(design, None), gather(panel, fit_outcome(panel))
    names = [theory.name for theory in THEORIES]
    whole = run([Task(f"fit {name}", fit_whole, (design, name)) for name in names])
    near = {name: whole[f"fit {name}"] for name in names}
    near |= dict.fromkeys(PLACEBOS, near[NeoclassicalRealism.name])
    tasks = []
    for origin in design.origins:
        tasks.append(Task(f"{origin} others", forecast_others, (design, origin)))
        tasks += [
            Task(f"{origin} {name}", forecast_theory, (design, origin, name, content))
            for name, content in near.items()
        ]
    tasks += _without(design, given, {name: whole[f"fit {name}"] for name in TRANSPORTED})
    done = run(tasks)
    made = [_at_origin(origin, list(near), done) for origin in design.origins]
    table = rows((*near, *other_names()), made, design.horizons, truth)
    best = best_theory(table, design.horizons)
    if best not in TRANSPORTED:
        done |= run(_without(design, given, {best: whole[f"fit {best}"]}))
    judged = tuple(dict.fromkeys((*TRANSPORTED, best)))
    return Backtest(
        design=design,
        fits={name: fit_from_bytes(whole[f"fit {name}"], name, given) for name in names},
        rows=table,
        left_out=tuple(_left_out(design, given, way, judged, done) for way in (STATE, LEADERS)),
        given=given,
        truth=truth,
    )


def best_theory(table: Rows, horizons: Sequence[int]) -> str:
    """Return the theory with the highest mean log score over all horizons."""
    log = log_score(table.mean, table.sd, table.value)

    def mean(name: str) -> float:
        own = log[table.names.index(name)]
        return float(np.mean([own[table.horizon == h].mean() for h in horizons]))

    return max((theory.name for theory in THEORIES), key=mean)


def _task_name(name: str, left_out: str, part: int) -> str:
    return f"without {left_out} {part} {name}"


def _without(design: Design, given: Given, near: Mapping[str, bytes]) -> list[Task]:
    """Make the tasks that leave parts out."""
    return [
        Task(_task_name(name, way, part), leave_out, (design, way, part, name, content))
        for name, content in near.items()
        for way in (STATE, LEADERS)
        for part in parts(given.inputs, way)
    ]


def _left_out(
    design: Design, given: Given, left_out: str, names: Sequence[str], done: Mapping[str, bytes]
) -> LeftOut:
    """Put together what theories foretold of parts they had not seen."""
    scored = {
        name: [
            Foretold(**arrays_from_bytes(done[_task_name(name, left_out, part)]))
            for part in parts(given.inputs, left_out)
        ]
        for name in names
    }
    return collect(given.inputs, left_out, design.seed, scored)


def _at_origin(origin: int, names: Sequence[str], done: Mapping[str, bytes]) -> AtOrigin:
    """Put together the forecasts of one origin; the present level is that of inertia."""
    theories = {name: arrays_from_bytes(done[f"{origin} {name}"]) for name in names}
    others = arrays_from_bytes(done[f"{origin} others"])
    mean, var = (
        np.stack(
            [held[what] for held in theories.values()]
            + [others[f"{name} {what}"] for name in other_names()]
        )
        for what in ("mean", "var")
    )
    return AtOrigin(origin, mean, var, theories["inertia"]["now"])
