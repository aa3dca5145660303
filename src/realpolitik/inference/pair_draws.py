"""Draws of one pair's history: parameters from their posterior, hidden vectors given each."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from realpolitik.errors import RequestError
from realpolitik.inference.elements import Elements, Pairs, relation, stacked
from realpolitik.inference.filtering import Moments, Step, run_filter, with_sds
from realpolitik.inference.fitting import Fit
from realpolitik.inference.smoothing import backward, draw_back, path_noise
from realpolitik.rng import stream
from realpolitik.theory import chain
from realpolitik.theory.arrays import Array, jax, jnp
from realpolitik.theory.base import Nested, Transition
from realpolitik.theory.inputs import Conditions, Inputs
from realpolitik.theory.parameter import Params

BY_STATE = ("gate", "leader", "influence", "member")
_Drawn: TypeAlias = tuple[Array, Array, Array, Array, Transition]


@dataclass(frozen=True, slots=True)
class PairDraws:
    """One dyad and its reverse, drawn from their posterior.  R draws, T steps.

    The last axis of length 2 is the dyad source -> target, then its reverse.

    theory : Nested
    source, target : int       positions of the two states
    conditions : Conditions    of the pair as a world of two states, with the axis of steps
    params : mapping           all parameters on their own scales, each (R, ...)
    relation, image : (R, T, 2)
    offset : (R, 2)
    past : (R, T, 2)           filtered mean of the year before, as intent sees it
    alliance, balance : (R, T)  what third parties add to the dyad's next relation
    move : Transition          of the dyad from the step to the next, arrays (R, T)
    """

    theory: Nested
    source: int
    target: int
    conditions: Conditions
    params: Params
    relation: np.ndarray
    image: np.ndarray
    offset: np.ndarray
    past: np.ndarray
    alliance: np.ndarray
    balance: np.ndarray
    move: Transition

    @property
    def both_members(self) -> np.ndarray:
        """Steps (T,) when both states are in the system."""
        found: np.ndarray = np.asarray(self.conditions.member).min(axis=1) > 0
        return found


def pair_conditions(conditions: Conditions, source: int, target: int) -> Conditions:
    """Take a pair out as a world of two states, source first."""
    states = [source, target]
    dyads = list(_dyads(source, target, conditions.member.shape[1]))

    def take(name: str) -> np.ndarray:
        values: np.ndarray = np.asarray(getattr(conditions, name))
        cut: np.ndarray = values[:, states if name in BY_STATE else dyads]
        return cut[:, :, states] if name == "influence" else cut

    return Conditions(**{field.name: take(field.name) for field in dataclasses.fields(conditions)})


def _dyads(source: int, target: int, states: int) -> tuple[int, int]:
    """Return the places of the dyad and of its reverse in `dyad_order`."""
    low, high = sorted((source, target))
    pairs = states * (states - 1) // 2
    pair = low * states - low * (low + 1) // 2 + high - low - 1
    return (pair, pair + pairs) if source < target else (pair + pairs, pair)


def _only(moments: Elements, pair: Array) -> Pairs:
    return stacked(jax.tree_util.tree_map(lambda values: values[pair][None], moments))


def _pulls(params: Params, conditions: Conditions, relation: Array, dyad: Array) -> Array:
    """Return the pulls (2,) of alliance and of balance on the dyad at a step."""
    off = [dict(params) | {name: 0.0} for name in ("triad_pull", "alliance_pull")]
    return jnp.stack([chain.third_parties(each, conditions, relation)[dyad] for each in off])


def _draw_one(theory: Nested, inputs: Inputs, dyads: Array, given: tuple[Array, Array]) -> _Drawn:
    """Draw the pair's hidden vectors (T, 6), given a vector of parameters and normals (T, 6)."""
    vector, noise = given
    params = theory.params(vector, inputs.sizes)
    pair = jnp.min(dyads)
    both = jnp.sort(dyads)

    def keep(found: Step) -> tuple[Moments, Array]:
        parts = {
            name: _only(getattr(found, name), pair) for name in ("predicted", "filtered", "changed")
        }
        move = jax.tree_util.tree_map(lambda part: _dyad(part, both), with_sds(found.move))
        only = Moments(**parts, new=found.new[both], past=found.past[both], move=move)
        return only, relation(found.filtered)[0]

    (moments, means), _ = run_filter(theory, params, inputs, keep)
    path = draw_back(backward(moments), noise[:, None])[:, 0]
    pulls = jax.vmap(lambda now, at: _pulls(params, now, at, dyads[0]))(inputs.conditions, means)
    return params, path, moments.past, pulls, moments.move


def _dyad(part: Array, both: Array) -> Array:
    return part[both] if part.ndim else part


def _draw_all(theory: Nested, inputs: Inputs, dyads: Array, given: tuple[Array, Array]) -> _Drawn:
    found: _Drawn = jax.lax.map(lambda each: _draw_one(theory, inputs, dyads, each), given)
    return found


_drawn = jax.jit(_draw_all, static_argnums=0)


def _checked(fit: Fit, inputs: Inputs, source: int, target: int) -> Nested:
    states = inputs.sizes.states
    if not isinstance(fit.theory, Nested):
        msg = f"theory {fit.theory.name!r} is not a `Nested` one: it has no set-point to split."
        raise RequestError(msg)
    if inputs.sizes != fit.sizes:
        msg = (
            f"the fit has {fit.sizes}, the inputs have {inputs.sizes}. Give those it was fitted on."
        )
        raise RequestError(msg)
    if source == target or not {source, target} <= set(range(states)):
        msg = f"no dyad from state {source} to state {target}: take two of 0 to {states - 1}."
        raise RequestError(msg)
    return fit.theory


def draw_pair(
    fit: Fit, inputs: Inputs, source: int, target: int, *, seed: int, draws: int = 200
) -> PairDraws:
    """Draw parameters from the normal of Laplace's method, and the pair's past given each.

    Every draw filters all dyads anew, since third parties and intent depend on the parameters.

    Parameters
    ----------
    inputs : Inputs
        Those of the fit; the average of the filter is taken over their steps.
    source, target : int
        Positions of the two states.
    seed : int
        Names the draws; those of a pair do not depend on which other pair is asked about.
    draws : int
        How many.

    Raises
    ------
    RequestError
        If the inputs do not fit the fit, there is no such dyad, or the theory has no set-point.
    """
    theory = _checked(fit, inputs, source, target)
    vectors = stream(seed, "parameters").multivariate_normal(
        fit.vector, fit.covariance, size=draws, method="eigh"
    )
    dyads = np.array(_dyads(source, target, inputs.sizes.states))
    low, high = sorted((source, target))
    noise = path_noise(seed, (low, high), draws, inputs.steps)
    found = _drawn(theory, inputs, dyads, (vectors, noise))
    params, path, past, pulls, move = jax.tree_util.tree_map(np.asarray, found)
    order = [0, 1] if source < target else [1, 0]
    return PairDraws(
        theory=theory,
        source=source,
        target=target,
        conditions=pair_conditions(inputs.conditions, source, target),
        params=params,
        relation=path[:, :, order],
        offset=path[:, 0, 2:4][:, order],
        image=path[:, :, 4:][:, :, order],
        past=past[:, :, order],
        alliance=pulls[:, :, 0],
        balance=pulls[:, :, 1],
        move=jax.tree_util.tree_map(
            lambda part: part[:, :, order[0]] if part.ndim == len(path.shape) else part, move
        ),
    )
