"""What data are held, embedded and added, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from realpolitik import regions
from realpolitik.data import added
from realpolitik.data.load import load_panel, provenance
from realpolitik.errors import PanelError
from realpolitik.panel.checks import check
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
    return (
        provenance()
        .group_by("provider", maintain_order=True)
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
    terms = {entry.format: entry.terms for entry in fetch.registry().values()}
    terms |= {name: provider.terms for name, provider in providers().items()}
    rows = [
        (
            record.name, record.title, record.original, record.first, record.last, record.states,
            "added", terms.get(record.provider, terms.get(record.format, "see its publisher")),
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
    """Return what is wrong with the panel and the added files; no rows if nothing is.

    Returns
    -------
    pl.DataFrame
        ``name`` (a region, or an added file), ``fault``.
    """
    damaged = list(added.check())
    found = damaged or [row for name in _regions() for row in _panel_faults(name)]
    return pl.DataFrame(found, schema={"name": pl.String, "fault": pl.String}, orient="row")


def _regions() -> list[str]:
    return [name for name in regions.names() if name != regions.WORLD]


def _panel_faults(region: str) -> Iterator[tuple[str, str]]:
    for step in ("year", "month"):
        try:
            panel = load_panel(region, step=step)
        except PanelError as fault:
            yield region, str(fault)
            continue
        yield from ((region, str(finding)) for finding in check(panel, strict=False))
