"""Traps of the sources coded with COW numbers, on small raw frames."""

from __future__ import annotations

import numpy as np
import polars as pl

from realpolitik.providers import atop, cow, icb, mie, rivalries
from realpolitik.providers.codes import code_table

COW = code_table("cow")
ROUNDING = 1e-12
"""Shares are one division of small numbers."""


def value(frame: pl.DataFrame, column: str, **keys: object) -> object:
    (cell,) = frame.filter(**keys)[column].to_list()
    return cell


def nmc(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    columns = ["ccode", "year", *cow.COMPONENTS, "cinc"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def test_shares_run_over_the_states_with_a_value_and_missing_is_not_zero() -> None:
    raw = nmc(
        [
            (2, 2000, 30, 1, 1, 1, 1.0, 1.0, 0.5),
            (770, 2000, 10, 0, 1, 1, 1.0, 1.0, 0.2),
            (750, 2000, None, -9, 1, 1, 2.0, 1.0, 0.3),
        ]
    )
    table = cow.capabilities(raw, COW)
    np.testing.assert_allclose(value(table, "milex_share", state="USA"), 0.75, atol=ROUNDING)
    np.testing.assert_allclose(value(table, "tpop_share", state="IND"), 0.5, atol=ROUNDING)
    assert value(table, "milper_share", state="PAK") == 0.0
    assert value(table, "milex_share", state="IND") is None
    assert value(table, "milper_share", state="IND") is None
    assert value(table, "cinc", state="IND") == 0.3


def test_germany_of_1990_is_the_united_one_and_only_once() -> None:
    raw = nmc(
        [
            (255, 1990, 4, 1, 1, None, 8.0, 1.0, 0.4),
            (260, 1990, 3, 1, 1, 5, 6.0, 1.0, 0.3),
            (260, 1989, 2, 1, 1, 5, 6.0, 1.0, 0.2),
            (265, 1990, 1, 1, 1, 1, 2.0, 1.0, 0.1),
        ]
    )
    table = cow.capabilities(raw, COW)
    assert table.filter(state="DEU")["cinc"].to_list() == [0.4, 0.2]
    assert value(table, "cinc", state="DDR") == 0.1


def test_soviet_union_and_russia_are_one_key() -> None:
    raw = nmc([(365, year, 1, 1, 1, 1, 1.0, 1.0, 0.1) for year in (1985, 1995)])
    assert cow.capabilities(raw, COW)["state"].to_list() == ["RUS", "RUS"]


def test_empty_trade_is_unknown_and_direction_is_kept() -> None:
    raw = pl.DataFrame(
        {
            "ccode1": [750, 770, 2, 770],
            "ccode2": [770, 750, 770, 2],
            "year": [2000, 2000, 2000, 2000],
            "flow1": [65, 178, None, 0],
            "flow2": [178, 65, 0, -9],
        }
    )
    table = cow.trade(raw, COW)
    assert value(table, "imports", source="IND", target="PAK") == 65.0
    assert value(table, "exports", source="IND", target="PAK") == 178.0
    assert value(table, "imports", source="USA", target="PAK") is None
    assert value(table, "exports", source="USA", target="PAK") == 0.0
    assert value(table, "exports", source="PAK", target="USA") is None


def test_total_trade_needs_both_flows() -> None:
    raw = pl.DataFrame(
        {"ccode": [750, 770], "year": [2000, 2000], "imports": [5.0, None], "exports": [3.0, 2.0]}
    )
    table = cow.trade_totals(raw, COW)
    assert value(table, "trade_total", state="IND") == 8.0
    assert value(table, "trade_total", state="PAK") is None


def test_a_shared_membership_listed_once_is_stored_in_both_directions() -> None:
    raw = pl.DataFrame({"ccode1": [750], "ccode2": [770], "year": [2000], "dyadigos": [60]})
    table = cow.shared_organisations(raw, COW)
    assert sorted(table.rows()) == [("IND", "PAK", 2000, 60), ("PAK", "IND", 2000, 60)]


def disputes(rows: list[tuple[int, ...]]) -> pl.DataFrame:
    columns = ["dispnum", "ccode1", "ccode2", "year", "disponset", "hostlev1"]
    return cow.disputes(pl.DataFrame(rows, schema=columns, orient="row"), COW)


def test_disputes_count_onsets_not_rows() -> None:
    lasting = [(7, 750, 770, year, int(year == 1999), 4) for year in (1999, 2000, 2001)]
    mirrored = [(7, 770, 750, year, int(year == 1999), 5) for year in (1999, 2000, 2001)]
    second = [(8, 750, 770, 1999, 1, 2), (8, 770, 750, 1999, 1, 1)]
    table = disputes([*lasting, *mirrored, *second])
    onsets = table.filter(source="IND", target="PAK")["mid_onsets"].to_list()
    assert onsets == [2, 0, 0]
    assert table.filter(source="PAK", target="IND")["mid_onsets"].to_list() == onsets


def test_hostility_is_that_of_the_source() -> None:
    table = disputes([(1, 2, 770, 2014, 1, 4), (1, 770, 2, 2014, 1, 1)])
    assert value(table, "mid_hostility", source="USA") == 4
    assert value(table, "mid_hostility", source="PAK") == 0


def test_unknown_hostility_is_null_and_a_known_level_wins() -> None:
    table = disputes([(1, 2, 770, 2000, 1, -9), (2, 770, 2, 2000, 1, -9), (3, 770, 2, 2000, 1, 3)])
    assert value(table, "mid_hostility", source="USA") is None
    assert value(table, "mid_hostility", source="PAK") == 3


def test_war_stands_in_both_rows_of_the_pair_once() -> None:
    raw = pl.DataFrame(
        {
            "ccode1": [750, 770, 750],
            "ccode2": [770, 750, 770],
            "year": [1965, 1965, 1966],
            "cowinterongoing": [1, 1, 0],
        }
    )
    assert sorted(cow.wars(raw, COW).rows()) == [("IND", "PAK", 1965, 1), ("PAK", "IND", 1965, 1)]


def test_the_closest_contact_counts() -> None:
    raw = pl.DataFrame(
        {
            "state1no": [750, 750],
            "state2no": [770, 770],
            "year": [2000, 2000],
            "conttype": [4, 1],
        }
    )
    assert cow.contiguity(raw, COW)["contiguity"].to_list() == [1, 1]


def test_pledges_keep_their_direction() -> None:
    raw = pl.DataFrame(
        [(2, 770, 1979, 1, 0, 0, 0, 1), (770, 2, 1979, 0, 0, 0, 0, 1)],
        schema=["ccode1", "ccode2", "year", *atop.PLEDGES],
        orient="row",
    )
    table = atop.pledges(raw, COW)
    assert value(table, "atop_defense", source="USA") == 1
    assert value(table, "atop_defense", source="PAK") == 0
    assert value(table, "atop_consul", source="PAK") == 1


def test_first_coded_state_acts_whatever_its_side_and_clashes_are_mutual() -> None:
    raw = pl.DataFrame(
        [
            (770, 750, 1999, 0, 16),
            (770, 750, 1999, 1, 8),
            (750, 770, 1999, 0, 17),
            (750, 770, -9, 1, 16),
        ],
        schema=["ccode1", "ccode2", "styear", "sidea1", "action"],
        orient="row",
    )
    table = mie.actions(raw, COW)
    assert value(table, "mie_actions", source="PAK") == 3
    assert value(table, "mie_actions", source="IND") == 1


def test_crisis_years_overlap_and_an_unknown_end_is_the_first_year() -> None:
    raw = pl.DataFrame(
        {
            "crisno": [1, 1, 2, 2],
            "cracid": [750, 770, 2, 365],
            "yrtrig": [1999, 2000, 1962, 1962],
            "yrterm": [2001, 2000, None, 1963],
        }
    )
    table = icb.crises(raw, COW)
    assert table.filter(source="IND", target="PAK")["year"].to_list() == [2000]
    assert table.filter(source="USA", target="RUS")["year"].to_list() == [1962]
    assert table.filter(source="RUS", target="USA")["year"].to_list() == [1962]


def test_rivalries_start_before_the_panel_and_end_with_the_list() -> None:
    raw = pl.DataFrame({"ccode1": [2], "ccode2": [365], "start": [1945], "end": [2030]})
    years = rivalries.rivalries(raw, COW).filter(source="RUS")["year"].to_list()
    assert years == list(range(1946, 2021))


def test_a_state_outside_its_years_falls_out() -> None:
    raw = pl.DataFrame({"ccode1": [771], "ccode2": [750], "start": [1960], "end": [1972]})
    years = rivalries.rivalries(raw, COW).filter(source="IND")["year"].to_list()
    assert years == [1971, 1972]
