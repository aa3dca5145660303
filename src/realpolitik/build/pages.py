"""The part of the data page that follows from `variables.csv` and `providers.csv`."""

from __future__ import annotations

from pathlib import Path

from realpolitik.panel.variables import Variable, variables
from realpolitik.providers.catalogue import Provider, providers

BEGIN, END = "<!-- begin generated -->", "<!-- end generated -->"
TITLES = {
    ("state", "year"): "Variables of a state by year",
    ("dyad", "year"): "Variables of a dyad by year",
    ("dyad", "month"): "Variables of a dyad by month",
}


def generated() -> str:
    """Write the tables of variables and of providers as Markdown."""
    parts = []
    for (level, step), title in TITLES.items():
        rows = [v for v in variables().values() if (v.level, v.step) == (level, step)]
        parts.append(f"## {title}\n\n{_variable_table(rows)}")
    parts.append(f"## Sources\n\n{_provider_table(list(providers().values()))}")
    return "\n\n".join(parts)


def _variable_table(rows: list[Variable]) -> str:
    head = [
        "name",
        "what",
        "unit",
        "range",
        "direction",
        "role",
        "source",
        "years",
        "null and zero",
    ]
    lines = [
        [
            f"`{v.name}`",
            v.description,
            v.unit,
            _range(v),
            "" if v.level == "state" else "directed" if v.directed else "undirected",
            v.role,
            v.provider,
            _years(providers()[v.provider]),
            v.missing,
        ]
        for v in rows
    ]
    return _table(head, lines)


def _range(variable: Variable) -> str:
    if variable.low is None and variable.high is None:
        return "any" if variable.kind != "text" else ""
    low = "" if variable.low is None else f"{variable.low:g}"
    high = "" if variable.high is None else f"{variable.high:g}"
    return f"{low} to {high}".strip() if high else f"{low} or more"


def _years(about: Provider) -> str:
    return f"{about.first_year}-{about.last_year}"


def _provider_table(rows: list[Provider]) -> str:
    head = ["source", "title", "version", "years", "lag", "terms", "citation"]
    lines = [[p.name, p.title, p.version, _years(p), str(p.lag), p.terms, p.citation] for p in rows]
    return _table(head, lines)


def _table(head: list[str], lines: list[list[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)


def with_generated(text: str) -> str:
    """Return the page with its generated part written anew."""
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n\n{generated()}\n\n{END}{after}"


def refresh(page: Path) -> None:
    """Write the generated part of a page anew."""
    page.write_text(with_generated(page.read_text(encoding="utf-8")), encoding="utf-8")
