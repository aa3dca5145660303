"""Published figures and known facts on the embedded panel."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from realpolitik.data import load_panel, load_votes, provenance, system_states
from realpolitik.panel import Panel, check, variables
from realpolitik.providers.catalogue import providers

PRINTED = 5e-7
"""The published index is printed to six digits."""
SHARE_PRINTED = 5e-6
"""Component shares are printed to five digits."""
THREE_DIGITS = 5e-4

CINC = {
    "USA": (0.284443, 0.169956, 0.148239, 0.141656, 0.139219, 0.123566),
    "PAK": (0.011278, 0.009873, 0.010451, 0.013325, 0.014503, 0.017684),
    "IND": (0.049562, 0.052603, 0.059536, 0.070079, 0.080975, 0.099397),
    "CHN": (0.118495, 0.113176, 0.114466, 0.165434, 0.220364, 0.234097),
    "RUS": (0.180598, 0.172277, 0.136820, 0.053493, 0.039595, 0.038197),
    "IRN": (0.006202, 0.006217, 0.011211, 0.013301, 0.015544, 0.016357),
    "AFG": (0.001606, 0.001401, 0.001282, 0.001215, 0.002732, 0.002912),
}
CINC_YEARS = (1950, 1971, 1989, 2001, 2012, 2022)
SHARES_2016 = {
    "USA": (0.40192, 0.07010, 0.04823, 0.15165, 0.04326, 0.08436),
    "CHN": (0.09644, 0.11843, 0.49639, 0.26075, 0.18844, 0.22451),
    "IND": (0.03395, 0.06832, 0.05868, 0.07774, 0.17779, 0.10728),
    "PAK": (0.00497, 0.03269, 0.00218, 0.00473, 0.02594, 0.02003),
}
COMPONENTS = ("milex", "milper", "irst", "pec", "tpop", "upop")
RIVALRIES = {
    ("IND", "PAK"): range(1947, 2021),
    ("CHN", "IND"): range(1948, 2021),
    ("AFG", "PAK"): range(1947, 2021),
    ("USA", "CHN"): [*range(1949, 1973), *range(1996, 2021)],
    ("USA", "RUS"): [*range(1946, 1990), *range(2007, 2021)],
    ("CHN", "RUS"): [*range(1946, 1950), *range(1958, 1990)],
}


@pytest.fixture(scope="module")
def panel() -> Panel:
    return load_panel("south-asia")


def series(panel: Panel, source: str, target: str, column: str) -> dict[int, object]:
    rows = panel.dyads.filter(source=source, target=target).select("year", column)
    return dict(rows.rows())


@pytest.mark.parametrize("state", CINC)
def test_published_capability_index(panel: Panel, state: str) -> None:
    held = dict(panel.states.filter(state=state).select("year", "cinc").rows())
    found = [held[year] for year in CINC_YEARS]
    np.testing.assert_allclose(found, CINC[state], atol=PRINTED, rtol=0)


@pytest.mark.parametrize("state", SHARES_2016)
def test_published_component_shares(panel: Panel, state: str) -> None:
    row = panel.states.filter(state=state, year=2016)
    found = [row[f"{name}_share"][0] for name in COMPONENTS]
    np.testing.assert_allclose(found, SHARES_2016[state], atol=SHARE_PRINTED, rtol=0)
    np.testing.assert_allclose(np.mean(found), row["cinc"][0], atol=PRINTED, rtol=0)


def test_defence_pledges_keep_their_direction_and_stop_in_2018(panel: Panel) -> None:
    there = series(panel, "USA", "PAK", "atop_defense")
    back = series(panel, "PAK", "USA", "atop_defense")
    years = (1955, 1960, 1979, 2001, 2018)
    assert [there[year] for year in years] == [1, 1, 1, 1, 1]
    assert [back[year] for year in years] == [1, 1, 0, 0, 0]
    assert [there[year] for year in (2019, 2023)] == [None, None]


@pytest.mark.parametrize("pair", RIVALRIES)
def test_published_rivalries(panel: Panel, pair: tuple[str, str]) -> None:
    for source, target in (pair, pair[::-1]):
        held = series(panel, source, target, "rivalry")
        assert [year for year, value in held.items() if value == 1] == list(RIVALRIES[pair])
        assert held[2021] is None


def test_every_variable_is_null_past_the_last_year_of_its_provider(panel: Panel) -> None:
    for name, variable in variables().items():
        table = panel.states if variable.level == "state" else panel.dyads
        if name not in table.columns or variable.step == "month":
            continue
        about = providers()[variable.provider]
        outside = ~pl.col("year").is_between(about.first_year, about.last_year)
        held = table.filter(outside & pl.col(name).is_not_null())
        assert held.height == 0, name


@pytest.mark.parametrize("region", ["south-asia", "eastern-mediterranean", "south-east-asia"])
def test_the_embedded_panel_passes_every_check(region: str) -> None:
    assert check(load_panel(region)) == ()


def test_the_monthly_panel_passes_every_check() -> None:
    assert check(load_panel("south-asia", step="month")) == ()


def test_states_that_an_event_source_lacks_are_null_and_others_zero(panel: Panel) -> None:
    for lacking in ("TUR", "BTN", "MDV"):
        held = panel.dyads.filter(pl.col("source") == lacking)
        assert held["verbal_cooperation"].null_count() == held.height, lacking
    turkey = series(panel, "TUR", "BTN", "verbal_conflict_full")
    assert turkey[2000] == 0
    assert turkey[1994] is None
    assert set(series(panel, "MDV", "IND", "verbal_conflict_full").values()) == {None}
    assert set(series(panel, "VNM", "CHN", "material_conflict_full").values()) == {None}


def test_silence_of_a_list_that_does_not_count_a_state_is_not_zero(panel: Panel) -> None:
    bhutan = series(panel, "BTN", "IND", "mid_hostility")
    assert (bhutan[1960], bhutan[1980]) == (None, 0)
    germany = series(panel, "USA", "DEU", "atop_defense")
    assert (germany[1950], germany[1956]) == (None, 1)


def test_no_contact_is_six_and_only_to_2016(panel: Panel) -> None:
    held = series(panel, "USA", "PAK", "contiguity")
    assert (held[2016], held[2017]) == (6, None)
    assert series(panel, "IND", "PAK", "contiguity")[2000] == 1


def test_us_aid_is_known_for_one_source_and_ends_before_the_partial_year(panel: Panel) -> None:
    assert set(series(panel, "IND", "PAK", "us_aid").values()) == {None}
    held = series(panel, "USA", "PAK", "us_aid")
    assert held[1976] == 831_513_545 + 255_665_250
    assert max(year for year, value in held.items() if value is not None) == 2023


def test_arms_are_known_for_south_asian_recipients_only(panel: Panel) -> None:
    assert series(panel, "USA", "PAK", "arms")[2010] == 1033.0
    assert set(series(panel, "USA", "SAU", "arms").values()) == {None}
    assert series(panel, "RUS", "IND", "arms")[1990] > 0
    assert series(panel, "DEU", "IND", "arms")[1985] is None


def test_the_chinese_seat_and_the_end_of_votes(panel: Panel) -> None:
    held = series(panel, "USA", "CHN", "un_shared_votes")
    assert held[1965] is None
    assert held[1972] is not None
    assert held[2020] is None
    votes = load_votes()
    assert votes.filter(state="CHN")["date"].max().year == 2019
    assert votes.filter(pl.col("state") == "CHN", pl.col("year").is_between(1950, 1970)).is_empty()
    assert set(votes["vote"]) == {1, 2, 3}


def test_a_region_of_few_states_can_still_ask_for_the_whole_system(panel: Panel) -> None:
    whole = system_states(panel).filter(year=2016)
    assert whole.height > 190
    sums = [whole[f"{name}_share"].sum() for name in COMPONENTS]
    np.testing.assert_allclose(sums, 1.0, atol=SHARE_PRINTED)


def test_provenance_names_every_embedded_column(panel: Panel) -> None:
    record = provenance()
    embedded = {n for n, v in variables().items() if providers()[v.provider].embed != "no"}
    calls = {"vote", "date", "session", "importantvote", "unres", "same_as"}
    assert set(record["column"]) == embedded | calls
    assert record["citation"].str.len_chars().min() > 20
    assert record["sha256"].str.contains(r"^[0-9a-f]{64}( [0-9a-f]{64})*$").all()
    assert set(record["embed"]) == {"yes", "facts"}
