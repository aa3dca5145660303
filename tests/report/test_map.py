"""The shipped map: keyed by state, disputed areas marked, recompiled byte for byte."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

import realpolitik

PATH = Path(realpolitik.__file__).parent / "data" / "map.json"
MAX_BYTES = 600_000


@pytest.fixture(scope="module")
def atlas() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return content


def _area(atlas: dict[str, Any], state: str) -> dict[str, Any]:
    found = [f for f in atlas["areas"]["features"] if f["properties"]["state"] == state]
    assert len(found) == 1
    geometry: dict[str, Any] = found[0]["geometry"]
    return geometry


def _first_ring(geometry: dict[str, Any]) -> list[list[float]]:
    rings = geometry["coordinates"]
    return rings[0][0] if geometry["type"] == "MultiPolygon" else rings[0]


def test_map_is_small() -> None:
    assert PATH.stat().st_size < MAX_BYTES


@pytest.mark.parametrize("state", ["USA", "PAK", "IND", "CHN", "FRA", "NOR", "XKX", "TWN", "AFG"])
def test_state_has_one_area(atlas: dict[str, Any], state: str) -> None:
    assert _area(atlas, state)["type"] in ("Polygon", "MultiPolygon")


def test_dependencies_belong_to_their_sovereign(atlas: dict[str, Any]) -> None:
    keys = {feature["properties"]["state"] for feature in atlas["areas"]["features"]}
    assert not keys & {"HKG", "MAC", "GRL", "PRI", "ALA", "GGY", "-99"}


@pytest.mark.parametrize("state", ["NPL", "MNG", "PAK"])
def test_outer_rings_turn_clockwise(atlas: dict[str, Any], state: str) -> None:
    ring = _first_ring(_area(atlas, state))
    pairs = itertools.pairwise(ring)
    assert sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in pairs) > 0


def test_disputed_areas_are_hatched_and_belong_to_nobody_alone(atlas: dict[str, Any]) -> None:
    hatched = {f["properties"]["name"]: f for f in atlas["hatches"]["features"]}
    kashmir = next(name for name in hatched if name.startswith("Jammu and Kashmir"))
    assert hatched[kashmir]["properties"]["parties"] == ["IND", "PAK", "CHN"]
    assert {"Arunachal Pradesh", "Crimea", "Siachen Glacier", "N. Cyprus", "Palestine"} <= set(
        hatched
    )
    loose = {
        f["properties"]["name"]
        for f in atlas["areas"]["features"]
        if f["properties"]["state"] is None
    }
    assert {"Siachen Glacier", "N. Cyprus", "W. Sahara", "Palestine"} <= loose


def test_lines_of_control_are_separate_lines(atlas: dict[str, Any]) -> None:
    lines = {f["properties"]["name"] for f in atlas["lines"]["features"]}
    assert any(name.startswith("Jammu and Kashmir") for name in lines)
    assert "Arunachal Pradesh" in lines


@pytest.mark.shared
def test_recompiled_map_is_the_shipped_one(shared_data: Path) -> None:
    pytest.importorskip("shapely")
    from realpolitik.build.map import compile_map

    assert compile_map(shared_data) == PATH.read_bytes()


@pytest.mark.shared
def test_changed_input_is_refused(shared_data: Path, tmp_path: Path) -> None:
    pytest.importorskip("shapely")
    from realpolitik.build.map import INPUT, compile_map
    from realpolitik.errors import InputFileError

    copy = tmp_path / INPUT
    copy.parent.mkdir()
    copy.write_bytes((shared_data / INPUT).read_bytes() + b" ")
    with pytest.raises(InputFileError, match="has changed: sha256 is"):
        compile_map(tmp_path)
