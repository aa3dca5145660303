"""Common ground: where the parties can agree, which package both would take, who can block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from realpolitik.bargaining import methods, packages
from realpolitik.bargaining.board import Board, drawn, nominal
from realpolitik.bargaining.issue import Issue
from realpolitik.bargaining.outcome import needed
from realpolitik.bargaining.quantity import Array


@dataclass(frozen=True, slots=True)
class Package:
    """A deal over all dimensions.  K dimensions, P parties.

    position : (K,)   the status quo where there is no deal
    gain : (P,)       over no deal, in ranges of a dimension times salience
    """

    position: Array
    gain: Array


@dataclass(frozen=True, slots=True)
class Agreement:
    """Common ground of the parties.  K dimensions, P parties.

    low, high : (K,)       zone of agreement on each dimension alone; NaN where empty
    chance : (K,)          share of draws in which some position leaves all parties better off
    separate : Package     Nash bargains struck dimension by dimension
    linked : Package       Nash bargain struck over all dimensions as one package
    blockers : tuple of str
        Parties and holders of a veto who would rather have no deal than the weighted mean.
    """

    dimensions: tuple[str, ...]
    parties: tuple[str, ...]
    low: Array
    high: Array
    chance: Array
    separate: Package
    linked: Package
    blockers: tuple[str, ...]


def agreement(issue: Issue, *, draws: int = 1000, seed: int = 0) -> Agreement:
    """Find the zone of agreement, the best deals apart and together, and who would block the mean.

    Parameters
    ----------
    draws : int
        Draws for the chance that a zone exists; 0 uses the file's own values.

    Raises
    ------
    NotApplicable
        If a party has no reservation point and its dimension no status quo.
    """
    board = nominal(issue)
    needed(board, "reservation", "agreement")
    low, high = methods.zones(board)
    many = methods.zones(drawn(issue, draws, seed) if draws else board)
    apart = [[k] for k in range(board.low.size)]
    return Agreement(
        dimensions=tuple(dimension.name for dimension in issue.dimensions),
        parties=issue.principals,
        low=low[:, 0],
        high=high[:, 0],
        chance=(many[1] > many[0]).mean(-1),
        separate=_package(board, apart),
        linked=_package(board, [list(range(board.low.size))]),
        blockers=_blockers(board),
    )


def _package(board: Board, groups: list[list[int]]) -> Package:
    place = np.concatenate(
        [methods.package(board, group, "nash", "equal").position[0] for group in groups]
    )
    return Package(place[:, 0], _gains(board, place, list(board.parties))[:, 0])


def _gains(board: Board, place: Array, rows: list[int]) -> Array:
    stake = board.salience[rows] / board.span[None, :, None]
    return packages.gains(place, board.position[rows], board.reservation[rows], stake)


def _blockers(board: Board) -> tuple[str, ...]:
    actors = board.issue.actors
    rows = [n for n, actor in enumerate(actors) if actor.veto or n in board.parties]
    gain = _gains(board, methods.mean(board).position[0], rows)[:, 0]
    return tuple(actors[n].name for n, value in zip(rows, gain, strict=True) if value < 0.0)
