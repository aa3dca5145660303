"""Traps of the sources about single states, on small raw frames."""

from __future__ import annotations

from datetime import date

import polars as pl

from realpolitik import states
from realpolitik.providers import economy, nuclear, regimes, ucdp, unhcr
from realpolitik.providers.codes import code_table

COW, GW, ISO3 = code_table("cow"), code_table("gw"), code_table("iso3")


def indicator(code: str, rows: list[tuple[str, int, float]]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["country_code", "year", "value"], orient="row")
    return frame.with_columns(pl.lit(code).alias("indicator_code"))


def test_aggregates_are_no_states_and_gdp_is_per_head_times_heads() -> None:
    heads = indicator(economy.POPULATION, [("PAK", 2000, 100.0), ("SAS", 2000, 9e9)])
    income = indicator(economy.GDP_PER_HEAD, [("PAK", 2000, 7.0), ("WLD", 2000, 8.0)])
    table = economy.world_bank(income, heads, ISO3)
    assert table.select("state", "gdp", "population").rows() == [("PAK", 700.0, 100.0)]


def test_another_indicator_is_not_taken_for_gdp() -> None:
    heads = indicator(economy.POPULATION, [("PAK", 2000, 100.0)])
    other = indicator("NY.GDP.MKTP.CD", [("PAK", 2000, 7.0)])
    assert economy.world_bank(other, heads, ISO3)["gdp"].to_list() == [None]


def test_values_projected_back_onto_present_borders_are_dropped() -> None:
    years = [(code, year, 1.0) for code in ("RUS", "PAK", "IND") for year in (1965, 1971, 1992)]
    heads = indicator(economy.POPULATION, years)
    income = indicator(economy.GDP_PER_HEAD, years)
    held = economy.world_bank(income, heads, ISO3).select("state", "year").rows()
    assert held == [("IND", 1965), ("IND", 1971), ("IND", 1992), ("PAK", 1992), ("RUS", 1992)]
    poldat = pl.DataFrame(
        {"gwcode": [260, 260, 770], "year": [1980, 2000, 1960], "rgdp": [1.0, 2.0, 3.0]}
    )
    assert economy.poldat(poldat, GW)["state"].to_list() == ["DEU"]


def test_old_iso_codes_of_the_distances() -> None:
    raw = pl.DataFrame({"iso_o": ["ROM", "ZAR"], "iso_d": ["USA", "ROM"], "distcap": [1.0, 2.0]})
    held = economy.distances(raw, ISO3).rows()
    assert held == [("COD", "ROU", 2.0), ("ROU", "USA", 1.0)]


def test_polyarchy_of_a_polity_without_a_number_is_left_out() -> None:
    raw = pl.DataFrame(
        {
            "cown": [817, None],
            "year": [1960, 1960],
            "v2x_polyarchy": [0.2, 0.3],
            "v2x_polyarchy_codelow": [0.1, 0.2],
            "v2x_polyarchy_codehigh": [0.3, 0.4],
        }
    )
    assert regimes.polyarchy(raw, COW)["state"].to_list() == ["RVN"]


def leaders(
    archigos: list[tuple[str, date, date]],
    reign: list[tuple[str, int, int, int | None, int | None]] | None = None,
) -> dict[int, tuple[str | None, int]]:
    early = pl.DataFrame(
        [(770, *row) for row in archigos],
        schema={"gwcode": pl.Int64, "leader": pl.String, "startdate": pl.Date, "enddate": pl.Date},
        orient="row",
    )
    late = pl.DataFrame(
        [(770, *row) for row in reign or []],
        schema={
            "ccode": pl.Int64,
            "leader": pl.String,
            "syear": pl.Int64,
            "smonth": pl.Int64,
            "eyear": pl.Int64,
            "emonth": pl.Int64,
        },
        orient="row",
    )
    rows = regimes.leaders(early, late, GW, COW).rows()
    return {year: (name, changes) for _, year, name, changes in rows}


def test_leader_on_the_last_day_and_changes_in_the_year() -> None:
    by_year = leaders(
        [
            ("A", date(1990, 1, 1), date(1999, 10, 12)),
            ("B", date(1999, 10, 14), date(1999, 12, 31)),
            ("C", date(2000, 1, 1), date(2003, 6, 1)),
            ("D", date(2003, 6, 1), date(2004, 2, 1)),
        ]
    )
    assert by_year[1998] == ("A", 0)
    assert by_year[1999] == ("B", 2)
    assert by_year[2000] == ("C", 0)
    assert by_year[2003] == ("D", 1)
    assert by_year[2004] == (None, 1)


def test_the_end_of_archigos_is_a_cut_and_the_open_end_of_reign_is_in_office() -> None:
    by_year = leaders(
        [("A", date(2013, 6, 5), date(2015, 12, 31))],
        [("A", 2013, 6, 2017, 7), ("B", 2017, 8, None, None)],
    )
    assert by_year[2015] == ("A", 0)
    assert by_year[2017] == ("B", 1)
    assert by_year[2020] == ("B", 0)
    assert 2021 not in by_year


def test_a_conflict_repeated_for_each_participant_counts_by_its_highest_intensity() -> None:
    raw = pl.DataFrame(
        {
            "conflict_id": [1, 1, 2],
            "year": [2001, 2001, 2001],
            "gwno_a": [2, 2, 750],
            "gwno_a_2nd": [20, 200, None],
            "gwno_b": [None, None, 770],
            "gwno_b_2nd": [None, None, None],
            "intensity_level": [2, 2, 1],
        },
        schema_overrides={"gwno_b_2nd": pl.Int64},
    )
    table = ucdp.conflict(raw, GW)
    assert table.select("state", "conflict_intensity").rows() == [
        ("CAN", 2),
        ("GBR", 2),
        ("IND", 1),
        ("PAK", 1),
        ("USA", 2),
    ]


def test_refugees_within_their_own_state_are_left_out_and_unknown_origins_count() -> None:
    raw = pl.DataFrame(
        {
            "coo_iso": ["AFG", "AFG", "AFG", "UNK", "AFG"],
            "coa_iso": ["PAK", "AFG", "IRN", "PAK", "PAK"],
            "year": [2000, 2000, 2000, 2000, 2001],
            "refugees": [10, 99, 5, 2, None],
        }
    )
    totals = unhcr.refugee_totals(raw, ISO3)
    afghan = totals.filter(state="AFG").select("year", "refugees_from", "refugees_in")
    assert afghan.rows() == [(2000, 15, None)]
    assert totals.filter(state="PAK")["refugees_in"].to_list() == [12]
    assert unhcr.refugees(raw, ISO3).filter(target="PAK")["refugees"].to_list() == [10]


def test_possible_warheads_outside_the_source_are_unknown() -> None:
    raw = pl.DataFrame(
        {
            "Entity": ["North Korea", "North Korea", "India"],
            "Year": [2000, 2010, 2010],
            "stockpiled_nuclear_warheads": [0, 0, 80],
        }
    )
    table = nuclear.warheads(raw, states.match_name)
    assert table.filter(state="PRK", year=2000)["warheads"].to_list() == [0]
    assert table.filter(state="PRK", year=2010)["warheads"].to_list() == [None]
    assert table.filter(state="ZAF", year=1985)["warheads"].to_list() == [None]
    assert table.filter(state="IND")["warheads"].to_list() == [80]
