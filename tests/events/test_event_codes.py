"""Event codes: the pinned Goldstein table, the four classes, PLOVER."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from realpolitik.build.event_tables import compile_events
from realpolitik.errors import InputFileError, UnknownName
from realpolitik.providers import event_codes

PUBLISHED = {
    "01": 0.0, "02": 3.0, "03": 4.0, "04": 1.0, "05": 3.5, "057": 8.0, "06": 6.0, "07": 7.0,
    "071": 7.4, "072": 8.3, "08": 5.0, "09": -2.0, "10": -5.0, "11": -2.0, "12": -4.0,
    "13": -6.0, "138": -7.0, "14": -6.5, "15": -7.2, "16": -4.0, "17": -7.0, "18": -9.0,
    "19": -10.0, "20": -10.0,
}  # fmt: skip
"""CAMEO.SCALE of the Penn State event data project, roots and some codes."""
SCALE_FILE = {"163": -6.5}
PINNED = {"163": -8.0, "016": -5.0}
"""Where the ICEWS table, which is pinned, differs from CAMEO.SCALE."""

ROOT_SHARE_TOLERANCE = 0.15
"""The two tables are different vintages: yearly sums differ by some per cent. Wrong is 1 off."""


def test_goldstein_weights_as_published() -> None:
    scale = event_codes.goldstein()
    assert {code: scale[code] for code in PUBLISHED} == PUBLISHED


def test_the_known_differences_between_published_tables() -> None:
    scale = event_codes.goldstein()
    assert {code: scale[code] for code in PINNED} == PINNED
    assert scale["163"] != SCALE_FILE["163"]


def test_codes_are_text_with_leading_zeros() -> None:
    assert len(event_codes.goldstein()) == 312
    assert {len(code) for code in event_codes.goldstein()} == {2, 3, 4}
    assert all(code[:2] in {f"{root:02d}" for root in range(1, 21)} for code in event_codes.names())


@pytest.mark.parametrize(
    ("system", "code", "quad", "weight"),
    [
        ("gdelt", "04", 0, 1.0), ("gdelt", "4", 0, 1.0), ("gdelt", "10", 2, -5.0),
        ("gdelt", "0999", 2, -2.0), ("gdelt", "141", 3, -6.5), ("gdelt", "1821", 3, -9.0),
        ("icews", "10", 0, 0.0), ("icews", "0874", 1, 10.0), ("icews", "874", 1, 10.0),
        ("polecat", "VERBAL CONFLICT", 2, None), ("polecat", "MATERIAL_COOPERATION", 1, None),
        ("polecat", "PROTEST", 3, None), ("icews", "091", 2, -2.0), ("icews", "1729", 3, -5.0),
    ],
)  # fmt: skip
def test_meaning_of_a_code(system: str, code: str, quad: int, weight: float | None) -> None:
    (row,) = event_codes.meanings(system).filter(pl.col("code") == code).iter_rows()
    assert row == (code, quad, weight)


@pytest.mark.parametrize("system", event_codes.SYSTEMS)
def test_a_code_has_one_meaning(system: str) -> None:
    table = event_codes.meanings(system)
    assert table["code"].is_unique().all()
    assert table.select("code", "quad").null_count().sum_horizontal().item() == 0
    assert table["goldstein"].null_count() == (table.height if system == "polecat" else 0)
    assert not set(table["code"]) & {"00", "000", "0", "", "---", "X"}


def test_an_unknown_system() -> None:
    with pytest.raises(UnknownName, match="system of event codes"):
        event_codes.meanings("weis")


def test_plover_has_the_same_four_classes() -> None:
    """Each CAMEO root's PLOVER types fall in its class, but for 08 (CONCEDE is verbal)."""
    odd = {
        code
        for code, meant in event_codes.plover().items()
        if event_codes.QUAD_OF_TYPE[meant.event] != event_codes.QUAD_OF_ROOT[int(code[:2])]
    }
    assert {code[:2] for code in odd} == {"08"}
    assert {event_codes.plover()[code].event for code in odd} == {"CONCEDE"}


def test_every_plover_type_is_reached() -> None:
    reached = {meant.event for meant in event_codes.plover().values()}
    assert reached == set(event_codes.QUAD_OF_TYPE)


def test_leaders_are_in_office_for_at_least_a_day() -> None:
    spells = event_codes.leaders()
    assert all(spell.first <= spell.last for spell in spells)
    inside = [s.state for s in spells if "Nehru" in s.leader]
    assert inside == ["IND"]
    assert max(spell.last for spell in spells).year == 2021


@pytest.mark.shared
def test_the_committed_tables_are_what_the_script_makes(shared_data: Path, tmp_path: Path) -> None:
    committed = Path(str(resources.files("realpolitik.providers")))
    shutil.copy(committed / "event_inputs.csv", tmp_path)
    compile_events(shared_data, tmp_path)
    for name in ("cameo.csv", "plover.csv", "leaders.csv"):
        assert (tmp_path / name).read_bytes() == (committed / name).read_bytes()


def test_another_goldstein_table_is_refused(tmp_path: Path) -> None:
    committed = Path(str(resources.files("realpolitik.providers")))
    shutil.copy(committed / "event_inputs.csv", tmp_path)
    (tmp_path / "cameo").mkdir()
    pl.DataFrame({"code": ["016"], "goldstein": [3.4]}).write_parquet(
        tmp_path / "cameo" / "cameo_codes_goldstein.parquet"
    )
    with pytest.raises(InputFileError, match="has changed: expected sha256"):
        compile_events(tmp_path, tmp_path)


@pytest.mark.shared
def test_icews_own_intensity_is_the_pinned_weight(shared_data: Path) -> None:
    raw = pl.read_parquet(shared_data / "icews" / "icews_raw_sample.parquet")
    scale = event_codes.goldstein()
    weights = np.array([scale[code] for code in raw["cameo_code"]])
    np.testing.assert_array_equal(weights, raw["intensity"].to_numpy())


@pytest.mark.shared
def test_the_classes_are_those_of_the_coded_benchmarks(shared_data: Path) -> None:
    short = dict(zip(("verb_coop", "matl_coop", "verb_conf", "matl_conf"), range(4), strict=True))
    for name in ("icews14", "icews05_15", "icews18"):
        coded = pl.read_parquet(shared_data / "icews" / f"{name}_coded.parquet")
        ours = coded.select(event_codes.quad_of(pl.col("cameo"), "icews")).to_series()
        theirs = coded["quad"].replace_strict(short, return_dtype=pl.Int64)
        assert ours.equals(theirs, check_names=False)


@pytest.mark.shared
def test_the_classes_are_those_of_the_yearly_icews_table(shared_data: Path) -> None:
    """The full release by root and month against the full release by class and year, 2002-13.

    A protest (14) is a material conflict in the yearly table, and an investigation (09), which
    the monthly one leaves out, is not a material cooperation.
    """
    from realpolitik.providers.codes import code_table
    from realpolitik.providers.keys import to_dyad

    folder = shared_data / "icews"
    months = pl.read_parquet(folder / "icews_conflict_dyad_month_1991_2013.parquet")
    years = pl.read_parquet(folder / "netify_icews_dyad_year_2002_2014.parquet")
    by_root = (
        to_dyad(months.rename({"source": "a", "target": "b"}), code_table("letters"), "a", "b")
        .group_by("source", "target", "year")
        .agg(pl.col("^cameo.*$").sum())
    )
    by_class = to_dyad(
        years.select("i_iso3c", "j_iso3c", "year", "verbConf", "matlConf"),
        code_table("iso3"), "i_iso3c", "j_iso3c",
    )  # fmt: skip
    both = by_class.join(by_root, on=["source", "target", "year"])
    roots = both.select(f"cameo{root}" for root in range(10, 21)).to_numpy().astype(float)
    for name, quad in (("verbConf", 2), ("matlConf", 3)):
        share = np.linalg.lstsq(roots, both[name].to_numpy().astype(float), rcond=None)[0]
        counted = np.array([event_codes.QUAD_OF_ROOT[root] == quad for root in range(10, 20)])
        np.testing.assert_allclose(share[:10], counted, atol=ROOT_SHARE_TOLERANCE)
