"""Richardson's arms-race equations: their dynamics, and their coefficients from data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import t as student_t

from realpolitik import rng
from realpolitik.errors import RequestError
from realpolitik.measures.tidy import matrix, members, table, years_of
from realpolitik.panel import Panel

Array = NDArray[np.float64]

COEFFICIENTS = ("reaction_x", "fatigue_x", "grievance_x", "reaction_y", "fatigue_y", "grievance_y")
LEAST_STEPS = 8  # three coefficients an equation and at least five degrees of freedom


@dataclass(frozen=True, slots=True)
class Richardson:
    """Coefficients of dx = k y - a x + g and dy = l x - b y + h, per step.

    Attributes
    ----------
    reaction_x, fatigue_x, grievance_x : float
        k, a and g of the first state.
    reaction_y, fatigue_y, grievance_y : float
        l, b and h of the second.

    References
    ----------
    Richardson (1960), Arms and Insecurity.

    Examples
    --------
    >>> race = Richardson(0.9, 1.0, 1.0, 0.9, 1.0, 1.0)
    >>> race.equilibrium().round(6).tolist(), race.stable()
    ([10.0, 10.0], True)
    """

    reaction_x: float
    fatigue_x: float
    grievance_x: float
    reaction_y: float
    fatigue_y: float
    grievance_y: float

    def matrix(self) -> Array:
        """Matrix A of d(x, y) = A (x, y) + (g, h): ndarray (2, 2)."""
        return np.array([[-self.fatigue_x, self.reaction_x], [self.reaction_y, -self.fatigue_y]])

    def eigenvalues(self) -> NDArray[np.complex128]:
        """Eigenvalues of A, the one with the largest real part first: ndarray (2,)."""
        values = np.linalg.eigvals(self.matrix()).astype(np.complex128)
        return values[np.argsort(-values.real)]

    def stable(self) -> bool:
        """Whether the race returns to its equilibrium: a b > k l and a + b > 0."""
        product = self.fatigue_x * self.fatigue_y > self.reaction_x * self.reaction_y
        return product and self.fatigue_x + self.fatigue_y > 0

    def equilibrium(self) -> Array:
        """Point at which neither changes, -A^-1 (g, h): ndarray (2,); NaN if A is singular."""
        matrix = self.matrix()
        if np.linalg.det(matrix) == 0:
            return np.full(2, np.nan)
        return np.linalg.solve(matrix, -np.array([self.grievance_x, self.grievance_y]))


@dataclass(frozen=True, slots=True)
class RichardsonFit:
    """Estimated arms race of a pair.

    Attributes
    ----------
    estimate : Richardson
        Least-squares coefficients.
    lower, upper : ndarray (6,)
        Interval of each coefficient, in the order of `COEFFICIENTS`.
    probability_stable : float
        Share of draws from the sampling distribution that are stable.
    growth, growth_lower, growth_upper : float
        Largest real part of the eigenvalues, per step, and its interval; positive is a spiral.
    steps : int
        Year-to-year changes used.
    """

    estimate: Richardson
    lower: Array
    upper: Array
    probability_stable: float
    growth: float
    growth_lower: float
    growth_upper: float
    steps: int


def fit_richardson(
    first: Array, second: Array, *, level: float = 0.9, draws: int = 4000, seed: int = 0
) -> RichardsonFit | None:
    """Estimate Richardson's coefficients by least squares on year-to-year changes.

    x_{t+1} - x_t = k y_t - a x_t + g + e, and the same for y. Both equations have the same
    regressors, so equation-by-equation least squares is the efficient estimate. Intervals are
    Student-t; the stability of the system comes from draws of the joint sampling distribution.
    In short series least squares overstates a and b (Kendall 1954), that is, stability.

    Parameters
    ----------
    first, second : ndarray (T,)
        Armament of each state at equal steps, in one unit; NaN where missing. A change is used
        only where both states have both its years.
    level : float
        Coverage of the intervals.
    draws, seed : int
        Of the stability probability.

    Returns
    -------
    RichardsonFit or None
        None with fewer than eight changes or regressors that do not vary.

    References
    ----------
    Richardson (1960), Arms and Insecurity; Zellner (1962), Journal of the American Statistical
    Association 57, 348-368; Kendall (1954), Biometrika 41, 403-404.
    """
    both = np.column_stack([first, second])
    change = np.diff(both, axis=0)
    used = ~np.isnan(change).any(axis=1)
    design = np.column_stack([both[:-1], np.ones(len(both) - 1)])[used]
    steps = int(used.sum())
    if steps < LEAST_STEPS or np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    coefficients = np.asarray(np.linalg.lstsq(design, change[used], rcond=None)[0], np.float64)
    residual = change[used] - design @ coefficients
    freedom = steps - design.shape[1]
    noise = residual.T @ residual / freedom
    inverse = np.linalg.inv(design.T @ design)
    half = student_t.ppf(0.5 + level / 2, freedom) * np.sqrt(
        np.outer(np.diag(inverse), np.diag(noise))
    )
    simulated = _draw(coefficients, inverse, noise, freedom, draws, seed)
    growth = np.linalg.eigvals(simulated[:, :2].transpose(0, 2, 1)).real.max(axis=1)
    tails = np.quantile(growth, [0.5 - level / 2, 0.5 + level / 2])
    estimate = Richardson(*_in_order(coefficients))
    bounds = np.stack([_in_order(coefficients - half), _in_order(coefficients + half)])
    return RichardsonFit(
        estimate,
        bounds.min(axis=0),
        bounds.max(axis=0),
        float((growth < 0).mean()),
        float(estimate.eigenvalues()[0].real),
        float(tails[0]),
        float(tails[1]),
        steps,
    )


def _in_order(coefficients: Array) -> Array:
    """Reorder ((x, y, 1) by equation) into `COEFFICIENTS`; a fatigue is minus its slope."""
    (own_x, cross_y), (cross_x, own_y), (level_x, level_y) = coefficients
    return np.array([cross_x, -own_x, level_x, cross_y, -own_y, level_y])


def _draw(
    centre: Array, inverse: Array, noise: Array, freedom: int, draws: int, seed: int
) -> Array:
    """Draw coefficients (draws, 3, 2) from their joint multivariate-t distribution."""
    generator = rng.stream(seed, "arms_race")
    normal = generator.standard_normal((draws, *centre.shape))
    scale = np.sqrt(freedom / generator.chisquare(freedom, draws))[:, None, None]
    left = np.linalg.cholesky(inverse)
    # an exact fit leaves no noise, and the factor of a zero matrix is zero
    values, vectors = np.linalg.eigh(noise)
    right = vectors * np.sqrt(np.clip(values, 0.0, None))
    return np.asarray(centre + scale * (left @ normal @ right.T))


def measure(panel: Panel, states: Sequence[str] = (), *, seed: int = 0) -> pl.DataFrame:
    """Richardson's coefficients of every two states named, over the years of the panel.

    Armament is the state's share of world military expenditure in per cent, so the growth of the
    world total drops out. `growth` is the largest eigenvalue: negative is a race that settles.

    Parameters
    ----------
    panel : Panel
        Its years are the window of the estimate.
    states : sequence of str
        At least two members of the panel.
    seed : int
        Of the draws behind `growth` and `stable`.

    Returns
    -------
    pl.DataFrame
        `start`, `end`, `source`, `target`, `index`, `value`, `lower`, `upper`, `interval`, `unit`,
        `provider`, `steps` (year-to-year changes used).

    Raises
    ------
    RequestError
        If no pair has enough years.
    """
    chosen = members(panel, states, least=2)
    years = years_of(panel)
    arms = 100.0 * matrix(panel.states, "milex_share", years, chosen)
    frames = []
    for i, j in combinations(range(len(chosen)), 2):
        fit = fit_richardson(arms[:, i], arms[:, j], seed=seed)
        if fit is not None:
            frames.append(_rows(fit, arms[:, [i, j]], years, chosen[i], chosen[j]))
    if not frames:
        msg = (
            f"no pair of {', '.join(chosen)} has {LEAST_STEPS} year-to-year changes of military "
            f"expenditure in {years[0]} to {years[-1]}: choose a longer period"
        )
        raise RequestError(msg)
    return pl.concat(frames)


def _rows(
    fit: RichardsonFit, arms: Array, years: Sequence[int], source: str, target: str
) -> pl.DataFrame:
    """Rows of one pair: six coefficients, growth and the probability that the race is stable."""
    known = np.flatnonzero(~np.isnan(arms).any(axis=1))
    slopes = [getattr(fit.estimate, name) for name in COEFFICIENTS]
    units = ["points a year" if "grievance" in name else "per year" for name in COEFFICIENTS]
    rows = table(
        {"index": [*COEFFICIENTS, "growth", "stable"]},
        {
            "value": [*slopes, fit.growth, fit.probability_stable],
            "lower": [*fit.lower, fit.growth_lower, np.nan],
            "upper": [*fit.upper, fit.growth_upper, np.nan],
        },
        {"source": source, "target": target, "provider": "cow_nmc"},
    ).with_columns(
        pl.lit(years[known[0]]).alias("start"),
        pl.lit(years[known[-1]]).alias("end"),
        pl.Series("unit", [*units, "per year", "probability"]),
        pl.Series("interval", ["90% interval"] * 7 + [None], pl.String),
        pl.lit(fit.steps).alias("steps"),
    )
    order = ("start", "end", "source", "target", "index", "value", "lower", "upper", "interval")
    return rows.select(*order, "unit", "provider", "steps")
