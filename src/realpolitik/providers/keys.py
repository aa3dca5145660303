"""From a source's codes to the package's states, and from spells to years.

A crosswalk is a frame of three columns: the code, `year` and `state`; see `realpolitik.states`.
Rows whose code is not a member of the state system in that year (territories, aggregates, groups)
have no row in the crosswalk and fall out of the join.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

NameLookup = Callable[[str], str | None]


def _code_column(crosswalk: pl.DataFrame) -> str:
    (code,) = [name for name in crosswalk.columns if name not in {"year", "state"}]
    return code


def to_state(
    frame: pl.DataFrame, crosswalk: pl.DataFrame, code: str, into: str = "state"
) -> pl.DataFrame:
    """Replace the column `code` by the state that bore that code in the row's `year`.

    Parameters
    ----------
    frame : pl.DataFrame
        Has the columns `code` and `year`.
    crosswalk : pl.DataFrame
        Code, `year`, `state`.
    code : str
        Column to replace.
    into : str
        Name of the new column.
    """
    key = _code_column(crosswalk)
    table = crosswalk.select(
        pl.col(key).cast(frame.schema[code]).alias(code),
        pl.col("year").cast(pl.Int32),
        pl.col("state").alias(into),
    )
    rows = frame.with_columns(pl.col("year").cast(pl.Int32))
    return rows.join(table, on=[code, "year"], how="inner", maintain_order="left").drop(code)


def to_dyad(frame: pl.DataFrame, crosswalk: pl.DataFrame, source: str, target: str) -> pl.DataFrame:
    """Replace two code columns by `source` and `target`; rows of a state with itself fall out."""
    keyed = to_state(to_state(frame, crosswalk, source, "source"), crosswalk, target, "target")
    return keyed.filter(pl.col("source") != pl.col("target"))


def named(frame: pl.DataFrame, lookup: NameLookup, column: str, into: str) -> pl.DataFrame:
    """Replace a column of names by states; a name that `lookup` does not know falls out."""
    names = frame[column].drop_nulls().unique().sort()
    table = pl.DataFrame(
        {column: names, into: [lookup(name) for name in names]},
        schema={column: pl.String, into: pl.String},
    ).drop_nulls()
    return frame.join(table, on=column, how="inner", maintain_order="left").drop(column)


def both_directions(pairs: pl.DataFrame) -> pl.DataFrame:
    """Store an undirected row in both directions.

    >>> both_directions(pl.DataFrame({"source": ["IND"], "target": ["PAK"], "war": [1]})).rows()
    [('IND', 'PAK', 1), ('PAK', 'IND', 1)]
    """
    swapped = pairs.select(
        pl.col("target").alias("source"),
        pl.col("source").alias("target"),
        pl.exclude("source", "target"),
    ).select(pairs.columns)
    return pl.concat([pairs, swapped])


def spell_years(frame: pl.DataFrame, start: str, end: str, first: int, last: int) -> pl.DataFrame:
    """Give a spell one row for each year it touches inside `first` to `last`.

    >>> spell = pl.DataFrame({"a": [1947], "b": [2020]})
    >>> spell_years(spell, "a", "b", 1946, 1948)["year"].to_list()
    [1947, 1948]
    """
    low = pl.max_horizontal(pl.col(start), pl.lit(first)).cast(pl.Int32)
    high = pl.min_horizontal(pl.col(end), pl.lit(last)).cast(pl.Int32)
    return (
        frame.with_columns(low.alias("_low"), high.alias("_high"))
        .filter(pl.col("_low") <= pl.col("_high"))
        .with_columns(pl.int_ranges("_low", pl.col("_high") + 1, dtype=pl.Int32).alias("year"))
        .drop("_low", "_high")
        .explode("year")
    )


def recode(frame: pl.DataFrame, column: str, names: Mapping[str, str]) -> pl.DataFrame:
    """Replace old spellings in a column of codes or names."""
    return frame.with_columns(pl.col(column).replace(dict(names)))


def exact_sum(column: str, digits: int) -> pl.Expr:
    """Sum a column rounded to `digits` decimals as whole numbers, in any order the same.

    A sum of floats over threads depends on their order in its last bit, and the panel is hashed.

    >>> pl.DataFrame({"x": [0.1, 0.2, 0.3]}).select(exact_sum("x", 2)).item()
    0.6
    """
    scale: int = 10**digits
    return (pl.col(column) * scale).round().cast(pl.Int64).sum() / scale
