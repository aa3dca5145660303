"""The tables that join codes to states, against each other and against the reference files."""

from __future__ import annotations

import math
import statistics
from pathlib import Path

import polars as pl
import pytest

from realpolitik import states
from realpolitik.errors import UnknownName

# CEPII gives whole kilometres, between places within a city that differ from ours by up to this.
SAME_CITY_KM = 20.0
# CEPII, where it differs: another city (largest or former capital), or a place far from the city.
OTHER_CAPITAL = {
    "BDI": "Bujumbura, not Gitega",
    "ISR": "Tel Aviv, not Jerusalem",
    "MMR": "Rangoon, not Naypyidaw",
    "COL": "not at Bogota",
    "GIN": "not at Conakry",
    "NGA": "not at Abuja",
    "NZL": "not at Wellington",
    "WSM": "not at Apia",
}
FIRST_YEAR = 1946


@pytest.mark.parametrize("scheme", ["cow", "gw", "iso2", "iso3"])
def test_each_code_and_year_means_one_state(scheme: str) -> None:
    table = states.crosswalk(scheme)
    assert table.columns == [scheme, "year", "state"]
    assert table.null_count().sum_horizontal().item() == 0
    assert not table.select(scheme, "year").is_duplicated().any()
    assert table.get_column("year").min() == states.FIRST_YEAR
    assert table.get_column("year").max() == states.LAST_YEAR
    for code, state in table.filter(pl.col("year") == 1989).select(scheme, "state").iter_rows():
        assert states.get(state).exists(1989), code


@pytest.mark.parametrize(
    ("scheme", "code", "year", "state"),
    [
        ("cow", 255, 1989, "DEU"),
        ("cow", 260, 1950, "DEU"),
        ("cow", 345, 2024, "SRB"),
        ("cow", 679, 1990, "YEM"),
        ("cow", 970, 2000, "NRU"),
        ("gw", 970, 2000, "KIR"),
        ("gw", 340, 2010, "SRB"),
        ("gw", 711, 1949, "TBT"),
        ("iso2", "NA", 1995, "NAM"),
        ("iso2", "SU", 1980, "RUS"),
        ("iso2", "DD", 1980, "DDR"),
        ("iso2", "CS", 1980, "CSK"),
        ("iso2", "CS", 2004, "SRB"),
        ("iso2", "YU", 1995, "SRB"),
        ("iso3", "ROM", 1990, "ROU"),
        ("iso3", "ZAR", 1990, "COD"),
        ("iso3", "TMP", 2003, "TLS"),
        ("iso3", "XKX", 2010, "XKX"),
    ],
)
def test_a_row(scheme: str, code: int | str, year: int, state: str) -> None:
    table = states.crosswalk(scheme)
    found = table.filter((pl.col(scheme) == code) & (pl.col("year") == year))
    assert found.get_column("state").to_list() == [state]


@pytest.mark.parametrize(
    ("scheme", "code", "year"),
    [
        ("cow", 771, 1970),
        ("cow", 817, 1976),
        ("gw", 255, 2000),
        ("iso2", "CS", 1994),
        ("iso2", "CS", 2007),
        ("iso3", "DDR", 1991),
        ("iso3", "RVN", 1960),
    ],
)
def test_no_row(scheme: str, code: int | str, year: int) -> None:
    table = states.crosswalk(scheme)
    assert table.filter((pl.col(scheme) == code) & (pl.col("year") == year)).is_empty()


def test_crosswalk_agrees_with_the_lookup() -> None:
    for scheme, look in (("cow", states.by_cow), ("gw", states.by_gw)):
        for number, year, state in states.crosswalk(scheme).iter_rows():
            assert look(number, year) == state


def test_unknown_scheme() -> None:
    with pytest.raises(UnknownName, match="cow"):
        states.crosswalk("cov")


@pytest.mark.shared
def test_both_lists_name_the_same_state(shared_data: Path) -> None:
    """Every row of both published crosswalks since 1946, with no exception.

    Rows with one number only are years in which one list counts the state and the other does not;
    there the number alone must find a state that exists.
    """
    for name in ("cw_gw_panel", "gw_cw_panel"):
        panel = pl.read_parquet(shared_data / "isard" / f"{name}.parquet")
        rows = panel.filter(pl.col("year") >= states.FIRST_YEAR).select("ccode", "gwcode", "year")
        assert rows.height > 10_000
        for cow, gw, year in rows.iter_rows():
            found = set()
            if cow is not None:
                found.add(states.by_cow(cow, year))
            if gw is not None:
                found.add(states.by_gw(gw, year))
            assert len(found) == 1, (cow, gw, year, found)
            assert None not in found, (cow, gw, year)


@pytest.mark.shared
@pytest.mark.parametrize(("file", "number"), [("cow_states", "ccode"), ("gw_states", "gwcode")])
def test_every_member_of_the_lists_is_found(shared_data: Path, file: str, number: str) -> None:
    frame = pl.read_parquet(shared_data / file[: file.index("_")] / f"{file}.parquet")
    ends = "endyear" if number == "ccode" else pl.col("enddate").dt.year()
    name = "statenme" if number == "ccode" else "statename"
    look = states.by_cow if number == "ccode" else states.by_gw
    rows = frame.select(number, name, end=ends).filter(pl.col("end") >= FIRST_YEAR)
    assert rows.height > 170
    for code, label, end in rows.iter_rows():
        found = look(code, end)
        assert found is not None, label
        assert states.match_name(label) == found, label


@pytest.mark.shared
def test_votes_of_the_united_nations_find_their_states(shared_data: Path) -> None:
    """The ISO code and the name of a voter agree; NA is Namibia, not a missing value."""
    votes = pl.read_parquet(shared_data / "unvotes" / "un_votes.parquet")
    voters = votes.select("country", "country_code").unique()
    assert voters.height == 200
    for name, code in voters.iter_rows():
        by_name = states.match_name(name)
        assert by_name is not None, name
        if code is not None:
            assert states.find(code).code == by_name, (name, code)
    assert ("Namibia", "NA") in voters.rows()


@pytest.mark.shared
def test_capitals_lie_where_cepii_measures_from(shared_data: Path) -> None:
    """Distances between capitals, recomputed, against those CEPII publishes."""
    table = pl.read_parquet(shared_data / "cepii" / "dist_cepii.parquet")
    known = {state.code for state in states.all_states()}
    old = {a.text: s.code for s in states.all_states() for a in s.aliases if a.kind == "iso3"}
    errors: dict[str, list[float]] = {}
    for one, two, km in table.select("iso_o", "iso_d", "distcap").iter_rows():
        first = one if one in known else old.get(one)
        second = two if two in known else old.get(two)
        if first and second and first != second:
            errors.setdefault(first, []).append(abs(_distance(first, second) - km))
    assert len(errors) > 185
    moved = {code for code, errs in errors.items() if statistics.median(errs) > SAME_CITY_KM}
    assert moved == set(OTHER_CAPITAL)


def _distance(one: str, two: str) -> float:
    """Great-circle distance between two capitals, km (haversine, radius 6371 km)."""
    first, second = states.get(one), states.get(two)
    low, high = math.radians(first.latitude), math.radians(second.latitude)
    turn = math.radians(second.longitude - first.longitude)
    half = math.sin((high - low) / 2) ** 2
    half += math.cos(low) * math.cos(high) * math.sin(turn / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(half))
