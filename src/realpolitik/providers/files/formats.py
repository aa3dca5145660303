"""The formats that are known, and which of them a file is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from realpolitik.errors import InputFileError, unknown
from realpolitik.providers.files import atop, cow, gdelt, icews, polecat, sipri, ucdp, unvotes, vdem
from realpolitik.providers.files.contents import Contents, Format
from realpolitik.providers.files.opening import Opened, check_text, opened
from realpolitik.providers.files.table import header_of, read_head


def _names(*names: str) -> Callable[[list[str]], bool]:
    wanted = {name.casefold() for name in names}
    return lambda head: bool(head) and wanted <= set(header_of(head[0]))


def _table(
    name: str, provider: str, title: str, columns: str, read: Callable[[Opened], Contents]
) -> Format:
    wanted = columns.split()
    signature = f"comma-separated, header with {', '.join(wanted)}"
    return Format(name, provider, title, signature, _names(*wanted), read)


FORMATS: tuple[Format, ...] = (
    _table(
        "cow-nmc", "cow_nmc", "COW National Material Capabilities csv",
        "ccode year milex milper irst pec tpop upop cinc", cow.read_nmc,
    ),
    _table(
        "cow-mid-participants", "cow_mid", "COW MID csv by participant (MIDB)",
        "dispnum ccode styear endyear sidea hostlev", cow.read_midb,
    ),
    _table(
        "cow-mid-dyadic", "cow_mid", "COW dyadic MID csv",
        "disno statea stateb year hihosta hihostb", cow.read_dyadic_mid,
    ),
    _table(
        "atop", "atop", "ATOP directed dyad-year csv (atop5_1ddyr)",
        "stateA stateB year defense offense neutral nonagg consul", atop.read_atop,
    ),
    _table(
        "un-votes-csv", "un_votes", "UN General Assembly votes csv (Voeten)",
        "rcid ccode vote session", unvotes.read_unvotes_csv,
    ),
    Format(
        "un-votes-rdata", "un_votes", "UN General Assembly votes RData (Voeten)",
        "R workspace with a table of rcid, ccode, vote, session", lambda head: False,
        unvotes.read_unvotes_rdata,
    ),
    _table(
        "vdem", "vdem", "V-Dem country-year csv",
        "country_text_id year COWcode v2x_polyarchy v2x_polyarchy_codelow v2x_polyarchy_codehigh",
        vdem.read_vdem,
    ),
    _table(
        "ucdp-acd", "ucdp_acd", "UCDP/PRIO Armed Conflict csv",
        "conflict_id year intensity_level type_of_conflict gwno_a gwno_b", ucdp.read_acd,
    ),
    _table(
        "ucdp-ged", "ucdp_ged", "UCDP Georeferenced Event csv",
        "id year type_of_violence country_id date_start best low high", ucdp.read_ged,
    ),
    Format(
        "sipri-tiv", "sipri", "SIPRI TIV table csv",
        "heading 'TIV of arms exports from|to STATE, YEARS', then one column per year",
        sipri.is_tiv_table, sipri.read_tiv_table,
    ),
    Format(
        "sipri-register", "sipri", "SIPRI trade register csv",
        "heading lines, then a header with Recipient, Supplier, Year(s) of delivery, SIPRI TIV of "
        "delivered weapons",
        lambda head: sipri.register_header(head) is not None, sipri.read_register,
    ),
    Format(
        "icews", "icews_events", "ICEWS events .tab",
        "tab-separated, header of 20 columns from Event ID",
        icews.is_icews, icews.read_icews,
    ),
    Format(
        "gdelt-1", "gdelt_events", "GDELT 1.0 events tsv",
        "tab-separated, no header, 57 or 58 columns",
        partial(gdelt.is_gdelt, widths=gdelt.WIDTHS_1), gdelt.read_gdelt_1,
    ),
    Format(
        "gdelt-2", "gdelt_events", "GDELT 2.0 events tsv", "tab-separated, no header, 61 columns",
        partial(gdelt.is_gdelt, widths=gdelt.WIDTHS_2), gdelt.read_gdelt_2,
    ),
    Format(
        "polecat", "polecat", "POLECAT events txt",
        "tab-separated, header with Event ID, Event Type, Quad Code, Actor COW, Recipient COW",
        polecat.is_polecat, polecat.read_polecat,
    ),
)  # fmt: skip


def chosen(name: str) -> tuple[Format, ...]:
    """Return the formats of that name or provider.

    Raises
    ------
    UnknownName
        If there is none.

    Examples
    --------
    >>> [form.name for form in chosen("cow_mid")]
    ['cow-mid-participants', 'cow-mid-dyadic']
    """
    key = name.casefold()
    found = tuple(form for form in FORMATS if key in {form.name, form.provider})
    if not found:
        raise unknown("format", name, [form.name for form in FORMATS])
    return found


def read_official(path: Path, name: str | None = None, member: str = "") -> tuple[Format, Contents]:
    """Recognise and read an official file.

    Parameters
    ----------
    path : Path
        The file as published: text, gzip or zip.
    name : str, optional
        Format or provider, where recognition should not decide.
    member : str
        Text in the name of the file to take from an archive of several.

    Raises
    ------
    InputFileError
        If the file is none of the known formats, is damaged, or breaks its format's rules.
    UnknownName
        If `name` is no format.
    """
    allowed = FORMATS if name is None else chosen(name)
    with opened(path) as inside:
        files = [item for item in inside if member.casefold() in item.label.casefold()] or inside
        found = [(form, item) for item in files for form in _matching(item, allowed, len(files))]
        if len(found) > 1:
            raise InputFileError(_several(path, found))
        if found:
            form, item = found[0]
            return form, form.read(item)
        if name is not None and len(allowed) == 1 and len(files) == 1:
            return allowed[0], allowed[0].read(files[0])
        raise InputFileError(_unrecognised(path, files, allowed))


def _matching(item: Opened, allowed: tuple[Format, ...], siblings: int) -> list[Format]:
    if unvotes.is_rdata(item.path):
        return [form for form in allowed if form.name == "un-votes-rdata"]
    try:
        check_text(item)
    except InputFileError:
        if siblings > 1:
            return []
        raise
    head = read_head(item)
    return [form for form in allowed if form.matches(head)]


def _several(path: Path, found: list[tuple[Format, Opened]]) -> str:
    parts = ", ".join(f"{item.label} ({form.name})" for form, item in found)
    return (
        f"{path.name}: holds {len(found)} files that could be meant: {parts}. "
        f"Unpack it and add one, or choose with --as."
    )


def _unrecognised(path: Path, files: list[Opened], allowed: tuple[Format, ...]) -> str:
    found = "; ".join(_description(item) for item in files[:4])
    known = "\n".join(f"  {form.name}: {form.title} ({form.signature})" for form in allowed)
    return f"{path.name}: not a known format. Found {found}.\nExpected one of:\n{known}"


def _description(item: Opened) -> str:
    head = read_head(item)
    if not head or not head[0].strip():
        return f"{item.label}: a first line without text"
    line = head[0]
    counts = {"tab": line.count("\t"), "comma": line.count(","), "semicolon": line.count(";")}
    delimiter = max(counts, key=lambda key: counts[key])
    if counts[delimiter] == 0:
        return f"{item.label}: a first line without delimiters, {line[:60]!r}"
    names = header_of(line, {"tab": "\t", "comma": ",", "semicolon": ";"}[delimiter])
    shown = ", ".join(name[:30] for name in names[:8])
    return f"{item.label}: {len(names)} {delimiter}-separated columns starting {shown}"
