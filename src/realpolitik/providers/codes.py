"""The crosswalks a conversion can ask for, by scheme."""

from __future__ import annotations

import functools

import polars as pl

from realpolitik import states

WITHDRAWN_NUMBERS = {
    230: "ETH",
    280: "DEU",
    736: "SDN",
    810: "RUS",
    886: "YEM",
    890: "SRB",
    891: "SRB",
}
"""UN M49 numbers withdrawn when the state's territory changed."""


@functools.cache
def code_table(scheme: str) -> pl.DataFrame:
    """Return code, `year`, `state` for one scheme.

    Parameters
    ----------
    scheme : {"cow", "gw", "iso2", "iso3", "letters", "numeric"}
        COW or Gleditsch-Ward numbers, ISO 3166 codes, COW letters, ISO numeric.
    """
    if scheme == "letters":
        return _expand(
            {
                spell.letters: state.code
                for state in states.all_states()
                for spell in state.spells
                if spell.list == "cow"
            },
            scheme,
        )
    if scheme == "numeric":
        present = {int(s.iso_numeric): s.code for s in states.all_states() if s.iso_numeric}
        return _expand({**WITHDRAWN_NUMBERS, **present}, scheme)
    if scheme == "cow":
        return states.crosswalk("cow")
    if scheme == "gw":
        return states.crosswalk("gw")
    return states.crosswalk("iso2" if scheme == "iso2" else "iso3")


def _expand(codes: dict[str, str] | dict[int, str], name: str) -> pl.DataFrame:
    rows = [
        (code, year, state)
        for code, state in codes.items()
        for year in range(states.FIRST_YEAR, states.LAST_YEAR + 1)
        if states.get(state).exists(year)
    ]
    kind = pl.String if name == "letters" else pl.Int64
    schema = {name: kind, "year": pl.Int64, "state": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")
