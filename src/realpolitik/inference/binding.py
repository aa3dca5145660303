"""When the filter made a difference, and how far perception was from the stimulus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from realpolitik.errors import RequestError
from realpolitik.inference.explaining import INTERVAL
from realpolitik.inference.pair_draws import PairDraws
from realpolitik.inference.splitting import SUBSETS, average_filter, has_filter, response
from realpolitik.theory import chain
from realpolitik.theory.arrays import Array, jax, jnp
from realpolitik.theory.base import Nested
from realpolitik.theory.inputs import Conditions
from realpolitik.theory.parameter import Params

COMPONENTS = ("clarity", "image", "gate", "environment")
SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Binding:
    """What each of `COMPONENTS` did to one dyad's set-point, step by step.  T steps.

    chance : (T, 4)                    posterior chance that the difference exceeds the bound
    difference, lower, upper : (T, 4)  set-point less that with the component at its average:
                                       posterior mean and 90% interval, standard-deviation units
    share : float                      the bound, in standard deviations of the disturbance

    NaN where one of the two states is not in the system.
    """

    chance: np.ndarray
    difference: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    share: float


@dataclass(frozen=True, slots=True)
class Misperception:
    """Perceived less measured stimulus of one dyad.  T steps, L leaders of the source.

    measured, perceived : (T,)   posterior means of S and p, standard-deviation units
    gap, lower, upper : (T,)     p - S: posterior mean and 90% interval
    leader : (T,)                number of the source's leader in office
    leaders : (L,)               each number once, in order of first office
    leader_gap, leader_lower, leader_upper : (L,)
        Mean of p - S over the leader's steps less the mean over all steps: a contrast, because
        the level of K, and so that of p - S, is hardly identified.

    NaN where one of the two states is not in the system.
    """

    measured: np.ndarray
    perceived: np.ndarray
    gap: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    leader: np.ndarray
    leaders: np.ndarray
    leader_gap: np.ndarray
    leader_lower: np.ndarray
    leader_upper: np.ndarray


def _differences(
    theory: Nested, params: Params, conditions: Conditions, past: Array, image: Array
) -> Array:
    """Return actual less average (R, T, 4) for every draw and step."""
    subsets = SUBSETS.tolist()
    full, *without = (
        subsets.index(actual) for actual in ([1, 1, 1], [0, 1, 1], [1, 0, 1], [1, 1, 0])
    )
    weight = conditions.member[:, 0] * conditions.member[:, 1]

    def one(drawn: Params, before: Array, held: Array) -> Array:
        average = average_filter(drawn, conditions, before)
        usual = jnp.sum(weight * held) / jnp.sum(weight)

        def at(now: Conditions, past_now: Array, image_now: Array) -> Array:
            asked = (drawn, now, past_now)
            values = response(theory, asked, average, image_now)
            other = response(theory, asked, average, usual)[full]
            clarity, gate, environment = (values[full] - values[place] for place in without)
            return jnp.stack([clarity, values[full] - other, gate, environment])

        return jax.vmap(at)(conditions, before, held)

    return jax.vmap(one)(params, past, image)


_all_differences = jax.jit(_differences, static_argnums=0)


def binding_timeline(drawn: PairDraws, *, share: float = SHARE) -> Binding:
    """Say at each step how likely it is that a component of the filter changed the response.

    chance = Pr( |θ* - θ*(component at its average)| > share · σ )

    The average of K, g and R is that over the steps when both states are members, the average of
    the image that over the leaders of these steps, weighted by time in office.

    Parameters
    ----------
    drawn : PairDraws
    share : float
        The bound as a share of the standard deviation of one step's disturbance.

    Raises
    ------
    RequestError
        If the share is not above zero.
    """
    if not share > 0:
        msg = f"share is {share:g}; it must be above 0."
        raise RequestError(msg)
    given = (drawn.params, drawn.conditions, drawn.past, drawn.image[:, :, 0])
    found = np.asarray(_all_differences(drawn.theory, *given))
    large = np.abs(found) > share * np.asarray(drawn.move.sd)[:, :, None]
    lower, upper = np.quantile(found, INTERVAL, axis=0)
    outside = ~drawn.both_members[:, None]
    parts = (large.mean(axis=0), found.mean(axis=0), lower, upper)
    chance, difference, lower, upper = (np.where(outside, np.nan, part) for part in parts)
    return Binding(chance, difference, lower, upper, share)


def _perceptions(params: Params, conditions: Conditions, past: Array, image: Array) -> Array:
    """Return measured and perceived stimulus (R, T, 2) for every draw and step."""

    def at(drawn: Params, now: Conditions, before: Array, held: Array) -> Array:
        size = chain.stimulus(drawn, now, before)
        clarity = chain.clarity(drawn, now)
        perceived = clarity * chain.signed_stimulus(drawn, size) + (1.0 - clarity) * held
        return jnp.stack([size[0], perceived[0]])

    steps = jax.vmap(at, in_axes=(None, 0, 0, 0))
    return jax.vmap(steps, in_axes=(0, None, 0, 0))(params, conditions, past, image)


_all_perceptions = jax.jit(_perceptions)


def misperception(drawn: PairDraws) -> Misperception:
    """Compare what the source's leaders perceived with what was measured.

    p - S,   p = K [S⁺ - (1 + χ) S⁻] + (1 - K) μ

    Raises
    ------
    RequestError
        If the theory has no perception.

    References
    ----------
    Jervis (1976), Perception and Misperception in International Politics.
    """
    if not has_filter(drawn.params):
        msg = f"{drawn.theory.name!r} has no perception. Ask a theory with a filter."
        raise RequestError(msg)
    given = (drawn.params, drawn.conditions, drawn.past, drawn.image)
    both = np.asarray(_all_perceptions(*given))
    gap = both[..., 1] - both[..., 0]
    inside = drawn.both_members
    parts = (*np.moveaxis(both.mean(axis=0), -1, 0), gap.mean(axis=0))
    parts = (*parts, *np.quantile(gap, INTERVAL, axis=0))
    leader = np.asarray(drawn.conditions.leader)[:, 0]
    leaders = np.array(list(dict.fromkeys(leader[inside].tolist())), dtype=leader.dtype)
    usual = gap[:, inside].mean(axis=1)
    terms = [gap[:, inside & (leader == each)].mean(axis=1) - usual for each in leaders]
    contrast = np.stack(terms, axis=1)
    low, high = np.quantile(contrast, INTERVAL, axis=0)
    measured, perceived, mean, lower, upper = (np.where(inside, part, np.nan) for part in parts)
    return Misperception(
        measured=measured,
        perceived=perceived,
        gap=mean,
        lower=lower,
        upper=upper,
        leader=leader,
        leaders=leaders,
        leader_gap=contrast.mean(axis=0),
        leader_lower=low,
        leader_upper=high,
    )
