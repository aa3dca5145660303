"""Traps of the UN voting data, and agreement against a slow count."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from realpolitik.providers import un
from realpolitik.providers.codes import code_table

ISO2, COW = code_table("iso2"), code_table("cow")
ROUNDING = 1e-12
"""Sums of small whole numbers and one division."""


def calls(days: list[date]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "rcid": list(range(1, len(days) + 1)),
            "session": [1] * len(days),
            "importantvote": [0] * len(days),
            "date": days,
            "unres": ["R"] * len(days),
        }
    )


def cast(rows: list[tuple[int, str, str | None, str]]) -> pl.DataFrame:
    columns = ["rcid", "country", "country_code", "vote"]
    schema = dict(zip(columns, (pl.Int64, pl.String, pl.String, pl.String), strict=True))
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_namibia_and_members_without_a_code_are_found() -> None:
    ballots = un.votes(
        cast(
            [
                (1, "Federal Republic of Germany", None, "yes"),
                (1, "Yemen Arab Republic", None, "no"),
                (2, "Namibia", "NA", "abstain"),
                (1, "Zanzibar", None, "yes"),
            ]
        ),
        calls([date(1980, 10, 1), date(1995, 10, 1)]),
        ISO2,
    )
    assert ballots.rows() == [(1, "DEU", 1), (1, "YEM", 3), (2, "NAM", 2)]


def test_the_seat_of_china_changes_hands() -> None:
    days = [date(1948, 1, 5), date(1949, 12, 10), date(1970, 11, 1), date(1972, 11, 1)]
    codes = ["TW", "TW", "TW", "CN"]
    rows = [(i + 1, "China", code, "yes") for i, code in enumerate(codes)]
    ballots = un.votes(cast(rows), calls(days), ISO2)
    assert ballots["state"].to_list() == ["CHN", "TWN", "TWN", "CHN"]


def test_the_single_day_of_2020_is_left_out() -> None:
    kept = un.roll_calls(calls([date(2019, 12, 27), date(2020, 1, 14)]))
    assert kept["rcid"].to_list() == [1]


def test_agreement_is_null_under_ten_shared_votes_and_absence_is_no_vote() -> None:
    days = [date(2000, 1, 1 + i) for i in range(10)]
    both = [(i + 1, name, code, "yes") for i in range(10) for name, code in (("a", "US"),)]
    nine = [(i + 1, "b", "PK", "no") for i in range(9)]
    ten = [(i + 1, "c", "IN", "abstain") for i in range(10)]
    table = un.agreement_table(cast([*both, *nine, *ten]), calls(days), ISO2)
    usa = {t: (a, n) for s, t, _, a, n in table.rows() if s == "USA"}
    assert usa["PAK"] == (None, 9)
    assert usa["IND"] == (0.5, 10)


def slow(ballots: np.ndarray) -> np.ndarray:
    out = np.full((len(ballots), len(ballots)), np.nan)
    for i, first in enumerate(ballots):
        for j, second in enumerate(ballots):
            pairs = [(a, b) for a, b in zip(first, second, strict=True) if a and b]
            if pairs:
                out[i, j] = 1 - sum(abs(int(a) - int(b)) for a, b in pairs) / (2 * len(pairs))
    return out


@given(
    hnp.arrays(np.int8, st.tuples(st.integers(1, 5), st.integers(1, 7)), elements=st.integers(0, 3))
)
def test_agreement_equals_the_slow_count_and_is_symmetric(ballots: np.ndarray) -> None:
    share, shared = un.agreement(ballots)
    np.testing.assert_allclose(share, slow(ballots), atol=ROUNDING, equal_nan=True)
    np.testing.assert_array_equal(shared, shared.T)


def points(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    columns = ["ccode", "year", "idealpointall", "idealpointfp", "q5all", "q95all"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def test_2024_has_no_point_from_all_votes_and_1990_has_one_germany() -> None:
    table = un.ideal_points(
        points(
            [
                (2, 2023, 2.5, 2.4, 2.0, 3.0),
                (2, 2024, None, 2.6, None, None),
                (255, 1990, 1.1, 1.0, 0.9, 1.3),
                (260, 1990, None, 1.0, None, None),
            ]
        ),
        COW,
    )
    assert table.select("state", "year").rows() == [("USA", 2023), ("DEU", 1990)]
    spread = table.filter(state="USA")["ideal_point_sd"][0]
    np.testing.assert_allclose(spread, 0.5 / 1.6448536269514722, atol=ROUNDING)


def test_distance_is_the_same_in_both_directions() -> None:
    table = un.ideal_distances(
        points([(2, 2000, 2.5, 0.0, 2.0, 3.0), (770, 2000, -0.5, 0.0, -1.0, 0.0)]), COW
    )
    assert table.rows() == [("PAK", "USA", 2000, 3.0), ("USA", "PAK", 2000, 3.0)]


@pytest.mark.shared
def test_agreement_equals_the_table_derived_by_others(shared_data: Path) -> None:
    def read(name: str) -> pl.DataFrame:
        return pl.read_parquet(shared_data / f"unvotes/{name}.parquet")

    ours = un.agreement_table(read("un_votes"), read("un_roll_calls"), ISO2)
    iso2 = ISO2.rename({"iso2": "code"}).with_columns(pl.col("year").cast(pl.Int32))
    theirs = (
        read("derived_dyad_year_agreement")
        .filter(pl.col("year") <= un.LAST, pl.col("n_votes") >= un.FEWEST_SHARED)
        .join(
            iso2.rename({"code": "country_code1", "state": "source"}), on=["country_code1", "year"]
        )
        .join(
            iso2.rename({"code": "country_code2", "state": "target"}), on=["country_code2", "year"]
        )
    )
    both = theirs.join(ours, on=["source", "target", "year"], how="inner")
    assert both.height > 19_000
    same = both.filter(pl.col("n_votes") == pl.col("un_shared_votes"))
    printed = 5.1e-7
    gap = (same["agree_s"] - same["un_agreement"]).abs().max()
    assert same.height / both.height > 0.99
    assert gap is not None
    assert gap <= printed
