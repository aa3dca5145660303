"""Correlates of War files: National Material Capabilities and Militarized Interstate Disputes."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.files.contents import Contents
from realpolitik.providers.files.opening import Opened
from realpolitik.providers.files.table import Column, Layout, read_table

_MISSING = frozenset({"-9", "-9.0", "NA", "."})
_CCODE = (1, 999)
_YEAR = (1816, 2100)


def _measure(name: str, high: float | None = None) -> Column:
    return Column(name, name, "float", 0, high, missing=_MISSING)


NMC = Layout(
    columns=(
        Column("ccode", "ccode", "int", *_CCODE, required=True),
        Column("year", "year", "int", *_YEAR, required=True),
        *(_measure(name) for name in ("milex", "milper", "irst", "pec", "tpop", "upop")),
        _measure("cinc", 1),
    ),
    key=("ccode", "year"),
)


def read_nmc(item: Opened) -> Contents:
    """National Material Capabilities, v5 to v7, abridged or with supplementary columns.

    -9 is the publisher's code for missing. References: Singer (1987).
    """
    frame = read_table(item, NMC)
    return Contents("cow_nmc", frame, frame.height)


def _mid(source: str, name: str, low: float, high: float, required: bool = False) -> Column:
    return Column(source, name, "int", low, high, missing=_MISSING, required=required)


_SIDE = (
    ("fatality", 0, 6),
    ("fatalpre", 0, 50_000_000),
    ("hiact", 0, 21),
    ("hostlev", 1, 5),
    ("orig", 0, 1),
)

MIDB = Layout(
    columns=(
        _mid("dispnum", "dispnum", 1, 99_999, required=True),
        _mid("ccode", "ccode", *_CCODE, required=True),
        _mid("styear", "styear", *_YEAR, required=True),
        _mid("endyear", "endyear", *_YEAR, required=True),
        _mid("sidea", "sidea", 0, 1, required=True),
        *(_mid(name, name, low, high) for name, low, high in _SIDE),
    ),
)


def read_midb(item: Opened) -> Contents:
    """Dispute participants (MIDB v4, v5), as directed dispute-dyad-years.

    Every participant of side A faces every participant of side B in the years both took part.
    The file states the highest hostility of a participant in the whole dispute, not against each
    opponent or in each year: in a dispute of several states the level is shared by all its pairs.
    References: Palmer et al. (2021).
    """
    parts = read_table(item, MIDB)
    frame = _pairs(parts)
    note = (
        "MIDB codes hostility by dispute and participant: in disputes of more than two states "
        "each pair carries its state's highest level. The dyadic MID file is finer."
    )
    return Contents("cow_mid", frame, parts.height, notes=(note,))


def _pairs(parts: pl.DataFrame) -> pl.DataFrame:
    names = ["ccode", "sidea", "styear", "endyear", *(name for name, _, _ in _SIDE)]
    first = parts.select("dispnum", *(pl.col(name).alias(f"{name}1") for name in names))
    second = parts.select("dispnum", *(pl.col(name).alias(f"{name}2") for name in names))
    return _directed(
        first.join(second, on="dispnum")
        .filter(pl.col("sidea1") != pl.col("sidea2"), pl.col("ccode1") != pl.col("ccode2"))
        .with_columns(
            pl.int_ranges(
                pl.max_horizontal("styear1", "styear2"),
                pl.min_horizontal("endyear1", "endyear2") + 1,
            ).alias("year")
        )
        .filter(pl.col("year").list.len() > 0)
        .explode("year")
    )


def _directed(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per dispute, directed pair and year, with the highest level of its rows."""
    key = ["dispnum", "ccode1", "ccode2", "year"]
    values = [f"{name}{side}" for name, _, _ in (("sidea", 0, 1), *_SIDE) for side in (1, 2)]
    once = rows.group_by(key).agg(pl.col(name).max() for name in values)
    onset = pl.col("year") == pl.col("year").min().over("dispnum", "ccode1", "ccode2")
    return once.select(
        *key,
        pl.lit(1, pl.Int64).alias("dispongoing"),
        onset.cast(pl.Int64).alias("disponset"),
        *values,
    ).sort(key)


_DYADIC_SIDE = {
    "sidea": "sidea",
    "fatality": "fatlev",
    "hiact": "highmca",
    "hostlev": "hihost",
    "orig": "orignat",
}

DYADIC_MID = Layout(
    columns=(
        _mid("disno", "dispnum", 1, 99_999, required=True),
        _mid("statea", "ccode1", *_CCODE, required=True),
        _mid("stateb", "ccode2", *_CCODE, required=True),
        _mid("year", "year", *_YEAR, required=True),
        *(
            _mid(f"{source}{letter}", f"{name}{number}", low, high)
            for name, low, high in (("sidea", 0, 1), *_SIDE)
            if (source := _DYADIC_SIDE.get(name))
            for letter, number in (("a", 1), ("b", 2))
        ),
    ),
)


def read_dyadic_mid(item: Opened) -> Contents:
    """Dyadic MID v4, directed dispute-dyad-years; a pair listed once is read in both directions.

    References: Maoz et al. (2019).
    """
    rows = read_table(item, DYADIC_MID).with_columns(
        pl.lit(None, pl.Int64).alias("fatalpre1"), pl.lit(None, pl.Int64).alias("fatalpre2")
    )
    frame = _directed(pl.concat([rows, _mirror(rows)]))
    return Contents("cow_mid", frame, rows.height)


def _mirror(rows: pl.DataFrame) -> pl.DataFrame:
    swapped = {
        name: f"{name[:-1]}{'2' if name.endswith('1') else '1'}"
        for name in rows.columns
        if name.endswith(("1", "2"))
    }
    return rows.rename(swapped).select(rows.columns)
