"""What an assessment tells of theories: from a made-up fit and evaluation, and without them."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable, Iterator

import numpy as np
import polars as pl
import pytest

import realpolitik as rp
from realpolitik import cache
from realpolitik.assessment import main, moves, theories
from realpolitik.conditions.gathering import PARTS, PREFERENCE
from realpolitik.conditions.making import Given, Term
from realpolitik.evaluation import store
from realpolitik.evaluation.baselines import BASELINES
from realpolitik.evaluation.summary import FLAT, REFERENCE, Evaluation, Score
from realpolitik.inference.fitting import Fit, starting_points
from realpolitik.measures.relation import Relation
from realpolitik.panel import Panel
from realpolitik.report.record import Assessment
from realpolitik.report.theory_record import Theories
from realpolitik.rng import stream
from realpolitik.theory import THEORIES
from realpolitik.theory.parameter import labels
from realpolitik.theory.synthetic import World, inputs

YEARS = np.arange(1994, 2029)
ORIGIN = 2023
JUMPS = {1998: -2.0, 2001: 1.5, 2005: 1.0, 2011: -1.8}
"""Measured moves: the three largest and one that is sure and smaller; all others are unsure."""
BEST = "reciprocity"
SUM_ERROR = 1e-9
"""Eight means of a hundred draws of order one, added up."""


def _given() -> Given:
    made = inputs(World(3, len(YEARS), parts=len(PARTS), preferences=len(PREFERENCE)), 5)
    reading = stream(2, "readings").normal(size=made.reading.shape)
    reading[YEARS > ORIGIN] = np.nan
    return Given(
        inputs=dataclasses.replace(made, reading=reading),
        years=YEARS,
        states=("IND", "PAK", "USA"),
        origin=ORIGIN,
        strength=np.ones((len(YEARS), 3)),
        terms=(Term("threat", "cinc", 0.9, 2016, None), Term("evident", "none", 0.0, None, "why")),
    )


def _fit(given: Given, name: str) -> Fit:
    theory, sizes = store.theory_called(name), given.inputs.sizes
    [vector] = starting_points(theory, sizes, 1, 3)
    names = labels(theory.parameters(sizes), sizes)
    return Fit(theory, sizes, vector, 1e-4 * np.eye(len(vector)), names, -9.0, 2e-7, 999, 3, 2)


def _score(name: str, kind: str, horizon: int) -> Score:
    log = -1.0 if name == BEST else -1.5
    rivals = [rival for rival in (REFERENCE, FLAT) if rival != name]
    gain = dict.fromkeys(rivals, 0.01 * horizon)
    z = {rival: {"source": 1.5, "dyadic": 1.2} for rival in rivals}
    brier = 0.7 if kind == "baseline" else 0.5
    return Score(
        name, kind, horizon, 900, 800, log, 0.4, brier, (0.45, 0.8, float("nan")), 0.2, 4.0,
        gain, dict.fromkeys(rivals, 0.01), z,
    )  # fmt: skip


def _evaluation(given: Given) -> Evaluation:
    names = [(theory.name, "theory") for theory in THEORIES]
    names += [(baseline.name, "baseline") for baseline in BASELINES]
    return Evaluation(
        region="south-asia",
        origins=(2000, 2001, 2002),
        horizons=(1, 3),
        scores=tuple(_score(*name, horizon) for name in names for horizon in (1, 3)),
        slopes=(),
        outcome="undetermined",
        reasons=("The power is not known.",),
        remarks=("A remark.",),
        power=float("nan"),
        power_strong=0.9,
        power_draws=20,
        weights={},
        weight_errors={},
        stacked={},
        drivers={"USA": 0.5, "IND": -2.0},
        transport=(),
        terms=given.terms,
        gradients={},
        key="made up",
    )


def _jumping(found: Relation) -> Relation:
    change = np.full_like(found.change, 0.05)
    for year, jump in JUMPS.items():
        change[found.steps == year] = jump
    return dataclasses.replace(found, change=change, change_sd=np.full_like(change, 0.3))


def _put_in_store(patch: pytest.MonkeyPatch, evaluation: Evaluation | None, *names: str) -> None:
    given = _given()
    held = {name: (given, _fit(given, name)) for name in names}
    patch.setattr(store, "evaluation_of", lambda region: evaluation)
    patch.setattr(store, "held_fit", lambda region, name: held.get(name))
    patch.setattr(store, "fitted", lambda region, name, seed: held[name])


@pytest.fixture(scope="module")
def record(invent: Callable[[Panel], Relation]) -> Iterator[Assessment]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(main, "relation", lambda panel, use_cache: _jumping(invent(panel)))
        _put_in_store(patch, _evaluation(_given()), theories.EXPLAINS, BEST)
        yield rp.assess("USA", "PAK", use_cache=False)


def test_last_year_and_three_largest_sure_moves_are_told(record: Assessment) -> None:
    for source in ("USA", "PAK"):
        told = [move for move in record.theories.why.moves if move.source == source]
        assert [move.year for move in told] == [1998, 2001, 2011, 2023]
        assert [move.latest for move in told] == [False, False, False, True]
        assert [move.measured for move in told] == [-2.0, 1.5, -1.8, 0.05]
        assert [move.largest for move in told] == [True, True, True, False]


def test_layers_add_up_to_the_move(record: Assessment) -> None:
    for move in record.theories.why.moves:
        total = sum(layer.contribution for layer in move.layers)
        np.testing.assert_allclose(total, move.move, atol=SUM_ERROR)
        assert len({layer.name for layer in move.layers}) == len(move.layers) == 8
        assert move.lower < move.move < move.upper


def test_both_directions_are_told_apart(record: Assessment) -> None:
    one, other = (record.theories.why.moves[place] for place in (3, 7))
    assert (one.source, other.source) == ("USA", "PAK")
    assert one.move != other.move
    fans = record.theories.expectation.fans
    assert [(fan.source, fan.target) for fan in fans] == [("USA", "PAK"), ("PAK", "USA")]
    assert fans[0].level != fans[1].level


def test_filter_and_leaders_cover_the_record(record: Assessment) -> None:
    for binding in record.theories.why.binding:
        assert binding.years == tuple(range(1995, ORIGIN + 1))
        for name in ("clarity", "image", "gate", "environment"):
            assert all(0 <= chance <= 1 for chance in getattr(binding, name))
    assert {leader.source for leader in record.theories.why.leaders} == {"USA", "PAK"}


def test_theory_with_the_best_scores_forecasts(record: Assessment) -> None:
    found = record.theories.expectation
    assert (found.theory, found.scored, found.origin) == (BEST, True, ORIGIN)
    for fan in found.fans:
        assert fan.years == tuple(range(2009, 2024))
        assert [step.year for step in fan.steps] == [2024, 2025, 2026, 2027, 2028]
        for step in fan.steps:
            assert step.inflation == 4.0
            np.testing.assert_allclose(step.rise + step.no_change + step.fall, 1.0)
            assert list(step.quantiles) == sorted(step.quantiles)


def test_evaluation_is_told_as_it_is(record: Assessment) -> None:
    found, trust = record.theories.trial, record.theories.trust
    assert found.outcome == "undetermined"
    assert (found.power, found.power_strong) == (None, 0.9)
    assert [(one.state, one.gain) for one in found.drivers] == [("IND", -2.0), ("USA", 0.5)]
    full = next(one for one in found.scores if (one.forecaster, one.horizon) == (found.full, 3))
    assert (full.gain, full.z, full.smallest_z, full.flat_gain) == (0.03, 1.2, 1.2, 0.03)
    assert [(one.brier, one.brier_base, one.coverage_90) for one in trust.past] == [
        (0.5, 0.7, None)
    ] * 2
    assert [one.absent for one in trust.terms] == [None, "why"]
    assert [(one.theory, one.agreeing, one.starts) for one in trust.fits] == [
        (theories.EXPLAINS, 2, 3),
        (BEST, 2, 3),
    ]


def test_bottom_line_names_the_largest_layer_and_the_verdict(record: Assessment) -> None:
    sentence = record.bottom_line[-1]
    assert sentence.judged
    assert "earns its place: undetermined" in sentence.text
    content = json.loads(record.to_json())
    for figure in sentence.figures:
        value = content
        for part in figure.path.split("/")[1:]:
            value = value[int(part)] if isinstance(value, list) else value[part]
        assert value == figure.value
        assert figure.text in sentence.text
    [last] = [move for move in record.theories.why.moves if move.latest and move.source == "USA"]
    largest = max(last.layers, key=lambda layer: abs(layer.contribution))
    assert largest.contribution in [figure.value for figure in sentence.figures]


def test_region_not_scored_is_told_what_it_can_be(
    walks: Callable[[Panel], Relation], monkeypatch: pytest.MonkeyPatch
) -> None:
    _put_in_store(monkeypatch, None)
    record = rp.assess("USA", "PAK", use_cache=False)
    told = record.theories
    assert "realpolitik explain USA PAK --region south-asia" in str(told.why.remark)
    assert "realpolitik theories --compute --region south-asia" in str(told.trial.remark)
    assert "realpolitik forecast USA PAK --region south-asia" in str(told.expectation.remark)
    assert told.trust.remark == told.trial.remark
    assert told.why.moves == told.expectation.fans == told.trial.scores == ()
    assert not record.bottom_line[-1].judged


def test_forecast_without_scores_is_not_called_calibrated(
    walks: Callable[[Panel], Relation], monkeypatch: pytest.MonkeyPatch
) -> None:
    _put_in_store(monkeypatch, None, theories.FORECASTS)
    told = rp.assess("USA", "PAK", use_cache=False).theories
    assert (told.expectation.theory, told.expectation.scored) == (theories.FORECASTS, False)
    assert {step.inflation for fan in told.expectation.fans for step in fan.steps} == {1.0}
    assert [one.name for one in told.trust.terms] == ["threat", "evident"]
    assert told.why.remark is not None


def test_state_that_no_fit_knows_is_said(
    walks: Callable[[Panel], Relation], monkeypatch: pytest.MonkeyPatch
) -> None:
    _put_in_store(monkeypatch, None, theories.EXPLAINS, theories.FORECASTS)
    told = rp.assess("USA", "NPL", use_cache=False).theories
    assert "the United States and Nepal were not both in the system" in str(told.why.remark)
    assert told.expectation.remark == told.why.remark


def test_as_of_date_tells_nothing_of_later_years(walks: Callable[[Panel], Relation]) -> None:
    told = rp.assess("USA", "PAK", as_of=2015, use_cache=False).theories
    assert told == theories.withheld(theories.AS_OF)


def test_another_panel_has_no_fit(
    walks: Callable[[Panel], Relation], south_asia: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put_in_store(monkeypatch, None)
    altered = dataclasses.replace(
        south_asia, states=south_asia.states.with_columns(pl.col("cinc") / 2)
    )
    other = rp.assess("USA", "PAK", panel=altered).theories
    assert other == theories.withheld(theories.OTHER_DATA)
    same = rp.assess("USA", "PAK", panel=south_asia).theories
    assert same == rp.assess("USA", "PAK", use_cache=False).theories
    assert same.why.remark != theories.OTHER_DATA


def test_results_that_come_later_are_told(
    walks: Callable[[Panel], Relation], monkeypatch: pytest.MonkeyPatch
) -> None:
    _put_in_store(monkeypatch, None)
    first = rp.assess("USA", "PAK").theories
    _put_in_store(monkeypatch, _evaluation(_given()))
    assert rp.assess("USA", "PAK").theories == first
    cache.write_atomic(cache.folder() / "evaluation-x.json", b"{}")
    assert rp.assess("USA", "PAK").theories.trial.outcome == "undetermined"


WITHOUT_JAX = """
import sys
sys.modules["jax"] = None
from realpolitik.assessment import theories
found = theories.told(None, None, "south-asia", None)
print(found.why.remark)
"""


def test_missing_extra_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_JAX], capture_output=True, text=True, check=True
    )
    assert done.stdout == (
        "Not told: fitting theories needs an optional part: pip install 'realpolitik[model]'. "
        "Then assess again.\n"
    )


@pytest.mark.parametrize("years", [range(1990, 2000), range(1990, 1993)])
def test_moves_outside_the_years_are_not_told(years: range) -> None:
    table = pl.DataFrame(
        {
            "step": [1991, 1995, 2005],
            "change": [0.5, float("nan"), -3.0],
            "prob_up": [0.95, float("nan"), 0.01],
        }
    )
    assert moves.chosen(table, list(years))["step"].to_list() == [1991]


def test_withheld_sections_hold_one_sentence() -> None:
    found: Theories = theories.withheld("Why.")
    parts = (found.why, found.trial, found.expectation, found.trust)
    assert {part.remark for part in parts} == {"Why."}
