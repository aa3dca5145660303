"""Ideal points beside a plain program of the same sampler: seconds per effective draw.

The peer in R (MCMCpack, and the authors' own program) is not part of this environment and is not
measured. The plain program here is written as theirs is, with a loop over state-years and one over
resolutions in every sweep and whole vectors inside; the same simulated assembly, the same run.
"""

from __future__ import annotations

import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded

import numpy as np
from scipy.special import ndtr, ndtri

from realpolitik.measures.ideal_points import Votes, estimate
from realpolitik.measures.ideal_points.design import arrange, first_positions
from realpolitik.measures.ideal_points.diagnostics import effective_draws
from realpolitik.measures.ideal_points.sampler import PROPOSAL, build_model

STATES, YEARS, CALLS = 100, 6, 60
SWEEPS, FORGET = 700, 400
EDGE = 1e-12


def assembly(generator: np.random.Generator) -> Votes:
    """Simulate votes from the model."""
    theta = generator.normal(size=(STATES, 1)) + 0.3 * generator.normal(size=(STATES, YEARS))
    year = np.repeat(np.arange(YEARS), CALLS)
    beta = generator.normal(size=len(year))
    first = generator.normal(size=len(year))
    last = first + generator.exponential(0.6, len(year))
    z = beta * theta[:, year] + generator.normal(size=(STATES, len(year)))
    choice = 1 + (z > first) + (z > last)
    state, call = np.nonzero(generator.random(choice.shape) < 0.9)
    names = ("USA", *(f"S{k:03d}" for k in range(1, STATES)))
    return Votes(state, call, choice[state, call], names, np.arange(len(year)), 1990 + year)


def plain_gibbs(votes: Votes, generator: np.random.Generator) -> np.ndarray:
    """Draws of all positions, shape (1, K, N)."""
    design = arrange(votes, np.empty((0, 2), dtype=np.int64))
    model = build_model(design)
    item = np.concatenate([design.end_item, design.middle_item])
    node = np.concatenate([design.end_node, design.middle_node])
    side = np.concatenate([design.end_sign, np.zeros(len(design.middle_item))])
    of_item = [np.flatnonzero(item == j) for j in range(design.items)]
    of_node = [np.flatnonzero(node == i) for i in range(len(model.anchor))]
    theta = first_positions(design)
    expected, beta = theta.copy(), np.zeros(design.items)
    cuts = np.array([[-0.5, 0.5]] * design.items)
    z = side * -1.0
    kept = np.empty((SWEEPS - FORGET, len(theta)))

    def bounds(g: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        low = np.where(chosen > 0, -np.inf, np.where(chosen < 0, g[1], g[0]))
        high = np.where(chosen < 0, np.inf, np.where(chosen > 0, g[0], g[1]))
        return low, high

    for sweep in range(SWEEPS):
        prior = expected[model.anchor]
        for i, own in enumerate(of_node):
            slope = beta[item[own]]
            precision = slope @ slope + model.precision[i]
            expected[i] = (slope @ z[own] + model.precision[i] * prior[i]) / precision
            theta[i] = expected[i] + generator.normal() / np.sqrt(precision)
        theta = np.clip(theta, -5.0, 5.0)
        theta = (theta - theta.mean()) / theta.std(ddof=1)
        for j, own in enumerate(of_item):
            place, chosen = theta[node[own]], side[own]
            eta = beta[j] * place
            trial = cuts[j] + PROPOSAL * generator.normal(size=2)
            (low, high), (new_low, new_high) = bounds(cuts[j], chosen), bounds(trial, chosen)
            old = np.maximum(ndtr(high - eta) - ndtr(low - eta), EDGE)
            new = np.maximum(ndtr(new_high - eta) - ndtr(new_low - eta), EDGE)
            if trial[0] < trial[1] and np.log(generator.random()) < np.log(new / old).sum():
                cuts[j], low, high, old = trial, new_low, new_high, new
            share = ndtr(low - eta) + generator.random(len(own)) * old
            z[own] = eta + ndtri(np.clip(share, EDGE, 1 - EDGE))
            precision = 1.0 + place @ place
            beta[j] = place @ z[own] / precision + generator.normal() / np.sqrt(precision)
        if sweep >= FORGET:
            kept[sweep - FORGET] = theta
    return kept[None]


def main() -> None:
    """Print the cost of an effective draw of both samplers."""
    generator = np.random.default_rng(5)
    votes = assembly(generator)
    clock = time.process_time()
    points = estimate(votes, draws=SWEEPS - FORGET)
    ours = time.process_time() - clock
    clock = time.process_time()
    draws = plain_gibbs(votes, generator)
    plain = time.process_time() - clock
    print(f"{len(votes.state)} votes, {STATES} states, {YEARS} years; processor seconds")
    print(f"{'sampler':24}{'seconds':>9}{'median effective':>18}{'ms per draw':>13}")
    cost = []
    for name, seconds, worth in (
        ("realpolitik", ours, np.nanmedian(points.effective)),
        ("plain loops", plain, np.median(effective_draws(draws))),
    ):
        cost.append(1000 * seconds / worth)
        print(f"{name:24}{seconds:9.1f}{worth:18.0f}{cost[-1]:13.1f}")
    print(f"ratio {cost[1] / cost[0]:.1f}")


if __name__ == "__main__":
    main()
