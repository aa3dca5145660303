"""Compile the map of the report from the public-domain outlines of Natural Earth (1:50m).

The borders are those of the file: who holds what, not who claims what. An area is marked as
disputed when the file names a claimant, gives it no ISO code or calls its status indeterminate, and
where ``disputed.yaml`` lists a dispute that lies inside one of the file's shapes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely
import yaml
from shapely.geometry.base import BaseGeometry

from realpolitik.cache import write_atomic
from realpolitik.errors import InputFileError

INPUT = "natural_earth/ne_50m_admin_0_countries.parquet"
SHA256 = "237e5dce661895a130a0ef337d5ac6125ea5b2e45c84678f56ad879287edfbbb"

TOLERANCE = 0.1  # degrees, root of the smallest triangle kept: about a pixel at the scale used
GRID = 0.01  # degrees; two decimals in the file
HATCH = 0.6  # degrees between hatch lines
_NEAR = 0.3  # degrees; a border this near a disputed outline is part of the dispute
_KOSOVO = {"KOS": "XKX"}
_WORDS = {
    "Partial self-admin.": "partly self-administered",
    "Self admin.": "self-administered",
    "Admin. by U.K.": "administered by the United Kingdom",
    "Claimed": "claimed",
}


def compile_map(folder: Path) -> bytes:
    """Return ``map.json`` from the folder of reference files.

    The result holds three GeoJSON collections: ``areas`` (one per state, key ``state``),
    ``hatches`` (lines over disputed areas) and ``lines`` (borders in dispute), and ``source``.

    Raises
    ------
    InputFileError
        If the input is absent or is not the file the map was made from.
    """
    path = folder / INPUT
    try:
        content = path.read_bytes()
    except OSError as cause:
        msg = f"cannot read {path}: {cause.strerror}. Pass the folder of the reference files."
        raise InputFileError(msg) from cause
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        msg = f"{path} has changed: sha256 is {found}, expected {SHA256}. Check it, then update."
        raise InputFileError(msg)
    rows = pl.read_parquet(path).filter(pl.col("NAME") != "Antarctica").to_dicts()
    return (json.dumps(_document(rows), separators=(",", ":")) + "\n").encode()


def _document(rows: list[dict[str, Any]]) -> dict[str, Any]:
    outlines = shapely.from_wkb([row["geometry_wkb"] for row in rows])
    shapes = shapely.coverage_simplify(outlines, TOLERANCE)
    keys = [_state(row, rows) for row in rows]
    claimed = [_claim(row) for row in rows]
    states = {
        key: shapely.union_all([s for s, k in zip(shapes, keys, strict=True) if k == key])
        for key in sorted({key for key in keys if key})
    }
    loose = [(row, s) for row, s, k in zip(rows, shapes, keys, strict=True) if k is None]
    cleaned: list[tuple[dict[str, Any], BaseGeometry]]
    cleaned = [({"state": key}, _clean(shape)) for key, shape in states.items()]
    cleaned += [({"state": None, "name": row["NAME"]}, _clean(shape)) for row, shape in loose]
    areas = [_feature(about, shape) for about, shape in cleaned if not shape.is_empty]
    hatches = [
        _hatch({"name": row["NAME"], "note": note}, shape)
        for row, shape, note in zip(rows, shapes, claimed, strict=True)
        if note
    ]
    disputes = yaml.safe_load((Path(__file__).parent / "disputed.yaml").read_text("utf-8"))
    lines = []
    for dispute in disputes:
        outline = shapely.Polygon(dispute["outline"])
        entry = {"name": dispute["name"], "parties": dispute["parties"]}
        within = shapely.union_all([states[code] for code in dispute["within"]])
        hatches.append(_hatch(entry, shapely.intersection(outline, within)))
        beside = [states[code] for code in dispute["parties"]] + [shape for _, shape in loose]
        lines.append(_feature(entry, _borders(outline.buffer(_NEAR), beside)))
    return {
        "source": {
            "provider": "Natural Earth, Admin 0 countries, 1:50m",
            "terms": "public domain",
            "input": INPUT,
            "sha256": SHA256,
        },
        "areas": _collection(areas),
        "hatches": _collection(hatches),
        "lines": _collection([line for line in lines if line["geometry"]["coordinates"]]),
    }


def _state(row: dict[str, Any], rows: Sequence[dict[str, Any]]) -> str | None:
    """Key of the state that holds a shape: itself, or the sovereign of a dependency."""
    if row["ADM0_A3"] in _KOSOVO:
        return _KOSOVO[row["ADM0_A3"]]
    if row["TYPE"] in ("Dependency", "Country"):
        sovereign = next(
            (
                other["ISO_A3_EH"]
                for other in rows
                if other["SOVEREIGNT"] == row["SOVEREIGNT"]
                and other["ADMIN"] in (row["SOVEREIGNT"], row["SOVEREIGNT"].removeprefix("The "))
            ),
            row["ISO_A3_EH"],
        )
        return str(sovereign)
    loose = row["TYPE"] == "Indeterminate" or row["ISO_A3_EH"] == "-99" or _claim(row)
    if loose and row["ADM0_A3"] != "TWN":
        return None
    return str(row["ISO_A3_EH"])


def _claim(row: dict[str, Any]) -> str | None:
    """Why the file itself treats a shape as disputed; None where it does not."""
    note = str(row["NOTE_BRK"] or "")
    for short, full in _WORDS.items():
        note = note.replace(short, full)
    if "claimed" in note:
        return note
    if row["TYPE"] == "Indeterminate":
        return note or "status indeterminate"
    if row["ISO_A3_EH"] == "-99":
        return "not recognised by all states"
    return None


def _clean(shape: BaseGeometry) -> BaseGeometry:
    """Drop slivers below the grid and turn rings the way spherical projections expect."""
    return shapely.orient_polygons(shapely.set_precision(shape, GRID), exterior_cw=True)


def _hatch(properties: dict[str, Any], shape: BaseGeometry) -> dict[str, Any]:
    """Lines at 45 degrees over a shape, with its outline."""
    west, south, east, north = shape.bounds
    starts = np.arange(np.floor((west - north) / HATCH) * HATCH, east - south + HATCH, HATCH)
    strokes = shapely.linestrings(
        [[(start + south, south), (start + north, north)] for start in starts]
    )
    cut = shapely.intersection(shapely.MultiLineString(list(strokes)), shape)
    return _feature(properties, shapely.set_precision(_only_lines(cut), GRID))


def _borders(window: BaseGeometry, shapes: Sequence[BaseGeometry]) -> BaseGeometry:
    """Borders between any two of the shapes, inside a window."""
    shared = [
        shapely.intersection(shapely.intersection(one, other), window)
        for i, one in enumerate(shapes)
        for other in shapes[i + 1 :]
    ]
    lines = shapely.line_merge(_only_lines(shapely.union_all(shared)))
    return shapely.set_precision(_only_lines(lines), GRID)


def _only_lines(shape: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.MultiLineString(
        [part for part in parts if part.geom_type == "LineString" and not part.is_empty]
    )


def _feature(properties: dict[str, Any], shape: BaseGeometry) -> dict[str, Any]:
    geometry = json.loads(shapely.to_geojson(shape))
    return {"type": "Feature", "properties": properties, "geometry": _rounded(geometry)}


def _rounded(geometry: dict[str, Any]) -> dict[str, Any]:
    def trim(value: Any) -> Any:
        return round(value, 2) if isinstance(value, float) else [trim(part) for part in value]

    return {"type": geometry["type"], "coordinates": trim(geometry["coordinates"])}


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}


def main() -> None:
    """Write ``data/map.json``: ``python -m realpolitik.build.map FOLDER``."""
    parser = argparse.ArgumentParser(description="Compile the map of the report.")
    parser.add_argument("folder", type=Path, help="the folder of the reference files")
    target = Path(__file__).parents[1] / "data" / "map.json"
    write_atomic(target, compile_map(parser.parse_args().folder))


if __name__ == "__main__":
    main()
