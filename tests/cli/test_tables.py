"""Tables on a terminal: what fits is whole, and what does not is named."""

from __future__ import annotations

import polars as pl
import pytest

from realpolitik.cli.output import Format, emit

FRAME = pl.DataFrame(
    {
        "step": [2001, 2002],
        "value": [0.25, None],
        "interval": ["90% over weights and one part left out"] * 2,
        "remark": ["a remark longer than there is room for", "none"],
        "unit": ["share of the source's trade"] * 2,
        "place": ["a-name-without-a-break-in-it-that-is-long", "y"],
        "after": ["x", "y"],
    }
)


def test_a_narrow_window_keeps_cells_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    emit(FRAME, Format.table, "title")
    printed, said = capsys.readouterr()
    assert "2001" in printed
    assert "0.25" in printed
    assert "…" not in printed
    assert max(map(len, printed.splitlines())) <= 60
    assert "interval 90% over weights" in said
    assert "unit share of" in said
    assert "no room for: place, after (" in said


def test_a_wide_window_shows_everything(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    emit(FRAME, Format.table)
    printed, said = capsys.readouterr()
    assert not said
    assert all(name in printed for name in FRAME.columns)


def test_sentences_are_broken_over_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    text = "words that go on and on, " * 5
    emit(pl.DataFrame({"what": ["reason", "remark"], "text": [text, "short one"]}), Format.table)
    printed, said = capsys.readouterr()
    assert not said
    assert printed.count("words that go") == 5
    assert max(map(len, printed.splitlines())) <= 60


def test_an_empty_table_has_its_head(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    emit(FRAME.clear(), Format.table)
    printed, _ = capsys.readouterr()
    assert "step" in printed


def test_large_numbers_are_written_whole(capsys: pytest.CaptureFixture[str]) -> None:
    emit(pl.DataFrame({"persons": [1490562.0, 0.00012346, -25000.4]}), Format.table)
    printed, _ = capsys.readouterr()
    assert all(text in printed for text in ("1490562", "0.0001235", "-25000"))
