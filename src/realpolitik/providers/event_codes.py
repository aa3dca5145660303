"""What an event code means: its class and its weight, the same for every file that bears it.

The four classes are those of ICEWS: CAMEO roots 01-05 verbal cooperation, 06-08 material
cooperation, 09-13 verbal conflict (investigate, demand, disapprove, reject, threaten), 14-20
material conflict (from protest to mass violence). PLOVER divides its types alike. GDELT's own
QuadClass puts 09 with material cooperation and 14 with verbal conflict; it is not used, so that
counts of different providers mean the same.

References
----------
Gerner, Schrodt and Yilmaz, CAMEO: Conflict and Mediation Event Observations, codebook.
Goldstein (1992), Journal of Conflict Resolution 36(2), 369-385.
Open Event Data Alliance, PLOVER: Political Language Ontology for Verifiable Event Records.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterator, Mapping
from datetime import date
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple

import polars as pl

from realpolitik.errors import unknown

QUADS = ("verbal_cooperation", "material_cooperation", "verbal_conflict", "material_conflict")
QUAD_OF_ROOT: Mapping[int, int] = MappingProxyType(
    {root: 0 if root < 6 else 1 if root < 9 else 2 if root < 14 else 3 for root in range(1, 21)}
)
"""Place in `QUADS` of each CAMEO root."""
QUAD_OF_TYPE: Mapping[str, int] = MappingProxyType(
    dict.fromkeys(("AGREE", "CONSULT", "SUPPORT", "CONCEDE"), 0)
    | dict.fromkeys(("COOPERATE", "AID", "RETREAT"), 1)
    | dict.fromkeys(("REQUEST", "ACCUSE", "REJECT", "THREATEN"), 2)
    | dict.fromkeys(("PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"), 3)
)
"""Place in `QUADS` of each PLOVER event type."""
QUAD_OF_NAME: Mapping[str, int] = MappingProxyType(
    {name.replace("_", " ").upper(): place for place, name in enumerate(QUADS)}
)
"""Place in `QUADS` of a class written out, as POLECAT does."""
SYSTEMS = ("gdelt", "icews", "polecat")
#: CAMEO's country letters that are not today's ISO alpha-3 codes.
COUNTRY_LETTERS: Mapping[str, str] = MappingProxyType({"ROM": "ROU", "TMP": "TLS", "ZAR": "COD"})


class Plover(NamedTuple):
    """PLOVER's type, mode and context of one CAMEO code; mode and context may be empty."""

    event: str
    mode: str
    context: str


class Leader(NamedTuple):
    """One leader's days in office, both included, as far as the sources reach."""

    state: str
    leader: str
    first: date
    last: date


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (resources.files("realpolitik.providers") / name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


@functools.cache
def goldstein() -> Mapping[str, float]:
    """Weight of each CAMEO code on the Goldstein scale, -10 to 10, from one pinned table.

    >>> goldstein()["057"], goldstein()["19"]
    (8.0, -10.0)
    """
    return MappingProxyType({row["code"]: float(row["goldstein"]) for row in _rows("cameo.csv")})


@functools.cache
def names() -> Mapping[str, str]:
    """Name of each CAMEO code."""
    return MappingProxyType({row["code"]: row["name"] for row in _rows("cameo.csv")})


@functools.cache
def plover() -> Mapping[str, Plover]:
    """PLOVER class of each CAMEO code that has one; statements (01) and appeals (02) have none.

    >>> plover()["112"].event
    'ACCUSE'
    """
    rows = _rows("plover.csv")
    return MappingProxyType(
        {r["cameo"]: Plover(r["plover_event"], r["mode"], r["context"]) for r in rows}
    )


@functools.cache
def leaders() -> tuple[Leader, ...]:
    """Leaders in office since 1946; they end with their sources, 2015 or March 2021."""
    return tuple(
        Leader(
            row["state"],
            row["leader"],
            date.fromisoformat(row["first"]),
            date.fromisoformat(row["last"]),
        )
        for row in _rows("leaders.csv")
    )


@functools.cache
def sectors(system: str) -> Mapping[str, str]:
    """Sector of each role code (``gdelt``) or sector label (``icews``)."""
    return MappingProxyType(
        {row["label"]: row["sector"] for row in _rows("sectors.csv") if row["system"] == system}
    )


@functools.cache
def meanings(system: str) -> pl.DataFrame:
    """Class and weight of every code that a file can bear.

    A code that the Goldstein table does not list has the weight of its nearest listed parent.

    Parameters
    ----------
    system : {"gdelt", "icews", "polecat"}
        Codes as written in that provider's files. ICEWS codes have three or four digits, so one
        whose leading zero a spreadsheet ate can be told: no root is above 20. POLECAT writes the
        class or the PLOVER type, in capitals; neither has a weight.

    Returns
    -------
    pl.DataFrame
        ``code`` (text), ``quad`` (place in `QUADS`), ``goldstein``; each code once.

    Raises
    ------
    UnknownName
        If there is no such system.

    Examples
    --------
    >>> meanings("icews").filter(pl.col("code").is_in(["043", "43"]))["goldstein"].to_list()
    [2.8, 2.8]
    """
    if system not in SYSTEMS:
        raise unknown("system of event codes", system, SYSTEMS)
    schema = {"code": pl.String, "quad": pl.Int64, "goldstein": pl.Float64}
    if system == "polecat":
        written = {name.replace(" ", sign): i for name, i in QUAD_OF_NAME.items() for sign in " _-"}
        pairs = [(code, quad, None) for code, quad in (written | dict(QUAD_OF_TYPE)).items()]
        return pl.DataFrame(pairs, schema=schema, orient="row").sort("code")
    rows = [(c, QUAD_OF_ROOT[int(w[:2])], _weight(w)) for c, w in _written(system).items()]
    return pl.DataFrame(rows, schema=schema, orient="row").sort("code")


def _written(system: str) -> dict[str, str]:
    """Every way to write a code in a provider's files, and the whole code that is meant."""
    full = [
        f"{root:02d}{tail}"
        for root in QUAD_OF_ROOT
        for width in (0, 1, 2)
        for tail in ([""] if width == 0 else [f"{n:0{width}d}" for n in range(10**width)])
    ]
    meant = {code: code for code in full}
    lost = [code for code in full if code[0] == "0"]
    if system == "gdelt":
        meant |= {code[1:]: code for code in lost if len(code) == 2}
    else:
        meant |= {code[1:]: code for code in lost if len(code) == 3}
        meant |= {code[1:]: code for code in lost if len(code) == 4 and int(code[1:3]) > 20}
    return meant


def _weight(code: str) -> float:
    scale = goldstein()
    return next(scale[code[:n]] for n in range(len(code), 1, -1) if code[:n] in scale)


def quad_of(code: pl.Expr, system: str) -> pl.Expr:
    """Class of each code as its place in `QUADS`; null where the code is unknown."""
    table = meanings(system)
    return code.replace_strict(table["code"], table["quad"], default=None, return_dtype=pl.Int64)
