"""Raw rows to dyad-steps: right counts, and every row accounted for."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from realpolitik import events
from realpolitik.errors import InputFileError, MissingExtra, RequestError, UnknownName
from realpolitik.events import engines, queries
from realpolitik.measures.event_scale import log_ratio
from realpolitik.providers.event_codes import QUADS, goldstein
from realpolitik.providers.files import read_official
from realpolitik.providers.files.opening import Opened

pytest.importorskip("ibis")
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table.. is deprecated")
"""Ibis 12 still calls what DuckDB 2 has renamed."""
Hand = dict[tuple[str, str, str], list[int]]
LOG_TOLERANCE = 1e-14
"""Two libraries' logarithms may differ in the last bits."""
PRINTED = 5e-5
"""model.md prints four decimals."""


def by_month(frame: pl.DataFrame) -> Hand:
    rows = frame.select("source", "target", pl.col("month").dt.strftime("%Y-%m"), *QUADS)
    return {row[:3]: list(row[3:]) for row in rows.iter_rows()}


def assert_accounted(found: events.Counted, rows: int) -> None:
    assert found.rows == rows
    assert found.counted + found.rejects.total + sum(found.left_out.values()) == rows
    assert int(found.frame.select(pl.sum_horizontal(QUADS)).to_series().sum()) == found.counted


def test_counts_are_those_counted_by_hand(icews_file: Path, counted_by_hand: Hand) -> None:
    found = events.read(icews_file)
    assert by_month(found.frame) == counted_by_hand
    assert_accounted(found, 3000)
    assert found.rejects.total == 0
    assert set(found.unknown) == {"Europe"}


def test_a_year_is_the_sum_of_its_months(icews_file: Path) -> None:
    months, years = events.counts(icews_file), events.counts(icews_file, step="year")
    assert years["year"].unique().to_list() == [2014]
    summed = months.group_by("source", "target").agg(pl.col(QUADS).sum()).sort("source", "target")
    assert summed.equals(years.select("source", "target", *QUADS))


def test_malformed_rows_are_set_aside_with_place_and_reason(
    faulty_file: Path, counted_by_hand: Hand, faults: dict[str, str]
) -> None:
    found = events.read(faulty_file)
    assert by_month(found.frame) == counted_by_hand
    assert_accounted(found, 3000 + len(faults))
    lines = faulty_file.read_text(encoding="utf-8").split("\n")
    kept = found.rejects.rows
    assert kept.height == len(faults)
    for row in kept.iter_rows(named=True):
        assert row["file"] == faulty_file.name
        assert lines[row["line"] - 1] == row["text"]
        assert faults[row["text"]] == row["reason"]


def test_mixed_line_ends_change_nothing(
    faulty_file: Path, counted_by_hand: Hand, faults: dict[str, str], tmp_path: Path
) -> None:
    mixed = tmp_path / "mixed.tab"
    lines = faulty_file.read_bytes().split(b"\n")
    mixed.write_bytes(b"".join(x + (b"\r\n" if n % 3 else b"\n") for n, x in enumerate(lines)))
    found = events.read(mixed)
    assert by_month(found.frame) == counted_by_hand
    assert_accounted(found, 3000 + len(faults))
    assert sorted(found.rejects.rows["reason"]) == sorted(faults.values())


def test_only_a_cell_that_counts_must_be_utf8(icews_file: Path) -> None:
    content = icews_file.read_bytes().split(b"\n")
    content[7] = content[7].replace(b"Actor", b"Act\xf6r")
    cells = content[8].split(b"\t")
    content[8] = b"\t".join([*cells[:4], b"Isl\xe4nd", *cells[5:]])
    icews_file.write_bytes(b"\n".join(content))
    found = events.read(icews_file)
    assert found.rejects.counts == {"the text is not UTF-8": 1}
    assert found.rejects.rows["line"].to_list() == [9]
    assert_accounted(found, 3000)


def test_a_file_that_is_mostly_broken_is_refused(icews_file: Path) -> None:
    content = icews_file.read_text(encoding="utf-8").split("\n")
    broken = [line if n % 10 else line + "\tx" for n, line in enumerate(content[1:-1])]
    icews_file.write_text("\n".join([content[0], *broken]), encoding="utf-8")
    with pytest.raises(InputFileError, match=r"300 of 3,000 rows are malformed"):
        events.read(icews_file)


def test_a_file_without_rows_is_refused(icews_file: Path) -> None:
    icews_file.write_text(icews_file.read_text(encoding="utf-8").split("\n")[0] + "\n")
    with pytest.raises(InputFileError, match="has no rows"):
        events.read(icews_file)


def test_two_files_count_together_and_packed_alike(
    icews_file: Path, write_icews: Callable[[Path, int, int], Path], tmp_path: Path
) -> None:
    other = write_icews(tmp_path / "other.tab", 500, 2)
    packed = tmp_path / "other.tab.gz"
    packed.write_bytes(gzip.compress(other.read_bytes()))
    both = events.read([icews_file, packed])
    assert_accounted(both, 3500)
    apart = pl.concat([events.counts(icews_file), events.counts(other)])
    keys = ["source", "target", "month"]
    summed = apart.group_by(keys).agg(pl.col(QUADS).sum()).sort(keys)
    assert both.frame.select(*keys, *QUADS).equals(summed)


def test_both_readers_agree(faulty_file: Path) -> None:
    """The reader of `data add`, which streams with Polars, against the query on DuckDB."""
    _, contents = read_official(faulty_file)
    found = events.read(faulty_file)
    assert contents.rows == found.rows
    assert contents.rejects.total == found.rejects.total
    assert (
        contents.rejects.rows.sort("line")["line"].to_list() == found.rejects.rows["line"].to_list()
    )
    same, nobody = "source and target are the same state", "no state named as source or target"
    assert contents.left_out[nobody] == found.left_out[nobody]
    names = {"India": "IND", "Pakistan": "PAK", "United States": "USA", "China": "CHN",
             "Iran": "IRN"}  # fmt: skip
    keyed = contents.frame.filter(
        pl.col("source").is_in(list(names)) & pl.col("target").is_in(list(names))
    ).with_columns(pl.col("source", "target").replace(names))
    keys = ["source", "target", "month"]
    assert keyed.sort(keys).equals(found.frame.select(*keys, *QUADS))
    europe = contents.left_out[same] - found.left_out[same]
    assert europe == sum(
        line.split("\t")[4] == line.split("\t")[10] == "Europe"
        for line in faulty_file.read_text(encoding="utf-8").split("\n")
        if line.count("\t") == 19
    )


def test_goldstein_sums_and_log_odds(icews_file: Path) -> None:
    scale = goldstein()
    lines = [x.split("\t") for x in icews_file.read_text(encoding="utf-8").split("\n")[1:-1]]
    codes = [
        c[6].zfill(3) for c in lines
        if (c[4], c[10]) == ("India", "Pakistan") and c[1].startswith("2014-01")
    ]  # fmt: skip
    row = events.counts(icews_file).filter(
        source="IND", target="PAK", month=date(2014, 1, 1)
    ).row(0, named=True)  # fmt: skip
    assert row["goldstein_events"] == len(codes)
    np.testing.assert_allclose(row["goldstein"], sum(scale[c] for c in codes), rtol=LOG_TOLERANCE)
    frame = events.counts(icews_file)
    for kind in ("verbal", "material"):
        plus = frame[f"{kind}_cooperation"].to_numpy().astype(float)
        minus = frame[f"{kind}_conflict"].to_numpy().astype(float)
        reading, variance = log_ratio(plus, minus)
        for name, expected in ((f"{kind}_log_odds", reading), (f"{kind}_log_odds_var", variance)):
            np.testing.assert_allclose(
                frame[name].to_numpy(), expected, rtol=LOG_TOLERANCE, atol=LOG_TOLERANCE
            )
            assert frame[name].null_count() == int(np.isnan(expected).sum())


def test_the_printed_log_odds() -> None:
    ibis = pytest.importorskip("ibis")
    counts = {quad: [0] for quad in QUADS} | {"verbal_cooperation": [12], "verbal_conflict": [3]}
    table = {"source": ["USA"], "target": ["PAK"], "step": [date(2014, 1, 1)], **counts,
             "tenths": [-25], "weighted": [15]}  # fmt: skip
    with engines.embedded() as connection:
        frame = connection.to_polars(
            queries.readings(ibis.memtable(pl.DataFrame(table).to_arrow()))
        )
    row = frame.row(0, named=True)
    np.testing.assert_allclose(
        [row["verbal_log_odds"], row["verbal_log_odds_var"]], [1.2730, 0.3657], atol=PRINTED
    )
    assert row["material_log_odds"] is None
    assert row["material_log_odds_var"] is None
    assert row["goldstein"] == -2.5


@pytest.mark.parametrize(
    ("sectors", "labels"),
    [
        (["rebels"], {"Rebel,Dissident"}),
        (["government"], {"Government,Executive", "Military,Government"}),
        (["state", "military"], {"", "Military,Government"}),
    ],
)
def test_sectors_of_both_actors(sectors: list[str], labels: set[str], icews_file: Path) -> None:
    found = events.read(icews_file, sectors=sectors)
    lines = [x.split("\t") for x in icews_file.read_text(encoding="utf-8").split("\n")[1:-1]]
    outside = sum(not {cells[3], cells[9]} <= labels for cells in lines)
    assert found.left_out["an actor is not of the chosen sectors"] == outside
    assert_accounted(found, 3000)


def test_a_state_counts_only_in_its_years(tmp_path: Path, icews_file: Path) -> None:
    """South Sudan entered the system in 2011."""
    head = icews_file.read_text(encoding="utf-8").split("\n")[0]
    rows = []
    for year in (2009, 2012):
        cells = [""] * 20
        cells[1], cells[4], cells[6], cells[10] = f"{year}-05-01", "South Sudan", "036", "Sudan"
        rows.append("\t".join(cells))
    path = tmp_path / "sudan.tab"
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    found = events.read(path, step="year")
    assert found.frame.select("source", "target", "year").rows() == [("SSD", "SDN", 2012)]
    assert found.unknown == {"South Sudan": 1}


def gdelt_row(width: int, number: int, day: str, source: str, target: str, code: str) -> str:
    cells = [""] * width
    cells[0], cells[1], cells[7], cells[17] = str(number), day, source, target
    cells[26], cells[28] = code, code[:2]
    cells[59 if width == 61 else 56] = day
    cells[12], cells[22] = "MIL", "GOV"
    return "\t".join(cells)


@pytest.mark.parametrize("width", [57, 58, 61])
def test_gdelt_of_every_width(width: int, tmp_path: Path) -> None:
    rows = [("20140105", "USA", "CHN", "071"), ("20140106", "USA", "CHN", "0831"),
            ("20140106", "CHN", "ROM", "145"), ("20140106", "CHN", "WSB", "145")]  # fmt: skip
    path = tmp_path / "20140105.export.CSV"
    lines = [gdelt_row(width, 1000 + n, *row) for n, row in enumerate(rows)]
    path.write_text("\n".join([*lines, ""]))
    found = events.read(path)
    assert_accounted(found, 4)
    assert found.frame.select("source", "target", *QUADS, "goldstein").rows() == [
        ("CHN", "ROU", 0, 0, 0, 1, goldstein()["145"]),
        ("USA", "CHN", 0, 2, 0, 0, goldstein()["071"] + goldstein()["0831"]),
    ]
    assert found.unknown == {"WSB": 1}
    assert events.read(path, sectors=["military", "government"]).counted == 3
    with pytest.raises(UnknownName, match="sector of gdelt files"):
        events.read(path, sectors=["navy"])


def test_polecat_rows_of_several_states(tmp_path: Path) -> None:
    names = ("Event ID", "Event Date", "Event Type", "Quad Code", "Actor COW", "Recipient COW")
    rows = [
        ("a", "2020-02-03", "CONSULT", "VERBAL COOPERATION", "750; 2", "770"),
        ("b", "2020-02-04", "PROTEST", "", "750; 770", "770"),
        ("c", "2020-02-05", "ASSAULT", "MATERIAL CONFLICT", "770", "None"),
        ("d", "2020-02-05", "ASSAULT", "MATERIAL CONFLICT", "770", "770"),
        ("e", "2020-02-05", "SMILE", "", "770", "750"),
    ]
    path = tmp_path / "ngecEvents-2020.txt"
    path.write_text("\n".join("\t".join(row) for row in (names, *rows)) + "\n")
    found = events.read(path)
    assert (found.rows, found.counted) == (5, 2)
    assert found.rejects.counts == {"the event code is unknown": 1}
    assert sum(found.left_out.values()) == 2
    assert found.frame.select("source", "target", *QUADS, "goldstein").rows() == [
        ("IND", "PAK", 1, 0, 0, 1, None),
        ("USA", "PAK", 1, 0, 0, 0, None),
    ]


def test_files_of_different_formats_are_never_one_series(icews_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "x.CSV"
    other.write_text(gdelt_row(61, 1, "20200105", "USA", "CHN", "036") + "\n")
    with pytest.raises(InputFileError, match="has other columns than events"):
        events.read([icews_file, other])


def test_a_file_that_holds_no_events(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("state,year\nUSA,2014\n")
    with pytest.raises(InputFileError, match="is no event file that is known here"):
        events.read(path)


def test_an_unknown_step(icews_file: Path) -> None:
    with pytest.raises(UnknownName, match="unknown step 'week'"):
        events.read(icews_file, step="week")  # type: ignore[arg-type]


@pytest.mark.parametrize("part", ["ibis", "duckdb"])
def test_without_its_parts_the_extra_is_named(
    part: str, icews_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, part, None)
    with pytest.raises(MissingExtra, match=r"realpolitik\[events\]"):
        events.read(icews_file)


def test_a_table_needs_its_layout(icews_file: Path) -> None:
    """The same rows opened by lines, as on a cluster, give the same counts."""
    layout = events.layout_of(Opened(icews_file, icews_file.name))
    with engines.embedded() as connection:
        rows = queries.rows_of_lines(engines.duckdb_lines(connection, [icews_file]), layout)
        with pytest.raises(RequestError, match="Pass layout="):
            events.counts(rows)
        frame = events.counts(rows, layout=layout)
    assert frame.equals(events.counts(icews_file))
