"""What the settlement hangs on: ranges one at a time, ranges together, and actors' own moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from realpolitik.bargaining.board import Board, Key, at_levels, nominal, uncertain
from realpolitik.bargaining.forecast import LEVELS, settlement
from realpolitik.bargaining.issue import Issue
from realpolitik.bargaining.quantity import Array
from realpolitik.bargaining.solutions import BASELINE, Method, check_options, method_named
from realpolitik.errors import RequestError, missing_extra


@dataclass(frozen=True, slots=True)
class Swing:
    """Settlement with one entry at the ends of its range, all others at the file's value.

    at_low, at_high : (K,)   with the entry at its 5th and its 95th percentile
    """

    key: Key
    at_low: Array
    at_high: Array

    @property
    def width(self) -> float:
        """Largest swing over the dimensions."""
        return float(np.abs(self.at_high - self.at_low).max())


@dataclass(frozen=True, slots=True)
class Lever:
    """Settlement when one actor moves.

    field : str       position or salience
    step : float      the move, in the units of the field
    effect : float    change of the settlement on that dimension
    """

    actor: str
    field: str
    dimension: str
    step: float
    effect: float


@dataclass(frozen=True, slots=True)
class Sobol:
    """Shares of the variance of the settlement, one per entry.  D entries.

    first, total : (D,)             first-order and total index; NaN where nothing varies
    first_se, total_se : (D,)       bootstrap standard errors
    """

    keys: tuple[Key, ...]
    first: Array
    first_se: Array
    total: Array
    total_se: Array


def tornado(issue: Issue, method: str = BASELINE, **options: Any) -> tuple[Swing, ...]:
    """Move every range of the file to its 5th and 95th percentile, one at a time.

    Returns
    -------
    tuple of Swing
        Widest first.
    """
    chosen = _chosen(method, options)
    entries = uncertain(issue)
    if not entries:
        return ()
    size = 2 * len(entries)
    levels = {entry.key: np.full(size, np.nan) for entry in entries}
    for index, entry in enumerate(entries):
        levels[entry.key][2 * index : 2 * index + 2] = LEVELS
    ends = settlement(at_levels(issue, levels, size), chosen, options)
    swings = [
        Swing(entry.key, ends[:, 2 * index], ends[:, 2 * index + 1])
        for index, entry in enumerate(entries)
    ]
    return tuple(sorted(swings, key=lambda swing: (-swing.width, swing.key)))


def levers(
    issue: Issue, method: str = BASELINE, step: float = 0.1, **options: Any
) -> tuple[Lever, ...]:
    """Let each actor in turn move its position or salience and see the settlement change.

    Parameters
    ----------
    step : float
        Size of the move as a share of the scale; it stops at the end of the scale.

    Returns
    -------
    tuple of Lever
        Largest effect first; moves that are stopped at once are left out.
    """
    if not 0.0 < step <= 1.0:
        msg = f"step is a share of the scale above 0 and at most 1, not {step:g}"
        raise RequestError(msg)
    chosen = _chosen(method, options)
    base = nominal(issue)
    moves = [
        (n, k, field, sign * step)
        for n in range(len(issue.actors))
        for k in range(len(issue.dimensions))
        for field in ("position", "salience")
        for sign in (-1.0, 1.0)
    ]
    board, made = _moved(base, moves)
    found = settlement(board, chosen, options)
    start = settlement(base, chosen, options)
    rows = [
        Lever(
            actor=issue.actors[n].name,
            field=field,
            dimension=issue.dimensions[k].name,
            step=float(made[m]),
            effect=float(found[k, m] - start[k, 0]),
        )
        for m, (n, k, field, _) in enumerate(moves)
        if made[m] != 0.0
    ]
    return tuple(sorted(rows, key=lambda row: (-abs(row.effect), row.actor, row.field, row.step)))


def _moved(base: Board, moves: list[tuple[int, int, str, float]]) -> tuple[Board, Array]:
    """Return one draw per move, and how far each move went in the units of its field."""
    board = base.repeat(len(moves))
    position, salience = board.position.copy(), board.salience.copy()
    made = np.empty(len(moves))
    for m, (n, k, field, share) in enumerate(moves):
        if field == "position":
            goal = np.clip(position[n, k, m] + share * base.span[k], base.low[k], base.high[k])
            made[m] = goal - position[n, k, m]
            position[n, k, m] = goal
        else:
            goal = np.clip(salience[n, k, m] + share, 0.0, 1.0)
            made[m] = (goal - salience[n, k, m]) * base.issue.salience_scale
            salience[n, k, m] = goal
    return replace(board, position=position, salience=salience), made


def sobol(
    issue: Issue, method: str = BASELINE, size: int = 256, seed: int = 0, **options: Any
) -> dict[str, Sobol]:
    """Shares of the variance of the settlement due to each range, by dimension.

    Parameters
    ----------
    size : int
        Base sample, a power of two; size x (entries + 2) settlements are computed.

    Raises
    ------
    MissingExtra
        If SALib is not installed.

    References
    ----------
    Sobol (2001); Saltelli et al. (2010).
    """
    chosen = _chosen(method, options)
    entries = uncertain(issue)

    def model(levels: Array) -> Array:
        columns = {entry.key: levels[:, d] for d, entry in enumerate(entries)}
        return settlement(at_levels(issue, columns, levels.shape[0]), chosen, options)

    keys = tuple(entry.key for entry in entries)
    names = [dimension.name for dimension in issue.dimensions]
    if not entries:
        return {name: Sobol((), *(np.empty(0) for _ in range(4))) for name in names}
    parts = sobol_indices(model, len(entries), size, seed)
    return {name: Sobol(keys, *part) for name, part in zip(names, parts, strict=True)}


def sobol_indices(
    model: Callable[[Array], Array], inputs: int, size: int, seed: int
) -> list[tuple[Array, Array, Array, Array]]:
    """First-order and total indices with standard errors, for each output of `model`.

    Parameters
    ----------
    model : callable
        From levels in [0, 1], (M, D), to outputs (K, M).
    inputs : int
        Number of inputs D.
    size : int
        Base sample, a power of two.
    """
    try:
        from SALib.analyze import sobol as analyse
        from SALib.sample import sobol as sample
    except ImportError as cause:
        raise missing_extra("Sobol indices", "sensitivity") from cause
    if size < 2 or size & (size - 1):
        msg = f"the base sample of Sobol indices is a power of two, not {size}"
        raise RequestError(msg)
    problem = {
        "num_vars": inputs,
        "names": [str(d) for d in range(inputs)],
        "bounds": [[0.0, 1.0]] * inputs,
    }
    levels = sample.sample(problem, size, calc_second_order=False, seed=seed)
    results = []
    for output in model(np.clip(levels, 0.0, 1.0)):
        if np.ptp(output) == 0.0:
            blank = np.full(inputs, np.nan)
            results.append((blank, blank, blank, blank))
            continue
        found = analyse.analyze(
            problem, output, calc_second_order=False, conf_level=0.95, seed=seed
        )
        # the analysis returns half-widths of normal intervals, 1.96 standard errors
        se = [np.asarray(found[name]) / 1.959964 for name in ("S1_conf", "ST_conf")]
        results.append((np.asarray(found["S1"]), se[0], np.asarray(found["ST"]), se[1]))
    return results


def _chosen(method: str, options: Mapping[str, Any]) -> Method:
    chosen = method_named(method)
    check_options(chosen, dict(options))
    return chosen
