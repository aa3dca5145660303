"""Checks of a panel: each looks for one fault and lists the rows that have it, with the fix."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from realpolitik import states
from realpolitik.errors import PanelError
from realpolitik.panel.record import Panel
from realpolitik.panel.variables import Variable, variables

SHOWN = 5
TOLERANCE = 1e-9
"""Largest difference of an undirected value in the two directions: rounding of one division."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a panel.

    Attributes
    ----------
    check : str
        Name of the check.
    table : {"states", "dyads"}
    rows : pl.DataFrame
        Every offending row: its keys and, where it matters, the value.
    problem, fix : str
        What is wrong, and what to do.
    """

    check: str
    table: str
    rows: pl.DataFrame
    problem: str
    fix: str

    def __str__(self) -> str:
        shown = ", ".join(_tuple(row) for row in self.rows.head(SHOWN).rows())
        more = ", ..." if self.rows.height > SHOWN else ""
        return f"{self.problem}: {shown}{more}. {self.fix}"


@dataclass(frozen=True, slots=True)
class _Side:
    """One table of a panel, its keys and the columns that hold states."""

    name: str
    frame: pl.DataFrame
    keys: list[str]
    parties: list[str]
    time: str

    @property
    def year(self) -> pl.Expr:
        return pl.col("month").dt.year() if self.time == "month" else pl.col("year")


Check = Callable[[_Side, Panel], Iterator[Finding]]


def _tuple(row: tuple[object, ...]) -> str:
    return f"({', '.join(str(cell) for cell in row)})"


def _sides(panel: Panel) -> tuple[_Side, _Side]:
    time = "year" if panel.step == "year" else "month"
    return (
        _Side("states", panel.states, ["state", "year"], ["state"], "year"),
        _Side("dyads", panel.dyads, ["source", "target", time], ["source", "target"], time),
    )


def _values(side: _Side) -> list[Variable]:
    known = variables()
    return [known[name] for name in side.frame.columns if name in known]


def unknown_states(side: _Side, panel: Panel) -> Iterator[Finding]:
    """Rows that name something that is no state."""
    known = [state.code for state in states.all_states()]
    bad = pl.any_horizontal(~pl.col(party).is_in(known) for party in side.parties)
    yield from _found(
        "unknown_states",
        side,
        side.frame.filter(bad).select(side.keys),
        "name a state that does not exist",
        "Use the keys of realpolitik.states, or drop the rows with panel.trim().",
    )


def outside_system(side: _Side, panel: Panel) -> Iterator[Finding]:
    """Rows of a state before it entered, or after it left, the state system."""
    years = side.frame.select(side.year.alias("_year"))["_year"].unique().to_list()
    known = {state.code: state for state in states.all_states()}
    present = pl.DataFrame(
        [(code, year) for code, state in known.items() for year in years if state.exists(year)],
        schema={"_state": pl.String, "_year": pl.Int32},
        orient="row",
    )
    dated = side.frame.with_columns(side.year.cast(pl.Int32).alias("_year"))
    for party in side.parties:
        named = dated.filter(pl.col(party).is_in(list(known)))
        keys = present.rename({"_state": party})
        rows = named.join(keys, on=[party, "_year"], how="anti").select(side.keys)
        if rows.is_empty():
            continue
        joined = side.frame.join(rows, on=side.keys, how="semi")
        first = known[str(joined[party][0])]
        left = f" and leaves it on {first.exit}" if first.exit else ""
        advice = f"{first.name} enters the system on {first.entry}{left}."
        yield from _found(
            "outside_system",
            side,
            rows,
            "name a state outside its years in the system",
            f"{advice} Drop them with panel.trim(), or pass strict=False to keep going.",
        )


def duplicates(side: _Side, panel: Panel) -> Iterator[Finding]:
    """Keys that occur more than once."""
    rows = side.frame.group_by(side.keys).len().filter(pl.col("len") > 1).select(side.keys)
    yield from _found(
        "duplicates",
        side,
        rows.sort(side.keys),
        "occur more than once",
        "Keep one row for each key, or drop the others with panel.trim().",
    )


def self_dyads(side: _Side, panel: Panel) -> Iterator[Finding]:
    """Dyads of a state with itself."""
    if side.name == "dyads":
        yield from _found(
            "self_dyads",
            side,
            side.frame.filter(pl.col("source") == pl.col("target")).select(side.keys),
            "pair a state with itself",
            "Drop them with panel.trim().",
        )


def out_of_range(side: _Side, panel: Panel) -> Iterator[Finding]:
    """Values below or above the bounds of their variable, or not finite."""
    for variable in _values(side):
        if variable.kind == "text":
            continue
        value = pl.col(variable.name)
        bad = pl.lit(False)
        if variable.low is not None:
            bad = bad | (value < variable.low)
        if variable.high is not None:
            bad = bad | (value > variable.high)
        if side.frame.schema[variable.name].is_float():
            bad = bad | ~value.is_finite()
        low = "any" if variable.low is None else f"{variable.low:g}"
        high = "any" if variable.high is None else f"{variable.high:g}"
        yield from _found(
            "out_of_range",
            side,
            side.frame.filter(bad).select(*side.keys, variable.name),
            f"have {variable.name} outside {low} to {high} ({variable.unit})",
            "Correct the values or set them to null.",
        )


def beyond_source(side: _Side, panel: Panel) -> Iterator[Finding]:
    """Values in years that the source of the variable does not cover."""
    for variable in _values(side):
        first, last = panel.spans[variable.name]
        outside = pl.col(variable.name).is_not_null() & ~side.year.is_between(first, last)
        yield from _found(
            "beyond_source",
            side,
            side.frame.filter(outside).select(*side.keys, variable.name),
            f"have {variable.name} outside the years of its source, {first} to {last}",
            "Past the end of a source a value is missing: set it to null.",
        )


def not_yet_known(side: _Side, panel: Panel) -> Iterator[Finding]:
    """Values that were not released at the panel's as-of date."""
    if panel.as_of is None:
        return
    hidden = panel.known_at(panel.as_of)
    known = hidden.states if side.name == "states" else hidden.dyads
    for variable in _values(side):
        kept = known.filter(pl.col(variable.name).is_not_null()).select(side.keys)
        held = side.frame.filter(pl.col(variable.name).is_not_null())
        yield from _found(
            "not_yet_known",
            side,
            held.join(kept, on=side.keys, how="anti").select(*side.keys, variable.name),
            f"have {variable.name} although it was not known on {panel.as_of}",
            "Build the panel with panel.known_at().",
        )


def directions_differ(side: _Side, panel: Panel) -> Iterator[Finding]:
    """Undirected variables that are not the same in both directions of a pair."""
    if side.name != "dyads":
        return
    names = [v.name for v in _values(side) if not v.directed]
    table = side.frame.select(*side.keys, *names)
    swapped = table.rename({"source": "target", "target": "source"})
    both = table.join(swapped, on=side.keys, how="left", suffix="_back")
    for name in names:
        here, back = pl.col(name), pl.col(f"{name}_back")
        far = (here.cast(pl.Float64) - back.cast(pl.Float64)).abs() > TOLERANCE
        bad = far.fill_null(False) | (here.is_null() != back.is_null())
        yield from _found(
            "directions_differ",
            side,
            both.filter(bad).select(*side.keys, name),
            f"have {name} unlike the other direction of the pair, but it is undirected",
            "Give both rows of a pair the same value.",
        )


CHECKS: tuple[Check, ...] = (
    unknown_states,
    outside_system,
    duplicates,
    self_dyads,
    out_of_range,
    beyond_source,
    not_yet_known,
    directions_differ,
)


def _found(
    check: str, side: _Side, rows: pl.DataFrame, problem: str, fix: str
) -> Iterator[Finding]:
    if rows.height:
        what = "state-years" if side.name == "states" else f"dyad-{side.time}s"
        yield Finding(check, side.name, rows, f"{rows.height} {what} {problem}", fix)


def check(panel: Panel, strict: bool = True) -> tuple[Finding, ...]:
    """Run every check on a panel.

    Parameters
    ----------
    panel : Panel
    strict : bool
        Raise at the first fault; otherwise return all of them.

    Raises
    ------
    PanelError
        If `strict` and there is a fault; the message lists rows and says what to do.
    """
    found = tuple(
        finding for side in _sides(panel) for test in CHECKS for finding in test(side, panel)
    )
    if strict and found:
        more = f" ({len(found) - 1} further faults)" if len(found) > 1 else ""
        raise PanelError(f"{found[0]}{more}")
    return found
