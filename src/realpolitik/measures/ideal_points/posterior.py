"""Log posterior of the dynamic ordinal item-response model and its derivatives."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import erfcx

from realpolitik.measures.ideal_points.design import Design, Floats, Ints

Columns = NDArray[np.int32]

SMOOTH = 0.5
"""Scale of the yearly step of a state (Bailey, Strezhnev and Voeten 2017)."""
START_SD = 5.0
"""Prior standard deviation of a state's first position: the reach of the published scale."""
SCALE_SD = 0.003
"""Tightness of the two pseudo-observations that fix origin and unit of the scale.

The mean of all positions is 0 and their mean square within years is 1. Were the mean square over
all years held, the mean of every year would be pulled to 0 too, whoever its members are.
"""
MILLS_RANGE, MILLS_STEPS = 16, 512
ROOT_HALF = float(np.sqrt(0.5))
MILLS = float(np.sqrt(2.0 / np.pi))


@dataclass(frozen=True, slots=True)
class Model:
    """What the posterior needs beside the parameters.

    The parameter vector has the N positions, J discriminations, J first thresholds and the W
    logarithms of the gap between the thresholds of items with three categories.

    Attributes
    ----------
    design : Design
        The votes.
    step_variance : ndarray, shape (N,)
        Prior variance of each state-year around the state's preceding one (first: START_SD**2).
    end_start, middle_start : ndarray of int32, shape (J + 1,) and (W + 1,)
        Where each item's votes start; votes are sorted by item.
    end_column, middle_column : ndarray of int32
        State-years of the votes, as sparse matrices want them.
    """

    design: Design
    step_variance: Floats
    end_start: Columns
    middle_start: Columns
    end_column: Columns
    middle_column: Columns

    @property
    def nodes(self) -> int:
        """Number of state-years, N."""
        return len(self.step_variance)

    @property
    def size(self) -> int:
        """Length of the parameter vector."""
        return self.nodes + 2 * self.design.items + len(self.design.wide)

    def split(self, q: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return views of positions, discriminations, first thresholds and log gaps."""
        n, j = self.nodes, self.design.items
        return q[:n], q[n : n + j], q[n + j : n + 2 * j], q[n + 2 * j :]


def build_model(design: Design) -> Model:
    r"""Set the prior of the yearly steps.

    .. math:: \theta_{it} \sim N(\theta_{i,t-1}, 0.5\, n_{it} / (n_{it} + n_{i,t-1}))

    with n the votes of the state in its year and in its preceding year with votes.

    References
    ----------
    Bailey, Strezhnev and Voeten (2017).
    """
    votes = design.node_votes.astype(np.float64)
    before = votes[design.previous]
    variance = np.where(design.previous >= 0, SMOOTH * votes / (votes + before), START_SD**2)
    return Model(
        design=design,
        step_variance=variance,
        end_start=_starts(design.end_item, design.items),
        middle_start=_starts(design.middle_item, len(design.wide)),
        end_column=design.end_node.astype(np.int32),
        middle_column=design.middle_node.astype(np.int32),
    )


def _starts(item: Ints, items: int) -> Columns:
    return np.searchsorted(item, np.arange(items + 1)).astype(np.int32)


@functools.cache
def _mills_table() -> tuple[Floats, Floats]:
    knots = np.arange(-MILLS_RANGE, MILLS_RANGE + 1.5 / MILLS_STEPS, 1.0 / MILLS_STEPS)
    table = MILLS / erfcx(knots * -ROOT_HALF)
    return table[:-1], np.diff(table)


def mills(x: Floats) -> Floats:
    """Ratio of the standard normal density to its distribution, to about 1e-7.

    Linear between stored values: the sampler's gradient need not be exact, since each proposal is
    accepted by its exact density.
    """
    table, slope = _mills_table()
    place = (x + MILLS_RANGE) * MILLS_STEPS
    cell = np.clip(place, 0.0, len(table) - 1.0).astype(np.int32)
    place -= cell
    place *= slope[cell]
    place += table[cell]
    return np.maximum(place, 0.0, out=place)


def log_normal(x: Floats) -> float:
    """Sum of the logarithm of the standard normal distribution function."""
    return float(np.log(0.5 * erfcx(x * -ROOT_HALF)).sum() - 0.5 * (x @ x))


def interval(upper: Floats, lower: Floats) -> tuple[Floats, Floats, Floats]:
    """Log probability of a standard normal between two bounds, and density over it at each.

    Computed in the tail where both bounds are farthest from cancelling; lower < upper.
    """
    flip = upper + lower < 0
    near = np.where(flip, -upper, lower)
    far = np.where(flip, -lower, upper)
    drop = np.exp(-0.5 * (far - near) * (far + near))
    half = 0.5 * (erfcx(near * ROOT_HALF) - drop * erfcx(far * ROOT_HALF))
    half = np.maximum(half, np.finfo(np.float64).tiny)
    at_near = 0.5 * MILLS / half
    at_far = drop * at_near
    value = np.log(half) - 0.5 * near * near
    return value, np.where(flip, at_near, at_far), np.where(flip, at_far, at_near)


def end_argument(model: Model, q: Floats) -> Floats:
    """Distance of each end vote on the right side of its threshold, shape (E,)."""
    theta, beta, first, gap = model.split(q)
    design = model.design
    last = first.copy()
    last[design.wide] += np.exp(gap)
    threshold = np.concatenate([first, last])[design.end_threshold]
    threshold -= beta[design.end_item] * theta[design.end_node]
    threshold *= design.end_sign
    return threshold


def middle_bounds(model: Model, q: Floats) -> tuple[Floats, Floats]:
    """Upper and lower bound of the error of each middle vote, shape (M,)."""
    theta, beta, first, gap = model.split(q)
    design = model.design
    lower = first[design.wide][design.middle_item]
    lower -= beta[design.wide][design.middle_item] * theta[design.middle_node]
    return lower + np.exp(gap)[design.middle_item], lower


def evaluate(model: Model, q: Floats, *, value: bool = True) -> tuple[float, Floats]:
    """Return minus the log posterior (up to a constant; 0 unless `value`) and its gradient."""
    design = model.design
    theta, beta, _, gap = model.split(q)
    gradient = np.zeros_like(q)
    d_theta, d_beta, d_first, d_gap = model.split(gradient)

    x = end_argument(model, q)
    total = log_normal(x) if value else 0.0
    slope = mills(x)
    slope *= design.end_sign
    pull = csr_array((slope, model.end_column, model.end_start), shape=(design.items, len(theta)))
    d_beta += pull @ theta
    d_theta += beta @ pull
    d_first -= np.add.reduceat(slope, model.end_start[:-1])
    np.minimum(slope, 0.0, out=slope)
    d_gap -= np.add.reduceat(slope, model.end_start[:-1])[design.wide]

    upper, lower = middle_bounds(model, q)
    chance, at_upper, at_lower = interval(upper, lower)
    if value:
        total += float(chance.sum())
    if len(design.wide):
        wide, starts = design.wide, model.middle_start
        slope = at_upper - at_lower
        pull = csr_array((slope, model.middle_column, starts), shape=(len(wide), len(theta)))
        d_beta[wide] += pull @ theta
        d_theta += beta[wide] @ pull
        d_first[wide] -= np.add.reduceat(slope, starts[:-1])
        d_gap -= np.add.reduceat(at_upper, starts[:-1])

    d_gap *= np.exp(gap)
    d_gap -= 1.0
    d_beta += beta
    penalty = 0.5 * float(beta @ beta) - float(gap.sum()) + add_path_prior(model, theta, d_theta)
    return penalty - total, gradient


def within_year(model: Model, theta: Floats) -> Floats:
    """Positions less the mean of their year."""
    year = model.design.node_year
    return np.asarray(theta - (np.bincount(year, theta) / np.bincount(year))[year])


def add_path_prior(model: Model, theta: Floats, gradient: Floats) -> float:
    """Add the random walk and the fixing of the scale to `gradient`; return minus their log."""
    previous = model.design.previous
    later = np.flatnonzero(previous >= 0)
    step = theta.copy()
    step[later] -= theta[previous[later]]
    pull = step / model.step_variance
    gradient += pull
    np.subtract.at(gradient, previous[later], pull[later])
    count = len(theta)
    origin = float(theta.sum()) / count
    spread = within_year(model, theta)
    unit = float(spread @ spread) / count - 1.0
    gradient += (origin + 2.0 * unit * spread) / (count * SCALE_SD**2)
    return 0.5 * float(step @ pull) + 0.5 * (origin**2 + unit**2) / SCALE_SD**2
