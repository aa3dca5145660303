"""The indices of a dyad are those of the measures, and say on what they rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import polars as pl
import pytest

import realpolitik as rp
from realpolitik.assessment import indices
from realpolitik.assessment.request import settle
from realpolitik.measures import registry
from realpolitik.measures.relation import Relation
from realpolitik.panel import Panel
from realpolitik.report.index_record import IndexSeries, Indices
from realpolitik.report.index_section import TOPICS
from realpolitik.report.record import Request

ASKS = indices.ASKS


@pytest.fixture(scope="module", autouse=True)
def _all_indices() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indices, "ASKS", ASKS)
        yield


def _request(panel: Panel, source: str, target: str, **changes: Any) -> Request:
    span = changes.get("start"), changes.get("end")
    return settle(source, target, panel, "south-asia", *span, None, None, 1).request


@pytest.fixture(scope="module")
def late() -> Panel:
    """Some years only: the relation is made up and the indices are yearly."""
    return rp.load_panel("south-asia", start=1998, end=2023, overlay=False)


@pytest.fixture(scope="module")
def found(late: Panel, invent: Callable[[Panel], Relation]) -> Indices:
    return indices.indices(late, invent(late), _request(late, "USA", "PAK"))


def _only(found: Indices, name: str, index: str, about: str) -> IndexSeries:
    (series,) = [
        one for one in found.series if (one.name, one.index, one.about) == (name, index, about)
    ]
    return series


def test_every_index_asked_for_exists_and_has_a_topic() -> None:
    assert {ask.name for ask in indices.ASKS} <= set(registry.names())
    assert {ask.topic for ask in indices.ASKS} == set(TOPICS)


def test_series_are_the_rows_of_the_measure(found: Indices, late: Panel) -> None:
    assert found.refused == ()
    assert {(one.name, one.index) for one in found.series} == {
        (ask.name, ask.index) for ask in indices.ASKS
    }
    series = _only(found, "influence", "influence", "USA → PAK")
    rows = rp.measure.influence(late, ["PAK"], seed=1).filter(pl.col("source") == "USA")
    held = rows.filter(pl.col("step").is_between(series.years[0], series.years[-1])).sort("step")
    assert series.values == tuple(held["value"].to_list())
    assert series.lower == tuple(held["lower"].to_list())


def test_an_index_of_parts_shows_the_last_year_with_as_many(found: Indices, late: Panel) -> None:
    series = _only(found, "reliability", "reliability", "PAK → USA")
    rows = rp.measure.reliability(late, ["PAK"], seed=1).filter(pl.col("target") == "USA")
    known = rows.drop_nulls("value").sort("step").tail(10)
    count = known["used"].str.split(", ").list.len()
    assert series.shown == known.filter(count == count.max())["step"].max()
    assert series.shown < known["step"].max()
    row = rows.filter(pl.col("step") == series.shown).row(0, named=True)
    assert series.at(series.shown) == (row["value"], row["lower"], row["upper"])
    assert series.remark == f"rank {row['rank']:g} of {row['ranked']:g}; from {row['used']}"


def test_an_earlier_value_rests_on_the_same_parts(found: Indices, late: Panel) -> None:
    compared = 0
    for series in found.series:
        if series.earlier is None:
            continue
        assert series.shown == series.earlier + 10
        assert series.at(series.earlier)[0] is not None
        compared += 1
    assert compared > 10
    shares = _only(found, "influence", "influence", "USA → PAK")
    rows = rp.measure.influence(late, ["PAK"]).filter(source="USA")
    assert shares.shown is not None
    then, now = (
        rows.filter(pl.col("step") == year)["used"].item()
        for year in (shares.shown - 10, shares.shown)
    )
    assert (shares.earlier is not None) == (then == now)


def test_power_of_both_is_that_of_the_panel(found: Indices, late: Panel) -> None:
    for state in ("USA", "PAK"):
        series = _only(found, "capabilities", "cinc", state)
        held = late.states.filter(state=state, year=2010)["cinc"].item()
        np.testing.assert_allclose(series.at(2010)[0], held, atol=1e-7)  # stored to seven digits


def test_one_of_the_two_is_a_patron_where_that_can_be(found: Indices) -> None:
    placed = [one.about for one in found.series if one.name == "alignment"]
    assert placed
    assert all(text.startswith("PAK between") and "USA" in text for text in placed)


def test_patrons_of_another_age_are_left_out(
    invent: Callable[[Panel], Relation], south_asia: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indices, "ASKS", [ask for ask in ASKS if ask.name == "hedging"])
    made = invent(south_asia)
    old, new = (
        indices.indices(south_asia, made, _request(south_asia, "IRN", "PAK", start=1960, end=end))
        for end in (1980, 2020)
    )
    about = "PAK between CHN and RUS"  # rivals until 1989
    assert about in {one.about for one in old.series}
    assert about not in {one.about for one in new.series}
    assert "PAK between CHN and USA" in {one.about for one in new.series}


def test_states_that_are_no_powers_have_no_influence(
    late: Panel, invent: Callable[[Panel], Relation]
) -> None:
    both = indices.indices(late, invent(late), _request(late, "IND", "PAK", start=2005, end=2015))
    names = {one.name for one in both.series}
    assert names.isdisjoint({"influence", "modes", "reliability"})
    placed = {one.about for one in both.series if one.name == "alignment"}
    assert "PAK between CHN (+) and USA (−)" in placed
    assert "IND between CHN (+) and USA (−)" in placed
    for one in both.series:
        assert 2005 <= one.years[0] <= one.years[-1] <= 2015


def test_an_index_that_refuses_is_named_with_its_reason(
    invent: Callable[[Panel], Relation],
) -> None:
    short = rp.load_panel("south-asia", start=2015, end=2020, overlay=False)
    found = indices.indices(short, invent(short), _request(short, "USA", "PAK"))
    assert any(line.startswith("arms-race: ") and "longer" in line for line in found.refused)
    assert "capabilities" in {one.name for one in found.series}
