"""Draw relations and readings from a theory, each draw under its own name."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from realpolitik.rng import stream
from realpolitik.theory.arrays import Array, jax, jnp
from realpolitik.theory.base import OFFSET_SD, Theory, Transition
from realpolitik.theory.chain import culture, reverse, source_values
from realpolitik.theory.inputs import Conditions, Inputs, dyad_order
from realpolitik.theory.parameter import Params, Sizes, log_density


@dataclass(frozen=True, slots=True)
class Simulated:
    """Truth and readings.  T steps, D dyads, M series.

    relation, image : (T, D)     relation, and image in the mind of the leader in office
    offset : (D,)
    inputs : Inputs              the conditions given, with the readings drawn
    """

    relation: np.ndarray
    image: np.ndarray
    offset: np.ndarray
    inputs: Inputs


def draw_prior(theory: Theory, sizes: Sizes, seed: int) -> np.ndarray:
    """Draw a vector (V,) of unbounded values from the prior of a theory.

    The table's prior is drawn from until a draw is kept, with the probability that it settles.
    """
    generator, rows = stream(seed, "prior"), theory.parameters(sizes)
    while True:
        parts = [np.ravel(row.prior.draw(generator, row.shape(sizes))) for row in rows]
        vector = np.concatenate(parts)
        kept = theory.log_prior(vector, sizes) - log_density(vector, rows, sizes)
        if generator.uniform() < np.exp(kept):
            return vector


def spells(leader: Array) -> Array:
    """Count each state's spells in office (T, N): a leader who returns begins a new one."""
    change = jnp.concatenate(
        [jnp.zeros((1, leader.shape[1]), bool), leader[1:] != leader[:-1]], axis=0
    )
    return jnp.cumsum(change, axis=0)


def _normals(seed: int, what: str, states: int, length: int) -> np.ndarray:
    """Return (length, D) standard normals; those of a dyad do not depend on other dyads."""
    source, target = dyad_order(states)
    draws = [
        stream(seed, what, int(i), int(j)).standard_normal(length)
        for i, j in zip(source, target, strict=True)
    ]
    return np.stack(draws, axis=1)


def _correlated(noise: Array, corr: Array) -> Array:
    """Correlate the two directions of each pair of standard normals (..., D)."""
    half = noise.shape[-1] // 2
    first, second = noise[..., :half], noise[..., half:]
    return jnp.concatenate([first, corr * first + jnp.sqrt(1.0 - corr**2) * second], axis=-1)


def _images(params: Params, conditions: Conditions, seed: int) -> Array:
    leader = np.asarray(conditions.leader)
    states, steps = leader.shape[1], leader.shape[0]
    by_dyad = np.asarray(source_values(spells(leader).T)).T
    drawn = _normals(seed, "image", states, steps)
    own = np.take_along_axis(drawn, by_dyad, axis=0)
    begun = np.argmax(by_dyad[None, :, :] == by_dyad[:, None, :], axis=1)
    expected = np.take_along_axis(np.asarray(culture(params, conditions)), begun, axis=0)
    return jnp.asarray(expected) + params["leader_sd"] * own


def _move(move: Transition, now: Array, hidden: tuple[Array, Array], noise: Array) -> Array:
    """Take one step with offsets and images `hidden` and standard normal `noise`, each (D,)."""
    offset, image = hidden
    return (
        move.own * now
        + move.other * reverse(now)
        + move.offset * offset
        + move.image * image
        + move.constant
        + move.sd * _correlated(noise, move.pair_corr)
    )


def _path(
    theory: Theory, params: Params, inputs: Inputs, hidden: tuple[Array, Array], noise: Array
) -> Array:
    offset, image = hidden
    conditions = inputs.conditions
    first = theory.initial(params, jax.tree_util.tree_map(lambda values: values[0], conditions))
    relation = _move(first, jnp.zeros_like(offset), (offset, image[0]), noise[0])
    memory = jnp.tile(relation, (inputs.steps_per_year, 1))

    def advance(carry: tuple[Array, Array], step: tuple[Conditions, Array, Array]) -> Array:
        now, past = carry
        given, held, shock = step
        move = theory.transition(params, given, now, past.mean(axis=0))
        later = _move(move, now, (offset, held), shock)
        return (later, jnp.concatenate([past[1:], now[None]])), later

    ending = jax.tree_util.tree_map(lambda values: values[:-1], conditions)
    _, rest = jax.lax.scan(advance, (relation, memory), (ending, image[:-1], noise[1:]))
    return jnp.concatenate([relation[None], rest])


def simulate(theory: Theory, params: Params, inputs: Inputs, seed: int) -> Simulated:
    """Draw one history from a theory under the given conditions.

    Parameters
    ----------
    params : mapping
        All parameters on their own scales, from `Theory.complete`; a theory without images has
        `leader_sd` zero.
    inputs : Inputs
        Its readings are replaced; a reading that is NaN stays missing.

    Returns
    -------
    Simulated
    """
    sizes, conditions = inputs.sizes, inputs.conditions
    states, steps = sizes.states, inputs.steps
    offset = OFFSET_SD * _normals(seed, "offset", states, 1)[0]
    image = _images(params, conditions, seed)
    noise = jnp.asarray(_normals(seed, "innovation", states, steps))
    relation = _path(theory, params, inputs, (jnp.asarray(offset), image), noise)
    seen = theory.observe(params)
    spread = jnp.sqrt(inputs.reading_var + seen.sd**2)
    error = np.stack(
        [_normals(seed, f"reading {m}", states, steps) for m in range(sizes.series)], axis=2
    )
    measured = inputs.own * relation + inputs.other * jax.vmap(reverse)(relation)
    level = seen.level * (inputs.own + inputs.other)[:, :, None]
    reading = level + seen.loading * measured[:, :, None] + spread * error
    reading = np.where(np.isnan(inputs.reading), np.nan, reading)
    drawn = dataclasses.replace(inputs, reading=reading)
    return Simulated(np.asarray(relation), np.asarray(image), offset, drawn)
