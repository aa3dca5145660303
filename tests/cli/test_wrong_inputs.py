"""Every wrong input exits with 2 and a message that says what to do; nothing is half-written."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from realpolitik.cli.app import main

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run the command line in an empty folder; return the exit status and standard error."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["realpolitik", *arguments])
        with pytest.raises(SystemExit) as exit_:
            main()
        message = " ".join(capsys.readouterr().err.replace("│", " ").split())
        return int(exit_.value.code or 0), message

    return call


LINES = [
    ("assess Atlantis PAK", "Atlantis"),
    ("assess USA Pakistn", "Pakistan"),
    ("assess USA USA", "itself|same state|two different"),
    ('assess "United States" 2', "itself|same state|two different"),
    ("assess USA", "Missing argument"),
    ("assess USA PAK IND", "unexpected extra argument"),
    ("assess USA 99999", "99999"),
    ('assess USA ""', "''"),
    ("assess USA PAK --from 2010 --to 2000", "2010"),
    ("assess USA PAK --from twenty", "twenty"),
    ("assess USA PAK --from 1200", "1200"),
    ("assess USA PAK --as-of 2010-13", "2010-13"),
    ("assess USA PAK --as-of 1900", "1900"),
    ("assess USA PAK --region nowhere", "nowhere"),
    ("assess USA PAK --region south-azia", "south-asia"),
    ("assess USA PAK --region missing.yaml", "missing.yaml"),
    ("assess USA BRA", "BRA|Brazil"),
    ("assess USA PAK --case missing", "missing"),
    ("assess USA PAK --seed one", "--seed"),
    ("assess USA PAK --nonsense", "nonsense"),
    ("relation Atlantis PAK", "Atlantis"),
    ("relation USA USA", "itself|same state|two different"),
    ("relation USA PAK --from 2010 --to 2000", "2010"),
    ("relation USA PAK --format xml", "xml"),
    ("relation USA PAK --step week", "year, month"),
    ("relation USA BGD --from 1950 --to 1960", "1971"),
    ("relation USA PAK --region nowhere", "nowhere"),
    ("explain Atlantis PAK", "Atlantis"),
    ("explain USA USA", "itself|same state|two different"),
    ("explain USA PAK --at 1900", "1900"),
    ("explain USA BGD --at 1960", "1971"),
    ("explain USA PAK --at soon", "soon"),
    ("explain USA PAK --theory realism", "structural realism"),
    ("explain USA PAK --show everything", "--show"),
    ("explain USA PAK --region nowhere", "nowhere"),
    ("forecast Atlantis PAK", "Atlantis"),
    ("forecast USA PAK --horizon 9", "--horizon"),
    ("forecast USA PAK --theory magic", "magic"),
    ("forecast USA PAK --as-of 1900", "1900"),
    ("forecast score missing.jsonl", "missing.jsonl"),
    ("theories --region nowhere", "nowhere"),
    ("theories --compute --origins 2000", "2000-2017"),
    ("theories --compute --origins 2005-2006", "three origins"),
    ("theories --show nothing", "--show"),
    ("theories --workers 0", "--workers"),
    ("phases Atlantis PAK", "Atlantis"),
    ("phases USA USA", "itself|same state|two different"),
    ("measure nonsense", "nonsense"),
    ("measure capabilites", "capabilities"),
    ("measure capabilities Atlantis", "Atlantis"),
    ("measure capabilities USA --from 2010 --to 2000", "2010"),
    ("measure capabilities USA --from abc", "abc"),
    ("measure similarity USA USA", "itself|same state|two different|twice"),
    ("measure capabilities BGD --from 1950 --to 1960", "1971"),
    ("bargain missing.yaml", "missing.yaml"),
    ("bargain no-such-issue", "no-such-issue"),
    ("bargain afghan-inclusiveness --method magic", "magic"),
    ("bargain afghan-inclusiveness --draws -5", "--draws"),
    ("data add missing.csv", "missing.csv"),
    ("data add .", "folder|directory"),
    ("data fetch nothing", "nothing"),
    ("data build missing", "missing"),
    ("data remove nothing", "nothing"),
    ("data nonsense", "nonsense"),
    ("nonsense", "nonsense"),
]


@pytest.mark.parametrize(("line", "hint"), LINES, ids=[line for line, _ in LINES])
def test_wrong_request(run: Run, tmp_path: Path, line: str, hint: str) -> None:
    import re
    import shlex

    status, message = run(*shlex.split(line))
    assert status == 2, message
    assert re.search(hint, message), message
    assert "Traceback" not in message
    assert list(tmp_path.iterdir()) == []


FILES = {
    "empty.csv": (b"", "empty"),
    "binary.csv": (bytes(range(256)) * 4, "binary.csv"),
    "utf16.csv": ("stateabb,ccode,year\nUSA,2,2000\n".encode("utf-16"), "utf16.csv"),
    "unknown.csv": (b"a,b,c\n1,2,3\n", "unknown.csv"),
    "truncated.csv": (
        b"stateabb,ccode,year,milex,milper,irst,pec,tpop,upop,cinc,version\nUSA,2,2000,1,2\n",
        "line 2",
    ),
    "words.csv": (
        b"stateabb,ccode,year,milex,milper,irst,pec,tpop,upop,cinc,version\n"
        b"USA,2,2000,much,2,3,4,5,6,.1,2021\n",
        "milex",
    ),
    "state.csv": (
        b"stateabb,ccode,year,milex,milper,irst,pec,tpop,upop,cinc,version\n"
        b"XXX,998,2000,1,2,3,4,5,6,.1,2021\n",
        "998",
    ),
    "not-a-zip.zip": (b"PK not really", "not-a-zip.zip"),
}


@pytest.mark.parametrize("name", FILES)
def test_wrong_data_file(run: Run, tmp_path: Path, name: str) -> None:
    content, hint = FILES[name]
    (tmp_path / name).write_bytes(content)
    status, message = run("data", "add", name)
    assert status == 2, message
    assert hint in message
    assert [path.name for path in tmp_path.iterdir()] == [name]


REGIONS = {
    "empty": "",
    "no-members": "name: mine\ntitle: Mine\ndescription: None\nmembers: []\n",
    "unknown-state": "name: mine\ntitle: Mine\ndescription: One\nmembers:\n  - code: QQQ\n",
    "reversed": (
        "name: mine\ntitle: Mine\ndescription: One\nmembers:\n"
        "  - {code: USA, start: 2000, end: 1990}\n  - {code: PAK}\n"
    ),
    "tab": "name:\tmine\n\tmembers: []\n",
    "object": "!!python/object/apply:os.system ['touch pwned']\n",
}


@pytest.mark.parametrize("name", REGIONS)
def test_wrong_region_file(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "mine.yaml").write_text(REGIONS[name], encoding="utf-8")
    status, message = run("relation", "USA", "PAK", "--region", "mine.yaml")
    assert status == 2, message
    assert "mine.yaml" in message
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]


def test_report_folder_that_is_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    status, message = run("assess", "USA", "PAK", "--out", "taken/below")
    assert status == 2, message
    assert "taken" in message


def test_corrupt_added_table(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = tmp_path / "store"
    monkeypatch.setenv("REALPOLITIK_DATA", str(store))
    (tmp_path / "nmc.csv").write_bytes(
        b"stateabb,ccode,year,milex,milper,irst,pec,tpop,upop,cinc,version\n"
        b"USA,2,2016,1,2,3,4,5,6,.1,2021\nPAK,770,2016,1,2,3,4,5,6,.1,2021\n"
    )
    monkeypatch.setattr(sys, "argv", ["realpolitik", "data", "add", "nmc.csv"])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert not exit_.value.code
    for path in store.rglob("*.parquet"):
        path.write_bytes(b"PAR1 but not really")
    status, message = run("measure", "capabilities", "USA")
    assert status == 2, message
    assert "parquet" in message
    assert "data remove" in message
