"""Who an actor is: countries, roles, and leaders by their days in office."""

from __future__ import annotations

import functools
import re
from datetime import date

from realpolitik import states
from realpolitik.providers.event_codes import COUNTRY_LETTERS, leaders, sectors
from realpolitik.states.lookup import fold

NUMBER = re.compile(r"[0-9]+")
PAREN = re.compile(r"^(.*)\(([^()]+)\)\s*$")
LEAST_WORDS, MOST_WORDS = 2, 6
"""A person's name has this many words; a single word is a country, a group or a place."""
SHORTEST_WORD = 3
"""Shorter words of a leader's name are initials and particles and identify nobody."""


@functools.cache
def _iso3() -> dict[tuple[str, int], str]:
    table = states.crosswalk("iso3")
    return {(code, year): state for code, year, state in table.iter_rows()}


def states_of(cell: str | None, scheme: str, year: int) -> tuple[str, ...]:
    """States that the cell of an event file names, as far as they were in the system that year.

    Parameters
    ----------
    cell : str or None
    scheme : {"name", "iso3", "cow"}
        A name; CAMEO's three letters, of which the first three of a longer code name the country;
        or COW numbers, several in one cell.
    year : int

    Examples
    --------
    >>> states_of("ROMGOV", "iso3", 2014), states_of("2; 365", "cow", 2020)
    (('ROU',), ('USA', 'RUS'))
    """
    if not cell:
        return ()
    if scheme == "cow":
        found = (states.by_cow(int(n), year) for n in dict.fromkeys(NUMBER.findall(cell)))
        return tuple(dict.fromkeys(state for state in found if state))
    if scheme == "iso3":
        letters = cell[:3]
        state = _iso3().get((COUNTRY_LETTERS.get(letters, letters), year))
        return (state,) if state else ()
    key = states.match_name(cell)
    return (key,) if key and states.get(key).exists(year) else ()


def roles_of(code: str) -> tuple[str, ...]:
    """Sectors of a CAMEO actor code: the roles after its country letters.

    >>> roles_of("PAKMIL"), roles_of("PAK"), roles_of("AFGINSTAL")
    (('military',), (), ('rebels',))
    """
    known = sectors("gdelt")
    parts = [code[place : place + 3] for place in range(3, len(code), 3)]
    return tuple(dict.fromkeys(known[part] for part in parts if part in known))


def state_of_entity(entity: str, day: date) -> tuple[str, str] | None:
    """State of an actor known by name only, and how it was found.

    Tried in this order: ``country`` (the name is a state's), ``paren`` (a country in parentheses
    after a role, as in "Police (India)"), ``leader`` (all words of the name of a leader in office
    that day, in one state only).

    Parameters
    ----------
    entity : str
    day : date

    Returns
    -------
    tuple of str or None
        State and way; None where the name says nothing, which is missing and not an error.

    Examples
    --------
    >>> state_of_entity("Police (India)", date(2014, 3, 1))
    ('IND', 'paren')
    >>> state_of_entity("Barack Obama", date(2014, 3, 1))
    ('USA', 'leader')
    >>> state_of_entity("Barack Obama", date(2018, 3, 1))
    """
    inside = PAREN.match(entity)
    state = states.match_name(inside.group(2) if inside else entity)
    if state:
        way = "paren" if inside else "country"
        return (state, way) if states.get(state).exists(day.year) else None
    if inside:
        return None
    holders = {
        spell_state
        for spell_state, first, last in _holders(fold(entity))
        if first <= day <= last and states.get(spell_state).exists(day.year)
    }
    return (holders.pop(), "leader") if len(holders) == 1 else None


@functools.cache
def _holders(name: str) -> tuple[tuple[str, date, date], ...]:
    """Spells in office of every leader all of whose words are in this name."""
    words = frozenset(name.split())
    if not LEAST_WORDS <= len(words) <= MOST_WORDS:
        return ()
    return tuple(
        (state, first, last)
        for word in words
        for wanted, state, first, last in _by_word().get(word, ())
        if wanted <= words
    )


@functools.cache
def _by_word() -> dict[str, list[tuple[frozenset[str], str, date, date]]]:
    """Leaders under the longest word of their name."""
    index: dict[str, list[tuple[frozenset[str], str, date, date]]] = {}
    for spell in leaders():
        words = frozenset(w for w in fold(spell.leader).split() if len(w) >= SHORTEST_WORD)
        if words:
            key = max(words, key=lambda word: (len(word), word))
            index.setdefault(key, []).append((words, spell.state, spell.first, spell.last))
    return index
