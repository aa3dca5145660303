"""Each official file is recognised, and its figures arrive as published."""

from __future__ import annotations

import datetime
import gzip
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from realpolitik.errors import InputFileError
from realpolitik.providers.files import FORMATS, read_official
from realpolitik.providers.files.convert import convert

Samples = dict[str, tuple[str, bytes]]
WITHOUT_TEXT_SAMPLE = {"un-votes-rdata"}


def put(folder: Path, sample: tuple[str, bytes]) -> Path:
    path = folder / sample[0]
    path.write_bytes(sample[1])
    return path


def columns(samples: Samples, folder: Path, form: str, table: str) -> pl.DataFrame:
    _, contents = read_official(put(folder, samples[form]))
    return convert(contents).tables[table]


def test_every_text_format_has_a_sample(samples: Samples) -> None:
    assert {form.name for form in FORMATS} - WITHOUT_TEXT_SAMPLE == set(samples)


@pytest.mark.parametrize("form", [f.name for f in FORMATS if f.name not in WITHOUT_TEXT_SAMPLE])
@pytest.mark.parametrize("packing", ["plain", "gzip", "zip", "zip in zip"])
def test_recognised_by_content_however_it_is_packed(
    form: str, packing: str, samples: Samples, tmp_path: Path
) -> None:
    plain = put(tmp_path, ("renamed.csv", samples[form][1]))
    path = plain
    if packing == "gzip":
        path = tmp_path / "file.gz"
        path.write_bytes(gzip.compress(plain.read_bytes()))
    if packing.startswith("zip"):
        path = tmp_path / "file.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(plain, "folder/data.csv")
            archive.writestr("readme.txt", "Please cite us.")
            archive.writestr("codebook.pdf", b"%PDF-1.4")
            archive.writestr("__MACOSX/._data.csv", b"\0\1")
    if packing == "zip in zip":
        outer = tmp_path / "outer.zip"
        with zipfile.ZipFile(outer, "w") as archive:
            archive.write(path, "inner.zip")
        path = outer
    found, contents = read_official(path)
    assert found.name == form
    assert contents.frame.equals(read_official(plain)[1].frame)


def test_capabilities_share_only_what_is_known(samples: Samples, tmp_path: Path) -> None:
    form, contents = read_official(put(tmp_path, samples["cow-nmc"]))
    assert (form.name, contents.rows) == ("cow-nmc", 4)
    assert contents.frame["milper"].null_count() == 1
    table = convert(contents).tables["state_year"]
    assert table["year"].unique().to_list() == [2015]
    by_state = {row["state"]: row for row in table.iter_rows(named=True)}
    assert by_state["USA"]["milex_share"] == 0.75
    assert by_state["IND"]["milex_share"] is None
    assert by_state["RUS"]["milper_share"] is None
    assert by_state["IND"]["cinc"] == 0.08


def test_disputes_by_participant_become_directed_years(samples: Samples, tmp_path: Path) -> None:
    table = columns(samples, tmp_path, "cow-mid-participants", "dyad_year")
    rows = {row[:3]: row[3:] for row in table.iter_rows()}
    assert rows == {
        ("PAK", "IND", 1965): (5, 1),
        ("IND", "PAK", 1965): (5, 1),
        ("USA", "IRQ", 1999): (3, 1),
        ("IRQ", "USA", 1999): (4, 1),
        ("USA", "IRQ", 2000): (3, 0),
        ("IRQ", "USA", 2000): (4, 0),
        ("GBR", "IRQ", 2000): (0, 1),
        ("IRQ", "GBR", 2000): (4, 1),
    }


def test_dyadic_disputes_are_read_in_both_directions(samples: Samples, tmp_path: Path) -> None:
    table = columns(samples, tmp_path, "cow-mid-dyadic", "dyad_year")
    rows = {row[:3]: row[3:] for row in table.iter_rows()}
    assert rows == {
        ("PAK", "IND", 1965): (5, 1),
        ("IND", "PAK", 1965): (4, 1),
        ("USA", "IRQ", 1999): (3, 1),
        ("IRQ", "USA", 1999): (4, 1),
        ("USA", "IRQ", 2000): (3, 0),
        ("IRQ", "USA", 2000): (4, 0),
    }


def test_a_silent_file_says_zero_only_inside_its_years(samples: Samples, tmp_path: Path) -> None:
    (cover,) = convert(read_official(put(tmp_path, samples["atop"]))[1]).covers
    assert cover.years == (1990, 1991)
    assert "atop_defense" in cover.columns


def test_pledges_keep_their_direction(samples: Samples, tmp_path: Path) -> None:
    table = columns(samples, tmp_path, "atop", "dyad_year")
    neutral = {row[:3]: row[3] for row in table.select(
        "source", "target", "year", "atop_neutral").iter_rows()}  # fmt: skip
    assert neutral[("IND", "RUS", 1991)] == 1
    assert neutral[("RUS", "IND", 1991)] == 0


def test_absence_is_no_vote(samples: Samples, tmp_path: Path) -> None:
    _, contents = read_official(put(tmp_path, samples["un-votes-csv"]))
    tables = convert(contents).tables
    assert contents.left_out == {"absent": 1, "not a member": 1}
    assert dict(tables["un_votes"].select("state", "vote").iter_rows()) == {
        "IND": 2, "RUS": 3, "USA": 1,
    }  # fmt: skip
    shared = tables["dyad_year"].filter(source="USA", target="RUS").row(0, named=True)
    assert (shared["un_shared_votes"], shared["un_agreement"]) == (1, None)


def test_a_vote_belongs_to_the_year_of_its_date(samples: Samples, tmp_path: Path) -> None:
    name, content = samples["un-votes-csv"]
    january = content.replace(b"2021-11-01", b"2022-01-14")
    tables = convert(read_official(put(tmp_path, (name, january)))[1]).tables
    assert tables["dyad_year"]["year"].unique().to_list() == [2022]
    assert tables["un_roll_calls"].rows() == [(99001, datetime.date(2022, 1, 14), 76, 2022)]
    bare = b"\n".join(
        b",".join(line.split(b",")[i] for i in (0, 1, 3, 7)) for line in content.split(b"\n")[:-1]
    )
    tables = convert(read_official(put(tmp_path, (name, bare)))[1]).tables
    assert tables["un_roll_calls"].rows() == [(99001, None, 76, 2021)]


def test_votes_without_a_roll_call_are_counted(samples: Samples, tmp_path: Path) -> None:
    name, content = samples["un-votes-csv"]
    rows = b"NA,2,1,1,USA,,2021,76,0,2021-11-01,x\nNA,2,1,1,USA,,2021,76,0,2021-11-01,x\n"
    _, contents = read_official(put(tmp_path, (name, content + rows)))
    assert contents.left_out["roll call, state or session missing"] == 2
    assert contents.frame.height == 3


def test_unlisted_places_have_no_polyarchy(samples: Samples, tmp_path: Path) -> None:
    table = columns(samples, tmp_path, "vdem", "state_year")
    assert table["state"].to_list() == ["IND", "PAK"]
    assert table["polyarchy_high"].to_list() == [0.47, 0.38]


def test_a_cell_of_several_states_counts_for_each(samples: Samples, tmp_path: Path) -> None:
    table = columns(samples, tmp_path, "ucdp-acd", "state_year")
    rows = {row[:2]: row[2] for row in table.iter_rows()}
    assert rows == {
        ("IND", 1999): 2, ("PAK", 1999): 2, ("SYR", 2015): 1, ("RUS", 2015): 1, ("IRN", 2015): 1,
    }  # fmt: skip


def test_deaths_are_of_whole_years_and_armed_conflict(samples: Samples, tmp_path: Path) -> None:
    _, contents = read_official(put(tmp_path, samples["ucdp-ged"]))
    converted = convert(contents)
    assert converted.tables["state_year"].rows() == [("AFG", 2019, sum(range(1, 12)))]
    assert converted.covers[0].years == (2019,)
    assert contents.left_out == {"event of a year that the file does not cover whole": 1}


def test_tiv_table_by_recipient(samples: Samples, tmp_path: Path) -> None:
    table = columns(samples, tmp_path, "sipri-tiv", "dyad_year")
    value = {row[:3]: row[3] for row in table.iter_rows()}
    assert value[("FRA", "IND", 2021)] == 2000
    assert value[("RUS", "IND", 2020)] == 0
    assert value[("CHN", "IND", 2020)] == 0
    assert {row[1] for row in table.iter_rows()} == {"IND"}
    assert not {row[2] for row in table.iter_rows()} - {2019, 2020, 2021}


def test_tiv_table_by_supplier(samples: Samples, tmp_path: Path) -> None:
    name, content = samples["sipri-tiv"]
    turned = content.replace(b"exports to India", b"exports from the United States")
    path = put(tmp_path, (name, turned.replace(b"United States,0", b"India,0")))
    table = convert(read_official(path)[1]).tables["dyad_year"]
    assert table.filter(source="USA", target="FRA", year=2019)["arms"].to_list() == [500.0]
    assert table["source"].unique().to_list() == ["USA"]


def test_register_spreads_orders_and_says_so(samples: Samples, tmp_path: Path) -> None:
    _, contents = read_official(put(tmp_path, samples["sipri-register"]))
    rows = {row[:3]: row[3] for row in convert(contents).tables["dyad_year"].iter_rows()}
    assert rows == {
        ("FRA", "IND", 2016): 30, ("FRA", "IND", 2017): 30, ("ISR", "IND", 2018): 10,
    }  # fmt: skip
    assert contents.left_out == {"order with nothing delivered": 1}
    assert "1 of 2 orders" in contents.notes[0]


QUADS = ["verbal_cooperation", "material_cooperation", "verbal_conflict", "material_conflict"]


def quads(table: pl.DataFrame, source: str, target: str) -> list[int]:
    return list(table.filter(source=source, target=target).select(QUADS).sum().row(0))


def test_icews_counts_in_four_classes(samples: Samples, tmp_path: Path) -> None:
    _, contents = read_official(put(tmp_path, samples["icews"]))
    table = convert(contents).tables["events"]
    assert quads(table, "IND", "PAK") == [0, 1, 1, 1]
    assert quads(table, "PAK", "IND") == [1, 0, 0, 0]
    assert table["month"].unique().to_list() == [datetime.date(2015, 3, 1)]
    assert contents.left_out == {
        "no state named as source or target": 1,
        "source and target are the same state": 1,
    }
    assert contents.days == tuple(datetime.date(2015, 3, day) for day in (1, 2, 9))


def test_icews_cells_may_be_quoted(samples: Samples, tmp_path: Path) -> None:
    name, content = samples["icews"]
    quoted = "\n".join(
        "\t".join(f'"{cell}"' for cell in line.split("\t")) for line in content.decode().split("\n")
    )
    table = convert(read_official(put(tmp_path, (name, quoted.encode()[:-3])))[1]).tables["events"]
    assert quads(table, "IND", "PAK") == [0, 1, 1, 1]


@pytest.mark.parametrize(
    ("code", "quad"),
    [("010", 0), ("10", 0), ("057", 0), ("061", 1), ("0874", 1), ("874", 1), ("100", 2),
     ("1411", 3), ("150", 3), ("2042", 3), ("211", 0), ("204", 3), ("091", 2), ("91", 2)],
)  # fmt: skip
def test_cameo_roots_survive_a_lost_zero(code: str, quad: int, tmp_path: Path) -> None:
    from realpolitik.providers.files.icews import COLUMNS

    row = [""] * 20
    row[1], row[4], row[6], row[10] = "2015-01-01", "India", code, "Pakistan"
    path = put(tmp_path, ("e.tab", "\n".join(["\t".join(COLUMNS), "\t".join(row)]).encode()))
    counted = read_official(path)[1].frame.select(QUADS).row(0)
    assert counted == tuple(int(i == quad) for i in range(4))


def test_gdelt_belongs_to_the_month_it_happened(samples: Samples, tmp_path: Path) -> None:
    _, contents = read_official(put(tmp_path, samples["gdelt-1"]))
    table = convert(contents).tables["events"]
    assert table.filter(source="IND").select("month", *QUADS).rows() == [
        (datetime.date(2013, 1, 1), 0, 0, 1, 0),
        (datetime.date(2014, 1, 1), 1, 0, 0, 0),
    ]
    assert quads(table, "ROU", "PAK") == [0, 0, 0, 1]
    assert contents.days == (datetime.date(2014, 1, 5),)


def test_gdelt_2(samples: Samples, tmp_path: Path) -> None:
    table = columns(samples, tmp_path, "gdelt-2", "events")
    assert quads(table, "USA", "CHN") == [0, 1, 0, 0]
    assert quads(table, "CHN", "USA") == [0, 0, 0, 1]


def test_polecat_counts_each_pair_of_an_event(samples: Samples, tmp_path: Path) -> None:
    _, contents = read_official(put(tmp_path, samples["polecat"]))
    table = convert(contents).tables["events"]
    assert quads(table, "IND", "PAK") == [1, 0, 0, 1]
    assert quads(table, "USA", "PAK") == [0, 0, 0, 1]
    assert contents.rows == 3


def test_malformed_events_are_kept_aside(samples: Samples, tmp_path: Path) -> None:
    name, content = samples["icews"]
    bad_day = content.split(b"\n")[1].replace(b"2015-03-01", b"03/01/2015")
    bad_code = content.split(b"\n")[1].replace(b"0841", b"xx")
    path = put(tmp_path, (name, content + b"cut\tshort\n" + bad_day + b"\n" + bad_code))
    _, contents = read_official(path)
    assert contents.rejects.counts == {
        "expected 20 columns, got 2": 1,
        "the date cannot be read": 1,
        "the event code is unknown": 1,
    }
    assert sorted(contents.rejects.rows["line"].to_list()) == [8, 9, 10]
    assert contents.rows == 9


def test_blocks_do_not_change_the_count(
    samples: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from realpolitik.providers.files import events

    path = put(tmp_path, samples["icews"])
    whole = read_official(path)[1]
    monkeypatch.setattr(events, "BLOCK", 97)
    parts = read_official(path)[1]
    assert parts.frame.equals(whole.frame)
    assert (parts.rows, parts.days, parts.left_out) == (whole.rows, whole.days, whole.left_out)


def test_votes_in_an_r_workspace(tmp_path: Path) -> None:
    rdata = pytest.importorskip("rdata")
    import pandas as pd

    votes = pd.DataFrame(
        {"rcid": [9.0, 9.0, 9.0], "ccode": [2.0, 365.0, 770.0], "vote": [1.0, 3.0, 8.0],
         "session": [76.0] * 3, "year": [np.nan] * 3, "date": [18932.0] * 3}
    )  # fmt: skip
    path = tmp_path / "UNVotes2021.RData"
    rdata.write_rda(str(path), {"completeVotes": votes})
    form, contents = read_official(path)
    assert form.name == "un-votes-rdata"
    tables = convert(contents).tables
    assert tables["un_votes"].rows() == [(9, "RUS", 3), (9, "USA", 1)]
    assert tables["un_roll_calls"].rows() == [(9, datetime.date(2021, 11, 1), 76, 2021)]


def test_r_workspace_needs_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from realpolitik.errors import MissingExtra

    path = tmp_path / "UNVotes.RData"
    path.write_bytes(gzip.compress(b"RDX3\nX\n" + b"\0" * 40))
    monkeypatch.setitem(sys.modules, "rdata", None)
    with pytest.raises(MissingExtra, match=r"realpolitik\[rdata\]"):
        read_official(path)


@pytest.mark.shared
def test_icews_reader_on_published_rows(shared_data: Path, tmp_path: Path) -> None:
    """Counted a second way, row by row, from the original rows."""
    from realpolitik.states import match_name

    raw = pl.read_parquet(shared_data / "icews/icews_raw_sample.parquet")
    raw = raw.drop("year", "yearmonth")
    named = raw.rename({name: name.replace("_", " ").title() for name in raw.columns})
    path = tmp_path / "events.2018.tab"
    named.write_csv(path, separator="\t", quote_style="never")
    _, contents = read_official(path)
    expected: dict[tuple[str, str], list[int]] = {}
    for row in raw.iter_rows(named=True):
        a, b = (match_name(row[f"{side}_country"] or "") for side in ("source", "target"))
        if a and b and a != b:
            root = int(row["cameo_code"][:2])
            quad = 0 if root < 6 else 1 if root < 9 else 2 if root < 14 else 3
            expected.setdefault((a, b), [0, 0, 0, 0])[quad] += 1
    table = convert(contents).tables["events"]
    assert contents.rows == 4993
    assert contents.rejects.total == 0
    found = {
        row[:2]: list(row[2:])
        for row in table.group_by("source", "target").agg(pl.col(QUADS).sum()).iter_rows()
    }
    assert found == expected


@pytest.mark.shared
def test_participants_rebuild_the_published_dyads(shared_data: Path, tmp_path: Path) -> None:
    """Disputes of two states: written as participants, they come back as the published years."""
    directed = pl.read_parquet(shared_data / "cow/cow_mid_dirdisps.parquet")
    two = directed.filter(
        pl.col("ccode1").n_unique().over("dispnum") == 2,
        (pl.col("year").max() - pl.col("year").min() + 1).over("dispnum", "ccode1")
        == pl.len().over("dispnum", "ccode1"),
    )
    names = ("sidea", "fatality", "fatalpre", "hiact", "hostlev", "orig")
    parts = two.group_by("dispnum", pl.col("ccode1").alias("ccode")).agg(
        pl.col("year").min().alias("styear"),
        pl.col("year").max().alias("endyear"),
        *(pl.col(f"{name}1").first().alias(name) for name in names),
    )
    path = tmp_path / "MIDB 5.0.csv"
    parts.write_csv(path)
    _, contents = read_official(path)
    key = ["dispnum", "ccode1", "ccode2", "year"]
    known = two.with_columns(
        pl.when(pl.col(name) != -9).then(name).alias(name) for name in two.columns
    )
    assert contents.frame.height > 3000
    assert contents.frame.select(known.columns).sort(key).equals(known.sort(key))


@pytest.mark.shared
def test_agreement_equals_the_embedded_arithmetic(shared_data: Path, tmp_path: Path) -> None:
    """Agreement in 1970 from the official layout, against the published dyad-year figures."""
    from realpolitik import states

    calls = pl.read_parquet(shared_data / "unvotes/un_roll_calls.parquet")
    votes = pl.read_parquet(shared_data / "unvotes/un_votes.parquet")
    number = {state: code for code, _, state in states.crosswalk("cow").iter_rows()}
    ccode = {code: number[state] for code, _, state in states.crosswalk("iso2").iter_rows()}
    year = votes.join(calls.select("rcid", "session", "date"), on="rcid").filter(
        pl.col("date").dt.year() == 1970, pl.col("country_code").is_in(list(ccode))
    )
    path = tmp_path / "UNVotes.csv"
    year.select(
        "rcid", "session", pl.col("date").dt.year().alias("year"),
        pl.col("country_code").replace_strict(ccode).alias("ccode"),
        pl.col("vote").replace_strict({"yes": 1, "abstain": 2, "no": 3}),
    ).unique(["rcid", "ccode"]).write_csv(path)  # fmt: skip
    pairs = convert(read_official(path)[1]).tables["dyad_year"]
    published = pl.read_parquet(shared_data / "unvotes/derived_dyad_year_agreement.parquet")
    rows = published.filter(year=1970, country_code1="IN", country_code2="PK")
    ours = pairs.filter(source="IND", target="PAK")
    np.testing.assert_allclose(ours["un_agreement"][0], rows["agree_s"][0], rtol=1e-12)
    assert ours["un_shared_votes"][0] == rows["n_votes"][0]


def test_only_early_years_cannot_be_used(samples: Samples, tmp_path: Path) -> None:
    name, content = samples["cow-nmc"]
    early = b"\n".join(content.split(b"\n")[:2])
    with pytest.raises(InputFileError, match=r"1945.*panel begins in 1946"):
        convert(read_official(put(tmp_path, (name, early)))[1])
