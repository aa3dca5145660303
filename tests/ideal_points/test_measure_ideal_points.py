"""From frames to votes, and the index by name."""

from __future__ import annotations

import sys

import polars as pl
import pytest

from realpolitik import cache
from realpolitik.errors import InputFileError
from realpolitik.measures.ideal_points import measure as module
from realpolitik.measures.ideal_points.measure import ideal_points_of, votes_of


@pytest.fixture
def frame(assembly) -> pl.DataFrame:
    votes = assembly(9, 12, 2, 12)[1]
    return pl.DataFrame(
        {
            "rcid": votes.roll_calls[votes.roll_call],
            "session": votes.years[votes.roll_call] - 1945,
            "state": [votes.states[k] for k in votes.state],
            "vote": votes.choice,
        }
    )


def test_votes_of_keeps_every_vote(frame):
    votes = votes_of(frame)
    back = pl.DataFrame(
        {
            "rcid": votes.roll_calls[votes.roll_call],
            "session": votes.years[votes.roll_call] - 1945,
            "state": [votes.states[k] for k in votes.state],
            "vote": votes.choice,
        }
    )
    order = ["rcid", "state"]
    assert back.sort(order).rows() == frame.sort(order).rows()


def test_year_serves_where_the_session_is_unknown(frame):
    dated = frame.with_columns(year=pl.col("session") + 1945).drop("session")
    assert votes_of(dated).years.tolist() == votes_of(frame).years.tolist()


def test_frames_that_cannot_be_used(frame):
    with pytest.raises(InputFileError, match="lack the column vote"):
        votes_of(frame.drop("vote"))
    with pytest.raises(InputFileError, match="vote 8 of"):
        votes_of(frame.with_columns(vote=pl.lit(8)))
    with pytest.raises(InputFileError, match="more than one vote on roll call"):
        votes_of(pl.concat([frame, frame.head(1)]))


def test_same_votes_are_estimated_once(frame, monkeypatch):
    sampler = sys.modules["realpolitik.measures.ideal_points.estimate"]
    for limit in ("RHAT_LIMIT", "RHAT_WORST"):  # not its quality, but what is kept
        monkeypatch.setattr(sampler, limit, float("inf"))
    calls = []
    known = module.estimate

    def counted(votes, **options):
        calls.append(options["seed"])
        return known(votes, draws=8, **options)

    monkeypatch.setattr(module, "estimate", counted)
    first = ideal_points_of(frame)
    assert ideal_points_of(frame).equals(first)
    ideal_points_of(frame, seed=2)
    ideal_points_of(frame.filter(pl.col("rcid") > 100))
    assert calls == [1, 2, 1]
    assert any(path.name.startswith("ideal-points-") for path in cache.folder().iterdir())
