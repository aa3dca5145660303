"""Traps of the sources about dyads (aid, finance, arms, sanctions, military, events, commerce)."""

from __future__ import annotations

import polars as pl
import pytest

from realpolitik import states
from realpolitik.providers import (
    aiddata,
    commerce,
    events,
    gsdb,
    military,
    sipri,
    ties,
    us_aid,
)
from realpolitik.providers.codes import code_table

COW, GW, ISO3 = code_table("cow"), code_table("gw"), code_table("iso3")
LETTERS, NUMERIC = code_table("letters"), code_table("numeric")
name_of = states.match_name


def aid(rows: list[tuple[str | None, str, str, int, int]]) -> pl.DataFrame:
    columns = ["iso3", "country", "transaction", "year", "constant_amount"]
    return us_aid.aid(pl.DataFrame(rows, schema=columns, orient="row"), ISO3, name_of)


def test_only_obligations_count_and_the_transition_quarter_is_summed() -> None:
    table = aid(
        [
            ("PAK", "Pakistan", "Obligations", 1976, 100),
            ("PAK", "Pakistan", "Obligations", 1976, 40),
            ("PAK", "Pakistan", "Disbursements", 1976, 70),
            ("PAK", "Pakistan", "Obligations", 1977, -5),
            ("PAK", "Pakistan", "Obligations", 2024, 9),
            ("WLD", "World", "Obligations", 1976, 1),
        ]
    )
    assert table.rows() == [("USA", "PAK", 1976, 140.0), ("USA", "PAK", 1977, -5.0)]


def test_former_states_are_found_by_name_and_by_code() -> None:
    table = aid(
        [
            (None, "Vietnam (former South)", "Obligations", 1968, 7),
            (None, "Berlin, West", "Obligations", 1955, 8),
            ("SCG", "Serbia and Montenegro (former)", "Obligations", 1960, 3),
            ("SDF", "Sudan (former)", "Obligations", 1980, 4),
            ("CS-KM", "Kosovo", "Obligations", 2010, 5),
            ("CS-KM", "Kosovo", "Obligations", 2000, 6),
        ]
    )
    assert table.select("target", "us_aid").rows() == [
        ("RVN", 7.0),
        ("SDN", 4.0),
        ("SRB", 3.0),
        ("XKX", 5.0),
    ]


def test_only_recommended_records_with_an_amount_and_one_recipient_are_summed() -> None:
    raw = pl.DataFrame(
        [
            (True, 1, "PAK", 2010, 5.0),
            (True, 1, "PAK", 2010, None),
            (False, 1, "PAK", 2010, 90.0),
            (True, 3, "PAK", 2010, 70.0),
            (True, 1, "PAK", 2011, None),
            (True, 1, "LKA", 2000, 1.0),
        ],
        schema=[
            "recommended_for_research",
            "recipient_count",
            "recipient_iso3",
            "year",
            "usd_defl_2014",
        ],
        orient="row",
    )
    table = aiddata.projects(raw, ISO3).filter(target="PAK")
    by_year = dict(table.select("year", "china_finance").rows())
    assert by_year[2010] == 5.0
    assert by_year[2011] is None
    assert by_year[2012] == 0.0
    assert max(by_year) == 2014


def test_yearly_finance_adds_three_classes_and_never_listed_states_have_no_row() -> None:
    raw = pl.DataFrame(
        {"ccode": [770], "year": [2015], "oda_adj": [1.0], "oof_adj": [2.0], "vof_adj": [4.0]}
    )
    table = aiddata.yearly(raw, COW)
    assert table["target"].unique().to_list() == ["PAK"]
    assert dict(table.select("year", "china_finance_recent").rows())[2015] == 7.0
    assert table.height == 22


def test_soviet_and_russian_deliveries_are_one_supplier_and_german_zeros_begin_in_1991() -> None:
    raw = pl.DataFrame(
        [
            (365, 750, 1990, 10),
            (365, 750, 1995, 20),
            (255, 750, 1995, 1),
            (770, 780, 2000, 2),
        ],
        schema=["supplier_cown", "recipient_cown", "year", "value"],
        orient="row",
    )
    table = sipri.arms(raw, COW)
    soviet = dict(table.filter(source="RUS", target="IND").select("year", "arms").rows())
    assert (soviet[1990], soviet[1994], soviet[1995]) == (10.0, 0.0, 20.0)
    german = table.filter(source="DEU", target="IND")
    assert german["year"].min() == 1991
    assert set(table["target"]) == {"IND", "LKA"}
    assert set(table["source"]) == {"RUS", "DEU", "PAK"}


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Korea, North", ["North Korea"]),
        ("Iran,Korea, South, Ceylon", ["Iran", "South Korea", "Ceylon"]),
        ("Congo, Democratic Republic of the", ["Democratic Republic of the Congo"]),
        ("Gambia, The,Egypt, Arab Rep.", ["Gambia", "Egypt"]),
    ],
)
def test_commas_inside_names_do_not_split_a_list(cell: str, names: list[str]) -> None:
    assert gsdb.split_names(cell) == names


def cases(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    columns = ["case_id", "sanctioned_state", "sanctioning_state", "begin", "end", *gsdb.KINDS]
    return gsdb.sanctions(pl.DataFrame(rows, schema=columns, orient="row"), name_of)


def test_old_names_and_lists_of_senders_and_targets() -> None:
    table = cases([(1, "Ceylon,Korea, North", "United States,India", 1963, 1964, 1, 0, 0, 0, 0, 0)])
    found = table.filter(year=1963).select("source", "target").rows()
    assert found == [("IND", "LKA"), ("IND", "PRK"), ("USA", "LKA"), ("USA", "PRK")]
    assert table["year"].unique().sort().to_list() == [1963, 1964]


def test_the_union_stands_for_its_members_of_the_year_and_the_un_for_no_state() -> None:
    table = cases(
        [
            (1, "Russia", "EU", 2012, 2014, 0, 0, 0, 1, 0, 0),
            (2, "Russia", "United Kingdom", 2019, 2023, 0, 0, 0, 1, 0, 0),
            (3, "Russia", "EU", 2019, 2023, 0, 0, 0, 1, 1, 0),
            (4, "Iran", "UN", 2006, 2008, 1, 1, 0, 0, 0, 0),
        ]
    )
    assert table.filter(target="IRN").height == 0
    croatia = table.filter(source="HRV", target="RUS", sanctions=1)["year"].to_list()
    assert croatia == [2013, 2014, 2019, 2020, 2021, 2022, 2023]
    british = dict(table.filter(source="GBR").select("year", "sanctions").rows())
    assert (british[2014], british[2020], british[2021]) == (1, 2, 1)


def test_kinds_are_counted_over_the_cases_in_force() -> None:
    table = cases(
        [
            (1, "Pakistan", "United States", 1998, 2001, 1, 1, 0, 0, 0, 0),
            (2, "Pakistan", "United States", 1998, 1998, 0, 1, 0, 1, 0, 0),
        ]
    )
    rows = table.select("year", "sanctions", "sanction_kinds").rows()
    assert rows == [(1998, 2, 3), (1999, 1, 2), (2000, 1, 2), (2001, 1, 2)]


def test_threats_count_each_sender_once_and_institutions_for_none() -> None:
    raw = pl.DataFrame(
        [
            (1, 2, 200, None, None, None, 770, 1990),
            (2, 1000, 2, None, None, None, 770, 1990),
            (3, 1000, None, None, None, None, 770, 1990),
        ],
        schema=["caseid", *ties.SENDERS, "targetstate", "startyear"],
        orient="row",
    )
    table = ties.threats(raw, COW)
    assert table.rows() == [("GBR", "PAK", 1990, 1), ("USA", "PAK", 1990, 2)]


def test_troops_in_vietnam_were_in_the_south_and_estimates_are_flagged() -> None:
    raw = pl.DataFrame(
        {
            "ccode": [816, 816, 700, 700, 255, 775, 775],
            "year": [1968, 2010, 2018, 2017, 1960, 2013, 2013],
            "troops_ad": [537377, 20, 14000, 25291, 230000, 10, 0],
        }
    )
    held = {(t, y): (n, e) for _, t, y, n, e in military.troops(raw, COW).rows()}
    assert held["RVN", 1968] == (537377, 0)
    assert held["VNM", 2010] == (20, 0)
    assert held["AFG", 2018] == (14000, 1)
    assert held["AFG", 2017] == (25291, 0)
    assert held["DEU", 1960] == (230000, 0)
    assert held["MMR", 2013] == (10, 0)


def test_exercises_count_a_repeated_participant_once_and_unknown_ones_never() -> None:
    raw = pl.DataFrame(
        [
            ("a", 2, 1998),
            ("a", 290, 1998),
            ("a", 290, 1998),
            ("a", -9, 1998),
            ("b", 2, 1998),
            ("b", 260, 1985),
        ],
        schema=["MMEID", "gwcode", "year"],
        orient="row",
    )
    assert military.exercises(raw, GW).rows() == [("POL", "USA", 1998, 1), ("USA", "POL", 1998, 1)]


def test_visits_end_in_2019_and_east_germany_is_itself() -> None:
    raw = pl.DataFrame(
        {
            "Year": [2020, 2019, 2019, 1987, 1957],
            "Country": ["Myanmar", "India", "India", "Germany, East", "Soviet Union"],
        }
    )
    assert military.visits(raw, name_of).rows() == [
        ("CHN", "DDR", 1987, 1),
        ("CHN", "IND", 2019, 2),
        ("CHN", "RUS", 1957, 1),
    ]


def month_counts(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    codes = [*events.VERBAL, *events.MATERIAL]
    schema = ["source", "target", "year", "month", *codes]
    return pl.DataFrame([(*row, *range(11)) for row in rows], schema=schema, orient="row")


def test_letters_are_those_of_cow_and_classes_split_at_code_fifteen() -> None:
    raw = month_counts([("MLD", "RUS", 2000, 3), ("IND", "PAK", 1994, 1), ("IND", "PAK", 1995, 1)])
    months = events.icews_months(raw, LETTERS)
    assert set(months["source"]) == {"MDA", "IND"}
    assert set(months["verbal_conflict_month"]) == {sum(range(5))}
    assert set(months["material_conflict_month"]) == {sum(range(5, 11))}
    assert events.icews_sums(raw, LETTERS).filter(source="IND")["year"].to_list() == [1995]


def test_yearly_counts_of_an_absent_state_have_no_row() -> None:
    raw = pl.DataFrame(
        {
            "i_iso3c": ["IND", "PAK"],
            "j_iso3c": ["PAK", "IND"],
            "year": [2002, 2002],
            "verbCoop": [1, 2],
            "matlCoop": [3, 4],
            "verbConf": [5, 6],
            "matlConf": [7, 8],
        }
    )
    table = events.icews_years(raw, ISO3)
    assert table.filter(source="PAK")["material_conflict"].to_list() == [8]
    assert table.filter(pl.col("source") == "TUR").height == 0


def test_the_pair_score_is_a_mean_over_days_in_both_directions_to_2023() -> None:
    raw = pl.DataFrame(
        {
            "source": ["IND", "IND", "IND"],
            "target": ["PAK", "PAK", "PAK"],
            "month": ["2023-11", "2023-12", "2024-01"],
            "score_sum": [10.0, -40.0, 99.0],
            "days": [10, 20, 30],
        }
    )
    months = events.gdelt_months(raw, ISO3)
    assert months.filter(source="PAK")["gdelt_score_month"].to_list() == [1.0, -2.0]
    years = events.gdelt_years(raw, ISO3)
    assert years.filter(source="PAK").select("gdelt_score", "gdelt_days").rows() == [(-1.0, 30)]


def test_us_trade_needs_both_flows_and_reads_long_names() -> None:
    raw = pl.DataFrame(
        {
            "partner": ["China, P.R.: Mainland", "Korea, Rep. of", "China, P.R.: Hong Kong"],
            "year": [2000, 2000, 2000],
            "exports_fob_usd": [1, 2, 3],
            "imports_cif_usd": [10, None, 30],
        }
    )
    table = commerce.us_trade(raw, name_of)
    assert sorted(table.rows()) == [("CHN", "USA", 2000, 11.0), ("USA", "CHN", 2000, 11.0)]


def agreement_rows(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    columns = ["base_treaty", "name", "entry_type", "year", "entryforceyear", "member_iso_numeric"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def test_an_agreement_counts_once_and_only_the_named_state_leaves() -> None:
    treaty = [(1, "SAFTA", "base_treaty", 2004, 2006, code) for code in (356, 586, 144)]
    joined = [(1, "SAFTA Afghanistan", "accession", 2008, 2011, code) for code in (356, 586, 4)]
    leaving = [(1, "SAFTA withdrawal Sri Lanka", "withdrawal", 2015, None, c) for c in (356, 144)]
    pending = [(2, "Other", "base_treaty", 2010, None, code) for code in (356, 586)]
    raw = agreement_rows([*treaty, *joined, *leaving, *pending])
    table = commerce.trade_agreements(raw, NUMERIC, name_of)
    years = table.filter(source="IND", target="PAK")
    assert years["year"].to_list() == list(range(2006, 2021))
    assert set(years["trade_agreements"]) == {1}
    assert table.filter(source="IND", target="LKA")["year"].to_list() == list(range(2006, 2015))
    assert table.filter(source="AFG", target="PAK")["year"].min() == 2011
