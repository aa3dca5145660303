"""Alignment, its shifts, and reliability: by hand, by invariance, and on the panel."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

import realpolitik as rp
from realpolitik.measures import alignment, alignment_shifts, reliability
from realpolitik.panel import Panel

EXACT = 1e-12
BALANCE, BANDWAGON, HEDGE, DISENGAGED = range(4)


@pytest.fixture(scope="module")
def panel() -> Panel:
    return rp.load_panel("south-asia", start=1996, end=2019, overlay=False)


def leans(**known: float) -> np.ndarray:
    return np.array([known.get(name, np.nan) for name in alignment.PARTS])


def test_lean_turns_over_with_the_patrons() -> None:
    first, second = np.array([3.0, 0.0, np.nan, 0.0]), np.array([1.0, 2.0, 1.0, 0.0])
    found = alignment.lean(first, second)
    np.testing.assert_allclose(found, [0.5, -1.0, np.nan, np.nan], atol=EXACT)
    np.testing.assert_allclose(alignment.lean(second, first), -found, atol=EXACT)


def test_position_is_the_mean_of_domains_and_needs_two() -> None:
    parts = np.stack([leans(pledges=1.0, arms=0.0, trade=-0.5), leans(pledges=1.0, arms=0.5)])
    weights = np.ones((1, len(alignment.PARTS)))
    domains = alignment.domain_leans(parts, weights)
    np.testing.assert_allclose(domains[0], [[0.5, -0.5, np.nan], [0.75, np.nan, np.nan]])
    even = alignment.position(domains, np.ones((1, 3)))
    np.testing.assert_allclose(even[0], [0.0, np.nan], atol=EXACT)
    tilted = alignment.position(domains, np.array([[3.0, 1.0, 7.0]]))
    np.testing.assert_allclose(tilted[0], [0.25, np.nan], atol=EXACT)


def test_classes_by_hand() -> None:
    place = np.array([[0.9, 0.9, 0.1, 0.5, 0.9, np.nan]])
    domains = np.full((1, 6, 3), np.nan)
    domains[0, :, 0] = [0.9, 0.9, 0.1, 1.0, 0.9, np.nan]
    domains[0, 3, 1] = -0.5  # two domains lean to opposite sides
    engagement = np.array([1.0, 1.0, 1.0, 1.0, 0.1, 1.0])
    danger = np.array([0.4, -0.4, 0.4, 0.4, 0.4, 0.4])
    found = alignment.classify(place, domains, engagement, danger)
    assert found.tolist() == [[BANDWAGON, BALANCE, HEDGE, HEDGE, DISENGAGED, -1]]
    # exchanging the patrons changes no class
    turned = alignment.classify(-place, -domains, engagement, -danger)
    assert turned.tolist() == found.tolist()


def test_a_source_that_starts_is_no_shift_and_a_move_is() -> None:
    parts = np.full((12, len(alignment.PARTS)), np.nan)
    column = {name: k for k, name in enumerate(alignment.PARTS)}
    parts[:, column["pledges"]] = 0.2
    parts[:, column["votes"]] = 0.2
    parts[6:, column["trade"]] = -1.0  # starts in year 6
    weights = alignment.drawn_weights(50, 1)
    still = alignment_shifts.shifts(parts, *weights)
    assert not still.shifted.any()
    np.testing.assert_allclose(np.nan_to_num(still.move), np.zeros(12), atol=EXACT)
    parts[8:, column["pledges"]] = -0.8
    moved = alignment_shifts.shifts(parts, *weights)
    assert np.flatnonzero(moved.shifted).tolist() == [8]
    np.testing.assert_allclose(moved.move[8], -0.5, atol=EXACT)
    assert moved.common[8, column["trade"]] == np.False_
    turned = alignment_shifts.shifts(-parts, *weights)
    np.testing.assert_allclose(turned.move, -moved.move, atol=EXACT)


def test_alignment_on_the_panel(panel: Panel) -> None:
    rows = rp.measure.alignment(panel, ["PAK"], seed=2)
    known = rows.drop_nulls("value")
    assert known.height > 20
    assert ((known["lower"] <= known["upper"]) & (known["value"].abs() <= 1)).all()
    labelled = rows.drop_nulls("label")
    total = labelled.select(pl.sum_horizontal(alignment.CLASSES)).to_series()
    np.testing.assert_allclose(total, np.ones(labelled.height), atol=1e-9)
    best = labelled.select(pl.max_horizontal(alignment.CLASSES)).to_series()
    own = [row[row["label"]] for row in labelled.iter_rows(named=True)]
    np.testing.assert_allclose(own, best, atol=EXACT)
    assert not rows.filter(pl.col("step") > 2014)["used"].str.contains("trade").any()
    both = rp.measure.alignment(panel, ["LKA", "PAK"], seed=2).filter(state="PAK")
    assert both.equals(rows)


def test_economy_of_alignment_is_recomputed_from_the_panel(panel: Panel) -> None:
    row = rp.measure.alignment(panel, ["NPL"], draws=10).filter(
        step=1998, patron_a="CHN", patron_b="USA"
    )
    assert "money" not in row["used"].item()
    trade = panel.dyads.filter(source="NPL", year=1998).with_columns(
        (pl.col("imports") + pl.col("exports")).alias("trade")
    )
    china, states = (trade.filter(target=power)["trade"].item() for power in ("CHN", "USA"))
    np.testing.assert_allclose(
        row["economy"].item(), (china - states) / (china + states), atol=EXACT
    )


def test_a_relation_adds_intent_to_the_threat_of_patrons(panel: Panel) -> None:
    steps = np.arange(1996, 2020)
    posture = np.full((len(steps), 2), [3.0, -3.0])  # of CHN and of the USA towards PAK
    relation = SimpleNamespace(
        years=steps, sources=("CHN", "USA"), targets=("PAK", "PAK"), filtered_mean=posture
    )
    keys = {"step": 2010, "patron_a": "CHN", "patron_b": "USA"}
    plain = rp.measure.alignment(panel, ["PAK"], draws=20).filter(**keys)
    intended = rp.measure.alignment(panel, ["PAK"], draws=20, relation=relation).filter(**keys)
    assert plain["threat_gap"].item() > 0 > intended["threat_gap"].item()
    assert plain["value"].item() == intended["value"].item() > 1 / 3
    np.testing.assert_allclose(intended["hedge"].item(), plain["hedge"].item(), atol=EXACT)
    assert intended["balance"].item() == plain["bandwagon"].item() > 0


def test_a_vintage_hides_what_came_later(panel: Panel) -> None:
    early = panel.known_at(2010)
    rows = rp.measure.alignment(early, ["PAK"], draws=20)
    # a pair of patrons has rows while their rivalry was known
    assert rows["step"].max() == 2010 - panel.lags["rivalry"] < 2010
    traded = rows.filter(pl.col("used").str.contains("trade"))
    last = 2010 - max(panel.lags[name] for name in ("imports", "rivalry"))
    assert traded["step"].max() == last


def test_shifts_on_the_panel_are_reproducible(panel: Panel) -> None:
    rows = rp.measure.alignment_shifts(panel, ["LKA", "MDV"], seed=3)
    assert rows.height > 0
    assert (rows["value"].abs() >= alignment_shifts.SMALLEST).all()
    assert rows.equals(rp.measure.alignment_shifts(panel, ["LKA", "MDV"], seed=3))


def test_lean_to_patron_by_hand() -> None:
    ties = np.array([[[np.nan, 4.0, 6.0], [4.0, np.nan, 1.0], [6.0, 1.0, np.nan]]])
    rivals = np.array([[False, False, True]])  # state 2 is the rival of patron 0
    found = reliability.lean_to_patron(ties[:, :, 0], ties, rivals)
    np.testing.assert_allclose(found[0, 1], 0.8, atol=EXACT)
    # the rival itself has no other rival to compare with
    assert np.isnan(found[0, 2])
    nobody = np.zeros((1, 3), dtype=bool)
    assert np.isnan(reliability.lean_to_patron(ties[:, :, 0], ties, nobody)).all()


def test_sanctions_joined_by_hand() -> None:
    cases = np.zeros((1, 5, 5))
    cases[0, 0, [2, 3]] = 1.0  # patron 0 sanctions 2 and 3
    cases[0, 1, 3] = 2.0  # partner 1 joins against 3
    cases[0, 4, [2, 3]] = np.nan
    found = reliability.sanctions_joined(cases, 0)[0]
    np.testing.assert_allclose(found[1], 0.5, atol=EXACT)
    # 2 is itself under sanctions: only 3 counts for it, and it does not join
    np.testing.assert_allclose(found[2], 0.0, atol=EXACT)
    assert np.isnan(found[4])


def test_duties_by_hand() -> None:
    pledge = np.zeros((1, 4, 4))
    pledge[0, 1, 0] = 1.0
    pledge[0, 2, 3] = 1.0
    rivals = np.array([[False, False, False, True]])
    np.testing.assert_allclose(
        reliability.duties(pledge, 0, rivals)[0, 1:], [1.0, 0.0, 0.5], atol=EXACT
    )
    pledge[0, 1, 3] = np.nan
    assert np.isnan(reliability.duties(pledge, 0, rivals)[0, 1])


def test_a_part_held_for_some_does_not_move_the_others() -> None:
    parts = np.array([[0.9, 0.9, 0.9, np.nan], [0.5, 0.5, 0.5, 0.0], [0.4, 0.4, 0.4, 1.0]])
    weights = np.array([[1.0, 1.0, 1.0, 9.0]])
    # the first is ahead of both on what it shares with them; the others meet on all four
    assert reliability.rank_on_shared_parts(parts, weights).tolist() == [[1.0, 3.0, 2.0]]
    few = parts.copy()
    few[1, :2] = np.nan
    assert np.isnan(reliability.rank_on_shared_parts(few, weights)[0, 1])


def test_rank_follows_relabelling_and_halves_ties() -> None:
    generator = np.random.default_rng(9)
    parts = generator.uniform(size=(6, 5))
    weights = generator.dirichlet(np.ones(5), size=4)
    order = generator.permutation(6)
    base = reliability.rank_on_shared_parts(parts, weights)
    moved = reliability.rank_on_shared_parts(parts[order], weights)
    np.testing.assert_array_equal(moved, base[:, order])
    same = reliability.rank_on_shared_parts(np.full((2, 3), 0.4), np.ones((1, 3)))
    assert same.tolist() == [[1.5, 1.5]]


def test_reliability_on_the_panel() -> None:
    short = rp.load_panel("south-asia", start=2005, end=2011, overlay=False)
    rows = rp.measure.reliability(short, ["IND", "PAK"], seed=1)
    assert set(rows["target"]) == {"USA", "RUS", "CHN", "GBR", "FRA"}
    assert rows.filter(pl.col("target") != "USA")["key_votes"].is_null().all()
    row = rows.filter(step=2010, source="IND", target="USA")
    names = row["used"].item().split(", ")
    expected = np.mean([row[name].item() for name in names])
    np.testing.assert_allclose(row["value"].item(), expected, atol=EXACT)
    assert set(names) == {name for name in reliability.PARTS if row[name].item() is not None}
    ranked = rp.measure.reliability(short, seed=1).filter(step=2010, target="USA")
    assert ranked.filter(source="IND")["rank"].item() == row["rank"].item()
    count = ranked["rank"].drop_nulls().len()
    assert ranked["ranked"].drop_nulls().unique().to_list() == [count]
    # every pair of partners gives away one place
    np.testing.assert_allclose(ranked["rank"].sum(), count * (count + 1) / 2, atol=EXACT)
    assert rows.equals(rp.measure.reliability(short, ["PAK", "IND"], seed=1))
