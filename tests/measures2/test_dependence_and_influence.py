"""Dependence, channels, influence, overtaking: by hand, by invariance, and on the panel."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import realpolitik as rp
from realpolitik.errors import RequestError
from realpolitik.measures import dependence, influence, overtaking, weighting
from realpolitik.measures.channels import CHANNELS, known_total, read_channels
from realpolitik.panel import Panel

EXACT = 1e-12
COMPILED = 1e-9  # sums of stored doubles in another order


@pytest.fixture(scope="module")
def panel() -> Panel:
    return rp.load_panel("south-asia", start=1996, end=2016, overlay=False)


def links_by_hand() -> tuple[np.ndarray, np.ndarray]:
    """Two channels, one year, two powers: trade 30 and 10 of 100, arms 0 and 5 of 20."""
    amount = np.array([[[30.0, 10.0]], [[0.0, 5.0]]])
    return amount, np.array([[100.0], [20.0]])


def test_trade_dependence_by_hand_keeps_missing_missing() -> None:
    flow = np.array([[[np.nan, 6.0, np.nan], [6.0, np.nan, 2.0], [np.nan, 2.0, np.nan]]])
    size = np.array([[24.0, 8.0, 0.0]])
    found = dependence.trade_dependence(flow, size)[0]
    np.testing.assert_allclose(found[0, 1], 0.25, atol=EXACT)
    np.testing.assert_allclose(found[1], [0.75, np.nan, 0.25], atol=EXACT)
    assert np.isnan(found[2]).all()
    gap = dependence.asymmetry(found)
    np.testing.assert_allclose(gap[0, 1], -0.5, atol=EXACT)
    assert np.isnan(gap[1, 2])


def test_arms_dependence_sums_the_window_and_reads_recipient_by_supplier() -> None:
    delivered = np.full((3, 3, 3), np.nan)
    delivered[:, 0, 2] = [1.0, 2.0, 0.0]
    delivered[:, 1, 2] = [1.0, 0.0, 1.0]
    found = dependence.arms_dependence(delivered, years=2)
    assert np.isnan(found[0]).all()
    np.testing.assert_allclose(found[1, 2, :2], [0.75, 0.25], atol=EXACT)
    np.testing.assert_allclose(found[2, 2, :2], [2 / 3, 1 / 3], atol=EXACT)


def test_a_total_of_one_source_is_no_total() -> None:
    amount = np.array([[5.0, 5.0], [np.nan, 0.0], [np.nan, 2.0]])
    np.testing.assert_array_equal(known_total(amount), [np.nan, 7.0])


def test_influence_by_hand() -> None:
    links = influence.compare(*links_by_hand())
    np.testing.assert_allclose(links.bandwidth[:, 0], [[1.0, 1 / 3], [0.0, 1.0]], atol=EXACT)
    np.testing.assert_allclose(links.dependence[:, 0], [[0.3, 0.1], [0.0, 0.25]], atol=EXACT)
    first = 0.5 * 1.0 * (0.5 * 0.3)
    second = 0.5 * (1 / 3 + 1.0) * (0.5 * (0.1 + 0.25))
    shares = influence.influence(links, np.array([[1.0, 1.0], [2.0, 0.0]]))
    np.testing.assert_allclose(shares[0, 0, 0], first / (first + second), atol=EXACT)
    np.testing.assert_allclose(shares[1, 0], [0.9, 0.1], atol=EXACT)


def test_a_channel_of_one_power_stays_out_and_is_not_zero_for_the_other() -> None:
    amount, total = links_by_hand()
    one = np.concatenate([amount, [[[np.nan, 400.0]]]])
    zero = np.concatenate([amount, [[[0.0, 400.0]]]])
    totals = np.concatenate([total, [[400.0]]])
    even = np.ones((1, 3))
    base = influence.influence(influence.compare(amount, total), np.ones((1, 2)))
    kept = influence.influence(influence.compare(one, totals), even)
    np.testing.assert_allclose(kept, base, atol=EXACT)
    as_zero = influence.influence(influence.compare(zero, totals), even)
    assert as_zero[0, 0, 0] < base[0, 0, 0] - 0.1


def test_units_and_order_of_powers_do_not_matter() -> None:
    generator = np.random.default_rng(3)
    amount = generator.uniform(0, 9, (3, 4, 3))
    total = amount.sum(axis=-1) + 1.0
    weights = generator.dirichlet(np.ones(3), size=5)
    base = influence.influence(influence.compare(amount, total), weights)
    scale = np.array([1e6, 1e-3, 7.0])
    scaled = influence.compare(amount * scale[:, None, None], total * scale[:, None])
    np.testing.assert_allclose(influence.influence(scaled, weights), base, atol=COMPILED)
    order = [2, 0, 1]
    moved = influence.influence(influence.compare(amount[..., order], total), weights)
    np.testing.assert_allclose(moved, base[..., order], atol=EXACT)
    np.testing.assert_allclose(base.sum(axis=-1), np.ones((5, 4)), atol=EXACT)


def test_passing_is_found_and_a_change_of_channels_is_not_one() -> None:
    trade = np.array([[5.0, 4.0], [4.0, 5.0], [4.0, 5.0], [4.0, 5.0]])
    votes = np.array([[2.0, 2.0], [2.0, 2.0], [2.0, 2.0], [2.0, 2.0]])
    arms = np.array([[np.nan, np.nan], [np.nan, np.nan], [9.0, 0.0], [9.0, 0.0]])
    amount = np.stack([trade, votes, arms])
    total = np.nan_to_num(amount).sum(axis=-1) + np.where(np.isnan(amount[..., 0]), np.nan, 1.0)
    even = np.ones((3, 3))
    lead = overtaking.leads(influence.compare(amount, total), even)
    turned = overtaking.Leads(-lead.before, -lead.after, lead.common)
    passed, probability = overtaking.passings(turned)
    np.testing.assert_array_equal(passed, [False, True, False, False])
    assert probability[1] == 1.0
    # arms put the first power ahead in the third year, but they were not known before
    assert not overtaking.passings(lead)[0].any()
    assert lead.after[0, 3] > 0 > lead.after[0, 2]
    assert np.flatnonzero(overtaking.changed_by_channels(lead)).tolist() == [2]
    assert not overtaking.changed_by_channels(turned).any()


def test_probability_counts_the_draws_that_pass_near_the_year() -> None:
    before = np.array([[np.nan, -1, 1, 1, 1], [np.nan, -1, -1, -1, -1], [np.nan, -1, 1, 1, 1]])
    after = np.array([[np.nan, 1, 1, 1, 1], [np.nan, -1, -1, -1, 1.0], [np.nan, 1, 1, 1, 1]])
    lead = overtaking.Leads(before, after, np.ones((2, 5), dtype=bool))
    _, probability = overtaking.passings(lead, window=2)
    np.testing.assert_array_equal(probability, [np.nan, 0.5, 1.0, 1.0, 0.5])


def test_weight_draws_have_the_mean_of_the_weights() -> None:
    weights = np.array([3.0, 1.0, 0.0])
    drawn = weighting.draw_weights(weights, 20_000, np.random.default_rng(1), omit=False)
    spread = drawn.std(axis=0) / np.sqrt(len(drawn))
    assert (np.abs(drawn.mean(axis=0) - [0.75, 0.25, 0.0]) <= 6 * spread).all()  # six MC errors
    left = weighting.draw_weights(np.ones(4), 20_000, np.random.default_rng(1))
    none_left_out = (left > 0).all(axis=1).mean()
    assert abs(none_left_out - 0.2) < 6 * np.sqrt(0.2 * 0.8 / 20_000)


def test_weights_must_be_usable() -> None:
    with pytest.raises(RequestError, match="not all zero"):
        weighting.check_weights(influence.Weights(*[0.0] * len(CHANNELS)))
    with pytest.raises(RequestError, match="zero or more"):
        weighting.check_weights(influence.Weights(trade=-1.0))


def test_influence_on_the_panel(panel: Panel) -> None:
    rows = rp.measure.influence(panel, ["LKA"], seed=4)
    known = rows.filter(pl.col("value").is_not_null())
    total = known.group_by("step").agg(pl.col("value").sum())
    np.testing.assert_allclose(total["value"], np.ones(total.height), atol=COMPILED)
    assert not rows["used"].str.contains("troops|visits|money").any()
    assert rows.filter(step=2010)["left_out"].str.contains("money").all()
    assert rows.filter(pl.col("step") > 2014)["trade"].is_null().all()
    assert rows.equals(rp.measure.influence(panel, ["LKA"], seed=4))
    assert not rows.equals(rp.measure.influence(panel, ["LKA"], seed=5))
    both = rp.measure.influence(panel, ["MDV", "LKA"], seed=4).filter(target="LKA")
    assert both.equals(rows)


def test_weight_zero_leaves_a_channel_out(panel: Panel) -> None:
    no_votes = influence.Weights(votes=0.0)
    rows = rp.measure.influence(panel, ["LKA"], weights=no_votes, draws=20)
    assert not rows["used"].str.contains("votes").any()
    assert rows.filter(step=2016)["value"].is_null().all()


def test_shares_of_the_panel_are_recomputed_from_its_columns(panel: Panel) -> None:
    rows = rp.measure.influence(panel, ["PAK"], draws=10).filter(step=2010, source="CHN")
    cell = panel.dyads.filter(source="PAK", target="CHN", year=2010)
    total = panel.states.filter(state="PAK", year=2010)["trade_total"].item()
    expected = (cell["imports"].item() + cell["exports"].item()) / total
    np.testing.assert_allclose(rows["trade"].item(), expected, rtol=COMPILED)
    arms = panel.dyads.filter(pl.col("target") == "PAK", pl.col("year").is_between(2006, 2010))
    china = arms.filter(source="CHN")["arms"].sum()
    np.testing.assert_allclose(rows["arms"].item(), china / arms["arms"].sum(), rtol=COMPILED)


def test_dependence_on_the_panel(panel: Panel) -> None:
    rows = rp.measure.dependence(panel, ["PAK"])
    assert set(rows["source"]) == {"PAK"}
    trade = rows.filter((pl.col("index") == "trade_share") & pl.col("value").is_not_null())
    assert trade["last_year"].unique().to_list() == [2014]
    assert trade.group_by("step").agg(pl.col("value").sum())["value"].max() <= 1.0
    pair = rp.measure.dependence(panel, ["USA", "PAK"]).filter(index="trade_share", step=2014)
    gap = dict(zip(pair["source"], pair["asymmetry"], strict=True))
    np.testing.assert_allclose(gap["USA"], -gap["PAK"], atol=EXACT)
    assert gap["PAK"] > 0


def test_channels_of_one_source_have_no_total(panel: Panel) -> None:
    everyone = list(panel.members)
    channels = read_channels(panel, range(1996, 2017), everyone)
    for name in ("troops", "visits"):
        assert np.isnan(channels.total[CHANNELS.index(name)]).all()


def test_overtaking_is_one_rule_for_both_powers(panel: Panel) -> None:
    rows = rp.measure.overtaking(panel, ["LKA", "NPL"], seed=2)
    passings = rows.filter(pl.col("index") == "overtaking")
    assert passings.height > 0
    assert ((passings["value"] >= 0) & (passings["value"] <= 1)).all()
    assert rows.filter(pl.col("index") == "change_of_channels")["value"].is_null().all()
    # between a passing and its return stands the year given in lasts_to
    back = rows.filter(pl.col("lasts_to").is_not_null())
    assert (back["lasts_to"] >= back["step"] - 1).all()
    assert rows.equals(rp.measure.overtaking(panel, ["LKA", "NPL"], seed=2))
