"""Find a state by any code or usual name.

Texts are compared without case, accents, punctuation and "the", and with a few short forms written
out ("St.", "Rep."). Where the same letters could mean two states, the order of trust is: key, ISO
alpha-3, name, ISO alpha-2, COW letters, GW letters. So ``AUS`` is Australia, although COW writes it
for Austria, and ``SLV`` is El Salvador. ``MAC``, COW's letters for North Macedonia, is refused: it
is the ISO code of Macao, which is not a state. A number is a COW number; if COW has no such number
it is a GW number. The lists clash once: 970 is Nauru in COW and Kiribati in GW, so it is Nauru here
(`by_gw` reads GW numbers).
"""

from __future__ import annotations

import functools
import re
import unicodedata

from realpolitik.errors import NotInSystem, unknown
from realpolitik.states.table import State, successions, table

RESERVED_LETTERS = frozenset({"mac"})
LONGEST_NAME = 120
SHORT_FORMS = {"st": "saint", "rep": "republic", "dem": "democratic", "fed": "federated"}


def fold(text: str) -> str:
    """Reduce a name to what is compared.

    >>> fold("Côte d’Ivoire"), fold("The St. Kitts & Nevis")
    ('cote divoire', 'saint kitts and nevis')
    """
    plain = unicodedata.normalize("NFKD", text.replace("&", " and "))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()
    plain = re.sub("['’‘`´.\x92]", "", plain)
    words = re.sub(r"[\W_]+", " ", plain).split()
    if len(words) > 1:
        words = [SHORT_FORMS.get(word, word) for word in words if word != "the"]
    return " ".join(words)


@functools.cache
def by_name() -> dict[str, str]:
    """Folded names, keys and ISO alpha-3 codes, each with its state."""
    index: dict[str, str] = {}
    states = table().values()
    for state in states:
        index[fold(state.code)] = state.code
    for state in states:
        for alias in state.aliases:
            if alias.kind == "iso3":
                index.setdefault(fold(alias.text), state.code)
    for state in states:
        index.setdefault(fold(state.name), state.code)
        for alias in state.aliases:
            if alias.kind in ("usual", "historic", "part"):
                index.setdefault(fold(alias.text), state.code)
    return index


@functools.cache
def by_text() -> dict[str, str]:
    """All that `find` accepts as text: `by_name` plus ISO alpha-2, COW and GW letters."""
    index = dict(by_name())
    states = table().values()
    for state in states:
        if state.iso2:
            index.setdefault(fold(state.iso2), state.code)
    for state in states:
        for alias in state.aliases:
            if alias.kind == "iso2":
                index.setdefault(fold(alias.text), state.code)
    for which in ("cow", "gw"):
        for state in states:
            for spell in state.spells:
                letters = fold(spell.letters)
                if spell.list == which and letters not in RESERVED_LETTERS:
                    index.setdefault(letters, state.code)
    return index


@functools.cache
def numbers(which: str) -> dict[int, str]:
    """Every number of one list (``cow`` or ``gw``) since 1946; no number has meant two states."""
    return {
        spell.number: state.code
        for state in table().values()
        for spell in state.spells
        if spell.list == which
    }


def find(text: str | int, at: int | None = None) -> State:
    """Return the state that a code, number or usual name means.

    Parameters
    ----------
    text : str or int
        ISO code, COW or GW number or letters, or any usual or former name, in any case.
    at : int, optional
        A year in which the state must be in the system.

    Raises
    ------
    UnknownName
        If nothing is called that; the message lists the nearest names.
    NotInSystem
        If the state was not in the system at `at`; the message says when it entered or left.

    Examples
    --------
    >>> find("ceylon").code, find(2).code, find("TÜRKİYE").code, find("na").code
    ('LKA', 'USA', 'TUR', 'NAM')
    >>> find("Bangladesh", at=1960)
    Traceback (most recent call last):
        ...
    realpolitik.errors.NotInSystem: Bangladesh (BGD) entered the state system on 1971-12-16 and
    was not in it in 1960; before that see Pakistan (PAK).
    """
    state = table()[_code(text)]
    if at is not None and not state.exists(at):
        raise _outside(state, at)
    return state


def find_within(text: str | int, start: int, end: int) -> State:
    """Return the state that a code, number or name means, if it was in the system in these years.

    Parameters
    ----------
    text : str or int
        As in `find`.
    start, end : int
        First and last year; the state must have been in the system in at least one of them.

    Raises
    ------
    UnknownName
        If nothing is called that.
    NotInSystem
        If the state entered after `end` or left before `start`.

    Examples
    --------
    >>> find_within("Bangladesh", 1960, 2000).code
    'BGD'
    >>> find_within("Bangladesh", 1950, 1960)
    Traceback (most recent call last):
        ...
    realpolitik.errors.NotInSystem: Bangladesh (BGD) entered the state system on 1971-12-16 and
    was not in it in 1960; before that see Pakistan (PAK).
    """
    state = table()[_code(text)]
    if not any(state.exists(year) for year in range(start, end + 1)):
        raise _outside(state, end if state.entry.year > end else start)
    return state


def get(code: str) -> State:
    """Return the state with exactly this key.

    Raises
    ------
    UnknownName
        If there is no such key.
    """
    try:
        return table()[code]
    except KeyError:
        raise unknown("state key", str(code)[:LONGEST_NAME], table()) from None


def match_name(name: str) -> str | None:
    """Key of the state with this name, key or ISO alpha-3 code, or None if there is none.

    For columns of names in providers' files: two-letter codes and the letters of the COW and GW
    lists are not tried, because they collide with ordinary words.

    >>> match_name("Yemen, Rep."), match_name("Asia"), match_name("in")
    ('YEM', None, None)
    """
    return by_name().get(fold(name)) if len(name) <= LONGEST_NAME else None


def by_cow(number: int, year: int) -> str | None:
    """Key of the state with this COW number, or None if it was not in the system that year.

    A number holds for all years of its state: 255 and 260 are both DEU throughout.

    >>> by_cow(255, 1990), by_cow(771, 1970), by_cow(970, 2000)
    ('DEU', None, 'NRU')
    """
    return _in_year(numbers("cow").get(number), year)


def by_gw(number: int, year: int) -> str | None:
    """Key of the state with this GW number, or None if it was not in the system that year.

    >>> by_gw(260, 2000), by_gw(970, 2000)
    ('DEU', 'KIR')
    """
    return _in_year(numbers("gw").get(number), year)


def _in_year(code: str | None, year: int) -> str | None:
    return code if code is not None and table()[code].exists(year) else None


def _code(text: str | int) -> str:
    shown = str(text)[:LONGEST_NAME].strip()
    if re.fullmatch(r"[0-9]{1,4}", shown):
        code = numbers("cow").get(int(shown)) or numbers("gw").get(int(shown))
    else:
        code = by_text().get(fold(shown))
    if code is None:
        raise unknown("state", shown, _offered())
    return code


@functools.cache
def _offered() -> tuple[str, ...]:
    names = [state.name for state in table().values()]
    former = [
        alias.text
        for state in table().values()
        for alias in state.aliases
        if alias.kind in ("historic", "usual") and not set(alias.text) & set(",(/")
    ]
    return (*names, *table(), *former)


def _outside(state: State, year: int) -> NotInSystem:
    """Build the error that says when the state entered or left, and who came before or after."""
    label = f"{state.name} ({state.code})"
    early = year < state.entry.year
    others = [
        change.predecessor if early else change.successor
        for change in successions()
        if state.code == (change.successor if early else change.predecessor)
    ]
    named = [f"{table()[code].name_at(year)} ({code})" for code in others if code != state.code]
    advice = f"; {'before' if early else 'after'} that see {' and '.join(named)}" if named else ""
    if early:
        moved = f"entered the state system on {state.entry} and was not in it in {year}"
    else:
        moved = f"left the state system on {state.exit}, before {year}"
    return NotInSystem(f"{label} {moved}{advice}.")
