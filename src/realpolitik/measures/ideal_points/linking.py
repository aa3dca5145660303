"""One scale for all years: each year is linked to the one before by the states common to both."""

from __future__ import annotations

import numpy as np

from realpolitik.measures.ideal_points.design import Design, Floats, Ints

FEWEST = 2
"""States that must be common to two years before their spread says anything."""


def common_states(design: Design, year: int) -> Ints:
    """State-years of `year` whose state voted in the year before, else in any earlier year."""
    here = np.flatnonzero((design.node_year == year) & (design.previous >= 0))
    last = here[design.node_year[design.previous[here]] == year - 1]
    return last if len(last) >= FEWEST else here


def link_years(design: Design, theta: Floats) -> tuple[Floats, Floats]:
    r"""Find the origin and unit of every year, draw by draw.

    .. math:: \theta^*_{it} = (\theta_{it} - a_t) / b_t

    A shift or a stretch of all positions of a year together with its items leaves the votes as
    likely as before, and the walk hardly resists it: what the sampler returns for it is the work
    of the prior on discriminations. So a and b are set such that the states common to two years
    have the same mean and standard deviation in both (mean-sigma linking), and that all positions
    have mean 0 and standard deviation 1.

    Parameters
    ----------
    design : Design
        The votes.
    theta : ndarray, shape (K, N)
        Draws of the positions.

    Returns
    -------
    tuple of ndarray, shape (K, T)
        Origins a and units b.

    References
    ----------
    Kolen and Brennan (2014), Test Equating, Scaling, and Linking, chapter 6.
    """
    draws, years = len(theta), len(design.years)
    shift, stretch = np.zeros((draws, years)), np.ones((draws, years))
    linked = theta.copy()
    for year in range(1, years):
        here = common_states(design, year)
        if len(here) >= FEWEST:
            before, now = linked[:, design.previous[here]], theta[:, here]
            stretch[:, year] = before.std(axis=1) / now.std(axis=1)
            shift[:, year] = before.mean(axis=1) - stretch[:, year] * now.mean(axis=1)
        own = np.flatnonzero(design.node_year == year)
        linked[:, own] = stretch[:, [year]] * theta[:, own] + shift[:, [year]]
    mean, sd = linked.mean(axis=1, keepdims=True), linked.std(axis=1, keepdims=True)
    return (mean - shift) / stretch, sd / stretch
