"""The sentence of the bottom line on why it moved, what the theories say and what to expect."""

from __future__ import annotations

from realpolitik.assessment.bottom_line import compose, unjudged
from realpolitik.report import words
from realpolitik.report.record import Figure, Request, Sentence
from realpolitik.report.theory_record import Expectation, Theories, Trial, Why

LIKELY = 0.6
"""Probability from which a direction is named."""
PLACE = "/theories"

Clause = tuple[str, dict[str, Figure]]


def account(request: Request, told: Theories, interval: float) -> Sentence:
    """Say what moved the relation last, whether the filter pays, and what is likely."""
    parts = [
        _moved(told.why, interval),
        _verdict(told.trial),
        _ahead(request, told.expectation),
    ]
    found = [part for part in parts if part is not None]
    figures = {name: figure for _, named in found for name, figure in named.items()}
    if not figures:
        remark = told.why.remark or told.expectation.remark or ""
        return unjudged(
            "theories",
            "why the relation moved and what to expect is not told here; the section `Why it "
            "moved` says what is missing."
            if remark
            else "why the relation moved cannot be judged: no move was measured.",
        )
    text = {"a": request.source.in_text, "b": request.target.in_text}
    clauses = "; ".join(clause for clause, _ in found)
    rests = [
        name
        for name in dict.fromkeys((told.why.theory, told.trial.full, told.expectation.theory))
        if name
    ]
    return compose("theories", f"{clauses}.", figures, text, [f"the theory {n}" for n in rests])


def _moved(why: Why, interval: float) -> Clause | None:
    """Name the layer that adds most to the last move of the source."""
    for number, move in enumerate(why.moves):
        if not move.latest:
            continue
        place = f"{PLACE}/why/moves/{number}"
        part = max(range(len(move.layers)), key=lambda n: abs(move.layers[n].contribution))
        layer = move.layers[part]
        figures = {
            "year": Figure(str(move.year), move.year, f"{place}/year"),
            "move": Figure(words.signed(move.move), move.move, f"{place}/move"),
            "interval": Figure(f"{interval:.0%}", interval, "/interval"),
            "lower": Figure(words.signed(move.lower), move.lower, f"{place}/lower"),
            "upper": Figure(words.signed(move.upper), move.upper, f"{place}/upper"),
        }
        for name in ("contribution", "lower", "upper"):
            value = getattr(layer, name)
            figures[f"part_{name}"] = Figure(
                words.signed(value), value, f"{place}/layers/{part}/{name}"
            )
        clause = (
            f"of the move of {{a}} towards {{b}} into {{year}}, {{move}} ({{interval}} interval "
            f"{{lower}} to {{upper}}), {why.theory} puts most down to {words.LAYERS[layer.name]}, "
            "{part_contribution} ({part_lower} to {part_upper})"
        )
        return clause, figures
    return None


def _verdict(trial: Trial) -> Clause | None:
    if trial.outcome is None:
        return None
    return f"whether the filter of {trial.full} earns its place: {trial.outcome}", {}


def _ahead(request: Request, found: Expectation) -> Clause | None:
    """Name the direction of each posture in the last forecast year where one is likely."""
    clauses, figures = [], {}
    names = {request.source.code: "{a}", request.target.code: "{b}"}
    for number, fan in enumerate(found.fans):
        last = len(fan.steps) - 1
        step = fan.steps[last]
        kind = max(("rise", "no_change", "fall"), key=lambda name: float(getattr(step, name)))
        chance = getattr(step, kind)
        if chance <= LIKELY:
            continue
        place = f"{PLACE}/expectation/fans/{number}/steps/{last}"
        figures[f"year_{number}"] = Figure(str(step.year), step.year, f"{place}/year")
        figures[f"chance_{number}"] = Figure(words.probability(chance), chance, f"{place}/{kind}")
        clauses.append(
            f"{words.DIRECTIONS[kind]} of {names[fan.source]} towards {names[fan.target]} by "
            f"{{year_{number}}} has a probability of {{chance_{number}}}"
        )
    return ("; ".join(clauses), figures) if clauses else None
