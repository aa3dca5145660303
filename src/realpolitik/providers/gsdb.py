"""Global Sanctions Data Base: cases with lists of senders and targets in one cell."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.keys import NameLookup, spell_years

FIRST, LAST = 1949, 2023
KINDS = ("trade", "arms", "military", "financial", "travel", "other")
COMMA_NAMES = {
    "Korea, North": "North Korea",
    "Korea, South": "South Korea",
    "Yemen, North": "Yemen",
    "Congo, Democratic Republic of the": "Democratic Republic of the Congo",
    "Egypt, Arab Rep.": "Egypt",
    "Gambia, The": "Gambia",
}
"""Names that hold the comma which also separates the list."""
OLD_NAMES = {
    "FRY": "Yugoslavia",
    "Transjordan": "Jordan",
    "Malagasy Republic": "Madagascar",
    "Malaya": "Malaysia",
    "Rhodesia": "Zimbabwe",
    "Ethiopia (excludes Eritrea)": "Ethiopia",
    "German Democratic Republic": "East Germany",
    "Congo (Brazzaville)": "Republic of the Congo",
}
COMMUNITY = ("EU", "EEC")
MEMBERS = {
    "BEL": (1958, LAST),
    "DEU": (1958, LAST),
    "FRA": (1958, LAST),
    "ITA": (1958, LAST),
    "LUX": (1958, LAST),
    "NLD": (1958, LAST),
    "DNK": (1973, LAST),
    "GBR": (1973, 2020),
    "IRL": (1973, LAST),
    "GRC": (1981, LAST),
    "ESP": (1986, LAST),
    "PRT": (1986, LAST),
    "AUT": (1995, LAST),
    "FIN": (1995, LAST),
    "SWE": (1995, LAST),
    "CYP": (2004, LAST),
    "CZE": (2004, LAST),
    "EST": (2004, LAST),
    "HUN": (2004, LAST),
    "LTU": (2004, LAST),
    "LVA": (2004, LAST),
    "MLT": (2004, LAST),
    "POL": (2004, LAST),
    "SVK": (2004, LAST),
    "SVN": (2004, LAST),
    "BGR": (2007, LAST),
    "ROU": (2007, LAST),
    "HRV": (2013, LAST),
}
"""First and last year of membership, from the treaties of accession and withdrawal."""


def split_names(cell: str) -> list[str]:
    """Split a list cell at its commas, but not inside a name.

    >>> split_names("Korea, North,Ceylon, EU")
    ['North Korea', 'Ceylon', 'EU']
    """
    for written, usual in COMMA_NAMES.items():
        cell = cell.replace(written, usual)
    return [name.strip() for name in cell.split(",") if name.strip()]


def party_years(cases: pl.DataFrame, column: str, lookup: NameLookup) -> pl.DataFrame:
    """List the states of one side of each case by year.

    The EU and the EEC stand for their members of that year. No other organisation (the United
    Nations, the African Union, ...) is resolved into states.

    Returns
    -------
    pl.DataFrame
        `case_id`, `year`, `state`, each once.
    """
    rows: list[tuple[int, str, int, int]] = []
    for case, cell, begin, end in cases.select("case_id", column, "begin", "end").iter_rows():
        for name in split_names(cell or ""):
            rows.extend((case, *spell) for spell in _spells(name, begin, end, lookup))
    schema = {"case_id": pl.Int64, "state": pl.String, "from": pl.Int64, "to": pl.Int64}
    spells = pl.DataFrame(rows, schema=schema, orient="row")
    return (
        spell_years(spells, "from", "to", FIRST, LAST).select("case_id", "year", "state").unique()
    )


def _spells(name: str, begin: int, end: int, lookup: NameLookup) -> list[tuple[str, int, int]]:
    if name in COMMUNITY:
        return [(s, max(begin, first), min(end, last)) for s, (first, last) in MEMBERS.items()]
    state = lookup(OLD_NAMES.get(name, name))
    return [(state, begin, end)] if state else []


def sanctions(cases: pl.DataFrame, lookup: NameLookup) -> pl.DataFrame:
    """Count cases in force of source against target, and the kinds of sanction they use.

    A case is in force from its first to its last year; 2023 as last year usually means still in
    force at the end of the source.

    Parameters
    ----------
    cases : pl.DataFrame
        `case_id`, `sanctioned_state`, `sanctioning_state`, `begin`, `end` and the six kinds, 0/1.
    lookup : callable
        Name to state, or None.

    References
    ----------
    Felbermayr, Kirilakha, Syropoulos, Yalcin and Yotov (2020), *European Economic Review* 129;
    Syropoulos, Felbermayr, Kirilakha, Yalcin and Yotov (2024), *Review of International Economics*.
    """
    sources = party_years(cases, "sanctioning_state", lookup).rename({"state": "source"})
    targets = party_years(cases, "sanctioned_state", lookup).rename({"state": "target"})
    pairs = sources.join(targets, on=["case_id", "year"]).filter(
        pl.col("source") != pl.col("target")
    )
    used = pairs.join(cases.select("case_id", *KINDS), on="case_id")
    kinds = pl.sum_horizontal(pl.col(kind).max() for kind in KINDS)
    return (
        used.group_by("source", "target", "year")
        .agg(
            pl.col("case_id").n_unique().cast(pl.Int64).alias("sanctions"),
            kinds.cast(pl.Int64).alias("sanction_kinds"),
        )
        .sort("source", "target", "year")
    )
