"""The providers: one row of `providers.csv` each."""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from realpolitik.errors import unknown


@dataclass(frozen=True, slots=True)
class Provider:
    """Where figures come from and what may be done with them.

    Attributes
    ----------
    name : str
        Key used in `variables.csv`.
    title, version, citation, terms : str
    embed : {"yes", "facts"}
        Whether its terms allow figures freely, or facts and derived figures with a citation.
    first_year, last_year : int
        Years the embedded figures cover; outside them a value is missing.
    lag : int
        Whole years after the year it describes until a value counts as known. A rule by kind of
        source, not the date of each release: 0 for what was public when it happened, 1 for yearly
        publications, 2 for compilations that appear irregularly.
    codes : str
        How the source names states.
    """

    name: str
    title: str
    version: str
    citation: str
    terms: str
    embed: str
    first_year: int
    last_year: int
    lag: int
    codes: str


@functools.cache
def providers() -> Mapping[str, Provider]:
    """Return every provider by name.

    Examples
    --------
    >>> providers()["atop"].last_year
    2018
    """
    path = resources.files("realpolitik.providers") / "providers.csv"
    found = {}
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
        found[row["provider"]] = Provider(
            name=row["provider"],
            title=row["title"],
            version=row["version"],
            citation=row["citation"],
            terms=row["terms"],
            embed=row["embed"],
            first_year=int(row["first_year"]),
            last_year=int(row["last_year"]),
            lag=int(row["lag"]),
            codes=row["codes"],
        )
    return MappingProxyType(found)


def provider(name: str) -> Provider:
    """Return one provider.

    Raises
    ------
    UnknownName
        If there is none of that name.
    """
    known = providers()
    if name not in known:
        raise unknown("provider", name, known)
    return known[name]
