"""Ideal points of states from roll-call votes, with their uncertainty."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik import rng
from realpolitik.errors import ConvergenceError, RequestError
from realpolitik.measures.ideal_points.design import Design, Floats, Ints, Votes, arrange
from realpolitik.measures.ideal_points.diagnostics import effective_draws, split_rhat
from realpolitik.measures.ideal_points.sampler import Model, build_model, run_chain

CHAINS, FORGET, DRAWS = 2, 400, 300
"""Chains, sweeps of each before its first draw, and draws kept of each."""
ANCHOR = "USA"
NORMAL_95 = 1.6448536269514722
"""Half width of a 90 per cent interval of a normal distribution, in standard deviations."""
RHAT_LIMIT, RHAT_WORST, SHARE = 1.1, 1.3, 0.05
"""The median potential scale reduction must lie below the first limit, and all but this share of
the state-years below the second."""


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
        Mean and standard deviation of the draws, each of which has mean 0 and standard deviation
        1 over all state-years; NaN where the state cast no vote that divided the states.
    votes : ndarray of int, shape (S, T)
        Votes on divided resolutions.
    roll_calls : ndarray of int, shape (V,)
        Identifiers of the roll calls.
    discrimination : ndarray, shape (V,)
        Mean of beta; positive where states high on the scale vote no. NaN where every
        vote was the same.
    thresholds : ndarray, shape (V, 2)
        Means of the bounds yes-abstain and abstain-no; NaN where nobody voted yes or no.
    rhat : ndarray, shape (S, T)
        Potential scale reduction of each ideal point.
    effective : ndarray, shape (S, T)
        Effective number of draws of each ideal point.
    draws : int
        Draws kept, over all chains.
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

    def table(self) -> pl.DataFrame:
        """Rows by state and year, with a 90 per cent interval.

        Returns
        -------
        pl.DataFrame
            `step`, `state`, `mean`, `sd`, `lower`, `upper`, `votes`, `rhat`.
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
                "rhat": self.rhat[state, year],
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
        \theta_{it} \sim N(\hat\theta_{i,t-1}, 0.5\, n_{it} / (n_{it} + n_{i,t-1})), \quad
        \beta_v \sim N(0, 1)

    Thresholds are uniform. The sampler is the published one: data augmentation, the positions
    standardised in every sweep, so that all of them have mean 0 and standard deviation 1.

    Parameters
    ----------
    votes : Votes
        The roll calls.
    bridges : ndarray of int, shape (B, 2), optional
        Pairs of roll calls on resolutions of the same content: they share beta and gamma and so
        bridge the years.
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
    Bailey, Strezhnev and Voeten (2017), Journal of Conflict Resolution 61(2).
    """
    if draws < 8:
        raise RequestError(f"{draws} draws are too few to judge convergence: ask for 8 or more")
    design = arrange(votes, np.empty((0, 2), dtype=np.int64) if bridges is None else bridges)
    anchored = _anchor_nodes(design, votes, anchor)
    theta, items = _sample(build_model(design), seed, draws)
    side = float(np.sign(theta[:, :, anchored].mean()))
    theta *= side
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
        discrimination=side * _of_items(design, items[0]),
        thresholds=_of_items(design, np.where(design.chosen[:, [0, 2]], items[1:].T, np.nan)),
        rhat=_spread(rhat, place, shape),
        effective=_spread(effective_draws(theta), place, shape),
        draws=CHAINS * draws,
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


def _sample(model: Model, seed: int, draws: int) -> tuple[Floats, Floats]:
    """Positions, shape (C, K, N), and the means of the item parameters, shape (3, J)."""

    def run(chain: int) -> tuple[Floats, Floats]:
        return run_chain(model, rng.stream(seed, "ideal-points", chain), FORGET, draws)

    with ThreadPoolExecutor(CHAINS) as pool:
        results = list(pool.map(run, range(CHAINS)))
    items = np.mean([items for _, items in results], axis=0)
    return np.stack([kept for kept, _ in results]), np.asarray(items)


def _of_items(design: Design, values: Floats) -> Floats:
    """Spread item values over the roll calls, shape (V, ...); NaN for unanimous ones."""
    out = values[design.item_of]
    out[design.item_of < 0] = np.nan
    return np.asarray(out)


def _spread(values: Floats, place: tuple[Ints, Ints], shape: tuple[int, int]) -> Floats:
    out = np.full(shape, np.nan)
    out[place] = values
    return out


def _check(rhat: Floats) -> None:
    middle, high = float(np.median(rhat)), float(np.quantile(rhat, 1.0 - SHARE))
    if middle < RHAT_LIMIT and high < RHAT_WORST:
        return
    msg = (
        f"the ideal points did not converge: the potential scale reduction of {len(rhat)} "
        f"state-years is {middle:.3f} in the median (limit {RHAT_LIMIT}) and {high:.3f} at its "
        f"{100 * (1 - SHARE):.0f}th percentile (limit {RHAT_WORST}). Ask for more draws, or look "
        "for states or roll calls that share no votes with the rest."
    )
    raise ConvergenceError(msg)
