"""The sections of the page: what each shows, built from the record."""

from __future__ import annotations

from typing import Any

import numpy as np

from realpolitik.report import figures, index_section, maps, settlements, theory_sections, words
from realpolitik.report.parts import Chart, Section, Table
from realpolitik.report.record import Assessment, Flow, MapCell, Phase, Posture, VariableSource
from realpolitik.report.style import MUTED, shade
from realpolitik.report.talk_record import Settlement, Talk, TalkScale

TOPICS = {
    "aid": "Aid and official finance",
    "arms": "Arms",
    "troops": "Troops",
    "trade": "Trade",
    "votes": "Votes in the General Assembly",
    "sanctions": "Sanctions",
    "disputes": "Militarised disputes",
}
_GREYS = ("var(--line-1)", "var(--line-2)", "var(--line-3)", "var(--line-4)", "var(--line-5)")


def sections(record: Assessment) -> tuple[Section, ...]:
    """Return all sections in the order of the page; negotiation only where there are issues."""
    return (
        Section("bottom-line", "The bottom line", {}),
        relation(record),
        phases(record),
        *theory_sections.sections(record),
        timeline(record),
        capabilities(record),
        flows(record),
        index_section.indices(record),
        regional_map(record),
        *((talks(record),) if record.talks else ()),
        sources(record),
    )


def _names(record: Assessment) -> dict[str, str]:
    request = record.request
    return {party.code: party.in_text for party in (request.source, request.target)}


def relation(record: Assessment) -> Section:
    """Show both directions of the relation, one above the other on the same scale."""
    names = _names(record)
    bounds = [
        value
        for posture in record.relation
        for value in (*posture.lower, *posture.upper)
        if value is not None
    ]
    extent = (1.05 * min(-1.0, *bounds), 1.05 * max(1.0, *bounds)) if bounds else (-1.0, 1.0)
    most = max((max(posture.indicators) for posture in record.relation), default=1) or 1
    ends: dict[int, list[str]] = {}
    for indicator in record.indicators:
        if indicator.last_year is not None and indicator.last_year < record.request.end:
            ends.setdefault(indicator.last_year, []).append(indicator.label)
    charts = []
    for posture in record.relation:
        source, target = names[posture.source], names[posture.target]
        own = [phase for phase in record.phases if phase.source == posture.source]
        charts.append(
            Chart(
                key=f"relation-{posture.source}-{posture.target}".lower(),
                title=f"{source[0].upper()}{source[1:]} towards {target}",
                subtitle="Posture in standard deviations, + cooperative, with 90% band; below, the "
                "indicators observed in each year, and a line where some end",
                alt=words.describe_posture(posture, source, target),
                drawing=figures.posture_chart(posture, own, ends, extent, most),
                table=_posture_table(posture, source, target),
            )
        )
    absent = [indicator.label for indicator in record.indicators if indicator.last_year is None]
    return Section(
        "relation",
        "How each stands towards the other",
        {"ends": sorted(ends.items()), "absent": absent},
        tuple(charts),
    )


def _posture_table(posture: Posture, source: str, target: str) -> Table:
    rows = tuple(
        (
            str(year),
            words.signed(mean),
            words.signed(lower),
            words.signed(upper),
            str(count),
        )
        for year, mean, lower, upper, count in zip(
            posture.years,
            posture.mean,
            posture.lower,
            posture.upper,
            posture.indicators,
            strict=True,
        )
    )
    caption = f"Posture of {source} towards {target}"
    return Table(caption, ("Year", "Posture", "90% from", "to", "Indicators"), rows)


def phases(record: Assessment) -> Section:
    """List the phases of both directions."""
    names = _names(record)
    source, target = record.request.source, record.request.target
    labels = {
        source.code: f"{source.code} towards {target.code}",
        target.code: f"{target.code} towards {source.code}",
    }
    if not record.phases:
        return Section("phases", "Phases and turns", {"table": None})
    table = Table(
        "Phases of both directions",
        (
            "Direction",
            "Years",
            "Sign",
            "Mean posture",
            "90% interval",
            "On that side of zero",
            "Turn into it",
            "Year of the turn",
        ),
        tuple(_phase_row(phase, labels) for phase in record.phases),
    )
    span = (record.request.start, record.request.end)
    chart = Chart(
        key="phases",
        title="Phases of cooperation and friction",
        subtitle="Teal for cooperation, orange for friction, grey where neither is sure; the label "
        "is the first year",
        alt=words.describe_phases(record.phases, labels),
        drawing=figures.phase_chart(record.phases, labels, span),
        table=table,
    )
    return Section("phases", "Phases and turns", {"names": names}, (chart,))


def _phase_row(phase: Phase, labels: dict[str, str]) -> tuple[str, ...]:
    return (
        labels[phase.source],
        words.years(phase.start, phase.end),
        phase.sign,
        words.signed(phase.level),
        f"{words.signed(phase.lower)} to {words.signed(phase.upper)}",
        words.probability(phase.probability),
        "first phase" if phase.turn is None else words.probability(phase.turn),
        ""
        if phase.turn_lower is None or phase.turn_upper is None
        else words.years(phase.turn_lower, phase.turn_upper),
    )


def timeline(record: Assessment) -> Section:
    """List the dated events of the case, by decade."""
    decades: dict[str, list[Any]] = {}
    for event in record.timeline.events:
        decades.setdefault(f"{event.date[:3]}0s", []).append(event)
    return Section("timeline", "Dated events", {"decades": list(decades.items())})


def capabilities(record: Assessment) -> Section:
    """Compare the shares of world capability of the main states."""
    states = [s for s in record.capabilities if any(value is not None for value in s.share)]
    if not states:
        return Section("capabilities", "The balance of capabilities", {})
    colours = figures.party_colours(record)
    others = [state.state for state in states if state.state not in colours]
    greys = {state: _GREYS[i] if i < len(_GREYS) else MUTED for i, state in enumerate(others)}
    by_year = [dict(zip(state.years, state.share, strict=True)) for state in states]
    ends = sorted({year for shares in by_year for year, value in shares.items() if value})
    table = Table(
        "Share of world capability",
        ("Year", *(state.name for state in states)),
        tuple((str(year), *(words.share(shares.get(year)) for shares in by_year)) for year in ends),
    )
    chart = Chart(
        key="capabilities",
        title="Share of world capability",
        subtitle="Composite index of national capability (CINC), log scale: equal steps are equal "
        "ratios",
        alt=words.describe_capabilities(states),
        drawing=figures.capability_chart(states, colours, greys),
        table=table,
        margin=figures.END_LABELS,
    )
    return Section("capabilities", "The balance of capabilities", {"last": ends[-1]}, (chart,))


def flows(record: Assessment) -> Section:
    """Show what each gives the other: a small multiple for each quantity, and one table."""
    colours = figures.party_colours(record)
    span = (record.request.start, record.request.end)
    grouped: dict[str, list[Flow]] = {}
    for flow in record.flows:
        grouped.setdefault(flow.variable, []).append(flow)
    charts = []
    for variable, group in grouped.items():
        known = [flow for flow in group if flow.last_year is not None]
        if known:
            charts.append(
                Chart(
                    key=f"flow-{variable}".replace("_", "-"),
                    title=f"{TOPICS[group[0].topic]}",
                    subtitle=f"{group[0].label}, {words.in_units(group[0].unit)[1]}",
                    alt=words.describe_flow(group),
                    drawing=figures.flow_chart(known, colours, span),
                    table=_flow_table(known),
                )
            )
    rows: dict[str, list[dict[str, Any]]] = {}
    for flow in record.flows:
        rows.setdefault(TOPICS[flow.topic], []).append(_flow_row(flow))
    return Section("flows", "What each gives the other", {"rows": rows}, tuple(charts))


def _flow_row(flow: Flow) -> dict[str, Any]:
    return {
        "label": flow.label,
        "way": f"{flow.source} {'→' if flow.directed else '·'} {flow.target}",
        "value": words.quantity(flow.last_value, flow.unit),
        "year": flow.last_year,
        "provider": flow.provider,
        "remark": flow.remark,
    }


def _flow_table(group: list[Flow]) -> Table:
    head = [f"{f.source} {'to' if f.directed else 'and'} {f.target}" for f in group]
    years = sorted({year for flow in group for year in flow.years})
    found = [dict(zip(flow.years, flow.values, strict=True)) for flow in group]
    rows = tuple(
        (str(year), *(words.amount(values.get(year)) for values in found))
        for year in years
        if any(values.get(year) is not None for values in found)
    )
    return Table(f"{group[0].label}, {group[0].unit}", ("Year", *head), rows)


def regional_map(record: Assessment) -> Section:
    """Show the postures of both states towards every state of the region."""
    cells = record.map.cells
    if not cells:
        return Section("map", "Both states in the region", {"maps": []})
    capitals = {cell.state: (cell.latitude, cell.longitude) for cell in cells}
    places = np.array([capitals[state] for state in sorted(capitals)])
    frame = maps.frame_of(places[:, 0], places[:, 1])
    names = _names(record)
    charts, tiles = [], {}
    for origin, name in names.items():
        own = [cell for cell in cells if cell.origin == origin]
        title = f"{name[0].upper()}{name[1:]} towards the region, {record.map.year}"
        charts.append(
            Chart(
                key=f"map-{origin}".lower(),
                title=title,
                subtitle="Posture in standard deviations; paler where the 90% interval holds zero",
                alt=words.describe_map(own, name, record.map.year),
                drawing=maps.map_chart(own, frame, origin),
                table=_map_table(own, title),
                fluid=False,
            )
        )
        shown = maps.inside(frame, own)
        tiles[charts[-1].key] = [
            {"name": c.name, "fill": shade(c.mean), "sure": maps.sure(c), "says": maps.says(c)}
            for c, visible in zip(own, shown, strict=True)
            if not visible
        ]
    disputed = maps.disputes_in(frame)
    return Section(
        "map", "Both states in the region", {"tiles": tiles, "disputed": disputed}, tuple(charts)
    )


def talks(record: Assessment) -> Section:
    """Show where each issue would settle: the weighted mean first, then the other concepts."""
    shown = [(talk, [_talk_chart(talk, scale) for scale in talk.scales]) for talk in record.talks]
    notes = {
        chart.key: f"{words.settled(_on(talk, scale)[0])}. {words.zone(scale)}"
        for talk, charts in shown
        for chart, scale in zip(charts, talk.scales, strict=True)
    }
    convening = {talk.issue: _mediators(talk) for talk in record.talks if talk.mediators}
    return Section(
        "talks",
        "Where talks would settle",
        {"issues": shown, "notes": notes, "mediators": convening},
        tuple(chart for _, charts in shown for chart in charts),
    )


def _on(talk: Talk, scale: TalkScale) -> list[Settlement]:
    return [item for item in talk.settlements if item.scale == scale.name]


def _talk_chart(talk: Talk, scale: TalkScale) -> Chart:
    found = _on(talk, scale)
    return Chart(
        key=f"talks-{talk.issue}-{scale.name}".lower(),
        title=scale.title,
        subtitle=words.ends(scale),
        alt=words.describe_settlements(scale, found),
        drawing=settlements.settlement_chart(scale, found, small=len(talk.scales) > 1),
        table=_settlement_table(scale, found),
        margin=settlements.MARGIN,
    )


def _settlement_table(scale: TalkScale, found: list[Settlement]) -> Table:
    rows = tuple(
        (
            item.label,
            words.amount(item.position),
            words.amount(item.lower),
            words.amount(item.upper),
            "" if item.deal is None else words.probability(item.deal),
            item.reference,
        )
        for item in found
    )
    columns = ("Concept", "Settlement", "90% from", "to", "Chance of a deal", "Reference")
    return Table(f"Settlements of {scale.title}", columns, rows)


def _mediators(talk: Talk) -> Table:
    return Table(
        f"Who could mediate: {talk.title}",
        ("Mediator", "Mean place", "All come", "Trust after its word", "Trust needed", "Both"),
        tuple(
            (
                item.label,
                f"{item.place:.1f}",
                words.probability(item.convenes),
                words.probability(item.trust),
                words.probability(item.threshold),
                words.probability(item.chance),
            )
            for item in talk.mediators
        ),
    )


def sources(record: Assessment) -> Section:
    """List the sources, each with the variables taken from it."""
    grouped: dict[tuple[str, ...], list[VariableSource]] = {}
    for item in record.sources:
        place = (item.provider, item.version, item.citation, item.terms)
        grouped.setdefault(place, []).append(item)
    rows = [
        {"provider": p, "version": v, "citation": c, "terms": t, "variables": items}
        for (p, v, c, t), items in grouped.items()
    ]
    return Section("sources", "Where the numbers come from, and their limits", {"rows": rows})


def _map_table(cells: list[MapCell], caption: str) -> Table:
    ranked = sorted(cells, key=lambda c: (c.mean is None, -(c.mean or 0.0), c.name))
    return Table(
        caption,
        ("State", "Posture", "90% from", "to", "Indicators"),
        tuple(
            (
                cell.name,
                words.signed(cell.mean),
                words.signed(cell.lower),
                words.signed(cell.upper),
                str(cell.indicators),
            )
            for cell in ranked
        ),
    )
