"""United Nations General Assembly: roll calls, agreement and ideal points."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik.providers.keys import both_directions, to_state

YES, ABSTAIN, NO = 1, 2, 3
CODES = {"yes": YES, "abstain": ABSTAIN, "no": NO}
LAST = 2019
FEWEST_SHARED = 10
"""Fewest shared roll calls on which a pair's agreement is reported."""
WITHOUT_CODE = {"Federal Republic of Germany": "DE", "Yemen Arab Republic": "YE"}
"""Members whose ISO code the source leaves empty."""
MOVE_TO_TAIWAN = date(1949, 12, 8)
CHINA, TAIWAN = 710, 713
NORMAL_90 = 1.6448536269514722
"""Half-width of the central 90 per cent interval of a standard normal."""


def roll_calls(calls: pl.DataFrame) -> pl.DataFrame:
    """Convert roll-call metadata; the single day of 2020 is left out."""
    return (
        calls.filter(pl.col("date").dt.year() <= LAST)
        .select(
            pl.col("rcid").cast(pl.Int32),
            "date",
            pl.col("session").cast(pl.Int16),
            pl.col("date").dt.year().cast(pl.Int32).alias("year"),
            pl.col("importantvote").cast(pl.Int8),
            "unres",
        )
        .sort("rcid")
    )


def bridges(matches: pl.DataFrame, calls: pl.DataFrame) -> pl.DataFrame:
    """Convert pairs of roll calls on resolutions of the same content.

    Parameters
    ----------
    matches : pl.DataFrame
        `rcid1`, `rcid2`.
    calls : pl.DataFrame
        As for `roll_calls`; pairs with a roll call that is not there are left out.

    References
    ----------
    Bailey, Strezhnev and Voeten (2017), *Journal of Conflict Resolution* 61(2).
    """
    known = roll_calls(calls)["rcid"].implode()
    pairs = matches.select(
        pl.max_horizontal("rcid1", "rcid2").cast(pl.Int32).alias("rcid"),
        pl.min_horizontal("rcid1", "rcid2").cast(pl.Int32).alias("same_as"),
    )
    return pairs.filter(pl.all_horizontal(pl.all().is_in(known))).unique().sort("rcid", "same_as")


def votes(cast: pl.DataFrame, calls: pl.DataFrame, iso2: pl.DataFrame) -> pl.DataFrame:
    """Convert votes: 1 yes, 2 abstain, 3 no. An absence has no row.

    The Federal Republic of Germany and the Yemen Arab Republic have no code in the source and are
    found by name; "NA" is Namibia. The seat of China belongs to `CHN` until the government moved
    to Taiwan on 8 December 1949, then to `TWN` until October 1971.

    Parameters
    ----------
    cast : pl.DataFrame
        `rcid`, `country`, `country_code` (ISO alpha-2), `vote` (yes, abstain, no).
    calls : pl.DataFrame
        `rcid`, `session`, `date`, `importantvote`, `unres`.
    iso2 : pl.DataFrame
        Crosswalk of ISO alpha-2 codes.

    References
    ----------
    Voeten (2013), "Data and Analyses of Voting in the UN General Assembly".
    """
    dated = roll_calls(calls).select("rcid", "date", "year")
    by_name = pl.col("country").replace_strict(WITHOUT_CODE, default=None, return_dtype=pl.String)
    rows = (
        cast.with_columns(pl.col("rcid").cast(pl.Int32))
        .join(dated, on="rcid", how="inner")
        .with_columns(pl.coalesce("country_code", by_name).alias("code"))
        .with_columns(
            pl.when((pl.col("code") == "TW") & (pl.col("date") < MOVE_TO_TAIWAN))
            .then(pl.lit("CN"))
            .otherwise("code")
            .alias("code"),
            pl.col("vote").replace_strict(CODES, return_dtype=pl.Int8),
        )
    )
    keyed = to_state(rows.select("rcid", "year", "code", "vote"), iso2, "code")
    return keyed.select("rcid", "state", "vote").unique(["rcid", "state"]).sort("rcid", "state")


def agreement(ballots: NDArray[np.int8]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    r"""Compute the agreement of every pair over the roll calls on which both voted.

    .. math:: a_{ij} = 1 - \frac{1}{2 n_{ij}} \sum_r |v_{ir} - v_{jr}|

    Parameters
    ----------
    ballots : NDArray[np.int8], shape (N, R)
        1 yes, 2 abstain, 3 no, 0 absent.

    Returns
    -------
    agreement : NDArray[np.float64], shape (N, N)
        NaN where the pair shared no roll call.
    shared : NDArray[np.int64], shape (N, N)
        Roll calls on which both voted.

    References
    ----------
    Signorino and Ritter (1999), *International Studies Quarterly* 43(1).

    Examples
    --------
    >>> share, shared = agreement(np.array([[1, 1, 3], [1, 3, 0]], dtype=np.int8))
    >>> float(share[0, 1]), int(shared[0, 1])
    (0.5, 2)
    """
    yes, abstain, no = ((ballots == code).astype(np.float64) for code in (YES, ABSTAIN, NO))
    present = yes + abstain + no
    shared = present @ present.T
    apart = yes @ no.T
    near = abstain @ (yes + no).T
    distance = 2 * (apart + apart.T) + near + near.T
    share = np.full(shared.shape, np.nan)
    np.divide(distance, 2 * shared, out=share, where=shared > 0)
    return 1 - share, shared.astype(np.int64)


def agreement_table(cast: pl.DataFrame, calls: pl.DataFrame, iso2: pl.DataFrame) -> pl.DataFrame:
    """Compute agreement and shared roll calls of all pairs by calendar year."""
    years = roll_calls(calls).select("rcid", "year")
    long = votes(cast, calls, iso2).join(years, on="rcid", how="inner")
    parts = [pairs_of_year(part) for part in long.partition_by("year", maintain_order=True)]
    return pl.concat(parts).sort("source", "target", "year")


def pairs_of_year(long: pl.DataFrame) -> pl.DataFrame:
    """Compute agreement of all pairs from the votes (`rcid`, `state`, `vote`) of one `year`."""
    wide = long.pivot(on="rcid", index="state", values="vote").sort("state").fill_null(0)
    names = wide["state"].to_numpy()
    share, shared = agreement(wide.drop("state").to_numpy().astype(np.int8))
    first, second = np.nonzero(~np.eye(len(names), dtype=bool))
    count = shared[first, second]
    value = np.where(count >= FEWEST_SHARED, share[first, second], np.nan)
    return pl.DataFrame(
        {
            "source": names[first],
            "target": names[second],
            "year": np.full(len(first), long["year"][0], dtype=np.int32),
            "un_agreement": value,
            "un_shared_votes": count,
        }
    ).with_columns(pl.col("un_agreement").fill_nan(None))


def ideal_points(points: pl.DataFrame, cow: pl.DataFrame) -> pl.DataFrame:
    """Convert ideal points from all votes, with a standard deviation from the 90% interval.

    The release has no such point for 2024 (only one from votes on final passage, on its own
    scale), so the series ends in 2023. Points of the Chinese seat to 1949 belong to `CHN`.

    References
    ----------
    Bailey, Strezhnev and Voeten (2017), *Journal of Conflict Resolution* 61(2).
    """
    early = (pl.col("ccode") == TAIWAN) & (pl.col("year") <= MOVE_TO_TAIWAN.year)
    spread = (pl.col("q95all") - pl.col("q5all")).cast(pl.Float64) / (2 * NORMAL_90)
    rows = points.filter(pl.col("idealpointall").is_not_null()).select(
        pl.when(early).then(CHINA).otherwise(pl.col("ccode")).cast(pl.Int64).alias("ccode"),
        "year",
        pl.col("idealpointall").cast(pl.Float64).alias("ideal_point"),
        spread.alias("ideal_point_sd"),
    )
    keyed = to_state(rows, cow, "ccode")
    return keyed.unique(["state", "year"], keep="first", maintain_order=True)


def ideal_distances(points: pl.DataFrame, cow: pl.DataFrame) -> pl.DataFrame:
    """Compute the absolute difference of the ideal points of every pair."""
    rows = ideal_points(points, cow).select("state", "year", "ideal_point")
    pairs = rows.join(rows, on="year", suffix="_other").filter(
        pl.col("state") < pl.col("state_other")
    )
    distance = (pl.col("ideal_point") - pl.col("ideal_point_other")).abs()
    one_way = pairs.select(
        pl.col("state").alias("source"),
        pl.col("state_other").alias("target"),
        "year",
        distance.alias("ideal_distance"),
    )
    return both_directions(one_way).sort("source", "target", "year")
