"""Compile `states.csv` and `spells.csv` from the lists of the state system.

The two lists are the Correlates of War state system (to 2016) and that of Gleditsch and Ward
(to 2020). The concordance of codes (`codes.csv`), the names and the successions are kept by hand
in `realpolitik/states`; dates and capitals come from the reference files named in `inputs.csv`.

References
----------
Correlates of War Project (2017), State System Membership List, v2016.
Gleditsch and Ward (1999), "A revised list of independent states since the congress of Vienna",
International Interactions 25(4).
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from realpolitik.cache import write_atomic
from realpolitik.errors import InputFileError

FIRST_DAY = date(1946, 1, 1)
SPELL_COLUMNS = ("state", "list", "number", "letters", "start", "end")
STATE_COLUMNS = (
    *("code", "name", "iso3", "iso2", "iso_numeric", "cow", "gw", "microstate"),
    *("entry", "exit", "capital", "latitude", "longitude"),
)


@dataclass(frozen=True, slots=True)
class Spell:
    """One unbroken membership of a state in one list; `end` is None where the list runs out."""

    state: str
    list: str
    number: int
    letters: str
    start: date
    end: date | None


def compile_states(folder: Path, target: Path) -> None:
    """Write `states.csv` and `spells.csv` into `target` from the reference files in `folder`.

    Parameters
    ----------
    folder : Path
        Folder of the reference files, holding ``cow/cow_states.parquet`` and so on.
    target : Path
        The folder of the hand-kept tables: ``codes.csv``, ``capital_corrections.csv`` and
        ``inputs.csv``, the file of the expected hashes.

    Raises
    ------
    InputFileError
        If a reference file is absent, is not the one recorded, or holds a state since 1946 that
        ``codes.csv`` does not know.
    """
    check_inputs(folder, _read(target / "inputs.csv"))
    codes = _read(target / "codes.csv")
    spells = [
        *_spells(_cow_rows(folder), codes, "cow"),
        *_spells(_gw_rows(folder), codes, "gw"),
    ]
    capitals = _capitals(folder, codes)
    corrections = {row["state"]: row for row in _read(target / "capital_corrections.csv")}
    micro = _microstates(folder, codes)
    rows = []
    for code in codes:
        key = code["code"]
        entry, left = membership([spell for spell in spells if spell.state == key])
        place = corrections.get(key) or capitals[key]
        rows.append(
            {
                **code,
                "microstate": int(key in micro),
                "entry": entry,
                "exit": left or "",
                "capital": place["capital"],
                "latitude": f"{float(place['latitude']):.4f}",
                "longitude": f"{float(place['longitude']):.4f}",
            }
        )
    _write(target / "states.csv", STATE_COLUMNS, rows)
    _write(
        target / "spells.csv",
        SPELL_COLUMNS,
        ({name: getattr(spell, name) or "" for name in SPELL_COLUMNS} for spell in spells),
    )


def check_inputs(folder: Path, inputs: Iterable[Mapping[str, str]]) -> None:
    """Refuse to go on if a reference file is absent or differs from the recorded one."""
    for row in inputs:
        path = folder / row["file"]
        try:
            found = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as cause:
            msg = f"cannot read {path}: {cause.strerror}. Give the folder that holds {row['file']}."
            raise InputFileError(msg) from cause
        if found != row["sha256"]:
            msg = (
                f"{path} has changed: expected sha256 {row['sha256']}, got {found}. "
                "Check what changed, then record the new hash in states/inputs.csv."
            )
            raise InputFileError(msg)


def membership(spells: Sequence[Spell]) -> tuple[date, date | None]:
    """First and last day on which either list counts the state; the last is None if it still does.

    Raises
    ------
    InputFileError
        If the spells leave a gap, which one entry and one exit could not describe.
    """
    ordered = sorted(spells, key=lambda spell: spell.start)
    entry = ordered[0].start
    reach: date | None = entry - timedelta(days=1)
    for spell in ordered:
        if reach is None:
            break
        if spell.start > reach + timedelta(days=1):
            msg = f"{spell.state} is in neither list between {reach} and {spell.start}"
            raise InputFileError(msg)
        reach = None if spell.end is None else max(reach, spell.end)
    return entry, reach


def _cow_rows(folder: Path) -> pl.DataFrame:
    frame = pl.read_parquet(folder / "cow" / "cow_states.parquet")
    return frame.select(
        number="ccode",
        letters="stateabb",
        start=pl.date("styear", "stmonth", "stday"),
        end=pl.date("endyear", "endmonth", "endday"),
    )


def _gw_rows(folder: Path) -> pl.DataFrame:
    frame = pl.read_parquet(folder / "isard" / "gw_system.parquet")
    return frame.select(number="gwcode", letters="gw_abb", start="start", end="end")


def _numbers(codes: Iterable[Mapping[str, str]], column: str) -> dict[int, str]:
    return {int(number): row["code"] for row in codes for number in row[column].split()}


def _spells(rows: pl.DataFrame, codes: Sequence[Mapping[str, str]], column: str) -> list[Spell]:
    """Return the spells of one list that touch 1946 or later, ordered by number and start."""
    key = _numbers(codes, column)
    last = rows.get_column("end").max()
    spells = []
    for row in rows.filter(pl.col("end") >= FIRST_DAY).sort("number", "start").to_dicts():
        number = row["number"]
        if number not in key:
            msg = f"{column} number {number} ({row['letters']}) is not in states/codes.csv: add it"
            raise InputFileError(msg)
        end = None if row["end"] == last else row["end"]
        spells.append(Spell(key[number], column, number, row["letters"], row["start"], end))
    return spells


def _microstates(folder: Path, codes: Sequence[Mapping[str, str]]) -> set[str]:
    """Keys of the states that Gleditsch and Ward list as microstates (population below 250,000)."""
    frame = pl.read_parquet(folder / "isard" / "gw_system.parquet")
    key = _numbers(codes, "gw")
    small = frame.filter((pl.col("microstate") == 1) & (pl.col("end") >= FIRST_DAY))
    return {key[number] for number in small.get_column("gwcode")}


def _capitals(folder: Path, codes: Sequence[Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Last capital of each state, from the Correlates of War list first."""
    places: dict[str, dict[str, str]] = {}
    for column, number in (("gw", "gwcode"), ("cow", "ccode")):
        key = _numbers(codes, column)
        frame = pl.read_parquet(folder / column / f"{column}_capitals.parquet").sort("enddate")
        for row in frame.filter(pl.col("enddate") >= FIRST_DAY).to_dicts():
            if row[number] in key:
                places[key[row[number]]] = {
                    "capital": row["capital"],
                    "latitude": row["lat"],
                    "longitude": row["lng"],
                }
    return places


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_atomic(path, text.getvalue().encode())
