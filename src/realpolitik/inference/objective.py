"""Log posterior of a theory's parameters, with value, gradient and curvature."""

from __future__ import annotations

import dataclasses

import numpy as np

from realpolitik.inference.filtering import Filtered, filter_relation, log_scores
from realpolitik.theory.arrays import Array, jax
from realpolitik.theory.base import Theory
from realpolitik.theory.inputs import Inputs

CURVATURE_STEP = 1e-4


def log_posterior(theory: Theory, vector: Array, inputs: Inputs) -> Array:
    """Log prior plus log likelihood at a vector of unbounded values, in nats."""
    sizes = inputs.sizes
    params = theory.params(vector, sizes)
    return filter_relation(theory, params, inputs).loglik + theory.log_prior(vector, sizes)


def _mean_loss(theory: Theory, vector: Array, inputs: Inputs, readings: float) -> Array:
    return -log_posterior(theory, vector, inputs) / readings


_loss_and_gradient = jax.jit(jax.value_and_grad(_mean_loss, argnums=1), static_argnums=0)


def _filter_and_score(theory: Theory, vector: Array, inputs: Inputs) -> tuple[Array, ...]:
    params = theory.params(vector, inputs.sizes)
    found = filter_relation(theory, params, inputs)
    scores = log_scores(theory, params, inputs, found)
    return (*dataclasses.astuple(found), scores)


_filtered_and_scored = jax.jit(_filter_and_score, static_argnums=0)


def reading_count(inputs: Inputs) -> int:
    """Count the readings that are not missing."""
    return int(np.sum(~np.isnan(np.asarray(inputs.reading))))


def loss_and_gradient(
    theory: Theory, vector: np.ndarray, inputs: Inputs
) -> tuple[float, np.ndarray]:
    """Negative log posterior per reading, and its gradient."""
    value, gradient = _loss_and_gradient(theory, vector, inputs, float(reading_count(inputs)))
    return float(value), np.asarray(gradient)


def curvature(theory: Theory, vector: np.ndarray, inputs: Inputs) -> np.ndarray:
    """Return the negative second derivative of the log posterior: differences of gradients.

    Central differences with steps of `CURVATURE_STEP`: truncation and rounding both stay near
    1e-7 of the gradient's scale, and no second compilation is needed.
    """
    rows = []
    for direction in CURVATURE_STEP * np.eye(len(vector)):
        _, above = loss_and_gradient(theory, vector + direction, inputs)
        _, below = loss_and_gradient(theory, vector - direction, inputs)
        rows.append((above - below) / (2.0 * CURVATURE_STEP))
    found = np.stack(rows) * reading_count(inputs)
    return np.asarray(0.5 * (found + found.T))


def one_sided_curvature(theory: Theory, vector: np.ndarray, inputs: Inputs) -> np.ndarray:
    """Return a rougher `curvature` at half the cost: one-sided differences."""
    _, here = loss_and_gradient(theory, vector, inputs)
    rows = [
        (loss_and_gradient(theory, vector + direction, inputs)[1] - here) / CURVATURE_STEP
        for direction in CURVATURE_STEP * np.eye(len(vector))
    ]
    found = np.stack(rows) * reading_count(inputs)
    return np.asarray(0.5 * (found + found.T))


def filtered_and_scored(
    theory: Theory, vector: np.ndarray, inputs: Inputs
) -> tuple[Filtered, np.ndarray]:
    """Filter at a vector and score each reading one step ahead (T, D, M)."""
    *parts, scores = _filtered_and_scored(theory, vector, inputs)
    return Filtered(*parts), np.asarray(scores)
