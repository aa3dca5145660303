"""A wrong request is refused before anything is computed, with what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from realpolitik.assessment.request import Settled, settle
from realpolitik.errors import RequestError
from realpolitik.panel import Panel


def _settle(source: str | int, target: str | int, **changes: Any) -> Settled:
    options: dict[str, Any] = {
        "panel": None,
        "region": "south-asia",
        "start": None,
        "end": None,
        "as_of": None,
        "case": None,
        "seed": 1,
    }
    return settle(source, target, **(options | changes))


@pytest.mark.parametrize(
    ("source", "target", "changes", "message"),
    [
        ("USA", "USA", {}, "USA and USA are both United States"),
        ("usa", "2", {}, "usa and 2 are both United States .USA.. Name two different"),
        ("Pakistan", "PAK", {}, "are both Pakistan"),
        ("Pakistn", "USA", {}, "unknown state 'Pakistn'. Did you mean: Pakistan"),
        ("", "USA", {}, "unknown state ''"),
        ("USA", "Brazil", {}, r"Brazil \(BRA\) is not in the region south-asia"),
        ("USA", "East Germany", {}, "is not in the region south-asia"),
        ("GRC", "PAK", {}, "Choose --region eastern-mediterranean"),
        ("USA", "PAK", {"region": "south-azia"}, "unknown region 'south-azia'. Did you mean"),
        ("USA", "PAK", {"region": "mine.yaml"}, "mine.yaml"),
        ("USA", "PAK", {"start": "2010", "end": "2000"}, "runs backwards"),
        ("USA", "PAK", {"start": "next year"}, "cannot read 'next year' as a date"),
        ("USA", "PAK", {"end": "2001-13"}, "no such date"),
        ("USA", "PAK", {"start": "2090"}, "the period is empty"),
        ("USA", "PAK", {"start": "1900", "end": "1930"}, "entered the state system on 1947"),
        ("USA", "Bangladesh", {"start": "1960"}, "Bangladesh .BGD. entered the state system"),
        ("USA", "Bangladesh", {"end": "1965"}, "before that see Pakistan"),
        ("USA", "PAK", {"as_of": "never"}, "cannot read 'never' as a date"),
        ("USA", "PAK", {"as_of": "1930"}, "was not in it in 1930"),
        ("USA", "PAK", {"case": "us-pakitsan"}, "unknown case 'us-pakitsan'. Did you mean"),
    ],
)
def test_wrong_request_is_refused(
    source: str, target: str, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(RequestError, match=message):
        _settle(source, target, **changes)


def test_dead_state_is_refused_unless_the_period_ends_before(tmp_path: Path) -> None:
    region = _region(tmp_path, "DDR", "USA", "RUS", "GBR", "FRA", "CHN", "DEU", "TUR")
    with pytest.raises(RequestError, match="left the state system on 1990"):
        _settle("DDR", "USA", region=region)
    with pytest.raises(RequestError, match="left the state system on 1990"):
        _settle("DDR", "USA", region=region, start=1960, as_of=1995)
    assert _settle("DDR", "USA", region=region, end=1985).request.end == 1985


def _region(folder: Path, *members: str) -> Path:
    path = folder / "own.yaml"
    codes = ", ".join(members)
    path.write_text(
        f"name: own\ntitle: Own\ndescription: A test.\nmembers: [{codes}]\ngreat_powers: []\n",
        encoding="utf-8",
    )
    return path


def test_states_are_taken_by_any_name(south_asia: Panel) -> None:
    request = _settle("Ceylon", "china", panel=south_asia).request
    assert (request.source.code, request.target.code) == ("LKA", "CHN")
    assert request.source.in_text == "Sri Lanka"


def test_period_opens_when_both_exist(south_asia: Panel) -> None:
    assert _settle("USA", "PAK", panel=south_asia).request.start == 1947
    assert _settle("KAZ", "BGD", panel=south_asia).request.start == 1991
    asked = _settle("USA", "PAK", panel=south_asia, start=1990, end="2001-05").request
    assert (asked.start, asked.end) == (1990, 2001)


def test_case_is_found_by_its_events(south_asia: Panel) -> None:
    assert _settle("USA", "PAK", panel=south_asia).request.case == "us-pakistan"
    assert _settle("IND", "CHN", panel=south_asia).request.case == "us-pakistan"
    assert _settle("NPL", "BTN", panel=south_asia).request.case is None


def test_as_of_hides_what_was_not_known(south_asia: Panel) -> None:
    settled = _settle("USA", "PAK", panel=south_asia, as_of="2010")
    assert settled.request.as_of == "2010-12-31"
    assert settled.request.end == 2010
