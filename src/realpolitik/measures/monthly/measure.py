"""From a panel by year and one by month to the relation by month."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from realpolitik import cache
from realpolitik.errors import RequestError
from realpolitik.measures.monthly.dynamics import (
    Deviation,
    MonthMatrices,
    deviation,
    matrices,
    month_dynamics,
)
from realpolitik.measures.monthly.passing import MonthSeries, Passed, Path, blocks, run
from realpolitik.measures.monthly.readings import (
    SOURCES,
    Months,
    lay_out,
    once,
    read_months,
)
from realpolitik.measures.relation.filtering import Flags
from realpolitik.measures.relation.grid import make_grid, make_readings, spread_of
from realpolitik.measures.relation.indicators import SERIES, Continuous, Grades, Grid, Series
from realpolitik.measures.relation.measure import digest, grid_arrays, parameters_of, wanted
from realpolitik.measures.relation.model import Array, Parameters
from realpolitik.measures.relation.readings import Readings, bounds, evidence
from realpolitik.measures.relation.record import Relation
from realpolitik.panel import Panel
from realpolitik.panel.record import MONTHS_A_YEAR


def relation_by_month(
    panel: Panel,
    months: Panel | None,
    *,
    exclude: Collection[str] = (),
    parameters: Parameters | None = None,
    use_cache: bool = True,
) -> Relation:
    """Measure the relation by month with the parameters of the years; see `relation`.

    Parameters
    ----------
    panel : Panel
        By year.
    months : Panel, optional
        By month.
    exclude : collection of str
    parameters : Parameters, optional
    use_cache : bool

    Raises
    ------
    RequestError
        If the two panels differ in region, states or what was known.
    ConvergenceError
        If the fit of the parameters does not converge.

    References
    ----------
    Harvey (1989), section 6.3, on mixed frequencies.
    """
    _check(panel, months)
    series, grid = wanted(exclude), make_grid(panel)
    by = lay_out(grid, months)
    by = replace(by, columns={n: v for n, v in by.columns.items() if n not in set(exclude)})
    request = {
        "series": [one.name for one in series],
        "parameters": parameters.to_json() if parameters else None,
    }
    arrays = [*grid_arrays(grid), ("months", by.exists), *by.columns.items()]
    content = cache.remember(
        cache.key("relation-by-month", digest(arrays), request) + ".npz",
        lambda: _compute(
            grid,
            by,
            series,
            parameters or parameters_of(panel, exclude=exclude, use_cache=use_cache),
        ).to_bytes(),
        use=use_cache,
    )
    return Relation.from_bytes(content)


def _check(panel: Panel, months: Panel | None) -> None:
    if months is None:
        return
    if months.step != "month":
        msg = "`months` is a panel by year: load it with step='month'"
        raise RequestError(msg)
    if (panel.region, panel.members, panel.as_of) != (months.region, months.members, months.as_of):
        msg = (
            f"the panel by year is of {panel.region!r} as of {panel.as_of}, that by month of "
            f"{months.region!r} as of {months.as_of}: load both with the same region and date"
        )
        raise RequestError(msg)


def _compute(
    grid: Grid, months: Months, series: tuple[Series, ...], parameters: Parameters
) -> Relation:
    readings, monthly = once(make_readings(grid, series), read_months(grid, months, series), months)
    params, monthly = in_units(grid, monthly, parameters)
    final, running = measure(grid, readings, monthly, months.exists, params)
    first, second = (np.array(grid.states)[side] for side in (grid.first, grid.second))
    return Relation(
        steps=months.steps,
        sources=tuple(np.stack([first, second], axis=-1).reshape(-1).tolist()),
        targets=tuple(np.stack([second, first], axis=-1).reshape(-1).tolist()),
        **_named(final, months.exists, ""),
        **_named(running, months.exists, "filtered_"),
        indicators=count(readings, monthly, months.exists).reshape(len(months.steps), -1),
        parameters=parameters,
        by_month=tuple(monthly),
    )


def in_units(
    grid: Grid, monthly: Mapping[str, Continuous], parameters: Parameters
) -> tuple[Parameters, dict[str, Continuous]]:
    """Measure the series read by month in the units of their years, and find their parameters.

    A series that was not read in enough years has the unit and the parameters of its kin; it is
    not read if these are not there either.

    Parameters
    ----------
    grid : Grid
    monthly : Mapping of str to Continuous
    parameters : Parameters

    Returns
    -------
    Parameters, dict of str to Continuous
        With an entry for each series read by month.
    """
    known, core = dict(parameters.continuous), {one.name for one in SERIES if one.core}
    yearly, found = {one.name: one for one in SERIES}, dict[str, Continuous]()
    for source in SOURCES:
        model = source.name if source.name in parameters.continuous else source.kin
        if source.name not in monthly or model not in parameters.continuous:
            continue
        raw, spread = monthly[source.name], 1.0
        if source.name in core:
            years = yearly[model].read(grid)
            spread = spread_of(years) if isinstance(years, Continuous) else 1.0
        known[source.name] = parameters.continuous[model]
        found[source.name] = replace(
            raw, value=raw.value / spread, variance=raw.variance / spread**2
        )
    return replace(parameters, continuous=known), found


def measure(
    grid: Grid,
    readings: Readings,
    monthly: Mapping[str, Continuous],
    exists: Flags,
    params: Parameters,
) -> tuple[Path, Path]:
    """Smoothed and filtered relation of every month, block by block of pairs.

    Parameters
    ----------
    grid : Grid
    readings : Readings
        Of years.
    monthly : Mapping of str to Continuous
        In their units, see `in_units`.
    exists : ndarray of bool, shape (T, P, 2)
    params : Parameters
        Fitted by year, with an entry for every series.
    """
    model = month_model(params, monthly)
    size = len(exists) * len(model.start) ** 2
    parts = [
        pass_months(
            model,
            readings.part(pairs),
            {n: replace(s, value=s.value[:, pairs], variance=s.variance[:, pairs])
             for n, s in monthly.items()},
            grid.exists[:, pairs, 0],
            len(exists),
            params,
        )
        for pairs in blocks(len(grid.first), size)
    ]  # fmt: skip
    return _beside([p.smoothed for p in parts]), _beside([p.filtered for p in parts])


def _beside(parts: Sequence[Path]) -> Path:
    names = ("mean", "variance", "change", "change_variance")
    return Path(*(np.concatenate([getattr(p, n) for p in parts], axis=1) for n in names))


def deviations(params: Parameters, monthly: Mapping[str, Continuous]) -> list[Deviation]:
    """Deviations by month of the series that are read by month."""
    return [
        deviation(
            params.continuous[name].carry,
            params.continuous[name].noise,
            series.value.shape[2],
            params.slots.get(name),
        )
        for name, series in monthly.items()
    ]


def month_model(params: Parameters, monthly: Mapping[str, Continuous]) -> MonthMatrices:
    """Matrices of the month for parameters of the year and some series read by month."""
    lasting = [params.continuous[name].lasting for name in params.slots]
    return matrices(month_dynamics(params.dynamics), lasting, deviations(params, monthly))


def pass_months(
    model: MonthMatrices,
    readings: Readings,
    monthly: Mapping[str, Continuous],
    exists: Flags,
    steps: int,
    params: Parameters,
) -> Passed:
    """Filter and smooth some pairs.

    Parameters
    ----------
    model : MonthMatrices
    readings : Readings
        Of years.
    monthly : Mapping of str to Continuous
    exists : ndarray of bool, shape (Y, P)
        Whether the pair exists in the year.
    steps : int
        Number of months.
    params : Parameters
    """
    years, pairs = exists.shape
    graded = [
        bounds(s, readings.traits(s.grade.shape[2]), params.graded[n])
        for n, s in readings.graded.items()
    ]
    place, by = 0, []
    for own, (name, series) in zip(deviations(params, monthly), monthly.items(), strict=True):
        known = params.continuous[name]
        variance = series.variance + own.alone
        value = series.value - known.level
        by.append(MonthSeries(value, variance, known.loading, own.slot, place))
        place += own.columns
    start = MONTHS_A_YEAR * np.argmax(exists, axis=0)
    return run(model, start, steps, evidence(readings, params, (years, pairs)), graded, by)


def count(readings: Readings, monthly: Mapping[str, Continuous], exists: Flags) -> Grades:
    """Series read for each month and dyad, those of years in December; shape (T, P, 2)."""
    total = np.zeros(exists.shape, dtype=np.int64)
    years = readings.count()
    total[MONTHS_A_YEAR - 1 : MONTHS_A_YEAR * len(years) : MONTHS_A_YEAR] = years
    for series in monthly.values():
        total += np.isfinite(series.value)
    return total


def _named(path: Path, exists: Flags, prefix: str) -> dict[str, Array]:
    """Means and standard deviations of dyads that exist, by the names of the record."""
    begun = np.cumsum(exists, axis=0) > 1
    fresh = exists & begun

    def flat(values: Array, mask: Flags) -> Array:
        return np.where(mask, values, np.nan).reshape(len(values), -1)

    return {
        f"{prefix}mean": flat(path.mean, exists),
        f"{prefix}sd": flat(np.sqrt(path.variance), exists),
        f"{prefix}change": flat(path.change, fresh),
        f"{prefix}change_sd": flat(np.sqrt(np.maximum(path.change_variance, 0.0)), fresh),
    }
