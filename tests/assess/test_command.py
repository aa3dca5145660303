"""The verb: files, output, exit statuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from realpolitik.cli import main
from realpolitik.measures.relation import Relation
from realpolitik.panel import Panel
from realpolitik.report import writing


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, walks: Callable[[Panel], Relation]) -> None:
    monkeypatch.setattr(writing, "_page", lambda record, use_cache: b"page")


def _run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["realpolitik", "assess", *words])
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0)


def test_bottom_line_goes_out_and_the_place_is_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert _run(monkeypatch, "usa", "Pakistan") == 0
    out, err = capsys.readouterr()
    record = json.loads(Path("reports/USA-PAK/assessment.json").read_text(encoding="utf-8"))
    lines = [f"{i}. {s['text']}" for i, s in enumerate(record["bottom_line"], 1)]
    assert out.splitlines() == lines
    assert err.splitlines()[-1] == f"report: {Path('reports/USA-PAK/report.html')}"


def test_same_seed_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "other"):
        words = ["PAK", "AFG", "--seed", "3", "--no-cache", "--out", str(tmp_path / name)]
        assert _run(monkeypatch, *words) == 0
    first = (tmp_path / "one" / "assessment.json").read_bytes()
    assert (tmp_path / "other" / "assessment.json").read_bytes() == first


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["USA", "USA"], "Name two different states"),
        (["USA", "Pakistn"], "Did you mean: Pakistan"),
        (["USA", "PAK", "--from", "2010", "--to", "2000"], "swap --from and --to"),
        (["USA", "PAK", "--region", "atlantis"], "unknown region 'atlantis'"),
        (["USA", "PAK", "--case", "nowhere"], "unknown case 'nowhere'"),
        (["USA", "GRC"], "Choose --region eastern-mediterranean"),
        (["USA", "PAK", "--as-of", "soon"], "cannot read 'soon' as a date"),
    ],
)
def test_wrong_request_exits_with_two_and_writes_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert _run(monkeypatch, *words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert list(tmp_path.iterdir()) == []


def test_folder_with_other_files_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.docx").write_text("mine", encoding="utf-8")
    assert _run(monkeypatch, "USA", "PAK", "--out", str(tmp_path)) == 2
    assert "thesis.docx" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]
