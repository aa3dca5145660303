"""`realpolitik data`: what is held, what it covers; add, download, check and rebuild."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from realpolitik.cli.options import FormatOption, OutOption
from realpolitik.cli.output import Format, emit, note, progress

if TYPE_CHECKING:
    import polars as pl

    from realpolitik.data.added import Added
    from realpolitik.providers.fetch import Advance

data = typer.Typer(
    help=(
        "What is held and what it covers; add, download, check and rebuild data.\n\n"
        "Example: `realpolitik data list`"
    ),
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

#: Unknown codes and reasons that a remark lists.
SHOWN = 8
#: Characters of the terms that a table on a terminal shows; csv and json show all.
TERMS_SHOWN = 40


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.add_typer(data, name="data")


@data.command("list")
def list_data(form: FormatOption = None) -> None:
    """Show every source held: years, states, terms, embedded or added.

    Example: `realpolitik data list --format csv`
    """
    from realpolitik.data.holdings import holdings

    table = holdings()
    on_terminal = form is Format.table or (form is None and sys.stdout.isatty())
    emit(_brief(table) if on_terminal else table, form, "Data held")


@data.command()
def check(form: FormatOption = None) -> None:
    """Check the panel and the added files; exit 2 where something is wrong.

    Example: `realpolitik data check`
    """
    from realpolitik.data.holdings import faults

    with progress("checking the data"):
        found = faults()
    emit(found, form, "Faults")
    if found.height:
        note(f"{found.height} faults. Added files: `realpolitik data remove NAME`, then add again.")
        raise typer.Exit(2)
    note("no faults")


@data.command()
def add(
    file: Annotated[Path, typer.Argument(help="An official file, as published or zipped.")],
    as_: Annotated[
        str | None, typer.Option("--as", help="Its format or provider, if not recognised.")
    ] = None,
    form: FormatOption = None,
) -> None:
    """Read an official file into your data folder, where it overlays the embedded panel.

    Example: `realpolitik data add NMC-70-abridged.csv`
    """
    from realpolitik.data import added

    with progress(f"reading {file.name}"):
        record = added.add(file, as_)
    _report(record, form)


@data.command()
def remove(
    name: Annotated[str, typer.Argument(help="Name of an added file, from `data list`.")],
) -> None:
    """Remove a file that you added.

    Example: `realpolitik data remove cow_nmc-1a2b3c4d`
    """
    from realpolitik.data import added

    added.remove(name)
    note(f"removed {name}")


@data.command()
def fetch(
    name: Annotated[str, typer.Argument(help="Name of a download; `data fetch list` shows all.")],
    form: FormatOption = None,
) -> None:
    """Download an official file from its publisher and add it.

    Example: `realpolitik data fetch ucdp_acd`
    """
    from realpolitik.data import added
    from realpolitik.data.holdings import downloads
    from realpolitik.providers import fetch as network

    if name == "list":
        emit(downloads(), form, "Downloads")
        return
    wanted = network.download(name)
    with _bar(wanted.file) as advance:
        got = network.fetch(wanted, added.folder() / "downloads", advance=advance)
    note(f"{'downloaded' if got.downloaded else 'already held'}: {got.path}")
    if not got.verified:
        note(f"the publisher states no hash; this file has sha256 {got.sha256}")
    note(f"terms: {wanted.terms}. Cite: {wanted.citation}")
    with progress(f"reading {wanted.file}"):
        record = added.add(got.path, wanted.format, wanted.member)
    _report(record, form)


@data.command()
def build(
    folder: Annotated[Path, typer.Argument(help="Folder of the reference files.")],
    out: OutOption = None,
    form: FormatOption = None,
) -> None:
    """Compile the embedded panel again from the reference files (default: into ./panel).

    Example: `realpolitik data build ../shared/data --out panel`
    """
    import polars as pl

    from realpolitik.build.panel import build_panel

    target = out or Path("panel")
    with progress("compiling the panel"):
        report = build_panel(folder, target)
    rows = [(name, digest) for name, digest in report.hashes.items()]
    table = pl.DataFrame(rows, schema={"file": pl.String, "sha256": pl.String}, orient="row")
    emit(table, form, f"Written to {target}")


def _brief(table: pl.DataFrame) -> pl.DataFrame:
    """Fit the sources to a terminal: title and version, years, and the terms cut short."""
    import polars as pl

    return table.select(
        "name",
        pl.format("{} ({})", "title", "version").alias("title"),
        pl.format("{}-{}", "first", "last").alias("years"),
        "states",
        "held",
        pl.when(pl.col("terms").str.len_chars() > TERMS_SHOWN)
        .then(pl.col("terms").str.slice(0, TERMS_SHOWN) + " ...")
        .otherwise("terms")
        .alias("terms"),
    )


def _report(record: Added, form: FormatOption) -> None:
    emit(_summary(record), form, "Added")
    for counts, what in (
        (record.rejects, "malformed rows, set aside in rejects.csv"),
        (record.left_out, "rows that are no part of the measure"),
        (record.unknown, "rows of codes or names that are no known state"),
    ):
        if counts:
            parts = [f"{reason}: {n:,}" for reason, n in list(counts.items())[:SHOWN]]
            more = f" and {len(counts) - SHOWN} more" if len(counts) > SHOWN else ""
            note(f"{sum(counts.values()):,} {what} ({'; '.join(parts)}{more})")
    for remark in record.notes:
        note(remark)


def _summary(record: Added) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(
        {
            "name": [record.name],
            "format": [record.format],
            "rows": [record.rows],
            "malformed": [sum(record.rejects.values())],
            "first": [record.first],
            "last": [record.last],
            "states": [record.states],
        }
    )


@contextmanager
def _bar(label: str) -> Iterator[Advance | None]:
    """Show a progress bar on standard error, on a terminal only."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn

    columns = ("{task.description}", BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
