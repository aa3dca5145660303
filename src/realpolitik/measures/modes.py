"""Modes of influence: inducement or coercion, by actor and target."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import betaincinv

from realpolitik import rng
from realpolitik.measures.asking import great_powers, joined, with_last_year
from realpolitik.measures.tidy import cube, dyad_rows, members, present, yearly, years_of
from realpolitik.measures.weighting import DRAWS, LOWER, UPPER, rolling_sum
from realpolitik.panel import Panel

Array = NDArray[np.float64]

YEARS = 5
HALF = 0.5  # Jeffreys' prior
THREAT = 2.0  # lowest hostility above none
INDUCEMENTS = ("aid", "finance", "arms", "agreement")
COERCIONS = ("sanctions", "sanction_threat", "dispute")
PROVIDER = "us_aid, aiddata_gcdf, sipri, desta, gsdb, ties, cow_mid"
UNIT = "coercion's share of the mix"


def share_interval(coercive: Array, inducing: Array) -> tuple[Array, Array, Array]:
    """Share of coercive acts among all acts, with Jeffreys' 90% interval.

    p ~ Beta(c + 1/2, n - c + 1/2), n = c + i; the value is the posterior median.

    Parameters
    ----------
    coercive, inducing : ndarray
        Counts of acts; NaN where not known.

    Returns
    -------
    value, lower, upper : ndarray
        NaN where a count is missing or there is no act.

    References
    ----------
    Brown, Cai & DasGupta (2001), Statistical Science 16(2), 101-133.

    Examples
    --------
    >>> [round(float(v), 3) for v in share_interval(np.array(3.0), np.array(3.0))]
    [0.5, 0.209, 0.791]
    """
    seen = coercive + inducing > 0
    a, b = (np.where(seen, count, 0.0) + HALF for count in (coercive, inducing))
    value, lower, upper = (np.where(seen, betaincinv(a, b, q), np.nan) for q in (0.5, LOWER, UPPER))
    return value, lower, upper


def use_of_instruments(used: Array, years: int = YEARS) -> tuple[Array, Array]:
    """Instrument-years in which instruments were used, and those in which use was observable.

    Parameters
    ----------
    used : ndarray (I, T, ...)
        1 used, 0 not, NaN where the source cannot tell.

    Returns
    -------
    times, chances : ndarray (T, ...)
        Sums over the instruments and the last `years` years.
    """
    known = (~np.isnan(used)).sum(axis=0).astype(np.float64)
    return rolling_sum(np.nansum(used, axis=0), years), rolling_sum(known, years)


def mode_mix(
    coercion: tuple[Array, Array], inducement: tuple[Array, Array], uniforms: Array
) -> tuple[Array, Array, Array]:
    """Coercion's share of the mix of instruments: r_c / (r_c + r_i).

    r is the rate at which the observable instruments of a kind are used, a posteriori
    Beta(times + 1/2, chances - times + 1/2): instruments that cannot be observed for an actor do
    not count as unused. [Our own definition.]

    Parameters
    ----------
    coercion, inducement : (times, chances), each ndarray (...)
    uniforms : ndarray (2, R)
        Draws that give the posterior draws by inversion, the same for every cell.

    Returns
    -------
    value, lower, upper : ndarray (...)
        Median and 90% interval; NaN where a kind cannot be observed or nothing was used.
    """
    cells = np.stack([*coercion, *inducement], axis=-1)
    seen = (cells[..., 1] > 0) & (cells[..., 3] > 0) & (cells[..., 0] + cells[..., 2] > 0)
    different, place = np.unique(cells[seen], axis=0, return_inverse=True)
    rate = [
        betaincinv(
            different[:, k, None] + HALF,
            (different[:, k + 1] - different[:, k])[:, None] + HALF,
            uniforms[k // 2],
        )
        for k in (0, 2)
    ]
    found = np.quantile(rate[0] / (rate[0] + rate[1]), [0.5, LOWER, UPPER], axis=1)
    result = np.full((3, *seen.shape), np.nan)
    result[:, seen] = found[:, place.ravel()]
    return result[0], result[1], result[2]


def read_instruments(
    panel: Panel, years: Sequence[int], everyone: Sequence[str]
) -> dict[str, Array]:
    """Whether each instrument was used: dict of ndarray (T, N, N), source towards target."""
    dyads = yearly(panel)
    read = {
        name: cube(dyads, column, years, everyone)
        for name, column in (
            ("aid", "us_aid"),
            ("finance", "china_finance_recent"),
            ("arms", "arms"),
            ("agreement", "trade_agreements"),
            ("sanctions", "sanctions"),
            ("sanction_threat", "sanction_threats"),
            ("dispute", "mid_hostility"),
        )
    }
    new = np.full_like(read["agreement"], np.nan)
    new[1:] = read["agreement"][1:] - read["agreement"][:-1]
    read["agreement"] = new
    least = {"dispute": THREAT}
    return {
        name: np.where(np.isnan(v), np.nan, v >= least[name] if name in least else v > 0)
        for name, v in read.items()
    }


def measure(
    panel: Panel, states: Sequence[str] = (), *, draws: int = DRAWS, seed: int = 0
) -> pl.DataFrame:
    """Mix of inducement and coercion of each great power towards each state named.

    `instruments`: how often the observable instruments were used over five years, coercion (a
    sanction, a threat or imposition of sanctions, a militarised dispute) against inducement (aid,
    official finance, arms, a new trade agreement); `used` lists them. Aid is observable for the
    United States alone and finance for China alone; what cannot be observed does not count as
    unused. `events`: material conflict against material cooperation in news reports of the year,
    the same source for all. Value and bounds are the posterior median and 90%.

    Parameters
    ----------
    panel : Panel
    states : sequence of str
        Targets; all members if empty.
    draws, seed : int

    Returns
    -------
    pl.DataFrame
        `step`, `source`, `target`, `index`, `value`, `lower`, `upper`, `inducement` and
        `coercion` (uses, or events), `used`, `interval`, `unit`, `provider`, `last_year`.
    """
    targets, everyone, years = members(panel, states), members(panel, ()), years_of(panel)
    powers = great_powers(panel)
    there = present(panel.states, years, everyone)
    wanted = np.array(
        [[s in powers and t in targets and s != t for t in everyone] for s in everyone]
    )
    where = wanted & there[:, :, None] & there[:, None, :]
    used = read_instruments(panel, years, everyone)
    uniforms = rng.stream(seed, "modes").random((2, draws))
    frames = [
        _instrument_rows(used, where, years, everyone, uniforms),
        _event_rows(panel, where, years, everyone),
    ]
    rows = pl.concat(frames).sort("target", "source", "index", "step")
    return with_last_year(rows, "source", "target", "index")


def _instrument_rows(
    used: dict[str, Array],
    where: NDArray[np.bool_],
    years: Sequence[int],
    everyone: Sequence[str],
    uniforms: Array,
) -> pl.DataFrame:
    kinds = [np.stack([used[name] for name in kind]) for kind in (COERCIONS, INDUCEMENTS)]
    coercion, inducement = (_within(where, *use_of_instruments(kind)) for kind in kinds)
    value, lower, upper = mode_mix(coercion, inducement, uniforms)
    numbers = {
        "value": value,
        "lower": lower,
        "upper": upper,
        "inducement": inducement[0],
        "coercion": coercion[0],
    }
    facts = {"interval": "90%", "unit": UNIT, "provider": PROVIDER}
    rows = dyad_rows(where, years, everyone, numbers, index="instruments", **facts)
    names = (*COERCIONS, *INDUCEMENTS)
    known = ~np.isnan(np.concatenate(kinds)).transpose(2, 3, 1, 0)[where.transpose(1, 2, 0)]
    return rows.with_columns(pl.Series("used", joined(known, names), pl.String)).select(COLUMNS)


def _within(where: NDArray[np.bool_], times: Array, chances: Array) -> tuple[Array, Array]:
    """Leave out the cells that get no row: drawing for them takes most of the time."""
    return np.where(where, times, np.nan), np.where(where, chances, np.nan)


def _event_rows(
    panel: Panel, where: NDArray[np.bool_], years: Sequence[int], everyone: Sequence[str]
) -> pl.DataFrame:
    dyads = yearly(panel)
    conflict, cooperation = (
        cube(dyads, f"material_{kind}", years, everyone) for kind in ("conflict", "cooperation")
    )
    value, lower, upper = share_interval(conflict, cooperation)
    numbers = {
        "value": value,
        "lower": lower,
        "upper": upper,
        "inducement": cooperation,
        "coercion": conflict,
    }
    facts = {"interval": "90%", "unit": UNIT, "provider": "icews_year"}
    rows = dyad_rows(where, years, everyone, numbers, index="events", **facts)
    return rows.with_columns(pl.lit("events", pl.String).alias("used")).select(COLUMNS)


COLUMNS = (
    *("step", "source", "target", "index", "value", "lower", "upper"),
    *("inducement", "coercion", "used", "interval", "unit", "provider"),
)
