"""Every block of the sampler against the conditional distribution it draws from."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, truncnorm

from realpolitik.measures.ideal_points.design import Votes, arrange, link_roll_calls
from realpolitik.measures.ideal_points.sampler import (
    SMOOTH,
    THRESHOLD_REACH,
    Chain,
    Model,
    build_model,
    chances,
    draw_discrimination,
    draw_latent,
    draw_positions,
    draw_thresholds,
    first_chain,
    predictors,
)

EXACT = 1e-10  # relative; sums of a few dozen products
FEW = 5  # Monte Carlo standard errors; some dozens of quantities are compared
NO_BRIDGES = np.empty((0, 2), dtype=np.int64)
REPEATS = 3000
SWEEPS, SETTLE, LAG = 12_000, 500, 100  # of the item block; LAG sweeps are taken as independent
WORTH = 0.15  # of a standard deviation: error of a mean of (SWEEPS - SETTLE) / LAG draws, and half


@pytest.fixture
def small(assembly) -> tuple[Votes, Model, Chain]:
    votes = assembly(4, 9, 3, 8)[1]
    model = build_model(arrange(votes, np.array([[101, 110], [110, 118]])))
    chain = first_chain(model, np.random.default_rng(2))
    return votes, model, chain


def by_vote(votes: Votes, model: Model) -> list[tuple[int, int, int]]:
    """Item, state-year and choice of every vote that counts, straight from the triplets."""
    design = model.design
    node = {
        (int(s), int(design.years[t])): k
        for k, (s, t) in enumerate(zip(design.node_state, design.node_year, strict=True))
    }
    rows = zip(votes.state, votes.roll_call, votes.choice, strict=True)
    return [
        (int(design.item_of[v]), node[int(s), int(votes.years[v])], int(y))
        for s, v, y in rows
        if design.item_of[v] >= 0
    ]


def latent_of(model: Model, chain: Chain) -> dict[tuple[int, int], list[float]]:
    design = model.design
    out: dict[tuple[int, int], list[float]] = {}
    for item, node, z in (
        *zip(design.end_item, design.end_node, chain.end, strict=True),
        *zip(design.middle_item, design.middle_node, chain.middle, strict=True),
    ):
        out.setdefault((int(item), int(node)), []).append(float(z))
    return out


def test_prior_looks_back_and_from_the_first_year_ahead(small):
    votes, model, _ = small
    design = model.design
    for k, (state, year) in enumerate(zip(design.node_state, design.node_year, strict=True)):
        own = np.flatnonzero(design.node_state == state)
        earlier = own[design.node_year[own] < year]
        other = earlier[-1] if len(earlier) else own[design.node_year[own] > year][0]
        assert model.anchor[k] == other
        n, before = design.node_votes[k], design.node_votes[other]
        np.testing.assert_allclose(1 / model.precision[k], SMOOTH * n / (n + before))
    assert design.node_votes.sum() == len(by_vote(votes, model))


def test_state_of_one_year_has_a_prior_at_the_origin(assembly):
    model = build_model(arrange(assembly(4, 9, 1, 12)[1], NO_BRIDGES))
    assert (model.anchor == -1).all()
    np.testing.assert_allclose(model.precision, 1 / SMOOTH)


def test_positions_given_latent_votes(small):
    votes, model, chain = small
    chain.expected = np.random.default_rng(3).normal(size=len(model.anchor))
    precision = model.precision.copy()
    total = precision * chain.expected[model.anchor]
    latent = latent_of(model, chain)
    for item, node, _ in by_vote(votes, model):
        precision[node] += chain.beta[item] ** 2
    for (item, node), drawn in latent.items():
        total[node] += chain.beta[item] * sum(drawn)
    prior = chain.expected.copy()
    draw = np.random.default_rng(7)
    thetas = np.empty((REPEATS, len(prior)))
    for k in range(REPEATS):
        chain.expected = prior
        draw_positions(model, chain, draw)
        thetas[k] = chain.theta
    np.testing.assert_allclose(chain.expected, total / precision, rtol=EXACT)
    np.testing.assert_allclose(thetas.mean(axis=1), 0.0, atol=EXACT)
    np.testing.assert_allclose(thetas.std(axis=1, ddof=1), 1.0, rtol=EXACT)
    plain = total / precision + draw.normal(size=thetas.shape) / np.sqrt(precision)
    plain = np.clip(plain, -5.0, 5.0)
    plain = (plain - plain.mean(axis=1, keepdims=True)) / plain.std(axis=1, ddof=1, keepdims=True)
    for moment in (np.array, np.square):
        ours, theirs = moment(thetas), moment(plain)
        error = np.sqrt((ours.var(axis=0) + theirs.var(axis=0)) / REPEATS)
        assert (np.abs(ours.mean(axis=0) - theirs.mean(axis=0)) < FEW * error).all()


def test_latent_votes_are_cut_normals(small):
    _, model, chain = small
    design = model.design
    chain.beta = np.random.default_rng(5).normal(size=design.items)
    eta = predictors(model, chain)
    chance = chances(model, chain.first, chain.last, eta)
    draw = np.random.default_rng(9)
    end, middle = [], []
    for _ in range(REPEATS):
        draw_latent(model, chain, eta, chance, draw)
        end.append(chain.end)
        middle.append(chain.middle)
    yes = design.end_sign > 0
    first, last = chain.first[design.end_item], chain.last[design.end_item]
    low, high = np.where(yes, -np.inf, last), np.where(yes, first, np.inf)
    for drawn, lower, upper, centre in (
        (np.stack(end), low, high, eta[0]),
        (np.stack(middle), chain.first[design.middle_item], chain.last[design.middle_item], eta[1]),
    ):
        assert ((drawn >= lower) & (drawn <= upper)).all()
        law = truncnorm(lower - centre, upper - centre, loc=centre)
        error = law.std() / np.sqrt(REPEATS)
        assert (np.abs(drawn.mean(axis=0) - law.mean()) < FEW * error).all()
        np.testing.assert_allclose(drawn.std(axis=0), law.std(), rtol=0.2)


def grid_moments(theta: np.ndarray, choice: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sd of discrimination and thresholds of one item, by summing over a grid."""
    beta = np.linspace(-3.5, 3.5, 71)
    cut = np.linspace(-THRESHOLD_REACH, THRESHOLD_REACH, 141)
    eta = beta[:, None, None] * theta
    below = norm.cdf(cut[:, None] - eta)
    yes = np.log(np.maximum(below[..., choice == 1], 1e-300)).sum(axis=-1)
    no = np.log(np.maximum(1 - below[..., choice == 3], 1e-300)).sum(axis=-1)
    value = norm.logpdf(beta)[:, None, None] + yes[:, :, None] + no[:, None, :]
    for column in np.flatnonzero(choice == 2):
        inside = below[:, None, :, column] - below[:, :, None, column]
        value = value + np.log(np.maximum(inside, 1e-300))
    weight = np.exp(value - value.max()) * (cut[:, None] < cut[None, :])
    weight /= weight.sum()
    margins = weight.sum(axis=(1, 2)), weight.sum(axis=(0, 2)), weight.sum(axis=(0, 1))
    mean = np.array([m @ x for m, x in zip(margins, (beta, cut, cut), strict=True)])
    square = np.array([m @ x**2 for m, x in zip(margins, (beta, cut, cut), strict=True)])
    return mean, np.sqrt(square - mean**2)


def test_items_given_positions():
    rng = np.random.default_rng(6)
    theta = rng.normal(size=16)
    split = np.digitize(0.9 * theta + rng.normal(size=16), [-0.6, 0.8]) + 1
    nobody_no = np.minimum(split, 2)
    nobody_abstained = np.where(split == 2, 3, split)
    choices = np.stack([split, nobody_no, nobody_abstained], axis=1)
    assert [len(set(column)) for column in choices.T] == [3, 2, 2]
    state, call = np.indices(choices.shape)
    votes = Votes(
        state=state.ravel(),
        roll_call=call.ravel(),
        choice=choices.ravel(),
        states=tuple(f"S{k:02d}" for k in range(16)),
        roll_calls=np.arange(3),
        years=np.full(3, 1990),
    )
    model = build_model(arrange(votes, NO_BRIDGES))
    chain = first_chain(model, rng)
    chain.theta = theta
    kept = np.empty((SWEEPS, 3, 3))
    for k in range(SWEEPS):
        eta = predictors(model, chain)
        draw_latent(model, chain, eta, draw_thresholds(model, chain, eta, rng), rng)
        draw_discrimination(model, chain, rng)
        kept[k] = chain.beta, chain.first, chain.last
    kept = kept[SETTLE:]
    for item in range(3):
        mean, sd = grid_moments(theta, choices[:, item])
        assert (np.abs(kept[:, :, item].mean(axis=0) - mean) < WORTH * FEW / 2 * sd).all()
        np.testing.assert_allclose(kept[:, :, item].std(axis=0), sd, rtol=WORTH * FEW / 2)


def test_links_join_chains():
    calls = np.array([30, 10, 20, 40])
    label = link_roll_calls(calls, np.array([[10, 20], [20, 40], [40, 99]]))
    assert label[1] == label[2] == label[3] != label[0]
