"""Raw event rows to dyad-months: rows per second, peak memory, and what each row costs.

usage: python benchmarks/events.py [ROWS]

The file has GDELT's 58 columns and about 400 bytes a row, like the published files, or ICEWS's 20
columns and about 280. Peers: reading the same columns with DuckDB and counting by dyad and month
without checks, states or weights; and the Polars reader behind `data add`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import numpy as np
import polars as pl

from realpolitik.rng import stream

BLOCK = 1_000_000
CODES = ("USA", "CHN", "IND", "PAK", "RUS", "IRN", "AFG", "GBR", "FRA", "ROM", "", "AFR")
NAMES = ("United States", "China", "India", "Pakistan", "Iran", "NULL", "", "Europe")
FAULT_EVERY = 100_000
"""Of so many rows, one has one column too few and one has no such day, where faults are wanted."""


def block(number: int, rows: int, form: str, *, faulty: bool) -> pl.DataFrame:
    """Text columns of one block of a file."""
    draw = stream(1, "event rows", form, number)
    days = pl.date_range(pl.date(2010, 1, 1), pl.date(2019, 12, 31), eager=True)
    actors = np.array(CODES if form == "gdelt" else NAMES)
    root = np.char.zfill(draw.integers(1, 21, rows).astype(str), 2)
    day = days.gather(draw.integers(0, len(days), rows))
    code = np.char.add(root, "0")
    base = pl.DataFrame(
        {
            "id": number * BLOCK + np.arange(rows),
            "day": day.dt.strftime("%Y%m%d" if form == "gdelt" else "%Y-%m-%d"),
            "a": actors[draw.integers(0, len(actors), rows)],
            "b": actors[draw.integers(0, len(actors), rows)],
            "code": code,
            "root": root,
        }
    )
    bad = (pl.int_range(pl.len()) % FAULT_EVERY == 7) & faulty
    base = base.with_columns(pl.when(bad).then(pl.lit("20139999")).otherwise("day").alias("day"))
    cells = [pl.col(cell) if isinstance(cell, str) else cell for cell in _columns(form)]
    return base.select(cell.alias(f"c{n}") for n, cell in enumerate(cells))


def _columns(form: str) -> list[pl.Expr | str]:
    empty, word, place = pl.lit(""), pl.lit("GOV"), pl.lit("Islamabad, Islamabad, Pakistan")
    number = pl.col("id").cast(pl.String)
    if form == "icews":
        sector = pl.lit("Government,Executive,Executive Office")
        who = pl.lit("Ministry of Something")
        return [number, "day", who, sector, "a", pl.lit("Consult"), "code", pl.lit("1.0"), who,
                sector, "b", number, pl.lit("3"), pl.lit("News Agency"), place, empty, place,
                pl.lit("Pakistan"), pl.lit("33.7"), pl.lit("73.1667")]  # fmt: skip
    geography = [pl.lit("4"), place, pl.lit("PK"), pl.lit("PK08"), pl.lit("33.7"),
                 pl.lit("73.1667"), pl.lit("-2749840")]  # fmt: skip
    actors = [
        part for side in ("a", "b")
        for part in (pl.col(side) + "GOV", pl.lit("A NAME"), side, *[empty] * 4, word,
                     empty, empty)
    ]  # fmt: skip
    return [
        number, "day", pl.col("day").str.slice(0, 6), pl.col("day").str.slice(0, 4),
        pl.lit("2014.1"), *actors, pl.lit("1"), "code", "code", "root", pl.lit("1"),
        pl.lit("-2.0"), pl.lit("10"), pl.lit("1"), pl.lit("10"), pl.lit("5.43806646525679"),
        *geography * 3, "day", pl.lit("http://example.org/news/a-title-of-a-story-in-a-paper"),
    ]  # fmt: skip


def write(path: Path, rows: int, form: str, *, faulty: bool) -> int:
    """Write a file of so many rows and return how many are malformed."""
    from realpolitik.providers.files.icews import COLUMNS

    faults = 0
    with path.open("wb") as file:
        if form == "icews":
            file.write(("\t".join(COLUMNS) + "\n").encode())
        for number in range(-(-rows // BLOCK)):
            part = block(number, min(BLOCK, rows - number * BLOCK), form, faulty=faulty)
            cuts = range(11, part.height if faulty else 0, FAULT_EVERY)
            faults += 2 * len(cuts)
            start = 0
            for cut in cuts:
                part[start:cut].write_csv(
                    file, separator="\t", include_header=False, quote_style="never"
                )
                file.write("\t".join(part.row(cut)[:-1]).encode() + b"\n")
                start = cut + 1
            part[start:].write_csv(file, separator="\t", include_header=False, quote_style="never")
    return faults


TASKS = {
    "events.read": "from realpolitik import events; found = events.read(path); "
    "total = found.rows; assert found.rejects.total == faults; "
    "assert found.counted + faults + sum(found.left_out.values()) == total",
    "peer: DuckDB count": "from realpolitik.events import layouts, engines\n"
    "from realpolitik.providers.files.opening import Opened\n"
    "layout = layouts.layout_of(Opened(path, path.name))\n"
    "with engines.embedded() as con:\n"
    "    t = engines.duckdb_columns(con, [path], layout)\n"
    "    f = {name: t[f'c{place}'] for name, place in layout.fields.items()}\n"
    "    q = t.group_by(s=f['source'], t=f['target'], d=f['date'].substr(0, 6)).agg(n=t.count())\n"
    "    total = con.to_polars(q)['n'].sum()",
    "peer: Polars reader": "from realpolitik.providers.files import read_official; "
    "total = read_official(path)[1].rows",
}
FRAME = """
import resource, sys, time
from pathlib import Path

def task(path, faults):
{task}
    return total

def spent():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime

task(Path(sys.argv[1]), int(sys.argv[2]))
begin, before = time.perf_counter(), spent()
total = task(Path(sys.argv[3]), int(sys.argv[4]))
wall, cpu = time.perf_counter() - begin, spent() - before
print(total, wall, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def measure(
    task: str, warm: tuple[Path, int], measured: tuple[Path, int]
) -> tuple[int, float, float, float]:
    """Rows, seconds, seconds of processor and peak MiB of a task in a process of its own.

    A small file is counted first, so that imports and start-up are not in the figures.
    """
    code = FRAME.format(task=textwrap.indent(TASKS[task], "    "))
    command = [
        sys.executable,
        "-c",
        code,
        *(str(part) for pair in (warm, measured) for part in pair),
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{task} failed ({done.returncode}):\n{done.stderr}")
    rows, wall, cpu, memory = done.stdout.split("\n")[-2].split()
    return int(rows), float(wall), float(cpu), float(memory)


def main() -> None:
    """Print a line for each format and task."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else BLOCK
    print(f"{'':28s} {'M rows/s':>9s} {'M rows/s per core':>18s} {'MiB':>7s} {'seconds':>8s}")
    for form in ("icews", "gdelt"):
        with tempfile.TemporaryDirectory() as folder:
            warm, measured = Path(folder) / "warm.txt", Path(folder) / "events.txt"
            faults = (
                write(warm, 1000, form, faulty=False),
                write(measured, rows, form, faulty=False),
            )
            for task in TASKS:
                if rows > 5 * BLOCK and task != "events.read":
                    continue
                total, wall, cpu, memory = measure(task, (warm, faults[0]), (measured, faults[1]))
                print(
                    f"{form} {task:22s} {total / wall / 1e6:9.3f} {total / cpu / 1e6:18.3f} "
                    f"{memory:7.0f} {wall:8.1f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
