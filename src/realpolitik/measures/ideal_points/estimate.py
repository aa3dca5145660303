"""Ideal points of states from roll-call votes, with their uncertainty."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik import rng
from realpolitik.errors import ConvergenceError, RequestError
from realpolitik.measures.ideal_points import search
from realpolitik.measures.ideal_points.design import (
    Design,
    Floats,
    Ints,
    Votes,
    arrange,
    first_positions,
)
from realpolitik.measures.ideal_points.diagnostics import effective_draws, split_rhat
from realpolitik.measures.ideal_points.linking import link_years
from realpolitik.measures.ideal_points.metric import build_metric
from realpolitik.measures.ideal_points.posterior import Model, build_model
from realpolitik.measures.ideal_points.sampler import run_chain

CHAINS, DRAWS = 2, 50
ANCHOR = "USA"
NORMAL_95 = 1.6448536269514722
"""Half width of a 90 per cent interval of a normal distribution, in standard deviations."""
RHAT_LIMIT = 1.1
"""Median over state-years; of exact draws it is about 1 + 1 / draws per half chain."""


@dataclass(frozen=True, slots=True)
class IdealPoints:
    """Posterior of the ideal points (S states, T years, V roll calls).

    Attributes
    ----------
    states : tuple of str, length S
        Keys of the states.
    years : ndarray of int, shape (T,)
        Years with votes.
    mean, sd : ndarray, shape (S, T)
        Posterior mean and standard deviation, on a scale of mean 0 and standard deviation 1 over
        all state-years; NaN where the state cast no vote that divided the states.
    votes : ndarray of int, shape (S, T)
        Votes on divided resolutions.
    roll_calls : ndarray of int, shape (V,)
        Identifiers of the roll calls.
    discrimination : ndarray, shape (V,)
        Posterior mean of beta; positive where states high on the scale vote no. NaN where every
        vote was the same.
    thresholds : ndarray, shape (V, 2)
        Posterior means of the bounds yes-abstain and abstain-no; NaN where the resolution has no
        votes on both sides, one value twice where nobody abstained.
    rhat : ndarray, shape (S, T)
        Potential scale reduction of each ideal point.
    effective : ndarray, shape (S, T)
        Effective number of draws of each ideal point.
    draws : int
        Draws kept, over all chains.
    acceptance : float
        Mean acceptance probability.
    """

    states: tuple[str, ...]
    years: Ints
    mean: Floats
    sd: Floats
    votes: Ints
    roll_calls: Ints
    discrimination: Floats
    thresholds: Floats
    rhat: Floats
    effective: Floats
    draws: int
    acceptance: float

    def table(self) -> pl.DataFrame:
        """Rows by state and year, with a 90 per cent interval.

        Returns
        -------
        pl.DataFrame
            `step`, `state`, `mean`, `sd`, `lower`, `upper`, `votes`.
        """
        state, year = np.nonzero(self.votes)
        mean, sd = self.mean[state, year], self.sd[state, year]
        return pl.DataFrame(
            {
                "step": self.years[year],
                "state": np.asarray(self.states)[state],
                "mean": mean,
                "sd": sd,
                "lower": mean - NORMAL_95 * sd,
                "upper": mean + NORMAL_95 * sd,
                "votes": self.votes[state, year],
            }
        )


def estimate(
    votes: Votes,
    *,
    bridges: Ints | None = None,
    anchor: str = ANCHOR,
    seed: int = 1,
    draws: int = DRAWS,
) -> IdealPoints:
    r"""Estimate the dynamic ordinal item-response model of roll-call votes.

    .. math::

        z_{iv} = \beta_v \theta_{it} + \epsilon_{iv}, \quad \epsilon_{iv} \sim N(0, 1) \\
        y_{iv} = \text{yes if } z < \gamma_{1v}, \text{ abstain if } \gamma_{1v} < z < \gamma_{2v},
        \text{ no if } z > \gamma_{2v} \\
        \theta_{it} \sim N(\theta_{i,t-1}, 0.5\, n_{it} / (n_{it} + n_{i,t-1})), \quad
        \beta_v \sim N(0, 1)

    Thresholds are uniform. The posterior is sampled by Hamiltonian Monte Carlo. The scale of each
    year is linked to the year before by the states common to both, see `linking.link_years`;
    all posterior means have mean 0 and standard deviation 1.

    Parameters
    ----------
    votes : Votes
        The roll calls.
    bridges : ndarray of int, shape (B, 2), optional
        Pairs of roll calls on resolutions of the same content: they share beta and gamma and so
        tie the years together.
    anchor : str
        State on the positive side, on average over its years.
    seed : int
        Seed of the draws: same votes and seed, same result.
    draws : int
        Draws kept of each of the two chains.

    Raises
    ------
    RequestError
        If the anchor cast no vote, or fewer than 8 draws are asked for.
    InputFileError
        If no roll call divides the states.
    ConvergenceError
        If the chains disagree.

    References
    ----------
    Bailey, Strezhnev and Voeten (2017), Journal of Conflict Resolution 61(2); Neal (2011).
    """
    if draws < 8:
        raise RequestError(f"{draws} draws are too few to judge convergence: ask for 8 or more")
    design = arrange(votes, np.empty((0, 2), dtype=np.int64) if bridges is None else bridges)
    anchored = _anchor_nodes(design, votes, anchor)
    model = build_model(design)
    chains, accepted = _sample(model, search.start(model, first_positions(design)), seed, draws)
    flat = chains.reshape(-1, model.size)
    origin, unit = link_years(design, flat[:, : model.nodes])
    theta = (flat[:, : model.nodes] - origin[:, design.node_year]) / unit[:, design.node_year]
    side = float(np.sign(theta[:, anchored].mean()))
    discrimination, thresholds = _roll_calls(model, votes, flat, origin, side * unit)
    theta = side * theta.reshape(CHAINS, draws, -1)
    rhat = split_rhat(theta)
    _check(rhat)
    place = design.node_state, design.node_year
    shape = len(votes.states), len(design.years)
    counts = np.zeros(shape, dtype=np.int64)
    counts[place] = design.node_votes
    return IdealPoints(
        states=votes.states,
        years=design.years,
        mean=_spread(theta.mean(axis=(0, 1)), place, shape),
        sd=_spread(theta.std(axis=(0, 1), ddof=1), place, shape),
        votes=counts,
        roll_calls=votes.roll_calls,
        discrimination=discrimination,
        thresholds=thresholds,
        rhat=_spread(rhat, place, shape),
        effective=_spread(effective_draws(theta), place, shape),
        draws=CHAINS * draws,
        acceptance=float(accepted.mean()),
    )


def _anchor_nodes(design: Design, votes: Votes, anchor: str) -> NDArray[np.bool_]:
    nodes = np.array([votes.states[place] == anchor for place in design.node_state])
    if not nodes.any():
        known = ", ".join(votes.states[place] for place in np.unique(design.node_state)[:10])
        msg = (
            f"the anchor {anchor!r} cast no vote that divides the states; it gives the scale its "
            f"direction. Choose another state that votes ({known}, ...)."
        )
        raise RequestError(msg)
    return nodes


def _sample(model: Model, q: Floats, seed: int, draws: int) -> tuple[Floats, Floats]:
    metric = build_metric(model, q)

    def run(chain: int) -> tuple[Floats, Floats]:
        return run_chain(model, q, metric, rng.stream(seed, "ideal-points", chain), draws)

    with ThreadPoolExecutor(CHAINS) as pool:
        results = list(pool.map(run, range(CHAINS)))
    return np.stack([kept for kept, _ in results]), np.stack([rate for _, rate in results])


def _roll_calls(
    model: Model, votes: Votes, flat: Floats, origin: Floats, unit: Floats
) -> tuple[Floats, Floats]:
    """Posterior means of discrimination (V,) and thresholds (V, 2) on the scale of their year."""
    design = model.design
    _, beta, first, gap = model.split(flat.T)
    width = np.zeros(design.items)
    width[design.wide] = np.exp(gap).mean(axis=1)
    slope = np.full(len(votes.roll_calls), np.nan)
    bounds = np.full((len(slope), 2), np.nan)
    for year, number in enumerate(design.years):
        calls = np.flatnonzero((votes.years == number) & (design.item_of >= 0))
        item = design.item_of[calls]
        slope[calls] = (beta[item] * unit[:, year]).mean(axis=1)
        bounds[calls, 0] = (first[item] - beta[item] * origin[:, year]).mean(axis=1)
        bounds[calls, 1] = bounds[calls, 0] + width[item]
    chosen = design.chosen[design.item_of]
    bounds[~chosen[:, 0] | (design.item_of < 0), 0] = np.nan
    bounds[~chosen[:, 2] | (design.item_of < 0), 1] = np.nan
    return slope, bounds


def _spread(values: Floats, place: tuple[Ints, Ints], shape: tuple[int, int]) -> Floats:
    out = np.full(shape, np.nan)
    out[place] = values
    return out


def _check(rhat: Floats) -> None:
    middle = float(np.median(rhat))
    if not middle < RHAT_LIMIT:
        msg = (
            f"the ideal points did not converge: the median potential scale reduction of "
            f"{len(rhat)} state-years is {middle:.3f}, above {RHAT_LIMIT}. Ask for more draws, or "
            "look for states or roll calls that share no votes with the rest."
        )
        raise ConvergenceError(msg)
