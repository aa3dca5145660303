"""US goods trade (IMF) and trade agreements (DESTA)."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.keys import (
    NameLookup,
    both_directions,
    named,
    spell_years,
    to_state,
)

IMF_NAMES = {
    "China, P.R.: Mainland": "China",
    "China, P.R.: Hong Kong": "Hong Kong",
    "China, P.R.: Macao": "Macao",
    "Congo, Dem. Rep. of the": "Democratic Republic of the Congo",
    "Congo, Rep. of": "Republic of the Congo",
    "Korea, Dem. People's Rep. of": "North Korea",
    "Korea, Rep. of": "South Korea",
    "Kyrgyz Rep.": "Kyrgyzstan",
    "Lao People's Dem. Rep.": "Laos",
    "Slovak Rep.": "Slovakia",
    "Czech Rep.": "Czech Republic",
    "Central African Rep.": "Central African Republic",
    "Dominican Rep.": "Dominican Republic",
    "Syrian Arab Rep.": "Syria",
    "Taiwan Province of China": "Taiwan",
    "Yugoslavia": "Serbia",
}
FIRST_AGREEMENT, LAST_AGREEMENT = 1948, 2020
TREATY_KINDS = ("base_treaty", "accession", "consolidated")


def us_trade(flows: pl.DataFrame, lookup: NameLookup) -> pl.DataFrame:
    """Sum goods exports (fob) and imports (cif) reported by the United States, current USD.

    Null where either flow is missing. Only the United States reports, so no other pair is known.

    References
    ----------
    International Monetary Fund, Direction of Trade Statistics.
    """
    short = pl.col("partner").replace(IMF_NAMES).str.split(",").list.first()
    rows = flows.select(
        short.alias("partner"),
        pl.col("year").cast(pl.Int32),
        (pl.col("exports_fob_usd") + pl.col("imports_cif_usd"))
        .cast(pl.Float64)
        .alias("us_trade_goods"),
    ).drop_nulls()
    keyed = named(rows, lookup, "partner", "target").filter(pl.col("target") != "USA")
    one_way = keyed.select(pl.lit("USA").alias("source"), "target", "year", "us_trade_goods")
    return both_directions(one_way).sort("source", "target", "year")


def trade_agreements(
    members: pl.DataFrame, numeric: pl.DataFrame, lookup: NameLookup
) -> pl.DataFrame:
    """Count trade agreements that entered into force and to which both states belong.

    An agreement counts once however many accessions and revisions it has. A withdrawal lists every
    member; the state that left is named in its title, and no longer counts from that year. The
    source does not date the end of an agreement, so replaced ones stay in the count, and records
    without a year of entry into force do not count.

    Parameters
    ----------
    members : pl.DataFrame
        `base_treaty`, `name`, `entry_type`, `year`, `entryforceyear`, `member_iso_numeric`.
    numeric : pl.DataFrame
        Crosswalk of ISO numeric codes.
    lookup : callable
        Name to state.

    References
    ----------
    Dür, Baccini and Elsig (2014), *Review of International Organizations* 9(3).
    """
    rows = _agreement_years(members, numeric, lookup)
    pairs = rows.join(rows.rename({"state": "other"}), on=["base_treaty", "year"]).filter(
        pl.col("state") != pl.col("other")
    )
    return (
        pairs.group_by(pl.col("state").alias("source"), pl.col("other").alias("target"), "year")
        .agg(pl.len().cast(pl.Int64).alias("trade_agreements"))
        .sort("source", "target", "year")
    )


def _agreement_years(
    members: pl.DataFrame, numeric: pl.DataFrame, lookup: NameLookup
) -> pl.DataFrame:
    """List each agreement's members by year: `base_treaty`, `year`, `state`."""
    in_force = pl.col("entry_type").is_in(TREATY_KINDS) & pl.col("entryforceyear").is_not_null()
    joined = (
        members.filter(in_force)
        .group_by("base_treaty", "member_iso_numeric")
        .agg(pl.col("entryforceyear").min().alias("from"))
    )
    years = spell_years(
        joined.with_columns(pl.lit(LAST_AGREEMENT).alias("to")),
        "from",
        "to",
        FIRST_AGREEMENT,
        LAST_AGREEMENT,
    )
    held = to_state(years, numeric, "member_iso_numeric").select("base_treaty", "year", "state")
    exits = _withdrawals(members, lookup)
    kept = held.unique().join(exits, on=["base_treaty", "state"], how="left")
    return kept.filter(pl.col("left").is_null() | (pl.col("year") < pl.col("left"))).select(
        "base_treaty", "year", "state"
    )


def _withdrawals(members: pl.DataFrame, lookup: NameLookup) -> pl.DataFrame:
    titles = members.filter(pl.col("entry_type") == "withdrawal").select(
        "base_treaty", "name", "year"
    )
    rows = [
        (treaty, state, year)
        for treaty, title, year in titles.unique().sort("base_treaty", "name", "year").iter_rows()
        for state in _named_states(title.partition("withdrawal")[2], lookup)
    ]
    schema = {"base_treaty": pl.Int64, "state": pl.String, "left": pl.Int64}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    return table.group_by("base_treaty", "state").agg(pl.col("left").min())


def _named_states(text: str, lookup: NameLookup) -> set[str]:
    words = text.split()
    runs = (" ".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, i + 4))
    return {state for run in runs if (state := lookup(run))}
