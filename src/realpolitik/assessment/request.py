"""Settle what is asked before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from realpolitik import cases, regions, states, timeline
from realpolitik.cases import Case
from realpolitik.data import load_panel
from realpolitik.data.load import FIRST_YEAR, LAST_YEAR
from realpolitik.errors import NotInSystem, RequestError
from realpolitik.panel import Panel
from realpolitik.regions import Region
from realpolitik.report.record import Party, Request
from realpolitik.states import State
from realpolitik.timeline import Span

When = str | int | date

_WITH_ARTICLE = frozenset(
    {"ARE", "BHS", "CAF", "COD", "COG", "COM", "CZE", "DOM", "GBR", "GMB", "MDV", "MHL", "NLD"}
    | {"PHL", "SLB", "SYC", "USA"}
)


@dataclass(frozen=True, slots=True)
class Settled:
    """A request whose parts are known to exist and to fit together."""

    request: Request
    panel: Panel
    region: Region
    case: Case | None


def settle(
    source: str | int,
    target: str | int,
    panel: Panel | None,
    region: str | Path,
    start: When | None,
    end: When | None,
    as_of: When | None,
    case: str | Path | None,
    seed: int,
) -> Settled:
    """Check a request and load its panel.

    Raises
    ------
    RequestError
        If a state is unknown, the same twice, outside the region or outside the state system in
        the period; if a date or range is wrong; if the case cannot be read.
    """
    one, other = states.find(source), states.find(target)
    if one.code == other.code:
        msg = f"{source} and {target} are both {one.name} ({one.code}). Name two different states."
        raise RequestError(msg)
    chosen = regions.load(region if panel is None else panel.region)
    for state in (one, other):
        _check_member(state, chosen)
    bounds = Span(FIRST_YEAR, LAST_YEAR, "year") if panel is None else _bounds(panel)
    asked = _asked(one, other, bounds, start, end, as_of)
    held = load_panel(region, as_of=as_of) if panel is None else panel
    if panel is not None and as_of is not None:
        held = panel.known_at(as_of)
    span = _shown(one, other, asked, _bounds(held))
    found = _case(case, one.code, other.code)
    request = Request(
        source=_party(one),
        target=_party(other),
        region=chosen.name,
        region_title=chosen.title,
        start=timeline.year_of(span.start),
        end=timeline.year_of(span.end),
        as_of=None if held.as_of is None else held.as_of.isoformat(),
        case=None if found is None else found.name,
        seed=seed,
    )
    return Settled(request, held, chosen, found)


def _party(state: State) -> Party:
    article = "the " if state.code in _WITH_ARTICLE else ""
    return Party(code=state.code, name=state.name, in_text=f"{article}{state.name}")


def _check_member(state: State, region: Region) -> None:
    if state.code in region.states():
        return
    fitting = [
        name
        for name in regions.names()
        if name != regions.WORLD and state.code in regions.load(name).states()
    ]
    advice = (
        f"Choose --region {' or '.join(fitting)}, or a YAML file of your own."
        if fitting
        else "Name it in a region file of your own: --region FILE.yaml."
    )
    msg = f"{state.name} ({state.code}) is not in the region {region.name}. {advice}"
    raise RequestError(msg)


def _bounds(panel: Panel) -> Span:
    return Span(timeline.year_of(panel.start), timeline.year_of(panel.end), "year")


def _asked(
    one: State, other: State, bounds: Span, start: When | None, end: When | None, as_of: When | None
) -> Span:
    """Years asked for; a state must exist in the first, if it is named, and in the last."""
    span = timeline.parse_span(start, end, "year", bounds)
    last = min(timeline.year_of(span.end), timeline.year_of(bounds.end))
    if as_of is not None:
        last = min(last, timeline.parse_as_of(as_of).year)
    for state in (one, other):
        states.find(state.code, at=last)
        if start is not None:
            states.find(state.code, at=timeline.year_of(span.start))
    return span


def _shown(one: State, other: State, asked: Span, held: Span) -> Span:
    """Years shown: those asked for, held, and with both states in the system."""
    first = max(
        one.entry.year, other.entry.year, *(timeline.year_of(s.start) for s in (asked, held))
    )
    last = min(timeline.year_of(span.end) for span in (asked, held))
    if first > last:
        msg = (
            f"nothing is held of {one.name} and {other.name} from {timeline.show(asked.start)} to "
            f"{timeline.show(asked.end)}: the panel ends in {timeline.show(held.end)}, and both "
            f"are in the system from {max(one.entry.year, other.entry.year)}. Widen the period."
        )
        raise NotInSystem(msg)
    return Span(first, last, "year")


def _case(case: str | Path | None, one: str, other: str) -> Case | None:
    """Return the case asked for, or the first shipped one that has events of this dyad."""
    if case is not None:
        return cases.load(case)
    shipped = (cases.load(name) for name in cases.built_in())
    return next((found for found in shipped if found.between(one, other)), None)
