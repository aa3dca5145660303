"""The panel: two tables of one region, what was known by a date, and where it all comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from realpolitik import states, timeline
from realpolitik.errors import PeriodError
from realpolitik.panel.variables import variables
from realpolitik.timeline import Step, Time

MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Readings and context of the states of a region.

    Attributes
    ----------
    region : str
        Name of the region, or the path of its file.
    members : tuple of str
        Every state of the region, in the order of its file.
    step : {"year", "month"}
        Step of `dyads`; `states` is always yearly.
    start, end : int or date
        First and last step.
    as_of : date or None
        Last day of what was known; None where nothing is hidden.
    states : pl.DataFrame
        One row for each member in each year in the system: `state`, `year`, then the variables of
        level state.
    dyads : pl.DataFrame
        One row for each directed dyad of members in each step in which both are in the system and
        in the region: `source`, `target`, `year` (or `month`, its first day), then the variables
        of level dyad and that step.
    spans : Mapping of str to (int, int)
        First and last year of each variable's source. Outside them a value is null.
    lags : Mapping of str to int
        Years after which a value of each variable counts as known.
    provenance : pl.DataFrame
        One row for each embedded column.
    vintage : str
        Hash of the embedded and added data.
    ballots : callable
        Returns the roll calls as a lazy frame; use `votes`.
    """

    region: str
    members: tuple[str, ...]
    step: Step
    start: Time
    end: Time
    as_of: date | None
    states: pl.DataFrame
    dyads: pl.DataFrame
    spans: Mapping[str, tuple[int, int]]
    lags: Mapping[str, int]
    provenance: pl.DataFrame
    vintage: str
    ballots: Callable[[], pl.LazyFrame] = field(repr=False)

    def votes(self) -> pl.DataFrame:
        """Return the votes of all members of the United Nations in the years of the panel.

        Returns
        -------
        pl.DataFrame
            `rcid`, `date`, `session`, `year`, `importantvote`, `unres`, `state`, `vote` (1 yes, 2
            abstain, 3 no; an absence has no row). Years not yet known at `as_of` are left out.
        """
        first, last = timeline.year_of(self.start), timeline.year_of(self.end)
        rows = self.ballots().filter(pl.col("year").is_between(first, last))
        if self.as_of is not None:
            rows = rows.filter(_known("year", self.lags["un_agreement"], self.as_of))
        return rows.collect()

    def known_at(self, when: str | int | date) -> Panel:
        """Return the panel as it was known at the end of a year or month, or on a day.

        Steps that had not ended are dropped. A value is null unless its source's release lag had
        passed: a value of year y with a lag of L years is known from the last day of y + L. The
        lag is a rule for each kind of source, not the date of each release.

        Raises
        ------
        PeriodError
            If the date cannot be read, or no step of the panel had ended.
        """
        day = timeline.parse_as_of(when)
        if self.as_of is not None:
            day = min(day, self.as_of)
        time = "year" if self.step == "year" else "month"
        yearly = self.states.filter(_ended("year", day))
        dyads = self.dyads.filter(_ended(time, day))
        end = _last_ended(self.end, day)
        if timeline.position(end) < timeline.position(self.start):
            msg = (
                f"nothing of the panel from {timeline.show(self.start)} had ended by {day}: "
                "choose a later as-of date or an earlier start"
            )
            raise PeriodError(msg)
        return replace(
            self,
            end=end,
            as_of=day,
            states=yearly.with_columns(self._hidden(yearly, "year", day)),
            dyads=dyads.with_columns(self._hidden(dyads, time, day)),
        )

    def _hidden(self, frame: pl.DataFrame, time: str, day: date) -> list[pl.Expr]:
        return [
            pl.when(_known(time, self.lags[name], day)).then(pl.col(name)).alias(name)
            for name in frame.columns
            if name in self.lags
        ]

    def trim(self) -> Panel:
        """Drop rows that break the rules of the panel.

        Dropped are rows of unknown states, of states outside their years in the system, of a state
        with itself, and repeated rows (the first stays).
        """
        time = "year" if self.step == "year" else "month"
        present = _present(self.states, self.dyads, time)
        kept = self.states.join(present, on=["state", "year"], how="semi").unique(
            ["state", "year"], keep="first", maintain_order=True
        )
        dyads = self.dyads.with_columns(_year(time).alias("_year")).filter(
            pl.col("source") != pl.col("target")
        )
        for side in ("source", "target"):
            members = present.rename({"state": side, "year": "_year"})
            dyads = dyads.join(members, on=[side, "_year"], how="semi")
        clean = dyads.drop("_year").unique(
            ["source", "target", time], keep="first", maintain_order=True
        )
        return replace(self, states=kept, dyads=clean)

    def last_year(self, variable: str) -> int | None:
        """Return the last year of a variable's source, or None for a column with no provider."""
        span = self.spans.get(variable)
        return span[1] if span else None

    def roles(self, role: str) -> tuple[str, ...]:
        """Return the variables of one role (measurement, intervention, context) in the panel."""
        held = {*self.states.columns, *self.dyads.columns}
        return tuple(v.name for v in variables().values() if v.role == role and v.name in held)


def _year(time: str) -> pl.Expr:
    return pl.col(time).dt.year() if time == "month" else pl.col(time)


def _known(time: str, lag: int, day: date) -> pl.Expr:
    """Whether the value of a step was known on `day`: its last day plus `lag` years had come."""
    if time == "year":
        last = day.year if (day.month, day.day) == (12, 31) else day.year - 1
        return pl.col("year") + lag <= last
    return pl.col("month").dt.month_end().dt.offset_by(f"{lag}y") <= day


def _ended(time: str, day: date) -> pl.Expr:
    return _known(time, 0, day)


def _last_ended(end: Time, day: date) -> Time:
    if timeline.last_day(end) <= day:
        return end
    if isinstance(end, date):
        month = date(day.year, day.month, 1)
        return month if timeline.last_day(month) <= day else timeline.shift(month, -1)
    return day.year if (day.month, day.day) == (12, 31) else day.year - 1


def _present(yearly: pl.DataFrame, dyads: pl.DataFrame, time: str) -> pl.DataFrame:
    years = {*yearly["year"].unique(), *dyads.select(_year(time).alias("year"))["year"].unique()}
    rows = [
        (state.code, year) for state in states.all_states() for year in years if state.exists(year)
    ]
    return pl.DataFrame(rows, schema={"state": pl.String, "year": pl.Int32}, orient="row")
