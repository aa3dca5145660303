"""The user's files overlay the panel: their value wins, silence is zero only where it speaks."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import polars as pl
import pytest

from realpolitik.data import added, overlay
from realpolitik.errors import PanelError, UnknownName

Samples = dict[str, tuple[str, bytes]]
DYAD_YEAR = {
    "source": pl.String, "target": pl.String, "year": pl.Int32, "un_agreement": pl.Float64,
    "atop_defense": pl.Int8, "mid_hostility": pl.Int8, "verbal_cooperation": pl.Int32,
    "material_conflict": pl.Int32,
}  # fmt: skip


def put(folder: Path, sample: tuple[str, bytes]) -> Path:
    path = folder / sample[0]
    path.write_bytes(sample[1])
    return path


def embedded(*rows: tuple[object, ...]) -> pl.LazyFrame:
    return pl.LazyFrame(list(rows), schema=DYAD_YEAR, orient="row")


def cell(frame: pl.LazyFrame, column: str, source: str, target: str, year: int) -> object:
    rows = frame.filter(source=source, target=target, year=year).collect()
    assert rows.height == 1
    return rows[column][0]


def start_rows(frame: pl.LazyFrame, start: pl.LazyFrame) -> pl.DataFrame:
    keys = start.select("source", "target", "year")
    return keys.join(frame, on=["source", "target", "year"], maintain_order="left").collect()


def test_without_files_nothing_changes() -> None:
    frame = embedded(("USA", "PAK", 1990, 0.5, 1, 0, None, None))
    assert overlay.apply("dyad_year", frame) is frame
    assert overlay.files() == []
    assert not overlay.has_world(frame)


def test_value_wins_silence_is_zero_inside_and_the_rest_stays(
    samples: Samples, tmp_path: Path
) -> None:
    empty = overlay.digest()
    added.add(put(tmp_path, samples["atop"]))
    start = embedded(
        ("USA", "PAK", 2000, 0.3, 1, 4, None, None),
        ("USA", "CAN", 1990, 0.8, 0, 0, None, None),
        ("USA", "PAK", 1990, 0.5, 1, None, None, None),
    )
    frame = overlay.apply("dyad_year", start)
    assert cell(frame, "atop_defense", "USA", "CAN", 1990) == 1
    assert cell(frame, "atop_defense", "USA", "PAK", 1990) == 0
    assert cell(frame, "atop_defense", "USA", "PAK", 2000) == 1
    assert cell(frame, "un_agreement", "USA", "PAK", 1990) == 0.5
    assert cell(frame, "mid_hostility", "USA", "PAK", 2000) == 4
    assert cell(frame, "atop_defense", "IND", "RUS", 1991) == 0
    narrow = overlay.apply("dyad_year", start, extend=False)
    assert narrow.collect().equals(start_rows(frame, start))
    extra = ("atop_offense", "atop_neutral", "atop_nonagg", "atop_consul")
    assert frame.collect_schema() == {**DYAD_YEAR, **dict.fromkeys(extra, pl.Int8)}
    assert overlay.digest() != empty


def test_the_latest_of_two_files_wins(samples: Samples, tmp_path: Path) -> None:
    name, content = samples["atop"]
    added.add(put(tmp_path, samples["atop"]))
    added.add(put(tmp_path, (name, content.replace(b"2020,1990,1,1", b"2020,1990,1,0"))))
    frame = overlay.apply("dyad_year", embedded(("USA", "CAN", 1990, None, 1, None, None, None)))
    assert cell(frame, "atop_defense", "USA", "CAN", 1990) == 0
    assert cell(frame, "atop_defense", "CAN", "USA", 1990) == 1


def test_dyads_beyond_the_panel_enable_the_world(samples: Samples, tmp_path: Path) -> None:
    added.add(put(tmp_path, samples["atop"]))
    frame = embedded(("USA", "PAK", 1990, None, None, None, None, None))
    assert overlay.has_world(frame)
    held = overlay.apply("dyad_year", frame)
    assert not overlay.has_world(held)
    skeleton = embedded(("FRA", "BEL", 1989, *[None] * 5), ("FRA", "BEL", 1990, *[None] * 5))
    world = overlay.apply("dyad_year", skeleton)
    assert cell(world, "atop_defense", "FRA", "BEL", 1990) == 0
    assert cell(world, "atop_defense", "FRA", "BEL", 1989) is None


def icews(tmp_path: Path, name: str, days: list[str], code: str) -> Path:
    from realpolitik.providers.files.icews import COLUMNS

    lines = ["\t".join(COLUMNS)]
    for day in days:
        row = [""] * len(COLUMNS)
        row[1], row[4], row[6], row[10] = day, "India", code, "Pakistan"
        lines.append("\t".join(row))
    path = tmp_path / name
    path.write_text("\n".join(lines))
    return path


def days_of(year: int, first: int, last: int) -> list[str]:
    start = datetime.date(year, first, 1)
    stop = datetime.date(year + last // 12, last % 12 + 1, 1)
    return [str(start + datetime.timedelta(n)) for n in range((stop - start).days)]


def test_event_files_add_up_and_partial_years_stay_out(tmp_path: Path) -> None:
    row = ("IND", "PAK", 2015, None, None, None, 7, 7)
    other = ("PAK", "IND", 2015, None, None, None, 7, 7)
    third = ("IND", "USA", 2015, None, None, None, 7, 7)
    added.add(icews(tmp_path, "a.tab", days_of(2015, 1, 6), "190"))
    half = overlay.apply("dyad_year", embedded(row, other, third))
    assert cell(half, "material_conflict", "IND", "PAK", 2015) == 7
    added.add(icews(tmp_path, "b.tab", days_of(2015, 7, 12), "190"))
    whole = overlay.apply("dyad_year", embedded(row, other, third))
    assert cell(whole, "material_conflict", "IND", "PAK", 2015) == 365
    assert cell(whole, "verbal_cooperation", "IND", "PAK", 2015) == 0
    assert cell(whole, "material_conflict", "PAK", "IND", 2015) == 0
    assert cell(whole, "material_conflict", "IND", "USA", 2015) == 7


def test_covered_months_enter_the_monthly_panel(tmp_path: Path) -> None:
    added.add(icews(tmp_path, "a.tab", [*days_of(2015, 1, 2), "2015-03-01"], "190"))
    schema = {
        "source": pl.String, "target": pl.String, "month": pl.Date,
        "verbal_conflict_month": pl.Int32, "material_conflict_month": pl.Int32,
    }  # fmt: skip
    rows = [("PAK", "IND", datetime.date(2015, month, 1), 5, 5) for month in (1, 3)]
    frame = overlay.apply("dyad_month", pl.LazyFrame(rows, schema=schema, orient="row"))
    assert frame.select(*schema).collect().rows() == [
        ("IND", "PAK", datetime.date(2015, 1, 1), 0, 31),
        ("IND", "PAK", datetime.date(2015, 2, 1), 0, 28),
        ("PAK", "IND", datetime.date(2015, 1, 1), 0, 0),
        ("PAK", "IND", datetime.date(2015, 3, 1), 5, 5),
    ]


def test_added_votes_join_the_roll_calls(samples: Samples, tmp_path: Path) -> None:
    from realpolitik.data import load_votes

    before = load_votes()
    added.add(put(tmp_path, samples["un-votes-csv"]))
    after = load_votes()
    new = after.join(before, on=["rcid", "state"], how="anti").sort("state")
    assert new.select("rcid", "session", "year", "state", "vote").rows() == [
        (99001, 76, 2021, "IND", 2), (99001, 76, 2021, "RUS", 3), (99001, 76, 2021, "USA", 1),
    ]  # fmt: skip
    assert after.height == before.height + 3


@pytest.mark.parametrize("file", ["manifest.json", "dyad_year.parquet"])
def test_a_damaged_addition_is_named_and_can_be_removed(
    file: str, samples: Samples, tmp_path: Path
) -> None:
    record = added.add(put(tmp_path, samples["atop"]))
    (added.folder() / "added" / record.name / file).write_bytes(b"{broken")
    with pytest.raises(PanelError, match=rf"{record.name}: {file}.*data remove {record.name}"):
        overlay.apply("dyad_year", embedded())
    assert [name for name, _ in added.check()] == [record.name]
    added.remove(record.name)
    assert overlay.files() == []


def test_a_changed_addition_is_found(samples: Samples, tmp_path: Path) -> None:
    record = added.add(put(tmp_path, samples["icews"]))
    place = added.folder() / "added" / record.name
    assert list(added.check()) == []
    pl.DataFrame({"day": [datetime.date(2015, 1, 1)]}).write_parquet(place / "days.parquet")
    assert list(added.check()) == [(record.name, "days.parquet has changed since it was added")]
    (place / "days.parquet").unlink()
    assert list(added.check()) == [(record.name, "days.parquet is missing")]


def test_the_manifest_tells_where_it_came_from(samples: Samples, tmp_path: Path) -> None:
    path = put(tmp_path, (samples["icews"][0], samples["icews"][1] + b"cut\tshort\n"))
    record = added.add(path)
    place = added.folder() / "added" / record.name
    text = json.loads((place / "manifest.json").read_text())
    assert text["original"] == path.name
    assert text["rejects"] == {"expected 20 columns, got 2": 1}
    assert (place / "rejects.csv").read_text().splitlines() == [
        "line,reason,text", '8,"expected 20 columns, got 2",cut\tshort',
    ]  # fmt: skip


def test_removing_what_is_not_there() -> None:
    with pytest.raises(UnknownName, match="unknown added file 'x'"):
        added.remove("x")
    with pytest.raises(UnknownName):
        added.remove("../added")
