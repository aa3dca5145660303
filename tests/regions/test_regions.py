from __future__ import annotations

import subprocess
import sys
from itertools import combinations
from pathlib import Path

import jsonschema
import polars as pl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from realpolitik import regions, states
from realpolitik.errors import InputFileError, UnknownName
from realpolitik.regions.reading import LARGEST_FILE, parse

CORE = (
    "USA CAN GBR FRA DEU RUS TUR IRN SAU QAT ARE ISR AFG TKM TJK KGZ UZB KAZ CHN JPN KOR VNM IND "
    "BTN PAK BGD LKA MDV NPL AUS IDN"
)
GREAT_POWERS = {"USA", "RUS", "CHN", "GBR", "FRA"}
CORES = {
    "eastern-mediterranean": "GRC TUR CYP SYR LBN ISR EGY LBY",
    "south-east-asia": "BRN KHM IDN LAO MYS MMR PHL SGP THA TLS VNM RVN",
}
HEAD = "name: ring\ntitle: Ring\ndescription: By rule.\n"


def test_names() -> None:
    assert regions.names() == ("eastern-mediterranean", "south-asia", "south-east-asia", "world")


def test_south_asia_is_the_catalogue() -> None:
    assert set(regions.load("south-asia").states()) == set(CORE.split())
    assert len(regions.load("south-asia").members) == 31


@pytest.mark.parametrize("name", regions.names())
def test_built_in(name: str) -> None:
    region = regions.load(name)
    assert region.name == name
    assert region.title
    assert region.description
    assert set(region.great_powers) == GREAT_POWERS
    assert set(region.states()) >= GREAT_POWERS
    assert name in {"south-asia", "world"} or 15 <= len(region.states()) <= 25
    for year in (1946, 1971, 1990, 2023):
        now = region.states(year)
        assert set(now) == set(region.states()) & set(states.members(year))
        assert region.pairs(year) == tuple(combinations(sorted(now), 2))


def test_membership_follows_the_state_system() -> None:
    asia = regions.load("south-asia")
    assert "BGD" not in asia.states(1970)
    assert "BGD" in asia.states(1971)
    assert ("BGD", "PAK") in asia.pairs(1971)
    assert "KAZ" not in asia.states(1980)
    south_east = regions.load("south-east-asia")
    assert "RVN" in south_east.states(1975)
    assert "RVN" not in south_east.states(1976)


def test_world_is_every_state() -> None:
    world = regions.load("world")
    assert set(world.states()) == {state.code for state in states.all_states()}
    assert set(world.states(1990)) == set(states.members(1990))


@pytest.mark.shared
@pytest.mark.parametrize("name", sorted(CORES))
def test_neighbours_follow_the_stated_rule(shared_data: Path, name: str) -> None:
    """Contiguous to two core states in one year, at most 400 miles of water between."""
    core = set(CORES[name].split())
    spells = pl.read_parquet(shared_data / "cow" / "cow_contdird_dyad_year.parquet")
    touching: dict[tuple[str, int], set[str]] = {}
    rows = spells.filter(pl.col("year") >= states.FIRST_YEAR, pl.col("conttype") <= 5)
    for one, two, year in rows.select("state1no", "state2no", "year").iter_rows():
        first, second = states.by_cow(one, year), states.by_cow(two, year)
        if first in core and second not in core and second is not None:
            touching.setdefault((second, year), set()).add(str(first))
    neighbours = {code for (code, _), met in touching.items() if len(met) >= 2}
    assert set(regions.load(name).states()) == core | neighbours | GREAT_POWERS


def test_a_users_file_works_the_same(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        HEAD + "members:\n  - 2\n  - Sri Lanka\n  - {code: burma, start: 1950, end: 1960}\n"
        "  - {code: 770, start: 1955}\ngreat_powers: [united states]\n",
        encoding="utf-8-sig",
    )
    region = regions.load(file)
    assert region == regions.load(str(file))
    assert region.states() == ("USA", "LKA", "MMR", "PAK")
    assert region.states(1947) == ("USA",)
    assert region.states(1950) == ("USA", "LKA", "MMR")
    assert region.states(1960) == ("USA", "LKA", "MMR", "PAK")
    assert region.states(1961) == ("USA", "LKA", "PAK")
    assert region.great_powers == ("USA",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: this is not a list of keys and values"),
        ("- USA\n- CHN", "this is not a list of keys"),
        ("just words", "this is not a list of keys"),
        ("name: [", r"f\.yaml, line 1, column 8 is not valid YAML"),
        ("name: ring\n\ttitle: x", "line 2, column 1 is not valid YAML.*spaces, not tabs"),
        ("a\x00b", "unacceptable character"),
        ("!!python/object:os.system a", "could not determine a constructor"),
        ("[" * 5000, "nested more than 10 levels deep"),
        ("x: 2020-13-45", "not a region file"),
        ("? [a, b]\n: c", "not valid YAML: found unhashable key"),
        ("a: &a [1]\nb: *a", r"the alias \*a is not read"),
        ("name: a\nname: b", "line 2: name is given twice"),
        (HEAD, "members: is missing: add it"),
        (HEAD + "members: []", "line 4: members: is empty: name at least one state"),
        (HEAD + "members: USA", "line 4: members: must be a list"),
        (HEAD + "members: [USA, NO]", r"members\.2: must be a name or code; put it in quotes"),
        (HEAD + "members: [USA, null]", r"members\.2: must be a name"),
        (HEAD + "members:\n- USA\n- Pakistn", "line 6: unknown state 'Pakistn'.*Pakistan"),
        (
            HEAD + "members: [RUS, Soviet Union]",
            "line 4: Soviet Union is RUS, already given as RUS",
        ),
        (
            HEAD + "members:\n- {code: USA, start: 2000, end: 1990}",
            "line 5.*reversed: 2000 to 1990",
        ),
        (HEAD + "members:\n- {code: USA, from: 2000}", r"line 5: members\.1\.from: unknown key"),
        (HEAD + "members:\n- {code: USA, start: x}", r"members\.1\.start: must be a year"),
        (HEAD + "members:\n- {code: USA, start: 1900}", "greater than or equal to 1946"),
        (HEAD + "members:\n- {start: 1990}", r"members\.1\.code: is missing"),
        (
            HEAD + "members:\n- {code: BGD, end: 1960}",
            "line 5: Bangladesh .* from 1971 to now only",
        ),
        (HEAD + "members:\n- {code: RVN, start: 1980}", "South Vietnam .* from 1954 to 1975 only"),
        (HEAD + "members: [USA]\nrivals: [CHN]", "line 5: rivals: unknown key"),
        (
            HEAD + "members: [USA]\ngreat_powers: [CHN]",
            "line 5: the great power CHN is not a member",
        ),
        (HEAD + "members: [USA]\ngreat_powers: [Atlantis]", "line 5: unknown state 'Atlantis'"),
        (HEAD.replace("ring", "My Ring") + "members: [USA]", "name: must be small letters"),
    ],
)
def test_wrong_files(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "f.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputFileError, match=message):
        regions.load(file)


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"cannot read .*absent\.yaml: No such file"):
        regions.load(tmp_path / "absent.yaml")
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(InputFileError, match=r"folder\.yaml: Is a directory"):
        regions.load(tmp_path / "folder.yaml")
    wrong = tmp_path / "latin.yml"
    wrong.write_bytes((HEAD + "members: [Côte]").encode("latin-1"))
    with pytest.raises(InputFileError, match=r"not UTF-8 text .* save it as UTF-8"):
        regions.load(wrong)
    huge = tmp_path / "huge.yaml"
    huge.write_bytes(b"#" * (LARGEST_FILE + 1))
    with pytest.raises(InputFileError, match="at most 1,000,000"):
        regions.load(huge)


@pytest.mark.parametrize("name", ["south-azia", "", "mine.txt"])
def test_unknown_region(name: str) -> None:
    with pytest.raises(UnknownName, match="unknown region"):
        regions.load(name)


def test_the_schema_accepts_the_built_in_files_and_no_other_key() -> None:
    schema = regions.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    folder = Path(regions.__file__).parent
    files = sorted(folder.glob("*.yaml"))
    assert len(files) == 3
    for file in files:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        jsonschema.validate(content, schema)
        assert regions.load(file.stem) == regions.load(file)
        content["rivals"] = []
        with pytest.raises(jsonschema.ValidationError, match="rivals"):
            jsonschema.validate(content, schema)


def test_built_in_regions_load_neither_pydantic_nor_polars() -> None:
    code = (
        "import sys; from realpolitik import regions; "
        "regions.load('world'); regions.load('south-asia'); "
        "print(sorted({'pydantic', 'polars'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@given(st.text())
def test_any_text_is_a_region_or_an_input_file_error(text: str) -> None:
    with pytest.raises(InputFileError):
        parse(text, "any.yaml")


@given(st.lists(st.text(max_size=8) | st.integers() | st.booleans() | st.none(), max_size=4))
def test_any_members_are_a_region_or_an_input_file_error(members: list[object]) -> None:
    text = HEAD + yaml.safe_dump({"members": members}, allow_unicode=True)
    try:
        region = parse(text, "any.yaml")
    except InputFileError as error:
        place = str(error)
    else:
        place = "any.yaml"
        assert len(set(region.states())) == len(members) > 0
    assert place.startswith("any.yaml")
