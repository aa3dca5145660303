"""Whether the forecasts of one forecaster mean what they say: tests on the PIT."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, fdtrc

from realpolitik.evaluation.clustering import cluster_sums
from realpolitik.evaluation.scores import Array, Whole

MOMENTS = 2
"""Moments tested: the mean and the spread of the PIT."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Probability integral transforms against the uniform distribution.  B bins.

    shares : (B,)       share of readings in each of B equal bins
    mean : float        of the PIT; above 1/2 the readings lie higher than forecast
    spread : float      variance of the PIT around 1/2, times 12; above 1 the forecasts are too
                        sure, below 1 not sure enough
    chi_square : float  of the histogram, with B - 1 degrees of freedom
    p_independent : float  its p value if all readings were independent
    p_clustered : float    p value of mean and spread with errors clustered; NaN with fewer than
                           four clusters or where the PIT hardly varies
    readings, clusters : int
    """

    shares: Array
    mean: float
    spread: float
    chi_square: float
    p_independent: float
    p_clustered: float
    readings: int
    clusters: int


def calibration(pit: Array, cluster: Whole, bins: int = 10) -> Calibration:
    """Test whether the PIT of one forecaster is uniform.

    The histogram is tested by X² = Σ_b (n_b - R/B)² / (R/B), which takes all readings for
    independent. Readings of one source state are not, and X² then rejects too often. The second
    test is a Wald test of two moments, m = (mean u - 1/2, mean (u - 1/2)² - 1/12), with their
    covariance V clustered by G clusters: (G - 2) / (2 (G - 1)) m' V⁻¹ m, compared with F(2, G - 2).
    With few clusters it still rejects somewhat too often.

    Parameters
    ----------
    pit : ndarray (R,)
        NaN where there is no forecast.
    cluster : ndarray of int (R,)
        Cluster of each reading, as a rule its source state.
    bins : int

    References
    ----------
    Diebold, Gunther and Tay (1998) on the histogram; Knüppel (2015) on moments under dependence.
    """
    given = ~np.isnan(pit)
    values, cluster = pit[given], cluster[given]
    count = np.histogram(values, bins=bins, range=(0.0, 1.0))[0]
    size = len(values)
    expected = size / bins
    chi_square = float(np.sum((count - expected) ** 2) / expected) if size else float("nan")
    centred = values - 0.5
    moments = np.stack([centred, centred**2 - 1.0 / 12.0])
    return Calibration(
        shares=count / size if size else np.full(bins, np.nan),
        mean=float(values.mean()) if size else float("nan"),
        spread=float(12.0 * np.mean(centred**2)) if size else float("nan"),
        chi_square=chi_square,
        p_independent=float(chdtrc(bins - 1, chi_square)),
        p_clustered=_moments_p(moments, cluster),
        readings=size,
        clusters=len(np.unique(cluster)),
    )


def _moments_p(moments: Array, cluster: Whole) -> float:
    """P value of the test that the moments (2, R) are zero, clustered."""
    groups = len(np.unique(cluster))
    if groups < MOMENTS + 2:
        return float("nan")
    size = moments.shape[1]
    centre = moments.mean(axis=1)
    sums = np.stack([cluster_sums(row, cluster) for row in moments - centre[:, None]])
    covariance = sums @ sums.T * groups / (groups - 1) / size**2
    if np.linalg.matrix_rank(covariance) < MOMENTS:
        return float("nan")
    wald = float(centre @ np.linalg.solve(covariance, centre))
    scaled = wald * (groups - MOMENTS) / (MOMENTS * (groups - 1))
    return float(fdtrc(MOMENTS, groups - MOMENTS, scaled))
