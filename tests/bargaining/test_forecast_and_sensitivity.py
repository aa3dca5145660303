from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from realpolitik.bargaining.agreement import agreement
from realpolitik.bargaining.board import uncertain
from realpolitik.bargaining.forecast import SLOW_DRAWS, forecast
from realpolitik.bargaining.mediators import rank_mediators
from realpolitik.bargaining.outcome import NotApplicable
from realpolitik.bargaining.reading import parse_issue
from realpolitik.bargaining.sensitivity import levers, sobol, tornado
from realpolitik.bargaining.solutions import solve
from realpolitik.bargaining.summary import summary
from realpolitik.bargaining.tables import (
    actors_table,
    agreement_table,
    levers_table,
    mediators_table,
    settlement_table,
    sobol_table,
    tornado_table,
)
from realpolitik.errors import RequestError

EXACT = 1e-9
STANDARD_ERRORS = 5.0
TRUST = {
    "trust": [0.3, 0.5, 0.7],
    "payoffs": {"reward": 1, "temptation": 0.9, "punishment": 0, "sucker": -1},
}
RECORD: dict[str, Any] = {
    "name": "water",
    "dimensions": [{"name": "share", "low": 0, "high": 100, "status_quo": 30}],
    "parties": ["A", "B"],
    "actors": [
        {"name": "A", "capability": 2, "salience": 0.5, "position": [20, 40, 60], **TRUST},
        {"name": "B", "capability": 1, "salience": 0.8, "position": [70, 80, 90], **TRUST},
        {"name": "C", "capability": 3, "salience": 0.4, "position": 10, "veto": True},
        {"name": "D", "capability": 1, "salience": 0.2, "position": {"mean": 50, "sd": 5}},
    ],
    "mediators": [
        {"name": "M", "access": 0.9, "trust": 0.8, "leverage": 0.5, "members": ["A", "B"]},
        {"name": "N", "access": 0.9, "trust": {"A": 0.4, "B": 0.8}, "leverage": 0.5},
        {"name": "O", "access": [0.1, 0.2, 0.3], "trust": 0.9, "leverage": 0.1},
    ],
}
ISSUE = parse_issue(RECORD)
WEIGHTS = np.array([1.0, 0.8, 1.2, 0.2])


def test_the_baseline_is_always_beside_the_forecast() -> None:
    found = forecast(ISSUE, ["nash", "median"], draws=50)
    names = [entry.solution.method for entry in found.methods]
    assert names == ["mean", "nash", "median"]
    assert found.baseline.solution.method == "mean"
    table = settlement_table(found)
    assert table["method"][0] == "mean"
    assert table.columns[:5] == ["method", "round", "position", "lower", "upper"]


def test_all_methods_that_apply_and_the_reasons_of_the_others() -> None:
    found = forecast(ISSUE, draws=20)
    left = dict(found.left_out)
    assert set(left) == {"rubinstein", "fearon", "ratification"}
    assert "discount" in left["rubinstein"]
    assert len(found.methods) == 12
    with pytest.raises(NotApplicable, match="conflict_cost"):
        forecast(ISSUE, ["fearon"], draws=20)
    with pytest.raises(RequestError, match="0 or more"):
        forecast(ISSUE, draws=-1)


def test_the_mean_has_its_exact_distribution() -> None:
    draws = 40_000
    sample = forecast(ISSUE, ["mean"], draws=draws, seed=2).baseline.sample
    assert sample is not None
    share = WEIGHTS / WEIGHTS.sum()
    # variances: triangular 400 / 6 and 100 / 6, normal 25
    sd = np.sqrt(share[0] ** 2 * 400 / 6 + share[1] ** 2 * 100 / 6 + share[3] ** 2 * 25)
    wanted = share @ [40, 80, 10, 50]
    assert abs(sample.mean() - wanted) < STANDARD_ERRORS * sd / np.sqrt(draws)
    assert abs(sample.std() / sd - 1) < STANDARD_ERRORS / np.sqrt(2 * draws)


def test_the_interval_covers_nine_draws_in_ten() -> None:
    entry = forecast(ISSUE, ["mean"], draws=2000, seed=5).baseline
    assert entry.lower is not None
    assert entry.upper is not None
    assert entry.sample is not None
    inside = (entry.sample[0] >= entry.lower[-1]) & (entry.sample[0] <= entry.upper[-1])
    assert inside.mean() == pytest.approx(0.9, abs=0.002)


@pytest.mark.parametrize("method", ["expected-utility", "expected-utility-contested", "spatial"])
def test_the_last_interval_is_that_of_the_final_settlements(method: str) -> None:
    entry = forecast(ISSUE, [method], draws=200, seed=5).methods[1]
    assert entry.sample is not None
    assert entry.lower is not None
    wanted = np.quantile(entry.sample, 0.05, axis=-1)
    np.testing.assert_allclose(entry.lower[-1], wanted, atol=EXACT)
    assert entry.lower.shape == entry.solution.position.shape


def test_same_seed_same_draws_and_methods_share_them() -> None:
    one, two = (forecast(ISSUE, ["median", "condorcet"], draws=300, seed=9) for _ in range(2))
    for a, b in zip(one.methods, two.methods, strict=True):
        np.testing.assert_array_equal(a.sample, b.sample)
    alone = forecast(ISSUE, ["condorcet"], draws=300, seed=9).methods[1]
    np.testing.assert_array_equal(alone.sample, one.methods[2].sample)
    other = forecast(ISSUE, ["median"], draws=300, seed=10).methods[1]
    assert (other.sample != one.methods[1].sample).any()


def test_costly_methods_make_fewer_draws_and_say_so() -> None:
    entry = forecast(ISSUE, ["quantal-response"], draws=SLOW_DRAWS + 100).methods[1]
    assert entry.draws == SLOW_DRAWS
    assert settlement_table(forecast(ISSUE, ["mean"], draws=0))["lower"].null_count() == 1


def test_without_ranges_there_is_no_interval() -> None:
    fixed = {**RECORD, "mediators": []}
    fixed["actors"] = [
        {"name": a["name"], "capability": 1, "salience": 1, "position": x}
        for a, x in zip(RECORD["actors"], (10, 20, 30, 40), strict=True)
    ]
    entry = forecast(parse_issue(fixed), ["mean"], draws=100).baseline
    assert entry.draws == 0
    assert entry.lower is None


def test_the_tornado_of_the_mean_is_linear() -> None:
    swings = tornado(ISSUE)
    assert [swing.key[0] for swing in swings][:2] == ["A", "B"]
    first = next(entry for entry in uncertain(ISSUE) if entry.key == ("A", "position", ""))
    ends = first.quantity.quantile(np.array([0.05, 0.95]))
    wanted = WEIGHTS[0] / WEIGHTS.sum() * np.ptp(ends)
    assert swings[0].at_high[0] - swings[0].at_low[0] == pytest.approx(wanted, abs=EXACT)


def test_the_strongest_lever_of_the_mean_is_the_heaviest_actor() -> None:
    moves = levers(ISSUE, step=0.1)
    places = [move for move in moves if move.field == "position"]
    assert places[0].actor == "C"
    assert abs(places[0].effect) == pytest.approx(10 * 1.2 / WEIGHTS.sum(), abs=EXACT)
    care = next(m for m in moves if (m.actor, m.field) == ("B", "salience") and m.step > 0)
    share = np.array([1.0, 0.9, 1.2, 0.2])
    wanted = share @ [40, 80, 10, 50] / share.sum() - WEIGHTS @ [40, 80, 10, 50] / WEIGHTS.sum()
    assert care.effect == pytest.approx(wanted, abs=EXACT)
    with pytest.raises(RequestError, match="share of the scale"):
        levers(ISSUE, step=0.0)


def test_a_move_stops_at_the_end_of_the_scale() -> None:
    moves = levers(ISSUE, step=0.3)
    down = next(m for m in moves if (m.actor, m.field) == ("C", "position") and m.step < 0)
    assert down.step == pytest.approx(-10.0, abs=EXACT)


def test_sobol_shares_of_the_mean_are_shares_of_variance() -> None:
    pytest.importorskip("SALib")
    found = sobol(ISSUE, size=256, seed=1)["share"]
    share = WEIGHTS / WEIGHTS.sum()
    parts = np.array([share[0] ** 2 * 400 / 6, share[1] ** 2 * 100 / 6, share[3] ** 2 * 25])
    wanted = dict(zip("ABD", parts / parts.sum(), strict=True))
    for key, first, first_se, total, total_se in zip(
        found.keys, found.first, found.first_se, found.total, found.total_se, strict=True
    ):
        if key[1] == "position":
            assert abs(first - wanted[key[0]]) < STANDARD_ERRORS * first_se + 1e-3
            assert abs(total - wanted[key[0]]) < STANDARD_ERRORS * total_se + 1e-3
    with pytest.raises(RequestError, match="power of two"):
        sobol(ISSUE, size=100)


def test_common_ground_by_hand() -> None:
    ground = agreement(ISSUE, draws=400)
    # A at 40 accepts 30 to 50, B at 80 accepts 30 to 130
    np.testing.assert_allclose([ground.low[0], ground.high[0]], [30, 50], atol=EXACT)
    # gains 10 - |x - 40| and x - 30: the product (50 - x)(x - 30) on [40, 50] is largest at 40
    assert ground.separate.position[0] == pytest.approx(40, abs=1e-6)
    np.testing.assert_allclose(ground.separate.gain, [0.05, 0.08], atol=1e-6)
    np.testing.assert_allclose(ground.linked.gain, ground.separate.gain, atol=1e-6)
    # the mean lies at 39.4, farther from 10 than no deal at 30
    assert ground.blockers == ("C",)
    # A is drawn below 30 in 1/8 of a triangle from 20 to 60
    assert abs(ground.chance[0] - 7 / 8) < STANDARD_ERRORS * np.sqrt(7 / 64 / 400)


def test_mediators_are_ranked_and_dominance_needs_no_formula() -> None:
    ranks = rank_mediators(ISSUE, draws=500)
    assert [rank.name for rank in ranks] == ["M", "N", "O"]
    by_name = {rank.name: rank for rank in ranks}
    assert by_name["N"].beaten_by == ("M",)
    assert by_name["O"].beaten_by == ()
    assert by_name["M"].convenes == pytest.approx(0.81, abs=EXACT)
    # 30 is the status quo: A and B share ground whenever A is above it
    assert by_name["M"].common == pytest.approx(7 / 8, abs=0.1)
    assert by_name["N"].common is None
    fixed = rank_mediators(ISSUE, draws=0)
    best = next(rank for rank in fixed if rank.name == "M")
    assert best.trust == pytest.approx(0.5 / (0.5 + 0.5 * 0.2), abs=EXACT)
    assert best.threshold == pytest.approx(1 / (1 - 0.45 + 1), abs=EXACT)
    assert best.chance == pytest.approx(0.81, abs=EXACT)
    with pytest.raises(NotApplicable, match="needs `mediators`"):
        rank_mediators(parse_issue({**RECORD, "mediators": []}))


def test_the_record_for_the_report_is_whole() -> None:
    found = summary(ISSUE, draws=30)
    assert found.forecasts.baseline.solution.method == "mean"
    assert found.agreement is not None
    assert len(found.mediators) == 3
    assert found.levers[0].effect != 0.0
    bare = {**RECORD, "mediators": []}
    bare["dimensions"] = [{"name": "share", "low": 0, "high": 100}]
    less = summary(parse_issue(bare), draws=0)
    assert less.agreement is None
    assert less.mediators == ()


def test_tables_carry_the_records() -> None:
    solutions = [solve(ISSUE, name) for name in ("expected-utility", "condorcet", "mean")]
    places = actors_table(solutions)
    assert set(places["method"]) == {"expected-utility", "condorcet"}
    last = places.filter(method="expected-utility", round=0, actor="A")
    assert last["position"].item() == 40.0
    assert levers_table({"mean": levers(ISSUE)})["effect"].abs().is_sorted(descending=True)
    swings = tornado_table(ISSUE, {"mean": tornado(ISSUE)})
    assert swings["swing"].abs().is_sorted(descending=True)
    assert agreement_table(agreement(ISSUE, draws=0))["high"].item() == pytest.approx(50, abs=EXACT)
    assert mediators_table(rank_mediators(ISSUE, draws=0))["mediator"].to_list() == ["M", "N", "O"]
    pytest.importorskip("SALib")
    shares = sobol_table({"mean": sobol(ISSUE, size=64)})
    assert shares["total"].is_sorted(descending=True)
