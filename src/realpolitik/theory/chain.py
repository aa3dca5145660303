"""Stimulus, clarity, perception, gate: the equations of the model, arrays only.

D dyads, N states, C + 1 parts of the stimulus (threat first). Each function takes one step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from realpolitik.theory.arrays import Array, jax, jnp
from realpolitik.theory.inputs import GATE_SIGNS, Conditions, dyad_order
from realpolitik.theory.parameter import Params

ROUNDING = 0.1  # ε of `magnitude`, in units of the stimulus


@dataclass(frozen=True, slots=True)
class Setpoint:
    """Set-point net of the offset: θ* = u + constant + image · μ.

    constant : (D,)    known part
    image : (D,)       loading of the leader's image
    """

    constant: Array
    image: Array


def reverse(values: Array) -> Array:
    """Return, for each dyad ij, the value of ji: the halves of `dyad_order` swapped."""
    return jnp.roll(values, values.shape[0] // 2, axis=0)


def source_values(by_state: Array) -> Array:
    """Return the value of each dyad's source, from an array over states (N, ...)."""
    source, _ = dyad_order(by_state.shape[0])
    return by_state[source]


def stimulus_parts(params: Params, conditions: Conditions, past: Array) -> Array:
    """Return the parts x of the stimulus, threat first and negative.

    x1 = -threat (1 + o offence) intent,   intent = 2 logistic(-b_int θ_ji,lagged)

    The factor 2 makes intent 1 where past posture plays no part (b_int = 0).

    Parameters
    ----------
    past : array (D,)
        Mean relation of the year before the step.

    Returns
    -------
    array (D, C + 1)

    References
    ----------
    Walt (1987), The Origins of Alliances.
    """
    intent = 2.0 * jax.nn.sigmoid(-params["intent_slope"] * reverse(past))
    offence = 1.0 + params["offence_weight"] * conditions.offence
    threat = -conditions.threat * offence * intent
    return jnp.concatenate([threat[:, None], conditions.parts], axis=1)


def stimulus(params: Params, conditions: Conditions, past: Array) -> Array:
    """Return S = β'x (D,), + = pressure to cooperate."""
    return stimulus_parts(params, conditions, past) @ params["stimulus_weights"]


def clarity(params: Params, conditions: Conditions) -> Array:
    """Return K = logistic(γ0 + γ'C) (D,), the weight of the signal against the image."""
    return jax.nn.sigmoid(params["clarity_level"] + conditions.clarity @ params["clarity_slopes"])


def magnitude(size: Array) -> Array:
    """Return |S| with its kink rounded: sqrt(S² + ε²) - ε, so that slopes have a curvature."""
    return jnp.sqrt(size**2 + ROUNDING**2) - ROUNDING


def signed_stimulus(params: Params, size: Array) -> Array:
    """Return S⁺ - (1 + χ) S⁻ (D,), S⁻ = (|S| - S) / 2: bad news weighs more."""
    return size - 0.5 * params["negativity"] * (magnitude(size) - size)


def restrictiveness(params: Params, conditions: Conditions, size: Array) -> Array:
    """Return R = logistic(r0 + r1 |S| + r2 imminence) (D,)."""
    slopes = params["environment_slopes"]
    return jax.nn.sigmoid(
        params["environment_level"] + slopes[0] * magnitude(size) + slopes[1] * conditions.imminence
    )


def gate(params: Params, conditions: Conditions) -> Array:
    """Return g (N,): extraction and cohesion open it, the other three conditions close it."""
    slopes = params["gate_slopes"] * np.array(GATE_SIGNS)
    return jax.nn.sigmoid(params["gate_level"] + conditions.gate @ slopes)


def culture(params: Params, conditions: Conditions) -> Array:
    """Return the mean (..., D) of a new leader's image: strategic culture times its weight."""
    return params.get("culture_weight", 0.0) * conditions.culture


def conditioners(conditions: Conditions) -> Array:
    """Return clarity and the source's domestic conditions side by side (D, 3 + 5)."""
    return jnp.concatenate([conditions.clarity, source_values(conditions.gate)], axis=1)


def filtered_setpoint(params: Params, conditions: Conditions, past: Array) -> Setpoint:
    """Return the set-point behind the domestic filter.

    θ* = u + g̃ p + (1 - g̃) δ'q,   p = K [S⁺ - (1 + χ) S⁻] + (1 - K) μ,   g̃ = g + (1 - g) R
    """
    size = stimulus(params, conditions, past)
    weight = clarity(params, conditions)
    opened = source_values(gate(params, conditions))
    opened = opened + (1.0 - opened) * restrictiveness(params, conditions, size)
    preference = conditions.preference @ params["preference_weights"]
    constant = opened * weight * signed_stimulus(params, size) + (1.0 - opened) * preference
    return Setpoint(constant, opened * (1.0 - weight))


def relation_matrix(relation: Array, states: int) -> Array:
    """Lay dyads (D,) out as a matrix (N, N), zero on the diagonal."""
    source, target = dyad_order(states)
    return jnp.zeros((states, states)).at[source, target].set(relation)


def third_parties(params: Params, conditions: Conditions, relation: Array) -> Array:
    """Return λ1 Σ_k w_ik θ_kj + λ2 tanh(Σ_k θ_ik θ_kj / (n - 2)) (D,), k over members."""
    states = conditions.member.shape[0]
    source, target = dyad_order(states)
    matrix = relation_matrix(relation, states)
    matrix = matrix * conditions.member[:, None] * conditions.member[None, :]
    others = jnp.maximum(jnp.sum(conditions.member) - 2.0, 1.0)
    partners = conditions.influence @ matrix
    triads = jnp.tanh(matrix @ matrix / others)
    total = params["alliance_pull"] * partners + params["triad_pull"] * triads
    return total[source, target]
