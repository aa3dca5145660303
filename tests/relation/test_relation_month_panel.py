"""The relation by month on panels: what is read when, and how well generated months come back."""

import datetime
import functools
import itertools

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from realpolitik.cli.app import app
from realpolitik.data import added, load_panel
from realpolitik.errors import RequestError, UnknownName
from realpolitik.measures.monthly.dynamics import deviation, matrices, month_dynamics
from realpolitik.measures.monthly.measure import month_model, pass_months
from realpolitik.measures.monthly.passing import MonthSeries, run
from realpolitik.measures.monthly.readings import (
    lay_out,
    once,
    read_months,
    relative_so_far,
    slope_of_ratio,
)
from realpolitik.measures.phases import phases
from realpolitik.measures.relation import Relation, relation
from realpolitik.measures.relation.filtering import Evidence
from realpolitik.measures.relation.fitting import Problem, pass_over
from realpolitik.measures.relation.grid import make_grid, make_readings
from realpolitik.measures.relation.indicators import SERIES, log_odds, relative
from realpolitik.measures.relation.measure import _stored, readings_digest
from realpolitik.measures.relation.model import READ, Dynamics
from realpolitik.providers.files.icews import COLUMNS

EXACT = 1e-9  # two exact routes to one Gaussian posterior on the panel's own readings
DRAWN = 0.05  # three standard errors of a share over 80 pairs whose errors last for years
HALF = 1.6448536269514722  # half of a 90 per cent band, in standard deviations
PAIRS = slice(0, 40)
NAMES = {
    "USA": "United States", "PAK": "Pakistan", "IND": "India", "CHN": "China", "IRN": "Iran",
    "AFG": "Afghanistan", "RUS": "Russian Federation", "GBR": "United Kingdom",
}  # fmt: skip


@functools.cache
def parameters():
    return _stored(readings_digest(load_panel("south-asia", overlay=False)))


@pytest.fixture
def region(tmp_path):
    path = tmp_path / "small.yaml"
    rows = "".join(f"  - {code}\n" for code in NAMES)
    path.write_text(f"name: small\ntitle: Eight states\ndescription: For tests.\nmembers:\n{rows}")
    return path


def write_events(path, months, more=()):
    """An ICEWS file: every dyad every day, one class of events after the other; `more` rows."""
    rows = []
    for month in months:
        length = ((month + datetime.timedelta(32)).replace(day=1) - month).days
        for day in (month + datetime.timedelta(n) for n in range(length)):
            code = ("040", "120", "060", "190")[day.day % 4]
            rows += [(day, *pair, code) for pair in itertools.permutations(NAMES, 2)]
    lines = ["\t".join(COLUMNS)]
    for day, source, target, code in [*rows, *more]:
        row = [""] * len(COLUMNS)
        row[1], row[4], row[6], row[10] = str(day), NAMES[source], code, NAMES[target]
        lines.append("\t".join(row))
    path.write_text("\n".join(lines))
    return path


def first_of(year, *months):
    return [datetime.date(year, month, 1) for month in months]


def by_month(region, **when):
    panel, months = load_panel(region, **when), load_panel(region, step="month", **when)
    return relation(panel, step="month", months=months, parameters=parameters(), use_cache=False)


def at(result, source, target, values, month):
    row = np.flatnonzero(result.steps == np.datetime64(month))[0]
    return values[row, result.column(source, target)]


def test_years_of_the_panel_come_out_of_the_months_as_by_year():
    grid = make_grid(load_panel("south-asia", overlay=False))
    readings = make_readings(grid, SERIES).part(PAIRS)
    exists = grid.exists[:, PAIRS, 0]
    filtered, smoothed = pass_over(Problem(readings, exists), parameters())
    model = month_model(parameters(), {})
    found = pass_months(model, readings, {}, exists, 12 * len(exists), parameters())
    there, read = np.cumsum(exists, axis=0) > 0, READ[:2]
    for ours, theirs in (
        (found.filtered_years, filtered.updated),
        (found.smoothed_years, smoothed.moments),
    ):
        np.testing.assert_allclose(ours.mean[there], (theirs.mean @ read.T)[there], atol=EXACT)
        np.testing.assert_allclose(ours.cov[there], (read @ theirs.cov @ read.T)[there], atol=EXACT)


def generated(rate, pairs=80, years=12, seed=3):
    """Relations, and a yearly and a monthly series read from them by chains of their own."""
    dynamics, draw, steps = (
        Dynamics(0.52, 0.42, 0.86, 0.85),
        np.random.default_rng(seed),
        12 * years,
    )
    month, own = month_dynamics(dynamics), deviation(0.3, 0.7, 2, 0)
    root = np.linalg.cholesky([[1.0, 0.85], [0.85, 1.0]])

    def chain(left, sd, turn):
        out = sd * draw.normal(size=(steps, pairs, 2)) @ turn.T
        for step in range(1, steps):
            out[step] = left * out[step - 1] + np.sqrt(1.0 - left**2) * out[step]
        return out

    theta = dynamics.level_sd * draw.normal(size=(pairs, 2)) @ root.T
    theta = theta + chain(month.left, month.passing_sd, root)
    lasting = 0.6 * draw.normal(size=(pairs, 1))
    alone = np.sqrt(own.alone) * draw.normal(size=theta.shape)
    logit = 0.9 * theta + lasting + chain(own.carry, own.sd, np.eye(2)) + alone
    events = draw.poisson(rate, size=theta.shape)
    up = draw.binomial(events, 1.0 / (1.0 + np.exp(-logit)))
    value, variance = log_odds(up.astype(float), (events - up).astype(float))
    slope = slope_of_ratio(events)
    monthly = MonthSeries(value / slope, variance / slope**2 + own.alone, 0.9, 0, 0)
    year = theta.reshape(years, 12, pairs, 2).mean(axis=1)
    year = year + month.year_sd * draw.normal(size=year.shape) @ root.T
    reading = 0.5 * year + draw.normal(size=year.shape)
    precision, shift = np.zeros((years, pairs, 5, 5)), np.zeros((years, pairs, 5))
    precision[..., [0, 1], [0, 1]], shift[..., :2] = 0.25, 0.5 * reading
    evidence = Evidence(precision, shift, np.zeros((years, pairs)))
    model = matrices(month, (0.6,), (own,))
    return theta, evidence, model, monthly


@pytest.mark.parametrize("rate", [2.0, 20.0])
def test_generated_months_are_recovered_and_bands_hold_nine_tenths(rate):
    theta, evidence, model, monthly = generated(rate)
    start = np.zeros(theta.shape[1], dtype=int)
    found = run(model, start, len(theta), evidence, [], [monthly])
    for path in (found.filtered, found.smoothed):
        inside = np.abs(path.mean - theta) < HALF * np.sqrt(path.variance)
        np.testing.assert_allclose(inside.mean(), 0.9, atol=DRAWN)
    moves = np.abs(found.smoothed.change[1:] - np.diff(theta, axis=0))
    held = moves < HALF * np.sqrt(found.smoothed.change_variance[1:])
    np.testing.assert_allclose(held.mean(), 0.9, atol=DRAWN)
    blind = run(model, start, len(theta), evidence, [], [])

    def error(path):
        return np.sqrt(np.mean((path.mean - theta) ** 2))

    assert error(found.smoothed) < 0.95 * error(blind.smoothed)
    assert error(found.smoothed) < error(found.filtered) < theta.std()


def test_few_events_show_less_of_a_move_of_the_odds():
    """The expected log ratio at odds either side of even, against the slope."""
    draw, step = np.random.default_rng(1), 0.2
    for events in (1, 3, 12):
        shares = 1.0 / (1.0 + np.exp([-step, step]))
        means = [
            log_odds(k.astype(float), (events - k).astype(float))[0].mean()
            for k in (draw.binomial(events, share, size=400_000) for share in shares)
        ]
        slope = (means[0] - means[1]) / (2.0 * step)
        np.testing.assert_allclose(slope_of_ratio(np.array(events)), abs(slope), atol=0.02)


def test_one_month_of_events_moves_that_month_and_nothing_before(region, tmp_path):
    months, july = first_of(2016, 1, 2, 3, 4, 5, 6, 7, 8), datetime.date(2016, 7, 1)
    name = added.add(write_events(tmp_path / "calm.tab", months)).name
    calm = by_month(region)
    added.remove(name)
    burst = [(july + datetime.timedelta(n), "USA", "PAK", "190") for n in range(31)] * 20
    added.add(write_events(tmp_path / "burst.tab", months, burst))
    stormy = by_month(region)
    assert stormy.by_month[:2] == ("verbal_events", "material_events")
    before = stormy.steps < np.datetime64(july)
    np.testing.assert_array_equal(calm.filtered_mean[before], stormy.filtered_mean[before])
    fall = stormy.mean - calm.mean
    column = stormy.column("USA", "PAK")
    assert stormy.steps[np.nanargmin(fall[:, column])] == np.datetime64(july)
    assert at(stormy, "USA", "PAK", stormy.filtered_mean, july) < at(
        calm, "USA", "PAK", calm.filtered_mean, july
    )
    sides = {column, stormy.column("PAK", "USA")}
    others = [c for c in range(fall.shape[1]) if c not in sides]
    assert np.nanmax(np.abs(fall[:, others])) < 0.5 * np.nanmax(np.abs(fall[:, column]))


def test_a_year_covered_by_month_is_not_read_again_in_december(region, tmp_path):
    whole, some, early = (
        first_of(2016, *range(1, 13)), first_of(2010, 1, 2, 3), first_of(1998, 1, 2),
    )  # fmt: skip
    added.add(write_events(tmp_path / "e.tab", [*whole, *some, *early]))
    grid = make_grid(load_panel(region))
    months = lay_out(grid, load_panel(region, step="month"))
    readings = make_readings(grid, SERIES)
    left, kept = once(readings, read_months(grid, months, SERIES), months)

    def years_read(series):
        return set(grid.steps[np.isfinite(series.value).any((1, 2))].tolist())

    ratio = years_read(readings.continuous["verbal_events"])
    assert {2010, 2016} <= ratio
    assert years_read(left.continuous["verbal_events"]) == ratio - {2016}
    read = months.steps[np.isfinite(kept["verbal_events"].value).any((1, 2))]
    np.testing.assert_array_equal(read, np.sort(np.array([*whole, *early], dtype="datetime64[D]")))
    volume, year = left.continuous["conflict_volume"], grid.steps.tolist().index
    assert 1998 in years_read(volume)
    assert volume.silent[year(1998)].all()
    assert not volume.silent[year(1997)].any()


def test_what_is_common_to_a_state_uses_nothing_later():
    draw = np.random.default_rng(2)
    grid = make_grid(load_panel("south-asia", 2000, 2001, overlay=False))
    value = draw.normal(size=(24, len(grid.first), 2))
    rest = relative_so_far(grid, value)
    changed = value.copy()
    changed[15:] += draw.normal(size=changed[15:].shape)
    np.testing.assert_array_equal(relative_so_far(grid, changed)[:15], rest[:15])
    assert np.all(relative_so_far(grid, changed)[15] != rest[15])
    np.testing.assert_allclose(rest[0], relative(grid, value[:1])[0], atol=EXACT)


def test_december_reads_the_year_and_without_a_month_file_everything(region):
    panel = load_panel(region, overlay=False)
    bare = relation(panel, step="month", parameters=parameters(), use_cache=False)
    assert bare.by_month == ()
    month = bare.steps.astype("datetime64[M]").astype(int) % 12
    assert bare.indicators[month < 11].sum() == 0
    by_year = relation(panel, parameters=parameters(), use_cache=False)
    np.testing.assert_array_equal(bare.indicators[month == 11], by_year.indicators)
    np.testing.assert_array_equal(np.isnan(bare.mean[month == 11]), np.isnan(by_year.mean))
    months = load_panel(region, step="month", overlay=False)
    scored = relation(panel, step="month", months=months, parameters=parameters(), use_cache=False)
    assert scored.by_month == ("gdelt_score",)
    read = scored.indicators[scored.steps >= np.datetime64("2018-01-01")]
    assert read.any(axis=1).all()


def test_as_of_a_month_ends_there_and_knows_nothing_later(region):
    late, early = by_month(region, as_of="2018-03"), by_month(region, as_of="2017")
    assert late.steps[-1] == np.datetime64("2018-03-01")
    assert early.steps[-1] == np.datetime64("2017-12-01")
    shared = late.filtered_mean[: len(early.steps)]
    np.testing.assert_allclose(shared, early.filtered_mean, atol=EXACT)
    np.testing.assert_array_equal(late.indicators[-3:], 1)  # the score of the pair


def test_the_table_has_dates_and_moves_that_add_up(region):
    result = by_month(region)
    table = result.table("USA", "PAK", change=True)
    assert table["step"].dtype == pl.Date
    assert table.columns == [
        "step", "source", "target", "mean", "sd", "lower", "upper", "indicators",
        "change", "change_sd", "prob_up",
    ]  # fmt: skip
    np.testing.assert_allclose(
        table["change"].to_numpy()[1:], np.diff(table["mean"].to_numpy()), atol=EXACT
    )
    again = Relation.from_bytes(result.to_bytes())
    assert again.by_month == result.by_month
    np.testing.assert_array_equal(again.steps, result.steps)


def test_what_cannot_be_asked(region):
    panel, months = load_panel(region), load_panel(region, step="month")
    with pytest.raises(UnknownName, match="unknown step 'week'"):
        relation(panel, step="week")
    with pytest.raises(RequestError, match="give the panel by year"):
        relation(months)
    with pytest.raises(RequestError, match="step='month' only"):
        relation(panel, months=months)
    with pytest.raises(RequestError, match="load it with step='month'"):
        relation(panel, step="month", months=panel)
    with pytest.raises(RequestError, match="same region and date"):
        relation(panel, step="month", months=load_panel(region, step="month", as_of="2010"))
    with pytest.raises(RequestError, match="needs the relation by year"):
        phases(by_month(region), "USA", "PAK")


def test_the_verb_shows_months_and_says_what_is_read_by_month():
    ask = ["relation", "USA", "PAK", "--step", "month", "--from", "2018-11", "--to", "2019-02"]
    shown = CliRunner().invoke(app, [*ask, "--change", "--format", "csv"])
    assert shown.exit_code == 0
    rows = pl.read_csv(shown.stdout.encode(), try_parse_dates=True)
    assert rows["step"].to_list() == [
        datetime.date(2018, 11, 1), datetime.date(2018, 12, 1),
        datetime.date(2019, 1, 1), datetime.date(2019, 2, 1),
    ]  # fmt: skip
    assert rows["indicators"][1] > rows["indicators"][0] == 1
    assert "read by month: gdelt_score (1 series)" in shown.stderr
    wrong = CliRunner().invoke(app, ["relation", "USA", "PAK", "--step", "week"])
    assert isinstance(wrong.exception, UnknownName)
