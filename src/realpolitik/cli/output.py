"""Tables to standard output, everything else to standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    import polars as pl


class Format(StrEnum):
    """How a table comes back."""

    table = "table"
    csv = "csv"
    json = "json"


def on_terminal(form: Format | None) -> bool:
    """Whether a table is to be read by a person: asked for, or a terminal and nothing asked."""
    return form is Format.table or (form is None and sys.stdout.isatty())


def emit(frame: pl.DataFrame, form: Format | None, title: str = "") -> None:
    """Print a table: `table` on a terminal and `csv` in a pipe unless the user chose."""
    chosen = form or (Format.table if on_terminal(form) else Format.csv)
    if chosen is Format.csv:
        sys.stdout.write(frame.write_csv())
    elif chosen is Format.json:
        sys.stdout.write(frame.write_json() + "\n")
    else:
        _print_table(frame, title)


def _print_table(frame: pl.DataFrame, title: str) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title or None, header_style="bold", title_justify="left")
    for name, kind in frame.schema.items():
        table.add_column(name, justify="right" if kind.is_numeric() else "left")
    for row in frame.iter_rows():
        table.add_row(*(_cell(value) for value in row))
    Console(file=sys.stdout).print(table)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)


def note(text: str) -> None:
    """Print a remark for the reader to standard error."""
    typer.echo(text, err=True)


@contextmanager
def progress(text: str) -> Iterator[None]:
    """Show a spinner on standard error while something takes its time, on a terminal only."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(file=sys.stderr).status(text):
        yield
