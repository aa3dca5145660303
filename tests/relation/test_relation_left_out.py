"""Next year's event ratios from all series, and from all series but the one to be predicted."""

import functools
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from realpolitik.data import load_panel
from realpolitik.measures.relation.fitting import Problem, pass_over
from realpolitik.measures.relation.grid import make_grid, make_readings
from realpolitik.measures.relation.indicators import SERIES
from realpolitik.measures.relation.measure import _stored, readings_digest
from realpolitik.measures.relation.model import READ
from realpolitik.measures.relation.predictive import expect_continuous

PAGE = Path(__file__).parents[2] / "docs" / "relation.md"
WINDOW = 5
PRINTED = 6e-3  # half a unit of the last printed digit, and a little for other processors
NAMES = ("verbal_events", "material_events")


@functools.cache
def world():
    """Readings of the default region and the stored parameters."""
    panel = load_panel("south-asia", overlay=False)
    grid = make_grid(panel)
    problem = Problem(make_readings(grid, SERIES), grid.exists[:, :, 0])
    return problem, _stored(readings_digest(panel))


def recent_mean(value):
    """Mean of the readings of the five years up to each year."""
    past = np.full(value.shape, np.nan)
    for step in range(len(value)):
        window = value[max(0, step - WINDOW + 1) : step + 1]
        seen = np.isfinite(window).sum(axis=0)
        past[step] = np.where(seen > 0, np.nansum(window, axis=0) / np.maximum(seen, 1), np.nan)
    return past


@functools.cache
def errors(name):
    """Root mean squared error: all series, the others, five-year mean, last reading, one mean."""
    problem, params = world()
    series = problem.readings.continuous[name]
    full = pass_over(problem, params)[0].whole_predicted
    found = expect_continuous(series, params.continuous[name], params.slots[name], full)
    rest = {n: s for n, s in problem.readings.continuous.items() if n != name}
    others = replace(problem, readings=replace(problem.readings, continuous=rest))
    relation = pass_over(others, params)[0].predicted.mean @ READ[:2].T
    own = params.continuous[name]
    ahead, last, recent = series.value[1:], series.value[:-1], recent_mean(series.value)[:-1]
    misses = (
        found.miss[1:],
        ahead - own.level - own.loading * relation[1:],
        ahead - recent,
        ahead - last,
        ahead - np.nanmean(series.value),
    )
    read = np.isfinite(last) & np.isfinite(ahead)
    return [float(np.sqrt(np.mean(miss[read] ** 2))) for miss in misses]


def printed(name):
    """The figures of a row of the page's table."""
    title = name.replace("_", " ")
    line = re.search(rf"^\| {title} \|(.*)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return [float(cell) for cell in line[1].split("|")]


@pytest.mark.nightly
@pytest.mark.parametrize("name", NAMES)
def test_the_error_table_of_the_page_is_what_the_model_gives(name):
    np.testing.assert_allclose(errors(name), printed(name), atol=PRINTED)


@pytest.mark.nightly
@pytest.mark.parametrize("name", NAMES)
def test_the_model_predicts_event_ratios_better_than_their_own_past(name):
    ours, _, recent, last, flat = errors(name)
    assert ours < min(recent, last, flat)


@pytest.mark.nightly
@pytest.mark.parametrize("name", NAMES)
def test_a_left_out_series_is_predicted_better_by_the_others_than_by_its_last_reading(name):
    _, others, _, last, _ = errors(name)
    assert others < last
