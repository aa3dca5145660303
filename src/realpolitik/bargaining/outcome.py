"""What a solution concept returns, and how methods of one dimension are run on several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realpolitik.bargaining.board import Board
from realpolitik.bargaining.quantity import Array
from realpolitik.errors import RequestError


class NotApplicable(RequestError):
    """A solution concept lacks something it needs in this issue."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Settlement by one concept.  R rounds, N actors, K dimensions, M draws.

    position : (R, K, M)     settlement after each round; NaN where the concept gives none
    actors : (R, N, K, M)    positions of the actors after each round, or None
    low, high : (K, M)       ends of the range the concept itself gives, or None
    share : (N, K, M)        what the concept gives each actor (power, chance of winning), or None
    deal : (M,)              1 where the parties agree, 0 where the status quo stands, or None
    notes : tuple of str     what a reader must know about this result
    """

    position: Array
    actors: Array | None = None
    low: Array | None = None
    high: Array | None = None
    share: Array | None = None
    deal: Array | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One dimension of a board.  N actors with weight, M draws.

    rows : (N,)                          indices of these actors on the board
    position, capability, salience, weight : (N, M)
    """

    rows: NDArray[np.int64]
    position: Array
    capability: Array
    salience: Array
    weight: Array


def line(board: Board, dimension: int) -> Line:
    """Take one dimension; an actor with no weight in any draw has no part in it."""
    rows = np.asarray(np.flatnonzero(board.weight[:, dimension].any(-1)), dtype=np.int64)
    return Line(
        rows=rows,
        position=board.position[rows, dimension],
        capability=board.capability[rows],
        salience=board.salience[rows, dimension],
        weight=board.weight[rows, dimension],
    )


def by_dimension(board: Board, solve: Callable[[int], Outcome]) -> Outcome:
    """Solve each dimension alone and put the results side by side; shorter paths hold their end."""
    return side_by_side([solve(k) for k in range(board.low.size)])


def side_by_side(parts: Sequence[Outcome]) -> Outcome:
    """Join outcomes of separate dimensions."""
    rounds = max(part.position.shape[0] for part in parts)
    return Outcome(
        position=np.concatenate([held(part.position, rounds) for part in parts], 1),
        actors=_joined([part.actors for part in parts], 2, rounds),
        low=_joined([part.low for part in parts], 0),
        high=_joined([part.high for part in parts], 0),
        share=_joined([part.share for part in parts], 1),
        deal=_all_agree([part.deal for part in parts]),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def held(path: Array, rounds: int) -> Array:
    """Return a path of at least `rounds` rounds: one that ends early stays at its end."""
    tail = np.repeat(path[-1:], max(0, rounds - path.shape[0]), axis=0)
    return np.concatenate([path, tail])


def _joined(parts: list[Array | None], axis: int, rounds: int | None = None) -> Array | None:
    present = [part for part in parts if part is not None]
    if len(present) < len(parts):
        return None
    if rounds is not None:
        present = [held(part, rounds) for part in present]
    return np.concatenate(present, axis)


def _all_agree(parts: list[Array | None]) -> Array | None:
    present = [part for part in parts if part is not None]
    return np.min(present, axis=0) if present else None


def scatter(board: Board, rows: NDArray[np.int64], values: Array, fill: Array | float) -> Array:
    """Put the rows of active actors back among all N actors; shape (..., N, 1, M)."""
    full = np.empty((*values.shape[:-2], board.capability.shape[0], values.shape[-1]))
    full[...] = fill
    full[..., rows, :] = values
    return full[..., None, :]


def two_parties(board: Board, method: str) -> tuple[int, int]:
    """Return the two parties of a bilateral concept, in file order.

    Raises
    ------
    NotApplicable
        If the issue does not have exactly two.
    """
    if len(board.parties) != 2:
        msg = (
            f"{method} is about two parties and this issue has {len(board.parties)}. "
            "Name the two under `parties`."
        )
        raise NotApplicable(msg)
    return board.parties[0], board.parties[1]


def needed(board: Board, field: str, method: str) -> Array:
    """Return a field of the parties, (P, M), or say whose value is missing.

    Raises
    ------
    NotApplicable
        If a party lacks it.
    """
    values: Array = getattr(board, field)[list(board.parties)]
    names = [board.issue.actors[i].name for i in board.parties]
    lacking = [name for name, row in zip(names, values, strict=True) if np.isnan(row).any()]
    if lacking:
        what = "reservation (or the dimension a status_quo)" if field == "reservation" else field
        msg = f"{method} needs {what} for {', '.join(lacking)}"
        raise NotApplicable(msg)
    return values
