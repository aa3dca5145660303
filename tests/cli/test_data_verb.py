"""`realpolitik data` as a user meets it: output, remarks and exit statuses."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import polars as pl
import pytest

from realpolitik.cli import main
from realpolitik.data import added
from realpolitik.providers import fetch

ATOP = """ddyad,year,atopally,defense,offense,neutral,nonagg,consul,stateA,stateB
2770,2022,1,1,0,0,0,1,2,770
7702,2022,1,1,0,0,0,1,770,2
"""


def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["realpolitik", *words])
    with pytest.raises(SystemExit) as stop:
        main()
    output = capsys.readouterr()
    code = stop.value.code
    return (code if isinstance(code, int) else 0 if code is None else 1), output.out, output.err


@pytest.fixture
def atop(tmp_path: Path) -> Path:
    path = tmp_path / "atop5_1ddyr.csv"
    path.write_text(ATOP)
    return path


def test_list_shows_sources_with_their_terms(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = run(capsys, monkeypatch, "data", "list", "--format", "csv")
    table = pl.read_csv(io.StringIO(out))
    assert code == 0
    assert table.columns == [
        "name", "title", "version", "first", "last", "states", "held", "terms",
    ]  # fmt: skip
    assert {"cow_nmc", "atop", "un_votes", "sipri"} <= set(table["name"])
    assert table["terms"].null_count() == 0
    assert table["held"].unique().to_list() == ["embedded"]


def test_table_fits_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = run(capsys, monkeypatch, "data", "list", "--format", "table")
    assert code == 0
    assert "1946-2022" in out
    assert max(len(line) for line in out.splitlines()) <= 80


def test_add_overlays_lists_and_removes(
    atop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from realpolitik.data import load_panel

    def pledge() -> list[int | None]:
        dyads = load_panel("south-asia", start=2022, end=2022).dyads
        return dyads.filter(source="USA", target="PAK")["atop_defense"].to_list()

    assert pledge() == [None]
    code, out, _ = run(capsys, monkeypatch, "data", "add", str(atop), "--format", "json")
    (row,) = json.loads(out)
    assert code == 0
    assert (row["format"], row["rows"], row["first"], row["states"]) == ("atop", 2, 2022, 2)
    assert pledge() == [1]
    _, out, _ = run(capsys, monkeypatch, "data", "list", "--format", "json")
    (listed,) = [entry for entry in json.loads(out) if entry["held"] == "added"]
    assert (listed["name"], listed["version"]) == (row["name"], atop.name)
    code, out, err = run(capsys, monkeypatch, "data", "remove", row["name"])
    assert (code, out, err) == (0, "", f"removed {row['name']}\n")
    assert pledge() == [None]


def test_remarks_go_to_standard_error(
    atop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    atop.write_text(ATOP + "2998,2022,1,1,0,0,0,1,2,998\n")
    code, out, err = run(capsys, monkeypatch, "data", "add", str(atop))
    assert code == 0
    assert len(out.splitlines()) == 2
    assert "1 rows of codes or names that are no known state (998: 1)" in err


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (["add", "absent.csv"], "no such file"),
        (["add", "."], "is a folder"),
        (["add", "BROKEN", "--as", "atop"], "line 3: expected 10 columns, got 4"),
        (["add", "BROKEN", "--as", "atopp"], "Did you mean: atop?"),
        (["remove", "atop-00000000"], "unknown added file"),
        (["fetch", "cow_nmk"], "Did you mean: cow_nmc"),
        (["build", "absent"], "absent"),
        (["check", "--format", "xml"], "xml"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_a_wrong_request_exits_2_and_says_what_to_do(
    words: list[str],
    match: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_text("\n".join(ATOP.splitlines()[:2]) + "\n7702,2022,1,1")
    filled = [str(broken) if word == "BROKEN" else word for word in words]
    code, out, err = run(capsys, monkeypatch, "data", *filled)
    assert (code, out) == (2, "")
    assert match in err
    assert added.files() == []
    assert not (tmp_path / "panel").exists()


def test_check_finds_nothing_wrong(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = run(capsys, monkeypatch, "data", "check", "--format", "csv")
    assert (code, out, err) == (0, "name,fault\n", "no faults\n")


def test_check_exits_2_for_a_damaged_addition(
    atop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    record = added.add(atop)
    place = added.folder() / "added" / record.name / "dyad_year.parquet"
    place.write_bytes(place.read_bytes()[:-20])
    code, out, err = run(capsys, monkeypatch, "data", "check", "--format", "csv")
    assert code == 2
    assert out == f"name,fault\n{record.name},dyad_year.parquet has changed since it was added\n"
    assert "data remove" in err


def test_check_exits_2_for_values_out_of_range(
    atop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    record = added.add(atop)
    place = added.folder() / "added" / record.name
    frame = pl.read_parquet(place / "dyad_year.parquet")
    frame.with_columns(pl.lit(9).alias("atop_defense")).write_parquet(place / "dyad_year.parquet")
    manifest = json.loads((place / "manifest.json").read_text())
    from realpolitik.providers.files.opening import sha256

    manifest["files"]["dyad_year.parquet"] = sha256(place / "dyad_year.parquet")
    (place / "manifest.json").write_text(json.dumps(manifest))
    monkeypatch.setattr("realpolitik.data.load.LAST_YEAR", 2022)
    code, out, _ = run(capsys, monkeypatch, "data", "check", "--format", "csv")
    assert code == 2
    assert "atop_defense outside 0 to 1" in out


def test_fetch_downloads_and_adds(
    atop: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def copy(wanted: fetch.Download, into: Path, **_: object) -> fetch.Fetched:
        into.mkdir(parents=True)
        path = into / wanted.file
        path.write_bytes(atop.read_bytes())
        return fetch.Fetched(path, "f" * 64, False, True)

    monkeypatch.setattr(fetch, "fetch", copy)
    code, out, err = run(capsys, monkeypatch, "data", "fetch", "atop", "--format", "csv")
    assert code == 0
    assert out.splitlines()[1].split(",")[1:4] == ["atop", "2", "0"]
    assert f"states no hash; this file has sha256 {'f' * 64}" in err
    assert "Cite: Leeds" in err


def test_fetch_list_shows_addresses_and_terms(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = run(capsys, monkeypatch, "data", "fetch", "list", "--format", "csv")
    table = pl.read_csv(io.StringIO(out))
    assert code == 0
    assert set(table["name"]) == set(fetch.registry())


@pytest.mark.shared
def test_build_writes_the_embedded_bytes(
    shared_data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[tuple[Path, Path]] = []

    class Report:
        hashes = {"dyad_year.parquet": "a" * 64}  # noqa: RUF012

    def build_panel(reference: Path, out: Path) -> Report:
        calls.append((reference, out))
        return Report()

    monkeypatch.setattr("realpolitik.build.panel.build_panel", build_panel)
    words = ["data", "build", str(shared_data), "--out", str(tmp_path), "--format", "csv"]
    code, out, _ = run(capsys, monkeypatch, *words)
    assert (code, calls) == (0, [(shared_data, tmp_path)])
    assert out == f"file,sha256\ndyad_year.parquet,{'a' * 64}\n"
