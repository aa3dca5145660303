"""The sampler of Bailey, Strezhnev and Voeten (2017): latent votes, drawn block by block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.special import ndtr, ndtri

from realpolitik.measures.ideal_points.design import Design, Floats, Ints, first_positions

SMOOTH = 0.5
"""Scale of the yearly step of a state."""
PROPOSAL, FREE_PROPOSAL = 0.2 / 3, 2.0
"""Standard deviation of a proposed step of a threshold; of one beyond which nobody voted."""
REACH, THRESHOLD_REACH, LATENT_REACH = 5.0, 7.0, 9.0
"""Farthest position before standardising, farthest threshold and farthest latent vote."""
TINY = 1e-300
"""Least probability of a vote, so that its logarithm is finite."""


@dataclass(frozen=True, slots=True)
class Model:
    """What a sweep needs beside the parameters (N state-years, J items, E end, M middle votes).

    Attributes
    ----------
    design : Design
        The votes.
    anchor : ndarray of int, shape (N,)
        State-year whose position is the prior mean: the state's preceding one, for its first the
        next, -1 where there is none (the mean is then 0).
    precision : ndarray, shape (N,)
        Prior precision of each position.
    counts : sparse, shape (J, N)
        Votes by item and state-year.
    steps : ndarray, shape (2, J)
        Standard deviation of a proposed step of either threshold.
    end_start, middle_start : ndarray of int32, shape (J + 1,)
        Where each item's votes start; votes are sorted by item.
    end_threshold : ndarray of int32, shape (E,)
        Place of the vote's threshold among the J first, then the J last ones.
    end_column, middle_column : ndarray of int32
        State-years of the votes, as sparse matrices want them.
    """

    design: Design
    anchor: Ints
    precision: Floats
    counts: csr_array
    steps: Floats
    end_start: Ints
    middle_start: Ints
    end_threshold: Ints
    end_column: Ints
    middle_column: Ints


@dataclass(slots=True)
class Chain:
    """Where a chain is.

    Attributes
    ----------
    theta : ndarray, shape (N,)
        Positions, standardised.
    expected : ndarray, shape (N,)
        Means of the positions given the latent votes of the sweep before.
    beta, first, last : ndarray, shape (J,)
        Discrimination and thresholds; of each item.
    end, middle : ndarray, shape (E,) and (M,)
        Latent votes.
    """

    theta: Floats
    expected: Floats
    beta: Floats
    first: Floats
    last: Floats
    end: Floats
    middle: Floats


@dataclass(frozen=True, slots=True)
class Chances:
    """Probabilities of the votes cast.

    Attributes
    ----------
    end : ndarray, shape (E,)
        Of each vote for yes or no.
    low, high : ndarray, shape (M,)
        Of an error below the lower and the upper bound of each abstention, in the tail that
        `side` (1 left, -1 right) names.
    side : ndarray, shape (M,)
    """

    end: Floats
    low: Floats
    high: Floats
    side: Floats


Predictors = tuple[Floats, Floats]


def build_model(design: Design) -> Model:
    r"""Set the prior of every position.

    .. math:: \theta_{it} \sim N(\hat\theta_{i,t-1}, 0.5\, n_{it} / (n_{it} + n_{i,t-1}))

    with n the votes of the state in its year and in its preceding year with votes. The prior of
    a first year is centred on the second.

    References
    ----------
    Bailey, Strezhnev and Voeten (2017).
    """
    anchor = design.previous.copy()
    later = np.flatnonzero(design.previous >= 0)
    opened = design.previous[later][design.previous[design.previous[later]] < 0]
    anchor[opened] = opened + 1
    votes = design.node_votes.astype(np.float64)
    others = np.where(anchor >= 0, votes[anchor], 0.0)
    cells = (
        np.concatenate([design.end_item, design.middle_item]),
        np.concatenate([design.end_node, design.middle_node]),
    )
    counts = csr_array((np.ones(len(cells[0])), cells), shape=(design.items, len(votes)))
    upper = np.where(design.end_sign > 0, 0, design.items)
    return Model(
        design=design,
        anchor=anchor,
        precision=(votes + others) / (SMOOTH * votes),
        counts=counts,
        steps=np.where(design.chosen[:, [0, 2]].T, PROPOSAL, FREE_PROPOSAL),
        end_start=_starts(design.end_item, design.items),
        middle_start=_starts(design.middle_item, design.items),
        end_threshold=(design.end_item + upper).astype(np.int32),
        end_column=design.end_node.astype(np.int32),
        middle_column=design.middle_node.astype(np.int32),
    )


def _starts(item: Ints, items: int) -> Ints:
    return np.searchsorted(item, np.arange(items + 1)).astype(np.int32)


def first_chain(model: Model, rng: np.random.Generator) -> Chain:
    """Start at the first principal coordinate; items without discrimination until a first draw."""
    design = model.design
    theta = first_positions(design)
    low = np.bincount(design.end_item, design.end_sign > 0, design.items)
    middle = np.bincount(design.middle_item, minlength=design.items)
    total = middle + np.bincount(design.end_item, minlength=design.items)
    chain = Chain(
        theta=theta,
        expected=theta,
        beta=np.zeros(design.items),
        first=ndtri((low + 0.5) / (total + 1.5)),
        last=ndtri((low + middle + 1.0) / (total + 1.5)),
        end=np.empty(len(design.end_item)),
        middle=np.empty(len(design.middle_item)),
    )
    eta = predictors(model, chain)
    draw_latent(model, chain, eta, chances(model, chain.first, chain.last, eta), rng)
    draw_discrimination(model, chain, rng)
    return chain


def sweep(model: Model, chain: Chain, rng: np.random.Generator) -> None:
    """Draw every block once, in the published order."""
    draw_positions(model, chain, rng)
    eta = predictors(model, chain)
    draw_latent(model, chain, eta, draw_thresholds(model, chain, eta, rng), rng)
    draw_discrimination(model, chain, rng)


def draw_positions(model: Model, chain: Chain, rng: np.random.Generator) -> None:
    """Draw the positions given the latent votes and standardise them.

    The prior of a year looks back only, to the mean the preceding year had in the sweep before.
    """
    end, middle = _latent_matrices(model, chain)
    pull = chain.beta @ end + chain.beta @ middle
    prior = np.where(model.anchor >= 0, chain.expected[model.anchor], 0.0)
    precision = chain.beta**2 @ model.counts + model.precision
    chain.expected = (pull + model.precision * prior) / precision
    theta = chain.expected + rng.standard_normal(len(precision)) / np.sqrt(precision)
    theta = np.clip(theta, -REACH, REACH)
    chain.theta = (theta - theta.mean()) / theta.std(ddof=1)


def draw_discrimination(model: Model, chain: Chain, rng: np.random.Generator) -> None:
    """Draw the discriminations given the latent votes and the positions."""
    end, middle = _latent_matrices(model, chain)
    total = end @ chain.theta + middle @ chain.theta
    precision = 1.0 + model.counts @ chain.theta**2
    noise = rng.standard_normal(len(precision))
    chain.beta = total / precision + noise / np.sqrt(precision)


def _latent_matrices(model: Model, chain: Chain) -> tuple[csr_array, csr_array]:
    shape = model.counts.shape
    end = csr_array((chain.end, model.end_column, model.end_start), shape=shape)
    return end, csr_array((chain.middle, model.middle_column, model.middle_start), shape=shape)


def draw_thresholds(
    model: Model, chain: Chain, eta: Predictors, rng: np.random.Generator
) -> Chances:
    """Move the thresholds of every item by a random-walk Metropolis step; their prior is flat.

    Returns
    -------
    Chances
        Of the votes, with the thresholds where they then are.
    """
    design = model.design
    step = model.steps * rng.standard_normal((2, design.items))
    first, last = chain.first + step[0], chain.last + step[1]
    within = (first > -THRESHOLD_REACH) & (last < THRESHOLD_REACH) & (first < last)
    first, last = np.where(within, first, chain.first), np.where(within, last, chain.last)
    old = chances(model, chain.first, chain.last, eta)
    new = chances(model, first, last, eta)
    gain = np.add.reduceat(np.log(new.end / old.end), model.end_start[:-1])
    width = np.log((new.high - new.low) / (old.high - old.low))
    gain += np.bincount(design.middle_item, width, design.items)
    taken = np.log(rng.random(design.items)) < gain
    chain.first, chain.last = np.where(taken, first, chain.first), np.where(taken, last, chain.last)
    end, middle = taken[design.end_item], taken[design.middle_item]
    return Chances(
        end=np.where(end, new.end, old.end),
        low=np.where(middle, new.low, old.low),
        high=np.where(middle, new.high, old.high),
        side=np.where(middle, new.side, old.side),
    )


def draw_latent(
    model: Model, chain: Chain, eta: Predictors, chance: Chances, rng: np.random.Generator
) -> None:
    """Draw the latent votes: normal about their predictor, cut to the category chosen."""
    end, middle = eta
    share = chance.end * (1.0 - rng.random(len(end)))
    latent = end + model.design.end_sign * ndtri(np.maximum(share, TINY))
    chain.end = np.clip(latent, -LATENT_REACH, LATENT_REACH)
    share = chance.low + (chance.high - chance.low) * rng.random(len(middle))
    latent = middle + chance.side * ndtri(np.maximum(share, TINY))
    chain.middle = np.clip(latent, -LATENT_REACH, LATENT_REACH)


def predictors(model: Model, chain: Chain) -> Predictors:
    """Linear predictors of the votes for yes or no, shape (E,), and of abstentions, (M,)."""
    design = model.design
    end = chain.beta[design.end_item] * chain.theta[model.end_column]
    middle = chain.beta[design.middle_item] * chain.theta[model.middle_column]
    return end, middle


def chances(model: Model, first: Floats, last: Floats, eta: Predictors) -> Chances:
    """Probabilities of the votes that were cast."""
    end = np.concatenate([first, last])[model.end_threshold]
    end -= eta[0]
    end *= model.design.end_sign
    end = np.maximum(ndtr(end), TINY)
    item = model.design.middle_item
    low, high = first[item] - eta[1], last[item] - eta[1]
    side = np.where(low + high > 0.0, -1.0, 1.0)
    low, high = np.minimum(side * low, side * high), np.maximum(side * low, side * high)
    low = ndtr(low)
    return Chances(end, low, np.maximum(ndtr(high), low + TINY), side)


def run_chain(
    model: Model, rng: np.random.Generator, forget: int, keep: int
) -> tuple[Floats, Floats]:
    """Run one chain.

    Parameters
    ----------
    forget, keep : int
        Sweeps before the first one kept, and sweeps kept.

    Returns
    -------
    tuple
        Positions, shape (keep, N), and means of beta, first and last threshold, shape (3, J).
    """
    chain = first_chain(model, rng)
    kept = np.empty((keep, len(model.anchor)))
    items = np.zeros((3, model.design.items))
    for number in range(-forget, keep):
        sweep(model, chain, rng)
        if number >= 0:
            kept[number] = chain.theta
            items += np.stack([chain.beta, chain.first, chain.last]) / keep
    return kept, items
