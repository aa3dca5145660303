"""The map of relations: the region's core in an equal-area frame, states beyond it as tiles."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import altair
import numpy as np
from numpy.typing import NDArray

from realpolitik import states
from realpolitik.report.figures import Drawing
from realpolitik.report.record import MapCell
from realpolitik.report.style import INK, MUTED, PAPER, shade

alt: Any = altair  # its annotations refuse chained encodings that its schema allows

WIDTH, HEIGHT = 440, 400
CORE = 0.5
"""Share of the region's capitals that the frame holds."""
LEAST_RADIUS = 9.0
"""Degrees; a frame is never narrower."""
ATLAS = ("areas", "hatches", "lines")
"""Layers of the shipped map, the same for both maps of a page."""
CORNER = 1.6
"""Shapes this many radii from the centre may still show in a corner of the frame."""
SMALL = 0.6
"""Square degrees; a state of less area is drawn as a dot."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Centre of the map and angular radius of its shorter half, in degrees."""

    longitude: float
    latitude: float
    radius: float

    @property
    def scale(self) -> float:
        """Pixels per radian at the centre of an azimuthal equal-area projection."""
        return float(HEIGHT / 2 / (2 * np.sin(np.radians(self.radius) / 2)))


def frame_of(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> Frame:
    """Choose the frame that holds the core of a set of capitals.

    The centre is the capital with the smallest median distance to all others, moved to the middle
    of the nearest `CORE` of them; the radius reaches the farthest of these, and a little beyond.

    Parameters
    ----------
    latitude, longitude : ndarray, shape (N,)
        Degrees.
    """
    points = _unit(latitude, longitude)
    apart = np.degrees(np.arccos(np.clip(points @ points.T, -1.0, 1.0)))
    middle = int(np.argmin(np.median(apart, axis=1)))
    near = np.argsort(apart[middle], kind="stable")[: max(2, int(np.ceil(CORE * len(points))))]
    centre = points[near].mean(axis=0)
    centre /= np.linalg.norm(centre)
    reach = np.degrees(np.arccos(np.clip(points[near] @ centre, -1.0, 1.0))).max()
    return Frame(
        longitude=round(float(np.degrees(np.arctan2(centre[1], centre[0]))), 1),
        latitude=round(float(np.degrees(np.arcsin(centre[2]))), 1),
        radius=round(float(min(max(LEAST_RADIUS, 1.12 * reach), 80.0)), 1),
    )


def _unit(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.float64]:
    up, round_ = np.radians(latitude), np.radians(longitude)
    columns = (np.cos(up) * np.cos(round_), np.cos(up) * np.sin(round_), np.sin(up))
    return np.column_stack(columns)


def inside(frame: Frame, cells: Sequence[MapCell]) -> list[bool]:
    """Tell for each cell whether its capital lies in the frame."""
    if not cells:
        return []
    places = np.array([(cell.latitude, cell.longitude) for cell in cells])
    apart = _distance(places[:, 0], places[:, 1], frame)
    return [bool(value <= frame.radius) for value in apart]


@functools.cache
def atlas() -> dict[str, Any]:
    """Return the shipped map."""
    text = resources.files("realpolitik.data").joinpath("map.json").read_text("utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def atlas_data(frame: Frame) -> dict[str, list[dict[str, Any]]]:
    """Return the layers of the map that a frame can show, each under its name."""
    return {
        name: [f for f in atlas()[name]["features"] if _reaches(f["geometry"], frame)]
        for name in ATLAS
    }


def _reaches(geometry: dict[str, Any], frame: Frame) -> bool:
    """Tell whether any corner of a shape lies in the frame or just outside it."""
    kind, parts = geometry["type"], geometry["coordinates"]
    lines = [ring for polygon in parts for ring in polygon] if kind == "MultiPolygon" else parts
    if not lines:
        return False
    corners = np.concatenate([np.asarray(line, dtype=np.float64) for line in lines])
    apart = _distance(corners[:, 1], corners[:, 0], frame)
    return bool(apart.min() <= CORNER * frame.radius)


def _distance(
    latitude: NDArray[np.float64], longitude: NDArray[np.float64], frame: Frame
) -> NDArray[np.float64]:
    """Angles in degrees between points and the centre of a frame."""
    centre = _unit(np.array([frame.latitude]), np.array([frame.longitude]))[0]
    cosine: NDArray[np.float64] = np.clip(_unit(latitude, longitude) @ centre, -1.0, 1.0)
    return np.degrees(np.arccos(cosine))


def disputes_in(frame: Frame) -> list[str]:
    """Describe the disputed areas that the frame shows."""
    found = []
    for feature in atlas()["hatches"]["features"]:
        strokes = feature["geometry"]["coordinates"]
        if not strokes:
            continue
        longitude, latitude = strokes[len(strokes) // 2][0]
        if _distance(np.array([latitude]), np.array([longitude]), frame)[0] > 1.2 * frame.radius:
            continue
        about = feature["properties"]
        parties = [states.get(code).name for code in about.get("parties", [])]
        claim = f"{', '.join(parties[:-1])} and {parties[-1]}" if parties else about["note"]
        found.append(f"{about['name']} ({claim})")
    return found


def map_chart(cells: Sequence[MapCell], frame: Frame, origin: str) -> Drawing:
    """Return the map of one state's posture towards the states of the region.

    `origin` is the state itself, drawn in ink.
    """
    rows = [
        {
            "state": cell.state,
            "name": cell.name,
            "fill": shade(cell.mean),
            "opacity": 1.0 if sure(cell) else 0.45,
            "says": says(cell),
            "longitude": cell.longitude,
            "latitude": cell.latitude,
        }
        for cell in cells
    ]
    rows.append(
        {"state": origin, "name": origin, "fill": INK, "opacity": 1.0, "says": "the state itself"}
    )
    tips = [alt.Tooltip("name:N", title="State"), alt.Tooltip("says:N", title="Posture")]
    land = _shapes("areas").mark_geoshape(
        fill="var(--land)", stroke="var(--paper)", strokeWidth=0.6, clip=True
    )
    painted = (
        _shapes("areas")
        .mark_geoshape(stroke="var(--paper)", strokeWidth=0.7, clip=True)
        .transform_lookup(
            lookup="properties.state",
            from_=alt.LookupData(
                data=alt.NamedData(name="cells"),
                key="state",
                fields=["fill", "opacity", "name", "says"],
            ),
        )
        .transform_filter("isValid(datum.fill)")
        .encode(
            fill=alt.Fill("fill:N", scale=None),
            opacity=alt.Opacity("opacity:Q", scale=None),
            tooltip=tips,
        )
    )
    hatched = [
        _shapes("hatches").mark_geoshape(
            filled=False, stroke=colour, strokeWidth=width, opacity=opacity, clip=True
        )
        for colour, width, opacity in ((PAPER, 1.3, 0.5), (INK, 0.55, 0.55))
    ]
    dashed = [
        _shapes("lines").mark_geoshape(
            filled=False, stroke=colour, strokeWidth=width, strokeDash=dash, clip=True
        )
        for colour, width, dash in ((PAPER, 1.9, [1, 0]), (INK, 1.1, [3, 2]))
    ]
    chart = (
        alt.layer(land, painted, *hatched, *dashed, _dots(tips))
        .project(
            "azimuthalEqualArea",
            rotate=[-frame.longitude, -frame.latitude, 0],
            scale=round(frame.scale, 2),
            translate=[WIDTH / 2, HEIGHT / 2],
            clipAngle=85,
        )
        .properties(width=WIDTH, height=HEIGHT)
    )
    return Drawing(chart, {"cells": rows, "dots": _small(rows[:-1])} | atlas_data(frame))


def _shapes(name: str) -> Any:
    return alt.Chart(alt.NamedData(name=name))


def _small(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Small states, drawn as dots at their capitals since their outlines vanish at this scale."""
    sizes = {f["properties"]["state"]: _extent(f["geometry"]) for f in atlas()["areas"]["features"]}
    return [row for row in rows if sizes.get(row["state"], 0.0) < SMALL]


def _dots(tips: list[Any]) -> Any:
    return (
        _shapes("dots")
        .mark_circle(size=70, stroke=MUTED, strokeWidth=0.8, clip=True)
        .encode(
            longitude="longitude:Q",
            latitude="latitude:Q",
            fill=alt.Fill("fill:N", scale=None),
            opacity=alt.Opacity("opacity:Q", scale=None),
            tooltip=tips,
        )
    )


def _extent(geometry: dict[str, Any]) -> float:
    """Area of the largest ring in square degrees (shoelace)."""
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    areas = []
    for polygon in polygons:
        ring = np.asarray(polygon[0])
        x, y = ring[:, 0], ring[:, 1]
        areas.append(abs(float(x[:-1] @ y[1:] - x[1:] @ y[:-1])) / 2)
    return max(areas)


def sure(cell: MapCell) -> bool:
    """Tell whether the 90 per cent interval leaves zero out."""
    if cell.lower is None or cell.upper is None:
        return False
    return cell.lower > 0 or cell.upper < 0


def says(cell: MapCell) -> str:
    """Return the value and its interval in words."""
    if cell.mean is None or cell.lower is None or cell.upper is None:
        return "no data"
    return f"{cell.mean:+.2f} (90% interval {cell.lower:+.2f} to {cell.upper:+.2f})"
