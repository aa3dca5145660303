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
from typing import NamedTuple

import numpy as np

from realpolitik.theory.arrays import Array, jax, jnp
from realpolitik.theory.base import OFFSET_SD, Observation, Theory, Transition
from realpolitik.theory.chain import culture, reverse, source_values
from realpolitik.theory.inputs import Conditions, Inputs
from realpolitik.theory.parameter import Params

LOG_2PI = float(np.log(2.0 * np.pi))


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


class Pairs(NamedTuple):
    """Moments of the pairs: mean (6, P), cov (6, 6, P).

    Rows come in twos, ij then ji: relations, offsets, images.
    """

    mean: Array
    cov: Array


class Moments(NamedTuple):
    """Everything the filter knows, step by step.  T steps, P pairs, D dyads.

    predicted : Pairs     (T, 6, P), (T, 6, 6, P), given the readings before the step
    filtered : Pairs      with those of the step; images are those of the leaders before it
    changed : Pairs       the same once new leaders have brought their own images
    new : (T, D)          1 where the source's leader is new, else 0
    past : (T, D)         mean of the year before, as intent sees it
    move : Transition     from the step to the next, arrays (T, D); `pair_corr` (T,)
    """

    predicted: Pairs
    filtered: Pairs
    changed: Pairs
    new: Array
    past: Array
    move: Transition


class _Reading(NamedTuple):
    """All series of a dyad-step as one reading of own θ_ij + other θ_ji.

    Value, variance, whether there is one; each (..., D).
    """

    value: Array
    var: Array
    seen: Array
    own: Array
    other: Array


class Joined(NamedTuple):
    """Series joined: `reading` (T, D), and `rest` (), what joining leaves out of the density."""

    reading: _Reading
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
    reading = _Reading(joint, joint_var, some, inputs.own, inputs.other)
    return Joined(reading, -0.5 * jnp.sum(each - whole))


def _coupling() -> np.ndarray:
    """Return where own, other, offset and image enter the two relations, (8, 6, 6)."""
    found = np.zeros((4, 2, 6, 6))
    for side in (0, 1):
        found[:, side, side, [side, 1 - side, 2 + side, 4 + side]] = np.eye(4)
    return found.reshape(8, 6, 6)


COUPLING = _coupling()
HELD = np.diag([0.0, 0.0, 1.0, 1.0, 1.0, 1.0])
IMAGES = np.diag([0.0, 0.0, 0.0, 0.0, 1.0, 1.0])


def _halves(values: Array) -> Array:
    """Lay dyads (D,) out as pairs (2, P)."""
    return values.reshape(2, -1)


def _relation(pairs: Pairs) -> tuple[Array, Array, Array]:
    """Return mean and variance (D,) of the relation, and its covariance with the reverse."""
    var = jnp.concatenate([pairs.cov[0, 0], pairs.cov[1, 1]])
    return pairs.mean[:2].reshape(-1), var, jnp.tile(pairs.cov[0, 1], 2)


def _combine(move: Transition, rows: Array) -> Array:
    """Combine six rows (6, ..., P) of relations, offsets and images into the two relations."""
    own, other = _halves(move.own), _halves(move.other)
    offset, image = _halves(move.offset), _halves(move.image)
    return jnp.stack(
        [
            own[side] * rows[side]
            + other[side] * rows[1 - side]
            + offset[side] * rows[2 + side]
            + image[side] * rows[4 + side]
            for side in (0, 1)
        ]
    )


def _noise(move: Transition) -> Array:
    """Return the covariance (2, 2, P) of the disturbances."""
    sd = _halves(jnp.broadcast_to(move.sd, move.own.shape))
    across = move.pair_corr * sd[0] * sd[1]
    return jnp.stack([jnp.stack([sd[0] ** 2, across]), jnp.stack([across, sd[1] ** 2])])


def turn_of(move: Transition) -> Array:
    """Return the matrix (6, 6, P) by which a step turns the hidden vectors."""
    parts = jnp.stack([move.own, move.other, move.offset, move.image]).reshape(8, -1)
    return HELD[:, :, None] + jnp.tensordot(COUPLING, parts, axes=(0, 0))


def _advance(pairs: Pairs, move: Transition) -> Pairs:
    """Take one step; offsets and images stay."""
    relation = _combine(move, pairs.mean) + _halves(move.constant)
    across = _combine(move, pairs.cov)  # of the new relations with the old vector, (2, 6, P)
    within = _combine(move, jnp.swapaxes(across, 0, 1)) + _noise(move)
    held = jnp.concatenate([jnp.swapaxes(across[:, 2:], 0, 1), pairs.cov[2:, 2:]], axis=1)
    new = jnp.concatenate([jnp.swapaxes(within, 0, 1), across[:, 2:]], axis=1)
    mean = jnp.concatenate([relation, pairs.mean[2:]])
    return Pairs(mean, jnp.concatenate([new, held]))


def _start(first: Transition, culture: Array, leader_sd: Array) -> Pairs:
    images = jnp.pad(_halves(culture), ((4, 0), (0, 0)))
    spread = OFFSET_SD**2 * (HELD - IMAGES) + leader_sd**2 * IMAGES
    before = jnp.broadcast_to(spread[:, :, None], (6, 6, images.shape[1]))
    return _advance(Pairs(images, before), first)


def _read_one(pairs: Pairs, side: int, reading: _Reading) -> tuple[Pairs, Array]:
    """Take in one direction's reading (P,); return its log density too."""
    back = 1 - side
    column = reading.own * pairs.cov[:, side] + reading.other * pairs.cov[:, back]
    total = reading.own * column[side] + reading.other * column[back] + reading.var
    mean = reading.own * pairs.mean[side] + reading.other * pairs.mean[back]
    error = reading.value - mean
    density = jnp.where(reading.seen, -0.5 * (LOG_2PI + jnp.log(total) + error**2 / total), 0.0)
    gain = column * jnp.where(reading.seen, 1.0 / total, 0.0)
    return Pairs(pairs.mean + gain * error, pairs.cov - gain[:, None] * column[None]), density


def _change_leaders(pairs: Pairs, new: Array, culture: Array, leader_sd: Array) -> Pairs:
    """Replace the image where the source's leader is new (D,) by the prior of leaders."""
    swap = jnp.pad(_halves(new), ((4, 0), (0, 0)))
    keep = 1.0 - swap
    prior = jnp.pad(_halves(culture), ((4, 0), (0, 0)))
    fresh = IMAGES[:, :, None] * (swap * leader_sd**2)[None]
    return Pairs(keep * pairs.mean + swap * prior, keep[None] * keep[:, None] * pairs.cov + fresh)


def new_leaders(leader: Array) -> Array:
    """Return 1 where a state's leader is not the one of the step before, (T, N); 0 at first."""
    change = (leader[1:] != leader[:-1]).astype(float)
    return jnp.concatenate([jnp.zeros((1, leader.shape[1])), change])


def run_filter(theory: Theory, params: Params, inputs: Inputs, keep: Callable[..., Array]) -> Array:
    """Filter; return what `keep` takes of each step's `Moments`, stacked, and the log likelihood.

    `Moments` comes here without the axis of steps.
    """
    conditions = inputs.conditions
    leader_sd = params.get("leader_sd", 0.0)
    joined = one_reading(theory.observe(params), inputs)
    first: Conditions = jax.tree_util.tree_map(lambda values: values[0], conditions)
    pairs = _start(theory.initial(params, first), culture(params, first), leader_sd)
    start, *_ = _relation(pairs)
    memory = jnp.tile(start, (inputs.steps_per_year, 1))

    def step(carry: tuple[Pairs, Array], given: tuple[Conditions, Array, _Reading]) -> Array:
        before, memory = carry
        now, new, reading = given
        read, low = _read_one(before, 0, _Reading(*(_halves(part)[0] for part in reading)))
        read, high = _read_one(read, 1, _Reading(*(_halves(part)[1] for part in reading)))
        mean, *_ = _relation(read)
        fresh = source_values(new)
        changed = _change_leaders(read, fresh, culture(params, now), leader_sd)
        past = memory.mean(axis=0)
        move = theory.transition(params, now, mean, past)
        memory = jnp.concatenate([memory[1:], mean[None]])
        kept = keep(Moments(before, read, changed, fresh, past, move))
        return (_advance(changed, move), memory), (kept, jnp.sum(low + high))

    given = (conditions, new_leaders(jnp.asarray(conditions.leader)), joined.reading)
    _, (kept, density) = jax.lax.scan(jax.checkpoint(step), (pairs, memory), given)
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

    def keep(found: Moments) -> tuple[Array, ...]:
        return (*_relation(found.filtered), *_relation(found.predicted))

    moments, loglik = run_filter(theory, params, inputs, keep)
    return Filtered(*(*moments, loglik))


def filter_moments(theory: Theory, params: Params, inputs: Inputs) -> Moments:
    """Filter as `filter_relation` does, and hand out the moments of every hidden vector."""
    found: Moments = run_filter(theory, params, inputs, same_shape)[0]
    return found


def same_shape(found: Moments) -> Moments:
    """Give the disturbance's standard deviation the dyads' shape."""
    sd = jnp.broadcast_to(found.move.sd, found.move.own.shape)
    return found._replace(move=dataclasses.replace(found.move, sd=sd))


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
