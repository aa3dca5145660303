"""Names of the indices, and where each is computed.

An index is a module with ``measure(panel, states, **options) -> pl.DataFrame``. To add one, add a
line to `MEASURES`.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from realpolitik.errors import RequestError, unknown

if TYPE_CHECKING:
    import polars as pl

    from realpolitik.panel import Panel


@dataclass(frozen=True, slots=True)
class Entry:
    """An index: `module` has the function `measure`; `subject` is what a row is about.

    `history` is the number of years before the first one asked for that the index looks back on.
    """

    module: str
    subject: str
    about: str
    history: int = 0


_HERE = "realpolitik.measures."

MEASURES: dict[str, Entry] = {
    "capabilities": Entry(_HERE + "capabilities", "state", "CINC, net resources, spending"),
    "concentration": Entry(_HERE + "concentration", "system", "CON, and who holds the top share"),
    "transition": Entry(_HERE + "transition", "pair", "Parity, overtaking, dissatisfaction"),
    "loss-of-strength": Entry(_HERE + "distance", "dyad", "Strength delivered at a distance"),
    "similarity": Entry(_HERE + "similarity_panel", "pair", "S, kappa, pi, tau-b: pledges, votes"),
    "balance": Entry(_HERE + "balance_panel", "region", "Balanced triads, frustration, chance"),
    "arms-race": Entry(_HERE + "arms_race", "pair", "Richardson's coefficients and stability"),
    "ideal-points": Entry(_HERE + "ideal_points.measure", "state", "Positions from UN votes"),
    "hedging": Entry(_HERE + "hedging", "state", "Hedging between rival patrons", history=4),
    "dependence": Entry(_HERE + "dependence", "dyad", "Trade, arms, aid, finance", history=4),
    "influence": Entry(_HERE + "influence", "dyad", "Great powers' shares", history=4),
    "overtaking": Entry(_HERE + "overtaking", "dyad", "Who passed whom in influence", history=4),
    "modes": Entry(_HERE + "modes", "dyad", "Inducement or coercion", history=4),
    "relevance": Entry(_HERE + "relevance", "dyad", "Who matters to whom", history=4),
    "alignment": Entry(_HERE + "alignment", "state", "Between two patrons", history=4),
    "reliability": Entry(_HERE + "reliability", "dyad", "Partners on one scale", history=4),
    "alignment-shifts": Entry(
        _HERE + "alignment_shifts", "state", "When a state moved between patrons", history=7
    ),
    "response": Entry(
        _HERE + "response_panel", "dyad", "Which policy option a position is nearest", history=9
    ),
    "resilience": Entry(_HERE + "resilience", "dyad", "Recovery from ruptures", history=77),
    "words-and-deeds": Entry(_HERE + "words_deeds", "dyad", "Verbal, material, give and take"),
    "clarity": Entry(_HERE + "clarity", "dyad", "Of the signals a state gets", history=10),
    "violence": Entry(_HERE + "violence", "state", "Deaths, refugees, spill-over", history=34),
    "threat": Entry(_HERE + "threat", "dyad", "Power, nearness, offence, intent", history=5),
}


def names() -> list[str]:
    """Names of all indices, in alphabetical order."""
    return sorted(MEASURES)


def listing() -> pl.DataFrame:
    """One row for each index: `index`, `subject` (what a row is about), `about`."""
    import polars as pl

    return pl.DataFrame(
        [(name, MEASURES[name].subject, MEASURES[name].about) for name in names()],
        schema=["index", "subject", "about"],
        orient="row",
    )


def entry(name: str) -> Entry:
    """Return the entry of an index.

    Raises
    ------
    UnknownName
        If no index is called that; the message lists the nearest.
    """
    key = name.strip().casefold().replace("_", "-")
    if key not in MEASURES:
        raise unknown("index", name[:80], names())
    return MEASURES[key]


def options(name: str) -> set[str]:
    """Names of the options an index takes beside the panel and the states.

    >>> "seed" in options("balance"), options("similarity")
    (True, set())
    """
    module = importlib.import_module(entry(name).module)
    return set(inspect.signature(module.measure).parameters) - {"panel", "states"}


def compute(
    name: str, panel: Panel, states: Iterable[str | int] = (), **options: Any
) -> pl.DataFrame:
    """Compute an index by name.

    Parameters
    ----------
    name : str
        One of `names`.
    panel : Panel
        Gives period, region and what was known.
    states : iterable of str or int
        Codes, numbers or usual names; all states of the panel, where the index allows, if empty.
    **options
        Passed to the index.

    Returns
    -------
    pl.DataFrame
        Tidy rows, with unit and, where there is one, an interval.

    Raises
    ------
    UnknownName
        If there is no such index or state.
    NotInSystem
        If a state was not in the system in any year of the panel.
    RequestError
        If a state is named twice.
    """
    module = importlib.import_module(entry(name).module)
    result: pl.DataFrame = module.measure(panel, _codes(panel, states), **options)
    return result


def _codes(panel: Panel, states: Iterable[str | int]) -> list[str]:
    from realpolitik.states import find_within
    from realpolitik.timeline import year_of

    start, end = year_of(panel.start), year_of(panel.end)
    codes = [find_within(state, start, end).code for state in states]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        msg = f"{', '.join(twice)} is named twice: name two different states, or one only once"
        raise RequestError(msg)
    return codes


class Indices:
    """Indices as functions: ``measure("similarity", panel)`` or ``measure.similarity(panel)``.

    ``measure.relation(panel)`` is the measured relation, a record with tables.
    """

    def __call__(
        self, name: str, panel: Panel, states: Iterable[str | int] = (), **options: Any
    ) -> pl.DataFrame:
        """Compute an index by name: see `compute`."""
        return compute(name, panel, states, **options)

    def __getattr__(self, name: str) -> Any:
        if name == "relation":
            return importlib.import_module(_HERE + "relation").relation
        if name.startswith("_") or name.replace("_", "-") not in MEASURES:
            raise AttributeError(name)

        def run(panel: Panel, states: Iterable[str | int] = (), **options: Any) -> pl.DataFrame:
            return compute(name, panel, states, **options)

        run.__name__ = name
        run.__doc__ = importlib.import_module(entry(name).module).measure.__doc__
        return run

    def __dir__(self) -> list[str]:
        return ["relation", *(name.replace("-", "_") for name in names())]


measure = Indices()
