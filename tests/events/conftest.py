"""Event files in the layouts of the publishers, with invented events and known faults."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from realpolitik.providers.files.icews import COLUMNS

COUNTRIES = ("India", "Pakistan", "United States", "China", "Iran", "NULL", "", "Europe")
CODES = ("010", "0841", "091", "112", "141", "190", "057", "163", "36", "1823")
DAYS = tuple(f"2014-{month:02d}-{day:02d}" for month in range(1, 13) for day in (1, 15, 28))
SECTORS = ("", "Government,Executive", "Military,Government", "Rebel,Dissident", "Media")


def icews_lines(rows: int, seed: int) -> list[str]:
    """Rows of an ICEWS file, without header."""
    generator = np.random.default_rng(seed)
    pick = {
        name: generator.integers(0, len(values), rows)
        for name, values in (
            ("a", COUNTRIES), ("b", COUNTRIES), ("code", CODES), ("day", DAYS),
            ("sa", SECTORS), ("sb", SECTORS),
        )
    }  # fmt: skip
    lines = []
    for n in range(rows):
        cells = [""] * len(COLUMNS)
        cells[0], cells[1] = str(n), DAYS[pick["day"][n]]
        cells[2], cells[3] = f'"Actor "{n}', SECTORS[pick["sa"][n]]
        cells[4], cells[6] = COUNTRIES[pick["a"][n]], CODES[pick["code"][n]]
        cells[9], cells[10] = SECTORS[pick["sb"][n]], COUNTRIES[pick["b"][n]]
        lines.append("\t".join(cells))
    return lines


def header() -> str:
    return "\t".join(name.title() for name in COLUMNS)


FAULTY = {
    "cut\tshort": "the number of columns is wrong",
    "\t".join(["x"] * 21): "the number of columns is wrong",
    "\t".join(["1", "03/01/2014", "", "", "India", "", "010", "", "", "", "China", *[""] * 9]): (
        "the date cannot be read"
    ),
    "\t".join(["1", "2014-02-30", "", "", "India", "", "010", "", "", "", "China", *[""] * 9]): (
        "the date cannot be read"
    ),
    "\t".join(["1", "2014-02-03", "", "", "India", "", "abc", "", "", "", "China", *[""] * 9]): (
        "the event code is unknown"
    ),
}
"""Malformed rows and what is wrong with each."""


@pytest.fixture
def icews_file(tmp_path: Path) -> Path:
    """A file of 3,000 sound rows without a fault."""
    path = tmp_path / "events.2014.tab"
    path.write_text("\n".join([header(), *icews_lines(3000, 1), ""]), encoding="utf-8")
    return path


@pytest.fixture
def faulty_file(tmp_path: Path) -> Path:
    """The same with malformed rows and blank lines among them."""
    lines = [header(), *icews_lines(3000, 1)]
    for place, text in enumerate(FAULTY):
        lines.insert(100 * (place + 1), text)
    lines.insert(50, "")
    path = tmp_path / "faulty.tab"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


@pytest.fixture
def counted_by_hand() -> dict[tuple[str, str, str], list[int]]:
    """Quad counts of the sound rows by source, target and month, counted row by row."""
    keys = {"India": "IND", "Pakistan": "PAK", "United States": "USA", "China": "CHN",
            "Iran": "IRN"}  # fmt: skip
    quads = {"010": 0, "0841": 1, "091": 2, "112": 2, "141": 3, "190": 3, "057": 0, "163": 3,
             "36": 0, "1823": 3}  # fmt: skip
    found: dict[tuple[str, str, str], list[int]] = {}
    for line in icews_lines(3000, 1):
        cells = line.split("\t")
        a, b = keys.get(cells[4]), keys.get(cells[10])
        if a and b and a != b:
            found.setdefault((a, b, cells[1][:7]), [0] * 4)[quads[cells[6]]] += 1
    return found


@pytest.fixture
def faults() -> dict[str, str]:
    """Each malformed row of `faulty_file` and its fault."""
    return FAULTY


@pytest.fixture
def write_icews() -> Callable[[Path, int, int], Path]:
    """Write an ICEWS file of so many rows from a seed."""

    def write(path: Path, rows: int, seed: int) -> Path:
        path.write_text("\n".join([header(), *icews_lines(rows, seed), ""]), encoding="utf-8")
        return path

    return write
