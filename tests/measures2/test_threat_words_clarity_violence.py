"""Threat, words and deeds, clarity, violence: by hand, by invariance, and on the panel."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

import realpolitik as rp
from realpolitik.measures import clarity, threat, violence, words_deeds
from realpolitik.panel import Panel

EXACT = 1e-12
LOOSE = 1e-9  # products and logarithms of doubles


@pytest.fixture(scope="module")
def panel() -> Panel:
    return rp.load_panel("south-asia", start=1990, end=2018, overlay=False)


def test_threat_by_hand() -> None:
    strength = np.array([[1.0, 6.0, 2.0]])
    near = np.full((1, 3, 3), 0.5)
    power = threat.power_at_home(strength, near)
    np.testing.assert_allclose(power[0, 0, 1], 3.0 / 4.0, atol=EXACT)
    np.testing.assert_allclose(power[0, 1, 0], 0.5 / 6.5, atol=EXACT)
    found = threat.balance_of_threat(power, np.array([[0.0, 0.5, 0.0]]), np.full((1, 3, 3), 0.2))
    np.testing.assert_allclose(found[0, 0, 1], 0.75 * 1.5 * 0.2, atol=EXACT)
    np.testing.assert_allclose(found[0, 1, 0], 0.5 / 6.5 * 0.2, atol=EXACT)


def test_power_does_not_depend_on_the_unit_of_capability() -> None:
    generator = np.random.default_rng(2)
    strength, near = generator.uniform(1, 9, (2, 4)), generator.uniform(size=(2, 4, 4))
    np.testing.assert_allclose(
        threat.power_at_home(strength * 1e6, near), threat.power_at_home(strength, near), rtol=LOOSE
    )


def test_intent_is_that_of_the_target_in_the_years_before() -> None:
    hostility = np.zeros((4, 2, 2))
    hostility[1, 1, 0] = 5.0  # state 1 fights state 0 in year 1
    rivalry = np.zeros((4, 2, 2))
    rivalry[2] = 1.0
    found = threat.recorded_intent(hostility, rivalry, years=2)
    np.testing.assert_allclose(found[:, 0, 1], [np.nan, np.nan, 0.25, 0.75], atol=EXACT)
    np.testing.assert_allclose(found[:, 1, 0], [np.nan, np.nan, 0.0, 0.5], atol=EXACT)
    posture = np.zeros((2, 2, 2))
    posture[0, 1, 0] = -2.0
    relational = threat.hostile_intent(posture)
    np.testing.assert_allclose(relational[1, 0, 1], 1 / (1 + np.exp(-2.0)), atol=EXACT)
    np.testing.assert_allclose(relational[1, 1, 0], 0.5, atol=EXACT)
    assert np.isnan(relational[0]).all()


def test_common_threat_and_frontline_by_hand() -> None:
    danger = np.full((1, 4, 4), np.nan)
    danger[0, 0, 2], danger[0, 1, 2], danger[0, 0, 3] = 0.4, 0.9, 0.5
    danger[0, 1, 0] = 0.7  # of one to the other: no third state
    shared = threat.common_threat(danger)[0]
    np.testing.assert_allclose(shared[0, 1], 0.6, atol=EXACT)
    np.testing.assert_allclose(shared, shared.T, atol=EXACT)
    assert np.isnan(shared[2, 3])
    near = np.zeros((1, 4, 4))
    near[0, 1, 2], near[0, 1, 3] = 0.5, 0.1
    np.testing.assert_allclose(
        threat.frontline(danger, near)[0, 0, 1], 0.4 * 0.5 + 0.5 * 0.1, atol=EXACT
    )


def test_a_relation_gives_intent_of_the_year_before(panel: Panel) -> None:
    steps = np.arange(1990, 2019)
    mean = np.linspace(-2.0, 2.0, len(steps))[:, None] * np.array([[1.0, 0.5]])
    relation = SimpleNamespace(
        years=steps, sources=("IND", "PAK"), targets=("PAK", "IND"), filtered_mean=mean
    )
    rows = threat.measure(panel, ["PAK", "IND"], relation=relation)  # type: ignore[arg-type]
    row = rows.filter(step=2000, source="PAK", target="IND")
    expected = 1 / (1 + np.exp(mean[steps == 1999, 0].item()))
    np.testing.assert_allclose(row["intent"].item(), expected, rtol=LOOSE)
    product = row["power"] * (1 + row["offence"]) * row["intent"]
    np.testing.assert_allclose(row["value"], product, rtol=LOOSE)
    assert row["provider"].item().endswith("relation")


def test_threat_on_the_panel(panel: Panel) -> None:
    rows = rp.measure.threat(panel, ["PAK"])
    known = rows.drop_nulls("value")
    assert known["step"].max() == 2015  # disputes end in 2014 and count from the year after
    assert ((known["lower"] <= known["value"]) & (known["value"] <= known["upper"])).all()
    assert (known["upper"] <= 2.0).all()
    all_of_them = rp.measure.threat(panel).filter(source="PAK")
    assert all_of_them.equals(rows)


def test_give_and_take_by_hand_and_turned_over() -> None:
    cooperation, conflict = np.zeros((1, 2, 2)), np.zeros((1, 2, 2))
    cooperation[0, 0, 1], conflict[0, 0, 1] = 12.0, 3.0
    cooperation[0, 1, 0], conflict[0, 1, 0] = 3.0, 12.0
    balance, variance = words_deeds.give_and_take(cooperation, conflict)
    np.testing.assert_allclose(balance[0, 0, 1], 2 * np.log(12.5 / 3.5), atol=EXACT)
    np.testing.assert_allclose(variance[0, 0, 1], 2 * (1 / 12.5 + 1 / 3.5), atol=EXACT)
    np.testing.assert_allclose(balance[0, 1, 0], -balance[0, 0, 1], atol=EXACT)
    assert np.isnan(balance[0, 0, 0])


def test_interval_of_words_covers_the_rate_of_simulated_counts() -> None:
    generator = np.random.default_rng(7)
    trials = 4000
    said, done = generator.poisson(30.0, trials), generator.poisson(12.0, trials)
    value, variance = words_deeds.verbal_material(said.astype(float), done.astype(float))
    covered = np.abs(value - np.log(30.0 / 12.0)) <= 1.645 * np.sqrt(variance)
    # nominal 90%; six Monte Carlo errors and a point for the normal approximation
    assert abs(covered.mean() - 0.9) < 6 * np.sqrt(0.09 / trials) + 0.01


def test_words_and_deeds_on_the_panel(panel: Panel) -> None:
    rows = rp.measure.words_and_deeds(panel, ["USA", "PAK"])
    assert (rows["step"].min(), rows["step"].max()) == (2002, 2014)
    row = rows.filter(step=2010, source="USA", target="PAK", index="words")
    cell = panel.dyads.filter(source="USA", target="PAK", year=2010)
    said = cell["verbal_cooperation"].item() + cell["verbal_conflict"].item()
    done = cell["material_cooperation"].item() + cell["material_conflict"].item()
    np.testing.assert_allclose(row["value"].item(), np.log((said + 0.5) / (done + 0.5)), rtol=LOOSE)
    np.testing.assert_allclose(row["deeds"].item(), done / (said + done), rtol=LOOSE)
    assert row["events"].item() == said + done


def test_discernibility_by_hand() -> None:
    counts = np.array([[40.0, 10.0, 0.0, 1.0, np.nan], [0.0, 10.0, 0.0, 0.0, 3.0]])
    value, error = clarity.discernibility(counts)
    np.testing.assert_allclose(value, [1.0, 0.0, np.nan, np.nan, np.nan], atol=EXACT)
    np.testing.assert_allclose(error[:2], [0.0, 0.0], atol=EXACT)
    mixed = np.array([30.0, 10.0])
    entropy = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25)) + 1 / 80
    found, spread = clarity.discernibility(mixed[:, None])
    np.testing.assert_allclose(found[0], 1 - entropy / np.log(2), atol=EXACT)
    assert spread[0] > 0
    turned, _ = clarity.discernibility(mixed[::-1, None])
    np.testing.assert_allclose(turned, found, atol=EXACT)


def test_forecast_error_is_that_of_ordinary_least_squares() -> None:
    generator = np.random.default_rng(4)
    series = generator.normal(size=(12, 2)).cumsum(axis=0)
    years, horizon = 6, 3
    found = clarity.forecast_error(series, years, horizon)
    assert np.isnan(found[: years - 1]).all()
    for t in (5, 11):
        design = np.column_stack([np.ones(years), np.arange(years)])
        ahead = np.array([1.0, years - 1 + horizon])
        window = series[t - years + 1 : t + 1]
        slopes = np.linalg.lstsq(design, window, rcond=None)[0]
        variance = ((window - design @ slopes) ** 2).sum(axis=0) / (years - 2)
        spread = 1 + ahead @ np.linalg.inv(design.T @ design) @ ahead
        np.testing.assert_allclose(found[t], np.sqrt(variance * spread), rtol=LOOSE)
    np.testing.assert_allclose(
        clarity.forecast_error(series * 10, years, horizon)[11], found[11] * 10, rtol=LOOSE
    )


def test_clarity_on_the_panel(panel: Panel) -> None:
    rows = rp.measure.clarity(panel, ["USA"])
    obvious = rows.drop_nulls("evident")
    assert (
        obvious["step"].max() == 2015
    )  # positions are whole up to 2014, and a year later they tell
    assert (obvious["evident"] >= 0).all()
    known = rows.drop_nulls("value")
    mean = 0.5 * (known["discernible"] + known["horizon"])
    np.testing.assert_allclose(known["value"], mean, atol=EXACT)
    assert ((known["lower"] <= known["upper"]) & (known["value"] <= 1)).all()
    events = known.filter(pl.col("index") == "events")
    assert (events["step"].min(), events["step"].max()) == (2003, 2014)


def test_neighbours_by_hand() -> None:
    border = np.zeros((1, 4, 4), dtype=bool)
    border[0, 0, 1] = border[0, 1, 0] = border[0, 1, 2] = border[0, 2, 1] = True
    deaths = np.array([[10.0, 5.0, np.nan, 7.0]])
    known = np.array([[True, True, True, False]])
    found = violence.around(deaths, border, known)
    np.testing.assert_array_equal(found, [[5.0, np.nan, 5.0, np.nan]])


def test_spillover_is_recovered() -> None:
    generator = np.random.default_rng(11)
    years = 3000
    near = np.exp(generator.normal(6.0, 1.0, years))
    log_own = np.zeros(years)
    for t in range(1, years):
        before = 0.5 * log_own[t - 1] + 0.3 * np.log1p(near[t - 1])
        log_own[t] = before + generator.normal(0.0, 0.3)
    found = violence.spillover(np.expm1(log_own), near)
    assert abs(found.neighbours - 0.3) < 6 * found.neighbours_error
    assert abs(found.own - 0.5) < 6 * found.own_error
    assert found.neighbours_error < 0.02
    assert found.years == years - 1


def test_spillover_is_not_estimated_from_little() -> None:
    own = np.array([1.0, 2.0, np.nan, 4.0, 3.0])
    assert np.isnan(violence.spillover(own, own[::-1].copy()).neighbours)
    flat = np.zeros(40)
    assert np.isnan(violence.spillover(np.arange(40.0), flat).neighbours)


def test_change_of_level_by_hand_and_backwards() -> None:
    counts = np.array([10.0, 30.0, 100.0, 140.0, np.nan])
    value, variance = violence.change_of_level(counts, window=2)
    np.testing.assert_allclose(value[2], np.log(240.5 / 40.5), atol=EXACT)
    dispersion = (200 / 20 + 800 / 120) / 2
    expected = dispersion * (1 / 240.5 + 1 / 40.5)
    np.testing.assert_allclose(variance[2], expected, atol=EXACT)
    assert np.isnan(value[[0, 1, 3, 4]]).all()
    back, _ = violence.change_of_level(counts[:4][::-1].copy(), window=2)
    np.testing.assert_allclose(back[2], -value[2], atol=EXACT)
    quiet, _ = violence.change_of_level(np.zeros(4), window=2)
    assert np.isnan(quiet).all()


def test_changes_do_not_cross_the_seam() -> None:
    rows = rp.measure.violence(rp.load_panel("south-asia", start=1980, overlay=False), ["IND"])
    change = rows.filter(index="change_of_deaths").drop_nulls("value")
    assert change.filter(pl.col("step").is_between(1987, 1991)).is_empty()
    assert change.filter(pl.col("step") == 1992).height == 1
    assert change["step"].max() == 2020  # deaths end in 2022


@pytest.mark.parametrize(
    "name",
    [
        *("alignment", "alignment-shifts", "clarity", "dependence", "influence", "modes"),
        *("overtaking", "relevance", "reliability", "threat", "violence", "words-and-deeds"),
    ],
)
@pytest.mark.parametrize("region", ["south-asia", "south-east-asia"])
def test_a_panel_of_two_late_years_gives_rows_or_none_and_no_figures_from_nowhere(
    name: str, region: str
) -> None:
    late = rp.load_panel(region, start=2022, end=2023, overlay=False)
    rows = rp.measure(name, late, ["VNM"])
    assert {"step", "index", "value", "unit", "provider"} <= set(rows.columns)
    stale = {"trade_share", "arms_share", "influence", "relevance", "reliability", "threat"}
    known = rows.filter(pl.col("index").is_in(stale)).drop_nulls("value")
    assert known.is_empty()


def test_violence_on_the_panel(panel: Panel) -> None:
    rows = rp.measure.violence(rp.load_panel("south-asia", start=1985, overlay=False), ["PAK"])
    deaths = rows.filter(index="battle_deaths")
    assert deaths.filter(step=1988)["epoch"].item() == "to 1988"
    assert deaths.filter(step=1989)["epoch"].item() == "from 1989"
    near = rows.filter(index="neighbour_deaths").drop_nulls("value")
    assert near["step"].max() == 2016
    land = panel.dyads.filter(source="PAK", year=2010, contiguity=1)["target"]
    by_hand = panel.states.filter(pl.col("state").is_in(land.to_list()), year=2010)
    assert near.filter(step=2010)["value"].item() == by_hand["battle_deaths"].sum()
    spill = rows.filter(index="spillover")
    assert spill.height == 1
    assert spill["lower"].item() < spill["value"].item() < spill["upper"].item()
