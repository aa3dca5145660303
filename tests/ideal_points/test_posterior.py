"""Density, gradient and metric against plain formulas."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.stats import norm

from realpolitik.measures.ideal_points.design import NO, YES, Votes, arrange, link_roll_calls
from realpolitik.measures.ideal_points.metric import build_metric
from realpolitik.measures.ideal_points.posterior import (
    SCALE_SD,
    START_SD,
    Model,
    add_path_prior,
    build_model,
    evaluate,
    interval,
    mills,
)

DENSITY = 1e-8  # relative; sums of a few hundred logarithms of double precision
TABLE = 2e-7  # error of linear interpolation at 1/512: step^2 / 8 times the largest curvature
SLOPE = 2e-4  # forward differences of a function of size 1e3
EXACT = 1e-9
FEW = 6  # Monte Carlo standard errors
NO_BRIDGES = np.empty((0, 2), dtype=np.int64)


def plain_density(model: Model, votes: Votes, q: np.ndarray) -> float:
    """Minus the log posterior, vote by vote, from the definition."""
    design = model.design
    theta, beta, first, gap = model.split(q)
    wide = {int(item): float(np.exp(value)) for item, value in zip(design.wide, gap, strict=True)}
    node = {
        (int(s), int(design.years[t])): k
        for k, (s, t) in enumerate(zip(design.node_state, design.node_year, strict=True))
    }
    total = 0.0
    for s, v, y in zip(votes.state, votes.roll_call, votes.choice, strict=True):
        item = design.item_of[v]
        if item < 0:
            continue
        eta = beta[item] * theta[node[int(s), int(votes.years[v])]]
        lowest = y == YES or not design.chosen[item, 0]
        if lowest:
            total += norm.logcdf(first[item] - eta)
        elif y == NO or not design.chosen[item, 2]:
            total += norm.logsf(first[item] + wide.get(int(item), 0.0) - eta)
        else:
            low, high = first[item] - eta, first[item] + wide[int(item)] - eta
            total += np.log(norm.cdf(high) - norm.cdf(low))
    total += norm.logpdf(beta).sum() + gap.sum()
    counts = design.node_votes
    for k, before in enumerate(design.previous):
        if before < 0:
            total += norm.logpdf(theta[k], 0.0, START_SD)
        else:
            sd = np.sqrt(0.5 * counts[k] / (counts[k] + counts[before]))
            total += norm.logpdf(theta[k], theta[before], sd)
    total += norm.logpdf(theta.mean(), 0.0, SCALE_SD)
    year = design.node_year
    apart = theta - np.array([theta[year == t].mean() for t in year])
    total += norm.logpdf((apart**2).mean(), 1.0, SCALE_SD)
    return -total


@pytest.fixture(scope="module")
def small(assembly):
    votes = assembly(4, 7, 3, 8)[1]
    model = build_model(arrange(votes, np.array([[101, 110], [110, 118]])))
    rng = np.random.default_rng(2)
    theta = rng.normal(size=model.nodes)
    q = 0.4 * rng.normal(size=model.size)
    q[: model.nodes] = 1.02 * (theta - theta.mean()) / theta.std() + 0.01
    return votes, model, q


def test_density_is_the_definition(small):
    votes, model, q = small
    other = q + 0.05 * np.random.default_rng(8).normal(size=model.size)
    found = evaluate(model, q)[0] - evaluate(model, other)[0]
    wanted = plain_density(model, votes, q) - plain_density(model, votes, other)
    assert abs(wanted) > 1.0
    np.testing.assert_allclose(found, wanted, rtol=DENSITY)


def test_gradient_is_the_slope(small):
    _, model, q = small
    slope = approx_fprime(q, lambda x: evaluate(model, x)[0], 1e-6)
    # the pseudo-observations of the scale have a curvature of 1 / SCALE_SD^2 / N^2
    np.testing.assert_allclose(evaluate(model, q)[1], slope, rtol=1e-3, atol=0.2)
    no_scale = slice(model.nodes, None)
    np.testing.assert_allclose(evaluate(model, q)[1][no_scale], slope[no_scale], atol=SLOPE)


@pytest.mark.parametrize(("low", "high"), [(-0.4, 0.9), (2.0, 2.3), (-9.1, -8.7), (9.0, 9.5)])
def test_interval_in_the_tails(low, high):
    value, at_high, at_low = interval(np.array([high]), np.array([low]))
    tail = norm.sf if low > 0 else norm.cdf
    chance = abs(tail(high) - tail(low))
    np.testing.assert_allclose(value, np.log(chance), rtol=EXACT)
    np.testing.assert_allclose(at_high, norm.pdf(high) / chance, rtol=EXACT)
    np.testing.assert_allclose(at_low, norm.pdf(low) / chance, rtol=EXACT)


def test_mills_ratio():
    x = np.linspace(-14.0, 15.0, 4001)
    np.testing.assert_allclose(mills(x), np.exp(norm.logpdf(x) - norm.logcdf(x)), atol=TABLE)


def test_metric_is_one_matrix(small):
    _, model, q = small
    metric = build_metric(model, q)
    unit = np.eye(model.size)
    matrix = np.stack([metric.multiply(row) for row in unit])
    inverse = np.stack([metric.solve(row) for row in unit])
    np.testing.assert_allclose(matrix @ inverse, unit, atol=1e-6)
    rng = np.random.default_rng(5)
    draws = np.stack([metric.draw(rng) for _ in range(4000)])
    along = draws @ rng.normal(size=model.size)
    assert np.linalg.eigvalsh((matrix + matrix.T) / 2).min() > 0.0
    rng = np.random.default_rng(5)
    for _ in range(4000):
        metric.draw(rng)
    weights = rng.normal(size=model.size)
    variance = weights @ inverse @ weights
    error = FEW * variance * np.sqrt(2 / 4000)
    np.testing.assert_allclose(along.var(), variance, atol=error)


def test_shift_of_a_year_leaves_its_votes_alone(assembly):
    votes = assembly(6, 9, 3, 10)[1]
    model = build_model(arrange(votes, NO_BRIDGES))
    q = 0.5 * np.random.default_rng(3).normal(size=model.size)
    moves = build_metric(model, q).moves.toarray()
    shifted = q + 0.3 * moves[:, 1]

    def votes_only(x: np.ndarray) -> float:
        return evaluate(model, x)[0] - add_path_prior(
            model, x[: model.nodes], np.zeros(model.nodes)
        )

    in_year = model.design.node_year == 1
    np.testing.assert_allclose((shifted - q)[: model.nodes], 0.3 * in_year, atol=EXACT)
    np.testing.assert_allclose(votes_only(shifted), votes_only(q), rtol=DENSITY)


def test_links_join_chains():
    calls = np.array([30, 10, 20, 40])
    label = link_roll_calls(calls, np.array([[10, 20], [20, 40], [40, 99]]))
    assert label[1] == label[2] == label[3] != label[0]
