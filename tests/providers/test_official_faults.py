"""A wrong file is refused with line, column, expected and got; nothing is half added."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from realpolitik.data import added
from realpolitik.errors import InputFileError, RequestError, UnknownName
from realpolitik.providers.files import opening, read_official

Samples = dict[str, tuple[str, bytes]]


def assert_refused(path: Path, match: str, form: str | None = None) -> None:
    before = whole_tree()
    with pytest.raises(InputFileError, match=match):
        added.add(path, form)
    assert whole_tree() == before


def whole_tree() -> dict[str, bytes]:
    root = added.folder()
    return {str(p): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def put(folder: Path, content: bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


CELLS = [
    ("cow-nmc", b"RUS,365,2015,100", b"RUS,365,2015,many",
     r"line 4, column milex: expected a number of at least 0, got 'many'"),
    ("cow-nmc", b".05,2025", b"1.5,2025",
     r"line 4, column cinc: expected a number of at least 0 and at most 1, got '1.5'"),
    ("cow-nmc", b"RUS,365,2015,100", b"RUS,365,2015,-3",
     r"line 4, column milex: expected a number of at least 0, got '-3'"),
    ("cow-nmc", b"RUS,365,2015", b"RUS,365,2015.5",
     r"line 4, column year: expected a whole number .*got '2015.5'"),
    ("cow-nmc", b"RUS,365,2015", b"RUS,,2015", r"line 4, column ccode: .*got ''"),
    ("cow-nmc", b"RUS,365,2015", b"RUS,365,20155", r"line 4, column year: .*got '20155'"),
    ("cow-nmc", b"RUS,365,2015", b"RUS,365,nan", r"line 4, column year: .*got 'nan'"),
    ("cow-nmc", b"RUS,365,2015,100", b"RUS,365,2015,inf", r"line 4, column milex: .*got 'inf'"),
    ("cow-nmc", b"RUS,365,2015,100,", b"RUS,365,2015,",
     r"line 4: expected 11 columns, got 10.*cut"),
    ("cow-nmc", b"RUS,365", b"RUS,extra,365", r"line 4: expected 11 columns, got 12.*not quoted"),
    ("cow-nmc", b"IND,750,2015", b"RUS,365,2015",
     r"ccode, year should occur once.*365, 2015 \(lines 4, 5\)"),
    ("cow-nmc", b"RUS", b"R\xdcS", r"line 4: expected UTF-8 text.*Latin-1"),
    ("cow-nmc", b"USA,2,1945", b'"USA,2,1945', r"line \d+: .*quotation mark"),
    ("cow-mid-participants", b"20,5,1,5\n5001,IND", b"20,7,1,5\n5001,IND",
     r"line 2, column hostlev: expected a whole number of at least 1 and at most 5, got '7'"),
    ("atop", b"1990,1,1,0", b"1990,1,2,0", r"column defense: .*got '2'"),
    ("un-votes-csv", b"99001,365,1,3", b"99001,365,1,4",
     r"column vote: expected 1, 2, 3, 8 or 9, got 4"),
    ("vdem", b"0.44", b"1.44", r"line 2, column v2x_polyarchy: .*got '1.44'"),
    ("ucdp-acd", b'"365, 630"', b'"365; 630"',
     r"line 3, column gwno_a_2nd: expected state numbers separated by commas, got '365; 630'"),
    ("ucdp-ged", b",12,20,0", b",12,20,-4",
     r"line 13, column low: expected a whole number of at least 0, got '-4'"),
    ("sipri-tiv", b"1500,,800", b"1500,?,800",
     r"line 9, column 2020: expected a TIV of at least 0, got '\?'"),
    ("sipri-tiv", b"Russia", b"France", r"line 9: France occurs twice"),
    ("sipri-register", b"10,60,60", b"10,60,-1", r"line 6, column SIPRI TIV of delivered weapons"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "old", "new", "match"), CELLS)
def test_a_wrong_cell_is_named(
    form: str, old: bytes, new: bytes, match: str, samples: Samples, tmp_path: Path
) -> None:
    name, content = samples[form]
    assert old in content
    assert_refused(put(tmp_path, content.replace(old, new, 1), name), match)


def test_not_a_file(tmp_path: Path) -> None:
    assert_refused(tmp_path / "absent.csv", "no such file")
    assert_refused(tmp_path, "is a folder")
    assert_refused(put(tmp_path, b""), "is empty")
    assert_refused(Path("a\0b"), "no such file|cannot be read")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"\x00\x01\x02garbage\xff" * 50, "is binary"),
        ("stateabb,ccode\nUSA,2\n".encode("utf-16"), "UTF-16"),
        (("a,b,c\n" * 20).encode("utf-16-le"), "UTF-16"),
        (b"%PDF-1.7 something", "PDF"),
        (b"PAR1....", "parquet"),
        (b"<!doctype html><html>log in</html>", "web page"),
        (b"just words\n", "without delimiters"),
        (b"a;b;c\n1;2;3\n", r"3 semicolon-separated columns starting a, b, c"),
        (b"iso3,year,gdp\nUSA,2000,1\n", r"3 comma-separated columns(.|\n)*cow-nmc(.|\n)*polecat"),
        (b"stateabb,ccode,year,milex,milper,irst,pec,tpop,upop,cinc\n", "has a header and no rows"),
        (b"\n\n\n", "without text"),
        (b"PK\x05\x06" + b"\0" * 18, "empty or broken zip"),
        (b"PK\x03\x04broken", "zip file is broken"),
        (gzip.compress(b"a,b\n" * 1000)[:30], "gzip file is broken"),
    ],
)
def test_not_the_table_it_should_be(content: bytes, match: str, tmp_path: Path) -> None:
    assert_refused(put(tmp_path, content), match)


def test_wrong_delimiter_is_shown(samples: Samples, tmp_path: Path) -> None:
    content = samples["cow-nmc"][1].replace(b",", b";")
    assert_refused(put(tmp_path, content), r"11 semicolon-separated columns starting stateabb")


def test_as_names_what_is_missing(samples: Samples, tmp_path: Path) -> None:
    content = samples["cow-nmc"][1].replace(b"cinc", b"power")
    assert_refused(put(tmp_path, content), "the header lacks cinc", form="cow-nmc")
    with pytest.raises(UnknownName, match="Did you mean: cow-nmc"):
        added.add(put(tmp_path, content), "cow-nmx")


def test_zip_with_two_candidates_is_not_guessed(samples: Samples, tmp_path: Path) -> None:
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", samples["cow-nmc"][1])
        archive.writestr("b.csv", samples["atop"][1])
    assert_refused(path, r"holds 2 files.*a\.csv \(cow-nmc\).*b\.csv \(atop\)")
    assert read_official(path, "atop")[0].name == "atop"
    assert read_official(path, member="a.csv")[0].name == "cow-nmc"


def test_zip_without_data(tmp_path: Path) -> None:
    path = tmp_path / "docs.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("codebook.pdf", b"%PDF")
    assert_refused(path, r"holds no data file .*codebook\.pdf")


@pytest.mark.parametrize("kind", ["zip", "gz"])
def test_archive_bomb_is_stopped_early(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "HARMLESS", 2**16)
    zeros = b"0" * 2**22
    path = tmp_path / f"bomb.{kind}"
    if kind == "gz":
        path.write_bytes(gzip.compress(zeros))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.csv", zeros)
    assert_refused(path, "the limits are")


def test_a_zip_that_lies_about_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MAX_UNPACKED", 1000)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.csv", b"x" * 5000)
    small = (5000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    path = put(tmp_path, buffer.getvalue().replace(*small), "lies.zip")
    with pytest.raises(InputFileError):
        read_official(path)


def test_unknown_codes_are_listed_or_refused(samples: Samples, tmp_path: Path) -> None:
    name, content = samples["cow-nmc"]
    one = put(tmp_path, content.replace(b"IND,750", b"XXX,998"), name)
    assert added.add(one).unknown == {"998": 1}
    swapped = content.replace(b"IND,750", b"XXX,998").replace(b"RUS,365", b"YYY,997")
    path = put(tmp_path, swapped, "other.csv")
    assert_refused(path, r"67% of the rows name no known state: 997 \(1 rows\), 998 \(1 rows\)")


def test_events_that_are_mostly_broken_are_refused(samples: Samples, tmp_path: Path) -> None:
    name, content = samples["icews"]
    assert_refused(
        put(tmp_path, content + b"x\ty\n" * 40, name), r"40 of 46 rows are malformed.*line 8"
    )


def test_the_same_file_is_added_once(samples: Samples, tmp_path: Path) -> None:
    path = put(tmp_path, samples["atop"][1], "atop5_1ddyr.csv")
    record = added.add(path)
    assert_refused(path, f"is held already as {record.name}")


def test_an_unwritable_folder(
    samples: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from realpolitik.errors import OutputError

    blocker = put(tmp_path, b"a file where a folder should be", "blocker")
    monkeypatch.setenv("REALPOLITIK_DATA", str(blocker / "data"))
    with pytest.raises(OutputError, match="cannot write"):
        added.add(put(tmp_path, samples["atop"][1]))


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_an_addition_that_breaks_off_leaves_nothing(
    fault: BaseException, samples: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from realpolitik.errors import OutputError

    def broken(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(json, "dumps", broken)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        added.add(put(tmp_path, samples["atop"][1]))
    assert whole_tree() == {}
    assert list((added.folder() / "added").iterdir()) == []


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=400) | st.text(max_size=300).map(str.encode))
def test_random_bytes_never_do_harm(content: bytes, tmp_path: Path) -> None:
    before = whole_tree()
    with pytest.raises(RequestError):
        added.add(put(tmp_path, content))
    assert whole_tree() == before


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32), form=st.integers(0, 13), packed=st.booleans())
def test_damaged_files_are_refused_or_whole(
    seed: int, form: int, packed: bool, samples: Samples, tmp_path: Path
) -> None:
    """Cut, overwritten or shuffled: either a RequestError and no change, or a complete addition."""
    draw = random.Random(seed)
    content = (
        bytearray(gzip.compress(list(samples.values())[form][1], mtime=0))
        if packed
        else (bytearray(list(samples.values())[form][1]))
    )
    if draw.random() < 0.5:
        content = content[: draw.randrange(1, len(content) + 1)]
    for _ in range(draw.randrange(4)):
        content[draw.randrange(len(content))] = draw.randrange(256)
    before = whole_tree()
    try:
        record = added.add(put(tmp_path, bytes(content)))
    except RequestError:
        assert whole_tree() == before
    else:
        assert list(added.check()) == []
        added.remove(record.name)
        assert whole_tree() == before
