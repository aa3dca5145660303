"""The shipped case reads; a broken file is refused with file, line and field."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pytest
import yaml

import realpolitik.cases
from realpolitik import cases
from realpolitik.cases.schema import first_day, schemas
from realpolitik.errors import InputFileError, UnknownName

HOME = Path(realpolitik.cases.__file__).parent


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HOME / "us-pakistan", tmp_path / "mine"))


def _replace(path: Path, old: str, new: str) -> int:
    """Replace one occurrence; return its line, counted from 1."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_shipped_case_is_complete() -> None:
    case = cases.load("us-pakistan")
    assert case.dyad == ("USA", "PAK")
    assert [event.id for event in case.events[:2]] == ["E001", "E002"]
    assert len(case.events) == 46
    assert case.framework is not None
    assert len(case.framework.scenarios) == 13


def test_events_are_in_order_of_date() -> None:
    days = [first_day(event.date) for event in cases.load("us-pakistan").events]
    assert days == sorted(days)


def test_between_ignores_direction_and_finds_only_the_pair() -> None:
    case = cases.load("us-pakistan")
    forth, back = case.between("USA", "PAK"), case.between("PAK", "USA")
    assert forth == back
    assert {"E001", "E013", "E015"} <= {event.id for event in forth}
    assert "E025" not in {event.id for event in forth}


def test_commentary_moves_nothing() -> None:
    events = {event.id: event for event in cases.load("us-pakistan").events}
    for name in ("E016", "E023", "E031", "E035", "E039"):
        assert {dyad.sign for dyad in events[name].dyads} == {"0"}


@pytest.mark.parametrize("name", ["case", "events", "actors", "framework"])
def test_published_schema_is_current_and_accepts_the_file(name: str) -> None:
    published = json.loads((HOME / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    assert published == schemas()[name]
    content = yaml.safe_load((HOME / "us-pakistan" / f"{name}.yaml").read_text(encoding="utf-8"))
    errors = list(jsonschema.Draft202012Validator(published).iter_errors(content))
    assert errors == []


def test_unknown_case_lists_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"unknown case 'us-pakitsan'. Did you mean: us-pakistan"):
        cases.load("us-pakitsan")


def test_wrong_field_is_named_with_its_line(copy: Path) -> None:
    line = _replace(copy / "events.yaml", "precision: month", "precision: fortnight")
    with pytest.raises(InputFileError, match=rf"events\.yaml, line {line}, field events\.1\.prec"):
        cases.load(copy)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"1962-11"', '"1962-13"', "no month 13"),
        ('"1954-05-19"', '"1954-02-30"', "no day 30"),
        ('"1954-05-19"', '"1954-05"', "does not have the precision 'day'"),
        ('"1954-05-19"', "1954-05-19", "valid string"),
        ('sign: "+"', 'sign: "plus"', r"'\+', '-', '0' or 'mixed'"),
        ("id: E002", "id: E001", "event id E001 appears more than once"),
        ("target: PAK", "target: USA", "source and target are both USA"),
        ("participants: [USA, PAK]", "participants: [USA]", "PAK in a dyad but not among"),
        ("participants: [USA, PAK]", "participants: [USA, PAK, ATLANTIS]", "ATLANTIS are not in"),
        ("footnotes: []", "footnotes: [one]", "valid integer"),
        ("note:", "remark:", "Extra inputs are not permitted"),
    ],
)
def test_wrong_event_is_refused(copy: Path, old: str, new: str, message: str) -> None:
    _replace(copy / "events.yaml", old, new)
    with pytest.raises(InputFileError, match=message):
        cases.load(copy)


def test_framework_with_an_unknown_variable_is_refused(copy: Path) -> None:
    _replace(copy / "framework.yaml", "cause: S1", "cause: S9")
    with pytest.raises(InputFileError, match="names 'S9', which is not among the variables"):
        cases.load(copy)


def test_broken_yaml_gives_line_and_column(copy: Path) -> None:
    (copy / "actors.yaml").write_text("actors:\n  - {code: USA\n", encoding="utf-8")
    with pytest.raises(InputFileError, match=r"actors\.yaml, line 3, column 1: not valid YAML"):
        cases.load(copy)


def test_wrong_encoding_is_refused(copy: Path) -> None:
    (copy / "actors.yaml").write_bytes("actors: []  # é".encode("utf-16"))
    with pytest.raises(InputFileError, match="not UTF-8"):
        cases.load(copy)


def test_missing_file_says_what_a_case_holds(copy: Path) -> None:
    (copy / "events.yaml").unlink()
    with pytest.raises(InputFileError, match=r"events\.yaml is missing. A case folder holds case"):
        cases.load(copy)


def test_empty_file_is_refused(copy: Path) -> None:
    (copy / "events.yaml").write_text("", encoding="utf-8")
    with pytest.raises(InputFileError, match=r"events\.yaml, line 1, field \(file\)"):
        cases.load(copy)
