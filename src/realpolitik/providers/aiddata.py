"""AidData: Chinese official finance."""

from __future__ import annotations

import polars as pl

from realpolitik.providers.keys import exact_sum, to_state

GCOF_FIRST, GCOF_LAST = 2000, 2014
GCDF_FIRST, GCDF_LAST = 2000, 2021
CENTS = 2


def projects(records: pl.DataFrame, iso3: pl.DataFrame) -> pl.DataFrame:
    """Sum Chinese official finance committed to one recipient, constant USD of 2014.

    Only records the source recommends for research, which leaves out pledges, cancelled and
    umbrella records. Two in five have no amount: a recipient's year in which no record has one is
    null, not zero, and sums understate. A recipient of the source has 0 in years without a record.

    References
    ----------
    Dreher, Fuchs, Parks, Strange and Tierney (2021), *AEJ: Economic Policy* 13(2).
    """
    rows = records.filter(
        pl.col("recommended_for_research") & (pl.col("recipient_count") == 1)
    ).select("recipient_iso3", "year", pl.col("usd_defl_2014").alias("amount"))
    keyed = to_state(rows, iso3, "recipient_iso3")
    amount = pl.when(pl.col("amount").count() > 0).then(exact_sum("amount", CENTS))
    sums = keyed.group_by("state", "year").agg(amount.alias("china_finance"))
    return _from_china(sums, "china_finance", GCOF_FIRST, GCOF_LAST)


def yearly(totals: pl.DataFrame, cow: pl.DataFrame) -> pl.DataFrame:
    """Sum aid-like, other and vague official finance of a recipient-year, constant USD of 2021.

    References
    ----------
    Custer et al. (2023), *Tracking Chinese Development Finance*, GCDF 3.0.
    """
    amount = pl.col("oda_adj") + pl.col("oof_adj") + pl.col("vof_adj")
    keyed = to_state(totals.select("ccode", "year", amount.alias("amount")), cow, "ccode")
    sums = keyed.group_by("state", "year").agg(
        exact_sum("amount", CENTS).alias("china_finance_recent")
    )
    return _from_china(sums, "china_finance_recent", GCDF_FIRST, GCDF_LAST)


def _from_china(sums: pl.DataFrame, name: str, first: int, last: int) -> pl.DataFrame:
    recipients = sums.filter(pl.col("state") != "CHN").select("state").unique()
    years = pl.DataFrame({"year": list(range(first, last + 1))}, schema={"year": pl.Int32})
    listed = sums.with_columns(pl.lit(True).alias("listed"))
    filled = recipients.join(years, how="cross").join(listed, on=["state", "year"], how="left")
    value = pl.when(pl.col("listed")).then(pl.col(name)).otherwise(0.0)
    return filled.select(
        pl.lit("CHN").alias("source"), pl.col("state").alias("target"), "year", value.alias(name)
    ).sort("target", "year")
