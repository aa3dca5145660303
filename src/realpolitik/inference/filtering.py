"""The relation given the readings so far: a Kalman filter over pairs of dyads.

Each pair's hidden vector holds both relations, both offsets and the images that the two leaders in
office hold of each other. Offsets and images are integrated over their priors, so a leader not yet
seen enters with the spread of leaders. Third-party terms and intent use filtered means: known at
the time, so the model is linear and Gaussian given the past and the likelihood exact.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from realpolitik.inference import elements
from realpolitik.inference.elements import LOG_2PI, Elements, Pairs, Reading, halves, stacked
from realpolitik.theory.arrays import Array, jax, jnp
from realpolitik.theory.base import Observation, Theory, Transition
from realpolitik.theory.chain import culture, reverse, source_values
from realpolitik.theory.inputs import Conditions, Inputs
from realpolitik.theory.parameter import Params


@dataclass(frozen=True, slots=True)
class Filtered:
    """The relation, step by step.  T steps, D dyads.

    mean, var : (T, D)                      given the readings up to and with the step
    cross : (T, D)                          covariance of θ_ij and θ_ji, the same for both
    predicted_mean, predicted_var : (T, D)  given the readings before the step
    predicted_cross : (T, D)
    loglik : ()                             log density of all readings, nats
    """

    mean: Array
    var: Array
    cross: Array
    predicted_mean: Array
    predicted_var: Array
    predicted_cross: Array
    loglik: Array


class Step(NamedTuple):
    """Everything the filter knows at a step.  D dyads.

    predicted, filtered, changed : Elements
        Given the readings before the step; with those of the step, images being those of the
        leaders before it; and the same once new leaders have brought their own images.
    new : (D,)            1 where the source's leader is new, else 0
    past : (D,)           mean of the year before, as intent sees it
    move : Transition     from the step to the next, arrays (D,)
    """

    predicted: Elements
    filtered: Elements
    changed: Elements
    new: Array
    past: Array
    move: Transition


class Moments(NamedTuple):
    """The same for T steps: `Pairs` (T, 6, P) and (T, 6, 6, P), other arrays (T, D)."""

    predicted: Pairs
    filtered: Pairs
    changed: Pairs
    new: Array
    past: Array
    move: Transition


class Joined(NamedTuple):
    """Series joined: `reading` (T, D), and `rest` (), what joining leaves out of the density."""

    reading: Reading
    rest: Array


def one_reading(seen: Observation, inputs: Inputs) -> Joined:
    """Join the series of each dyad-step into one reading by their precision."""
    given = ~jnp.isnan(inputs.reading)
    level = seen.level * (inputs.own + inputs.other)[:, :, None]
    var = jnp.where(given, inputs.reading_var + seen.sd**2, 1.0)
    value = jnp.where(given, inputs.reading - level, 0.0)
    weight = jnp.where(given, seen.loading**2 / var, 0.0)
    total = weight.sum(axis=-1)
    some = total > 0
    joint_var = 1.0 / jnp.where(some, total, 1.0)
    joint = joint_var * jnp.sum(jnp.where(given, seen.loading * value / var, 0.0), axis=-1)
    each = jnp.where(given, LOG_2PI + jnp.log(var) + value**2 / var, 0.0).sum(axis=-1)
    whole = jnp.where(some, LOG_2PI + jnp.log(joint_var) + joint**2 / joint_var, 0.0)
    reading = Reading(joint, joint_var, some, inputs.own, inputs.other)
    return Joined(reading, -0.5 * jnp.sum(each - whole))


def _coupling() -> np.ndarray:
    """Return where own, other, offset and image enter the two relations, (8, 6, 6)."""
    found = np.zeros((4, 2, 6, 6))
    for side in (0, 1):
        found[:, side, side, [side, 1 - side, 2 + side, 4 + side]] = np.eye(4)
    return found.reshape(8, 6, 6)


COUPLING = _coupling()
HELD = np.diag([0.0, 0.0, 1.0, 1.0, 1.0, 1.0])


def turn_of(move: Transition) -> Array:
    """Return the matrix (6, 6, P) by which a step turns the hidden vectors."""
    parts = jnp.stack([move.own, move.other, move.offset, move.image]).reshape(8, -1)
    return HELD[:, :, None] + jnp.tensordot(COUPLING, parts, axes=(0, 0))


def new_leaders(leader: Array) -> Array:
    """Return 1 where a state's leader is not the one of the step before, (T, N); 0 at first."""
    change = (leader[1:] != leader[:-1]).astype(float)
    return jnp.concatenate([jnp.zeros((1, leader.shape[1])), change])


def run_filter(
    theory: Theory, params: Params, inputs: Inputs, keep: Callable[[Step], Any]
) -> Array:
    """Filter; return what `keep` takes of each step, stacked, and the log likelihood."""
    conditions = inputs.conditions
    leader_sd = params.get("leader_sd", 0.0)
    joined = one_reading(theory.observe(params), inputs)
    first: Conditions = jax.tree_util.tree_map(lambda values: values[0], conditions)
    begun = elements.start(theory.initial(params, first), culture(params, first), leader_sd)
    memory = jnp.tile(elements.relation(begun)[0], (inputs.steps_per_year, 1))

    def step(carry: tuple[Elements, Array], given: tuple[Conditions, Array, Reading]) -> Array:
        before, memory = carry
        now, new, reading = given
        read, density = before, 0.0
        for side in (0, 1):
            own = Reading(*(halves(part)[side] for part in reading))
            read, added = elements.read_one(read, side, own)
            density = density + added
        mean, *_ = elements.relation(read)
        fresh = source_values(new)
        changed = elements.change_leaders(read, fresh, culture(params, now), leader_sd)
        past = memory.mean(axis=0)
        move = theory.transition(params, now, mean, past)
        memory = jnp.concatenate([memory[1:], mean[None]])
        kept = keep(Step(before, read, changed, fresh, past, move))
        return (elements.advance(changed, move), memory), (kept, jnp.sum(density))

    given = (conditions, new_leaders(jnp.asarray(conditions.leader)), joined.reading)
    _, (kept, density) = jax.lax.scan(jax.checkpoint(step), (begun, memory), given)
    return kept, jnp.sum(density) + joined.rest


def filter_relation(theory: Theory, params: Params, inputs: Inputs) -> Filtered:
    """Filter the relation of every dyad.

    Parameters
    ----------
    params : mapping
        All parameters on their own scales, from `Theory.params`.

    References
    ----------
    Kalman (1960); Durbin and Koopman (2012), Time Series Analysis by State Space Methods.
    """

    def keep(found: Step) -> tuple[Array, ...]:
        return (*elements.relation(found.filtered), *elements.relation(found.predicted))

    moments, loglik = run_filter(theory, params, inputs, keep)
    return Filtered(*(*moments, loglik))


def filter_moments(theory: Theory, params: Params, inputs: Inputs) -> Moments:
    """Filter as `filter_relation` does, and hand out the moments of every hidden vector."""

    def keep(found: Step) -> Moments:
        return Moments(
            stacked(found.predicted),
            stacked(found.filtered),
            stacked(found.changed),
            found.new,
            found.past,
            with_sds(found.move),
        )

    found: Moments = run_filter(theory, params, inputs, keep)[0]
    return found


def with_sds(move: Transition) -> Transition:
    """Give the disturbance's standard deviation the dyads' shape."""
    return dataclasses.replace(move, sd=jnp.broadcast_to(move.sd, move.own.shape))


def predicted_readings(theory: Theory, params: Params, inputs: Inputs, found: Filtered) -> Array:
    """Mean and variance (2, T, D, M) of each reading one step ahead, its own error included.

    The two readings of a pair are each predicted from the steps before, not from one another.
    """
    seen = theory.observe(params)
    own, other = inputs.own, inputs.other
    back = jax.vmap(reverse)
    mean = own * found.predicted_mean + other * back(found.predicted_mean)
    var = own**2 * found.predicted_var + other**2 * back(found.predicted_var)
    var = var + 2.0 * own * other * found.predicted_cross
    level = seen.level * (own + other)[:, :, None]
    spread = seen.loading**2 * var[:, :, None] + inputs.reading_var + seen.sd**2
    return jnp.stack([level + seen.loading * mean[:, :, None], spread])


def log_scores(theory: Theory, params: Params, inputs: Inputs, filtered: Filtered) -> Array:
    """Log density (T, D, M) of each reading one step ahead, NaN where there is none."""
    mean, var = predicted_readings(theory, params, inputs, filtered)
    return -0.5 * (LOG_2PI + jnp.log(var) + (inputs.reading - mean) ** 2 / var)
