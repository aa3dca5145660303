"""Policy options: utilities against the formula, and what the panel says of positions."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import realpolitik as rp
from realpolitik.errors import RequestError
from realpolitik.measures import response, response_panel
from realpolitik.measures.response import OPTIONS, PARTS, PROTOTYPES, Settings
from realpolitik.measures.tidy import years_of

EXACT = 1e-12
SETTINGS = Settings(
    precision=(2.0, 1.0, 0.5, 1.0),
    cost=(0.0, 0.3, 0.0, 0.1, 0.0, 0.0),
    risk_attitude=-0.4,
    temperature=0.7,
)
positions = st.lists(st.floats(-4, 4), min_size=4, max_size=4).map(np.array)


def test_utility_is_the_formula_term_by_term() -> None:
    position, variance = np.array([0.5, -1.0, 0.2, 0.4]), np.arange(6.0)
    expected = []
    for place, prototype in enumerate(PROTOTYPES):
        away = sum(
            weight * (z - p) ** 2
            for weight, z, p in zip(SETTINGS.precision, position, prototype, strict=True)
        )
        expected.append(-0.5 * away - SETTINGS.cost[place] - 0.4 * variance[place])
    found = response.utilities(position, SETTINGS, variance)
    np.testing.assert_allclose(found, expected, rtol=EXACT)
    chance = np.exp(np.array(expected) / 0.7)
    np.testing.assert_allclose(response.choice(found, 0.7), chance / chance.sum(), rtol=EXACT)


def test_signs_of_the_prototypes_are_those_of_the_theory() -> None:
    """Balancing arms against the other; bandwagoning goes further towards it than engaging."""
    table = dict(zip(OPTIONS, PROTOTYPES, strict=True))
    security, economy, rival, arming = range(len(PARTS))
    for option in ("balance", "contain"):
        assert table[option][security] < 0 < table[option][arming]
        assert table[option][rival] > 0
    assert table["contain"][economy] < table["balance"][economy]
    assert table["bandwagon"][security] > table["engage"][security]
    assert table["accommodate"][arming] < 0 < table["hedge"][economy]


def test_a_state_that_stands_at_a_prototype_most_likely_does_that() -> None:
    chance = response.choice(response.utilities(np.array(PROTOTYPES), Settings()), 1.0)
    np.testing.assert_array_equal(chance.argmax(axis=1), range(len(OPTIONS)))


@given(positions)
def test_probabilities_add_up_and_follow_utility(position: np.ndarray) -> None:
    utility = response.utilities(position, SETTINGS)
    chance = response.choice(utility, SETTINGS.temperature)
    assert abs(chance.sum() - 1.0) < EXACT
    assert chance[utility.argmax()] == chance.max()
    first, second = sorted(utility)[-1:-3:-1]
    assert response.evident(utility) == first - second


def test_utilities_under_several_weights_are_those_under_each() -> None:
    position = np.random.default_rng(1).normal(size=(3, 2, 4))
    weights = np.array([[1.0, 0.0, 2.0, 1.0], SETTINGS.precision])
    found = response.utilities_by_weight(position, SETTINGS, weights)
    no_risk = Settings(precision=SETTINGS.precision, cost=SETTINGS.cost)
    np.testing.assert_allclose(found[1], response.utilities(position, no_risk), rtol=EXACT)


def test_posture_to_rivals_is_the_sum_over_them() -> None:
    draw = np.random.default_rng(2)
    states = 5
    rivalry = np.triu(draw.integers(0, 2, (1, states, states)), 1).astype(float)
    rivalry += rivalry.transpose(0, 2, 1)
    posture, strength = draw.normal(size=(1, states, states)), draw.uniform(size=(1, states))
    posture[0, 1, 3] = np.nan
    found = response.towards_rivals(posture, rivalry, strength)
    for i, j in itertools.permutations(range(states), 2):
        others = [
            k
            for k in range(states)
            if k not in (i, j) and rivalry[0, j, k] and not np.isnan(posture[0, i, k])
        ]
        weight = sum(strength[0, k] for k in others)
        total = sum(strength[0, k] * posture[0, i, k] for k in others)
        np.testing.assert_allclose(found[0, i, j], total / weight if others else 0.0, atol=EXACT)
    silent = response.towards_rivals(posture, np.full_like(rivalry, np.nan), strength)
    assert np.isnan(silent).all()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"prototypes": PROTOTYPES[:2]}, "prototypes need 6 rows of 4 numbers"),
        ({"temperature": 0.0}, "temperature must be above zero"),
        ({"precision": (1.0, 1.0, 1.0, -1.0)}, "precisions not below"),
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        Settings(**wrong)


@pytest.fixture(scope="module")
def panel() -> rp.Panel:
    return rp.load_panel(region="south-asia")


@pytest.fixture(scope="module")
def rows(panel: rp.Panel) -> pl.DataFrame:
    return rp.measure.response(panel, ["IND", "PAK", "CHN", "USA", "NPL"])


def test_rows_of_the_panel_add_up_within_their_bands(rows: pl.DataFrame) -> None:
    known = rows.drop_nulls("value")
    assert set(known["index"]) == set(OPTIONS)
    total = known.group_by("step", "source", "target").agg(pl.col("value").sum())["value"]
    np.testing.assert_allclose(total, 1.0, atol=EXACT)
    assert (known["lower"] <= known["upper"]).all()
    strategy = known.drop_nulls("strategy")
    total = strategy.group_by("step", "source", "target").agg(pl.col("strategy").sum())
    np.testing.assert_allclose(total["strategy"], 1.0, atol=EXACT)


def test_nothing_is_told_past_the_end_of_a_source(rows: pl.DataFrame) -> None:
    """Trade ends in 2014, so no position is whole after it."""
    assert rows.drop_nulls("value")["step"].max() == 2014
    assert rows.filter(pl.col("step") > 2014)["value"].is_null().all()


def opposing(rows: pl.DataFrame, source: str, target: str) -> float:
    """Mean probability of balancing or containing."""
    dyad = (pl.col("source") == source) & (pl.col("target") == target)
    chosen = rows.drop_nulls("value").filter(dyad & pl.col("index").is_in(["balance", "contain"]))
    return chosen.group_by("step").agg(pl.col("value").sum())["value"].to_numpy().mean()


def test_rivals_oppose_more_than_states_pledged_to_defend(rows: pl.DataFrame) -> None:
    """IND-PAK are rivals throughout, USA is pledged to PAK from 1954 on."""
    assert opposing(rows, "IND", "PAK") > 0.5
    assert opposing(rows, "PAK", "IND") > 0.5
    assert opposing(rows, "USA", "PAK") < 0.2


def test_evident_policy_is_the_gap_of_the_year_before(panel: rp.Panel, rows: pl.DataFrame) -> None:
    years, place = years_of(panel), sorted({*panel.dyads["source"]})
    gap = rows.filter(
        (pl.col("source") == "USA")
        & (pl.col("target") == "CHN")
        & (pl.col("step") == 2005)
        & (pl.col("index") == "hedge")
    )["evident"].item()
    assert gap > 0
    whole = response_panel.evident_policy(panel, years, place)
    assert whole[years.index(2006), place.index("USA"), place.index("CHN")] == gap


def test_the_same_seed_gives_the_same_bands(panel: rp.Panel) -> None:
    draws = [rp.measure.response(panel, ["IND", "PAK"], seed=seed, draws=50) for seed in (1, 1, 2)]
    assert draws[0].equals(draws[1])
    assert not draws[0].equals(draws[2])
