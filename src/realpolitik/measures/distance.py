"""Loss of strength: what of a state's capability arrives at a distance."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik.measures.capabilities import indices
from realpolitik.measures.tidy import cube, dyad_rows, members, yearly, years_of
from realpolitik.panel import Panel

Array = NDArray[np.float64]

KM_PER_MILE = 1.609344
RETAINED_PER_TENFOLD = 0.1333  # base c of the gradient; Bueno de Mesquita (1981)


def miles_per_day(year: int | Array, modern: float = 500.0) -> Array:
    """Transport range of a day: 250 miles to 1918, 375 for 1919-45, `modern` after.

    Parameters
    ----------
    year : int or ndarray
    modern : float
        Miles per day after 1945. Some implementations use 375; report the sensitivity.

    References
    ----------
    Bueno de Mesquita (1981), The War Trap, 105 (as recalled; the range is a convention).
    """
    years = np.asarray(year, dtype=np.float64)
    return np.where(years <= 1918, 250.0, np.where(years <= 1945, 375.0, modern))


def strength_retained(
    miles: float | Array, per_day: float | Array, base: float = RETAINED_PER_TENFOLD
) -> Array:
    """Weight that multiplies a state's capability at a distance.

    w = c ** log10(miles / mpd + (10 - e)), with e Euler's number. At no distance the exponent is
    log10(10 - e) = .862, so w is .176 and not 1: weights compare distances, they are no shares.

    Parameters
    ----------
    miles : float or ndarray
        Distance in statute miles.
    per_day : float or ndarray
        Miles per day, see `miles_per_day`.
    base : float
        The constant c in (0, 1); a smaller one loses strength faster.

    References
    ----------
    Bueno de Mesquita (1981), The War Trap; Boulding (1962), Conflict and Defense.

    Examples
    --------
    >>> strength_retained(np.array([0.0, 500.0, 3000.0, 7000.0]), 500.0).round(4)
    array([0.176 , 0.1572, 0.104 , 0.0688])
    """
    days = np.asarray(miles, dtype=np.float64) / np.asarray(per_day, dtype=np.float64)
    return np.asarray(base ** np.log10(days + (10.0 - math.e)))


def delivered_share(own_at_other: Array, other_at_home: Array) -> Array:
    """Share of the strength present at the other's home that is the sender's.

    p = x / (x + y), with x the sender's discounted capability and y the defender's undiscounted.

    Parameters
    ----------
    own_at_other, other_at_home : ndarray
        Capabilities in the same unit, each already multiplied by its weight.
    """
    total = own_at_other + other_at_home
    return np.divide(own_at_other, total, out=np.full_like(total, np.nan), where=total > 0)


def measure(panel: Panel, states: Sequence[str] = ()) -> pl.DataFrame:
    """Strength each state could bring to the other's capital, as a share of what would meet there.

    value = x w(d) / (x w(d) + y w(0)), with x and y the CINC of source and target, d the distance
    of their capitals in miles and w the loss-of-strength weight. The bounds use 375 and 500 miles
    a day, the two conventions in use after 1945; the value is at 500.

    Parameters
    ----------
    panel : Panel
    states : sequence of str
        At least two members of the panel.

    Returns
    -------
    pl.DataFrame
        `step`, `source`, `target`, `index`, `value`, `lower`, `upper`, `interval`, `unit`,
        `provider`.
    """
    chosen = members(panel, states, least=2)
    years = years_of(panel)
    held = indices(panel, chosen)["cinc"]["value"]
    miles = cube(yearly(panel), "distance", years, chosen) / KM_PER_MILE
    when = np.array(years, dtype=np.float64)[:, None, None]
    both = []
    for modern in (375.0, 500.0):
        pace = miles_per_day(when, modern)
        sent = held[:, :, None] * strength_retained(miles, pace)
        met = held[:, None, :] * strength_retained(0.0, pace)
        both.append(delivered_share(sent, np.broadcast_to(met, sent.shape)))
    return dyad_rows(
        ~np.isnan(miles),
        years,
        chosen,
        {"value": both[1], "lower": both[0], "upper": both[1]},
        index="delivered_share",
        interval="375 to 500 miles a day",
        unit="share of strength present",
        provider="cow_nmc, cepii",
    )
