"""How sure a mean difference of scores is, when readings are not independent.

Readings of one source state share its leaders and its politics, readings of one target share what
others think of it, readings of one year share its shocks, and dyads that share any state share
that state. No one assumption is right, so a difference is given under several, and the smallest
|z| with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from realpolitik import rng
from realpolitik.evaluation.scores import Array, Whole

BLOCK_LENGTH = 3
"""Years in one block of the bootstrap (Künsch 1989): shocks outlast a year."""
REPLICATES = 2000
"""Bootstrap draws: the error of a standard error is then 1/√(2 x 2000), 1.6 per cent of it."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Uncertainty of a mean under one assumption.

    error : float     standard error of the mean; NaN where there are too few clusters
    z : float         mean over error; zero where the mean is zero
    clusters : int    clusters the error rests on: source states; for the bootstrap years; for
                      two-way the fewer of source and target states; for dyadic all states
    degrees : float   of the t distribution of z
    p_value : float   two-sided, from that t distribution
    """

    error: float
    z: float
    clusters: int
    degrees: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Score of one forecaster minus that of another, over the readings both have scored.

    total, mean : float    sum and mean over readings; positive where the first is better, if
                           higher scores are
    readings : int
    spread : mapping       method (`source`, `block`, `two-way`, `dyadic`) to Spread
    """

    total: float
    mean: float
    readings: int
    spread: Mapping[str, Spread]

    @property
    def weakest(self) -> str:
        """Method with the smallest |z| among those that give one; `source` if none does."""
        known = {name: abs(one.z) for name, one in self.spread.items() if not np.isnan(one.z)}
        return min(known, key=lambda name: known[name]) if known else "source"

    @property
    def smallest_z(self) -> float:
        """Return the z closest to zero over the methods, with its sign."""
        return self.spread[self.weakest].z


def difference(
    gain: Array,
    source: Whole,
    target: Whole,
    block: Whole,
    seed: int,
    block_length: int = BLOCK_LENGTH,
) -> Difference:
    """Mean difference of scores with its uncertainty under every method.

    Parameters
    ----------
    gain : ndarray (R,)
        Score of one forecaster minus that of the other; NaN where either is missing.
    source, target : ndarray of int (R,)
        States of each reading's dyad, numbered on one list.
    block : ndarray of int (R,)
        Year scored.
    seed : int
        Of the bootstrap.
    block_length : int
        Years in one block: at least the horizon of the forecasts, as forecasts h years ahead
        share the shocks of h - 1 years with those of the year before.

    Examples
    --------
    >>> gain = np.array([1.0, 3.0, 2.0, 6.0])
    >>> source, target = np.array([0, 0, 1, 1]), np.array([1, 2, 0, 2])
    >>> found = difference(gain, source, target, np.array([1, 2, 1, 2]), seed=1)
    >>> found.mean, found.spread["source"].error
    (3.0, 1.0)
    """
    given = ~np.isnan(gain)
    gain, source, target, block = gain[given], source[given], target[given], block[given]
    if not len(gain):
        nothing = Spread(np.nan, np.nan, 0, np.nan, np.nan)
        methods = ("source", "block", "two-way", "dyadic")
        return Difference(np.nan, np.nan, 0, dict.fromkeys(methods, nothing))
    mean = float(gain.mean())
    sources, targets = len(np.unique(source)), len(np.unique(target))
    years, states = len(np.unique(block)), len(np.unique([source, target]))
    fewer = min(sources, targets)
    spread = {
        "source": _spread(mean, jackknife_error(gain, source), sources, sources - 1),
        "block": _spread(
            mean, block_error(gain, block, seed, block_length), years, years / block_length - 1
        ),
        "two-way": _spread(mean, two_way_error(gain, source, target), fewer, fewer - 1),
        "dyadic": _spread(mean, dyadic_error(gain, source, target), states, states - 1),
    }
    return Difference(float(gain.sum()), mean, len(gain), spread)


def _spread(mean: float, error: float, clusters: int, degrees: float) -> Spread:
    """Z of a mean and its p value."""
    if np.isnan(error):
        return Spread(error, np.nan, clusters, degrees, np.nan)
    z = z_of(mean, error)
    return Spread(error, z, clusters, degrees, float(2.0 * stdtr(degrees, -abs(z))))


def z_of(mean: float, error: float) -> float:
    """Mean over its error; zero where the mean is, infinite where only the error is."""
    if mean == 0.0:
        return 0.0
    return mean / error if error != 0.0 else float(np.copysign(np.inf, mean))


def cluster_sums(values: Array, cluster: Whole) -> Array:
    """Sum of values (R,) within each cluster (R,), in the order of the clusters' numbers, (G,)."""
    numbers, group = np.unique(cluster, return_inverse=True)
    sums = np.zeros(len(numbers))
    np.add.at(sums, group, values)
    return sums


def jackknife_error(gain: Array, cluster: Whole) -> float:
    """Return the standard error of the mean, leaving out one cluster at a time.

    V = (G - 1)/G Σ_g (m_(g) - m)², with m_(g) the mean without cluster g and m the mean of all.

    Parameters
    ----------
    gain : ndarray (R,)
    cluster : ndarray of int (R,)

    Returns
    -------
    float
        NaN with fewer than two clusters.

    References
    ----------
    Efron and Stein (1981); MacKinnon, Nielsen and Webb (2023), where it is CV3.
    """
    without = means_without(gain, cluster)
    groups = len(without)
    if groups < 2:
        return float("nan")
    return float(np.sqrt((groups - 1) / groups * np.sum((without - gain.mean()) ** 2)))


def means_without(gain: Array, cluster: Whole) -> Array:
    """Mean of gain (R,) without each cluster in turn, (G,); NaN if there is only one."""
    count = cluster_sums(np.ones(len(gain)), cluster)
    rest = len(gain) - count
    without: Array = (gain.sum() - cluster_sums(gain, cluster)) / np.where(rest > 0, rest, np.nan)
    return without


def block_error(gain: Array, block: Whole, seed: int, length: int = BLOCK_LENGTH) -> float:
    """Return the standard error of the mean by a moving-block bootstrap over years.

    Runs of `length` consecutive years that have readings are drawn with replacement until there
    are as many years as in the data, and the mean is taken over all readings of the years drawn.
    The standard deviation over draws is multiplied by √(T / (T - length)), as blocks vary around
    the mean of the same T years, not around the true one (the factor G/(G - 1) for G = T/length).

    Parameters
    ----------
    gain : ndarray (R,)
    block : ndarray of int (R,)
        Year of each reading.
    seed : int
    length : int

    Returns
    -------
    float
        NaN with fewer than two blocks' worth of years.

    References
    ----------
    Künsch (1989).
    """
    total, count = cluster_sums(gain, block), cluster_sums(np.ones(len(gain)), block)
    years = len(total)
    if years < 2 * length:
        return float("nan")
    runs = -(-years // length)
    draw = rng.stream(seed, "evaluation", "block bootstrap")
    first = draw.integers(0, years - length + 1, size=(REPLICATES, runs))
    drawn = (first[:, :, None] + np.arange(length)).reshape(REPLICATES, -1)[:, :years]
    means = total[drawn].sum(axis=1) / count[drawn].sum(axis=1)
    return float(means.std(ddof=1) * np.sqrt(years / (years - length)))


def _one_way(residual: Array, cluster: Whole) -> float:
    """Variance of a sum of residuals (R,) that are correlated within clusters."""
    sums = cluster_sums(residual, cluster)
    return float(np.sum(sums**2) * len(sums) / (len(sums) - 1))


def two_way_error(gain: Array, source: Whole, target: Whole) -> float:
    """Return the standard error of the mean, correlated by shared source or shared target.

    V = V_source + V_target - V_dyad, each the one-way clustered variance of the mean with factor
    G/(G - 1). The difference can be too small, even negative; the largest of V, V_source and
    V_target is used.

    Parameters
    ----------
    gain : ndarray (R,)
    source, target : ndarray of int (R,)

    Returns
    -------
    float
        NaN with fewer than two sources or two targets.

    References
    ----------
    Cameron, Gelbach and Miller (2011); MacKinnon, Nielsen and Webb (2024) on the largest.
    """
    if len(np.unique(source)) < 2 or len(np.unique(target)) < 2:
        return float("nan")
    residual = gain - gain.mean()
    by_source, by_target = _one_way(residual, source), _one_way(residual, target)
    both = by_source + by_target - _one_way(residual, _dyads(source, target))
    return float(np.sqrt(max(both, by_source, by_target)) / len(gain))


def dyadic_error(gain: Array, source: Whole, target: Whole) -> float:
    """Return the standard error of the mean, correlated where dyads share any state.

    V = N/(N - 1) {Σ_i (Σ_{r has i} e_r)² - Σ_p (Σ_{r of pair p} e_r)²} / R², with residuals e
    and N states: every product of two readings that share a state enters once. Where that is
    less than the variance clustered by pair, the latter is used.

    Parameters
    ----------
    gain : ndarray (R,)
    source, target : ndarray of int (R,)

    Returns
    -------
    float
        NaN with fewer than two pairs.

    References
    ----------
    Aronow, Samii and Assenova (2015).
    """
    residual = gain - gain.mean()
    pair = _dyads(np.minimum(source, target), np.maximum(source, target))
    if len(np.unique(pair)) < 2:
        return float("nan")
    ends = np.concatenate([source, target])
    by_state = cluster_sums(np.concatenate([residual, residual]), ends)
    states = len(by_state)
    shared = np.sum(by_state**2) - np.sum(cluster_sums(residual, pair) ** 2)
    variance = max(float(shared) * states / (states - 1), _one_way(residual, pair))
    return float(np.sqrt(variance) / len(gain))


def _dyads(source: Whole, target: Whole) -> Whole:
    """One number per (source, target), (R,)."""
    width = int(target.max()) + 1
    numbers: Whole = source.astype(np.int64) * width + target
    return numbers
