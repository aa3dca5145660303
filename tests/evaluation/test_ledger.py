"""A ledger shows every change."""

from __future__ import annotations

import copy
import errno
import importlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from realpolitik.errors import InputFileError, OutputError
from realpolitik.evaluation import ledger
from realpolitik.evaluation.ledger import FIRST, read_ledger, seal, verify
from realpolitik.evaluation.ledger_record import (
    MAX_STEPS,
    PUBLISHED,
    canonical,
    digest,
    schema_json,
)

PATIENCE = 60.0  # seconds for a process to get going on a loaded machine
made = importlib.import_module("ledger_forecasts")
DAY, FORECAST, forecast, made_with = made.DAY, made.FORECAST, made.forecast, made.made_with


# Four entries for the properties, which may not use a fixture of one test.
@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    place = tmp_path_factory.mktemp("sealed") / "ledger.jsonl"
    for number in range(4):
        seal(place, forecast(level=number / 7), made_with(number))
    return place.read_bytes()


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch") / "ledger.jsonl"


# ---- sealing and reading -----------------------------------------------------------------------


def test_what_was_sealed_comes_back(path: Path) -> None:
    entries = read_ledger(path)
    assert [entry.made_with.seed for entry in entries] == [0, 1, 2, 3]
    assert [entry.forecast for entry in entries] == [forecast(level=n / 7) for n in range(4)]
    assert {entry.sealed for entry in entries} == {DAY}
    assert entries[0].previous == FIRST
    assert verify(path) == ledger.Chain(4, entries[-1].hash)


def test_the_chain_is_what_sha256_of_the_lines_says(path: Path) -> None:
    program = ["sha256sum"]
    lines = path.read_bytes().splitlines()
    for before, line in itertools.pairwise(lines):
        found = subprocess.run(program, input=before, capture_output=True, check=True).stdout
        assert json.loads(line)["previous"] == found[:64].decode()
        bare = line.replace(f'"hash":"{json.loads(line)["hash"]}",'.encode(), b"")
        found = subprocess.run(program, input=bare, capture_output=True, check=True).stdout
        assert json.loads(line)["hash"] == found[:64].decode()


def test_sealing_keeps_the_lines_before_to_the_byte(path: Path) -> None:
    before = path.read_bytes()
    entry = seal(path, forecast(), made_with())
    after = path.read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == before.count(b"\n") + 1
    assert read_ledger(path)[-1] == entry


def test_an_empty_file_is_an_empty_ledger(tmp_path: Path) -> None:
    place = tmp_path / "empty.jsonl"
    place.touch()
    assert read_ledger(place) == ()
    assert verify(place) == ledger.Chain(0, FIRST)


def test_a_link_to_a_ledger_stays_a_link(path: Path) -> None:
    link = path.with_name("link.jsonl")
    link.symlink_to(path)
    seal(link, forecast(), made_with())
    assert link.is_symlink()
    assert verify(path).entries == 5


def test_a_clock_that_runs_back_is_refused(path: Path, day: Callable[[date], None]) -> None:
    before = path.read_bytes()
    day(date(2021, 2, 28))
    with pytest.raises(
        OutputError, match=r"2021-03-01, after today, 2021-02-28. Correct the clock"
    ):
        seal(path, forecast(), made_with())
    assert path.read_bytes() == before


def test_what_is_no_ledger_is_refused_and_left_alone(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="No such file"):
        read_ledger(tmp_path / "absent.jsonl")
    queue = tmp_path / "queue"
    os.mkfifo(queue)
    for place in (tmp_path, queue):
        with pytest.raises(InputFileError, match="is not a file"):
            read_ledger(place)
        with pytest.raises(InputFileError, match="is not a file"):
            seal(place, forecast(), made_with())
        assert place.exists()
    (tmp_path / "blocked").touch()
    with pytest.raises(OutputError, match="cannot write the ledger"):
        seal(tmp_path / "blocked" / "ledger.jsonl", forecast(), made_with())


def test_a_system_without_locks_can_read_but_not_seal(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    assert len(read_ledger(path)) == 4
    with pytest.raises(OutputError, match="no file locks"):
        seal(path, forecast(), made_with())


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("first", [True, False])
def test_a_full_disk_leaves_what_was_there(
    call: str, first: bool, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    place = path.with_name("new.jsonl") if first else path
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(OutputError, match="No space left on device"):
            seal(place, forecast(), made_with())
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    assert path.read_bytes() == before
    seal(place, forecast(), made_with())
    assert verify(place).entries == (1 if first else 5)


PROGRAM = """
import itertools, sys
from pathlib import Path
from realpolitik.evaluation.ledger import seal
from realpolitik.evaluation.ledger_record import Forecast, MadeWith
forecast = Forecast.model_validate_json(sys.argv[2])
for number in itertools.islice(itertools.count(), int(sys.argv[4]) or None):
    made = MadeWith(code_version=sys.argv[3], data_digest="ab" * 32, seed=number)
    seal(Path(sys.argv[1]), forecast, made)
"""


def sealer(place: Path, name: str, count: int) -> subprocess.Popen[bytes]:
    arguments = [str(place), json.dumps(FORECAST), name, str(count)]
    return subprocess.Popen([sys.executable, "-c", PROGRAM, *arguments])


def test_two_processes_seal_at_the_same_time(tmp_path: Path) -> None:
    place, count = tmp_path / "ledger.jsonl", 25
    running = [sealer(place, name, count) for name in ("one", "two")]
    assert [process.wait(PATIENCE) for process in running] == [0, 0]
    entries = read_ledger(place)
    for name in ("one", "two"):
        seeds = [e.made_with.seed for e in entries if e.made_with.code_version == name]
        assert seeds == list(range(count))
    assert list(tmp_path.iterdir()) == [place]


def test_a_sealer_killed_at_any_moment_leaves_a_whole_ledger(tmp_path: Path) -> None:
    place, held = tmp_path / "ledger.jsonl", 0
    for name in ("one", "two"):
        process = sealer(place, name, 0)
        end = time.monotonic() + PATIENCE
        while not place.exists() or len(read_ledger(place)) < held + 3:
            assert time.monotonic() < end
        process.kill()
        assert process.wait() == -signal.SIGKILL
        assert verify(place).entries >= held + 3
        held = verify(place).entries


# ---- a broken chain ----------------------------------------------------------------------------


@given(place=st.integers(min_value=0), byte=st.integers(1, 255))
@example(place=-1, byte=ord("\n") ^ ord(" "))
def test_any_byte_changed_is_found(sealed: bytes, scratch: Path, place: int, byte: int) -> None:
    content = bytearray(sealed)
    content[place % len(sealed)] ^= byte
    scratch.write_bytes(content)
    with pytest.raises(InputFileError, match=r"line \d.*proves nothing from this line on.*Restore"):
        read_ledger(scratch)


@given(place=st.integers(min_value=0), byte=st.integers(0, 255), more=st.booleans())
def test_any_byte_more_or_less_is_found(
    sealed: bytes, scratch: Path, place: int, byte: int, more: bool
) -> None:
    cut = place % (len(sealed) + more)
    scratch.write_bytes(
        sealed[:cut] + (bytes([byte]) if more else b"") + sealed[cut + (not more) :]
    )
    with pytest.raises(InputFileError, match=r"line \d"):
        verify(scratch)


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ([1, 0, 2, 3], "line 1: field previous"),
        ([0, 2, 1, 3], "line 2: field previous"),
        ([0, 1, 3], "line 3: field previous"),
        ([1, 2, 3], "line 1: field previous"),
        ([0, 1, 1, 2, 3], "line 3: field previous"),
    ],
)
def test_lines_moved_lost_or_repeated_are_found(path: Path, order: list[int], message: str) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[i] for i in order))
    before = path.read_bytes()
    with pytest.raises(InputFileError, match=message):
        verify(path)
    with pytest.raises(InputFileError, match="Restore the file from a copy"):
        seal(path, forecast(), made_with())
    assert path.read_bytes() == before


@pytest.mark.parametrize("lost", [1, 2, 200])
def test_a_last_line_cut_short_is_found(path: Path, lost: int) -> None:
    path.write_bytes(path.read_bytes()[:-lost])
    with pytest.raises(InputFileError, match="line 4: the line is cut short"):
        verify(path)


def _forged(line: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """The line changed, with a hash that fits."""
    content = json.loads(line)
    change(content)
    return canonical({**content, "hash": digest(content)}).encode()


def test_a_forged_line_breaks_the_next_and_a_forged_end_changes_the_last_hash(path: Path) -> None:
    lines, last = path.read_bytes().splitlines(), verify(path).last

    def brag(content: dict[str, Any]) -> None:
        content["forecast"]["steps"][0]["mean"] = 0.9

    path.write_bytes(b"\n".join([lines[0], _forged(lines[1], brag), *lines[2:], b""]))
    with pytest.raises(InputFileError, match="line 3: field previous"):
        verify(path)
    path.write_bytes(b"\n".join([*lines[:3], _forged(lines[3], brag), b""]))
    assert verify(path).last != last
    path.write_bytes(b"\n".join([*lines[:3], b""]))
    assert verify(path).last != last


def test_a_date_before_the_line_before_is_found(path: Path) -> None:
    lines = path.read_bytes().splitlines()
    early = _forged(lines[3], lambda content: content.update(sealed="2021-02-28"))
    path.write_bytes(b"\n".join([*lines[:3], early, b""]))
    with pytest.raises(
        InputFileError, match="line 4: field sealed: 2021-02-28 is before 2021-03-01"
    ):
        verify(path)


# ---- hostile input -----------------------------------------------------------------------------


def _set(*way: Any) -> Callable[[dict[str, Any]], None]:
    *parts, last, value = way

    def change(content: dict[str, Any]) -> None:
        place: Any = content
        for part in parts:
            place = place[part]
        place[last] = value

    return change


STEP = ("forecast", "steps", 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_set(*STEP, "sd", 0.0), r"forecast.steps.1.sd: .*greater than 0"),
        (_set(*STEP, "sd", "0.5"), r"forecast.steps.1.sd: .*valid number"),
        (_set(*STEP, "mean", 1e9), r"forecast.steps.1.mean: .*less than or equal"),
        (_set(*STEP, "mean", None), r"forecast.steps.1.mean"),
        (_set(*STEP, "probability", "rise", 0.5), r"steps.1.probability: .* sum to 0.9, not 1"),
        (_set(*STEP, "probability", "fall", -0.3), r"steps.1.probability.fall"),
        (_set(*STEP, "quantiles", "q75", 1.3), r"steps.1.quantiles: .*q90 is 1.3, not above"),
        (_set(*STEP, "step", "2021"), r"steps.1 is 2021, not after 2021"),
        (_set("forecast", "origin", "2021"), r"steps.0 is 2021, not after 2021"),
        (_set("forecast", "origin", "2020-13"), r"forecast.origin: .*no month|such date"),
        (_set("forecast", "origin", "2020-12"), r"not one unit"),
        (_set("forecast", "origin", "9999"), r"forecast.origin: .*outside 1800 to 2100"),
        (_set("forecast", "source", "PAK"), r"a dyad has two members"),
        (_set("forecast", "source", "usa"), r"forecast.source"),
        (_set("forecast", "theory", "<script>"), r"forecast.theory"),
        (_set("forecast", "steps", []), r"forecast.steps: .*at least 1"),
        (_set("forecast", "steps", [FORECAST["steps"][0]] * (MAX_STEPS + 1)), r"forecast.steps"),
        (_set("forecast", "note", "x"), r"forecast.note: Extra inputs"),
        (_set("made_with", "seed", True), r"made_with.seed"),
        (_set("made_with", "seed", 2**63), r"made_with.seed"),
        (_set("made_with", "data_digest", "AB" * 32), r"made_with.data_digest"),
        (_set("sealed", "2021-02-30"), r"field sealed"),
        (_set("sealed", 20), r"field sealed"),
        (_set("previous", "0"), r"field previous"),
    ],
)
def test_a_wrong_field_is_named_with_its_line(
    path: Path, change: Callable[[dict[str, Any]], None], message: str
) -> None:
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([lines[0], _forged(lines[1], change), b""]))
    with pytest.raises(InputFileError, match="line 2: field ") as caught:
        read_ledger(path)
    caught.match(message)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b'"mean":0.3', b'"mean":NaN', "NaN is not a number"),
        (b'"mean":0.3', b'"mean":-Infinity', "-Infinity is not a number"),
        (b'"mean":0.3', b'"mean":1e999', "field forecast.steps.0.mean"),
        (b'"mean":0.3', b'"mean":0.30', "not spelt as this program spells it"),
        (b'"mean":0.3', b'"mean": 0.3', "not spelt as this program spells it"),
        (b'"mean":0.3', b'"mean":0.9,"mean":0.3', "not spelt as this program spells it"),
        (b'"mean":0.3', b'"mean":' + b"9" * 5000, "not JSON in ASCII"),
        (b'"inertia"', '"inertia\u00e9"'.encode(), "not JSON in ASCII"),
        (b'"inertia"', b"[" * 30000, "not JSON in ASCII"),
        (b'"inertia"', b'"' + b"a" * 2**17 + b'"', "longer than 65536 bytes"),
        (b'{"forecast"', b"[1]\n{", "not a JSON object"),
        (b'{"forecast"', b'\n{"forecast"', "not JSON in ASCII"),
    ],
)
def test_hostile_text_is_refused(path: Path, old: bytes, new: bytes, message: str) -> None:
    lines = path.read_bytes().splitlines()
    assert old in lines[1]
    path.write_bytes(b"\n".join([lines[0], lines[1].replace(old, new, 1), b""]))
    with pytest.raises(InputFileError, match="line 2: ") as caught:
        read_ledger(path)
    caught.match(message)


def test_a_file_too_large_is_refused_unread(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = path.stat().st_size
    monkeypatch.setattr(ledger, "MAX_BYTES", size)
    assert verify(path).entries == 4
    with pytest.raises(OutputError, match="Start a new ledger"):
        seal(path, forecast(), made_with())
    monkeypatch.setattr(ledger, "MAX_BYTES", size - 1)
    with pytest.raises(InputFileError, match="larger than"):
        verify(path)


def test_the_published_schema_is_that_of_the_model_and_fits_the_lines(path: Path) -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == schema_json()
    schema = json.loads(schema_json())
    checker = jsonschema.Draft202012Validator(schema)
    checker.check_schema(schema)
    for line in path.read_text().splitlines():
        content = json.loads(line)
        assert list(checker.iter_errors(content)) == []
        worse = copy.deepcopy(content)
        worse["forecast"]["steps"][0]["sd"] = 0
        assert len(list(checker.iter_errors(worse))) == 1
