"""Loading: regions, periods, and what is said when a file is missing or damaged."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import realpolitik
from realpolitik import regions
from realpolitik.data import data_hash, load, load_panel, load_votes, provenance
from realpolitik.errors import PanelError, PeriodError, UnknownName

EMBEDDED = load.FOLDER


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the embedded files, which the loader reads instead."""
    for path in [*EMBEDDED.glob("*.parquet"), EMBEDDED / load.PROVENANCE]:
        shutil.copy(path, tmp_path / path.name)
    monkeypatch.setattr(load, "FOLDER", tmp_path)
    return tmp_path


def test_public_name_and_defaults() -> None:
    panel = realpolitik.load_panel()
    assert isinstance(panel, realpolitik.Panel)
    assert (panel.region, panel.step, panel.start, panel.end) == ("south-asia", "year", 1946, 2023)
    assert panel.members == regions.load("south-asia").states()


def test_rows_are_the_dyads_of_members_in_the_system() -> None:
    panel = load_panel("south-asia", start=1970, end=1972)
    years = panel.dyads.filter(source="BGD", target="IND")["year"].to_list()
    assert years == [1971, 1972]
    n = len(regions.load("south-asia").states(1972))
    assert panel.dyads.filter(year=1972).height == n * (n - 1)
    assert panel.states.filter(year=1972).height == n


def test_a_users_region_with_dated_members(tmp_path: Path) -> None:
    path = tmp_path / "ring.yaml"
    path.write_text(
        "name: ring\ntitle: Ring\ndescription: Three\n"
        "members: [USA, IND, {code: PAK, start: 2000, end: 2001}]\n",
        encoding="utf-8",
    )
    panel = load_panel(path, start=1999, end=2002)
    assert panel.dyads.filter(source="PAK", target="USA")["year"].to_list() == [2000, 2001]


def test_a_region_that_nothing_is_held_for(tmp_path: Path) -> None:
    path = tmp_path / "far.yaml"
    path.write_text(
        "name: far\ntitle: Far\ndescription: Two\nmembers: [BRA, ARG]\n", encoding="utf-8"
    )
    with pytest.raises(PanelError, match="data add FILE"):
        load_panel(path)


def test_the_world_needs_added_files() -> None:
    with pytest.raises(PanelError, match="Add official files"):
        load_panel("world")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"region": "south-azia"}, UnknownName, "Did you mean: south-asia"),
        ({"start": 2010, "end": 2000}, PeriodError, "runs backwards"),
        ({"start": "soon"}, PeriodError, "cannot read 'soon'"),
        ({"step": "week"}, UnknownName, "year, month"),
        ({"as_of": "1940"}, PeriodError, "later as-of date"),
        ({"start": 2024, "end": 2025}, PanelError, "another period"),
    ],
)
def test_wrong_requests(arguments: dict[str, str], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        load_panel(**arguments)


def test_months() -> None:
    panel = load_panel("south-asia", start="2012-06", end="2012-08", step="month")
    rows = panel.dyads.filter(source="IND", target="PAK")
    assert rows["month"].to_list() == [date(2012, m, 1) for m in (6, 7, 8)]
    assert rows["verbal_conflict_month"].sum() > 0
    whole = load_panel("south-asia", start=2012, end=2012)
    year = whole.dyads.filter(source="IND", target="PAK")["verbal_conflict_full"].to_list()
    months = load_panel("south-asia", start="2012-01", end="2012-12", step="month").dyads
    assert year == [months.filter(source="IND", target="PAK")["verbal_conflict_month"].sum()]


def test_the_arms_file_may_be_deleted(copied: Path) -> None:
    before = data_hash()
    (copied / "arms.parquet").unlink()
    panel = load_panel("south-asia", start=2010, end=2010)
    assert panel.dyads["arms"].null_count() == panel.dyads.height
    assert panel.dyads["us_aid"].null_count() < panel.dyads.height
    assert data_hash() != before


@pytest.mark.parametrize("name", ["state_year", "dyad_year", "arms"])
@pytest.mark.parametrize("damage", ["truncated", "text", "empty"])
def test_a_damaged_table_says_what_to_do(copied: Path, name: str, damage: str) -> None:
    path = copied / f"{name}.parquet"
    whole = path.read_bytes()
    path.write_bytes({"truncated": whole[: len(whole) // 2], "text": b"a,b", "empty": b""}[damage])
    with pytest.raises(PanelError, match=f"{name}.parquet is missing or damaged"):
        load_panel()


def test_a_table_damaged_inside_says_what_to_do(copied: Path) -> None:
    path = copied / "dyad_year.parquet"
    content = bytearray(path.read_bytes())
    content[2_000:60_000] = bytes(58_000)
    path.write_bytes(content)
    with pytest.raises(PanelError, match="missing or damaged"):
        load_panel()


def test_missing_tables_say_what_to_do(copied: Path) -> None:
    (copied / "un_votes.parquet").unlink()
    with pytest.raises(PanelError, match="data build"):
        load_votes()
    (copied / "PROVENANCE.csv").unlink()
    with pytest.raises(PanelError, match="Install the package again"):
        provenance()


def test_the_hash_is_of_the_content(copied: Path) -> None:
    assert len(data_hash()) == 64
    first = data_hash(overlay=False)
    frame = pl.read_parquet(copied / "arms.parquet")
    frame.head(10).write_parquet(copied / "arms.parquet")
    assert data_hash(overlay=False) != first


def test_the_hash_of_a_panel_is_its_vintage() -> None:
    assert load_panel(start=2000, end=2000).vintage == data_hash()
