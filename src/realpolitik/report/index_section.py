"""The section on indices: what each says, about whom, and how it compares with ten years before."""

from __future__ import annotations

from typing import Any

from realpolitik.report import words
from realpolitik.report.index_record import IndexSeries
from realpolitik.report.parts import Section
from realpolitik.report.record import Assessment

TOPICS = {
    "power": "Power",
    "likeness": "Likeness",
    "dependence": "Who needs whom",
    "influence": "Influence and partnership",
    "alignment": "Between patrons",
    "signals": "Threat and signals",
    "resilience": "Recovery",
    "violence": "Violence",
}
PLAIN = ("persons",)
"""Units that the label says already."""


def indices(record: Assessment) -> Section:
    """List the indices by topic, each with its range, its year and the value ten years before."""
    grouped: dict[str, list[dict[str, Any]]] = {}
    for series in record.indices.series:
        grouped.setdefault(TOPICS[series.topic], []).append(_row(series))
    titles = dict.fromkeys(t for series in record.indices.series for t in series.providers)
    own = {"rows": grouped, "titles": list(titles), "refused": record.indices.refused}
    return Section("indices", "What the indices say", own)


def _row(series: IndexSeries) -> dict[str, Any]:
    value, lower, upper = (None, None, None) if series.shown is None else series.at(series.shown)
    return {
        "label": series.label,
        "about": series.about,
        "value": number(value, series.unit),
        "range": _range(lower, upper, series.unit),
        "year": series.shown,
        "earlier": ""
        if series.earlier is None
        else number(series.at(series.earlier)[0], series.unit),
        "remark": _remark(series, ranged=lower is not None),
    }


def number(value: float | None, unit: str) -> str:
    """Write a value of an index: shares as percentages, the rest as amounts.

    >>> number(0.0177, "share of world"), number(-0.4607, "-1 to 1"), number(None, "persons")
    ('1.8%', '−0.461', 'no data')
    """
    return words.share(value) if "share" in unit else words.amount(value)


def _range(lower: float | None, upper: float | None, unit: str) -> str:
    if lower is None:
        return ""
    if upper is None:
        return f"{number(lower, unit)} or more"
    return f"{number(lower, unit)} to {number(upper, unit)}"


def _remark(series: IndexSeries, *, ranged: bool) -> str:
    unit = "" if series.unit in PLAIN else series.unit
    bounds = (series.interval or "") if ranged else ""
    if bounds and not bounds.startswith("range"):
        bounds = f"range {bounds}"
    return "; ".join(part for part in (unit, bounds, series.remark.replace("_", " ")) if part)
