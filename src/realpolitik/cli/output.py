"""Tables to standard output, everything else to standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

import typer

if TYPE_CHECKING:
    import polars as pl


PLAIN_FROM = 1e4
"""Numbers from here on are written whole, not as powers of ten."""


NARROWEST = 24
"""Room that a column of sentences needs to be broken over lines."""


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
    """Print what fits the width; what is the same in every row, and what has no room, below it."""
    from rich.console import Console
    from rich.table import Table

    console = Console(file=sys.stdout)
    cells = {name: [_cell(value) for value in frame[name]] for name in frame.columns}
    shown, same, hidden = _fitting(cells, console.width)
    table = Table(title=title or None, header_style="bold", title_justify="left")
    for name in shown:
        side: Literal["right", "left"] = "right" if frame[name].dtype.is_numeric() else "left"
        table.add_column(name, justify=side, no_wrap=not _sentences(cells[name]))
    for row in zip(*(cells[name] for name in shown), strict=True):
        table.add_row(*row)
    console.print(table)
    if same:
        note("in every row: " + "; ".join(f"{name} {cells[name][0]}" for name in same))
    if hidden:
        note(f"no room for: {', '.join(hidden)} (widen the window, or --format csv)")


def _fitting(cells: dict[str, list[str]], room: int) -> tuple[list[str], list[str], list[str]]:
    """Names of columns shown, the same in every row, and left out for want of room.

    Sentences may be broken over lines.

    >>> _fitting({"year": ["1", "2"], "unit": ["x" * 70] * 2}, 80)
    (['year'], ['unit'], [])
    """
    width = {name: 3 + max(map(len, (name, *column))) for name, column in cells.items()}
    if sum(width.values()) < room:
        return list(cells), [], []
    same = [name for name, column in cells.items() if len(column) > 1 and len(set(column)) == 1]
    shown: list[str] = []
    hidden: list[str] = []
    used = 1
    for name, column in cells.items():
        if name in same:
            continue
        used += min(width[name], NARROWEST) if _sentences(column) else width[name]
        (shown if not shown or (not hidden and used <= room) else hidden).append(name)
    return shown, same, hidden


def _sentences(column: list[str]) -> bool:
    return any(" " in cell for cell in column)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < PLAIN_FROM else f"{value:.0f}"
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
