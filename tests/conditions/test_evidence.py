"""Evidence of a year: the reading that turns one distribution into another."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import realpolitik as rp
from realpolitik.conditions.evidence import CAUSES, added, fit_outcome, gather, outcome_series
from realpolitik.conditions.gathering import ABSENT, PARTS, SOURCES
from realpolitik.conditions.making import Given, prepare
from realpolitik.theory.inputs import CLARITY, GATE, check

EXACT = 1e-9
REGION = "eastern-mediterranean"


@given(st.floats(-3, 3), st.floats(0.1, 4), st.floats(-5, 5), st.floats(0.05, 20))
def test_the_reading_taken_in_is_found_again(
    mean: float, var: float, value: float, error: float
) -> None:
    gain = var / (var + error)
    after, after_var = mean + gain * (value - mean), (1.0 - gain) * var
    found = added(*(np.array([part]) for part in (mean, var, after, after_var)))
    assert found[0][0] == pytest.approx(value, abs=1e-6)
    assert found[1][0] == pytest.approx(error, rel=1e-6)


def test_a_year_that_adds_nothing_has_no_reading() -> None:
    value, variance = added(*(np.array([part]) for part in (0.3, 1.0, 0.3, 1.0)))
    assert np.isnan(value[0])
    assert np.isnan(variance[0])


def test_no_variable_is_both_outcome_and_condition() -> None:
    outcome = {column for one in outcome_series() for column in one.columns}
    words = " ".join(SOURCES.values()).replace(",", " ").replace("(", " ").split()
    assert not outcome & set(words)
    assert not outcome & CAUSES
    assert {"militarised", "verbal_events", "sanctions"} <= {one.name for one in outcome_series()}


def test_every_term_says_what_it_rests_on() -> None:
    for name in (*PARTS, *CLARITY, *GATE, "threat", "offence", "imminence", "culture"):
        assert (name in SOURCES) != (name in ABSENT)


@pytest.fixture(scope="module")
def panel() -> rp.Panel:
    return rp.load_panel(region=REGION)


@pytest.fixture(scope="module")
def whole(panel: rp.Panel) -> Given:
    return prepare(panel)


def test_inputs_of_a_region_are_complete(whole: Given) -> None:
    check(whole.inputs)
    held = whole.inputs.conditions
    member = np.asarray(held.member) > 0
    gate = np.asarray(held.gate)[..., 0][member]
    assert abs(gate.mean()) < 0.3
    assert 0.5 < gate.std() < 2.0
    assert np.isfinite(whole.inputs.reading).sum() > 1000
    assert {term.name for term in whole.terms if term.absent} == set(ABSENT)


def test_an_earlier_origin_knows_nothing_of_what_came_after(panel: rp.Panel, whole: Given) -> None:
    """Change every value after 2005: what was prepared at 2005 stays, to the last bit."""
    layer = fit_outcome(panel)
    before = prepare(panel, origin=2005, ahead=5, parameters=layer)
    numbers = [
        name
        for name, kind in panel.dyads.schema.items()
        if kind.is_numeric() and name not in ("year", "distance")
    ]
    import polars as pl

    after = pl.col("year") > 2005
    spoilt = panel.dyads.with_columns(
        pl.when(after)
        .then(pl.lit(1).cast(panel.dyads.schema[name]))
        .otherwise(pl.col(name))
        .alias(name)
        for name in numbers
    )
    other = dataclasses.replace(panel, dyads=spoilt)
    again = prepare(other, origin=2005, ahead=5, parameters=layer)
    np.testing.assert_array_equal(again.inputs.reading, before.inputs.reading)
    np.testing.assert_array_equal(again.inputs.conditions.parts, before.inputs.conditions.parts)
    late = before.inputs.reading[before.years > 2005]
    assert np.isnan(late).all()
    held = before.inputs.conditions.parts
    np.testing.assert_array_equal(held[-1], held[before.years == 2005][0])
    assert whole.origin > before.origin == 2005


def test_evidence_of_a_panel_has_the_states_and_years_of_it(panel: rp.Panel) -> None:
    found = gather(panel, fit_outcome(panel))
    assert set(found.states) <= set(panel.members)
    assert found.steps[0] == 1946
    seen = ~np.isnan(found.value)
    np.testing.assert_array_equal(seen, ~np.isnan(found.variance))
    assert np.all(found.variance[seen] > 0)


def test_a_state_that_enters_later_keeps_its_place_from_the_start() -> None:
    """East Timor entered in 2002: at 2000 it is on the list, without readings and no member."""
    panel = rp.load_panel(region="south-east-asia")
    found = prepare(panel, origin=2000, ahead=3)
    assert found.states == prepare(panel, origin=2010).states
    assert "TLS" in found.states
    check(found.inputs)
    place = found.states.index("TLS")
    assert not np.asarray(found.inputs.conditions.member)[:, place].any()
    dyad = found.dyad("IDN", "TLS")
    assert np.isnan(found.inputs.reading[:, dyad]).all()
    other = found.dyad("IDN", "THA")
    assert np.isfinite(found.inputs.reading[:, other]).sum() > 10
