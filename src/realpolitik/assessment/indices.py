"""What the indices say about the two states, read off the measures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from realpolitik.errors import RequestError
from realpolitik.measures import registry
from realpolitik.measures.relation import Relation
from realpolitik.panel import Panel
from realpolitik.providers.catalogue import providers
from realpolitik.report.index_record import IndexSeries, Indices
from realpolitik.report.record import Request


@dataclass(frozen=True, slots=True)
class Ask:
    """An index to show; `extra` is a column to quote, `profile` one to choose by."""

    topic: str
    name: str
    index: str
    label: str
    extra: str = ""
    profile: str = ""


ASKS = (
    Ask("power", "capabilities", "cinc", "Composite capability (CINC)"),
    Ask("power", "capabilities", "net_resources", "Net resources (product × product a head)"),
    Ask("power", "capabilities", "milex_share", "Military spending"),
    Ask("power", "concentration", "cinc", "Concentration among the major powers", "holder"),
    Ask("power", "arms-race", "growth", "Growth of an arms race"),
    Ask("likeness", "similarity", "s_absolute", "Likeness of votes (S)", "items", "votes"),
    Ask("likeness", "similarity", "pi", "Likeness of pledges (Scott's π)", "items", "pledges"),
    Ask("dependence", "dependence", "trade_share", "Share of the target in the source's trade"),
    Ask("dependence", "dependence", "arms_share", "Share of the target in the source's arms"),
    Ask("dependence", "relevance", "relevance", "Weight of the target for the source", "used"),
    Ask("influence", "influence", "influence", "Share of the source among great powers", "used"),
    Ask("influence", "modes", "instruments", "Coercion in the source's mix of means", "used"),
    Ask("influence", "reliability", "reliability", "Reliability of the source as partner", "used"),
    Ask("alignment", "alignment", "alignment", "Place between two patrons", "label"),
    Ask("alignment", "hedging", "hedging", "Hedging between two patrons", "label"),
    Ask("signals", "threat", "threat", "Threat of the target to the source"),
    Ask("signals", "clarity", "events", "Clarity of the target's signals"),
    Ask("signals", "words-and-deeds", "words", "Words against deeds"),
    Ask("signals", "words-and-deeds", "give_and_take", "Tone given less tone got"),
    Ask("resilience", "resilience", "fall", "Size of the rupture of that year"),
    Ask("resilience", "resilience", "half_life", "Years to make half of it good"),
    Ask("violence", "violence", "battle_deaths", "Battle deaths", "epoch"),
    Ask("violence", "violence", "change_of_deaths", "Change of battle deaths", "epoch"),
    Ask("violence", "violence", "refugees_from_neighbours", "Refugees from next door"),
)
SUBJECTS = ("state", "source", "target", "patron_a", "patron_b")
WHOLE_SYSTEM = ("concentration",)
COMPARED = 10
"""Years between the value shown and the one it is compared with."""
OWN = {"relation": "the measured relation", "cow_majors": "major powers (Correlates of War)"}


def indices(panel: Panel, measured: Relation, request: Request) -> Indices:
    """Compute the indices of the dyad from the panel and the measured relation.

    An index that refuses (no great power in the region, too short a period) is named with its
    reason.
    """
    found: list[IndexSeries] = []
    refused: list[str] = []
    for name in dict.fromkeys(ask.name for ask in ASKS):
        try:
            frame = _computed(name, panel, measured, request)
        except RequestError as cause:
            refused.append(f"{name}: {cause}")
            continue
        for ask in ASKS:
            if ask.name == name:
                found += _series(ask, frame)
    order = {ask.topic: number for number, ask in reversed(list(enumerate(ASKS)))}
    return Indices(tuple(sorted(found, key=lambda one: order[one.topic])), tuple(refused))


def _computed(name: str, panel: Panel, measured: Relation, request: Request) -> pl.DataFrame:
    """Rows of one index about the dyad, in the years asked for."""
    pair = [request.source.code, request.target.code]
    taken = registry.options(name)
    given: dict[str, Any] = {"seed": request.seed, "relation": measured}
    options = {key: value for key, value in given.items() if key in taken}
    frame = registry.compute(name, panel, () if name in WHOLE_SYSTEM else pair, **options)
    if "step" not in frame.columns:
        frame = frame.rename({"end": "step"})
    frame = frame.filter(pl.col("step").is_between(request.start, request.end))
    for column in ("source", "target"):
        if column in frame.columns:
            frame = frame.filter(pl.col(column).is_in(pair))
    return _between(frame, pair) if "patron_a" in frame.columns else frame


def _between(frame: pl.DataFrame, pair: list[str]) -> pl.DataFrame:
    """Rows of patrons that are rivals late in the period; with one of the two, if there are any."""
    rivals = ("patron_a", "patron_b")
    late = frame.filter(pl.col("step") > pl.col("step").max() - COMPARED)
    frame = frame.join(late.select(rivals).unique(), on=rivals, how="semi", maintain_order="left")
    chosen = frame.filter(pl.any_horizontal(pl.col(rivals).is_in(pair)))
    return frame if chosen.is_empty() else chosen


def _series(ask: Ask, frame: pl.DataFrame) -> Iterator[IndexSeries]:
    """Split the rows of one variant into a series for each state, pair or dyad."""
    rows = frame.filter(pl.col("index") == ask.index)
    if ask.profile:
        rows = rows.filter(pl.col("profile") == ask.profile)
    subject = [name for name in SUBJECTS if name in rows.columns]
    groups = rows.partition_by(subject, maintain_order=True) if subject else [rows]
    for group in groups:
        if group.height:
            yield _one(ask, group.sort("step"), subject)


def _one(ask: Ask, rows: pl.DataFrame, subject: list[str]) -> IndexSeries:
    bounds = {
        name: rows[name].to_list() if name in rows.columns else [None] * rows.height
        for name in ("lower", "upper")
    }
    first = rows.row(0, named=True)
    shown, earlier = _shown(rows)
    return IndexSeries(
        topic=ask.topic,
        name=ask.name,
        index=ask.index,
        label=ask.label,
        about=_about(ask, first, subject),
        unit=first["unit"],
        interval=first.get("interval"),
        providers=_titles(rows["provider"].unique(maintain_order=True).to_list()),
        years=tuple(rows["step"].to_list()),
        values=tuple(rows["value"].cast(pl.Float64).to_list()),
        lower=tuple(bounds["lower"]),
        upper=tuple(bounds["upper"]),
        shown=None if shown is None else int(shown["step"]),
        earlier=earlier,
        remark="" if shown is None else _remark(ask, shown),
    )


def _shown(rows: pl.DataFrame) -> tuple[dict[str, Any] | None, int | None]:
    """Row of the year to show, and the year ten years before if it can be compared with it."""
    known = rows.filter(pl.col("value").is_not_null())
    if known.is_empty():
        return None, None
    if "used" in known.columns:
        parts = known["used"].str.count_matches(",")
        most = parts.tail(COMPARED).max()
        known = known.filter(parts.ge(most) & known["step"].is_in(known["step"].tail(COMPARED)))
    row = known.row(-1, named=True)
    before = rows.filter((pl.col("step") == row["step"] - COMPARED) & pl.col("value").is_not_null())
    if "used" in before.columns:
        before = before.filter(pl.col("used") == row["used"])
    if "epoch" in before.columns and row["epoch"] is not None:
        before = before.filter(pl.col("epoch") == row["epoch"])
    return row, None if before.is_empty() else int(before["step"][0])


def _about(ask: Ask, row: dict[str, Any], subject: list[str]) -> str:
    """Name whom a row is about.

    >>> row = {"state": "PAK", "patron_a": "CHN", "patron_b": "USA"}
    >>> _about(ASKS[13], row, list(row))
    'PAK between CHN (+) and USA (−)'
    """
    if not subject:
        return "major powers"
    if "patron_a" in subject:
        plus, minus = (" (+)", " (−)") if ask.name == "alignment" else ("", "")
        return f"{row['state']} between {row['patron_a']}{plus} and {row['patron_b']}{minus}"
    if "state" in subject:
        return str(row["state"])
    mark = "·" if registry.entry(ask.name).subject == "pair" else "→"
    return f"{row['source']} {mark} {row['target']}"


def _remark(ask: Ask, row: dict[str, Any]) -> str:
    """Quote what a row says beside its number."""
    said = row.get(ask.extra) if ask.extra else None
    if said is None:
        return ""
    if ask.extra == "used":
        text = f"from {said}"
        ranked = row.get("rank")
        return text if ranked is None else f"rank {ranked:g} of {row['ranked']:g}; {text}"
    if ask.extra == "holder":
        return f"{said} holds the most"
    return f"{said} items" if ask.extra == "items" else str(said)


def _titles(held: list[str]) -> tuple[str, ...]:
    """Titles of the sources in lists of names like ``atop, tss``."""
    names = dict.fromkeys(name for text in held for name in text.split(", "))
    listed = providers()
    return tuple(listed[name].title if name in listed else OWN.get(name, name) for name in names)
