"""Ideal points from the panel's roll calls, or from those of a newer file."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from realpolitik import cache
from realpolitik.data import load_bridges
from realpolitik.errors import InputFileError
from realpolitik.measures.ideal_points.design import Ints, Votes
from realpolitik.measures.ideal_points.estimate import IdealPoints, estimate
from realpolitik.measures.tidy import members, years_of
from realpolitik.panel import Panel

FIRST_SESSION_YEAR, LAST_READ = 1946, 2100
"""First session, and the last year a reader of votes accepts."""
INTERVAL = "90% interval"


def votes_of(frame: pl.DataFrame) -> Votes:
    """Turn a frame of votes into arrays; the year is that in which the session opened.

    Parameters
    ----------
    frame : pl.DataFrame
        `rcid`, `state`, `vote` (1 yes, 2 abstain, 3 no) and `session` of the Assembly (1 = 1946)
        or, where that is not known, `year`.

    Raises
    ------
    InputFileError
        If a column is missing, a vote is none of the three, or a state votes twice on a roll call.

    Examples
    --------
    >>> rows = {"rcid": [7, 7], "session": [1, 1], "state": ["USA", "PAK"], "vote": [1, 3]}
    >>> votes = votes_of(pl.DataFrame(rows))
    >>> votes.states, votes.years.tolist()
    (('PAK', 'USA'), [1946])
    """
    year = "session" if "session" in frame.columns else "year"
    missing = {"rcid", "state", "vote", year} - set(frame.columns)
    if missing:
        msg = f"the votes lack the column {', '.join(sorted(missing))}"
        raise InputFileError(msg)
    rows = frame.select("rcid", "state", "vote", pl.col(year).alias("year")).drop_nulls()
    _check(rows)
    if year == "session":
        rows = rows.with_columns(pl.col("year").cast(pl.Int64) + FIRST_SESSION_YEAR - 1)
    calls = rows.group_by("rcid").agg(pl.col("year").min()).sort("rcid")
    states = rows["state"].unique().sort()
    return Votes(
        state=states.search_sorted(rows["state"]).to_numpy().astype(np.int64),
        roll_call=calls["rcid"].search_sorted(rows["rcid"]).to_numpy().astype(np.int64),
        choice=rows["vote"].to_numpy().astype(np.int64),
        states=tuple(states),
        roll_calls=calls["rcid"].to_numpy().astype(np.int64),
        years=calls["year"].to_numpy().astype(np.int64),
    )


def _check(rows: pl.DataFrame) -> None:
    odd = rows.filter(~pl.col("vote").is_in([1, 2, 3]))
    if odd.height:
        first = odd.row(0, named=True)
        msg = (
            f"vote {first['vote']} of {first['state']} on roll call {first['rcid']} (and "
            f"{odd.height - 1} more): expected 1 yes, 2 abstain or 3 no; leave absences out"
        )
        raise InputFileError(msg)
    twice = rows.filter(pl.struct("rcid", "state").is_duplicated())
    if twice.height:
        first = twice.row(0, named=True)
        msg = f"{first['state']} has more than one vote on roll call {first['rcid']}: keep one"
        raise InputFileError(msg)


def measure(panel: Panel, states: Sequence[str] = (), *, seed: int = 1) -> pl.DataFrame:
    """Ideal points of the states named, by year of the assembly session.

    The scale rests on the votes of all members in every year known to the panel, also those
    outside its region and period, so that a figure does not depend on what else is shown. Origin
    and unit are conventions: only differences mean something. Newer votes, added with
    ``realpolitik data add``, are used. Resolutions of the same content bridge the years. The
    estimate is kept in the cache.

    Parameters
    ----------
    panel : Panel
    states : sequence of str
        Members of the panel; all of them if empty.
    seed : int
        Seed of the draws.

    Returns
    -------
    pl.DataFrame
        `step`, `state`, `index`, `value`, `lower`, `upper`, `sd`, `votes`, `rhat`, `interval`,
        `unit`, `provider`; a state-year without votes has no row. `rhat` well above 1.1 marks a
        value whose draws have not settled.

    Raises
    ------
    ConvergenceError
        If the chains disagree.
    """
    chosen = members(panel, states)
    known = replace(panel, start=FIRST_SESSION_YEAR, end=LAST_READ).votes()
    bridges = load_bridges().to_numpy().astype(np.int64)
    rows = ideal_points_of(known, bridges=bridges, seed=seed)
    shown = rows.filter(pl.col("state").is_in(chosen) & pl.col("step").is_in(years_of(panel)))
    return shown.select(
        "step",
        "state",
        pl.lit("ideal_point").alias("index"),
        pl.col("mean").alias("value"),
        "lower",
        "upper",
        "sd",
        "votes",
        "rhat",
        pl.lit(INTERVAL).alias("interval"),
        pl.lit("standard deviations").alias("unit"),
        pl.lit("un_votes").alias("provider"),
    ).sort("state", "step")


def ideal_points_of(
    frame: pl.DataFrame, *, bridges: Ints | None = None, seed: int = 1, stored: bool = True
) -> pl.DataFrame:
    """Estimate from a frame of votes, or take the stored estimate of the same votes and seed.

    Parameters
    ----------
    frame : pl.DataFrame
        As for `votes_of`.
    bridges : ndarray of int, shape (B, 2), optional
        Pairs of `rcid` of resolutions of the same content.
    seed : int
        Seed of the draws.
    stored : bool
        Whether the cache may be used.

    Returns
    -------
    pl.DataFrame
        As `IdealPoints.table`.
    """
    votes = votes_of(frame)
    name = cache.key("ideal-points", _fingerprint(votes, bridges), {"seed": seed})

    def compute() -> bytes:
        points: IdealPoints = estimate(votes, bridges=bridges, seed=seed)
        target = io.BytesIO()
        points.table().write_parquet(target)
        return target.getvalue()

    return pl.read_parquet(io.BytesIO(cache.remember(name, compute, use=stored)))


def _fingerprint(votes: Votes, bridges: Ints | None) -> str:
    digest = hashlib.sha256("\x1f".join(votes.states).encode())
    for array in (votes.state, votes.roll_call, votes.choice, votes.roll_calls, votes.years):
        digest.update(array.tobytes())
    digest.update(b"" if bridges is None else np.ascontiguousarray(bridges).tobytes())
    return digest.hexdigest()
