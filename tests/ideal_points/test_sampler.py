"""The sampler against a plain reference: random-walk Metropolis, one coordinate at a time."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import log_ndtr

from realpolitik import rng
from realpolitik.measures.ideal_points import search
from realpolitik.measures.ideal_points.design import arrange, first_positions
from realpolitik.measures.ideal_points.diagnostics import effective_draws
from realpolitik.measures.ideal_points.metric import build_metric
from realpolitik.measures.ideal_points.posterior import (
    SCALE_SD,
    START_SD,
    Model,
    build_model,
)
from realpolitik.measures.ideal_points.sampler import run_chain

FEW = 5  # Monte Carlo standard errors; about 30 quantities are compared
DRAWS = 200
WALKERS, SWEEPS, FORGET = 60, 450, 150
TURNS = 5  # rotations of all positions in a sweep


def log_density(model: Model, q: np.ndarray) -> np.ndarray:
    """Log posterior of many points at once, shape (walkers,); q has shape (P, walkers)."""
    design = model.design
    n, j = model.nodes, design.items
    theta, beta, first, gap = q[:n], q[n : n + j], q[n + j : n + 2 * j], q[n + 2 * j :]
    last = first.copy()
    last[design.wide] += np.exp(gap)
    eta = beta[design.end_item] * theta[design.end_node]
    lowest = design.end_sign[:, None] > 0
    x = np.where(lowest, first[design.end_item] - eta, eta - last[design.end_item])
    total = log_ndtr(x).sum(axis=0) + gap.sum(axis=0)
    item = design.wide[design.middle_item]
    eta = beta[item] * theta[design.middle_node]
    upper, lower = log_ndtr(last[item] - eta), log_ndtr(first[item] - eta)
    total += (upper + np.log1p(-np.exp(lower - upper))).sum(axis=0)
    total -= 0.5 * (beta**2).sum(axis=0)
    for k, before in enumerate(design.previous):
        if before < 0:
            total -= 0.5 * (theta[k] / START_SD) ** 2
        else:
            total -= 0.5 * (theta[k] - theta[before]) ** 2 / model.step_variance[k]
    total -= 0.5 * (theta.mean(axis=0) / SCALE_SD) ** 2
    apart = theta - year_means(model, theta)
    return total - 0.5 * (((apart**2).mean(axis=0) - 1.0) / SCALE_SD) ** 2


def year_means(model: Model, theta: np.ndarray) -> np.ndarray:
    year = model.design.node_year
    return np.stack([theta[year == t].mean(axis=0) for t in range(year.max() + 1)])[year]


def turned(model: Model, theta: np.ndarray, kick: np.ndarray) -> np.ndarray:
    """Move positions without changing what the scale holds: a symmetric proposal."""
    apart = theta - year_means(model, theta)
    moved = apart + kick - year_means(model, kick)
    moved *= np.sqrt((apart**2).sum(axis=0) / (moved**2).sum(axis=0))
    means = year_means(model, theta + kick) - kick.mean(axis=0)
    return moved + means


def reference(model: Model, q: np.ndarray) -> np.ndarray:
    """States of the walkers after burn-in, shape (sweeps, P, walkers)."""
    draw = np.random.default_rng(11)
    n = model.nodes
    state = np.repeat(q[:, None], WALKERS, axis=1)
    state[n:] += 0.3 * draw.normal(size=(len(q) - n, WALKERS))
    value = log_density(model, state)
    kept = np.zeros((SWEEPS - FORGET, len(q), WALKERS))
    for sweep in range(SWEEPS):
        for k in range(n - TURNS, len(q)):
            proposal = state.copy()
            if k < n:
                kick = np.exp(draw.uniform(-3, 0, WALKERS)) * draw.normal(size=(n, WALKERS))
                proposal[:n] = turned(model, state[:n], kick)
            else:
                proposal[k] += 1.2 * draw.normal(size=WALKERS)
            found = log_density(model, proposal)
            taken = np.log(draw.random(WALKERS)) < found - value
            state[:, taken], value[taken] = proposal[:, taken], found[taken]
        if sweep >= FORGET:
            kept[sweep - FORGET] = state
    return kept


@pytest.mark.nightly
def test_sampler_draws_from_the_posterior(assembly):
    votes = assembly(21, 5, 2, 4)[1]
    model = build_model(arrange(votes, np.array([[100, 105]])))
    q = search.start(model, first_positions(model.design))
    metric = build_metric(model, q)
    kept = np.stack(
        [run_chain(model, q, metric, rng.stream(3, "test", c), DRAWS)[0] for c in range(2)]
    )
    plain = reference(model, q)
    for moment in (np.array, np.square):
        ours, theirs = moment(kept), moment(plain)
        worth = np.minimum(effective_draws(ours), 2 * DRAWS)
        by_walker = theirs.mean(axis=0)
        error = np.sqrt(ours.var(axis=(0, 1)) / worth + by_walker.var(axis=1) / WALKERS)
        apart = (ours.mean(axis=(0, 1)) - by_walker.mean(axis=1)) / error
        assert np.abs(apart).max() < FEW
    assert kept[:, :, 0].std() > 0.05
