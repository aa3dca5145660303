"""What is gathered is what the panel holds, no more."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from realpolitik import regions
from realpolitik.assessment import coverage, exchange, postures
from realpolitik.assessment.request import settle
from realpolitik.panel import Panel
from realpolitik.report.record import Map, Request

END = 2023


def _request(panel: Panel, source: str, target: str, **changes: Any) -> Request:
    return settle(
        source, target, panel, "south-asia", changes.get("start"), changes.get("end"), None, None, 1
    ).request


def _cell(panel: Panel, source: str, target: str, year: int, name: str) -> Any:
    return panel.dyads.filter(source=source, target=target, year=year)[name][0]


def test_flows_are_the_cells_of_the_panel(south_asia: Panel) -> None:
    request = _request(south_asia, "USA", "PAK")
    found = {(f.variable, f.source): f for f in exchange.flows(south_asia, request)}
    aid = found[("us_aid", "USA")]
    assert aid.last_year == END
    assert aid.last_value == _cell(south_asia, "USA", "PAK", END, "us_aid")
    assert aid.remark == ""
    assert ("us_aid", "PAK") not in found
    exports = found[("exports", "PAK")]
    assert exports.last_year == 2014
    assert exports.remark == "no data after 2014"
    assert exports.values[-1] is None
    assert exports.values[exports.years.index(2010)] == _cell(
        south_asia, "PAK", "USA", 2010, "exports"
    )


def test_every_topic_is_answered_even_without_data(south_asia: Panel) -> None:
    topics = {quantity.topic for quantity in exchange.QUANTITIES}
    assert topics == {"aid", "arms", "troops", "trade", "votes", "sanctions", "disputes"}
    found = exchange.flows(south_asia, _request(south_asia, "IND", "CHN"))
    assert {flow.topic for flow in found} == topics
    troops = [flow for flow in found if flow.topic == "troops"]
    assert len(troops) == 1
    assert troops[0].last_value is None
    assert troops[0].remark.startswith("no data for this dyad: null")


def test_flows_stay_inside_the_period(south_asia: Panel) -> None:
    request = _request(south_asia, "USA", "PAK", start=1980, end=1990)
    for flow in exchange.flows(south_asia, request):
        assert (flow.years[0], flow.years[-1]) == (1980, 1990)
        assert flow.last_year is None or flow.last_year <= 1990


def test_main_states_are_the_two_and_the_largest(south_asia: Panel) -> None:
    request = _request(south_asia, "NPL", "BTN")
    found = exchange.capabilities(south_asia, request)
    shares = south_asia.states.filter(pl.col("cinc").is_not_null())
    last = shares.filter(pl.col("year") == shares["year"].max()).sort("cinc", descending=True)
    others = [code for code in last["state"] if code not in ("NPL", "BTN")]
    assert {item.state for item in found} == {"NPL", "BTN", *others[:6]}
    assert [item.party for item in found].count(True) == 2
    assert found[0].state == last["state"][0]


def test_balance_is_the_ratio_of_the_shares(south_asia: Panel) -> None:
    request = _request(south_asia, "USA", "PAK")
    found = exchange.balance(exchange.capabilities(south_asia, request), request)
    assert found is not None
    rows = {
        code: south_asia.states.filter(state=code, year=found.year)["cinc"][0]
        for code in ("USA", "PAK")
    }
    assert found.source_share == rows["USA"]
    assert found.ratio == rows["USA"] / rows["PAK"]
    assert found.first_year == 1947


def test_balance_without_shares_is_none(south_asia: Panel) -> None:
    request = _request(south_asia, "USA", "PAK", start=2023)
    assert exchange.balance(exchange.capabilities(south_asia, request), request) is None


def test_ended_indicators_are_counted(south_asia: Panel) -> None:
    request = _request(south_asia, "USA", "PAK")
    found = coverage.indicators(south_asia, request)
    by_name = {indicator.name: indicator for indicator in found}
    assert by_name["trade"].last_year == 2014
    assert by_name["rivalry"].last_year == 2020
    assert by_name["leader_visits"].last_year is None
    read, ended = coverage.ended_before(found, request.end)
    assert read == sum(indicator.last_year is not None for indicator in found)
    assert ended == sum((indicator.last_year or END) < END for indicator in found)
    assert 0 < ended < read < len(found)


def test_every_variable_used_has_a_citation_and_terms(south_asia: Panel) -> None:
    request = _request(south_asia, "USA", "PAK")
    flows = exchange.flows(south_asia, request)
    found = coverage.sources(south_asia, coverage.indicators(south_asia, request), flows)
    assert {flow.variable for flow in flows} <= {source.variable for source in found}
    for source in found:
        assert len(source.citation) > 10, source.variable
        assert source.terms
        assert source.last_year is not None


def _table(values: dict[tuple[str, str], float | None]) -> postures.Table:
    def table(source: str, target: str) -> pl.DataFrame:
        mean = values.get((source, target))
        return pl.DataFrame(
            {
                "step": [END],
                "mean": [mean],
                "sd": [0.1],
                "lower": [None if mean is None else mean - 0.2],
                "upper": [None if mean is None else mean + 0.2],
                "indicators": [2],
            },
            schema_overrides={"mean": pl.Float64, "lower": pl.Float64, "upper": pl.Float64},
        )

    return table


def _map(south_asia: Panel, values: dict[tuple[str, str], float | None]) -> Map:
    request = _request(south_asia, "USA", "PAK")
    return postures.regional_map(_table(values), regions.load("south-asia"), request)


def test_rank_counts_from_the_most_cooperative(south_asia: Panel) -> None:
    found = _map(
        south_asia,
        {
            ("USA", "GBR"): 2.0,
            ("USA", "PAK"): 0.5,
            ("USA", "CHN"): -1.0,
            ("PAK", "CHN"): 1.0,
            ("PAK", "USA"): 1.5,
        },
    )
    assert [(s.origin, s.rank, s.of) for s in found.standings] == [("USA", 2, 3), ("PAK", 1, 2)]
    assert {cell.state for cell in found.cells if cell.origin == "USA"} == set(
        regions.load("south-asia").states(END)
    ) - {"USA"}


def test_unmeasured_state_has_no_rank(south_asia: Panel) -> None:
    found = _map(south_asia, {("USA", "GBR"): 2.0, ("PAK", "USA"): None})
    assert found.standings == ()
    assert all(cell.mean is None for cell in found.cells if cell.state == "NPL")


@pytest.mark.parametrize(("source", "target"), [("USA", "PAK"), ("PAK", "USA")])
def test_wording_names_both_states_by_the_same_rule(
    south_asia: Panel, source: str, target: str
) -> None:
    request = _request(south_asia, source, target)
    names = {request.source.in_text, request.target.in_text}
    assert names == {"the United States", "Pakistan"}


def test_a_report_says_where_the_relation_rests_on_later_readings(
    south_asia: Panel,
) -> None:
    request = _request(south_asia, "USA", "PAK")
    found = coverage.indicators(south_asia, request)
    told = {
        later: " ".join(coverage.limits(request, found, has_events=False, later=later))
        for later in (False, True)
    }
    assert "parameters are those of all years" in told[True]
    assert "parameters are those of all years" not in told[False]
