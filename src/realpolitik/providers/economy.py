"""Economies: World Bank indicators, the poldat merged series and CEPII distances."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.borders import in_present_borders
from realpolitik.providers.keys import recode, to_state

GDP_PER_HEAD = "NY.GDP.PCAP.CD"
POPULATION = "SP.POP.TOTL"
OLD_ISO = {"ROM": "ROU", "ZAR": "COD", "TMP": "TLS"}


def world_bank(per_head: pl.DataFrame, people: pl.DataFrame, iso3: pl.DataFrame) -> pl.DataFrame:
    """Convert population, and GDP as GDP per head times population (current USD).

    Aggregates (regions, income groups) are no states and fall out; values projected back onto
    present borders are dropped.

    Parameters
    ----------
    per_head, people : pl.DataFrame
        `country_code` (ISO alpha-3), `indicator_code`, `year`, `value`.
    iso3 : pl.DataFrame
        Crosswalk of ISO alpha-3 codes.
    """
    heads = _indicator(people, POPULATION, "population")
    income = _indicator(per_head, GDP_PER_HEAD, "per_head")
    table = heads.join(income, on=["country_code", "year"], how="full", coalesce=True).select(
        "country_code",
        "year",
        (pl.col("per_head") * pl.col("population")).alias("gdp"),
        "population",
    )
    return in_present_borders(to_state(table, iso3, "country_code")).sort("state", "year")


def _indicator(frame: pl.DataFrame, code: str, name: str) -> pl.DataFrame:
    rows = frame.filter(pl.col("indicator_code") == code)
    return rows.select("country_code", "year", pl.col("value").cast(pl.Float64).alias(name))


def poldat(controls: pl.DataFrame, gw: pl.DataFrame) -> pl.DataFrame:
    """Convert real GDP (merged and partly imputed), without years of other borders.

    References
    ----------
    Vestby, *poldat*: Penn World Table, World Development Indicators and Maddison, merged.
    """
    table = controls.select(
        "gwcode", "year", pl.col("rgdp").cast(pl.Float64).alias("gdp_real")
    ).drop_nulls()
    return in_present_borders(to_state(table, gw, "gwcode")).sort("state", "year")


def distances(dyads: pl.DataFrame, iso3: pl.DataFrame) -> pl.DataFrame:
    """Convert distances between capitals; they carry no year and use present capitals.

    References
    ----------
    Mayer and Zignago (2011), CEPII Working Paper 2011-25.
    """
    codes = iso3.select("iso3", "state").unique().sort("iso3", "state")
    rows = recode(recode(dyads, "iso_o", OLD_ISO), "iso_d", OLD_ISO)
    return (
        rows.join(codes.rename({"iso3": "iso_o", "state": "source"}), on="iso_o")
        .join(codes.rename({"iso3": "iso_d", "state": "target"}), on="iso_d")
        .filter(pl.col("source") != pl.col("target"))
        .group_by("source", "target")
        .agg(pl.col("distcap").cast(pl.Float64).first().alias("distance"))
        .sort("source", "target")
    )
