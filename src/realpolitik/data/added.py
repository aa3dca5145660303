"""The user's own official files, kept as panel columns in the user's data folder.

Each added file is a folder ``added/NAME`` with a manifest, its columns as parquet and the rows
that were set aside. It appears whole or not at all: it is written beside and renamed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import platformdirs
import polars as pl

from realpolitik.errors import InputFileError, OutputError, PanelError, unknown
from realpolitik.providers.event_codes import QUADS
from realpolitik.providers.files.contents import Contents, Converted, Cover, Format
from realpolitik.providers.files.events import EVENT_COLUMNS
from realpolitik.providers.files.opening import sha256

MANIFEST = "manifest.json"
KEYS = {
    "state_year": ("state", "year"),
    "dyad_year": ("source", "target", "year"),
    "dyad_month": ("source", "target", "month"),
    "un_votes": ("rcid", "state"),
    "un_roll_calls": ("rcid",),
    "events": ("source", "target", "month"),
}


@dataclass(frozen=True, slots=True)
class Added:
    """One file the user has added.

    Attributes
    ----------
    name : str
        Its folder, and its name for ``data remove``.
    provider, format, title : str
    original : str
        Name of the file as it was.
    sha256 : str
        Of the file as it was.
    rows : int
        Data rows in it.
    first, last : int
        Years that were taken into the panel.
    states : int
    added : str
        Time, UTC.
    columns : dict of str to list of str
        Columns it gives the panel, by table.
    covers : tuple of Cover
    rejects : dict of str to int
        Rows set aside as malformed, by reason.
    left_out : dict of str to int
        Well-formed rows that are no part of the measure, by reason.
    unknown : dict of str to int
        Codes that are no known state, with their rows.
    notes : tuple of str
    """

    name: str
    provider: str
    format: str
    title: str
    original: str
    sha256: str
    rows: int
    first: int
    last: int
    states: int
    added: str
    columns: dict[str, list[str]]
    covers: tuple[Cover, ...]
    rejects: dict[str, int]
    left_out: dict[str, int]
    unknown: dict[str, int]
    notes: tuple[str, ...]


def folder() -> Path:
    """Return the user's data folder; ``REALPOLITIK_DATA`` overrides the default."""
    override = os.environ.get("REALPOLITIK_DATA")
    return Path(override) if override else Path(platformdirs.user_data_dir("realpolitik"))


def add(path: Path, name: str | None = None, member: str = "") -> Added:
    """Read an official file and keep its columns in the user's data folder.

    Parameters
    ----------
    path : Path
        The file as its publisher ships it.
    name : str, optional
        Format or provider, where recognition should not decide.
    member : str
        Text in the name of the file to take from an archive of several.

    Raises
    ------
    InputFileError
        If the file is no known format, is damaged, breaks its rules, or is held already.
    OutputError
        If the data folder cannot be written.
    """
    from realpolitik.providers.files import read_official
    from realpolitik.providers.files.convert import convert

    form, contents = read_official(path, name, member)
    digest = sha256(path)
    label = f"{form.provider}-{digest[:8]}"
    if (folder() / "added" / label).exists():
        msg = f"{path.name}: is held already as {label}. To read it again: data remove {label}."
        raise InputFileError(msg)
    try:
        converted = convert(contents)
    except InputFileError as cause:
        raise InputFileError(f"{path.name}: {cause}") from cause
    record = _record(label, form, contents, converted, path.name, digest)
    _store(record, contents, converted)
    return record


def _record(
    label: str, form: Format, contents: Contents, converted: Converted, original: str, digest: str
) -> Added:
    years, states = _extent(converted)
    if not years:
        msg = f"{original}: no row is about states of the system since 1946; nothing can be used."
        raise InputFileError(msg)
    columns = {
        table: [column for column in frame.columns if column not in KEYS[table]]
        for table, frame in converted.tables.items()
    }
    if form.provider in EVENT_COLUMNS:
        columns = {table: list(names) for table, names in EVENT_COLUMNS[form.provider].items()}
    return Added(
        name=label, provider=form.provider, format=form.name, title=form.title,
        original=original, sha256=digest, rows=contents.rows, first=min(years), last=max(years),
        states=len(states), added=datetime.now(UTC).isoformat(timespec="microseconds"),
        columns=columns, covers=converted.covers, rejects=contents.rejects.counts,
        left_out=contents.left_out, unknown=converted.unknown, notes=contents.notes,
    )  # fmt: skip


def _extent(converted: Converted) -> tuple[set[int], set[str]]:
    years: set[int] = set()
    states: set[str] = set()
    for frame in converted.tables.values():
        if "year" in frame.columns:
            years |= set(frame["year"].unique().to_list())
        if "month" in frame.columns:
            years |= set(frame["month"].dt.year().unique().to_list())
        for column in ("state", "source", "target"):
            if column in frame.columns:
                states |= set(frame[column].unique().to_list())
    return years, states


def _store(record: Added, contents: Contents, converted: Converted) -> None:
    home = folder() / "added"
    try:
        home.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=home, prefix=".adding-"))
    except OSError as cause:
        raise _unwritable(home, cause) from cause
    try:
        for table, frame in converted.tables.items():
            frame.write_parquet(scratch / f"{table}.parquet", compression="zstd")
        if contents.days:
            pl.DataFrame({"day": contents.days}).write_parquet(scratch / "days.parquet")
        if contents.rejects.total:
            contents.rejects.rows.write_csv(scratch / "rejects.csv")
        hashes = {p.name: sha256(p) for p in sorted(scratch.iterdir())}
        text = json.dumps({**asdict(record), "files": hashes}, indent=1, ensure_ascii=False)
        (scratch / MANIFEST).write_text(text + "\n", encoding="utf-8")
        scratch.chmod(0o755)
        scratch.rename(home / record.name)
    except OSError as cause:
        raise _unwritable(home, cause) from cause
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _unwritable(place: Path, cause: OSError) -> OutputError:
    why = cause.strerror or cause
    return OutputError(
        f"cannot write {place}: {why}. Free the disk, or set REALPOLITIK_DATA to another folder."
    )


def remove(name: str) -> Added | None:
    """Remove an added file; return its record, or None where its manifest could not be read.

    Raises
    ------
    UnknownName
        If no added file has that name.
    OutputError
        If it cannot be deleted.
    """
    names = [place.name for place in _places()]
    if name not in names:
        raise unknown("added file", name, names)
    place = folder() / "added" / name
    try:
        record: Added | None = _read_manifest(place)
    except PanelError:
        record = None
    try:
        doomed = Path(tempfile.mkdtemp(dir=place.parent, prefix=".removing-"))
        place.rename(doomed / name)
        shutil.rmtree(doomed)
    except OSError as cause:
        raise _unwritable(place, cause) from cause
    return record


def _places() -> list[Path]:
    home = folder() / "added"
    if not home.is_dir():
        return []
    return sorted(p for p in home.iterdir() if p.is_dir() and not p.name.startswith("."))


def files() -> list[Added]:
    """Return the records of all added files, oldest first.

    Raises
    ------
    PanelError
        If a manifest is missing or damaged.
    """
    return sorted((_read_manifest(place) for place in _places()), key=lambda a: (a.added, a.name))


def digest() -> str:
    """Hash of everything that was added; it changes when a file is added or removed."""
    parts = [f"{record.name} {record.sha256} {record.added}" for record in files()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def check() -> Iterator[tuple[str, str]]:
    """Yield (name, fault) for every added file that is damaged."""
    for place in _places():
        try:
            listed = _manifest(place)["files"]
            _read_manifest(place)
            for file, expected in listed.items():
                path = place / Path(file).name
                if not path.is_file():
                    yield place.name, f"{file} is missing"
                elif sha256(path) != expected:
                    yield place.name, f"{file} has changed since it was added"
        except (PanelError, KeyError, TypeError, AttributeError, OSError) as fault:
            yield place.name, str(fault)


def _manifest(place: Path) -> dict[str, Any]:
    try:
        content = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise _damaged(place, MANIFEST, cause) from cause
    if not isinstance(content, dict):
        raise _damaged(place, MANIFEST, "is not a record")
    return content


def _read_manifest(place: Path) -> Added:
    content = _manifest(place)
    content.pop("files", None)
    try:
        covers = tuple(
            Cover(
                table=cover["table"],
                columns=tuple(cover["columns"]),
                years=tuple(int(year) for year in cover["years"]),
            )
            for cover in content.pop("covers")
        )
        return Added(**{**content, "covers": covers, "notes": tuple(content["notes"])})
    except (KeyError, TypeError, ValueError) as cause:
        raise _damaged(place, MANIFEST, cause) from cause


def _damaged(place: Path, file: str, cause: object) -> PanelError:
    return PanelError(
        f"added file {place.name}: {file} is damaged ({cause}). Run `realpolitik data remove "
        f"{place.name}` and add the official file again."
    )


def read_table(record: Added, table: str) -> pl.DataFrame:
    """Read one table of an added file.

    Raises
    ------
    PanelError
        If the stored table is damaged.
    """
    place = folder() / "added" / record.name
    try:
        frame = pl.read_parquet(place / f"{table}.parquet")
    except (OSError, pl.exceptions.PolarsError) as cause:
        raise _damaged(place, f"{table}.parquet", cause) from cause
    values = QUADS if table == "events" else record.columns[table]
    expected = [*KEYS[table], *values]
    if sorted(frame.columns) != sorted(expected):
        raise _damaged(place, f"{table}.parquet", f"columns {frame.columns}")
    return frame


def read_days(record: Added) -> set[date]:
    """Read the days that an added event file covers.

    Raises
    ------
    PanelError
        If the stored days are damaged.
    """
    place = folder() / "added" / record.name
    try:
        return set(pl.read_parquet(place / "days.parquet")["day"].to_list())
    except (OSError, pl.exceptions.PolarsError) as cause:
        raise _damaged(place, "days.parquet", cause) from cause
