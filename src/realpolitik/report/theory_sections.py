"""The four sections on theories: why it moved, what they say, what to expect, how far to trust."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from realpolitik.report import theory_figures, theory_words, words
from realpolitik.report.parts import Chart, Section, Table
from realpolitik.report.record import Assessment
from realpolitik.report.theory_record import (
    Binding,
    Expectation,
    Fan,
    LeaderGap,
    SplitMove,
    TheoryScore,
    Trial,
    Trust,
)

MOST_DRIVERS = 6
"""States shown of those on whose pairs a gain rests; the table holds all."""


def sections(record: Assessment) -> tuple[Section, ...]:
    """Return the sections in the order of the page."""
    return why(record), theories(record), expectation(record), trust(record)


def _names(record: Assessment) -> dict[str, str]:
    request = record.request
    return {party.code: party.in_text for party in (request.source, request.target)}


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _way(names: dict[str, str], source: str, target: str) -> str:
    return f"{_capital(names[source])} towards {names[target]}"


def why(record: Assessment) -> Section:
    """Split the moves, and show when the filter made a difference and who saw more than was."""
    found, names = record.theories.why, _names(record)
    one, other = names
    groups: list[dict[str, Any]] = []
    charts: list[Chart] = []
    for source, target in ((one, other), (other, one)):
        moves = [move for move in found.moves if move.source == source]
        binding = [one for one in found.binding if one.source == source and one.years]
        split = _move_charts(moves, names)
        strips = [_binding_chart(one, names, record) for one in binding]
        charts += [*split, *strips]
        groups.append(
            {
                "way": _way(names, source, target),
                "moves": split,
                "binding": strips,
                "leaders": _leaders([one for one in found.leaders if one.source == source]),
            }
        )
    return Section("why", "Why it moved", {"groups": groups}, tuple(charts))


def _extent(values: Iterable[float | None], least: float) -> tuple[float, float]:
    known = [value for value in values if value is not None]
    return 1.05 * min(-least, *known), 1.05 * max(least, *known)


def _move_charts(moves: Sequence[SplitMove], names: dict[str, str]) -> list[Chart]:
    bounds = [v for m in moves for v in (m.lower, m.upper)]
    bounds += [v for m in moves for layer in m.layers for v in (layer.lower, layer.upper)]
    extent = _extent(bounds, 0.1) if bounds else (-0.1, 0.1)
    return [
        Chart(
            key=f"move-{move.source}-{move.target}-{move.year}".lower(),
            title=f"Into {move.year}{', the last year' if move.latest else ''}",
            subtitle=theory_words.measured_move(move),
            alt=theory_words.describe_split(move, _way(names, move.source, move.target)),
            drawing=theory_figures.layer_chart(move, extent),
            table=_layer_table(move),
            margin=theory_figures.MARGIN,
        )
        for move in moves
    ]


def _layer_table(move: SplitMove) -> Table:
    rows = [
        (theory_figures.layer_label(layer.name), layer.contribution, layer.lower, layer.upper)
        for layer in move.layers
    ]
    rows.append((theory_figures.MOVE, move.move, move.lower, move.upper))
    return Table(
        f"Layers of the move of {move.source} towards {move.target} into {move.year}",
        ("Layer", "Adds", "90% from", "to"),
        tuple((name, *(words.signed(v, 3) for v in values)) for name, *values in rows),
    )


def _binding_chart(binding: Binding, names: dict[str, str], record: Assessment) -> Chart:
    columns = [getattr(binding, name) for name in theory_figures.COMPONENTS]
    rows = zip(binding.years, *columns, strict=True)
    return Chart(
        key=f"binding-{binding.source}-{binding.target}".lower(),
        title="When the filter made a difference",
        subtitle="Probability by year that a component changed the response by more than "
        f"{record.theories.why.share} standard deviations of a year's disturbance; the darker the "
        "likelier",
        alt=theory_words.describe_binding(
            binding, _way(names, binding.source, binding.target), theory_figures.COMPONENTS
        ),
        drawing=theory_figures.binding_chart(binding, (record.request.start, record.request.end)),
        table=Table(
            f"Probability that a component changed the response of {binding.source}",
            ("Year", *theory_figures.COMPONENTS.values()),
            tuple((str(year), *(words.probability(v) for v in values)) for year, *values in rows),
        ),
        margin=theory_figures.MARGIN,
    )


def _leaders(found: Sequence[LeaderGap]) -> Table | None:
    if not found:
        return None
    return Table(
        f"Perceived less measured stimulus by leader of {found[0].source}",
        ("Leader", "First year", "Contrast", "90% from", "to"),
        tuple(
            (
                one.leader or "not known",
                str(one.first_year),
                words.signed(one.gap),
                words.signed(one.lower),
                words.signed(one.upper),
            )
            for one in found
        ),
    )


def theories(record: Assessment) -> Section:
    """Show scores, verdict, power and drivers."""
    found = record.theories.trial
    absent = [term for term in record.theories.trust.terms if term.absent is not None]
    kinds = {
        "theories": ("theory",),
        "others": ("baseline", "ceiling", "placebo"),
    }
    tables = {key: _scores(found, kinds[key]) for key in kinds} if found.scores else {}
    return Section(
        "theories",
        "What the theories say",
        {
            "tables": tables,
            "drivers": found.drivers[:MOST_DRIVERS],
            "power": theory_words.power(found),
            "absent": absent,
        },
    )


def _scores(found: Trial, kinds: tuple[str, ...]) -> Table:
    rows: dict[tuple[int, str, str], dict[int, TheoryScore]] = {}
    for one in found.scores:
        if one.kind in kinds:
            key = (kinds.index(one.kind), one.kind, one.forecaster)
            rows.setdefault(key, {})[one.horizon] = one
    several = len(kinds) > 1
    columns = [
        f"{rival}, {h} yr" for rival in (found.reference, found.flat) for h in found.horizons
    ]
    return Table(
        f"Gain of each {'forecaster' if several else 'theory'} over a rival, nats a reading (z)",
        ("Forecaster", *(("Kind",) if several else ()), *columns),
        tuple(
            (
                name,
                *((kind,) if several else ()),
                *(_gain(scores.get(h), "gain", "z") for h in found.horizons),
                *(_gain(scores.get(h), "flat_gain", "flat_z") for h in found.horizons),
            )
            for (_, kind, name), scores in sorted(rows.items(), key=lambda item: item[0][0])
        ),
    )


def _gain(score: TheoryScore | None, gain: str, z: str) -> str:
    value = None if score is None else getattr(score, gain)
    if value is None:
        return "–"
    error = getattr(score, z)
    size = words.signed(error, 1) if error is not None else "not known"
    return f"{words.signed(value, 4)} ({size})"


def expectation(record: Assessment) -> Section:
    """Show the forecast of both directions."""
    found, names = record.theories.expectation, _names(record)
    charts = _fan_charts(found, names)
    table = _chances(found, names) if charts else None
    return Section(
        "expectation",
        "What to expect",
        {"chances": table, "threshold": found.threshold},
        charts,
    )


def _fan_charts(found: Expectation, names: dict[str, str]) -> tuple[Chart, ...]:
    bounds = [v for fan in found.fans for v in (*fan.lower, *fan.upper)]
    bounds += [q for fan in found.fans for step in fan.steps for q in step.quantiles]
    extent = _extent(bounds, 1.0) if bounds else (-1.0, 1.0)
    return tuple(
        Chart(
            key=f"fan-{fan.source}-{fan.target}".lower(),
            title=_way(names, fan.source, fan.target),
            subtitle=f"To {fan.years[-1]} the filtered estimate with 90% band, then the forecast: "
            "middle, and the central 50, 80 and 90%",
            alt=theory_words.describe_fan(fan, _way(names, fan.source, fan.target)),
            drawing=theory_figures.fan_chart(fan, found.levels, extent),
            table=_quantiles(fan, found.levels),
        )
        for fan in found.fans
    )


def _quantiles(fan: Fan, levels: Sequence[float]) -> Table:
    return Table(
        f"Forecast of {fan.source} towards {fan.target}: quantiles",
        ("Year", *(f"{level:.0%}" for level in levels)),
        tuple((str(s.year), *(words.signed(q) for q in s.quantiles)) for s in fan.steps),
    )


def _chances(found: Expectation, names: dict[str, str]) -> Table:
    return Table(
        f"Probability of a rise, no change and a fall against the level in {found.origin}",
        ("Direction", "Year", "Rise", "No change", "Fall", "Middle", "90% from", "to"),
        tuple(
            (
                _way(names, fan.source, fan.target),
                str(step.year),
                *(words.probability(p) for p in (step.rise, step.no_change, step.fall)),
                words.signed(step.mean),
                words.signed(step.quantiles[0]),
                words.signed(step.quantiles[-1]),
            )
            for fan in found.fans
            for step in fan.steps
        ),
    )


def trust(record: Assessment) -> Section:
    """Show past forecasts, what the panel lacks and how the fits ended."""
    found = record.theories.trust
    return Section(
        "trust",
        "How far to trust it",
        {
            "past": _past(found) if found.past else None,
            "terms": _terms(found) if found.terms else None,
            "fits": [theory_words.converged(fit) for fit in found.fits],
        },
    )


def _past(found: Trust) -> Table:
    columns = ("50%", "80%", "90%", "p", "Variance ×", "Brier", "base", "CRPS", "base")
    return Table(
        f"Forecasts of {found.theory} at past origins; base: {found.base}",
        ("Years ahead", "Readings", "Sharp", *columns),
        tuple(
            (
                str(one.horizon),
                f"{one.readings:,}",
                f"{one.sharp:,}",
                *(_share(v) for v in (one.coverage_50, one.coverage_80, one.coverage_90)),
                "–" if one.calibration is None else words.probability(one.calibration),
                *(
                    "–" if v is None else f"{v:.2f}"
                    for v in (one.inflation, one.brier, one.brier_base, one.crps, one.crps_base)
                ),
            )
            for one in found.past
        ),
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _terms(found: Trust) -> Table:
    ordered = sorted(found.terms, key=lambda one: (one.absent is None, one.last_year or 0))
    return Table(
        "What each term of the theories rests on",
        ("Term", "Variables", "Share of cells", "Last year"),
        tuple(
            (
                one.name.replace("_", " "),
                one.variables if one.absent is None else f"none: {one.absent}",
                f"{one.coverage:.0%}",
                "–" if one.last_year is None else str(one.last_year),
            )
            for one in ordered
        ),
    )
