"""What is read by month: counts of events and the pair score, laid on the pairs of the yearly grid.

Event ratios and scores are freed of what source and target had in common in the twelve months up to
theirs, so that nothing later is used. A year whose twelve months are covered is read by month and
not again in December; where only some months are, the year's reading stays and they are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import comb

from realpolitik import timeline
from realpolitik.measures.relation.filtering import Flags
from realpolitik.measures.relation.indicators import (
    Continuous,
    Grid,
    Series,
    log_odds,
    relative,
)
from realpolitik.measures.relation.model import Array
from realpolitik.measures.relation.readings import Readings
from realpolitik.panel import Panel
from realpolitik.panel.record import MONTHS_A_YEAR

FEW = 20
"""Events from which on the pull of the halves to zero is below two thousandths."""
VOLUME, RATIOS = "conflict_volume", {"verbal_events", "material_events"}
"""The yearly volume of conflict, and the ratios that count the same events of the same source."""


@dataclass(frozen=True, slots=True)
class Months:
    """Columns by month on the pairs of a yearly grid.

    Attributes
    ----------
    steps : ndarray of datetime64[D], shape (T,)
        First days of the months, from a January on.
    exists : ndarray, shape (T, P, 2)
    columns : Mapping of str to ndarray, shape (T, P, 2)
        Values, NaN where null.
    """

    steps: NDArray[np.datetime64]
    exists: Flags
    columns: Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class Source:
    """A series that is read by month where the panel has its columns.

    `kin` is the series whose parameters serve where too few whole years were read to fit its own.
    """

    name: str
    columns: tuple[str, ...]
    kin: str
    read: Callable[[Grid, Mapping[str, Array]], Continuous]


def lay_out(grid: Grid, months: Panel | None) -> Months:
    """Lay the panel by month on the pairs of the yearly grid.

    Parameters
    ----------
    grid : Grid
    months : Panel, optional
        By month. Months after the last year of the grid follow it, months before the first are
        left out.
    """
    origin = MONTHS_A_YEAR * int(grid.steps[0])
    steps = MONTHS_A_YEAR * len(grid.steps)
    if months is not None:
        steps = max(steps, timeline.position(months.end) - origin + 1)
    exists = np.zeros((steps, len(grid.first), 2), dtype=bool)
    yearly = np.repeat(grid.exists, MONTHS_A_YEAR, axis=0)
    exists[: len(yearly)] = yearly
    days = np.array([timeline.month_at(origin + t) for t in range(steps)], dtype="datetime64[D]")
    if months is None:
        return Months(days, exists, {})
    rows = _placed(grid, months.dyads, origin)
    index = tuple(rows[name].to_numpy() for name in ("step", "pair", "direction"))
    later = rows["step"].to_numpy() >= len(yearly)
    exists[tuple(place[later] for place in index)] = True
    columns = {}
    for name in sorted({c for one in SOURCES for c in one.columns} & set(rows.columns)):
        columns[name] = np.full(exists.shape, np.nan)
        columns[name][index] = rows[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return Months(days, exists, columns)


def _placed(grid: Grid, dyads: pl.DataFrame, origin: int) -> pl.DataFrame:
    """Add the place of every row in the arrays; rows of other dyads and earlier months are gone."""
    names = np.array(grid.states)
    first, second = names[grid.first].tolist(), names[grid.second].tolist()
    places = pl.DataFrame(
        {
            "source": first + second,
            "target": second + first,
            "pair": [*range(len(first)), *range(len(first))],
            "direction": [0] * len(first) + [1] * len(first),
        },
        schema_overrides={"source": pl.String, "target": pl.String},
    )
    month = pl.col("month")
    position = month.dt.year().cast(pl.Int64) * MONTHS_A_YEAR + month.dt.month() - 1 - origin
    return (
        dyads.join(places, on=["source", "target"])
        .with_columns(step=position)
        .filter(pl.col("step") >= 0)
    )


def slope_of_ratio(events: Array) -> Array:
    """How much of a move of the odds the log ratio of so many events shows, at even odds.

    ``E log((k + .5) / (n - k + .5))`` moves with the logit of the share by less than one: the
    halves pull small counts to zero.

    Parameters
    ----------
    events : ndarray
        Number of events, above zero.

    Examples
    --------
    >>> slope_of_ratio(np.array([1.0, 2.0, 50.0])).round(3).tolist()
    [0.549, 0.805, 1.0]
    """
    table = np.ones(FEW)
    for n in range(1, FEW):
        k = np.arange(n + 1)
        shown = np.log((k + 0.5) / (n - k + 0.5))
        table[n] = np.sum(comb(n, k) * 0.5**n * (k - n / 2.0) * shown)
    return np.where(events < FEW, table[np.minimum(events, FEW - 1).astype(np.int64)], 1.0)


def relative_so_far(grid: Grid, value: Array, variance: Array | None = None) -> Array:
    """Take out what source and target had in common in the twelve months up to each month.

    Parameters
    ----------
    grid : Grid
    value, variance : ndarray, shape (T, P, 2)
        As in `indicators.relative`; all cells of the twelve months are fitted together.

    Returns
    -------
    ndarray, shape (T, P, 2)
    """
    rest, pairs = np.full(value.shape, np.nan), value.shape[1]
    for step in np.flatnonzero(np.isfinite(value).any(axis=(1, 2))).tolist():
        window = slice(max(0, step + 1 - MONTHS_A_YEAR), step + 1)
        count = window.stop - window.start
        wide = replace(
            grid,
            first=np.tile(grid.first, count),
            second=np.tile(grid.second, count),
            nearness=np.tile(grid.nearness, count),
        )
        cells = value[window].reshape(1, -1, 2)
        known = None if variance is None else variance[window].reshape(1, -1, 2)
        rest[step] = relative(wide, cells, known)[0, -pairs:]
    return rest


def _ratio(cooperative: str, conflictual: str) -> Callable[[Grid, Mapping[str, Array]], Continuous]:
    def read(grid: Grid, columns: Mapping[str, Array]) -> Continuous:
        up, down = columns[cooperative], columns[conflictual]
        value, variance = log_odds(up, down)
        slope = slope_of_ratio(np.nan_to_num(up + down))
        value, variance = value / slope, variance / slope**2
        return Continuous(relative_so_far(grid, value, variance), variance)

    return read


def _score(grid: Grid, columns: Mapping[str, Array]) -> Continuous:
    value = relative_so_far(grid, np.arcsinh(columns["gdelt_score_month"]))[:, :, :1]
    return Continuous(value, np.where(np.isnan(value), np.nan, 0.0))


def _events(prefix: str, kind: str, name: str) -> Source:
    columns = tuple(f"{prefix}{kind}_{sign}_month" for sign in ("cooperation", "conflict"))
    return Source(name, columns, f"{kind}_events", _ratio(*columns))


SOURCES: tuple[Source, ...] = (
    _events("", "verbal", "verbal_events"),
    _events("", "material", "material_events"),
    _events("gdelt_", "verbal", "gdelt_verbal"),
    _events("gdelt_", "material", "gdelt_material"),
    _events("polecat_", "verbal", "polecat_verbal"),
    _events("polecat_", "material", "polecat_material"),
    Source("gdelt_score", ("gdelt_score_month",), "gdelt_score", _score),
)
"""Series that are read by month. The volume of conflict stays yearly: most months have no event."""


def read_months(grid: Grid, months: Months, wanted: tuple[Series, ...]) -> dict[str, Continuous]:
    """Read every series by month that the panel has the columns of.

    Parameters
    ----------
    grid : Grid
    months : Months
    wanted : tuple of Series
        Series that may measure the relation.

    Returns
    -------
    dict of str to Continuous
        In the units of the panel, shape (T, P, C).
    """
    names = {one.name for one in wanted}
    held = [
        one
        for one in SOURCES
        if one.name in names and all(column in months.columns for column in one.columns)
    ]
    found = {one.name: one.read(grid, months.columns) for one in held}
    return {name: s for name, s in found.items() if np.isfinite(s.value).any()}


def once(
    readings: Readings, monthly: Mapping[str, Continuous], months: Months
) -> tuple[Readings, dict[str, Continuous]]:
    """Read every event once: by month where a year is covered by month, else in December.

    The yearly volume of conflict is silent where a ratio by month counts the same events.

    Parameters
    ----------
    readings : Readings
        Of years.
    monthly : Mapping of str to Continuous
        From `read_months`.
    months : Months

    Returns
    -------
    Readings, dict of str to Continuous
        What is left of both.
    """
    yearly, kept = dict(readings.continuous), dict(monthly)
    columns = {one.name: one.columns for one in SOURCES}
    for name in yearly.keys() & monthly.keys():
        year, month = yearly[name], monthly[name]
        whole = _whole_years(months, columns[name], len(year.value))
        yearly[name] = _without(year, _in_year(month, len(whole)) & whole[:, None])
        stays = np.repeat(_any_side(year) & ~whole[:, None], MONTHS_A_YEAR, axis=0)
        late = np.zeros((len(month.value) - len(stays), stays.shape[1]), dtype=bool)
        kept[name] = _without(month, np.concatenate([stays, late]))
    volume = yearly.get(VOLUME)
    if volume is not None and volume.silent is not None:
        for name in kept.keys() & RATIOS:
            silent = volume.silent | _in_year(kept[name], len(volume.value))[:, :, None]
            volume = replace(volume, silent=silent)
        yearly[VOLUME] = volume
    return replace(readings, continuous=yearly), kept


def _in_year(series: Continuous, years: int) -> Flags:
    """Whether a series by month is read for a pair in each year, shape (Y, P)."""
    months = _any_side(series)[: MONTHS_A_YEAR * years].reshape(years, MONTHS_A_YEAR, -1)
    read: Flags = np.logical_or.reduce(months, axis=1)
    return read


def _whole_years(months: Months, columns: tuple[str, ...], years: int) -> Flags:
    """Years of which all twelve months are covered, shape (Y,)."""
    covered = np.ones(len(months.steps), dtype=bool)
    for column in columns:
        covered &= np.isfinite(months.columns[column]).any(axis=(1, 2))
    split = covered[: MONTHS_A_YEAR * years].reshape(years, MONTHS_A_YEAR)
    whole: Flags = np.logical_and.reduce(split, axis=1)
    return whole


def _any_side(series: Continuous) -> Flags:
    """Whether a pair is read in either direction, shape (T, P)."""
    read: Flags = np.logical_or.reduce(np.isfinite(series.value), axis=2)
    return read


def _without(series: Continuous, gone: Flags) -> Continuous:
    """Take the readings of some steps and pairs out; `gone` has shape (T, P)."""
    value, variance = (
        np.where(gone[:, :, None], np.nan, x) for x in (series.value, series.variance)
    )
    return replace(series, value=value, variance=variance)
