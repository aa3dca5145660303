"""The panel record: what is known by a date, and what is dropped."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realpolitik.data import load_panel
from realpolitik.errors import PanelError, PeriodError
from realpolitik.panel import Panel, check
from realpolitik.panel.variables import variables
from realpolitik.providers.catalogue import providers

EXAMPLES = 15
"""Each example cuts a panel of fifty thousand rows."""


@pytest.fixture(scope="module")
def panel() -> Panel:
    return load_panel("south-asia", start=1985, end=2015)


@pytest.fixture(scope="module")
def months() -> Panel:
    return load_panel("south-asia", start="2005-01", end="2013-12", step="month")


def known(panel: Panel, column: str) -> list[int]:
    rows = panel.dyads.filter(pl.col(column).is_not_null())
    return sorted(rows["year"].unique().to_list())


def test_a_value_is_known_when_its_lag_has_passed(panel: Panel) -> None:
    cut = panel.known_at("2010")
    assert cut.end == 2010
    assert cut.as_of == date(2010, 12, 31)
    for name, lag in (("cow_mid", 2), ("atop", 1), ("cow_contiguity", 0)):
        assert providers()[name].lag == lag
    assert known(cut, "mid_hostility")[-1] == 2008
    assert known(cut, "atop_defense")[-1] == 2009
    assert known(cut, "contiguity")[-1] == 2010


def test_a_year_counts_only_when_it_has_ended(panel: Panel) -> None:
    cut = panel.known_at("2010-11")
    assert cut.end == 2009
    assert known(cut, "contiguity")[-1] == 2009
    assert known(cut, "atop_defense")[-1] == 2008
    assert known(panel.known_at("2010-12"), "contiguity")[-1] == 2010


def test_months_are_known_a_lag_after_their_last_day(months: Panel) -> None:
    cut = months.known_at("2010-06")
    held = cut.dyads.filter(pl.col("verbal_conflict_month").is_not_null())
    assert providers()["icews_month"].lag == 1
    assert held["month"].max() == date(2009, 6, 1)
    assert cut.end == date(2010, 6, 1)
    assert months.known_at("2010-06-29").end == date(2010, 5, 1)


def test_nothing_known_is_an_error(panel: Panel) -> None:
    with pytest.raises(PeriodError, match="later as-of date"):
        panel.known_at("1985-06")


def test_votes_follow_the_period_and_the_date(panel: Panel) -> None:
    assert panel.votes()["year"].min() == 1985
    assert panel.votes()["year"].max() == 2015
    cut = panel.known_at("2010").votes()
    assert cut["year"].max() == 2009
    assert cut["state"].n_unique() > 150


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(1990, 2015), st.integers(1990, 2015))
def test_knowing_earlier_is_knowing_less_and_the_order_of_cuts_is_irrelevant(
    first: int, second: int
) -> None:
    whole = load_panel("south-east-asia", start=1985, end=2015)
    early, late = sorted((first, second))
    once, twice = whole.known_at(early), whole.known_at(late).known_at(early)
    assert once.dyads.equals(twice.dyads)
    assert once.as_of == twice.as_of
    assert whole.known_at(early).known_at(late).dyads.equals(once.dyads)
    names = [n for n in once.dyads.columns if n in variables()]
    kept = once.dyads.select(pl.col(names).count()).row(0)
    more = whole.known_at(late).dyads.select(pl.col(names).count()).row(0)
    assert all(a <= b for a, b in zip(kept, more, strict=True))


def with_rows(panel: Panel, **cells: object) -> Panel:
    row = panel.dyads.filter(source="USA", target="IND", year=1990)
    extra = row.with_columns(pl.lit(value).alias(name) for name, value in cells.items())
    rows = pl.concat([panel.dyads, extra.cast(dict(panel.dyads.schema))])
    return replace(panel, dyads=rows)


@pytest.mark.parametrize(
    ("cells", "name", "advice"),
    [
        ({"target": "XXX"}, "unknown_states", "keys of realpolitik.states"),
        ({"target": "TJK", "year": 1986}, "outside_system", r"enters the system on 1991"),
        ({"source": "DDR", "year": 2000}, "outside_system", r"leaves it on 1990-10-02"),
        ({}, "duplicates", "Keep one row"),
        ({"target": "USA"}, "self_dyads", "panel.trim"),
    ],
)
def test_each_fault_of_rows_is_found_named_and_trimmed(
    panel: Panel, cells: dict[str, object], name: str, advice: str
) -> None:
    bad = with_rows(panel, **cells)
    found = {finding.check: finding for finding in check(bad, strict=False)}
    assert name in found
    assert found[name].rows.height == 1
    assert re.search(advice, str(found[name]))
    with pytest.raises(PanelError, match="dyad-years"):
        check(bad)
    assert bad.trim().dyads.equals(panel.dyads)


@pytest.mark.parametrize(
    ("column", "value", "year", "name"),
    [
        ("atop_defense", 2, 2000, "out_of_range"),
        ("un_agreement", float("nan"), 2000, "out_of_range"),
        ("un_agreement", 0.123, 2000, "directions_differ"),
        ("rivalry", None, 2000, "directions_differ"),
        ("war", 0, 2010, "beyond_source"),
    ],
)
def test_each_fault_of_values_is_found(
    panel: Panel, column: str, value: float | None, year: int, name: str
) -> None:
    here = (pl.col("source") == "USA") & (pl.col("target") == "PAK") & (pl.col("year") == year)
    kind = panel.dyads.schema[column]
    cell = pl.when(here).then(pl.lit(value, dtype=kind)).otherwise(pl.col(column)).alias(column)
    found = check(replace(panel, dyads=panel.dyads.with_columns(cell)), strict=False)
    named = [finding for finding in found if finding.check == name]
    assert len(named) == 1
    assert ("USA", "PAK", year) in named[0].rows.select("source", "target", "year").rows()


def test_a_value_that_was_not_known_is_found(panel: Panel) -> None:
    cut = panel.known_at("2010")
    leaking = replace(cut, dyads=panel.dyads.filter(pl.col("year") <= 2010))
    found = [finding for finding in check(leaking, strict=False) if "known" in finding.check]
    assert {finding.check for finding in found} == {"not_yet_known"}
    assert any("mid_hostility" in finding.problem for finding in found)


def test_last_year_and_roles(panel: Panel) -> None:
    assert panel.last_year("atop_defense") == 2018
    assert panel.last_year("no_such_column") is None
    assert "us_aid" in panel.roles("intervention")
    assert "us_aid" not in panel.roles("measurement")
