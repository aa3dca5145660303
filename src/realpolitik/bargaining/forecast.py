"""Settlements under uncertainty: every method on the same draws, the baseline always among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from realpolitik.bargaining.board import Board, drawn, nominal, uncertain
from realpolitik.bargaining.issue import Issue
from realpolitik.bargaining.outcome import NotApplicable, held
from realpolitik.bargaining.quantity import Array
from realpolitik.bargaining.solutions import (
    BASELINE,
    METHODS,
    Method,
    Solution,
    as_solution,
    check_options,
    method_named,
)
from realpolitik.errors import RequestError

# A method that solves one draw at a time gets at most this many.
SLOW_DRAWS = 200
# Beyond this many actors the coalitions of one draw are too many to count for every draw.
POWER_ACTORS = 12
# Draws solved together: N x N arrays of this many numbers stay near the processor.
BLOCK = 2**16
WORKERS = 2
LEVELS = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class Forecast:
    """One method on an issue with its uncertainty.  R rounds, K dimensions, M draws.

    solution : Solution          at the file's own values
    lower, upper : (R, K)        5th and 95th percentile over draws, or None without draws; the last
                                 row is of the final settlements
    sample : (K, M)              settlement of each draw, or None without draws
    deal : float                 share of draws with a deal, or None
    draws : int
    """

    solution: Solution
    lower: Array | None
    upper: Array | None
    sample: Array | None
    deal: float | None
    draws: int


@dataclass(frozen=True, slots=True)
class Forecasts:
    """All methods asked for, the baseline first, and those that did not apply with the reason."""

    issue: Issue
    seed: int
    draws: int
    methods: tuple[Forecast, ...]
    left_out: tuple[tuple[str, str], ...]

    @property
    def baseline(self) -> Forecast:
        """The weighted mean."""
        return self.methods[0]


def forecast(
    issue: Issue,
    methods: Sequence[str] = ("all",),
    *,
    draws: int = 1000,
    seed: int = 0,
    options: Mapping[str, Mapping[str, Any]] | None = None,
) -> Forecasts:
    """Settle an issue by several methods over draws from its ranges.

    The weighted mean comes first whether asked for or not.

    Parameters
    ----------
    methods : sequence of str
        Names of `METHODS`, or ``"all"``: then methods the issue has no inputs for are left out and
        listed with the reason.
    draws : int
        0 gives the file's own values alone.
    options : mapping
        Options by method name.

    Raises
    ------
    UnknownName, NotApplicable, RequestError
        As :func:`solve`; a method named outright must apply.
    """
    if draws < 0:
        msg = f"draws is a number of draws, 0 or more, not {draws}"
        raise RequestError(msg)
    everything = "all" in methods
    names = list(METHODS) if everything else list(dict.fromkeys([BASELINE, *methods]))
    chosen = [method_named(name) for name in names]
    board = drawn(issue, draws, seed) if draws and uncertain(issue) else None
    made, left = [], []
    for method in chosen:
        given = dict((options or {}).get(method.name, {}))
        check_options(method, given)
        try:
            made.append(_one(issue, method, given, board))
        except NotApplicable as reason:
            if not everything:
                raise
            left.append((method.name, str(reason)))
    return Forecasts(issue, seed, draws, tuple(made), tuple(left))


def _one(issue: Issue, method: Method, options: dict[str, Any], board: Board | None) -> Forecast:
    solution = as_solution(nominal(issue), method, options)
    if board is None:
        return Forecast(solution, None, None, None, solution.deal, 0)
    part = board.part(0, SLOW_DRAWS) if _slow(issue, method) else board
    path, deal = sample_path(part, method, options)
    rounds = solution.position.shape[0]
    # the last round shown is the settlement, also of draws that settle later
    shown = np.concatenate([held(path, rounds)[: rounds - 1], path[-1:]])
    lower, upper = _interval(shown)
    share = None if deal is None else float(deal.mean())
    return Forecast(solution, lower, upper, path[-1], share, part.draws)


def _slow(issue: Issue, method: Method) -> bool:
    """Whether a draw is costly: a game, a package of several parties, or power of many actors."""
    if method.name in ("shapley-shubik", "banzhaf"):
        return len(issue.actors) > POWER_ACTORS
    packaged = len(issue.principals) > 2 and any(len(group) > 1 for group in issue.groups)
    return not method.vectorised or (packaged and method.name in ("nash", "kalai-smorodinsky"))


def _interval(path: Array) -> tuple[Array, Array]:
    """5th and 95th percentile over the draws that have a settlement; NaN where none has."""
    none = np.asarray(np.isnan(path).all(-1))
    ends = np.nanquantile(np.where(none[..., None], 0.0, path), LEVELS, axis=-1)
    low, high = np.where(none, np.nan, ends)
    return low, high


def sample_path(
    board: Board, method: Method, options: Mapping[str, Any]
) -> tuple[Array, Array | None]:
    """Settlement of every draw after every round, (R, K, M), and whether there was a deal, (M,)."""
    size = max(1, BLOCK // board.capability.shape[0] ** 2)
    cuts = range(0, board.draws, size)

    def run(first: int) -> tuple[Array, Array | None]:
        outcome = method.run(board.part(first, first + size), **options)
        return outcome.position, outcome.deal

    with ThreadPoolExecutor(WORKERS) as pool:
        parts = list(pool.map(run, cuts))
    rounds = max(path.shape[0] for path, _ in parts)
    deals = [deal for _, deal in parts if deal is not None]
    return np.concatenate([held(path, rounds) for path, _ in parts], -1), np.concatenate(
        deals
    ) if deals else None


def settlement(board: Board, method: Method, options: Mapping[str, Any]) -> Array:
    """Return the final settlement of every draw, (K, M)."""
    return np.asarray(sample_path(board, method, options)[0][-1])
