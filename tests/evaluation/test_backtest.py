"""From fits to a verdict on made-up worlds: forecasts, rows, placebos, power and the summary."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import polars as pl
import pytest

from realpolitik.conditions.evidence import Evidence
from realpolitik.conditions.making import Given, Term
from realpolitik.evaluation import store, tables
from realpolitik.evaluation.backtest import (
    TRANSPORTED,
    Backtest,
    Design,
    best_theory,
    fit_from_bytes,
    fit_to_bytes,
    flat_conditions,
    other_names,
)
from realpolitik.evaluation.forecasting import ahead, swapped
from realpolitik.evaluation.outlook import outlook
from realpolitik.evaluation.placebos import LEAD, PLACEBOS
from realpolitik.evaluation.power import known_by, power
from realpolitik.evaluation.rows import AtOrigin, Rows, rows
from realpolitik.evaluation.summary import FLAT, FULL, Evaluation, inflation, summarise
from realpolitik.evaluation.transport import LEADERS, STATE, LeftOut
from realpolitik.inference.fitting import Fit, refit
from realpolitik.inference.objective import filtered_and_scored
from realpolitik.theory import THEORIES, Inertia
from realpolitik.theory.inputs import dyad_order
from realpolitik.theory.parameter import labels, pack
from realpolitik.theory.simulation import simulate
from realpolitik.theory.synthetic import World, inputs

EXACT = 1e-10
STATES = ("AAA", "BBB", "CCC", "DDD")
TRUTH = {
    "speed": 0.4,
    "innovation_sd": 0.3,
    "pair_corr": 0.2,
    "level": 0.1,
    "loading": np.ones(0),
    "series_sd": 0.1,
}


@functools.cache
def world() -> tuple[Given, Fit]:
    """Readings of inertia on 4 states, and its parameters as a fit."""
    theory, made = Inertia(), inputs(World(states=4, steps=30), 3)
    half = np.full(made.reading.shape[:2], 0.5)
    other = np.where(np.arange(12) < 6, half, -half)
    made = dataclasses.replace(made, own=half, other=other)
    drawn = simulate(theory, theory.complete(TRUTH, made.sizes), made, 4).inputs
    sizes = made.sizes
    vector = np.asarray(pack(TRUTH, theory.parameters(sizes), sizes))
    names = labels(theory.parameters(sizes), sizes)
    fit = Fit(theory, sizes, vector, 1e-4 * np.eye(len(vector)), names, -1.0, 1e-7, 360, 1, 1)
    term = Term("threat", "cinc", 0.9, 2012, None)
    given = Given(
        known_by(drawn, 24), np.arange(1990, 2020), STATES, 2014, np.ones((30, 4)), (term,)
    )
    return given, fit


def test_one_step_ahead_is_what_the_filter_predicts() -> None:
    given, fit = world()
    found = ahead(fit.theory, fit.vector, given.inputs, 24, (1, 3))
    filtered, _ = filtered_and_scored(fit.theory, fit.vector, given.inputs)
    mean = np.asarray(filtered.predicted_mean)[25]
    level = 0.1 * (given.inputs.own + given.inputs.other)[24]
    expected = level + 0.5 * mean + given.inputs.other[24] * swapped(mean)
    np.testing.assert_allclose(found.mean[0], expected, atol=EXACT)
    assert np.all(found.var[1] > found.var[0])
    assert np.all(found.var[0] > TRUTH["series_sd"] ** 2)


def test_refit_from_near_ends_at_a_flat_place() -> None:
    given, fit = world()
    peak = refit(fit, given.inputs)
    assert peak.gradient < 1e-5


def test_a_fit_survives_being_bytes() -> None:
    given, fit = world()
    again = fit_from_bytes(fit_to_bytes(fit), "inertia", given)
    np.testing.assert_array_equal(again.vector, fit.vector)
    assert again.names == fit.names
    assert again.gradient == fit.gradient


@pytest.mark.parametrize("name", sorted(PLACEBOS))
def test_a_placebo_moves_its_own_term_and_no_other(name: str) -> None:
    held = inputs(World(states=5, steps=12), 3).conditions
    changed = PLACEBOS[name](held, 7)
    moved = {
        field.name
        for field in dataclasses.fields(held)
        if not np.array_equal(getattr(held, field.name), getattr(changed, field.name))
    }
    assert moved == ({"gate"} if name == "permuted gate" else {"clarity"})
    again = PLACEBOS[name](held, 7)
    np.testing.assert_array_equal(again.clarity, changed.clarity)


def test_permuted_clarity_stays_with_its_source_and_future_clarity_is_late() -> None:
    held = inputs(World(states=5, steps=12), 3).conditions
    source, _ = dyad_order(5)
    changed = PLACEBOS["permuted clarity"](held, 7)
    for state in range(5):
        mine = source == state
        np.testing.assert_allclose(
            np.sort(changed.clarity[:, mine], axis=1), np.sort(held.clarity[:, mine], axis=1)
        )
    later = PLACEBOS["future clarity"](held, 7)
    np.testing.assert_array_equal(later.clarity[0], held.clarity[LEAD])


def truth(given: Given, seed: int) -> Evidence:
    theory = Inertia()
    drawn = simulate(theory, theory.complete(TRUTH, given.inputs.sizes), given.inputs, seed)
    value = drawn.inputs.reading[:, :, 0].copy()
    value[~np.isfinite(value)] = 0.0
    value[3, 2] = np.nan
    return Evidence(given.years, given.states, value, np.full(value.shape, 0.2))


def test_rows_stand_beside_the_readings_that_came() -> None:
    given, _ = world()
    shown = truth(given, 4)
    mean = np.arange(24.0).reshape(1, 2, 12)
    made = [AtOrigin(1992, mean, np.ones((1, 2, 12)), np.zeros(12))]
    made.append(AtOrigin(2018, mean, np.ones((1, 2, 12)), np.zeros(12)))
    found = rows(("one",), made, (1, 2), shown)
    assert len(found.value) == 11 + 12 + 12  # one reading is missing, one year never came
    first = (found.origin == 1992) & (found.horizon == 2)
    np.testing.assert_array_equal(found.mean[0, first], mean[0, 1])
    np.testing.assert_array_equal(found.value[first], shown.value[4])
    np.testing.assert_allclose(found.sd[0], np.sqrt(1.2))
    assert set(found.year[first]) == {1994}


def test_inflation_finds_the_factor_put_in() -> None:
    generator = np.random.default_rng(1)
    var, error = generator.uniform(0.5, 2.0, (2, 20_000))
    value = generator.standard_normal(20_000) * np.sqrt(3.0 * var + error)
    assert inflation(np.zeros(20_000), var, error, value) == pytest.approx(3.0, rel=0.06)


def test_power_is_the_share_that_gains_twice() -> None:
    draws = [{1: 2.5, 3: 2.1, 5: 0.0}, {1: 2.5, 3: 1.0, 5: 1.9}, {1: 3.0, 3: 3.0, 5: 3.0}]
    assert power(draws, 2) == pytest.approx(2 / 3)


def table_of_forecasts(better: str, gain: float) -> Rows:
    """Forecasts of noise: one forecaster knows part of it, the others nothing."""
    generator = np.random.default_rng(5)
    names = (*(theory.name for theory in THEORIES), *PLACEBOS, *other_names())
    states, years, horizons = 10, np.arange(2001, 2013), (1, 3, 5)
    source, target = np.triu_indices(states, 1)
    cells = [(h, y, i, j) for h in horizons for y in years for i, j in zip(source, target)]  # noqa: B905
    horizon, year, source, target = np.array(cells).T
    value = generator.standard_normal(len(year))
    mean = np.zeros((len(names), len(year)))
    mean[names.index(better)] = gain * value
    sd = np.ones(mean.shape)
    sd[names.index(better)] = np.sqrt(1.0 - gain**2)
    return Rows(
        names,
        mean,
        sd,
        value,
        np.full(len(year), 0.2),
        np.zeros(len(year)),
        year - horizon,
        horizon,
        year,
        source,
        target,
    )


def left_out_of(names: tuple[str, ...], better: str, gain: float, way: str) -> LeftOut:
    """One theory scores better on every reading left out, by an amount that varies."""
    cell = np.arange(900)
    log = -1.0 + 0.1 * np.random.default_rng(6).standard_normal((len(names), 900))
    log[[place for place, name in enumerate(names) if name == better]] += gain
    return LeftOut(way, names, cell % 10, cell, log, log + 0.05)


def evaluation(better: str, gain: float, power: float) -> Evaluation:
    given, fit = world()
    given = dataclasses.replace(given, states=tuple("ABCDEFGHIJ"))
    shown = Evidence(given.years, given.states, np.zeros((30, 90)), np.zeros((30, 90)))
    design = Design("made-up", tuple(range(2000, 2012)))
    table = table_of_forecasts(better, gain)
    best = best_theory(table, design.horizons)
    names = tuple(dict.fromkeys((*TRANSPORTED, best)))
    left_out = tuple(left_out_of(names, better, gain, way) for way in (STATE, LEADERS))
    made = Backtest(design, {"inertia": fit}, table, left_out, given, shown)
    return summarise(made, power=power, power_strong=power, power_draws=20, key="k")


def test_a_filter_that_forecasts_earns_its_place_and_the_record_survives_json() -> None:
    found = evaluation("neoclassical realism", 0.6, 0.9)
    assert found.outcome == "earns its place"
    assert found.best() == "neoclassical realism"
    assert found.score("neoclassical realism", 3).gain["flat filter"] > 0.1
    assert max(found.weights, key=lambda name: found.weights[name]) == "neoclassical realism"
    assert sum(found.weights.values()) == pytest.approx(1.0, abs=1e-6)
    first = found.transport[0]
    assert (first.left_out, first.theory, first.rival) == (STATE, FULL, FLAT)
    assert first.gain == pytest.approx(0.6, abs=0.02)
    assert first.loss == pytest.approx(0.05)
    again = Evaluation.from_json(found.to_json())
    assert again.to_json() == found.to_json()
    assert [one.states[3].state for one in again.transport] == ["D"] * 6
    assert again.terms == found.terms


@pytest.mark.parametrize(
    ("better", "power", "outcome"),
    [
        ("inertia", 0.9, "no gain"),
        ("inertia", 0.5, "undetermined"),
        ("permuted clarity", 0.9, "undetermined"),
    ],
)
def test_without_a_gain_the_verdict_depends_on_power_and_placebos(
    better: str, power: float, outcome: str
) -> None:
    assert evaluation(better, 0.6, power).outcome == outcome


def test_remarks_say_when_the_form_is_wrong_and_what_forecasts_best() -> None:
    told = " ".join(evaluation("reduced form", 0.6, 0.9).remarks)
    assert "the form of the filter is wrong" in told
    assert "1 year ahead the highest mean log score is that of reduced form" in told
    assert told.count("the gain transports") == 1  # of the best theory over inertia
    assert told.count("no gain is shown to transport") == 1  # of the full one over flat
    assert "boosted trees (ceiling)" in " ".join(evaluation("boosted trees", 0.6, 0.9).remarks)


@pytest.mark.parametrize("name", sorted(tables.ALL))
def test_every_table_has_its_rows(name: str) -> None:
    found = evaluation("neoclassical realism", 0.6, 0.9)
    frame = tables.ALL[name](found)
    assert isinstance(frame, pl.DataFrame)
    if name == "scores":
        assert frame.height == 3 * len({one.forecaster for one in found.scores})
        first = frame.row(0, named=True)
        assert first["forecaster"] == "neoclassical realism"
        assert first["horizon"] == 1
        assert frame.filter(forecaster="inertia")["gain"].is_null().all()
    if name == "transport":
        whole = frame.filter(state="all")
        assert set(whole["rival"]) == {"flat filter", "inertia"}
        assert frame.height == whole.height + 10
        own = frame.filter(pl.col("state") != "all")
        assert (own["gain"] * own["readings"]).sum() == pytest.approx(
            (whole["gain"] * whole["readings"])[0]  # here each reading is of one part
        )


def test_an_outlook_widens_and_its_chances_sum_to_one() -> None:
    given, fit = world()
    found = outlook(given, fit, "AAA", "CCC", range(1, 6), seed=1, draws=20)
    assert found.steps.tolist() == [2015, 2016, 2017, 2018, 2019]
    assert np.all(np.diff(found.sd) > 0)
    np.testing.assert_allclose(found.chance.sum(axis=1), 1.0)
    np.testing.assert_array_equal(found.inflation, 1.0)
    scored = evaluation("neoclassical realism", 0.6, 0.9)
    wider = outlook(given, fit, "AAA", "CCC", (1, 2), seed=1, draws=20, evaluation=scored)
    assert wider.inflation[1] == pytest.approx(
        0.5 * (scored.score("inertia", 1).inflation + scored.score("inertia", 3).inflation),
        rel=1e-6,
    )


def test_trees_see_every_condition() -> None:
    given, _ = world()
    found = flat_conditions(given)
    assert found.shape[:2] == (30, 12)
    assert np.isfinite(found).all()


def test_prose_does_not_change_the_code_hash() -> None:
    one = 'def f(x):\n    """Say."""\n    # why\n    return x + 1\n'
    other = 'def f(x):\n    """Say more.\n\n    At length.\n    """\n    return x + 1\n'
    assert store.without_prose(one) == store.without_prose(other)
    assert store.without_prose(one) != store.without_prose(one.replace("+ 1", "+ 2"))
