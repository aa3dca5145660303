"""The sampler against a plain reference: random-walk Metropolis, one coordinate at a time."""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr

from realpolitik import rng
from realpolitik.measures.ideal_points import search
from realpolitik.measures.ideal_points.design import Design, arrange, first_positions
from realpolitik.measures.ideal_points.diagnostics import effective_draws
from realpolitik.measures.ideal_points.metric import build_metric
from realpolitik.measures.ideal_points.posterior import SCALE_SD, START_SD, Model, build_model
from realpolitik.measures.ideal_points.sampler import run_chain

FEW = 5  # Monte Carlo standard errors; about 30 quantities are compared
DRAWS = 600
WALKERS, SWEEPS, FORGET = 300, 900, 300


def log_density(model: Model, q: np.ndarray) -> np.ndarray:
    """Log posterior of many points at once, shape (walkers,); q has shape (P, walkers)."""
    design: Design = model.design
    n, j = model.nodes, design.items
    theta, beta, first, gap = q[:n], q[n : n + j], q[n + j : n + 2 * j], q[n + 2 * j :]
    last = first.copy()
    last[design.wide] += np.exp(gap)
    eta = beta[design.end_item] * theta[design.end_node]
    lowest = design.end_sign[:, None] > 0
    x = np.where(lowest, first[design.end_item] - eta, eta - last[design.end_item])
    total = log_ndtr(x).sum(axis=0) - 0.5 * (beta**2).sum(axis=0) + gap.sum(axis=0)
    item = design.wide[design.middle_item]
    eta = beta[item] * theta[design.middle_node]
    upper, lower = log_ndtr(last[item] - eta), log_ndtr(first[item] - eta)
    total += (upper + np.log1p(-np.exp(lower - upper))).sum(axis=0)
    for k, before in enumerate(design.previous):
        if before < 0:
            total -= 0.5 * (theta[k] / START_SD) ** 2
        else:
            total -= 0.5 * (theta[k] - theta[before]) ** 2 / model.step_variance[k]
    total -= 0.5 * (theta.mean(axis=0) / SCALE_SD) ** 2
    return total - 0.5 * (((theta**2).mean(axis=0) - 1.0) / SCALE_SD) ** 2


def reference(model: Model, q: np.ndarray) -> np.ndarray:
    """Walkers over the posterior, shape (walkers, P): mean of each and of its square over sweeps.

    Positions move along pairs of directions that keep mean and mean square almost fixed, because
    the scale is held so tightly; all else moves one coordinate at a time.
    """
    draw = np.random.default_rng(11)
    n = model.nodes
    state = np.repeat(q[:, None], WALKERS, axis=1)
    state[n:] += 0.3 * draw.normal(size=(len(q) - n, WALKERS))
    value = log_density(model, state)
    kept = np.zeros((SWEEPS - FORGET, len(q), WALKERS))
    for sweep in range(SWEEPS):
        for k in range(len(q)):
            proposal = state.copy()
            if k < n:
                kick = 0.35 * draw.normal(size=(n, WALKERS)) / np.sqrt(n)
                theta = state[:n] + kick
                # a rotation on the sphere of mean 0 and the same mean square, and its reverse
                theta -= theta.mean(axis=0) - state[:n].mean(axis=0)
                centred = state[:n] - state[:n].mean(axis=0)
                moved = theta - state[:n].mean(axis=0)
                moved *= np.sqrt((centred**2).sum(axis=0) / (moved**2).sum(axis=0))
                proposal[:n] = moved + state[:n].mean(axis=0)
            else:
                proposal[k] += 0.9 * draw.normal(size=WALKERS)
            found = log_density(model, proposal)
            taken = np.log(draw.random(WALKERS)) < found - value
            state[:, taken], value[taken] = proposal[:, taken], found[taken]
        if sweep >= FORGET:
            kept[sweep - FORGET] = state
    return kept


def test_sampler_draws_from_the_posterior(assembly):
    votes = assembly(21, 6, 2, 7)[1]
    model = build_model(arrange(votes, np.array([[100, 108]])))
    q = search.start(model, first_positions(model.design))
    metric = build_metric(model, q)
    kept = np.stack(
        [run_chain(model, q, metric, rng.stream(3, "test", c), DRAWS)[0] for c in range(2)]
    )
    plain = reference(model, q)
    positions = slice(0, model.nodes)
    for moment in (lambda x: x, lambda x: x**2):
        ours, theirs = moment(kept), moment(plain)
        worth = np.minimum(effective_draws(ours), DRAWS * 2)
        by_walker = theirs.mean(axis=0)
        error = np.sqrt(
            ours.var(axis=(0, 1)) / worth + by_walker.var(axis=1) / WALKERS
        )
        apart = (ours.mean(axis=(0, 1)) - by_walker.mean(axis=1)) / error
        assert np.abs(apart[positions]).max() < FEW
        assert np.abs(apart).max() < FEW
    assert kept[:, :, 0].std() > 0.05
