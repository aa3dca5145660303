"""Compare what a replication computes with what was published.

A replication is a folder with `published.csv` (cell, value, tolerance, source, exception),
`replicate.py` with ``replicate(data) -> {cell: value}``, a test and a README. If it reads data
files, `inputs.csv` (file, sha256) pins them. A row with an `exception` is a known mismatch: it must
not match, and the README gives its cause.
"""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import math
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def needs_data(folder: Path) -> bool:
    return (folder / "inputs.csv").exists()


def computed(folder: Path, data: Path | None = None) -> dict[str, float]:
    """Run the folder's `replicate.py`, after checking that its inputs are the pinned ones."""
    if data is not None:
        for row in rows(folder / "inputs.csv"):
            found = hashlib.sha256((data / row["file"]).read_bytes()).hexdigest()
            if found != row["sha256"]:
                msg = f"{row['file']} is another version: {found}, pinned {row['sha256']}"
                raise ValueError(msg)
    spec = importlib.util.spec_from_file_location(
        f"replicate_{folder.name}", folder / "replicate.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return dict(module.replicate(data))


def compare(folder: Path, data: Path | None = None) -> list[tuple[str, float, float, str]]:
    """Cell, published value, computed value and verdict, one for each published row."""
    values = computed(folder, data)
    table = []
    for row in rows(folder / "published.csv"):
        value, target = values.get(row["cell"], math.nan), float(row["value"])
        # two units in the last place, for a value that lies on the edge of the rounding
        near = abs(value - target) <= float(row["tolerance"]) * (1 + 1e-9) + 1e-15
        if row["exception"]:
            verdict = "stale exception" if near else "known exception"
        else:
            verdict = "ok" if near else "MISS"
        table.append((row["cell"], target, value, verdict))
    return table


def misses(folder: Path, data: Path | None = None) -> list[str]:
    """Rows that are neither reproduced nor a known exception."""
    return [
        f"{cell}: published {target}, computed {value}: {verdict}"
        for cell, target, value, verdict in compare(folder, data)
        if verdict in {"MISS", "stale exception"}
    ]


def main() -> int:
    """Print the table of each folder named, or of all; the status is the number of misses."""
    names = sys.argv[1:] or sorted(path.parent.name for path in HERE.glob("*/replicate.py"))
    default = HERE.parents[1] / "shared"
    data = Path(os.environ.get("REALPOLITIK_SHARED", default)) / "data"
    bad = 0
    for name in names:
        folder = HERE / name
        if needs_data(folder) and not data.is_dir():
            print(f"{name}: skipped, the reference data folder is absent")
            continue
        table = compare(folder, data if needs_data(folder) else None)
        wrong = [row for row in table if row[3] in {"MISS", "stale exception"}]
        known = sum(row[3] == "known exception" for row in table)
        print(
            f"{name}: {len(table) - len(wrong) - known} of {len(table)} reproduced, {known} known"
        )
        for cell, target, value, verdict in wrong:
            print(f"  {verdict} {cell}: published {target}, computed {value}")
        bad += len(wrong)
    return bad


if __name__ == "__main__":
    sys.exit(main())
