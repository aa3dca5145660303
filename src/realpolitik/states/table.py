"""The state system since 1946, as read from the tables of this folder.

Two lists say who belongs: the Correlates of War list (COW, to 2016) and that of Gleditsch and Ward
(GW, to 2020). They differ on dates and on microstates. The rule here is the union: a state is in
the system on every day on which either list counts it, so `entry` is the earlier start and `exit`
the later end. A spell that runs to the end of its list is carried forward: it has no end.
`spells` keeps both lists apart. Both lists start in 1816, so an entry on 1816-01-01 means "then or
earlier".

One key stands for one member through its changes of name. RUS is also the Soviet Union; DEU also
the Federal Republic (COW 260 to 1990, 255 after; GW 260); SRB also Yugoslavia and Serbia and
Montenegro, because COW keeps the number 345 throughout (GW 345, then 340); YEM also the Yemen Arab
Republic (COW 678 to 1990, 679 after; GW 678); VNM also North Vietnam; PAK includes its eastern
part to 1971.

Kept by hand: `codes.csv` (concordance), `names.csv`, `successions.csv`, `seats.csv` and
`capital_corrections.csv` (places that the source puts far from the city). Compiled from the files
that `inputs.csv` records with hash and citation: `states.csv` and `spells.csv`. A capital is named
where the source names it, which is not a judgement on disputed status.

References
----------
Correlates of War Project (2017), State System Membership List, v2016.
Gleditsch and Ward (1999), "A revised list of independent states since the congress of Vienna".
ISO 3166-1:2020 and ISO 3166-3:2020 (present and withdrawn codes).
"""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Literal

from realpolitik.errors import PeriodError

FIRST_YEAR = 1946
LAST_YEAR = 2025

Kind = Literal["usual", "historic", "part", "iso2", "iso3"]


@dataclass(frozen=True, slots=True)
class Spell:
    """Membership in one list, from its first to its last day; `end` is None if it still runs."""

    list: Literal["cow", "gw"]
    number: int
    letters: str
    start: date
    end: date | None


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name or an old code.

    `kind` is ``usual`` (in use for the state at some time, undated), ``historic`` (its name from
    `start` until the day `end`, when it was replaced), ``part`` (a part of the state), ``iso2`` or
    ``iso3`` (a withdrawn ISO 3166 code).
    """

    text: str
    kind: Kind
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class State:
    """One member of the state system.

    Attributes
    ----------
    code : str
        The key used everywhere in the package.
    name : str
        Present usual name, or the last one.
    iso3, iso2 : str or None
        ISO 3166 codes (XKX and XK, in wide use for Kosovo, are user-assigned).
    iso_numeric : str or None
        Three digits. Not accepted by `find`, where numbers are COW or GW numbers.
    cow, gw : int or None
        Last number in each list; `spells` holds them all.
    microstate : bool
        Whether Gleditsch and Ward list it as a microstate.
    entry, exit : date
        First and last day in the system; `exit` is None for a present member.
    capital : str
        Present or last capital.
    latitude, longitude : float
        Of the capital, degrees north and east.
    spells : tuple of Spell
    aliases : tuple of Alias
    """

    code: str
    name: str
    iso3: str | None
    iso2: str | None
    iso_numeric: str | None
    cow: int | None
    gw: int | None
    microstate: bool
    entry: date
    exit: date | None
    capital: str
    latitude: float
    longitude: float
    spells: tuple[Spell, ...]
    aliases: tuple[Alias, ...]

    def exists(self, year: int) -> bool:
        """Whether the state was in the system on at least one day of the year."""
        return self.entry.year <= year and (self.exit is None or year <= self.exit.year)

    def name_at(self, year: int) -> str:
        """Name in use at the end of the year.

        >>> from realpolitik import states
        >>> states.get("LKA").name_at(1960), states.get("LKA").name_at(1990)
        ('Ceylon', 'Sri Lanka')
        """
        day = date(min(max(year, date.min.year), date.max.year), 12, 31)
        for alias in self.aliases:
            begun = alias.start is None or alias.start <= day
            if alias.kind == "historic" and begun and (alias.end is None or day < alias.end):
                return alias.text
        return self.name


@dataclass(frozen=True, slots=True)
class Succession:
    """A change among members: `kind` is absorbed, continued, renamed, separated or united."""

    date: date
    kind: str
    predecessor: str
    successor: str
    note: str


@dataclass(frozen=True, slots=True)
class Seat:
    """Who held a contested or inherited seat, from its first to its last day (None: to now)."""

    organisation: str
    seat: str
    state: str
    start: date
    end: date | None
    note: str


def _rows(name: str) -> list[dict[str, str]]:
    text = (resources.files(__package__) / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _last(numbers: str) -> int | None:
    return int(numbers.split()[-1]) if numbers else None


@functools.cache
def table() -> dict[str, State]:
    """Every state by key, in the order of the COW and GW numbers."""
    spells: dict[str, list[Spell]] = {}
    for row in _rows("spells.csv"):
        start = date.fromisoformat(row["start"])
        which: Literal["cow", "gw"] = "cow" if row["list"] == "cow" else "gw"
        spell = Spell(which, int(row["number"]), row["letters"], start, _day(row["end"]))
        spells.setdefault(row["state"], []).append(spell)
    aliases: dict[str, list[Alias]] = {}
    for row in _rows("names.csv"):
        kind: Kind = row["kind"]  # type: ignore[assignment]
        alias = Alias(row["name"], kind, _day(row["start"]), _day(row["end"]))
        aliases.setdefault(row["state"], []).append(alias)
    return {
        row["code"]: _state(row, spells[row["code"]], aliases.get(row["code"], []))
        for row in _rows("states.csv")
    }


def _state(row: dict[str, str], spells: list[Spell], aliases: list[Alias]) -> State:
    return State(
        code=row["code"],
        name=row["name"],
        iso3=row["iso3"] or None,
        iso2=row["iso2"] or None,
        iso_numeric=row["iso_numeric"] or None,
        cow=_last(row["cow"]),
        gw=_last(row["gw"]),
        microstate=row["microstate"] == "1",
        entry=date.fromisoformat(row["entry"]),
        exit=_day(row["exit"]),
        capital=row["capital"],
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        spells=tuple(spells),
        aliases=tuple(aliases),
    )


def all_states() -> tuple[State, ...]:
    """Every member since 1946, microstates included, in the order of the COW and GW numbers."""
    return tuple(table().values())


def members(year: int) -> tuple[str, ...]:
    """Keys of the states in the system on at least one day of the year, sorted.

    Raises
    ------
    PeriodError
        For a year before 1946, where the table does not begin.
    """
    if year < FIRST_YEAR:
        msg = f"the state system is tabled from {FIRST_YEAR}, not for {year}: ask for a later year"
        raise PeriodError(msg)
    return tuple(sorted(state.code for state in all_states() if state.exists(year)))


@functools.cache
def successions() -> tuple[Succession, ...]:
    """Unions, separations, changes of name and continuations since 1946, by date.

    Only changes between members are listed; independence from a colonial power is an entry.
    Where the lists date an entry by a declaration of independence, the succession keeps the date
    of the change itself.
    """
    return tuple(
        Succession(
            date.fromisoformat(row["date"]),
            row["kind"],
            row["predecessor"],
            row["successor"],
            row["note"],
        )
        for row in _rows("successions.csv")
    )


@functools.cache
def seats() -> tuple[Seat, ...]:
    """Seats in the United Nations that changed hands or were inherited, by start.

    >>> [seat.state for seat in seats() if seat.seat == "China"]
    ['CHN', 'TWN', 'CHN']
    """
    rows = sorted(_rows("seats.csv"), key=lambda row: row["start"])
    return tuple(
        Seat(
            row["organisation"],
            row["seat"],
            row["state"],
            date.fromisoformat(row["start"]),
            _day(row["end"]),
            row["note"],
        )
        for row in rows
    )
