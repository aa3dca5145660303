"""A report is written whole or not at all."""

from __future__ import annotations

import csv
import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

from realpolitik.errors import OutputError
from realpolitik.report import writing
from realpolitik.report.record import Assessment
from realpolitik.report.schema import PUBLISHED, schema, schema_json

TABLES = {
    "relation", "phases", "events", "capabilities", "flows", "indices", "region", "indicators",
    "sources",
    "talks", "moves", "filter", "leaders", "theories", "drivers", "forecast",
    "past-forecasts", "terms",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _quick_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_page", lambda record, use_cache: b"<!doctype html>page")


def test_folder_holds_the_whole_report(record: Assessment, tmp_path: Path) -> None:
    page = record.save(tmp_path / "out")
    assert page == tmp_path / "out" / "report.html"
    found = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*")}
    assert found == {"report.html", "assessment.json", "assessment.schema.json"} | {
        f"tables/{name}.csv" for name in TABLES
    }
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_json_obeys_the_published_schema(record: Assessment, tmp_path: Path) -> None:
    record.save(tmp_path / "out")
    content = json.loads((tmp_path / "out" / "assessment.json").read_text(encoding="utf-8"))
    published = json.loads((tmp_path / "out" / "assessment.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(published)
    assert list(jsonschema.Draft202012Validator(published).iter_errors(content)) == []
    content["relation"][0]["mean"][0] = "high"
    assert list(jsonschema.Draft202012Validator(published).iter_errors(content)) != []


def test_published_schema_is_current() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == schema_json()
    assert schema()["additionalProperties"] is False


def test_tables_hold_the_numbers_and_leave_gaps_empty(record: Assessment, tmp_path: Path) -> None:
    record.save(tmp_path / "out")
    with (tmp_path / "out" / "tables" / "relation.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * len(record.relation[0].years)
    assert float(rows[3]["mean"]) == record.relation[0].mean[3]
    with (tmp_path / "out" / "tables" / "flows.csv").open(encoding="utf-8") as file:
        late = [row for row in csv.DictReader(file) if row["year"] == "2020"]
    assert {row["value"] for row in late} == {""}
    with (tmp_path / "out" / "tables" / "talks.csv").open(encoding="utf-8") as file:
        settled = list(csv.DictReader(file))
    assert [(row["scale"], row["method"], row["position"]) for row in settled] == [
        ("depth", "mean", "40.5"),
        ("depth", "nash", "50.0"),
        ("price", "mean", "7.25"),
        ("price", "nash", ""),
    ]


def test_older_report_is_replaced_by_the_same_bytes(record: Assessment, tmp_path: Path) -> None:
    def content() -> dict[str, bytes]:
        files = sorted((tmp_path / "out").rglob("*.*"))
        return {path.name: path.read_bytes() for path in files}

    record.save(tmp_path / "out")
    before = content()
    (tmp_path / "out" / "report.html").write_text("stale", encoding="utf-8")
    record.save(tmp_path / "out")
    assert content() == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", ["notes.txt", "tables/own.xlsx"])
def test_folder_with_other_files_is_refused(record: Assessment, tmp_path: Path, name: str) -> None:
    own = tmp_path / "out" / name
    own.parent.mkdir(parents=True)
    own.write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=rf"not a report's \({name}\). Choose an empty folder"):
        record.save(tmp_path / "out")
    assert own.read_text(encoding="utf-8") == "mine"


def test_a_file_is_not_a_folder(record: Assessment, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="is a file, not a folder"):
        record.save(tmp_path / "out")
    with pytest.raises(OutputError, match="Choose another"):
        record.save(tmp_path / "out" / "deeper")
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"


def test_unwritable_place_is_named(
    record: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(writing.tempfile, "mkdtemp", refuse)
    with pytest.raises(OutputError, match=r"cannot write .*out: Permission denied"):
        record.save(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_full_disk_leaves_the_older_report(
    record: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record.save(tmp_path / "out")
    before = (tmp_path / "out" / "assessment.json").read_bytes()
    written: list[str] = []
    whole = Path.write_bytes

    def full(self: Path, content: bytes) -> int:
        written.append(self.name)
        if len(written) == 5:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return whole(self, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="No space left on device"):
        record.save(tmp_path / "out")
    assert (tmp_path / "out" / "assessment.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_failed_swap_puts_the_older_report_back(
    record: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record.save(tmp_path / "out")
    before = (tmp_path / "out" / "assessment.json").read_bytes()
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OutputError, match="Input/output error"):
        record.save(tmp_path / "out")
    assert (tmp_path / "out" / "assessment.json").read_bytes() == before


INTERRUPTED = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from conftest import sample
from realpolitik.report import writing
writing._page = lambda record, use_cache: b"page"
whole = Path.write_bytes
def slow(self, content):
    print("writing", flush=True)
    time.sleep(0.02 if self.name == "report.html" else 60)
    return whole(self, content)
Path.write_bytes = slow
sample().save(sys.argv[2])
"""


def test_interrupt_leaves_nothing(tmp_path: Path) -> None:
    place = tmp_path / "reports"
    place.mkdir()
    command = [sys.executable, "-c", INTERRUPTED, str(Path(__file__).parent), str(place / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        assert process.stdout.readline() == b"writing\n"
        time.sleep(0.1)
        assert [path.suffix for path in place.iterdir()] == [".partial"]
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode != 0
    assert list(place.iterdir()) == []


def test_page_alone(record: Assessment, tmp_path: Path) -> None:
    path = record.report(tmp_path / "one" / "page.html")
    assert path.read_bytes() == b"<!doctype html>page"
    assert [p.name for p in path.parent.iterdir()] == ["page.html"]
