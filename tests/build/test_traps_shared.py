"""What the conversions rely on, checked on the reference files themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from realpolitik import states
from realpolitik.providers import commerce, gsdb, mie
from realpolitik.providers.codes import code_table

pytestmark = pytest.mark.shared

Read = Callable[[str], pl.DataFrame]

ORGANISATIONS = {
    "African Union", "CSCE", "ChinCom", "CoCom", "Comecon", "Commonwealth", "ECOWAS", "EEU", "G7",
    "G8", "ICC Rome Statute Signatories", "Kimberly Process Participants", "League of Arab States",
    "MERCOSUR", "NAFTA", "NATO", "OAPEC", "OIC", "OSCE", "Organisation of African Unity",
    "Organization of American States", "Organization of Eastern Carribean States",
    "Pacific Islands Forum", "Paris Agreement Signatories", "SADC", "UN", "UNASUR",
    "Western countries", "Balkans",
}  # fmt: skip
NOT_STATES = {
    "Cyprus (Northern)", "Gibraltar", "Hong Kong", "Palestine",
    "Terrorist Organizations (Al-Qaeda)", "Terrorist Organizations (ISIL and ANF)",
    "Terrorist Organizations (Taliban and Al-Qaeda)", "Terrorist Organizations (Taliban)",
}  # fmt: skip
TERRITORIES = {
    "Anguilla", "Aruba, Kingdom of the Netherlands", "Belgium-Luxembourg", "Bermuda",
    "China, P.R.: Hong Kong", "China, P.R.: Macao", "Curaçao, Kingdom of the Netherlands",
    "European Union", "Falkland Islands (Malvinas)", "Faroe Islands", "French Polynesia",
    "Gibraltar", "Greenland", "Holy See", "Montserrat", "Netherlands Antilles", "New Caledonia",
    "Sint Maarten, Kingdom of the Netherlands", "Special Categories", "West Bank and Gaza",
}  # fmt: skip


@pytest.fixture
def read(shared_data: Path) -> Read:
    return lambda name: pl.read_parquet(shared_data / f"{name}.parquet")


@pytest.mark.parametrize(
    ("file", "columns"),
    [
        ("cow/cow_nmc", ["ccode"]),
        ("cow/cow_mid_dirdisps", ["ccode1", "ccode2"]),
        ("cow/cow_trade_sy", ["ccode"]),
        ("cow/cow_igo_ndy", ["ccode1", "ccode2"]),
        ("cow/cow_war_inter", ["ccode1", "ccode2"]),
        ("cow/cow_contdird_dyad_year", ["state1no", "state2no"]),
        ("atop/atop_directed_dyad_year", ["ccode1", "ccode2"]),
        ("idealpoints/idealpoints_jul2025", ["ccode"]),
    ],
)
def test_every_number_since_1946_is_a_known_state(
    read: Read, file: str, columns: list[str]
) -> None:
    known = code_table("cow")["cow"].unique().to_list()
    rows = read(file).filter(pl.col("year") >= 1946)
    for column in columns:
        assert rows.filter(~pl.col(column).is_in(known))[column].unique().to_list() == [], column


def test_every_name_in_the_lists_of_sanctions_is_a_state_or_known_not_to_be(read: Read) -> None:
    cases = read("gsdb/gsdb_v4")
    cells = [*cases["sanctioning_state"], *cases["sanctioned_state"]]
    names = {name for cell in cells for name in gsdb.split_names(cell)}
    lost = {n for n in names if not states.match_name(gsdb.OLD_NAMES.get(n, n))}
    assert lost - set(gsdb.COMMUNITY) == ORGANISATIONS | NOT_STATES


def test_every_trade_partner_is_a_state_or_known_not_to_be(read: Read) -> None:
    names = read("imf_dots/imf_dots_us")["partner"].unique().to_list()
    short = {n: commerce.IMF_NAMES.get(n, n).split(",")[0] for n in names}
    assert {n for n, usual in short.items() if not states.match_name(usual)} == TERRITORIES


def test_victims_of_an_attack_are_the_second_coded_state_on_either_side(read: Read) -> None:
    attack = 16
    rows = read("mie/mie_1_0").filter(
        pl.col("styear") >= 1946,
        pl.col("action") == attack,
        pl.min_horizontal("fatalmin1", "fatalmin2") >= 0,
        pl.col("fatalmin1") != pl.col("fatalmin2"),
    )
    assert attack not in mie.MUTUAL
    for side in (0, 1):
        held = rows.filter(sidea1=side)
        second = (held["fatalmin2"] > held["fatalmin1"]).mean()
        assert held.height > 200
        assert second is not None
        assert second > 0.9, side


def test_clashes_and_battles_are_written_in_the_order_of_the_codes(read: Read) -> None:
    rows = read("mie/mie_1_0").filter(pl.col("action").is_in(mie.MUTUAL))
    ordered = (rows["ccode1"] < rows["ccode2"]).mean()
    assert ordered is not None
    assert ordered > 0.95


def test_the_gdp_file_holds_gdp_per_head(read: Read) -> None:
    assert read("worldbank/wdi_gdp")["indicator_code"].unique().to_list() == ["NY.GDP.PCAP.CD"]


def test_battle_deaths_change_their_coding_in_1989(read: Read) -> None:
    rows = read("ucdp/battle_deaths_country_year")
    early = rows.filter(pl.col("source").str.starts_with("PRIO"))["year"]
    late = rows.filter(pl.col("source").str.starts_with("UCDP"))["year"]
    assert (early.max(), late.min(), late.max()) == (1988, 1989, 2022)


def test_trade_of_the_federal_republic_is_absent_for_thirty_years(read: Read) -> None:
    rows = read("cow/cow_trade_ddy").filter(ccode1=260)
    counts = dict(rows.group_by("year").len().rows())
    assert counts[1955] > 50
    assert max(counts[year] for year in range(1960, 1990)) <= 2


def test_deliveries_of_the_federal_republic_are_absent(read: Read) -> None:
    rows = read("sipri/tiv_dyadic_south_asian_recipients_1950_2021")
    assert rows.filter(supplier_cown=255)["year"].min() == 1991
    assert rows.filter(supplier_cown=260).height == 0
    assert rows["recipient_cown"].n_unique() == 8


def test_troops_in_vietnam_carry_the_number_of_the_north(read: Read) -> None:
    rows = read("troopdata/us_troops_country_year").filter(year=1968)
    assert rows.filter(ccode=816)["troops_ad"].to_list() == [537377]
    assert rows.filter(ccode=817).height == 0


def test_rows_of_2024_and_the_partial_months_are_there_to_be_dropped(read: Read) -> None:
    assert read("us_aid/us_foreign_aid_country")["year"].max() == 2024
    assert read("gdelt/gdelt_dyad_month_score_2018_2024")["month"].max() == "2024-02"
    points = read("idealpoints/idealpoints_jul2025").filter(year=2024)
    assert points["idealpointall"].null_count() == points.height > 150
