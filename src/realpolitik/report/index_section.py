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
    silent: dict[str, list[str]] = {}
    for series in record.indices.series:
        if series.shown is None:
            silent.setdefault(series.label, []).append(series.about)
        else:
            grouped.setdefault(TOPICS[series.topic], []).append(_row(series, series.shown))
    known = [series for series in record.indices.series if series.shown is not None]
    own = {
        "rows": grouped,
        "silent": silent,
        "titles": list(dict.fromkeys(title for series in known for title in series.providers)),
        "refused": record.indices.refused,
    }
    return Section("indices", "What the indices say", own)


def _row(series: IndexSeries, year: int) -> dict[str, Any]:
    value, lower, upper = series.at(year)
    before = None if series.earlier is None else series.at(series.earlier)[0]
    return {
        "label": series.label,
        "about": series.about,
        "value": number(value, series.unit),
        "range": _range(lower, upper, series.unit),
        "year": year,
        "earlier": "" if before is None else number(before, series.unit),
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
