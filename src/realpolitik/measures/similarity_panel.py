"""Similarity of pledges and of UN votes from the panel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import norm

from realpolitik.measures import contingency, similarity
from realpolitik.measures.tidy import (
    cube,
    dyad_rows,
    matrix,
    members,
    present,
    yearly,
    years_of,
)
from realpolitik.panel import Panel

Array = NDArray[np.float64]

LEVEL = 0.9
LEAST_VOTES = 10  # roll calls a pair must share, as for the panel's `un_agreement`
PLEDGES = ("atop_defense", "atop_offense", "atop_neutral", "atop_nonagg", "atop_consul")
OWN_PLEDGE = 3.0  # a state is pledged to its own defence (Signorino & Ritter 1999)


def pledge_codes(panel: Panel, years: Sequence[int], states: Sequence[str]) -> Array:
    """Pledge of each state to each state, itself included: ndarray (T, N, N), 0 to 3.

    NaN where either state is not in the system or the year lies outside ATOP.
    """
    flags = [cube(yearly(panel), name, years, states) for name in PLEDGES]
    codes = similarity.pledge_code(*flags)
    there = present(panel.states, years, states)
    covered = np.asarray(~np.isnan(codes).all(axis=(1, 2)))
    own = np.where(there & covered[:, None], OWN_PLEDGE, np.nan)
    diagonal = np.arange(len(states))
    codes[:, diagonal, diagonal] = own
    return codes


def vote_codes(
    panel: Panel, years: Sequence[int], states: Sequence[str]
) -> Iterator[tuple[int, Array]]:
    """Position of a year and its votes, ndarray (N, roll calls): 1 yes, 2 abstain, 3 no."""
    place = {state: number for number, state in enumerate(states)}
    votes = panel.votes().filter(pl.col("state").is_in(list(states)))
    for (year,), rows in votes.partition_by("year", as_dict=True).items():
        calls, column = np.unique(rows["rcid"].to_numpy(), return_inverse=True)
        codes = np.full((len(states), len(calls)), np.nan)
        row = [place[state] for state in rows["state"].to_list()]
        codes[row, column] = rows["vote"].to_numpy()
        yield years.index(year), codes


def _indices(who: similarity.Profiles) -> dict[str, tuple[Array, Array]]:
    """Value and standard error of each index for all pairs."""
    tables = contingency.joint_tables(who)
    levels = who.levels
    return {
        "s_absolute": contingency.s_score(tables, levels, 1),
        "s_squared": contingency.s_score(tables, levels, 2),
        "kappa": contingency.chance_corrected(tables, levels, 2, "cohen"),
        "pi": contingency.chance_corrected(tables, levels, 2, "scott"),
        "tau_b": contingency.tau_b(tables),
    }


Stack = dict[str, dict[str, Array]]


def _of_pledges(panel: Panel, years: list[int], chosen: list[str]) -> tuple[Stack, Array]:
    """Compute indices (T, n, n) of the chosen states' pledges to all the panel, and items."""
    everyone = members(panel, ())
    codes = pledge_codes(panel, years, everyone)
    weights = matrix(panel.states, "cinc", years, everyone)
    rows = [everyone.index(state) for state in chosen]
    shape = (len(years), len(chosen), len(chosen))
    items, found = np.zeros(shape), dict[str, dict[str, Array]]()
    for t in range(len(years)):
        who = similarity.profiles(codes[t, rows], similarity.PLEDGE_LEVELS)
        items[t] = who.known @ who.known.T
        values = {name: pair[0] for name, pair in _indices(who).items()}
        values["s_weighted"] = similarity.s_score(who, weights=weights[t])
        for name, value in values.items():
            found.setdefault(name, {"value": np.full(shape, np.nan)})["value"][t] = value
    return found, items


def _of_votes(panel: Panel, years: list[int], chosen: list[str]) -> tuple[Stack, Array]:
    """Compute indices (T, n, n) of the chosen states' votes, with bounds, and shared roll calls."""
    shape = (len(years), len(chosen), len(chosen))
    items, found = np.zeros(shape), dict[str, dict[str, Array]]()
    reach = norm.ppf(0.5 + LEVEL / 2)
    for t, codes in vote_codes(panel, years, chosen):
        who = similarity.profiles(codes, similarity.VOTE_LEVELS)
        items[t] = who.known @ who.known.T
        enough = items[t] >= LEAST_VOTES
        for name, (value, error) in _indices(who).items():
            blank = {key: np.full(shape, np.nan) for key in ("value", "lower", "upper")}
            group = found.setdefault(name, blank)
            group["value"][t] = np.where(enough, value, np.nan)
            group["lower"][t] = np.where(enough, np.maximum(value - reach * error, -1.0), np.nan)
            group["upper"][t] = np.where(enough, np.minimum(value + reach * error, 1.0), np.nan)
    return found, items


def measure(panel: Panel, states: Sequence[str] = ()) -> pl.DataFrame:
    """Similarity of the profiles of every two states named, by year.

    `profile` says what is compared: `pledges` to all states of the panel (ATOP code 0 to 3, own
    defence 3; `s_weighted` weighs each by its CINC) or `votes` on all roll calls of the year.
    Votes carry a 90% interval that treats roll calls as a sample; pledges are complete and carry
    none. One state named: that state with every other; none: all pairs of the panel.

    Parameters
    ----------
    panel : Panel
    states : sequence of str
        Members of the panel.

    Returns
    -------
    pl.DataFrame
        `step`, `source`, `target`, `profile`, `index`, `value`, `lower`, `upper`, `items`,
        `interval`, `unit`, `provider`; a pair has one row, in the order of the states.
    """
    named = members(panel, states)
    chosen = (
        named if len(states) != 1 else [*named, *(s for s in members(panel, ()) if s != named[0])]
    )
    years = years_of(panel)
    there = present(panel.states, years, chosen)
    where = there[:, :, None] & there[:, None, :] & np.triu(np.ones((len(chosen),) * 2, bool), 1)
    if len(states) == 1:
        where[:, 1:] = False
    frames = []
    for profile, provider, (found, items) in (
        ("pledges", "atop", _of_pledges(panel, years, chosen)),
        ("votes", "un_votes", _of_votes(panel, years, chosen)),
    ):
        for name, numbers in found.items():
            bounded = "lower" in numbers
            rows = dyad_rows(
                where,
                years,
                chosen,
                {**numbers, "items": items},
                profile=profile,
                index=name,
                interval="90% interval over roll calls" if bounded else None,
                unit="-1 to 1",
                provider="atop, cow_nmc" if name == "s_weighted" else provider,
            )
            frames.append(rows.with_columns(pl.col("items").cast(pl.Int32)))
    order = ("step", "source", "target", "profile", "index", "value", "lower", "upper", "items")
    return pl.concat(frames).select(*order, "interval", "unit", "provider")
