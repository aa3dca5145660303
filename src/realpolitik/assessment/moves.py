"""Why the relation moved: the moves to tell, each split into layers by one theory."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from realpolitik.evaluation.accounts import Account, account_of
from realpolitik.inference.binding import COMPONENTS, SHARE
from realpolitik.report.record import Request
from realpolitik.report.theory_record import Binding, Layer, LeaderGap, SplitMove, Why

MOST = 3
"""Largest moves told, besides that into the last year."""
SURE = 0.9
"""Probability of the sign from which a measured move may be one of the largest."""
BAND = 1.645

Changes = Callable[[str, str], pl.DataFrame]
"""Gives `step, change, change_sd, prob_up` of a source and a target."""


def why(request: Request, changes: Changes, region: str, theory: str) -> Why:
    """Split the moves of both directions by a theory that is in store."""
    one, other = request.source.code, request.target.code
    moves: list[SplitMove] = []
    binding: list[Binding] = []
    leaders: list[LeaderGap] = []
    for source, target in ((one, other), (other, one)):
        account = account_of(region, theory, source, target, seed=request.seed)
        shown = shown_years(account, request)
        moves += split_moves(account, chosen(changes(source, target), shown))
        binding.append(_binding(account, shown))
        leaders += _leaders(account)
    return Why(None, theory, SHARE, tuple(moves), tuple(binding), tuple(leaders))


def shown_years(account: Account, request: Request) -> list[int]:
    """Return the years asked for into which a theory can split a move."""
    both, years = account.drawn.both_members, account.given.years
    moved = years[1:][both[1:] & both[:-1]]
    last = min(account.last, request.end)
    return [int(year) for year in moved if request.start <= year <= last]


def chosen(changes: pl.DataFrame, years: list[int]) -> pl.DataFrame:
    """Keep the last of the years and the `MOST` largest measured moves of sure sign.

    Parameters
    ----------
    changes : pl.DataFrame
        `step, change, change_sd, prob_up`.
    years : list of int

    Returns
    -------
    pl.DataFrame
        In order of time, with `sign`, the probability of the likelier sign, `latest` and `largest`.

    Examples
    --------
    >>> moves = pl.DataFrame(
    ...     {"step": [1, 2, 3], "change": [0.1, -0.9, 0.2], "prob_up": [0.95, 0.01, 0.6]}
    ... )
    >>> chosen(moves, [1, 2, 3])["step"].to_list()
    [1, 2, 3]
    >>> chosen(moves, [1, 2, 3]).select("latest", "largest").rows()
    [(False, True), (False, True), (True, False)]
    """
    known = changes.with_columns(pl.col("change", "prob_up").fill_nan(None)).drop_nulls("change")
    known = known.filter(pl.col("step").is_in(years)).with_columns(
        sign=pl.max_horizontal("prob_up", 1.0 - pl.col("prob_up"))
    )
    size = pl.col("change").abs()
    largest = known.filter(pl.col("sign") >= SURE).sort(size, descending=True)["step"][:MOST]
    return known.with_columns(
        latest=pl.col("step") == pl.col("step").max(),
        largest=pl.col("step").is_in(largest.to_list()),
    ).filter(pl.col("latest") | pl.col("largest"))


def split_moves(account: Account, moves: pl.DataFrame) -> list[SplitMove]:
    """Split each of the chosen moves."""
    return [_split(account, row) for row in moves.iter_rows(named=True)]


def _split(account: Account, row: dict[str, float]) -> SplitMove:
    found = account.at(int(row["step"])).layers()
    parts = zip(found.layer, found.contribution, found.lower, found.upper, strict=True)
    return SplitMove(
        source=account.source,
        target=account.target,
        year=int(row["step"]),
        latest=bool(row["latest"]),
        largest=bool(row["largest"]),
        measured=row["change"],
        measured_lower=row["change"] - BAND * row["change_sd"],
        measured_upper=row["change"] + BAND * row["change_sd"],
        sign=row["sign"],
        move=found.move,
        lower=found.move_lower,
        upper=found.move_upper,
        layers=tuple(Layer(name, float(m), float(lo), float(hi)) for name, m, lo, hi in parts),
    )


def _binding(account: Account, years: list[int]) -> Binding:
    frame = account.table("binding", account.last)
    frame = frame.filter(pl.col("step").is_in(years)).with_columns(
        pl.col(*COMPONENTS).fill_nan(None)
    )
    return Binding(
        source=account.source,
        target=account.target,
        years=tuple(frame["step"].to_list()),
        **{name: tuple(frame[name].to_list()) for name in COMPONENTS},
    )


def _leaders(account: Account) -> list[LeaderGap]:
    frame = account.table("leaders", account.last)
    return [
        LeaderGap(
            source=account.source,
            target=account.target,
            leader=row["leader"],
            first_year=row["from"],
            gap=row["gap"],
            lower=row["lower"],
            upper=row["upper"],
        )
        for row in frame.iter_rows(named=True)
        if np.isfinite(row["gap"])
    ]
