"""One step's set-point of one dyad, split into terms; arrays only.

The pair is a world of two states: its first dyad is the one asked about, its second the reverse.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from itertools import permutations, product
from typing import NamedTuple

import numpy as np

from realpolitik.theory import chain
from realpolitik.theory.arrays import Array, jax, jnp
from realpolitik.theory.base import Nested
from realpolitik.theory.chain import Setpoint
from realpolitik.theory.inputs import Conditions
from realpolitik.theory.parameter import Params

FILTER = ("clarity", "gate", "environment")
SUBSETS = np.array(list(product((0.0, 1.0), repeat=len(FILTER))))
NODES = 16  # on the ray from no stimulus; terms are then within 1e-6 of the integral


class Average(NamedTuple):
    """What the filter of a pair is at its average over the steps when both are members.

    clarity, gate, restrictiveness : (2,)     K, g and R; None in a theory without a filter
    seen : (2, 3)                             conditions of clarity
    domestic : (2, 5)                         of the gate, by state
    imminence : (2,)
    """

    clarity: Array
    gate: Array
    restrictiveness: Array
    seen: Array
    domestic: Array
    imminence: Array


class Split(NamedTuple):
    """The set-point net of the offset: the sum of all elements.  C + 1 stimulus parts.

    systemic : (C + 1,)
    filter : (3,)          clarity, gate, environment
    perception : ()
    domestic : (Q,)
    level : ()             what is left where all of these are zero
    """

    systemic: Array
    filter: Array
    perception: Array
    domestic: Array
    level: Array


def _shapley() -> np.ndarray:
    """Return the weights (3, 8) of the values of `SUBSETS` in the share of each component."""
    place = {tuple(subset): at for at, subset in enumerate(SUBSETS)}
    orders = list(permutations(range(len(FILTER))))
    found = np.zeros((len(FILTER), len(SUBSETS)))
    for order in orders:
        subset = [0.0] * len(FILTER)
        for component in order:
            found[component, place[tuple(subset)]] -= 1.0 / len(orders)
            subset[component] = 1.0
            found[component, place[tuple(subset)]] += 1.0 / len(orders)
    return found


SHAPLEY = _shapley()


def has_filter(params: Mapping[str, Array]) -> bool:
    """Return whether the theory puts a filter between stimulus and response."""
    return "clarity_level" in params


def average_filter(params: Params, conditions: Conditions, past: Array) -> Average:
    """Average K, g and R, and the conditions they rest on, over steps when both are members.

    Parameters
    ----------
    conditions : Conditions
        Of the pair, with the axis of steps.
    past : array (T, 2)
        Relation of the year before each step.
    """
    weight = conditions.member[:, 0] * conditions.member[:, 1]
    weight = weight / jnp.sum(weight)

    def mean(values: Array) -> Array:
        return jnp.tensordot(weight, values, axes=1)

    def at_step(now: Conditions, before: Array) -> tuple[Array, Array, Array]:
        size = chain.stimulus(params, now, before)
        clarity, gate = chain.clarity(params, now), chain.gate(params, now)
        return clarity, gate, chain.restrictiveness(params, now, size)

    parts = jax.vmap(at_step)(conditions, past) if has_filter(params) else ()
    filters = [mean(part) for part in parts] or [None, None, None]
    held = (conditions.clarity, conditions.gate, conditions.imminence)
    return Average(*filters, *(mean(part) for part in held))


def hold(
    params: Params, conditions: Conditions, average: Average, actual: Array
) -> tuple[Params, Conditions]:
    """Hold components of the filter at their average where `actual` (3,) is 0.

    K, g and R become constants; where a theory reads their conditions directly, these are held.
    """
    clarity, gate, environment = (actual[at] > 0 for at in range(len(FILTER)))
    now = dataclasses.replace(
        conditions,
        clarity=jnp.where(clarity, conditions.clarity, average.seen),
        gate=jnp.where(gate, conditions.gate, average.domestic),
        imminence=jnp.where(environment, conditions.imminence, average.imminence),
    )
    if not has_filter(params):
        return params, now
    held = dict(params)
    for name, free, level in (
        ("clarity", clarity, average.clarity),
        ("gate", gate, average.gate),
        ("environment", environment, average.restrictiveness),
    ):
        fixed = jax.scipy.special.logit(level)
        held[f"{name}_level"] = jnp.where(free, params[f"{name}_level"], fixed)
        held[f"{name}_slopes"] = jnp.where(free, params[f"{name}_slopes"], 0.0)
    return held, now


class _Asked(NamedTuple):
    """One step of one pair: what the set-point is asked with."""

    params: Params
    conditions: Conditions
    past: Array


def _first(theory: Nested, asked: _Asked) -> Setpoint:
    """Return constant and image loading, each (), of the dyad asked about."""
    point = theory.setpoint(asked.params, asked.conditions, asked.past)
    return Setpoint(point.constant[0], point.image[0])


def _known(theory: Nested, asked: _Asked, scale: Array, preference: Array) -> Array:
    """Return the known part with the stimulus times `scale` (C + 1,) and another preference."""
    conditions = dataclasses.replace(
        asked.conditions,
        threat=asked.conditions.threat * scale[0],
        parts=asked.conditions.parts * scale[1:],
        preference=preference,
    )
    return _first(theory, asked._replace(conditions=conditions)).constant


def _by_preference(theory: Nested, asked: _Asked, whole: Array) -> Array:
    """Return what each domestic preference adds (Q,), taken in turn."""
    given = asked.conditions.preference
    count = given.shape[1]
    upto = np.tril(np.ones((count + 1, count)), -1)
    values = [_known(theory, asked, whole, given * row) for row in upto]
    return jnp.diff(jnp.stack(values))


def _ray() -> tuple[np.ndarray, np.ndarray]:
    """Return Gauss-Legendre points and weights on [0, 1], denser near 0, where S bends."""
    points, weights = np.polynomial.legendre.leggauss(NODES)
    root = 0.5 * (points + 1.0)
    return root**2, weights * root


def _by_stimulus(theory: Nested, asked: _Asked, whole: Array) -> Array:
    """Return what each part of the stimulus adds (C + 1,): Aumann-Shapley, along the ray from 0.

    What the quadrature leaves of the sum is shared out by the size of the terms.
    """
    none = jnp.zeros_like(asked.conditions.preference)

    def known(scale: Array) -> Array:
        return _known(theory, asked, scale, none)

    points, weights = _ray()
    slopes = jax.vmap(jax.grad(known))(points[:, None] * whole)
    terms = jnp.tensordot(weights, slopes, axes=1)
    size = jnp.sum(jnp.abs(terms))
    left = known(whole) - known(0.0 * whole) - jnp.sum(terms)
    return terms + left * jnp.abs(terms) / jnp.where(size > 0, size, 1.0)


def response(
    theory: Nested, asked: tuple[Params, Conditions, Array], average: Average, image: Array
) -> Array:
    """Return the set-point net of the offset for each of `SUBSETS` at its actual value, (8,)."""
    params, conditions, past = asked

    def at(actual: Array) -> Array:
        point = _first(theory, _Asked(*hold(params, conditions, average, actual), past))
        return point.constant + point.image * image

    return jax.vmap(at)(jnp.asarray(SUBSETS))


def split_setpoint(
    theory: Nested, asked: tuple[Params, Conditions, Array], average: Average, image: Array
) -> Split:
    """Split the set-point of one step.

    Parameters
    ----------
    asked : params, conditions of the step, past (2,)
    average : Average
    image : ()
        What the leader in office holds.

    References
    ----------
    Shapley (1953), A value for n-person games. Aumann and Shapley (1974), Values of Non-Atomic
    Games.
    """
    params, conditions, past = asked
    at_average = _Asked(*hold(params, conditions, average, jnp.zeros(len(FILTER))), past)
    whole = jnp.ones(conditions.parts.shape[1] + 1)
    none = jnp.zeros_like(conditions.preference)
    return Split(
        systemic=_by_stimulus(theory, at_average, whole),
        filter=jnp.asarray(SHAPLEY) @ response(theory, asked, average, image),
        perception=_first(theory, at_average).image * image,
        domestic=_by_preference(theory, at_average, whole),
        level=_known(theory, at_average, 0.0 * whole, none),
    )
