"""Years and months: one step of time, spans of steps, and what was known by when.

A step is an int (a year) or a date, the first of a month. Both order and compare as they should.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from realpolitik.errors import PeriodError, unknown

FIRST_YEAR = 1800
LAST_YEAR = 2100
STEPS = ("year", "month")

Step = Literal["year", "month"]
Time = int | date

_YEAR = re.compile(r"[0-9]{4}", re.ASCII)
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """All steps from `start` to `end`, both included: ints for years, dates for months."""

    start: Time
    end: Time
    step: Step

    def steps(self) -> tuple[Time, ...]:
        """Every step in order.

        >>> Span(date(2001, 11, 1), date(2002, 1, 1), "month").steps()[-1]
        datetime.date(2002, 1, 1)
        """
        first = position(self.start)
        last = position(self.end)
        if self.step == "year":
            return tuple(range(first, last + 1))
        return tuple(month_at(index) for index in range(first, last + 1))

    def years(self) -> tuple[int, ...]:
        """Every calendar year the span touches."""
        return tuple(range(year_of(self.start), year_of(self.end) + 1))

    def __len__(self) -> int:
        return position(self.end) - position(self.start) + 1

    def __contains__(self, step: Time) -> bool:
        return position(self.start) <= position(step) <= position(self.end)


def check_step(step: str) -> Step:
    """Return the step if it is ``year`` or ``month``.

    Raises
    ------
    UnknownName
        If it is anything else.
    """
    for known in ("year", "month"):
        if step == known:
            return known
    raise unknown("step", step[:40], STEPS)


def year_of(step: Time) -> int:
    """Calendar year of a step."""
    return step.year if isinstance(step, date) else step


def position(step: Time) -> int:
    """Count of steps since the year 0: the year itself, or 12 times the year plus the month - 1.

    >>> position(1999), position(date(1999, 3, 1))
    (1999, 23990)
    """
    return 12 * step.year + step.month - 1 if isinstance(step, date) else step


def month_at(index: int) -> date:
    """First day of the month at a position; the inverse of `position`.

    >>> month_at(position(date(1999, 12, 1)) + 1)
    datetime.date(2000, 1, 1)
    """
    return date(index // 12, index % 12 + 1, 1)


def shift(step: Time, by: int) -> Time:
    """Return the step `by` steps later (earlier if negative).

    Raises
    ------
    PeriodError
        If the result lies outside 1800 to 2100.

    Examples
    --------
    >>> shift(2000, -1), shift(date(2000, 11, 1), 3)
    (1999, datetime.date(2001, 2, 1))
    """
    index = position(step) + by
    year = index // 12 if isinstance(step, date) else index
    _check_year(year, f"{by:+d} steps from {show(step)}")
    return month_at(index) if isinstance(step, date) else index


def show(step: Time) -> str:
    """Text of a step: ``1999`` or ``1999-03``."""
    return f"{step:%Y-%m}" if isinstance(step, date) else str(step)


def parse_step(text: str | int | date, step: Step, *, end: bool = False) -> Time:
    """Read a year (``1999``) or a month (``1999-03``, or any day in it).

    Parameters
    ----------
    text : str, int or date
        What the user wrote.
    step : {"year", "month"}
        The step wanted. A month read as a year gives its year; a year read as a month gives its
        January, or its December if `end` is set.
    end : bool
        Whether this closes a span.

    Raises
    ------
    PeriodError
        If it is not a date, or lies outside 1800 to 2100.

    Examples
    --------
    >>> parse_step("1999", "year"), parse_step("1999", "month", end=True)
    (1999, datetime.date(1999, 12, 1))
    """
    year, month = _year_and_month(text)
    if step == "year":
        return year
    return date(year, month if month is not None else (12 if end else 1), 1)


def parse_span(
    from_: str | int | date | None,
    to: str | int | date | None,
    step: Step,
    default: Span,
) -> Span:
    """Read the ends of a span; an end that is not given is taken from `default`.

    Raises
    ------
    PeriodError
        If an end cannot be read or the span is reversed.

    Examples
    --------
    >>> parse_span("1998", None, "year", default=Span(1947, 2023, "year"))
    Span(start=1998, end=2023, step='year')
    """
    start = parse_step(default.start if from_ is None else from_, step)
    end = parse_step(default.end if to is None else to, step, end=True)
    if position(start) <= position(end):
        return Span(start, end, step)
    if from_ is not None and to is not None:
        msg = f"the period runs backwards, from {show(start)} to {show(end)}: swap --from and --to"
    elif from_ is not None:
        msg = f"the period is empty: it starts at {show(start)} and the data end at {show(end)}"
    else:
        msg = f"the period is empty: it ends at {show(end)} and the data start at {show(start)}"
    raise PeriodError(msg)


def parse_as_of(text: str | int | date) -> date:
    """Last day of what may be used: the last day of a year or month, or the day itself.

    Raises
    ------
    PeriodError
        If it is not a date, or lies outside 1800 to 2100.

    Examples
    --------
    >>> parse_as_of("2001"), parse_as_of("2004-02"), parse_as_of("2004-02-10")
    (datetime.date(2001, 12, 31), datetime.date(2004, 2, 29), datetime.date(2004, 2, 10))
    """
    if isinstance(text, date):
        _check_year(text.year, str(text))
        return text
    year, month = _year_and_month(text)
    day = _MONTH.fullmatch(str(text).strip())
    if day and day[3]:
        return date(year, int(day[2]), int(day[3]))
    return last_day(date(year, month or 12, 1))


def last_day(step: Time) -> date:
    """Last day of a year or month.

    >>> last_day(1999), last_day(date(2000, 2, 1))
    (datetime.date(1999, 12, 31), datetime.date(2000, 2, 29))
    """
    if not isinstance(step, date):
        return date(step, 12, 31)
    following = month_at(position(step) + 1)
    return date.fromordinal(following.toordinal() - 1)


def _year_and_month(text: str | int | date) -> tuple[int, int | None]:
    if isinstance(text, date):
        _check_year(text.year, str(text))
        return text.year, text.month
    shown = str(text).strip()[:40]
    if _YEAR.fullmatch(shown):
        _check_year(int(shown), shown)
        return int(shown), None
    match = _MONTH.fullmatch(shown)
    if match is None:
        msg = f"cannot read {shown!r} as a date: write a year (1999) or a month (1999-03)"
        raise PeriodError(msg)
    year, month = int(match[1]), int(match[2])
    _check_year(year, shown)
    try:
        date(year, month, int(match[3] or 1))
    except ValueError as cause:
        msg = f"there is no such date as {shown}: {cause}. Write a year (1999) or a month (1999-03)"
        raise PeriodError(msg) from cause
    return year, month


def _check_year(year: int, shown: str) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        msg = f"{shown} is outside {FIRST_YEAR} to {LAST_YEAR}: choose a date in between"
        raise PeriodError(msg)
