"""The relation of the built-in panel: what must hold whatever the figures are."""

import functools

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from realpolitik.cli.app import app
from realpolitik.data import load_panel
from realpolitik.errors import ConvergenceError, UnknownName
from realpolitik.measures.relation import fitting, measure, relation
from realpolitik.measures.relation.grid import make_grid, make_readings
from realpolitik.measures.relation.indicators import SERIES, log_odds, relative
from realpolitik.measures.relation.measure import _stored, readings_digest
from realpolitik.measures.relation.model import Parameters
from realpolitik.measures.relation.vectors import flatten

EXACT = 1e-9  # least squares by two routes
STILL = 5 * fitting.TOLERANCE  # one more step from stored figures, rounded to six digits


@functools.cache
def panel():
    return load_panel("south-asia", overlay=False)


@functools.cache
def grid():
    return make_grid(panel())


@functools.cache
def measured():
    return relation(panel(), parameters=_stored(readings_digest(panel())), use_cache=False)


def test_parameters_of_the_built_in_region_are_stored():
    assert _stored(readings_digest(panel())) is not None


def test_stored_parameters_are_a_fixed_point_of_the_fit():
    readings, params = make_readings(grid(), SERIES), measured().parameters
    core = {one.name for one in SERIES if one.core}
    inner = fitting.replace(
        readings, continuous={n: s for n, s in readings.continuous.items() if n in core}
    )
    small = fitting.replace(params, continuous={n: params.continuous[n] for n in inner.continuous})
    again = fitting.em_step(fitting.Problem(inner, grid().exists[:, :, 0]), small)
    np.testing.assert_allclose(flatten(again), flatten(small), atol=STILL)


def no_peak(problem, series):
    raise ConvergenceError("no peak")


def test_an_early_vintage_without_a_peak_has_the_parameters_of_all_years_and_says_so(monkeypatch):
    monkeypatch.setattr(measure, "_fit", no_peak)
    early = load_panel("south-asia", as_of="2005", overlay=False)
    found = relation(early, use_cache=False)
    whole = measured().parameters
    assert found.parameters.later
    assert not whole.later
    assert found.parameters.dynamics == whole.dynamics
    assert set(found.parameters.continuous) < set(whole.continuous)
    assert found.steps[-1] == 2005
    again = Parameters.from_json(found.parameters.to_json())
    assert again == found.parameters


def test_a_panel_of_all_years_without_a_peak_is_an_error(monkeypatch):
    monkeypatch.setattr(measure, "_fit", no_peak)
    shorter = load_panel("south-asia", start=1950, overlay=False)
    with pytest.raises(ConvergenceError, match="no peak"):
        relation(shorter, use_cache=False)


def test_the_anchors_orient_the_scale():
    result = measured()
    friends = result.mean[:, result.column("USA", "GBR")]
    rivals = result.mean[:, result.column("IND", "PAK")]
    shared = np.isfinite(friends) & np.isfinite(rivals)
    assert np.all(friends[shared] > rivals[shared])


def test_the_scale_has_unit_spread():
    result = measured()
    square = result.mean**2 + result.sd**2
    np.testing.assert_allclose(np.nanmean(square), 1.0, atol=0.1)


def test_strategic_rivals_stay_below_the_median_when_their_sources_have_ended():
    result = measured()
    rows = panel().dyads.filter((pl.col("year") == 2020) & (pl.col("rivalry") == 1))
    columns = [result.column(*pair) for pair in rows.select("source", "target").iter_rows()]
    for year in range(2018, 2024):
        now = result.mean[year - result.steps[0]]
        assert np.median(now[columns]) < np.nanmedian(now)
        assert np.mean(now[columns] < np.nanmedian(now)) >= 0.75


def test_the_band_widens_where_event_sources_stop():
    result = measured()
    width = {y: np.nanmedian(result.sd[y - result.steps[0]]) for y in (2013, 2014, 2016)}
    assert width[2016] > 1.05 * width[2014] > 1.05 * 0.9 * width[2013]


def test_directions_differ_and_rows_of_no_dyad_are_absent():
    result = measured()
    ours, other = result.column("USA", "PAK"), result.column("PAK", "USA")
    assert np.nanmax(np.abs(result.mean[:, ours] - result.mean[:, other])) > 0.1
    table = result.table("USA", "PAK", change=True)
    assert table["step"].min() == 1947
    assert table["change"].null_count() == 1
    assert table.drop("change", "change_sd", "prob_up").null_count().sum_horizontal()[0] == 0
    assert table["prob_up"].drop_nulls().is_between(0.0, 1.0, closed="none").all()


def test_the_move_is_the_difference_of_the_levels():
    result = measured()
    np.testing.assert_allclose(np.diff(result.mean, axis=0)[1:], result.change[2:], atol=1e-6)
    apart = np.sqrt(result.sd[1:] ** 2 + result.sd[:-1] ** 2)
    fresh = np.isfinite(result.change_sd[1:]) & np.isfinite(apart)
    assert np.all(result.change_sd[1:][fresh] < apart[fresh])


def test_excluded_variables_are_not_read():
    kept = make_readings(grid(), SERIES)
    gone = tuple(s for s in SERIES if not {"us_aid", "arms"} & {s.name, *s.columns})
    assert set(kept.graded) - set(make_readings(grid(), gone).graded) == {"us_aid", "arms"}
    with pytest.raises(UnknownName, match="us_ade"):
        relation(panel(), exclude=["us_ade"])


def test_log_odds_of_the_formula_sheet():
    value, variance = log_odds(np.array([12.0, 0.0]), np.array([3.0, 0.0]))
    np.testing.assert_allclose([value[0], variance[0]], [1.2730, 0.3657], atol=5e-5)
    assert np.isnan(value[1])


def test_relative_readings_have_no_source_and_no_target_average():
    draw = np.random.default_rng(1)
    value = np.where(grid().exists, draw.normal(size=grid().exists.shape), np.nan)
    source = draw.normal(size=len(grid().states))
    ends = np.stack([grid().first, grid().second], axis=1)
    shifted = value + source[ends] - 2.0 * source[ends[:, ::-1]]
    np.testing.assert_allclose(relative(grid(), shifted), relative(grid(), value), atol=EXACT)


@pytest.mark.parametrize("verb", ["relation", "phases"])
def test_the_verbs_answer_in_csv(verb):
    run = CliRunner().invoke(app, [verb, "usa", "Pakistan", "--format", "csv"])
    assert run.exit_code == 0, run.output
    header = run.output.splitlines()[0].split(",")
    wanted = {
        "relation": ["step", "source", "target", "mean", "sd", "lower", "upper", "indicators"],
        "phases": ["start", "end", "level"],
    }
    assert header[: len(wanted[verb])] == wanted[verb]
