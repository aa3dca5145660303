"""Facts of the table, each from the cited list or a treaty, none from the code under test."""

from __future__ import annotations

from datetime import date

import pytest

from realpolitik import states
from realpolitik.errors import PeriodError

ENTRIES = {
    "PAK": "1947-08-14",
    "IND": "1947-08-15",
    "LKA": "1948-02-04",
    "MMR": "1948-01-04",
    "ISR": "1948-05-14",
    "PRK": "1948-09-09",
    "KOR": "1948-08-15",  # GW; COW has 1949-06-29
    "DEU": "1949-09-21",  # GW; COW has 1955-05-05
    "IDN": "1945-08-17",  # GW; COW has 1949-12-27
    "BTN": "1949-01-01",  # GW; COW has 1971-09-21
    "TWN": "1949-12-08",
    "SGP": "1965-08-09",
    "MDV": "1965-05-26",  # GW; COW has 1965-07-26
    "ARE": "1971-12-02",
    "QAT": "1971-09-03",
    "BGD": "1971-12-16",
    "UZB": "1991-08-31",  # GW; COW has 1991-12-26
    "TJK": "1991-09-09",  # GW; COW has 1991-12-26
    "CZE": "1993-01-01",
    "ERI": "1993-05-24",
    "TLS": "2002-05-20",  # GW; COW has 2002-09-27
    "MNE": "2006-06-03",
    "XKX": "2008-02-17",
    "SSD": "2011-07-09",
    "USA": "1816-01-01",
}
EXITS = {
    "TBT": "1950-10-01",
    "ZAN": "1964-04-26",
    "RVN": "1975-04-30",
    "YMD": "1990-05-21",
    "DDR": "1990-10-02",
    "CSK": "1992-12-31",
}
SUCCESSIONS = {
    ("1964-04-26", "united", "ZAN", "TZA"),
    ("1965-08-09", "separated", "MYS", "SGP"),
    ("1971-12-16", "separated", "PAK", "BGD"),
    ("1972-05-22", "renamed", "LKA", "LKA"),
    ("1975-04-30", "absorbed", "RVN", "VNM"),
    ("1989-06-18", "renamed", "MMR", "MMR"),
    ("1990-05-22", "united", "YMD", "YEM"),
    ("1990-10-03", "united", "DDR", "DEU"),
    ("1991-12-26", "continued", "RUS", "RUS"),
    ("1993-01-01", "separated", "CSK", "CZE"),
    ("1993-01-01", "separated", "CSK", "SVK"),
    ("2011-07-09", "separated", "SDN", "SSD"),
}
NAMES = [
    ("LKA", 1971, "Ceylon"),
    ("LKA", 1972, "Sri Lanka"),
    ("MMR", 1988, "Burma"),
    ("MMR", 1989, "Myanmar"),
    ("THA", 1946, "Siam"),
    ("THA", 1949, "Thailand"),
    ("RUS", 1990, "Soviet Union"),
    ("RUS", 1991, "Russia"),
    ("SRB", 1999, "Yugoslavia"),
    ("SRB", 2004, "Serbia and Montenegro"),
    ("SRB", 2006, "Serbia"),
    ("DEU", 1989, "West Germany"),
    ("DEU", 1990, "Germany"),
    ("COD", 1980, "Zaire"),
    ("COD", 1998, "Democratic Republic of the Congo"),
    ("EGY", 1960, "United Arab Republic"),
    ("EGY", 1957, "Egypt"),
    ("VNM", 1970, "North Vietnam"),
    ("VNM", 1976, "Vietnam"),
    ("PAK", 1960, "Pakistan"),
]
SMALLEST_OF_LATITUDE, LARGEST_OF_LATITUDE = -60.0, 75.0


@pytest.mark.parametrize(("code", "day"), ENTRIES.items())
def test_entry(code: str, day: str) -> None:
    assert states.get(code).entry == date.fromisoformat(day)


def test_exits_are_exactly_the_former_members() -> None:
    left = {state.code: str(state.exit) for state in states.all_states() if state.exit}
    assert left == EXITS


def test_successions() -> None:
    found = {
        (str(change.date), change.kind, change.predecessor, change.successor)
        for change in states.successions()
    }
    assert found >= SUCCESSIONS


def test_successions_fit_the_table() -> None:
    changes = states.successions()
    assert [change.date for change in changes] == sorted(change.date for change in changes)
    for change in changes:
        predecessor = states.get(change.predecessor)
        successor = states.get(change.successor)
        assert change.note
        if change.kind in {"renamed", "continued"}:
            assert predecessor == successor
        elif change.kind == "separated":
            assert successor.entry <= change.date
            assert predecessor.entry < successor.entry or successor.code == "SYR"
        elif change.date.year != 1958:  # Gleditsch and Ward keep Syria in the system to 1961
            assert change.kind in {"united", "absorbed"}
            assert predecessor.exit is not None
            assert abs((change.date - predecessor.exit).days) <= 1


def test_every_former_member_has_a_successor() -> None:
    ended = {change.predecessor for change in states.successions() if change.kind != "renamed"}
    assert ended >= set(EXITS)


@pytest.mark.parametrize(("code", "year", "name"), NAMES)
def test_name_at(code: str, year: int, name: str) -> None:
    assert states.get(code).name_at(year) == name


def test_a_change_of_name_matches_its_succession() -> None:
    for change in states.successions():
        if change.kind == "renamed":
            state = states.get(change.successor)
            assert state.name_at(change.date.year - 1) != state.name_at(change.date.year)


def test_members_of_chosen_years() -> None:
    assert {"PAK", "IND"} & set(states.members(1946)) == set()
    assert "RVN" in states.members(1975)
    assert "RVN" not in states.members(1976)
    assert {"DDR", "DEU", "YMD", "YEM"} <= set(states.members(1990))
    assert {"DDR", "YMD"} & set(states.members(1991)) == set()
    assert len(states.members(2025)) == len(set(states.members(2025)))
    assert set(states.members(2025)) == {s.code for s in states.all_states() if s.exit is None}
    with pytest.raises(PeriodError, match="1946"):
        states.members(1945)


def test_one_state_may_hold_two_numbers() -> None:
    numbers = {
        code: {(spell.list, spell.number) for spell in states.get(code).spells}
        for code in ("DEU", "YEM", "SRB", "RUS", "VNM")
    }
    assert numbers["DEU"] == {("cow", 260), ("cow", 255), ("gw", 260)}
    assert numbers["YEM"] == {("cow", 678), ("cow", 679), ("gw", 678)}
    assert numbers["SRB"] == {("cow", 345), ("gw", 345), ("gw", 340)}
    assert numbers["RUS"] == {("cow", 365), ("gw", 365)}
    assert numbers["VNM"] == {("cow", 816), ("gw", 816)}


def test_no_number_means_two_states() -> None:
    for which in ("cow", "gw"):
        owners: dict[int, set[str]] = {}
        for state in states.all_states():
            for spell in state.spells:
                if spell.list == which:
                    owners.setdefault(spell.number, set()).add(state.code)
        assert all(len(codes) == 1 for codes in owners.values())


def test_the_chinese_seat_is_held_by_one_state_each_day() -> None:
    seats = [seat for seat in states.seats() if seat.seat == "China"]
    holder = {
        day: [s.state for s in seats if s.start <= day and (s.end is None or day <= s.end)]
        for day in (date(1946, 1, 1), date(1971, 10, 24), date(1971, 10, 25), date(2020, 1, 1))
    }
    assert list(holder.values()) == [["CHN"], ["TWN"], ["CHN"], ["CHN"]]


def test_iso_codes_are_unique_and_well_formed() -> None:
    everyone = states.all_states()
    for field, size in (("code", 3), ("iso3", 3), ("iso2", 2), ("iso_numeric", 3)):
        codes = [getattr(state, field) for state in everyone if getattr(state, field)]
        assert len(codes) == len(set(codes))
        assert {len(code) for code in codes} == {size}
    assert states.get("NAM").iso2 == "NA"
    without = {state.code for state in everyone if state.iso3 is None}
    assert without == {"ABK", "SOT", "TBT", "ZAN", "RVN"}


def test_capitals_have_plausible_places() -> None:
    for state in states.all_states():
        assert state.capital
        assert SMALLEST_OF_LATITUDE < state.latitude < LARGEST_OF_LATITUDE
        assert -180 <= state.longitude <= 180
    assert states.get("PAK").capital == "Islamabad"


def test_spells_and_dates_agree() -> None:
    for state in states.all_states():
        assert state.entry == min(spell.start for spell in state.spells)
        ends = [spell.end for spell in state.spells]
        last = None if None in ends else max(end for end in ends if end)
        assert state.exit == last
        assert state.exists(state.entry.year)
        assert not state.exists(state.entry.year - 1)
        if state.exit:
            assert state.exists(state.exit.year)
            assert not state.exists(state.exit.year + 1)
