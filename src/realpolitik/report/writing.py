"""Write a report whole or not at all."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from types import FrameType

from realpolitik import cache
from realpolitik.cache import write_atomic
from realpolitik.errors import OutputError
from realpolitik.report.record import Assessment
from realpolitik.report.schema import schema_json
from realpolitik.report.tables import tables

OWN_FILES = frozenset({"report.html", "assessment.json", "assessment.schema.json", "tables"})


def write_page(record: Assessment, path: Path, *, use_cache: bool) -> Path:
    """Write ``report.html`` alone to `path`.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    write_atomic(path, _page(record, use_cache))
    return path


def write_folder(record: Assessment, folder: Path, *, use_cache: bool) -> Path:
    """Write the whole report to `folder`; an older report in it is replaced in one move.

    Raises
    ------
    OutputError
        If the folder holds anything that is not a report's, or cannot be written.
    """
    check_folder(folder)
    files = {
        "report.html": _page(record, use_cache),
        "assessment.json": (record.to_json() + "\n").encode(),
        "assessment.schema.json": schema_json().encode(),
    }
    files |= {f"tables/{name}.csv": _csv(*table) for name, table in tables(record).items()}
    with _staging(folder) as stage:
        for name, content in files.items():
            target = stage / name
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(content)
        _swap(stage, folder)
    return folder / "report.html"


def _page(record: Assessment, use_cache: bool) -> bytes:
    """Draw the page, or take the one drawn for the same record by the same code."""
    drawn_from = hashlib.sha256(record.to_json().encode())
    home = resources.files("realpolitik.report")
    for folder in ("static", "templates"):
        for part in sorted(home.joinpath(folder).iterdir(), key=lambda part: part.name):
            drawn_from.update(part.read_bytes())
    name = cache.key("report", drawn_from.hexdigest(), {}) + ".html"

    def draw() -> bytes:
        from realpolitik.report.page import render

        return render(record).encode()

    return cache.remember(name, draw, use=use_cache)


def check_folder(folder: Path) -> None:
    """Refuse a place that is not a folder, or that holds files which are not a report's.

    Raises
    ------
    OutputError
        Names what is in the way.
    """
    try:
        found = sorted(entry.name for entry in folder.iterdir()) if folder.exists() else []
    except NotADirectoryError as cause:
        msg = f"{folder} is a file, not a folder. Choose another place with --out."
        raise OutputError(msg) from cause
    except OSError as cause:
        raise OutputError(_refused(folder, cause)) from cause
    above = next((place for place in folder.absolute().parents if place.exists()), folder)
    if not above.is_dir():
        msg = f"{above} is a file, not a folder. Choose another place with --out."
        raise OutputError(msg)
    strangers = [name for name in found if name not in OWN_FILES]
    inside = folder / "tables"
    if inside.is_dir():
        strangers += [f"tables/{p.name}" for p in sorted(inside.iterdir()) if p.suffix != ".csv"]
    if strangers:
        msg = (
            f"{folder} holds files that are not a report's ({', '.join(strangers[:3])}"
            f"{', ...' if len(strangers) > 3 else ''}). Choose an empty folder with --out."
        )
        raise OutputError(msg)


def _refused(folder: Path, cause: OSError) -> str:
    return (
        f"cannot write {folder}: {cause.strerror or cause}. "
        "Choose another folder with --out or free the disk."
    )


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """Make a folder beside `folder` that is gone at the end whatever happens."""
    stage: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        stage = Path(
            tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".partial", dir=folder.parent)
        )
        stage.chmod(0o755)
        yield stage
    except OSError as cause:
        raise OutputError(_refused(folder, cause)) from cause
    finally:
        if stage is not None:
            shutil.rmtree(stage, ignore_errors=True)


def _swap(stage: Path, folder: Path) -> None:
    """Put the finished folder in its place; the old one leaves only once the new one stands."""
    finished = stage / "new"
    finished.mkdir()
    for entry in list(stage.iterdir()):
        if entry != finished:
            entry.rename(finished / entry.name)
    old = stage / "old"
    with _uninterrupted():
        if folder.exists():
            folder.rename(old)
        try:
            finished.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold back Ctrl-C for the few system calls in which no report would be in place."""
    held: list[tuple[int, FrameType | None]] = []
    try:
        before = signal.signal(signal.SIGINT, lambda number, frame: held.append((number, frame)))
    except ValueError:  # not the main thread, which is the only one that Ctrl-C reaches
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if held and callable(before):
        before(*held[0])


def _csv(columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return buffer.getvalue().encode()
