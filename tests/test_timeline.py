from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realpolitik import timeline
from realpolitik.errors import PeriodError, UnknownName
from realpolitik.timeline import Span, parse_as_of, parse_span, parse_step

YEARS = Span(1947, 2023, "year")
MONTHS = Span(date(1991, 3, 1), date(2013, 11, 1), "month")


@pytest.mark.parametrize(
    ("text", "step", "expected"),
    [
        ("1999", "year", 1999),
        (1999, "year", 1999),
        (" 1999 ", "year", 1999),
        ("1999-03", "year", 1999),
        ("1999-03", "month", date(1999, 3, 1)),
        ("1999-03-17", "month", date(1999, 3, 1)),
        ("1999", "month", date(1999, 1, 1)),
        (date(1999, 3, 17), "month", date(1999, 3, 1)),
        ("1800", "year", 1800),
        ("2100", "year", 2100),
    ],
)
def test_parse_step(text: str | int | date, step: timeline.Step, expected: object) -> None:
    assert parse_step(text, step) == expected


def test_a_year_that_closes_a_span_of_months_ends_in_december() -> None:
    assert parse_step("1999", "month", end=True) == date(1999, 12, 1)
    assert parse_step("1999-03", "month", end=True) == date(1999, 3, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot read ''"),
        ("nineteen", "write a year"),
        ("99", "cannot read '99'"),
        ("1999/03", "cannot read"),
        ("1999-3", "cannot read"),
        ("03-1999", "cannot read"),
        ("1999-13", "no such date as 1999-13: month must be in 1..12"),
        ("1999-00", "no such date"),
        ("1999-02-30", "no such date as 1999-02-30"),
        ("1799", "outside 1800 to 2100"),
        ("2101", "outside 1800 to 2100"),
        ("9999-99", "outside 1800 to 2100"),
        ("-1999", "cannot read"),
        ("1999.0", "cannot read"),
        ("١٩٩٩", "cannot read"),
        (-5, "cannot read"),
        (12, "cannot read"),
        (date(1700, 1, 1), "1700-01-01 is outside"),
        ("1" * 10**6, "cannot read"),
    ],
)
def test_unreadable_dates(text: str | int | date, message: str) -> None:
    with pytest.raises(PeriodError, match=message):
        parse_step(text, "year")
    with pytest.raises(PeriodError, match=message):
        parse_as_of(text)


@pytest.mark.parametrize(
    ("ends", "step", "default", "expected"),
    [
        ((None, None), "year", YEARS, YEARS),
        (("1998", "2001"), "year", YEARS, Span(1998, 2001, "year")),
        (("1998", "1998"), "year", YEARS, Span(1998, 1998, "year")),
        ((None, "2001"), "year", YEARS, Span(1947, 2001, "year")),
        (("1998", None), "month", YEARS, Span(date(1998, 1, 1), date(2023, 12, 1), "month")),
        (("1998", None), "month", MONTHS, Span(date(1998, 1, 1), date(2013, 11, 1), "month")),
        (("1998", "1999"), "month", MONTHS, Span(date(1998, 1, 1), date(1999, 12, 1), "month")),
        ((None, None), "year", MONTHS, Span(1991, 2013, "year")),
    ],
)
def test_parse_span(
    ends: tuple[str | None, str | None], step: timeline.Step, default: Span, expected: Span
) -> None:
    assert parse_span(*ends, step, default) == expected


@pytest.mark.parametrize(
    ("ends", "step", "message"),
    [
        (("2001", "1998"), "year", "runs backwards, from 2001 to 1998: swap --from and --to"),
        (("2001-02", "2001-01"), "month", "runs backwards, from 2001-02 to 2001-01"),
        (("2050", None), "year", "starts at 2050 and the data end at 2023"),
        ((None, "1900"), "year", "ends at 1900 and the data start at 1947"),
        (("x", None), "year", "cannot read 'x'"),
        ((None, "1999-13"), "month", "no such date"),
    ],
)
def test_wrong_spans(
    ends: tuple[str | None, str | None], step: timeline.Step, message: str
) -> None:
    with pytest.raises(PeriodError, match=message):
        parse_span(*ends, step, YEARS)


def test_steps_of_a_span() -> None:
    months = Span(date(1999, 11, 1), date(2000, 2, 1), "month")
    assert months.steps() == tuple(
        date(*ym, 1) for ym in ((1999, 11), (1999, 12), (2000, 1), (2000, 2))
    )
    assert len(months) == 4
    assert months.years() == (1999, 2000)
    assert date(2000, 2, 1) in months
    assert date(2000, 3, 1) not in months
    assert YEARS.steps()[:2] == (1947, 1948)
    assert len(YEARS) == 77
    assert 2023 in YEARS
    assert 2024 not in YEARS


def test_as_of_is_the_last_day_known() -> None:
    assert parse_as_of("2001") == date(2001, 12, 31)
    assert parse_as_of("2004-02") == date(2004, 2, 29)
    assert parse_as_of("1900-02") == date(1900, 2, 28)
    assert parse_as_of("2001-12") == date(2001, 12, 31)
    assert parse_as_of("2001-09-11") == date(2001, 9, 11)
    assert parse_as_of(date(2001, 9, 11)) == date(2001, 9, 11)


def test_shift_stays_inside_the_range() -> None:
    assert timeline.shift(date(2000, 1, 1), -1) == date(1999, 12, 1)
    assert timeline.shift(date(2000, 12, 1), 13) == date(2002, 1, 1)
    assert timeline.shift(2000, 5) == 2005
    with pytest.raises(PeriodError, match=r"\+1 steps from 2100 is outside"):
        timeline.shift(2100, 1)
    with pytest.raises(PeriodError, match="outside"):
        timeline.shift(date(1800, 1, 1), -1)


def test_check_step() -> None:
    assert timeline.check_step("month") == "month"
    with pytest.raises(UnknownName, match="Did you mean: month"):
        timeline.check_step("months")


@given(st.dates(date(1800, 1, 1), date(2100, 12, 31)))
def test_month_arithmetic_against_the_calendar(day: date) -> None:
    month = day.replace(day=1)
    assert timeline.month_at(timeline.position(month)) == month
    following = timeline.last_day(month) + timedelta(days=1)
    assert following.day == 1
    assert timeline.position(following) - timeline.position(month) == 1
    assert parse_step(timeline.show(month), "month") == month
    assert parse_as_of(day.isoformat()) == day


@given(st.text() | st.integers(), st.sampled_from(["year", "month"]))
def test_any_text_is_a_step_or_a_period_error(text: str | int, step: timeline.Step) -> None:
    try:
        found = parse_step(text, step)
    except PeriodError:
        return
    assert 1800 <= timeline.year_of(found) <= 2100
    assert isinstance(found, date) == (step == "month")
