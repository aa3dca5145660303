"""Ideal points beside a plain Gibbs sampler of the same model: seconds per effective draw.

The peer in R (MCMCpack) is not part of this environment and is not measured. The plain sampler
here does what such programs do (data augmentation, one block at a time, thresholds by Metropolis)
with NumPy, on the same simulated assembly, in the same run.
"""

from __future__ import annotations

import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded

import numpy as np
from scipy.special import ndtr, ndtri

from realpolitik.measures.ideal_points import Votes, estimate
from realpolitik.measures.ideal_points.design import arrange
from realpolitik.measures.ideal_points.diagnostics import effective_draws
from realpolitik.measures.ideal_points.linking import link_years

STATES, YEARS, CALLS = 100, 6, 60
SWEEPS, FORGET = 1500, 500
PROPOSAL = 0.2 / 3  # of the authors' Metropolis step
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
    """Draws of all positions, shape (1, K, N), linked and standardised as ours."""
    design = arrange(votes, np.empty((0, 2), dtype=np.int64))
    item = design.item_of[votes.roll_call]
    keep = item >= 0
    item, choice = item[keep], votes.choice[keep]
    year = np.searchsorted(design.years, votes.years[votes.roll_call[keep]])
    key = design.node_state * len(design.years) + design.node_year
    node = np.searchsorted(key, votes.state[keep] * len(design.years) + year)
    nodes, items = len(key), design.items
    theta = generator.normal(size=nodes)
    beta = np.zeros(items)
    cuts = np.stack([np.full(items, -0.3), np.full(items, 0.3)])
    before = design.previous >= 0
    after = np.full(nodes, -1)
    after[design.previous[before]] = np.flatnonzero(before)
    kept = np.empty((SWEEPS - FORGET, nodes))

    def bounds(g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        low = np.where(choice == 1, -np.inf, np.where(choice == 2, g[0][item], g[1][item]))
        high = np.where(choice == 3, np.inf, np.where(choice == 2, g[1][item], g[0][item]))
        return low, high

    for sweep in range(SWEEPS):
        eta = beta[item] * theta[node]
        trial = np.sort(cuts + PROPOSAL * generator.normal(size=cuts.shape), axis=0)
        old, new = bounds(cuts), bounds(trial)
        gain = np.log(np.maximum(ndtr(new[1] - eta) - ndtr(new[0] - eta), EDGE))
        gain -= np.log(np.maximum(ndtr(old[1] - eta) - ndtr(old[0] - eta), EDGE))
        taken = np.log(generator.random(items)) < np.bincount(item, gain, items)
        cuts[:, taken] = trial[:, taken]
        low, high = bounds(cuts)
        at_low, at_high = ndtr(low - eta), ndtr(high - eta)
        share = at_low + generator.random(len(eta)) * (at_high - at_low)
        z = eta + ndtri(np.clip(share, EDGE, 1 - EDGE))
        precision = 1.0 + np.bincount(item, theta[node] ** 2, items)
        beta = np.bincount(item, theta[node] * z, items) / precision
        beta += generator.normal(size=items) / np.sqrt(precision)
        for parity in (0, 1):  # a state-year given its neighbours in time
            precision = (
                np.bincount(node, beta[item] ** 2, nodes) + 4.0 * before + 4.0 * (after >= 0)
            )
            mean = np.bincount(node, beta[item] * z, nodes)
            mean += 4.0 * np.where(before, theta[design.previous], 0.0)
            mean += 4.0 * np.where(after >= 0, theta[after], 0.0)
            fresh = mean / precision + generator.normal(size=nodes) / np.sqrt(precision)
            theta = np.where(design.node_year % 2 == parity, fresh, theta)
        theta = (theta - theta.mean()) / theta.std()
        if sweep >= FORGET:
            kept[sweep - FORGET] = theta
    origin, unit = link_years(design, kept)
    kept = (kept - origin[:, design.node_year]) / unit[:, design.node_year]
    return kept[None]


def main() -> None:
    """Print the cost of an effective draw of both samplers."""
    generator = np.random.default_rng(5)
    votes = assembly(generator)
    clock = time.process_time()
    points = estimate(votes, draws=100)
    ours = time.process_time() - clock
    clock = time.process_time()
    draws = plain_gibbs(votes, generator)
    plain = time.process_time() - clock
    print(f"{len(votes.state)} votes, {STATES} states, {YEARS} years; processor seconds")
    print(f"{'sampler':24}{'seconds':>9}{'median effective':>18}{'ms per draw':>13}")
    cost = []
    for name, seconds, worth in (
        ("Hamiltonian", ours, np.nanmedian(points.effective)),
        ("plain Gibbs", plain, np.median(effective_draws(draws))),
    ):
        cost.append(1000 * seconds / worth)
        print(f"{name:24}{seconds:9.1f}{worth:18.0f}{cost[-1]:13.1f}")
    print(f"ratio {cost[1] / cost[0]:.1f}")


if __name__ == "__main__":
    main()
