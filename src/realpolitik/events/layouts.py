"""Where each event format keeps what is counted, and how it names states and roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from realpolitik.errors import InputFileError
from realpolitik.providers.files import FORMATS
from realpolitik.providers.files import gdelt as gdelt_file
from realpolitik.providers.files import icews as icews_file
from realpolitik.providers.files import polecat as polecat_file
from realpolitik.providers.files.opening import Opened, check_text
from realpolitik.providers.files.table import header_of, read_head

FORMAT_NAMES = ("icews", "gdelt-1", "gdelt-2", "polecat")


@dataclass(frozen=True, slots=True)
class Layout:
    """One event format.

    Attributes
    ----------
    system : str
        Whose codes it writes, see `event_codes.meanings`.
    scheme : {"name", "iso3", "cow"}
        How it names states.
    width : int
        Number of columns.
    header : str
        The first line, if it names the columns; else empty.
    fields : mapping of str to int
        Places of ``date``, ``source``, ``target`` and the codes.
    classes : tuple of str
        Fields whose code tells the class; the first that is known counts.
    weight : str
        Field whose code tells the Goldstein weight; empty where there is none.
    roles : tuple of tuple of str
        Fields with the roles of source and of target; empty where they are not read.
    dashed : bool
        Whether days are written 2015-03-01, or else 20150301.
    """

    system: str
    scheme: str
    width: int
    header: str
    fields: Mapping[str, int]
    classes: tuple[str, ...]
    weight: str
    roles: tuple[tuple[str, ...], tuple[str, ...]]
    dashed: bool


def icews(header: str) -> Layout:
    """Layout of an ICEWS ``.tab`` file."""
    names = {
        "date": "event date", "source": "source country", "target": "target country",
        "code": "cameo code", "source_roles": "source sectors", "target_roles": "target sectors",
    }  # fmt: skip
    places = {field: icews_file.COLUMNS.index(name) for field, name in names.items()}
    roles = (("source_roles",), ("target_roles",))
    return Layout(
        "icews", "name", len(icews_file.COLUMNS), header, MappingProxyType(places),
        ("code",), "code", roles, dashed=True,
    )  # fmt: skip


def gdelt(width: int) -> Layout:
    """Layout of a GDELT file: 57 or 58 columns are version 1, 61 columns version 2.

    Countries are those of the actors' codes, not of the place of the action.
    """
    sides = (("source_role_1", "source_role_2", "source_role_3"),
             ("target_role_1", "target_role_2", "target_role_3"))  # fmt: skip
    roles = {name: 12 + 10 * side + n for side in (0, 1) for n, name in enumerate(sides[side])}
    places = {**gdelt_file.PLACES, "code": 26, **roles}
    return Layout(
        "gdelt", "iso3", width, "", MappingProxyType(places),
        ("root",), "code", sides, dashed=False,
    )  # fmt: skip


def polecat(header: str) -> Layout:
    """Layout of a POLECAT file, whose columns differ between releases."""
    names = header_of(header, "\t")
    wanted = dict(
        zip(("date", "type", "code", "source", "target"), polecat_file.NEEDED[1:], strict=True)
    )
    places = {field: names.index(name) for field, name in wanted.items()}
    return Layout(
        "polecat", "cow", len(names), header, MappingProxyType(places),
        ("code", "type"), "", ((), ()), dashed=True,
    )  # fmt: skip


def layout_of(item: Opened) -> Layout:
    """Recognise an event file by its first lines.

    Raises
    ------
    InputFileError
        If it is not text, or none of the event formats.
    """
    check_text(item)
    head = read_head(item)
    found = [f.name for f in FORMATS if f.name in FORMAT_NAMES and f.matches(head)]
    if not found:
        signs = "; ".join(f"{f.title}: {f.signature}" for f in FORMATS if f.name in FORMAT_NAMES)
        msg = f"{item.label}: is no event file that is known here. Known are {signs}."
        raise InputFileError(msg)
    if found[0] == "icews":
        return icews(head[0])
    if found[0] == "polecat":
        return polecat(head[0])
    return gdelt(head[0].count("\t") + 1)
