"""Who is who: the states since 1946, their codes, names, dates and successions."""

from __future__ import annotations

from realpolitik.states.crosswalk import crosswalk
from realpolitik.states.lookup import by_cow, by_gw, find, find_within, get, match_name
from realpolitik.states.table import (
    FIRST_YEAR,
    LAST_YEAR,
    Alias,
    Seat,
    Spell,
    State,
    Succession,
    all_states,
    members,
    seats,
    successions,
)

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "Alias",
    "Seat",
    "Spell",
    "State",
    "Succession",
    "all_states",
    "by_cow",
    "by_gw",
    "crosswalk",
    "find",
    "find_within",
    "get",
    "match_name",
    "members",
    "seats",
    "successions",
]
