"""Tables that join a provider's codes to the keys of states, by year."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Literal

from realpolitik.errors import unknown
from realpolitik.states.lookup import numbers
from realpolitik.states.table import FIRST_YEAR, LAST_YEAR, State, all_states

if TYPE_CHECKING:
    import polars as pl

SCHEMES = ("cow", "gw", "iso2", "iso3")
Scheme = Literal["cow", "gw", "iso2", "iso3"]
DATED_CODES = frozenset({"CS"})


@functools.cache
def crosswalk(scheme: Scheme) -> pl.DataFrame:
    """Codes of one scheme by year, one row for each year in which the state is in the system.

    A code holds for all years of its state, also years in which another code was in use, so that a
    file coded throughout with the last number (255 for Germany in 1960) or with a withdrawn code
    (SUN) still joins. The ISO alpha-2 code CS, used twice, holds for Czechoslovakia to 1992 and for
    Serbia and Montenegro from 2003 to 2006. A file that uses two codes of one state in the same
    year gives two rows for that state: the reader of that file has to settle them.

    Returns
    -------
    pl.DataFrame
        Columns: the scheme (Int64 for numbers, String for ISO codes), ``year`` (Int64, 1946 to
        2025), ``state`` (String); sorted, and each code and year occurs once.

    Raises
    ------
    UnknownName
        If there is no such scheme.

    Examples
    --------
    >>> crosswalk("gw").filter(gw=340, year=2010)["state"].to_list()
    ['SRB']
    """
    import polars as pl

    if scheme not in SCHEMES:
        raise unknown("scheme of codes", str(scheme), SCHEMES)
    rows = [
        (code, year, state.code)
        for state in all_states()
        for code, first, last in _codes(state, scheme)
        for year in range(first, last + 1)
        if state.exists(year)
    ]
    kind = pl.Int64 if scheme in ("cow", "gw") else pl.String
    schema = {scheme: kind, "year": pl.Int64, "state": pl.String}
    return pl.DataFrame(sorted(rows), schema=schema, orient="row")


def _codes(state: State, scheme: str) -> list[tuple[int | str, int, int]]:
    """Codes of a state, each with the first and the last year for which it is taken."""
    if scheme in ("cow", "gw"):
        held = numbers(scheme).items()
        return [(number, FIRST_YEAR, LAST_YEAR) for number, code in held if code == state.code]
    present = state.iso2 if scheme == "iso2" else state.iso3
    codes: list[tuple[int | str, int, int]] = []
    if present:
        codes.append((present, FIRST_YEAR, LAST_YEAR))
    for alias in state.aliases:
        if alias.kind != scheme:
            continue
        if alias.text in DATED_CODES and alias.start and alias.end:
            codes.append((alias.text, alias.start.year, alias.end.year))
        else:
            codes.append((alias.text, FIRST_YEAR, LAST_YEAR))
    return codes
