"""The most probable parameters, found from several starts, with standard errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from realpolitik.errors import ConvergenceError
from realpolitik.inference.objective import (
    curvature,
    loss_and_gradient,
    one_sided_curvature,
    reading_count,
)
from realpolitik.rng import stream
from realpolitik.theory.arrays import Array
from realpolitik.theory.base import Theory
from realpolitik.theory.inputs import Inputs, check
from realpolitik.theory.parameter import Sizes, labels

GRADIENT_LIMIT = 1e-5  # of the mean loss; fits stopped earlier gave wrong slopes and scores
ITERATIONS = 3000
FLAT = 1e-3  # of the loss in nats, along one standard deviation
HALFWAY = 40  # iterations before the curvature is measured
PRIOR_SHARE = 0.1
LEAST_BEND = 1.0  # nats a unit squared: no guess of a standard deviation is above 1
FORBIDDEN = 1e10  # nats: where the density overflows, so that a climb turns back
SAME_PEAK = 1e-2  # nats: starts this close in log posterior found the same peak
START_SCALE = 0.5  # starts after the first are drawn with half the spread of the prior
FIRST_SCALE = 0.1  # the first lies near the centre, not on it: a stimulus of zero is a kink


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
    """Return a place near the centre of the prior, then draws around it."""
    points = []
    for start in range(starts):
        generator = stream(seed, "start", start)
        scale = START_SCALE if start else FIRST_SCALE
        parts = [
            row.prior.centre
            + scale * (row.prior.draw(generator, row.shape(sizes)) - row.prior.centre)
            for row in theory.parameters(sizes)
        ]
        points.append(np.concatenate([np.ravel(part) for part in parts]))
    return points


@dataclass(frozen=True, slots=True)
class Peak:
    """Where a climb ended.

    loss : float            mean loss, nats a reading
    vector : (V,)
    gradient : float        largest element of the gradient of the mean loss
    """

    loss: float
    vector: np.ndarray
    gradient: float


def climb(
    theory: Theory,
    inputs: Inputs,
    start: np.ndarray,
    spread: np.ndarray,
    iterations: int = ITERATIONS,
) -> Peak:
    """Climb towards a peak by L-BFGS in the coordinates start + spread z.

    Parameters
    ----------
    spread : (V, V)
        Root of a guess of the covariance; a good one makes the climb short.
    """
    readings = reading_count(inputs)
    narrowest = float(np.linalg.norm(spread, axis=0).min())
    flat = min(FLAT, 0.1 * GRADIENT_LIMIT * readings * narrowest)

    def loss(z: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = loss_and_gradient(theory, start + spread @ z, inputs)
        if not (np.isfinite(value) and np.all(np.isfinite(gradient))):
            return FORBIDDEN, np.zeros(len(z))
        return readings * value, readings * (spread.T @ gradient)

    found = minimize(
        loss,
        np.zeros(len(start)),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": iterations, "maxfun": 2 * ITERATIONS, "ftol": 0.0, "gtol": flat},
    )
    vector = start + spread @ np.asarray(found.x)
    value, gradient = loss_and_gradient(theory, vector, inputs)
    return Peak(float(value), vector, float(np.max(np.abs(gradient))))


def guess_spread(theory: Theory, inputs: Inputs, vector: np.ndarray) -> np.ndarray:
    """Root of the inverse curvature at a place on the way, its eigenvalues kept positive."""
    bend, axes = np.linalg.eigh(one_sided_curvature(theory, vector, inputs))
    return np.asarray(axes / np.sqrt(np.maximum(np.abs(bend), LEAST_BEND)))


def prior_spread(theory: Theory, sizes: Sizes) -> np.ndarray:
    """Diagonal root of a first guess: a tenth of the prior's spread."""
    scale = [
        np.full(row.shape(sizes), PRIOR_SHARE * row.prior.scale).ravel()
        for row in theory.parameters(sizes)
    ]
    return np.diag(np.concatenate(scale))


def first_peak(theory: Theory, inputs: Inputs, start: np.ndarray) -> tuple[Peak, np.ndarray]:
    """Climb a little, measure the curvature there, climb on; return the root of the guess too."""
    sizes = inputs.sizes
    halfway = climb(theory, inputs, start, prior_spread(theory, sizes), HALFWAY)
    spread = guess_spread(theory, inputs, halfway.vector)
    return climb(theory, inputs, halfway.vector, spread), spread


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


def _check_flat(theory: Theory, peak: Peak, starts: int) -> None:
    if not peak.gradient < GRADIENT_LIMIT:
        msg = (
            f"{theory.name}: the largest gradient of the mean loss is {peak.gradient:.2g} after "
            f"{starts} starts, not below {GRADIENT_LIMIT:g}."
        )
        raise ConvergenceError(msg)


def refit(near: Fit, inputs: Inputs) -> Peak:
    """Find the peak for other readings, starting from a fit whose peak is near.

    Raises
    ------
    ConvergenceError
        If the gradient where the climb ends is not flat.
    """
    values, axes = np.linalg.eigh(near.covariance)
    peak = climb(near.theory, inputs, near.vector, axes * np.sqrt(values))
    _check_flat(near.theory, peak, 1)
    return peak


def fit(theory: Theory, inputs: Inputs, *, seed: int, starts: int = 3) -> Fit:
    """Fit a theory: highest log posterior over several starts, then Laplace's method.

    Offsets and leaders' images are integrated out, so only the global parameters are fitted.

    Parameters
    ----------
    seed : int
        Names the random starts.
    starts : int
        Number of starts; the first is near the centre of the prior.

    Raises
    ------
    PanelError
        If the inputs break their rules.
    ConvergenceError
        If the gradient at the best place is not flat, or the place is no peak.
    """
    check(inputs)
    sizes = inputs.sizes
    points = starting_points(theory, sizes, starts, seed)
    first, spread = first_peak(theory, inputs, points[0])
    peaks = [first, *(climb(theory, inputs, point, spread) for point in points[1:])]
    best = min(peaks, key=lambda peak: peak.loss)
    _check_flat(theory, best, starts)
    readings = reading_count(inputs)
    agreeing = sum((peak.loss - best.loss) * readings < SAME_PEAK for peak in peaks)
    return Fit(
        theory=theory,
        sizes=sizes,
        vector=best.vector,
        covariance=laplace(theory, best.vector, inputs),
        names=labels(theory.parameters(sizes), sizes),
        log_posterior=-best.loss * readings,
        gradient=best.gradient,
        readings=readings,
        starts=starts,
        agreeing=agreeing,
    )
