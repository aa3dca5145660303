"""From the fitted year to the month: the dynamics, and the matrices of the vector carried by month.

The yearly relation of a pair is the mean of its twelve months and a part that belongs to no month:

    year_t = l + (g_1 + ... + g_12) / 12 + n_t

Autoregression and variance of the months and the variance of n are such that ``year_t`` moves
exactly as fitted. The vector carried for a pair is ``(l, g, r, last)``, two directions each, then
the lasting deviations and the deviations of the series read by month. ``r`` is the sum of the
year's months so far over twelve, in December with n; ``last`` is the relation of the year before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from realpolitik.measures.relation.model import Array, Dynamics
from realpolitik.panel.record import MONTHS_A_YEAR

SIZE = 8
"""Length of the part of the carried vector that is about the relation."""
LEVEL, PASSING, SO_FAR, LAST = (slice(at, at + 2) for at in (0, 2, 4, 6))
DECEMBER = MONTHS_A_YEAR - 1


@dataclass(frozen=True, slots=True)
class MonthDynamics:
    """How the relation moves from month to month.

    Attributes
    ----------
    level_sd, pair_corr : float
        As by year.
    passing_sd : float
        Standard deviation of the passing part.
    left : float
        Share of it that is left after a month.
    year_sd : float
        Standard deviation of what the relation of a year has beside the mean of its months.
    """

    level_sd: float
    passing_sd: float
    left: float
    year_sd: float
    pair_corr: float


@dataclass(frozen=True, slots=True)
class Deviation:
    """Deviation of a series that is read by month: ``d_t = carry d_{t-1} + e`` and ``N(0, alone)``.

    `sd` is that of d, `alone` the variance of what a month has for itself, `columns` the number of
    directions, `slot` the place of the series' lasting deviation among those of the pair, None for
    a series without one.
    """

    carry: float
    sd: float
    alone: float
    columns: int
    slot: int | None


@dataclass(frozen=True, slots=True)
class Chain:
    """A yearly chain as the mean of twelve months of a chain, and a part that belongs to the year.

    `left` is the share left after a month, `variance` that of a month, `rest` that of the part of
    the year, which is independent from year to year.
    """

    left: float
    variance: float
    rest: float


def by_month(left: float, shock_sd: float) -> Chain:
    """Find the months of which a yearly chain ``x_t = left x_{t-1} + N(0, shock_sd^2)`` is made.

    The share left of a month is the twelfth root of that of a year. Means of neighbouring years
    have the covariance ``V c``, with V the variance of a month and c the mean of
    ``left^((12 + j - i) / 12)`` over the months i of one and j of the other; it has to be that of
    the chain, and so have those of years further apart. The mean of one year then varies less than
    the chain; the rest belongs to the year.

    Parameters
    ----------
    left, shock_sd : float

    References
    ----------
    Working (1960) on averages of a chain; Harvey (1989), section 6.3, on mixed frequencies.

    Examples
    --------
    >>> chain = by_month(0.85, 0.4)
    >>> round(chain.left**12, 4), round(chain.variance, 4), round(chain.rest, 4)
    (0.85, 0.5753, 0.031)
    """
    share = left ** (1.0 / MONTHS_A_YEAR)
    apart = np.subtract.outer(range(MONTHS_A_YEAR), range(MONTHS_A_YEAR))
    fitted = shock_sd**2 / (1.0 - left**2)
    variance = fitted * left / float(np.mean(share ** (MONTHS_A_YEAR + apart))) if left else 0.0
    rest = fitted - variance * float(np.mean(share ** np.abs(apart)))
    return Chain(share, variance, max(rest, 0.0))


def month_dynamics(year: Dynamics) -> MonthDynamics:
    """Convert the yearly dynamics, so that the relation of years has the law that was fitted.

    Parameters
    ----------
    year : Dynamics
    """
    chain = by_month(year.left, year.shock_sd)
    return MonthDynamics(
        year.level_sd, float(np.sqrt(chain.variance)), chain.left, float(np.sqrt(chain.rest)),
        year.pair_corr,
    )  # fmt: skip


def deviation(carry: float, noise: float, columns: int, slot: int | None) -> Deviation:
    """Convert the deviation of a yearly series: the mean of its months has the law of the year.

    What belongs to a year is spread over its months, independently: twelve times its variance in
    each. So the counts of twelve months weigh what the count of their year weighs.

    Parameters
    ----------
    carry, noise : float
        Memory and standard deviation of the innovation by year.
    columns : int
    slot : int or None
    """
    chain = by_month(carry, noise)
    return Deviation(
        chain.left, float(np.sqrt(chain.variance)), MONTHS_A_YEAR * chain.rest, columns, slot
    )


@dataclass(frozen=True, slots=True)
class MonthMatrices:
    """The dynamics as matrices: x_t = F x_{t-1} + N(0, Q), x at entry ~ N(0, start).

    Attributes
    ----------
    transition, innovation : ndarray, shape (12, S, S)
        F and Q of the step into each month, January first.
    start : ndarray, shape (S, S)
        In the January in which a pair enters.
    month : ndarray, shape (2, S)
        Rows that read the relation of the month.
    year : ndarray, shape (4 + K, S)
        Rows that December's readings are about: the relation of the year and of the year before,
        then the lasting deviations.
    """

    transition: Array
    innovation: Array
    start: Array
    month: Array
    year: Array


def _pair(sd: float, corr: float) -> Array:
    return sd**2 * np.array([[1.0, corr], [corr, 1.0]])


def matrices(
    dynamics: MonthDynamics, lasting: Sequence[float], deviations: Sequence[Deviation]
) -> MonthMatrices:
    """Write the dynamics as matrices.

    Parameters
    ----------
    dynamics : MonthDynamics
    lasting : sequence of float, K long
        Standard deviations of the lasting deviations.
    deviations : sequence of Deviation
        Of the series read by month.

    Returns
    -------
    MonthMatrices
        S is SIZE + K + the number of directions of all series read by month.
    """
    carry = np.array([d.carry for d in deviations for _ in range(d.columns)])
    spread = np.array([d.sd**2 for d in deviations for _ in range(d.columns)])
    own = SIZE + len(lasting)
    size = own + len(carry)
    two, share = np.eye(2), 1.0 / MONTHS_A_YEAR
    transition = np.zeros((MONTHS_A_YEAR, size, size))
    transition[:, LEVEL, LEVEL] = two
    transition[:, PASSING, PASSING] = dynamics.left * two
    transition[:, SO_FAR, PASSING] = share * dynamics.left * two
    transition[1:, SO_FAR, SO_FAR] = two
    transition[1:, LAST, LAST] = two
    transition[0, LAST, LEVEL] = transition[0, LAST, SO_FAR] = two
    transition[:, SIZE:own, SIZE:own] = np.eye(len(lasting))
    transition[:, own:, own:] = np.diag(carry)
    innovation, start = np.zeros_like(transition), np.zeros((size, size))
    passing = _pair(dynamics.passing_sd, dynamics.pair_corr)
    for matrix, moved in ((innovation, (1.0 - dynamics.left**2) * passing), (start[None], passing)):
        matrix[:, PASSING, PASSING] = moved
        matrix[:, SO_FAR, PASSING] = matrix[:, PASSING, SO_FAR] = share * moved
        matrix[:, SO_FAR, SO_FAR] = share**2 * moved
    innovation[DECEMBER, SO_FAR, SO_FAR] += _pair(dynamics.year_sd, dynamics.pair_corr)
    innovation[:, own:, own:] = np.diag((1.0 - carry**2) * spread)
    start[LEVEL, LEVEL] = _pair(dynamics.level_sd, dynamics.pair_corr)
    start[SIZE:, SIZE:] = np.diag([*np.square(lasting), *spread])
    return MonthMatrices(transition, innovation, start, *_rows(size, len(lasting)))


def _rows(size: int, lasting: int) -> tuple[Array, Array]:
    month, year = np.zeros((2, size)), np.zeros((4 + lasting, size))
    month[:, LEVEL] = month[:, PASSING] = np.eye(2)
    year[:2, LEVEL] = year[:2, SO_FAR] = year[2:4, LAST] = np.eye(2)
    year[4:, SIZE : SIZE + lasting] = np.eye(lasting)
    return month, year
