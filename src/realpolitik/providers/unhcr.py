"""UNHCR refugee statistics."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.keys import to_dyad, to_state


def _known(population: pl.DataFrame) -> pl.DataFrame:
    abroad = pl.col("coo_iso") != pl.col("coa_iso")
    return population.filter(abroad & pl.col("refugees").is_not_null()).select(
        "coo_iso", "coa_iso", "year", "refugees"
    )


def refugee_totals(population: pl.DataFrame, iso3: pl.DataFrame) -> pl.DataFrame:
    """Sum refugees by state of origin and by host, over every origin and host.

    A figure depends on registration drives (Afghans in Pakistan above all).

    References
    ----------
    UNHCR Refugee Population Statistics Database (2025).
    """
    rows = _known(population)
    away = _total(rows, "coo_iso", "refugees_from", iso3)
    hosted = _total(rows, "coa_iso", "refugees_in", iso3)
    return away.join(hosted, on=["state", "year"], how="full", coalesce=True).sort("state", "year")


def _total(rows: pl.DataFrame, code: str, name: str, iso3: pl.DataFrame) -> pl.DataFrame:
    keyed = to_state(rows.select(code, "year", "refugees"), iso3, code)
    return keyed.group_by("state", "year").agg(pl.col("refugees").sum().alias(name))


def refugees(population: pl.DataFrame, iso3: pl.DataFrame) -> pl.DataFrame:
    """Convert refugees from `source` hosted by `target`."""
    keyed = to_dyad(_known(population), iso3, "coo_iso", "coa_iso")
    return (
        keyed.group_by("source", "target", "year")
        .agg(pl.col("refugees").sum())
        .sort("source", "target", "year")
    )
