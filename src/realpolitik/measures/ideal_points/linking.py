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
    r"""Find the origin and unit of every year in every draw.

    .. math:: \theta^*_{it} = (\theta_{it} - a_t) / b_t

    A shift or a stretch of all positions of a year together with its items leaves the votes as
    likely as before, and the walk hardly resists it: what the sampler returns for it is the work
    of conventions. So each draw is standardised within years, and the years are linked such that
    the posterior means of the states common to two years have the same mean and standard
    deviation in both (mean-sigma linking). All posterior means together have mean 0 and standard
    deviation 1. The links count as known.

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
    of_year = [np.flatnonzero(design.node_year == year) for year in range(len(design.years))]
    middle = np.stack([theta[:, own].mean(axis=1) for own in of_year], axis=1)
    spread = np.stack([theta[:, own].std(axis=1) for own in of_year], axis=1)
    spread[spread == 0.0] = 1.0
    year = design.node_year
    mean = ((theta - middle[:, year]) / spread[:, year]).mean(axis=0)
    shift, stretch = _links(design, mean)
    linked = stretch[year] * mean + shift[year]
    origin, unit = (linked.mean() - shift) / stretch, linked.std() / stretch
    return middle + origin * spread, unit * spread


def _links(design: Design, mean: Floats) -> tuple[Floats, Floats]:
    """Shift and stretch of every year, shape (T,), that carry it to the scale of the first."""
    shift, stretch = np.zeros(len(design.years)), np.ones(len(design.years))
    for year in range(1, len(design.years)):
        here = common_states(design, year)
        if len(here) < FEWEST:
            continue
        past = design.previous[here]
        before = stretch[design.node_year[past]] * mean[past] + shift[design.node_year[past]]
        stretch[year] = before.std() / mean[here].std()
        shift[year] = before.mean() - stretch[year] * mean[here].mean()
    return shift, stretch
