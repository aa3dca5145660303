"""Uppsala Conflict Data Program: armed conflicts (ACD) and georeferenced events (GED)."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.files.contents import Contents
from realpolitik.providers.files.opening import Opened
from realpolitik.providers.files.table import Column, Layout, read_table

ACD = Layout(
    columns=(
        Column("conflict_id", "conflict_id", "int", 1, required=True),
        Column("year", "year", "int", 1946, 2100, required=True),
        Column("intensity_level", "intensity_level", "int", 1, 2, required=True),
        Column("type_of_conflict", "type_of_conflict", "int", 1, 4, required=True),
        Column("gwno_a", "gwno_a", "codes"),
        Column("gwno_a_2nd", "gwno_a_2nd", "codes"),
        Column("gwno_b", "gwno_b", "codes"),
        Column("gwno_b_2nd", "gwno_b_2nd", "codes"),
    ),
    key=("conflict_id", "year"),
)


def read_acd(item: Opened) -> Contents:
    """Armed conflicts by conflict and year; a cell may hold several Gleditsch-Ward codes.

    References: Gleditsch et al. (2002); Davies et al. (2025).
    """
    frame = read_table(item, ACD)
    return Contents("ucdp_acd", frame, frame.height)


GED = Layout(
    columns=(
        Column("id", "id", "int", 1, required=True),
        Column("year", "year", "int", 1989, 2100, required=True),
        Column("type_of_violence", "type_of_violence", "int", 1, 3, required=True),
        Column("country_id", "country_id", "int", 1, 999, required=True),
        Column("date_start", "date_start", "text", required=True),
        Column("best", "best", "int", 0, required=True),
        Column("low", "low", "int", 0, required=True),
        Column("high", "high", "int", 0, required=True),
    ),
    key=("id",),
)


def read_ged(item: Opened) -> Contents:
    """Deaths by country (Gleditsch-Ward code of the place), year and type of violence.

    Years whose events do not reach into all twelve months are partial and left out.
    References: Sundberg and Melander (2013); Hegre et al. (2020) for the candidate files.
    """
    events = read_table(item, GED)
    months = events.with_columns(pl.col("date_start").str.slice(5, 2).alias("month"))
    whole = (months.group_by("year").agg(pl.col("month").n_unique()).filter(pl.col("month") == 12))[
        "year"
    ].to_list()
    kept = events.filter(pl.col("year").is_in(whole))
    frame = (
        kept.group_by("country_id", "year", "type_of_violence")
        .agg(pl.col("best", "low", "high").sum(), pl.len().cast(pl.Int64).alias("events"))
        .sort("country_id", "year", "type_of_violence")
    )
    partial = events.height - kept.height
    left_out = {"event of a year that the file does not cover whole": partial} if partial else {}
    return Contents("ucdp_ged", frame, events.height, left_out=left_out)
