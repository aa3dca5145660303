"""Where every embedded column comes from."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from realpolitik.build.sources import SOURCES, UN_BRIDGES, UN_FILES
from realpolitik.providers.catalogue import provider

UN_COLUMNS = {
    "un_votes": ("un_votes", UN_FILES, ("vote",)),
    "un_roll_calls": ("un_votes", UN_FILES, ("date", "session", "importantvote", "unres")),
    "un_bridges": ("un_ideal", UN_BRIDGES, ("same_as",)),
}
"""Provider, files and columns of the tables of roll calls."""


def table(tables: Mapping[str, pl.DataFrame], hashes: Mapping[str, str]) -> pl.DataFrame:
    """Build the provenance of every column: source, terms, coverage, inputs and their hashes.

    Returns
    -------
    pl.DataFrame
        `table`, `column`, `provider`, `title`, `version`, `citation`, `terms`, `embed`, `lag`,
        `first`, `last` (years with a value), `cells` (values that are not null), `states` (with a
        value), `inputs` and `sha256` (of each input, in the same order, separated by spaces).
    """
    rows = [
        _row(source.table, column, source.provider, source.files, tables[source.table], hashes)
        for source in SOURCES
        for column in source.columns
    ]
    for name, (provider_name, files, columns) in UN_COLUMNS.items():
        frame = _dated(tables, name)
        rows += [_row(name, column, provider_name, files, frame, hashes) for column in columns]
    return pl.DataFrame(rows).sort("table", maintain_order=True)


def _dated(tables: Mapping[str, pl.DataFrame], name: str) -> pl.DataFrame:
    frame = tables[name]
    if "year" in frame.columns:
        return frame
    return frame.join(tables["un_roll_calls"].select("rcid", "year"), on="rcid")


def _row(
    name: str,
    column: str,
    provider_name: str,
    files: tuple[str, ...],
    frame: pl.DataFrame,
    hashes: Mapping[str, str],
) -> dict[str, object]:
    known = frame.filter(pl.col(column).is_not_null())
    year = pl.col("month").dt.year() if "month" in frame.columns else pl.col("year")
    years = known.select(year.alias("year"))["year"]
    parties = [key for key in ("state", "source", "target") if key in frame.columns]
    held = {state for key in parties for state in known[key].unique()}
    inputs = [f"{file}.parquet" for file in files]
    about = provider(provider_name)
    return {
        "table": name,
        "column": column,
        "provider": provider_name,
        "title": about.title,
        "version": about.version,
        "citation": about.citation,
        "terms": about.terms,
        "embed": about.embed,
        "lag": about.lag,
        "first": years.min(),
        "last": years.max(),
        "cells": known.height,
        "states": len(held),
        "inputs": " ".join(inputs),
        "sha256": " ".join(hashes[path] for path in inputs),
    }
