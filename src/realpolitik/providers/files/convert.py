"""From an official file to columns of the panel, states by their keys.

The arithmetic is that of the embedded panel: this module only finds the right function, says which
codes are unknown, and where an absent row means zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import polars as pl

from realpolitik.errors import InputFileError
from realpolitik.providers import atop, cow, regimes, ucdp, un
from realpolitik.providers.codes import code_table
from realpolitik.providers.event_codes import COUNTRY_LETTERS
from realpolitik.providers.files.contents import Contents, Converted, Cover
from realpolitik.providers.keys import named, to_state
from realpolitik.states import FIRST_YEAR, LAST_YEAR, match_name, members

#: A file in which more rows than this name no known state is coded in some other system.
MAX_UNKNOWN_SHARE = 0.5
CHINA, TAIWAN, LAST_YEAR_OF_MOVE = 710, 713, 1949


def convert(contents: Contents) -> Converted:
    """Convert the contents of an official file.

    Raises
    ------
    InputFileError
        If no row is of 1946 or later, or more than half of the rows name no known state.
    """
    return _CONVERSIONS[contents.provider](contents)


def _since_1946(frame: pl.DataFrame) -> pl.DataFrame:
    kept = frame.filter(pl.col("year") >= FIRST_YEAR)
    if kept.is_empty():
        years = frame["year"].to_list()
        span = f"{min(years)} to {max(years)}" if years else "no year"
        msg = f"the file covers {span}; the panel begins in {FIRST_YEAR}, so nothing can be used."
        raise InputFileError(msg)
    return kept


def _check_codes(frame: pl.DataFrame, columns: Iterable[str], known: set[object]) -> dict[str, int]:
    """Count rows by unknown code; refuse a file that is mostly unknown."""
    counts: dict[str, int] = {}
    names = list(columns)
    bad = pl.any_horizontal(*(~pl.col(name).is_in(list(known)) for name in names))
    for name in names:
        odd = frame.filter(~pl.col(name).is_in(list(known))).group_by(name).len()
        for code, n in odd.iter_rows():
            counts[str(code)] = counts.get(str(code), 0) + n
    ordered = dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    share = frame.filter(bad).height / max(1, frame.height)
    if share > MAX_UNKNOWN_SHARE:
        listed = ", ".join(f"{code} ({n} rows)" for code, n in list(ordered.items())[:10])
        msg = (
            f"{share:.0%} of the rows name no known state: {listed}. "
            f"The file is coded in another system than its format uses."
        )
        raise InputFileError(msg)
    return ordered


def _numbers(scheme: str) -> set[object]:
    return set(code_table(scheme)[scheme].to_list())


def _years(frame: pl.DataFrame) -> tuple[int, ...]:
    years = frame["year"].to_list()
    return tuple(range(min(years), max(years) + 1))


def _nmc(contents: Contents) -> Converted:
    rows = _since_1946(contents.frame)
    unknown = _check_codes(rows, ["ccode"], _numbers("cow"))
    table = cow.capabilities(rows, code_table("cow"))
    return Converted({"state_year": _once(table, ["state", "year"])}, unknown=unknown)


def _once(table: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Settle two codes of one state in one year: the last known value of each column."""
    return table.group_by(key).agg(pl.exclude(key).drop_nulls().last()).sort(key)


def _mid(contents: Contents) -> Converted:
    rows = _since_1946(contents.frame)
    unknown = _check_codes(rows, ["ccode1", "ccode2"], _numbers("cow"))
    table = cow.disputes(rows, code_table("cow"))
    cover = Cover("dyad_year", ("mid_hostility", "mid_onsets"), _years(rows))
    return Converted({"dyad_year": table}, (cover,), unknown)


def _atop(contents: Contents) -> Converted:
    rows = _since_1946(contents.frame)
    unknown = _check_codes(rows, ["ccode1", "ccode2"], _numbers("cow"))
    table = atop.pledges(rows, code_table("cow"))
    return Converted(
        {"dyad_year": table}, (Cover("dyad_year", atop.PLEDGES, _years(rows)),), unknown
    )


def _vdem(contents: Contents) -> Converted:
    rows = _since_1946(contents.frame)
    unknown = _check_codes(rows.filter(pl.col("cown").is_not_null()), ["cown"], _numbers("cow"))
    table = regimes.polyarchy(rows, code_table("cow"))
    return Converted({"state_year": _once(table, ["state", "year"])}, unknown=unknown)


def _un_votes(contents: Contents) -> Converted:
    rows = _since_1946(contents.frame)
    unknown = _check_codes(rows, ["ccode"], _numbers("cow"))
    early = (pl.col("ccode") == TAIWAN) & (pl.col("year") <= LAST_YEAR_OF_MOVE)
    coded = rows.select(
        pl.col("rcid").cast(pl.Int32),
        "year",
        pl.when(early).then(CHINA).otherwise("ccode").alias("ccode"),
        pl.col("vote").replace_strict(un.CODES, return_dtype=pl.Int8),
    )
    keyed = to_state(coded, code_table("cow"), "ccode").unique(["rcid", "state"], keep="first")
    parts = keyed.sort("rcid", "state").partition_by("year", maintain_order=True)
    pairs = pl.concat(
        [un.pairs_of_year(part.select("rcid", "state", "vote", "year")) for part in parts]
    )
    tables = {
        "un_votes": keyed.select("rcid", "state", "vote").sort("rcid", "state"),
        "un_roll_calls": rows.select(pl.col("rcid").cast(pl.Int32), "date", "session", "year")
        .unique("rcid", keep="first", maintain_order=True)
        .sort("rcid"),
        "dyad_year": pairs,
    }
    return Converted(tables, unknown=unknown)


def _acd(contents: Contents) -> Converted:
    rows = _since_1946(contents.frame)
    first, *others = ucdp.PARTIES
    parties = pl.concat(
        [rows.select("year", "intensity_level", pl.col(n).alias(first)) for n in ucdp.PARTIES]
    ).drop_nulls(first)
    codes = pl.col(first).str.split(", ").list.eval(pl.element().cast(pl.Int64))
    listed = parties.with_columns(codes).explode(first)
    unknown = _check_codes(listed, [first], _numbers("gw"))
    single = listed.with_columns(pl.lit(None, pl.Int64).alias(name) for name in others)
    table = ucdp.conflict(single, code_table("gw"))
    cover = Cover("state_year", ("conflict_intensity",), _years(rows))
    return Converted({"state_year": table}, (cover,), unknown)


STATE_BASED = 1


def _ged(contents: Contents) -> Converted:
    rows = _since_1946(contents.frame)
    unknown = _check_codes(rows, ["country_id"], _numbers("gw"))
    deaths = rows.filter(pl.col("type_of_violence") == STATE_BASED)
    table = (
        to_state(deaths, code_table("gw"), "country_id")
        .group_by("state", "year")
        .agg(pl.col("best").sum().alias("battle_deaths"))
        .sort("state", "year")
    )
    years = tuple(sorted(rows["year"].unique().to_list()))
    return Converted(
        {"state_year": table}, (Cover("state_year", ("battle_deaths",), years),), unknown
    )


def _sipri(contents: Contents) -> Converted:
    rows = _since_1946(contents.frame)
    names = {*rows["supplier"].to_list(), *rows["recipient"].to_list()}
    known: set[object] = {name for name in names if match_name(name)}
    unknown = _check_codes(rows, ["supplier", "recipient"], known)
    keyed = named(named(rows, match_name, "supplier", "source"), match_name, "recipient", "target")
    table = (
        keyed.filter(pl.col("source") != pl.col("target"))
        .group_by("source", "target", pl.col("year").cast(pl.Int32))
        .agg(pl.col("value").sum().alias("arms"))
    )
    if contents.about:
        grid = _partners(contents.about)
        table = grid.join(table, on=grid.columns, how="left").with_columns(
            pl.col("arms").fill_null(0.0)
        )
    return Converted({"dyad_year": table.sort("source", "target", "year")}, unknown=unknown)


def _partners(about: dict[str, str]) -> pl.DataFrame:
    """Every dyad and year a TIV table speaks of: a partner it does not list had no delivery."""
    state = match_name(about["state"])
    if state is None:
        msg = f"the table is about {about['state']!r}, which is no known state."
        raise InputFileError(msg)
    first, last = max(int(about["first"]), FIRST_YEAR), min(int(about["last"]), LAST_YEAR)
    this, other = ("source", "target") if about["side"] == "supplier" else ("target", "source")
    rows = [
        (state, partner, year)
        for year in range(first, last + 1)
        for partner in members(year)
        if partner != state
    ]
    schema = {this: pl.String, other: pl.String, "year": pl.Int32}
    return pl.DataFrame(rows, schema=schema, orient="row").select("source", "target", "year")


def _events(contents: Contents) -> Converted:
    """Monthly counts between states; years and zeros follow from all files together."""
    frame = contents.frame.with_columns(pl.col("month").dt.year().alias("year"))
    rows = _since_1946(frame)
    if contents.provider == "icews_events":
        known: set[object] = {n for n in _both(rows) if isinstance(n, str) and match_name(n)}
        unknown = _check_codes(rows, ["source", "target"], known)
        keyed = named(named(rows, match_name, "source", "from"), match_name, "target", "to")
        table = keyed.rename({"from": "source", "to": "target"})
    else:
        scheme = "cow" if contents.provider == "polecat" else "iso3"
        rows = _coded(rows, scheme)
        unknown = _check_codes(rows, ["source", "target"], _numbers(scheme))
        keyed = to_state(rows, code_table(scheme), "source", "from")
        table = to_state(keyed, code_table(scheme), "target", "to").rename(
            {"from": "source", "to": "target"}
        )
    quads = [name for name in contents.frame.columns if name not in {"source", "target", "month"}]
    summed = (
        table.filter(pl.col("source") != pl.col("target"))
        .group_by("source", "target", "month")
        .agg(pl.col(quads).sum())
        .sort("source", "target", "month")
    )
    return Converted({"events": summed}, unknown=unknown)


def _both(rows: pl.DataFrame) -> set[object]:
    return {*rows["source"].to_list(), *rows["target"].to_list()}


def _coded(rows: pl.DataFrame, scheme: str) -> pl.DataFrame:
    sides = pl.col("source", "target")
    if scheme == "cow":
        return rows.with_columns(sides.cast(pl.Int64, strict=False).fill_null(0))
    return rows.with_columns(sides.replace(dict(COUNTRY_LETTERS)))


_CONVERSIONS: dict[str, Callable[[Contents], Converted]] = {
    "cow_nmc": _nmc,
    "cow_mid": _mid,
    "atop": _atop,
    "vdem": _vdem,
    "un_votes": _un_votes,
    "ucdp_acd": _acd,
    "ucdp_ged": _ged,
    "sipri": _sipri,
    "icews_events": _events,
    "gdelt_events": _events,
    "polecat": _events,
}
