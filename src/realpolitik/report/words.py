"""Numbers and charts in words: the same wording for every state."""

from __future__ import annotations

import re
from collections.abc import Sequence

from realpolitik.report.record import Capability, Flow, MapCell, Phase, Posture
from realpolitik.report.talk_record import Settlement, TalkScale

MINUS = "−"
LAYERS = {
    "systemic": "systemic pressure",
    "filter": "the filter",
    "perception": "the leader's image",
    "domestic": "domestic preference",
    "history": "its own past level",
    "reciprocity": "the other's posture",
    "third parties": "third parties",
    "shock": "what it does not explain",
}
"""Layers of a theory, as they read inside a sentence."""
DIRECTIONS = {"rise": "a rise", "no_change": "no change", "fall": "a fall"}


def signed(value: float | None, digits: int = 2) -> str:
    """Write a posture with its sign.

    >>> signed(0.456), signed(-1.0), signed(None)
    ('+0.46', '−1.00', 'no data')
    """
    if value is None:
        return "no data"
    return f"{value:+.{digits}f}".replace("-", MINUS)


def share(value: float | None) -> str:
    """Write a share as a percentage of three significant digits at most.

    >>> share(0.1337), share(0.00234), share(None)
    ('13.4%', '0.23%', 'no data')
    """
    if value is None:
        return "no data"
    return f"{100 * value:.1f}%" if value >= 0.01 else f"{100 * value:.2f}%"


def probability(value: float | None) -> str:
    """Write a probability with two digits; never as a certainty.

    >>> probability(0.834), probability(0.9999), probability(0.001), probability(None)
    ('0.83', '> 0.99', '< 0.01', 'not known')
    """
    if value is None:
        return "not known"
    if value > 0.99:
        return "> 0.99"
    return "< 0.01" if value < 0.01 else f"{value:.2f}"


def amount(value: float | None) -> str:
    """Write an amount so that it can be read aloud.

    >>> amount(1234.5), amount(2.5e9), amount(0.731), amount(3.0), amount(None)
    ('1,234', '2.50 billion', '0.731', '3', 'no data')
    """
    if value is None:
        return "no data"
    size = abs(value)
    for limit, name in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if size >= limit:
            return f"{value / limit:,.2f} {name}".replace("-", MINUS)
    text = f"{value:,.0f}" if size >= 100 or value == int(value) else f"{value:,.3g}"
    return text.replace("-", MINUS)


def quantity(value: float | None, unit: str) -> str:
    """Write an amount with its unit; millions of a currency become the currency.

    >>> quantity(2500.0, "million current USD")
    '2.50 billion current USD'
    >>> quantity(0.5, "share"), quantity(2.0, "0 none 2 threat 3 display"), quantity(1.0, "cases")
    ('50.0%', '2 (threat)', '1 case')
    """
    if value is None:
        return "no data"
    factor, name = in_units(unit)
    if factor != 1:
        return f"{amount(value * factor)} {name}"
    if unit == "share":
        return share(value)
    if unit[:1].isdigit():
        names = dict(re.findall(r"(\d) ([a-z ]+?)(?= \d|$)", unit))
        meaning = names.get(f"{value:.0f}")
        return f"{amount(value)} ({meaning})" if meaning else amount(value)
    one = value == 1 and unit.endswith("s") and " " not in unit
    return f"{amount(value)} {unit.removesuffix('s') if one else unit}"


def ordinal(number: int) -> str:
    """Write a rank.

    >>> ordinal(1), ordinal(12), ordinal(23)
    ('1st', '12th', '23rd')
    """
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return str(number) + {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def in_units(unit: str) -> tuple[float, str]:
    """Return the factor and the name that turn millions of a currency into the currency.

    >>> in_units("million current USD"), in_units("persons")
    ((1000000.0, 'current USD'), (1.0, 'persons'))
    """
    if unit.startswith("million ") and "USD" in unit:
        return 1e6, unit.removeprefix("million ")
    return 1.0, unit


def years(first: int, last: int) -> str:
    """Write a span of years.

    >>> years(1954, 1961), years(2001, 2001)
    ('1954–1961', '2001')
    """
    return f"{first}" if first == last else f"{first}–{last}"


def describe_posture(posture: Posture, source: str, target: str) -> str:
    """Return the text alternative of a relation chart."""
    known = [
        (year, mean)
        for year, mean in zip(posture.years, posture.mean, strict=True)
        if mean is not None
    ]
    if not known:
        return f"No measured posture of {source} towards {target}."
    top, low = max(known, key=lambda item: item[1]), min(known, key=lambda item: item[1])
    return (
        f"Line with a 90 per cent band: posture of {source} towards {target}, "
        f"{years(known[0][0], known[-1][0])}. Highest {signed(top[1])} in {top[0]}, lowest "
        f"{signed(low[1])} in {low[0]}, last {signed(known[-1][1])} in {known[-1][0]}. Below it, "
        f"bars: between {min(posture.indicators)} and {max(posture.indicators)} indicators a year."
    )


def describe_phases(phases: Sequence[Phase], labels: dict[str, str]) -> str:
    """Return the text alternative of the chart of phases."""
    parts = []
    for source, label in labels.items():
        own = [phase for phase in phases if phase.source == source]
        spans = "; ".join(f"{years(phase.start, phase.end)} {phase.sign}" for phase in own)
        parts.append(f"{label}: {spans or 'no phases'}.")
    return "Bars of the phases of each direction. " + " ".join(parts)


def describe_capabilities(states: Sequence[Capability]) -> str:
    """Return the text alternative of the chart of capabilities."""
    parts = []
    for state in states:
        known = [(y, s) for y, s in zip(state.years, state.share, strict=True) if s is not None]
        if known:
            parts.append(
                f"{state.name} {share(known[0][1])} in {known[0][0]} and "
                f"{share(known[-1][1])} in {known[-1][0]}"
            )
    return "Lines of shares of world capability: " + "; ".join(parts) + "."


def describe_flow(flows: Sequence[Flow]) -> str:
    """Return the text alternative of a small multiple."""
    parts = [
        f"{flow.source} {'to' if flow.directed else 'and'} {flow.target}: "
        + (
            f"{quantity(flow.last_value, flow.unit)} in {flow.last_year}"
            if flow.last_year is not None
            else "no data"
        )
        for flow in flows
    ]
    return f"Lines of {flows[0].label}. Last values: " + "; ".join(parts) + "."


def describe_map(cells: Sequence[MapCell], origin: str, year: int) -> str:
    """Return the text alternative of a map."""
    known = sorted(
        ((cell.mean, cell.name) for cell in cells if cell.mean is not None), reverse=True
    )
    if not known:
        return f"Map of the postures of {origin}: no data in {year}."
    return (
        f"Map of the postures of {origin} towards {len(known)} states in {year}: most cooperative "
        f"towards {known[0][1]} ({signed(known[0][0])}), least towards {known[-1][1]} "
        f"({signed(known[-1][0])})."
    )


def ends(scale: TalkScale) -> str:
    """Say what the ends of a scale mean and where it stands now."""
    parts = [
        f"{amount(value)}: {meaning}"
        for value, meaning in ((scale.low, scale.low_means), (scale.high, scale.high_means))
        if meaning
    ] or [f"from {amount(scale.low)} to {amount(scale.high)} {scale.unit}".strip()]
    if scale.status_quo is not None:
        parts.append(f"status quo {amount(scale.status_quo)}")
    return "; ".join(parts)


def zone(scale: TalkScale) -> str:
    """Say where both sides would rather agree than not, and the chance of such a place."""
    if scale.zone_chance is None:
        return "Zone of agreement: not known, since no deal cannot be valued."
    chance = f"chance that there is one {probability(scale.zone_chance)}"
    if scale.zone_low is None or scale.zone_high is None:
        return f"Zone of agreement: none at the values of the file; {chance}."
    return f"Zone of agreement: {amount(scale.zone_low)} to {amount(scale.zone_high)}; {chance}."


def describe_settlements(scale: TalkScale, found: Sequence[Settlement]) -> str:
    """Return the text alternative of a chart of settlements."""
    known = [(item.position, item.label) for item in found[1:] if item.position is not None]
    others = (
        f"The other concepts lie between {amount(min(known)[0])} ({min(known)[1]}) and "
        f"{amount(max(known)[0])} ({max(known)[1]}). "
        if known
        else ""
    )
    return (
        f"Dots with 90 per cent lines on a scale from {amount(scale.low)} to "
        f"{amount(scale.high)}. {settled(found[0])}. {others}{zone(scale)}"
    )


def settled(item: Settlement) -> str:
    """Write a settlement with its interval."""
    text = f"{item.label} {amount(item.position)}"
    if item.lower is None or item.upper is None:
        return text
    return f"{text}, 90% of draws {amount(item.lower)} to {amount(item.upper)}"
