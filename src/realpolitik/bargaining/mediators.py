"""Mediators and forums ranked by access, trust and leverage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from realpolitik import rng
from realpolitik.bargaining import points
from realpolitik.bargaining.board import Board, drawn, nominal
from realpolitik.bargaining.issue import Issue, Mediator, Payoffs
from realpolitik.bargaining.outcome import NotApplicable, needed
from realpolitik.bargaining.quantity import Array, Quantity
from realpolitik.bargaining.trust import Mediation, mediate


@dataclass(frozen=True, slots=True)
class Rank:
    """One mediator or forum.

    place : float       mean of its places by access, by trust and by need after leverage; 1 is best
    convenes : float    chance that all parties come
    trust : float       trust of the most doubtful party once the mediator has vouched
    threshold : float   trust the most demanding party then needs
    chance : float      chance that all come and every party trusts enough to cooperate
    beaten_by : tuple   others at least as good in access, trust and leverage with every party
    common : float      for a forum: share of draws in which some position is better than no deal
                        for all its members on every dimension; None for others
    """

    name: str
    label: str
    kind: str
    place: float
    convenes: float
    trust: float
    threshold: float
    chance: float
    beaten_by: tuple[str, ...]
    common: float | None


def rank_mediators(issue: Issue, *, draws: int = 1000, seed: int = 0) -> tuple[Rank, ...]:
    """Rank the mediators of an issue by access, trust and leverage.

    Parameters
    ----------
    draws : int
        Draws from the ranges of mediators and parties; 0 uses the file's own values.

    Returns
    -------
    tuple of Rank
        Best first by `place`, the mean of three rankings: the chance that all parties come, the
        trust of the most doubtful party after the mediator has vouched, and the trust the most
        demanding party then needs. No weights are set between the three.

    Raises
    ------
    NotApplicable
        If the issue has no mediators, or a party lacks trust or payoffs.

    References
    ----------
    Kydd (2003, 2006).
    """
    if not issue.mediators:
        msg = "ranking mediators needs `mediators` in the issue file"
        raise NotApplicable(msg)
    board = drawn(issue, draws, seed) if draws else nominal(issue)
    trust = needed(board, "trust", "ranking mediators")
    payoffs = _payoffs(issue)
    found = [
        _effect(board, mediator, trust, payoffs, seed if draws else None)
        for mediator in issue.mediators
    ]
    marks = np.array([_marks(effect) for effect in found])
    places = rankdata(-marks, axis=0).mean(1)
    ranks = [
        Rank(
            name=mediator.name,
            label=mediator.label or mediator.name,
            kind=mediator.kind,
            place=float(places[n]),
            convenes=float(marks[n, 0]),
            trust=float(marks[n, 1]),
            threshold=float(-marks[n, 2]),
            chance=float((found[n].convenes * found[n].clears).mean()),
            beaten_by=_better(issue, mediator),
            common=_common(board, mediator),
        )
        for n, mediator in enumerate(issue.mediators)
    ]
    return tuple(sorted(ranks, key=lambda rank: (rank.place, -rank.chance, rank.name)))


def _effect(
    board: Board, mediator: Mediator, trust: Array, payoffs: Array, seed: int | None
) -> Mediation:
    access, credit, leverage = (
        _quality(board.issue, mediator, field, board.draws, seed)
        for field in ("access", "trust", "leverage")
    )
    return mediate(access, credit, leverage, trust, payoffs)


def _marks(effect: Mediation) -> tuple[float, float, float]:
    """Access, trust of the most doubtful and minus the need of the most demanding party."""
    return (
        float(effect.convenes.mean()),
        float(effect.trust.min(0).mean()),
        -float(effect.threshold.max(0).mean()),
    )


def _payoffs(issue: Issue) -> Array:
    actors = {actor.name: actor for actor in issue.actors}
    found: list[Payoffs] = []
    for name in issue.principals:
        payoffs = actors[name].payoffs
        if payoffs is None:
            msg = f"ranking mediators needs payoffs for {name}"
            raise NotApplicable(msg)
        found.append(payoffs)
    return np.array([[p.reward, p.temptation, p.punishment, p.sucker] for p in found])


def _values(issue: Issue, mediator: Mediator, field: str) -> list[Quantity]:
    value: Quantity | dict[str, Quantity] = getattr(mediator, field)
    return [value[p] if isinstance(value, dict) else value for p in issue.principals]


def _quality(issue: Issue, mediator: Mediator, field: str, draws: int, seed: int | None) -> Array:
    rows = []
    for party, value in zip(issue.principals, _values(issue, mediator, field), strict=True):
        if seed is None or value.fixed:
            rows.append(np.full(draws, value.mode))
            continue
        owner = party if isinstance(getattr(mediator, field), dict) else ""
        level = rng.stream(seed, "mediator", issue.name, mediator.name, field, owner).random(draws)
        rows.append(value.quantile(level, 0.0, 1.0))
    return np.stack(rows)


def _better(issue: Issue, mediator: Mediator) -> tuple[str, ...]:
    own = _modes(issue, mediator)
    return tuple(
        other.name
        for other in issue.mediators
        if (_modes(issue, other) >= own).all() and (_modes(issue, other) > own).any()
    )


def _modes(issue: Issue, mediator: Mediator) -> Array:
    fields = ("access", "trust", "leverage")
    return np.array([[q.mode for q in _values(issue, mediator, field)] for field in fields])


def _common(board: Board, mediator: Mediator) -> float | None:
    names = [actor.name for actor in board.issue.actors]
    rows = [names.index(member) for member in mediator.members]
    if len(rows) < 2 or np.isnan(board.reservation[rows]).any():
        return None
    shared = np.ones(board.draws, dtype=bool)
    for k in range(board.low.size):
        low, high = points.zone(board.position[rows, k], board.reservation[rows, k])
        shared &= high > low
    return float(shared.mean())
