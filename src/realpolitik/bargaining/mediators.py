"""Mediators and forums ranked by access, trust and leverage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from realpolitik import rng
from realpolitik.bargaining import points
from realpolitik.bargaining.board import Board, drawn, nominal
from realpolitik.bargaining.issue import Issue, Mediator, Payoffs
from realpolitik.bargaining.outcome import NotApplicable, needed
from realpolitik.bargaining.quantity import Array, Quantity
from realpolitik.bargaining.trust import mediate


@dataclass(frozen=True, slots=True)
class Rank:
    """One mediator or forum.

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
    convenes: float
    trust: float
    threshold: float
    chance: float
    beaten_by: tuple[str, ...]
    common: float | None


def rank_mediators(issue: Issue, *, draws: int = 1000, seed: int = 0) -> tuple[Rank, ...]:
    """Rank the mediators of an issue by the chance that they bring the parties to cooperate.

    Parameters
    ----------
    draws : int
        Draws from the ranges of mediators and parties; 0 uses the file's own values.

    Returns
    -------
    tuple of Rank
        Best first: by chance, then by the margin of trust over need. `beaten_by` needs no formula:
        it compares the three qualities one by one.

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
    ranked = []
    for mediator in issue.mediators:
        access, credit, leverage = (
            _quality(issue, mediator, field, board.draws, seed if draws else None)
            for field in ("access", "trust", "leverage")
        )
        found = mediate(access, credit, leverage, trust, payoffs)
        margin = float((found.trust - found.threshold).min(0).mean())
        rank = Rank(
            name=mediator.name,
            label=mediator.label or mediator.name,
            kind=mediator.kind,
            convenes=float(found.convenes.mean()),
            trust=float(found.trust.min(0).mean()),
            threshold=float(found.threshold.max(0).mean()),
            chance=float((found.convenes * found.clears).mean()),
            beaten_by=_better(issue, mediator),
            common=_common(board, mediator),
        )
        ranked.append((-rank.chance, -margin, rank.name, rank))
    return tuple(entry[-1] for entry in sorted(ranked, key=lambda entry: entry[:3]))


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
