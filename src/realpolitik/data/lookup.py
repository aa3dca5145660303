"""One value of one state, for files that name a variable and a year."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import date

import polars.selectors as cs

from realpolitik.data.load import load_panel, system_states


def state_value(
    variable: str, state: str, year: int, as_of: str | date | None = None
) -> float | None:
    """Look up one value of a state in the embedded panel; None where it is missing.

    Parameters
    ----------
    variable, state : str
        A numeric variable of the panel and the code of any member of the state system.
    year : int
    as_of : str or date, optional
        Only what was known at the end of this year or month.

    Raises
    ------
    PeriodError
        If the panel does not hold the year.

    Examples
    --------
    >>> round(state_value("cinc", "CHN", 2012), 3)
    0.22
    >>> state_value("cinc", "CHN", 2012, as_of="2013") is None
    True
    """
    return _of_year(year, as_of).get((variable, state))


@functools.cache
def _of_year(year: int, as_of: str | date | None) -> Mapping[tuple[str, str], float]:
    rows = system_states(load_panel(start=year, end=year, as_of=as_of))
    long = rows.unpivot(cs.numeric().exclude("year"), index="state").drop_nulls()
    return {(variable, state): float(value) for state, variable, value in long.iter_rows()}
