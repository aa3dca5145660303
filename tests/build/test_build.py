"""The build: inputs are verified, absence has a meaning, and the committed files are its result."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from realpolitik.build import inputs, pages, skeleton, sources
from realpolitik.build.panel import build_panel
from realpolitik.build.sources import SOURCES, Absent
from realpolitik.data import load
from realpolitik.errors import InputFileError
from realpolitik.panel.variables import columns, variables
from realpolitik.providers.catalogue import provider, providers

ROOT = Path(__file__).resolve().parents[2]
LARGEST = 15_000_000
"""Bytes the embedded files may take in the wheel."""


def test_a_changed_a_missing_and_an_unlisted_input_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"one")
    (tmp_path / "c.parquet").write_bytes(b"three")
    known = {"a.parquet": "0" * 64, "b.parquet": "1" * 64}
    with pytest.raises(InputFileError, match="3 input files") as caught:
        inputs.verify(tmp_path, known, ["a.parquet", "b.parquet", "c.parquet"])
    text = str(caught.value)
    assert f"a.parquet: expected sha256 {'0' * 64}, got 7692c3ad3540bb8" in text
    assert "b.parquet: missing" in text
    assert "c.parquet: not in inputs.csv" in text
    assert "refresh_inputs.py" in text


def test_good_inputs_give_their_hashes(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"one")
    digest = inputs.file_hash(tmp_path / "a.parquet")
    assert inputs.verify(tmp_path, {"a.parquet": digest}, ["a.parquet"]) == {"a.parquet": digest}


def test_nothing_is_written_when_an_input_is_missing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(InputFileError, match=f"{len(sources.input_files())} input files"):
        build_panel(tmp_path, out)
    assert not out.exists()


def test_every_input_has_a_recorded_hash_and_no_other() -> None:
    assert tuple(inputs.expected_hashes()) == sources.input_files()


def test_every_variable_comes_from_one_source_of_its_provider() -> None:
    held = [(column, source) for source in SOURCES for column in source.columns]
    names = [column for column, _ in held]
    assert len(names) == len(set(names))
    embedded = {n for n, v in variables().items() if provider(v.provider).embed != "no"}
    assert set(names) == embedded
    for column, source in held:
        assert variables()[column].provider == source.provider, column
        assert source.table == "arms" or column in columns(
            "state" if source.table == "state_year" else "dyad",
            "month" if source.table == "dyad_month" else "year",
        )


def test_sources_that_may_not_be_embedded_are_not() -> None:
    named = " ".join(sources.input_files())
    for barred in ("cshapes", "rdmc", "milex", "china_vitae", "cow_alliance", "ged_country_year"):
        assert barred not in named, barred


def test_an_absent_row_has_a_meaning_only_where_the_rule_says_so() -> None:
    rows = pl.DataFrame({"source": ["A", "B", "C"], "year": [2000, 2000, 2030]})
    values = pl.DataFrame(
        {"source": ["A"], "year": [2000], "x": [None]}, schema_overrides={"x": pl.Int64}
    )
    inside = pl.col("year") <= 2010
    table = skeleton.attach(rows, values, ("x",), ["source", "year"], (inside, 6))
    assert table["x"].to_list() == [None, 6, None]
    plain = skeleton.attach(rows, values, ("x",), ["source", "year"])
    assert plain["x"].to_list() == [None, None, None]


def test_rows_are_marked_by_the_lists_that_count_both_states() -> None:
    rows = pl.DataFrame(
        {
            "source": ["BTN", "BTN", "DEU", "DEU"],
            "target": ["IND"] * 4,
            "month": [date(1960, 1, 1), date(1980, 1, 1), date(1950, 1, 1), date(1956, 1, 1)],
        }
    )
    marked = skeleton.with_lists(rows)
    assert marked["_cow"].to_list() == [False, True, False, True]
    assert marked["_gw"].to_list() == [True, True, True, True]


def test_dyads_are_those_of_states_that_are_in_the_system_together() -> None:
    present = skeleton.state_years(1970, 1971)
    dyads = skeleton.dyad_years(("BGD", "IND", "PAK"), present)
    assert dyads.filter(year=1970).height == 2
    assert dyads.filter(year=1971).height == 6
    assert skeleton.dyad_months(dyads).height == 12 * dyads.height


def test_default_rule_of_absence_is_nothing_happened_everywhere() -> None:
    assert Absent() == Absent(value=0, sources=None, listed=False, first=None)
    assert {s.absent.value for s in SOURCES if s.absent and s.provider != "cow_contiguity"} == {0}


def test_size_of_the_embedded_files() -> None:
    files = [*load.FOLDER.glob("*.parquet"), load.FOLDER / load.PROVENANCE]
    assert 1_000_000 < sum(path.stat().st_size for path in files) < LARGEST


def test_the_data_page_is_generated_from_the_tables() -> None:
    page = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    assert pages.with_generated(page) == page
    for name in [*variables(), *providers()]:
        assert name in page, name


@pytest.mark.shared
def test_the_reference_files_are_the_recorded_ones(shared_data: Path) -> None:
    found = inputs.verify(shared_data, inputs.expected_hashes(), sources.input_files())
    assert len(found) == len(sources.input_files())


@pytest.mark.shared
@pytest.mark.nightly
def test_the_committed_files_are_what_the_build_gives(shared_data: Path, tmp_path: Path) -> None:
    report = build_panel(shared_data, tmp_path)
    for name, digest in report.hashes.items():
        assert inputs.file_hash(load.FOLDER / name) == digest, name
    assert report.size < LARGEST
