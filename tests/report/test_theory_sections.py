"""The sections on theories: what is shown, what the tables hold, and what is said when empty."""

from __future__ import annotations

import csv
import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pytest

from realpolitik.report import writing
from realpolitik.report.page import render
from realpolitik.report.parts import Section
from realpolitik.report.record import Assessment
from realpolitik.report.sections import sections
from realpolitik.report.theory_record import Expectation, Theories, Trial, Trust, Why

KEYS = ["why", "theories", "expectation", "trust"]
SUM_ERROR = 1e-12
"""Adding up floats below ten in another order."""


def _section(record: Assessment, key: str) -> Section:
    return next(section for section in sections(record) if section.key == key)


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "tables" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def folder(record: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(writing, "_page", lambda record, use_cache: b"page")
    return record.save(tmp_path / "out").parent


def test_sections_follow_the_phases_in_order(record: Assessment) -> None:
    keys = [section.key for section in sections(record)]
    place = keys.index("phases") + 1
    assert keys[place : place + 4] == KEYS


def test_layers_of_a_move_add_up_in_the_table(folder: Path) -> None:
    moves: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in _rows(folder, "moves"):
        moves.setdefault((row["source"], row["year"]), []).append(row)
    assert len(moves) == 4
    for rows in moves.values():
        total = sum(float(row["contribution"]) for row in rows)
        np.testing.assert_allclose(total, float(rows[0]["move"]), atol=SUM_ERROR)


def test_tables_hold_the_numbers_of_the_json(folder: Path) -> None:
    told = json.loads((folder / "assessment.json").read_text(encoding="utf-8"))["theories"]
    layers = [layer for move in told["why"]["moves"] for layer in move["layers"]]
    rows = _rows(folder, "moves")
    for name in ("contribution", "lower", "upper"):
        assert [float(row[name]) for row in rows] == [layer[name] for layer in layers]
    steps = [step for fan in told["expectation"]["fans"] for step in fan["steps"]]
    forecast = _rows(folder, "forecast")
    assert [float(row["fall"]) for row in forecast] == [step["fall"] for step in steps]
    assert [float(row["q05"]) for row in forecast] == [step["quantiles"][0] for step in steps]
    assert [float(row["q95"]) for row in forecast] == [step["quantiles"][6] for step in steps]
    scores = _rows(folder, "theories")
    assert [row["flat_z"] for row in scores] == [
        "" if one["flat_z"] is None else str(one["flat_z"]) for one in told["trial"]["scores"]
    ]
    strips = _rows(folder, "filter")
    assert [row["gate"] for row in strips[:4]] == ["", "", "", "0.1"]
    assert [row["brier_base"] for row in _rows(folder, "past-forecasts")] == ["0.61", ""]


def test_verdict_is_printed_plainly(html: str) -> None:
    text = re.sub(r"<[^>]+>", "", html)
    assert "Does the filter of neoclassical realism earn its place? No gain." in text
    assert "the rule saw one of medium effect in 17 and one of strong effect" in text
    assert "India +4.5, United States −1.2" in text
    assert "civil military (no published series)" in text


def test_theories_stand_apart_from_baselines(record: Assessment) -> None:
    tables = _section(record, "theories").context["tables"]
    assert [row[0] for row in tables["theories"].rows] == [
        "inertia",
        "flat filter",
        "neoclassical realism",
    ]
    assert tables["theories"].rows[2][1:] == ("+0.0125 (+1.2)",) * 2 + ("+0.0300 (+1.2)",) * 2
    assert tables["theories"].rows[0][1] == "–"
    assert [row[:2] for row in tables["others"].rows] == [
        ("persistence", "baseline"),
        ("permuted gate", "placebo"),
    ]


def test_bars_are_the_layers_and_the_move(record: Assessment) -> None:
    chart = _section(record, "why").charts[0]
    rows = chart.drawing.rows["layers"]
    assert [row["contribution"] for row in rows] == [0.125, -0.25, -0.0625, -0.5, -0.6875]
    assert rows[-1]["label"] == "The move"
    assert "split here −0.69 (−1.00 to −0.30)" in chart.subtitle


def test_fan_begins_with_what_is_known_of_the_level(record: Assessment) -> None:
    ahead = _section(record, "expectation").charts[0].drawing.rows["ahead"]
    assert [row["year"] for row in ahead] == [2023, 2024, 2025, 2026]
    assert ahead[0]["q50"] == 0.3
    np.testing.assert_allclose(ahead[0]["q95"], 0.3 + 1.645 * 0.18, atol=1e-3)


def test_terms_without_a_variable_come_first(record: Assessment) -> None:
    table = _section(record, "trust").context["terms"]
    assert [row[0] for row in table.rows] == ["civil military", "threat"]
    assert table.rows[0][1] == "none: no published series"


def test_what_is_missing_is_said_in_each_section(record: Assessment) -> None:
    empty = Theories(*(kind(f"No {kind.__name__} & why.") for kind in (Why, Trial, Expectation)),
                     Trust("No Trust & why."))  # fmt: skip
    without = dataclasses.replace(record, theories=empty)
    html = render(without)
    for key, name in zip(KEYS, ("Why", "Trial", "Expectation", "Trust"), strict=True):
        part = html[html.index(f'<section id="{key}"') :]
        part = part[: part.index("</section>")]
        assert f'<p class="open">No {name} &amp; why.</p>' in part
        assert "<figure" not in part
        assert "<table" not in part
