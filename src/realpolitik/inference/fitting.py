"""The most probable parameters, found from several starts, with standard errors."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from realpolitik.errors import ConvergenceError
from realpolitik.inference.objective import curvature, loss_and_gradient, reading_count
from realpolitik.rng import stream
from realpolitik.theory.arrays import Array
from realpolitik.theory.base import Theory
from realpolitik.theory.inputs import Inputs, check
from realpolitik.theory.parameter import Sizes, labels

GRADIENT_LIMIT = 1e-5  # of the mean loss; fits stopped earlier gave wrong slopes and scores
ITERATIONS = 3000
SAME_PEAK = 1e-2  # nats: starts this close in log posterior found the same peak
START_SCALE = 0.5  # starts after the first are drawn with half the spread of the prior


@dataclass(frozen=True, slots=True)
class Fit:
    """A theory fitted.  V free values.

    theory, sizes
    vector : (V,)                most probable unbounded values
    covariance : (V, V)          of the unbounded values, by Laplace's method
    names : (V,)                 `name` or `name[index]`
    log_posterior : float        at the peak, nats
    gradient : float             largest element of the gradient of the mean loss
    readings, starts, agreeing : int
        Readings used; starts tried; starts that ended at this peak.
    """

    theory: Theory
    sizes: Sizes
    vector: np.ndarray
    covariance: np.ndarray
    names: tuple[str, ...]
    log_posterior: float
    gradient: float
    readings: int
    starts: int
    agreeing: int

    def params(self) -> dict[str, Array]:
        """Return all parameters on their own scales, free and fixed."""
        return dict(self.theory.params(self.vector, self.sizes))

    def estimate(self, name: str) -> tuple[float, float]:
        """Return an unbounded value, such as a slope's, and its standard error."""
        place = self.names.index(name)
        return float(self.vector[place]), float(np.sqrt(self.covariance[place, place]))


def starting_points(theory: Theory, sizes: Sizes, starts: int, seed: int) -> list[np.ndarray]:
    """Return the centre of the prior, then draws around it."""
    points = []
    for start in range(starts):
        generator = stream(seed, "start", start)
        scale = START_SCALE if start else 0.0
        parts = [
            row.prior.centre
            + scale * (row.prior.draw(generator, row.shape(sizes)) - row.prior.centre)
            for row in theory.parameters(sizes)
        ]
        points.append(np.concatenate([np.ravel(part) for part in parts]))
    return points


def climb(theory: Theory, inputs: Inputs, start: np.ndarray) -> tuple[float, np.ndarray, float]:
    """Climb to a peak by L-BFGS; return the mean loss, the place and the largest gradient."""
    found = minimize(
        functools.partial(_loss, theory, inputs),
        start,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": ITERATIONS, "maxfun": 2 * ITERATIONS, "ftol": 0.0, "gtol": 1e-7},
    )
    return float(found.fun), np.asarray(found.x), float(np.max(np.abs(found.jac)))


def _loss(theory: Theory, inputs: Inputs, vector: np.ndarray) -> tuple[float, np.ndarray]:
    return loss_and_gradient(theory, vector, inputs)


def laplace(theory: Theory, vector: np.ndarray, inputs: Inputs) -> np.ndarray:
    """Covariance of the unbounded values: the inverse of the curvature at the peak.

    Raises
    ------
    ConvergenceError
        If the curvature is not positive definite: the place is no peak.
    """
    bend = curvature(theory, vector, inputs)
    lowest = float(np.linalg.eigvalsh(bend)[0])
    if not lowest > 0:
        msg = f"{theory.name}: not a peak, the curvature has eigenvalue {lowest:.3g}. Add starts."
        raise ConvergenceError(msg)
    return np.asarray(np.linalg.inv(bend))


def fit(theory: Theory, inputs: Inputs, *, seed: int, starts: int = 10) -> Fit:
    """Fit a theory: highest log posterior over several starts, then Laplace's method.

    Offsets and leaders' images are integrated out, so only the global parameters are fitted.

    Parameters
    ----------
    seed : int
        Names the random starts.
    starts : int
        Number of starts; the first is the centre of the prior.

    Raises
    ------
    PanelError
        If the inputs break their rules.
    ConvergenceError
        If the gradient at the best place is not flat, or the place is no peak.
    """
    check(inputs)
    sizes = inputs.sizes
    climbed = [
        climb(theory, inputs, point) for point in starting_points(theory, sizes, starts, seed)
    ]
    loss, vector, gradient = min(climbed, key=lambda found: found[0])
    if not gradient < GRADIENT_LIMIT:
        msg = (
            f"{theory.name}: the largest gradient of the mean loss is {gradient:.2g} after "
            f"{starts} starts, not below {GRADIENT_LIMIT:g}."
        )
        raise ConvergenceError(msg)
    readings = reading_count(inputs)
    agreeing = sum((other - loss) * readings < SAME_PEAK for other, _, _ in climbed)
    return Fit(
        theory=theory,
        sizes=sizes,
        vector=vector,
        covariance=laplace(theory, vector, inputs),
        names=labels(theory.parameters(sizes), sizes),
        log_posterior=-loss * readings,
        gradient=gradient,
        readings=readings,
        starts=starts,
        agreeing=agreeing,
    )
