"""Whether the network of relations settles or runs away."""

from __future__ import annotations

import numpy as np

from realpolitik.theory.arrays import Array, jax, jnp
from realpolitik.theory.base import Theory
from realpolitik.theory.inputs import Conditions
from realpolitik.theory.parameter import Params


def step_matrix(theory: Theory, params: Params, conditions: Conditions) -> np.ndarray:
    """Return the derivative (D, D) of the mean relation after a step by the relation, at zero.

    Past postures (intent) are held fixed.
    """
    start = jnp.zeros(conditions.threat.shape)

    def mean_after(relation: Array) -> Array:
        step = theory.transition(params, conditions, relation, start)
        swapped = jnp.roll(relation, relation.shape[0] // 2)
        return step.own * relation + step.other * swapped + step.constant

    return np.asarray(jax.jacfwd(mean_after)(start))


def spectral_radius(theory: Theory, params: Params, conditions: Conditions) -> float:
    """Largest modulus of the eigenvalues of `step_matrix`: below 1 the relations settle."""
    return float(np.max(np.abs(np.linalg.eigvals(step_matrix(theory, params, conditions)))))
