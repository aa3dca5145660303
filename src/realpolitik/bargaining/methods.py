"""Every solution concept on a board: one function each, the same signature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from realpolitik.bargaining import challenge, election, packages, points, power, ratification
from realpolitik.bargaining.board import COMMITMENTS, Board
from realpolitik.bargaining.challenge import Choices
from realpolitik.bargaining.demands import demand_game
from realpolitik.bargaining.means import weighted_mean, weighted_median
from realpolitik.bargaining.outcome import (
    NotApplicable,
    Outcome,
    by_dimension,
    line,
    needed,
    scatter,
    side_by_side,
    two_parties,
)
from realpolitik.bargaining.quantity import Array
from realpolitik.bargaining.spatial import distances, play_spatial, sides
from realpolitik.bargaining.trust import trust_threshold

# Positions closer than this share of a dimension are one camp.
SAME_PLACE = 0.01
NO_DEAL = "the parties have no zone of agreement: the status quo stands"


def mean(board: Board) -> Outcome:
    """Weighted mean of the positions."""
    return Outcome(weighted_mean(board.position, board.weight)[None])


def median(board: Board) -> Outcome:
    """Weighted median of the positions, dimension by dimension."""

    def solve(k: int) -> Outcome:
        part = line(board, k)
        return Outcome(weighted_median(part.position, part.weight)[None, None])

    return by_dimension(board, solve)


def expected_utility(board: Board, **options: object) -> Outcome:
    """Challenge model, all-pairs denominator unless the options say otherwise."""
    choices = Choices(**options)  # type: ignore[arg-type]

    def solve(k: int) -> Outcome:
        part = line(board, k)
        track = challenge.play(part.position, part.capability, part.salience, choices)
        actors = scatter(board, part.rows, track.positions, board.position[:, k])
        open_ = float(1.0 - track.settled.mean())
        notes = (
            (f"not settled after {choices.rounds} rounds",) if board.draws == 1 and open_ else ()
        )
        return Outcome(track.outcome[:, None], actors, notes=notes)

    return by_dimension(board, solve)


def expected_utility_contested(board: Board, **options: object) -> Outcome:
    """Challenge model with the contested pair as denominator."""
    return expected_utility(board, **{"denominator": "contested", **options})


def condorcet(
    board: Board,
    *,
    vote: Literal["proportional", "binary"] = "proportional",
    rule: election.Rule = "conditional",
) -> Outcome:
    """Mean of the probabilistic Condorcet election."""

    def solve(k: int) -> Outcome:
        part = line(board, k)
        chance = election.contest(part.position, part.weight, vote)
        odds = election.election(chance, election.twins_of(part.position), rule)
        centre = (odds * part.position).sum(0)
        return Outcome(centre[None, None], share=scatter(board, part.rows, odds, 0.0))

    return by_dimension(board, solve)


def nash(board: Board, *, power: Literal["equal", "capability"] = "equal") -> Outcome:
    """Nash bargaining solution of the parties, package by package."""
    return _bargain(board, "nash", power)


def kalai_smorodinsky(board: Board) -> Outcome:
    """Kalai-Smorodinsky solution of the parties, package by package."""
    return _bargain(board, "kalai-smorodinsky", "equal")


def _bargain(board: Board, rule: str, power: str) -> Outcome:
    needed(board, "reservation", rule)
    parts = [package(board, list(group), rule, power) for group in board.issue.groups]
    order = np.argsort([k for group in board.issue.groups for k in group])
    joined = side_by_side(parts)
    low, high = zones(board)
    return Outcome(
        position=joined.position[:, order],
        low=low,
        high=high,
        deal=joined.deal,
        notes=joined.notes,
    )


def zones(board: Board) -> tuple[Array, Array]:
    """Zone of agreement of the parties on each dimension alone; (K, M), NaN where empty."""
    rows = list(board.parties)
    ends = [
        points.zone(board.position[rows, k], board.reservation[rows, k])
        for k in range(board.low.size)
    ]
    low, high = np.stack([end[0] for end in ends]), np.stack([end[1] for end in ends])
    empty = low > high
    low, high = (np.clip(end, board.low[:, None], board.high[:, None]) for end in (low, high))
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def package(board: Board, dims: list[int], rule: str, power: str) -> Outcome:
    """Settle the dimensions `dims` as one package, by the Nash or Kalai-Smorodinsky rule."""
    rows = np.array(board.parties)[:, None]
    ideal, held = board.position[rows, dims], board.reservation[rows, dims]
    force = np.ones_like(board.capability[rows[:, 0]])
    if power == "capability":
        force = board.capability[rows[:, 0]]
    if len(dims) == 1:
        place = _point(ideal[:, 0], held[:, 0], force, rule)[None]
    elif len(rows) == 2:
        stake = board.salience[rows, dims] / board.span[dims][None, :, None]
        place = packages.two_party_deal(ideal, held, stake, rule=rule, power=force)[0]
    else:
        stake = board.salience[rows, dims] / board.span[dims][None, :, None]
        place = np.stack(
            [
                packages.many_party_deal(
                    ideal[..., m], held[..., m], stake[..., m], rule=rule, power=force[:, m]
                ).position
                for m in range(board.draws)
            ],
            axis=-1,
        )
    missing = np.asarray(np.isnan(place).any(0))
    place = np.where(missing, board.status_quo[dims][:, None], place)
    return Outcome(place[None], deal=np.where(missing, 0.0, 1.0), notes=_no_deal(board, missing))


def _no_deal(board: Board, missing: NDArray[np.bool_]) -> tuple[str, ...]:
    return (NO_DEAL,) if board.draws == 1 and missing.any() else ()


def _point(ideal: Array, held: Array, force: Array, rule: str) -> Array:
    if rule == "nash":
        return points.nash_point(ideal, held, force, *points.zone(ideal, held))
    return points.kalai_smorodinsky_point(ideal, held)


def rubinstein(board: Board) -> Outcome:
    """Alternating offers between the two parties; the first named offers first."""
    first, second = two_parties(board, "rubinstein")
    patience = needed(board, "discount", "rubinstein")
    share = points.rubinstein_share(patience[0], patience[1])
    ideal = board.position
    return Outcome((ideal[second] + share * (ideal[first] - ideal[second]))[None])


def fearon(board: Board) -> Outcome:
    """Range of settlements both parties prefer to war; the position is the expected war outcome."""
    first, second = two_parties(board, "fearon")
    cost = needed(board, "conflict_cost", "fearon")
    strength = board.capability[[first, second]]
    chance = strength[0] / strength.sum(0)
    low, high = points.fearon_range(chance, cost[0], cost[1])
    near, far = board.position[second], board.position[first] - board.position[second]
    ends = np.stack([near + low * far, near + high * far])
    return Outcome((near + chance * far)[None], low=ends.min(0), high=ends.max(0))


def quantal(board: Board, *, precision: float = 10.0, levels: int = 11) -> Outcome:
    """Logit equilibrium of the two parties' demand game; breakdown leaves the status quo."""
    first, second = two_parties(board, "quantal-response")
    held = needed(board, "reservation", "quantal-response")
    if np.isnan(board.status_quo).any():
        msg = "quantal-response needs a status_quo on every dimension"
        raise NotApplicable(msg)

    def solve(k: int) -> Outcome:
        ends = board.position[[second, first], k]
        room = np.abs(held[:, k] - board.position[[first, second], k])
        loss = np.abs(ends[None] - board.position[[first, second], k][:, None])
        game = demand_game((room[:, None] - loss) / board.span[k], int(levels), precision)
        settled = ends[0] + game.share * (ends[1] - ends[0])
        place = game.deal * settled + (1.0 - game.deal) * board.status_quo[k]
        return Outcome(place[None, None], deal=game.deal)

    parts = [solve(k) for k in range(board.low.size)]
    chance = np.prod([part.deal for part in parts if part.deal is not None], axis=0)
    return replace(side_by_side(parts), deal=chance)


def spatial(
    board: Board,
    *,
    commitment: Literal["file", "none", "semi", "full"] = "file",
    rounds: int = 20,
    tolerance: float = 0.001,
) -> Outcome:
    """Bargaining in all dimensions at once, with coalitions."""
    rows = np.flatnonzero(board.weight.any((1, 2)))
    kinds = board.commitment[rows]
    if commitment != "file":
        kinds = np.full(rows.size, COMMITMENTS.index(commitment))
    track = play_spatial(
        board.position[rows],
        board.capability[rows],
        board.salience[rows],
        board.span,
        kinds,
        rounds=rounds,
        tolerance=tolerance,
    )
    actors = np.repeat(board.position[None], track.positions.shape[0], axis=0)
    actors[:, rows] = track.positions
    odds = np.zeros_like(board.capability)
    odds[rows] = track.chance
    share = np.repeat(odds[:, None], board.low.size, axis=1)
    notes = _coalitions(board, actors[-1], odds) if board.draws == 1 else ()
    return Outcome(track.outcome, actors, share=share, notes=notes)


def _coalitions(board: Board, places: Array, odds: Array) -> tuple[str, ...]:
    """Who stands behind the two likeliest positions when the bargaining ends."""
    first = int(np.argmax(odds[:, 0]))
    apart = (np.abs(places - places[first]) / board.span[:, None] > SAME_PLACE).any((1, 2))
    if not apart.any():
        return ("all actors end at one position",)
    second = int(np.argmax(np.where(apart, odds[:, 0], -1.0)))
    gap = distances(places, places, board.salience, board.span)
    side = sides(gap, first, second)[:, 0]
    names = [actor.name for actor in board.issue.actors]
    return tuple(
        f"behind {names[lead]}: "
        + ", ".join(
            n for n, s, o in zip(names, side, odds[:, 0], strict=True) if s == sign and o > 0
        )
        for lead, sign in ((first, 1.0), (second, -1.0))
    )


def shapley_shubik(board: Board, *, quota: float = 0.5) -> Outcome:
    """Mean of the positions, weighted by Shapley-Shubik power."""
    return _by_power(board, quota, lambda found: found.shapley_shubik)


def banzhaf(board: Board, *, quota: float = 0.5) -> Outcome:
    """Mean of the positions, weighted by Banzhaf power."""
    return _by_power(board, quota, lambda found: found.banzhaf)


def _by_power(board: Board, quota: float, take: Callable[[power.Power], Array]) -> Outcome:
    if not 0.0 < quota <= 1.0:
        msg = f"quota {quota:g} is not a share of the weight above 0 and at most 1"
        raise NotApplicable(msg)

    def solve(k: int) -> Outcome:
        part = line(board, k)
        share = part.weight / part.weight.sum(0)
        bar = 0.5 + 2.0 * power.QUOTA_TOLERANCE if quota == 0.5 else quota
        held = take(power.power_indices(share, bar))
        centre = weighted_mean(part.position, held)
        return Outcome(centre[None, None], share=scatter(board, part.rows, held, 0.0))

    return by_dimension(board, solve)


def ratified(board: Board) -> Outcome:
    """Nash point of the parties among the deals that also pass at home."""
    needed(board, "reservation", "ratification")
    actors = [board.issue.actors[i] for i in board.parties]
    if not any(actor.ratifiers for actor in actors):
        msg = "ratification needs `ratifiers` for at least one party"
        raise NotApplicable(msg)
    if np.isnan(board.status_quo).any():
        msg = "ratification needs a status_quo on every dimension"
        raise NotApplicable(msg)
    return by_dimension(board, lambda k: _ratified_on(board, k))


def _ratified_on(board: Board, k: int) -> Outcome:
    rows = list(board.parties)
    ideal, held = board.position[rows, k], board.reservation[rows, k]
    low, high = points.zone(ideal, held)
    for row in rows:
        actor = board.issue.actors[row]
        if actor.ratifiers:
            weight = np.array([ratifier.weight for ratifier in actor.ratifiers])
            ends = ratification.win_set(
                board.ratifiers[row][:, k], weight, actor.quota, board.status_quo[k]
            )
            low, high = np.maximum(low, ends[0]), np.minimum(high, ends[1])
    place = points.nash_point(ideal, held, np.ones_like(ideal), low, high)
    missing = np.asarray(np.isnan(place))
    place = np.where(missing, board.status_quo[k], place)
    low, high = np.where(missing, np.nan, low), np.where(missing, np.nan, high)
    return Outcome(
        place[None, None],
        low=low[None],
        high=high[None],
        deal=np.where(missing, 0.0, 1.0),
        notes=_no_deal(board, missing),
    )


def reassurance(board: Board) -> Outcome:
    """Nash point where every party trusts enough to cooperate, else the status quo."""
    trust = needed(board, "trust", "reassurance")
    actors = [board.issue.actors[i] for i in board.parties]
    lacking = [actor.name for actor in actors if actor.payoffs is None]
    if lacking:
        msg = f"reassurance needs payoffs for {', '.join(lacking)}"
        raise NotApplicable(msg)
    least = [
        trust_threshold(p.reward, p.temptation, p.punishment, p.sucker)
        for p in (actor.payoffs for actor in actors)
        if p is not None
    ]
    enough = (trust >= np.array(least)[:, None]).all(0)
    base = nash(board)
    quo = np.broadcast_to(board.status_quo[:, None], base.position[0].shape)
    agreed = np.where(enough, 1.0 if base.deal is None else base.deal, 0.0)
    need = ", ".join(f"{a.name} {float(t):.3g}" for a, t in zip(actors, least, strict=True))
    return Outcome(
        np.where(enough, base.position[0], quo)[None],
        deal=agreed,
        notes=(f"trust needed: {need}",),
    )
