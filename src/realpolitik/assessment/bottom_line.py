"""The bottom line: five sentences, filled from the record and tied to it number by number."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from realpolitik.report import words
from realpolitik.report.record import (
    Balance,
    Figure,
    Flow,
    Map,
    Party,
    Phase,
    Posture,
    Request,
    Sentence,
)

MOST_FLOWS = 3
"""Flows named in the sentence on exchange: the topics in the order of the report."""


def compose(
    topic: str,
    template: str,
    figures: Mapping[str, Figure],
    text: Mapping[str, str],
    rests_on: Sequence[str],
) -> Sentence:
    """Fill ``{name}`` places of a template with figures and words.

    Raises
    ------
    KeyError
        If a place has neither.
    """
    used: list[Figure] = []

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        if name in figures:
            used.append(figures[name])
            return figures[name].text
        return text[name]

    whole = re.sub(r"\{(\w+)\}", fill, template)
    whole = whole[0].upper() + whole[1:]
    return Sentence(topic, whole, True, tuple(used), tuple(rests_on))


def unjudged(topic: str, text: str) -> Sentence:
    """Return the sentence that says why something cannot be judged."""
    return Sentence(topic, text[0].upper() + text[1:], False, (), ())


def level(request: Request, relation: Sequence[Posture], interval: float) -> Sentence:
    """Say where both postures stood in the last year in which both were observed."""
    names = _names(request)
    year = last_observed(relation)
    if year is None:
        return unjudged(
            "level",
            f"how {names['a']} and {names['b']} stand towards each other cannot be judged: no "
            "indicator was observed in both directions in the years asked for.",
        )
    figures = {"interval": Figure(f"{interval:.0%}", interval, "/interval")}
    text = dict(names)
    for side, (number, posture) in zip("ab", enumerate(relation), strict=True):
        index = posture.years.index(year)
        place = f"/relation/{number}"
        for field in ("mean", "lower", "upper"):
            value = getattr(posture, field)[index]
            figures[f"{field}_{side}"] = Figure(
                words.signed(value), value, f"{place}/{field}/{index}"
            )
        count = posture.indicators[index]
        figures[f"count_{side}"] = Figure(str(count), count, f"{place}/indicators/{index}")
        text[f"word_{side}"] = _verdict(posture.lower[index], posture.upper[index])
    index = relation[0].years.index(year)
    figures["year"] = Figure(str(year), year, f"/relation/0/years/{index}")
    return compose(
        "level",
        "In {year} the measured posture of {a} towards {b} was {word_a}, {mean_a} ({interval} "
        "interval {lower_a} to {upper_a}, {count_a} indicators), and that of {b} towards {a} "
        "{word_b}, {mean_b} ({lower_b} to {upper_b}, {count_b} indicators), in standard deviations "
        "of the dyads of the region.",
        figures,
        text,
        ("the smoothed relation",),
    )


def last_observed(relation: Sequence[Posture]) -> int | None:
    """Return the last year in which every posture rests on at least one indicator."""
    observed = [
        {
            year
            for year, count, mean in zip(
                posture.years, posture.indicators, posture.mean, strict=True
            )
            if count > 0 and mean is not None
        }
        for posture in relation
    ]
    common = set.intersection(*observed)
    return max(common) if common else None


def _verdict(lower: float | None, upper: float | None) -> str:
    if lower is None or upper is None:
        return "not known"
    if lower > 0:
        return "more cooperative than the middle of the scale"
    return "less cooperative than the middle of the scale" if upper < 0 else "of no sure sign"


def turns(request: Request, phases: Sequence[Phase]) -> Sentence:
    """Say how many phases each direction has and when the present ones began."""
    names = _names(request)
    own = {
        side: [(i, phase) for i, phase in enumerate(phases) if phase.source == party.code]
        for side, party in (("a", request.source), ("b", request.target))
    }
    if not all(own.values()):
        return unjudged(
            "phases", "phases cannot be judged: the relation was not measured in enough years."
        )
    figures: dict[str, Figure] = {}
    clauses = []
    for side, found in own.items():
        index, last = found[-1]
        here, there = ("{a}", "{b}") if side == "a" else ("{b}", "{a}")
        figures[f"start_{side}"] = Figure(str(last.start), last.start, f"/phases/{index}/start")
        clause = f"the present phase of {here} towards {there}, one of {_SIGNS[last.sign]}, "
        if last.turn is None:
            clause += f"has lasted since the record begins in {{start_{side}}}"
        else:
            figures[f"turn_{side}"] = Figure(
                words.probability(last.turn), last.turn, f"/phases/{index}/turn"
            )
            clause += f"began in {{start_{side}}} (probability of that turn {{turn_{side}}})"
        clauses.append(clause)
    return compose("phases", f"{'; '.join(clauses)}.", figures, names, ("the phases",))


_SIGNS = {
    "cooperation": "cooperation",
    "friction": "friction",
    "neither": "no sure sign",
}


def standing(request: Request, atlas: Map) -> Sentence:
    """Say where each ranks in the other's postures towards the region."""
    names = _names(request)
    if len(atlas.standings) < 2:
        return unjudged(
            "standing",
            "how the two compare with the other states of the region cannot be judged: no "
            "postures were measured in the last year.",
        )
    figures = {"year": Figure(str(atlas.year), atlas.year, "/map/year")}
    for side, (number, place) in zip("ab", enumerate(atlas.standings), strict=True):
        figures[f"rank_{side}"] = Figure(
            words.ordinal(place.rank), place.rank, f"/map/standings/{number}/rank"
        )
        figures[f"of_{side}"] = Figure(str(place.of), place.of, f"/map/standings/{number}/of")
    return compose(
        "standing",
        "In {year} the posture of {a} towards {b} ranked {rank_a} of its {of_a} in the region, "
        "counted from the most cooperative, and that of {b} towards {a} {rank_b} of {of_b}.",
        figures,
        names,
        ("the smoothed relation of all dyads of the region",),
    )


def power(request: Request, found: Balance | None) -> Sentence:
    """Compare the shares of world capability."""
    names = _names(request)
    if found is None:
        return unjudged(
            "capabilities",
            "the balance of capabilities cannot be judged: no year has a share of both states.",
        )
    figures = {
        "year": Figure(str(found.year), found.year, "/balance/year"),
        "share_a": Figure(
            words.share(found.source_share), found.source_share, "/balance/source_share"
        ),
        "share_b": Figure(
            words.share(found.target_share), found.target_share, "/balance/target_share"
        ),
        "ratio": Figure(words.amount(found.ratio), found.ratio, "/balance/ratio"),
        "then": Figure(str(found.first_year), found.first_year, "/balance/first_year"),
        "ratio_then": Figure(
            words.amount(found.first_ratio), found.first_ratio, "/balance/first_ratio"
        ),
    }
    return compose(
        "capabilities",
        "Of the world's material capabilities {a} held {share_a} and {b} {share_b} in {year}, the "
        "last year on record: a ratio of {ratio} to one, against {ratio_then} to one in {then}.",
        figures,
        names,
        ("the composite index of national capability",),
    )


def exchange(request: Request, flows: Sequence[Flow], known: int, ended: int) -> Sentence:
    """Name the last values of the first flows on record, and how much has gone dark."""
    names = _names(request)
    figures: dict[str, Figure] = {}
    parts, labels = [], []
    for index, flow in _leading(flows):
        tag = f"f{index}"
        figures[f"value_{tag}"] = Figure(
            words.quantity(flow.last_value, flow.unit),
            flow.last_value or 0.0,
            f"/flows/{index}/last_value",
        )
        figures[f"year_{tag}"] = Figure(
            str(flow.last_year), flow.last_year or 0, f"/flows/{index}/last_year"
        )
        way = _way(flow, request)
        label = f"{flow.label[0].lower()}{flow.label[1:]}"
        parts.append(f"{label} {way}, {{value_{tag}}} ({{year_{tag}}})")
        labels.append(flow.provider)
    if not parts or not known:
        return unjudged(
            "exchange", "what each gives the other cannot be judged: no source covers this dyad."
        )
    figures["ended"] = Figure(str(ended), ended, "/ended")
    figures["known"] = Figure(str(known), known, "/read")
    figures["end"] = Figure(str(request.end), request.end, "/request/end")
    template = (
        f"On the record of exchange the last values are: {'; '.join(parts)}; {{ended}} of the "
        "{known} indicators read for the dyad had ended before {end}."
    )
    return compose("exchange", template, figures, names, tuple(dict.fromkeys(labels)))


def _leading(flows: Sequence[Flow]) -> list[tuple[int, Flow]]:
    """Return one known flow of each topic in its larger direction, at most `MOST_FLOWS`.

    Topics with a last value other than zero come first, otherwise in the order of the report.
    """
    chosen: dict[str, tuple[int, Flow]] = {}
    for index, flow in enumerate(flows):
        if flow.last_value is None:
            continue
        held = chosen.get(flow.topic)
        if held is None or (
            held[1].variable == flow.variable
            and abs(flow.last_value) > abs(held[1].last_value or 0)
        ):
            chosen[flow.topic] = (index, flow)
    ranked = sorted(chosen.values(), key=lambda item: item[1].last_value == 0)
    return ranked[:MOST_FLOWS]


def _way(flow: Flow, request: Request) -> str:
    if not flow.directed:
        return "between the two"
    return "from {a} to {b}" if flow.source == request.source.code else "from {b} to {a}"


def _names(request: Request) -> dict[str, str]:
    def short(party: Party) -> str:
        return party.in_text

    return {"a": short(request.source), "b": short(request.target)}
