"""Hamiltonian Monte Carlo in the metric of the posterior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from realpolitik.measures.ideal_points.design import Floats
from realpolitik.measures.ideal_points.metric import Metric, build_metric
from realpolitik.measures.ideal_points.posterior import Model, evaluate

KICK = 0.21178
"""Share of the first kick in the two-stage scheme of Blanes, Casas and Sanz-Serna (2014)."""
QUARTER = float(np.pi / 2)
"""Length of a trajectory: a quarter turn of a harmonic oscillator forgets where it started."""
ACCEPT, GAIN, LARGEST = 0.8, 1.0, 1.2
"""Wanted acceptance, speed of learning the step, and a step well inside stability (2.5)."""
FIRST_STEP = 0.15
APPROACH, SETTLE = 20, 15
"""Warm-up transitions before and after the metric is built anew."""
FARTHEST = 100.0
"""A parameter beyond this means that the trajectory diverged."""
LONGEST = 12
"""Most steps of a trajectory during the approach."""


@dataclass(slots=True)
class Place:
    """Where a chain is: the parameters, minus the log posterior there and its gradient."""

    q: Floats
    value: float
    gradient: Floats


class StepSize:
    """Stochastic search for the step with the wanted acceptance (Robbins and Monro 1951)."""

    def __init__(self, first: float) -> None:
        self.current = first
        self.total, self.count = 0.0, 0

    def learn(self, acceptance: float) -> None:
        """Take in the acceptance of one transition."""
        self.count += 1
        gain = GAIN / np.sqrt(self.count)
        self.current = min(LARGEST, self.current * float(np.exp(gain * (acceptance - ACCEPT))))
        self.total += float(np.log(self.current))

    def settled(self) -> float:
        """Return the geometric mean of the steps tried."""
        return float(np.exp(self.total / self.count))


def at(model: Model, q: Floats) -> Place:
    """Evaluate the posterior at one point."""
    return Place(q, *evaluate(model, q))


def move(
    model: Model, metric: Metric, place: Place, step: float, count: int, rng: np.random.Generator
) -> tuple[Place, float]:
    """One transition: draw a velocity, follow the flow `count` steps, accept or stay.

    Returns
    -------
    tuple
        The new place and the acceptance probability.
    """
    velocity = metric.draw(rng)
    momentum = metric.multiply(velocity)
    energy = place.value + 0.5 * float(momentum @ velocity)
    q, gradient, value = place.q, place.gradient, place.value
    momentum = momentum - KICK * step * gradient
    for number in range(count):
        q = q + 0.5 * step * metric.solve(momentum)
        if not np.abs(q).max() < FARTHEST:
            return place, 0.0
        _, gradient = evaluate(model, q, value=False)
        momentum = momentum - (1.0 - 2.0 * KICK) * step * gradient
        q = q + 0.5 * step * metric.solve(momentum)
        if not np.abs(q).max() < FARTHEST:
            return place, 0.0
        last = number == count - 1
        value, gradient = evaluate(model, q, value=last)
        momentum = momentum - (1.0 if last else 2.0) * KICK * step * gradient
    moved = value + 0.5 * float(momentum @ metric.solve(momentum))
    acceptance = float(np.exp(min(0.0, energy - moved))) if np.isfinite(moved) else 0.0
    if rng.random() < acceptance:
        return Place(q, value, gradient), acceptance
    return place, acceptance


def run_chain(
    model: Model, q: Floats, metric: Metric, rng: np.random.Generator, draws: int
) -> tuple[Floats, Floats]:
    """Run one chain: approach, new metric, settle, sample.

    Parameters
    ----------
    q : ndarray, shape (P,)
        Where the search ended; the chain starts a posterior draw away from it.
    metric : Metric
        Built at `q`.
    draws : int
        Transitions kept.

    Returns
    -------
    tuple
        Draws, shape (draws, P), and acceptance probabilities, shape (draws,).
    """
    place = at(model, q + metric.draw(rng))
    size = StepSize(FIRST_STEP)
    recent = np.zeros_like(q)
    for number in range(APPROACH):
        count = min(LONGEST, max(1, round(QUARTER * rng.uniform(0.3, 0.6) / size.current)))
        place, acceptance = move(model, metric, place, size.current, count, rng)
        size.learn(acceptance)
        if number >= APPROACH // 2:
            recent += place.q / (APPROACH - APPROACH // 2)
    metric = build_metric(model, recent)
    size = StepSize(size.current)
    for _ in range(SETTLE):
        place, acceptance = move(model, metric, place, size.current, _steps(size.current, rng), rng)
        size.learn(acceptance)
    step = size.settled()
    kept, accepted = np.empty((draws, len(q))), np.empty(draws)
    for number in range(draws):
        place, accepted[number] = move(model, metric, place, step, _steps(step, rng), rng)
        kept[number] = place.q
    return kept, accepted


def _steps(step: float, rng: np.random.Generator) -> int:
    return int(max(1, min(4 * LONGEST, round(QUARTER * rng.uniform(0.7, 1.3) / step))))
