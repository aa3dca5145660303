"""What data are held, embedded and added, and what is wrong with them."""

from __future__ import annotations

from importlib import resources

import polars as pl

from realpolitik.data import added
from realpolitik.providers import fetch
from realpolitik.providers.catalogue import providers

HOLDING = {
    "name": pl.String, "title": pl.String, "version": pl.String, "first": pl.Int64,
    "last": pl.Int64, "states": pl.Int64, "held": pl.String, "terms": pl.String,
}  # fmt: skip


def holdings() -> pl.DataFrame:
    """Return one row for each source held.

    Returns
    -------
    pl.DataFrame
        ``name, title, version, first, last, states, held, terms``; `held` is ``embedded`` or
        ``added``, and an added file has the name that ``data remove`` takes.
    """
    return pl.concat([_embedded(), _added()])


def _embedded() -> pl.DataFrame:
    text = (resources.files("realpolitik.data") / "PROVENANCE.csv").read_bytes()
    columns = ["provider", "title", "version", "terms", "first", "last", "states"]
    table = pl.read_csv(text, columns=columns, schema_overrides={"version": pl.String})
    return (
        table.group_by("provider", maintain_order=True)
        .agg(
            pl.col("title", "version", "terms").first(),
            pl.col("first").min(),
            pl.col("last", "states").max(),
        )
        .rename({"provider": "name"})
        .with_columns(pl.lit("embedded").alias("held"))
        .select(pl.col(name).cast(kind) for name, kind in HOLDING.items())
    )


def _added() -> pl.DataFrame:
    terms = {name: provider.terms for name, provider in providers().items()}
    rows = [
        (
            record.name, record.title, record.original, record.first, record.last, record.states,
            "added", terms.get(record.provider, "as its publisher states"),
        )
        for record in added.files()
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=HOLDING, orient="row")


def downloads() -> pl.DataFrame:
    """Return the official downloads that ``data fetch`` knows."""
    rows = [
        (s.name, s.title, s.version, "yes" if s.sha256 else "no", s.terms, s.citation, s.url)
        for s in fetch.registry().values()
    ]
    names = ("name", "title", "version", "hash published", "terms", "citation", "url")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def faults() -> pl.DataFrame:
    """Return what is wrong with the added files: ``name, fault``; no rows if nothing is."""
    return pl.DataFrame(
        list(added.check()), schema={"name": pl.String, "fault": pl.String}, orient="row"
    )
