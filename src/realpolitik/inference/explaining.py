"""Why a relation moved: one step of one dyad split into terms that add up to the move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from realpolitik.errors import NotInSystem, PeriodError, RequestError
from realpolitik.inference.pair_draws import PairDraws
from realpolitik.inference.splitting import FILTER, Split, average_filter, split_setpoint
from realpolitik.theory.arrays import Array, jax
from realpolitik.theory.base import Nested
from realpolitik.theory.inputs import Conditions
from realpolitik.theory.parameter import Params

INTERVAL = (0.05, 0.95)
SAME = 1e-8  # of the move: terms further off leave out something the theory does


@dataclass(frozen=True, slots=True)
class Explanation:
    """The move of a dyad's relation from step - 1 to step.  K terms, R draws.

    layer, term : (K,)               names
    contribution, lower, upper : (K,)
        Posterior mean and 90% interval, standard-deviation units; the means add up to `move`.
    step, source, target : int       step moved to; positions of the two states
    move, move_lower, move_upper : float
    draws : (R, K)                   each row adds up to its own move
    """

    layer: tuple[str, ...]
    term: tuple[str, ...]
    contribution: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    step: int
    source: int
    target: int
    move: float
    move_lower: float
    move_upper: float
    draws: np.ndarray

    def layers(self) -> Explanation:
        """Add up the terms of each layer; `term` is then empty."""
        names = tuple(dict.fromkeys(self.layer))
        members = [[name == layer for layer in self.layer] for name in names]
        draws = self.draws @ np.array(members, dtype=float).T
        places = (self.step, self.source, self.target)
        return _summary(names, ("",) * len(names), draws, places)


def _summary(
    layer: tuple[str, ...], term: tuple[str, ...], draws: np.ndarray, places: tuple[int, int, int]
) -> Explanation:
    step, source, target = places
    moves = draws.sum(axis=1)
    lower, upper = np.quantile(draws, INTERVAL, axis=0)
    low, high = np.quantile(moves, INTERVAL)
    return Explanation(
        layer=layer,
        term=term,
        contribution=draws.mean(axis=0),
        lower=lower,
        upper=upper,
        step=step,
        source=source,
        target=target,
        move=float(moves.mean()),
        move_lower=float(low),
        move_upper=float(high),
        draws=draws,
    )


def _split_draws(
    theory: Nested, params: Params, conditions: Conditions, past: Array, at: Array
) -> Split:
    """Split the set-point of a step for every draw; `at` is the step and the images (R,)."""
    step, image = at
    now = jax.tree_util.tree_map(lambda values: values[step], conditions)

    def one(drawn: Params, before: Array, held: Array) -> Split:
        average = average_filter(drawn, conditions, before)
        return split_setpoint(theory, (drawn, now, before[step]), average, held)

    found: Split = jax.vmap(one)(params, past, image)
    return found


_split = jax.jit(_split_draws, static_argnums=0)


def _check_step(drawn: PairDraws, step: int) -> None:
    steps = drawn.relation.shape[1]
    if not 1 <= step < steps:
        msg = f"step {step} has no step before it in these inputs: take one of 1 to {steps - 1}."
        raise PeriodError(msg)
    if not np.all(drawn.both_members[step - 1 : step + 1]):
        msg = (
            f"states {drawn.source} and {drawn.target} are not both in the system at steps "
            f"{step - 1} and {step}: there is no move to explain."
        )
        raise NotInSystem(msg)


def _check_names(found: Sequence[str], count: int, what: str) -> None:
    if len(found) != count:
        msg = f"{count} names of {what} are needed, {len(found)} given: {', '.join(found)}."
        raise RequestError(msg)


def _terms(drawn: PairDraws, step: int, split: Split) -> tuple[np.ndarray, ...]:
    """Return contributions (R, ...) by layer: systemic, filter, perception, domestic, the rest."""
    before = step - 1
    move = {
        name: np.asarray(getattr(drawn.move, name))[:, before]
        for name in ("own", "other", "offset", "image", "constant")
    }
    own, other = drawn.relation[:, before, 0], drawn.relation[:, before, 1]
    offset = move["offset"]
    history = offset * (drawn.offset[:, 0] + split.level) + (move["own"] + move["other"] - 1) * own
    expected = (
        move["own"] * own
        + move["other"] * other
        + offset * drawn.offset[:, 0]
        + move["image"] * drawn.image[:, before, 0]
        + move["constant"]
    )
    rest = (
        history,
        move["other"] * (other - own),
        drawn.alliance[:, before],
        drawn.balance[:, before],
        drawn.relation[:, step, 0] - expected,
    )
    parts = (split.systemic, split.filter, split.perception[:, None], split.domestic)
    return (*(offset[:, None] * part for part in parts), np.stack(rest, axis=1))


def explain(
    drawn: PairDraws, step: int, *, stimulus: Sequence[str], preference: Sequence[str]
) -> Explanation:
    """Split the move of the dyad's relation from step - 1 to step.

    θ_t - θ_t-1 = φ (systemic + filter + perception + domestic)
                + φ (u - θ_t-1) + ρ (θ_ji - θ_ij)_t-1 + third parties + shock

    The conditions that act on the move are those of step - 1.

    Parameters
    ----------
    drawn : PairDraws
    step : int
        Step moved to, from 1.
    stimulus : sequence of str (C + 1,)
        Names of the parts of the stimulus, threat first.
    preference : sequence of str (Q,)
        Names of the domestic preferences.

    Raises
    ------
    PeriodError, NotInSystem
        If there is no such move.
    RequestError
        If names are too few or too many, or the theory's step is not made of these terms.
    """
    _check_step(drawn, step)
    parts = np.asarray(drawn.conditions.parts).shape[2]
    _check_names(stimulus, parts + 1, "stimulus parts")
    _check_names(preference, np.asarray(drawn.conditions.preference).shape[2], "preferences")
    at = (step - 1, drawn.image[:, step - 1, 0])
    found = _split(drawn.theory, drawn.params, drawn.conditions, drawn.past, at)
    split = Split(*(np.asarray(part) for part in found))
    draws = np.concatenate(_terms(drawn, step, split), axis=1)
    move = drawn.relation[:, step, 0] - drawn.relation[:, step - 1, 0]
    if not np.all(np.abs(draws.sum(axis=1) - move) <= SAME * (1.0 + np.abs(move))):
        msg = (
            f"the step of {drawn.theory.name!r} is not made of a set-point that reads one pair, "
            "history, reciprocity and third parties, so it cannot be split into them."
        )
        raise RequestError(msg)
    rows = [
        *(("systemic", name) for name in stimulus),
        *(("filter", name) for name in FILTER),
        ("perception", "leader's image"),
        *(("domestic", name) for name in preference),
        ("history", "own level"),
        ("reciprocity", "the other's posture"),
        ("third parties", "alliance"),
        ("third parties", "balance"),
        ("shock", "not explained"),
    ]
    layer, term = zip(*rows, strict=True)
    return _summary(layer, term, draws, (step, drawn.source, drawn.target))
