"""Who an actor is, and how often that is wrong where it is known."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from realpolitik.events import roles_of, state_of_entity, states_of
from realpolitik.providers import event_codes

MOST_WRONG = 0.05
"""Upper end of the interval for leaders; the map's own majority votes are wrong in 20-30 %."""
LEAST_COVERED = {"icews05_15": 0.70, "icews14": 0.65, "icews18": 0.60}
"""Shares of mentions; leaders after 2015 are known only in part."""


@pytest.mark.parametrize(
    ("entity", "day", "expected"),
    [
        ("Japan", date(2014, 6, 1), ("JPN", "country")),
        ("Police (Burma)", date(2014, 6, 1), ("MMR", "paren")),
        ("Barack Obama", date(2009, 2, 1), ("USA", "leader")),
        ("Barack Obama", date(2008, 2, 1), None),
        ("Ma Ying Jeou", date(2010, 6, 1), ("TWN", "leader")),
        ("South Sudan", date(2010, 6, 1), None),
        ("Boko Haram", date(2014, 6, 1), None),
        ("Police (Kashmir)", date(2014, 6, 1), None),
        ("Obama", date(2014, 6, 1), None),
    ],
)
def test_state_of_an_entity(entity: str, day: date, expected: tuple[str, str] | None) -> None:
    assert state_of_entity(entity, day) == expected


def test_a_name_counts_only_in_office() -> None:
    assert any("Singh" in spell.leader and spell.state == "IND" for spell in event_codes.leaders())
    assert state_of_entity("Manmohan Singh", date(2008, 5, 1)) == ("IND", "leader")
    assert state_of_entity("Manmohan Singh", date(1998, 5, 1)) is None


@pytest.mark.parametrize(
    ("cell", "scheme", "year", "expected"),
    [
        ("ROM", "iso3", 2014, ("ROU",)),
        ("ZAR", "iso3", 2014, ("COD",)),
        ("USAGOV", "iso3", 2014, ("USA",)),
        ("WSB", "iso3", 2014, ()),
        ("SSD", "iso3", 2009, ()),
        ("2; 365; 2", "cow", 2014, ("USA", "RUS")),
        ("None", "cow", 2014, ()),
        ("the former Yugoslav Republic of Macedonia", "name", 2014, ("MKD",)),
        ("United Nations", "name", 2014, ()),
        (None, "name", 2014, ()),
    ],
)
def test_states_of_a_cell(
    cell: str | None, scheme: str, year: int, expected: tuple[str, ...]
) -> None:
    assert states_of(cell, scheme, year) == expected


def test_roles_follow_the_country() -> None:
    assert roles_of("SYRREBMIL") == ("rebels", "military")
    assert roles_of("GOV") == ()


@pytest.fixture
def accuracy() -> ModuleType:
    script = Path(__file__).resolve().parents[2] / "benchmarks" / "event_actors.py"
    spec = importlib.util.spec_from_file_location("accuracy_of_actors", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.shared
@pytest.mark.parametrize(
    "name", ["icews14", *(pytest.param(x, marks=pytest.mark.nightly) for x in
                          ("icews05_15", "icews18"))],
)  # fmt: skip
def test_coverage_and_error_are_as_stated(
    name: str, accuracy: ModuleType, shared_data: Path
) -> None:
    table = accuracy.mentions(shared_data, name)
    seen = table.filter(table["state"].is_not_null())["n"].sum() / table["n"].sum()
    assert seen > LEAST_COVERED[name]
    assert accuracy.error(table, "leader")[2] < MOST_WRONG
    for way in ("country", "paren"):
        assert accuracy.error(table, way)[3] == 0
