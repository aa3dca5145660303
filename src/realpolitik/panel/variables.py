"""The variables of the panel: one row of `variables.csv` each."""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Literal

from realpolitik.errors import PanelError, unknown

Level = Literal["state", "dyad"]
Step = Literal["year", "month"]


@dataclass(frozen=True, slots=True)
class Variable:
    """One column of the panel.

    Attributes
    ----------
    name : str
        Column name.
    level : {"state", "dyad"}
        What a row is about.
    directed : bool
        Whether (source, target) and (target, source) may differ; false for a state variable.
    step : {"year", "month"}
    kind : {"continuous", "count", "ordinal", "binary", "text"}
    unit : str
    low, high : float or None
        Bounds, inclusive; None where there is none.
    role : {"measurement", "intervention", "context"}
        What the model may use it for.
    provider : str
        Key of `providers.csv`.
    missing : str
        When a cell is null and when it is zero.
    description : str
    """

    name: str
    level: Level
    directed: bool
    step: Step
    kind: str
    unit: str
    low: float | None
    high: float | None
    role: str
    provider: str
    missing: str
    description: str


def _number(text: str) -> float | None:
    return float(text) if text else None


def read_variables(lines: Iterable[str]) -> dict[str, Variable]:
    """Read rows in the format of `variables.csv`.

    Raises
    ------
    PanelError
        If a name occurs twice.
    """
    found: dict[str, Variable] = {}
    for row in csv.DictReader(lines):
        name = row["name"]
        if name in found:
            msg = f"variables.csv defines {name!r} twice. Keep one row for each variable."
            raise PanelError(msg)
        found[name] = Variable(
            name=name,
            level="state" if row["level"] == "state" else "dyad",
            directed=row["direction"] == "directed",
            step="month" if row["step"] == "month" else "year",
            kind=row["kind"],
            unit=row["unit"],
            low=_number(row["low"]),
            high=_number(row["high"]),
            role=row["role"],
            provider=row["provider"],
            missing=row["missing"],
            description=row["description"],
        )
    return found


@functools.cache
def variables() -> Mapping[str, Variable]:
    """Return every variable of the panel by name, in the order of `variables.csv`.

    Examples
    --------
    >>> variables()["atop_defense"].directed
    True
    """
    path = resources.files("realpolitik.panel") / "variables.csv"
    return MappingProxyType(read_variables(path.read_text(encoding="utf-8").splitlines()))


def variable(name: str) -> Variable:
    """Return one variable.

    Raises
    ------
    UnknownName
        If there is none of that name; the message lists the nearest.
    """
    known = variables()
    if name not in known:
        raise unknown("variable", name, known)
    return known[name]


def columns(level: Level, step: Step = "year") -> list[str]:
    """Return the names of the variables of one level and step, in file order.

    >>> columns("state")[:2]
    ['cinc', 'milex_share']
    """
    return [v.name for v in variables().values() if v.level == level and v.step == step]
