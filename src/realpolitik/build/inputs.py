"""The reference files: where they are, and whether they are the ones the build knows."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path

from realpolitik.errors import InputFileError

TABLE = "inputs.csv"


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def expected_hashes() -> dict[str, str]:
    """Return the committed hashes of the panel's inputs, by path inside the reference folder."""
    text = (resources.files("realpolitik.build") / TABLE).read_text(encoding="utf-8")
    return {row["file"]: row["sha256"] for row in csv.DictReader(text.splitlines())}


def verify(folder: Path, expected: Mapping[str, str], needed: Iterable[str]) -> dict[str, str]:
    """Check every needed input and return its hash.

    Raises
    ------
    InputFileError
        Lists every file that is missing, changed or not in the table.
    """
    faults = []
    found: dict[str, str] = {}
    for name in needed:
        path = folder / name
        if not path.is_file():
            faults.append(f"{name}: missing in {folder}")
            continue
        found[name] = file_hash(path)
        if name not in expected:
            faults.append(f"{name}: not in {TABLE}, got sha256 {found[name]}")
        elif found[name] != expected[name]:
            faults.append(f"{name}: expected sha256 {expected[name]}, got {found[name]}")
    if faults:
        listed = "\n  ".join(faults)
        msg = (
            f"{len(faults)} input files of the panel are not as recorded:\n  {listed}\n"
            "Restore the files, or, if the change is wanted, accept it with "
            "scripts/refresh_inputs.py and say in the changelog that results change."
        )
        raise InputFileError(msg)
    return found
