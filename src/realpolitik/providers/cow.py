"""Correlates of War: capabilities, disputes, wars, contiguity, trade and organisations."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.keys import both_directions, to_dyad, to_state

COMPONENTS = ("milex", "milper", "irst", "pec", "tpop", "upop")
NO_ACTION = 1
UNITED = 1990
FORMER = (260, 678)
"""West Germany and North Yemen: the source has them and the united states (255, 679) in 1990."""


def capabilities(nmc: pl.DataFrame, cow: pl.DataFrame) -> pl.DataFrame:
    r"""Convert National Material Capabilities into the published index and shares of the system.

    .. math:: share_{ikt} = x_{ikt} / \sum_j x_{jkt}

    The sum runs over every row of the source with a value in that year, as in the published index.
    A component the source leaves missing (-9 or empty) has no share. In 1990 the united Germany
    and Yemen count, not their parts.

    Parameters
    ----------
    nmc : pl.DataFrame
        `ccode`, `year`, the six components and `cinc`.
    cow : pl.DataFrame
        Crosswalk of COW numbers.

    References
    ----------
    Singer (1987), *International Interactions* 14(2).
    """
    known = [
        pl.when(pl.col(name) >= 0).then(pl.col(name)).cast(pl.Float64).alias(name)
        for name in (*COMPONENTS, "cinc")
    ]
    shares = [
        (pl.col(name) / pl.col(name).sum().over("year")).alias(f"{name}_share")
        for name in COMPONENTS
    ]
    table = nmc.with_columns(known).with_columns(shares)
    columns = ["ccode", "year", "cinc", *(f"{name}_share" for name in COMPONENTS)]
    parts = pl.col("ccode").is_in(FORMER) & (pl.col("year") == UNITED)
    return to_state(table.filter(~parts).select(columns), cow, "ccode")


def trade(flows: pl.DataFrame, cow: pl.DataFrame) -> pl.DataFrame:
    """Convert dyadic trade: imports of `source` from `target`, and the mirror as exports.

    `flow1` is the imports of `ccode1` from `ccode2`, `flow2` the reverse. Empty or -9 means that
    the source has no figure, which is not zero.

    References
    ----------
    Barbieri, Keshk and Pollins (2009), *Conflict Management and Peace Science* 26(5).
    """
    known = [
        pl.when(pl.col(raw) >= 0).then(pl.col(raw)).cast(pl.Float64).alias(name)
        for raw, name in (("flow1", "imports"), ("flow2", "exports"))
    ]
    table = flows.select("ccode1", "ccode2", "year", *known)
    keyed = to_dyad(table, cow, "ccode1", "ccode2")
    return _first_known(keyed, ["source", "target", "year"], ["imports", "exports"])


def trade_totals(totals: pl.DataFrame, cow: pl.DataFrame) -> pl.DataFrame:
    """Convert a state's total trade: imports plus exports, null unless both are known."""
    known = [pl.when(pl.col(name) >= 0).then(pl.col(name)) for name in ("imports", "exports")]
    table = totals.select("ccode", "year", (known[0] + known[1]).alias("trade_total"))
    return _first_known(to_state(table, cow, "ccode"), ["state", "year"], ["trade_total"])


def organisations(memberships: pl.DataFrame, cow: pl.DataFrame) -> pl.DataFrame:
    """Convert full memberships of intergovernmental organisations by state.

    References
    ----------
    Pevehouse, Nordstrom, McManus and Jamison (2020), *Journal of Peace Research* 57(3).
    """
    table = memberships.select("ccode", "year", pl.col("sum_igo_full").alias("igo_memberships"))
    return _first_known(to_state(table, cow, "ccode"), ["state", "year"], ["igo_memberships"])


def shared_organisations(pairs: pl.DataFrame, cow: pl.DataFrame) -> pl.DataFrame:
    """Convert shared memberships; the source lists each pair once."""
    known = pl.when(pl.col("dyadigos") >= 0).then(pl.col("dyadigos")).alias("shared_igos")
    keyed = to_dyad(pairs.select("ccode1", "ccode2", "year", known), cow, "ccode1", "ccode2")
    both = both_directions(keyed)
    return _first_known(both, ["source", "target", "year"], ["shared_igos"])


def disputes(directed: pl.DataFrame, cow: pl.DataFrame) -> pl.DataFrame:
    """Convert directed dispute-dyad-years into hostility by the source and onsets of the pair.

    A dispute has a row in every year it lasts and one for each direction, so onsets are counted
    as distinct disputes whose first year it is, never as rows. `mid_hostility` is the highest
    level the source itself reached in the disputes of the year (the level belongs to the dispute
    and repeats while it lasts); a side that took no militarised action has 0. A level coded -9 is
    unknown, not zero.

    Parameters
    ----------
    directed : pl.DataFrame
        `dispnum`, `ccode1`, `ccode2`, `year`, `disponset`, `hostlev1` (of `ccode1`).
    cow : pl.DataFrame
        Crosswalk of COW numbers.

    References
    ----------
    Palmer et al. (2021), *Conflict Management and Peace Science* 39(4).
    """
    level = pl.col("hostlev1")
    hostility = pl.when(level > NO_ACTION).then(level).when(level == NO_ACTION).then(0)
    table = directed.select(
        "dispnum", "ccode1", "ccode2", "year", "disponset", hostility.alias("level")
    )
    began = pl.col("dispnum").filter(pl.col("disponset") == 1).n_unique()
    return (
        to_dyad(table, cow, "ccode1", "ccode2")
        .group_by("source", "target", "year")
        .agg(pl.col("level").max().alias("mid_hostility"), began.alias("mid_onsets"))
        .sort("source", "target", "year")
    )


def wars(dyads: pl.DataFrame, cow: pl.DataFrame) -> pl.DataFrame:
    """Convert inter-state war dyad-years.

    References
    ----------
    Sarkees and Wayman (2010), *Resort to War*.
    """
    table = dyads.filter(pl.col("cowinterongoing") == 1).select("ccode1", "ccode2", "year")
    keyed = to_dyad(table, cow, "ccode1", "ccode2").select("source", "target", "year")
    return both_directions(keyed).unique().sort(keyed.columns).with_columns(war=pl.lit(1))


def contiguity(dyads: pl.DataFrame, cow: pl.DataFrame) -> pl.DataFrame:
    """Convert direct contiguity; the closest type counts where a pair-year has several.

    References
    ----------
    Stinnett, Tir, Schafer, Diehl and Gochman (2002), *Conflict Management and Peace Science* 19(2).
    """
    table = dyads.select("state1no", "state2no", "year", pl.col("conttype").alias("contiguity"))
    keyed = both_directions(to_dyad(table, cow, "state1no", "state2no"))
    return (
        keyed.group_by("source", "target", "year")
        .agg(pl.col("contiguity").min())
        .sort("source", "target", "year")
    )


def _first_known(frame: pl.DataFrame, keys: list[str], values: list[str]) -> pl.DataFrame:
    """Merge rows that two codes of one state give in the same year (Germany in 1990)."""
    known = [pl.col(name).drop_nulls().first() for name in values]
    return frame.group_by(keys).agg(known).sort(keys)
