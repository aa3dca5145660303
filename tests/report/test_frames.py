"""The frame of the map and what lies in it."""

from __future__ import annotations

import numpy as np
import pytest

from realpolitik.report import maps
from realpolitik.report.record import MapCell

NEAR = 2.0
"""Degrees; the states placed lie up to this far from the middle meant."""


def _cell(latitude: float, longitude: float, mean: float | None, wide: float = 0.5) -> MapCell:
    return MapCell(
        origin="USA",
        state="PAK",
        name="Pakistan",
        latitude=latitude,
        longitude=longitude,
        mean=mean,
        lower=None if mean is None else mean - wide,
        upper=None if mean is None else mean + wide,
        indicators=3,
    )


def test_far_states_do_not_move_the_frame() -> None:
    near = np.array([[10.0, 70.0], [10.0, 74.0], [14.0, 70.0], [14.0, 74.0], [12.0, 72.0]])
    far = np.array([[50.0, 0.0], [-35.0, 149.0]])
    places = np.concatenate([near, far])
    frame = maps.frame_of(places[:, 0], places[:, 1])
    assert abs(frame.latitude - 12.0) < NEAR
    assert abs(frame.longitude - 72.0) < NEAR
    assert frame.radius == maps.LEAST_RADIUS


def test_frame_may_cross_the_date_line() -> None:
    frame = maps.frame_of(np.array([0.0, 0.0, 2.0]), np.array([178.0, -178.0, 180.0]))
    assert abs(abs(frame.longitude) - 180.0) < NEAR


def test_scale_puts_the_radius_on_the_edge() -> None:
    frame = maps.Frame(70.0, 20.0, 30.0)
    edge = frame.scale * 2 * np.sin(np.radians(30.0) / 2)
    np.testing.assert_allclose(edge, maps.HEIGHT / 2, rtol=1e-12)


def test_states_beyond_the_frame_are_told_apart() -> None:
    frame = maps.Frame(70.0, 20.0, 15.0)
    cells = [_cell(20.0, 84.0, 0.0), _cell(20.0, 88.0, 0.0), _cell(38.0, -77.0, 0.0)]
    assert maps.inside(frame, cells) == [True, False, False]
    assert maps.inside(frame, []) == []


def test_atlas_is_cut_to_the_frame() -> None:
    frame = maps.Frame(75.0, 25.0, 15.0)
    kept = {f["properties"]["state"] for f in maps.atlas_data(frame)["areas"]}
    assert {"IND", "PAK", "AFG", "CHN"} <= kept
    assert not kept & {"USA", "BRA", "FRA"}


def test_disputes_are_named_where_they_show() -> None:
    south_asia = " ".join(maps.disputes_in(maps.Frame(75.0, 28.0, 20.0)))
    assert "Jammu and Kashmir" in south_asia
    assert "(India, Pakistan and China)" in south_asia
    assert "Crimea" not in south_asia
    assert "Crimea" in " ".join(maps.disputes_in(maps.Frame(34.0, 42.0, 15.0)))


@pytest.mark.parametrize(
    ("mean", "wide", "sure", "says"),
    [
        (0.8, 0.5, True, "+0.80 (90% interval +0.30 to +1.30)"),
        (-0.8, 0.5, True, "-0.80 (90% interval -1.30 to -0.30)"),
        (0.4, 0.5, False, "+0.40 (90% interval -0.10 to +0.90)"),
        (None, 0.5, False, "no data"),
    ],
)
def test_cell_is_sure_when_its_interval_leaves_zero_out(
    mean: float | None, wide: float, sure: bool, says: str
) -> None:
    cell = _cell(0.0, 0.0, mean, wide)
    assert maps.sure(cell) is sure
    assert maps.says(cell) == says
