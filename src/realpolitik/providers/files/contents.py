"""What a reader of an official file returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from realpolitik.providers.files.opening import Opened


@dataclass(frozen=True, slots=True)
class Rejects:
    """Rows that were set aside, never dropped in silence.

    Attributes
    ----------
    rows : pl.DataFrame
        ``line`` (1 is the first), ``reason``, ``text`` (shortened).
    counts : dict of str to int
        Rows by reason; more than `rows` holds where a file is very broken.
    """

    rows: pl.DataFrame
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """Number of rows set aside."""
        return sum(self.counts.values())


def no_rejects() -> Rejects:
    """Rejects of a file that has none."""
    schema = {"line": pl.Int64, "reason": pl.String, "text": pl.String}
    return Rejects(pl.DataFrame(schema=schema), {})


@dataclass(frozen=True, slots=True)
class Contents:
    """One official file, read and checked.

    Attributes
    ----------
    provider : str
        Provider whose raw frame this is, e.g. ``cow_nmc``.
    frame : pl.DataFrame
        Raw frame, its columns named like the provider's reference file.
    rows : int
        Data rows of the file, rejects included.
    rejects : Rejects
    left_out : dict of str to int
        Well-formed rows that are no part of the measure, by reason (same state, not a state ...).
    notes : tuple of str
        What the reader must know, one sentence each.
    about : dict of str to str
        Facts stated in the file's own heading (SIPRI: direction, state, first and last year).
    days : tuple of date
        Days that an event file covers; empty for other files.
    """

    provider: str
    frame: pl.DataFrame
    rows: int
    rejects: Rejects = field(default_factory=no_rejects)
    left_out: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    about: dict[str, str] = field(default_factory=dict)
    days: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """One official file format that can be recognised and read.

    Attributes
    ----------
    name : str
        Short name, as in ``data add --as NAME``.
    provider : str
    title : str
        What the publisher calls the file.
    signature : str
        How it is recognised, for messages.
    matches : callable
        From the first lines of a text file to whether this is the format.
    read : callable
        From the opened file to its contents.
    """

    name: str
    provider: str
    title: str
    signature: str
    matches: Callable[[list[str]], bool]
    read: Callable[[Opened], Contents]


@dataclass(frozen=True, slots=True)
class Cover:
    """Cells in which an absent row means zero, because the file would list anything else.

    Attributes
    ----------
    table : str
        ``state_year`` or ``dyad_year``.
    columns : tuple of str
    years : tuple of int
    """

    table: str
    columns: tuple[str, ...]
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Converted:
    """Columns of the panel from one file.

    Attributes
    ----------
    tables : dict of str to pl.DataFrame
        By table: the key columns of the panel and the values.
    covers : tuple of Cover
    unknown : dict of str to int
        Codes or names that are no known state, with the rows that bear them.
    """

    tables: dict[str, pl.DataFrame]
    covers: tuple[Cover, ...] = ()
    unknown: dict[str, int] = field(default_factory=dict)
