"""Next year's disputes predicted by the filtered relation, beside the mean of past disputes."""

import functools
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import rankdata

from realpolitik.data import load_panel
from realpolitik.measures.relation import relation

PAGE = Path(__file__).parents[2] / "docs" / "relation.md"
WINDOW = 5
SERIOUS = 2  # lowest hostility of a dispute: a threat to use force
PRINTED = 6e-4  # half a unit of the last printed digit, and a little for other processors


def auc(happened, score):
    """Chance that a case scores above a case where nothing happened."""
    rank, hits = rankdata(score), happened.sum()
    return (rank[happened].sum() - hits * (hits + 1) / 2) / (hits * (len(score) - hits))


def auc_within(happened, score, group):
    """The same over comparisons of two years of one dyad."""
    total, weight = 0.0, 0.0
    for one in np.unique(group[happened]):
        own = group == one
        pairs = happened[own].sum() * (~happened[own]).sum()
        if pairs:
            total += pairs * auc(happened[own], score[own])
            weight += pairs
    return total / weight


@functools.cache
def cases():
    """What happened, the two predictors of the year before, the dyad and the year; shape (R,)."""
    panel = load_panel("south-asia", overlay=False)
    result = relation(panel, use_cache=False)
    order = {pair: n for n, pair in enumerate(zip(result.sources, result.targets, strict=True))}
    dyads = panel.dyads
    place = dyads["year"].to_numpy() - result.steps[0]
    column = [order[pair] for pair in dyads.select("source", "target").iter_rows()]
    hostility = np.full(result.mean.shape, np.nan)
    hostility[place, column] = dyads["mid_hostility"].cast(pl.Float64).fill_null(np.nan)
    past = np.full(hostility.shape, np.nan)
    for step in range(len(past)):
        window = hostility[max(0, step - WINDOW + 1) : step + 1]
        seen = np.isfinite(window).sum(axis=0)
        past[step] = np.where(seen > 0, np.nansum(window, axis=0) / np.maximum(seen, 1), np.nan)
    ahead, ours, simple = hostility[1:], -result.filtered_mean[:-1], past[:-1]
    read = np.isfinite(ahead) & np.isfinite(ours) & np.isfinite(simple)
    years, dyad = np.meshgrid(result.steps[1:], np.arange(ahead.shape[1]), indexing="ij")
    return ahead[read] >= SERIOUS, ours[read], simple[read], dyad[read], years[read]


def row(score):
    """The AUC of a predictor: all, after 2010, within dyads."""
    happened, _, _, dyad, year = cases()
    late = year > 2010
    return [
        auc(happened, score),
        auc(happened[late], score[late]),
        auc_within(happened, score, dyad),
    ]


def printed(name):
    """The figures of a row of the page's table."""
    line = re.search(rf"^\| {name} \|(.*)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return [float(cell) for cell in line[1].split("|")]


@pytest.mark.nightly
def test_the_auc_table_of_the_page_is_what_the_model_gives():
    _, ours, simple, _, _ = cases()
    np.testing.assert_allclose(row(ours), printed("filtered relation"), atol=PRINTED)
    np.testing.assert_allclose(row(simple), printed("mean hostility of five years"), atol=PRINTED)


@pytest.mark.nightly
def test_the_relation_beats_the_mean_of_past_disputes_overall_late_and_within_dyads():
    _, ours, simple, _, _ = cases()
    assert np.all(np.array(row(ours)) > np.array(row(simple)))


def test_auc_of_a_hand_count():
    happened = np.array([True, False, True, False, False])
    score = np.array([3.0, 1.0, 1.0, 2.0, 0.0])
    np.testing.assert_allclose(auc(happened, score), (3 + 1.5) / 6)
    group = np.array([0, 0, 1, 1, 1])
    np.testing.assert_allclose(auc_within(happened, score, group), (1 + 1) / 3)
