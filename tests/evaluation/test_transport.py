"""Readings left out of a fit: masks, folds, refits that cannot see them, and what is counted."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pytest

from realpolitik.conditions.making import Given, Term
from realpolitik.evaluation import backtest
from realpolitik.evaluation.tasks import arrays_from_bytes
from realpolitik.evaluation.transport import (
    FOLDS,
    LEADERS,
    STATE,
    Foretold,
    LeftOut,
    by_reading,
    cells,
    collect,
    foretell,
    hidden,
    leader_folds,
    leader_mask,
    mask_of,
    parts,
    state_mask,
    told,
    transported,
)
from realpolitik.inference.fitting import Fit, fit, refit
from realpolitik.inference.objective import filtered_and_scored
from realpolitik.theory import FlatFilter, Inertia, NeoclassicalRealism
from realpolitik.theory.base import Theory
from realpolitik.theory.inputs import Inputs, dyad_order
from realpolitik.theory.simulation import simulate
from realpolitik.theory.synthetic import World, inputs

EXACT = 1e-10  # sums in another order, double precision
SEED = 3
STATES = ("AAA", "BBB", "CCC", "DDD")
TRUTH = {
    "speed": 0.4,
    "innovation_sd": 0.3,
    "pair_corr": 0.2,
    "level": 0.1,
    "loading": np.ones(0),
    "series_sd": 0.1,
}


def offices(states: int = 5, steps: int = 60) -> np.ndarray:
    """Leaders in office; the first one of the first state comes back at the end."""
    leader = np.array(inputs(World(states=states, steps=steps, tenure=3.0), 8).conditions.leader)
    leader[-1, 0] = leader[0, 0]
    return leader.astype(float)


@functools.cache
def world() -> tuple[Inputs, Fit]:
    """Readings of inertia on 4 states with one missing, and inertia fitted to them."""
    theory, made = Inertia(), inputs(World(states=4, steps=30), 3)
    drawn = simulate(theory, theory.complete(TRUTH, made.sizes), made, 4).inputs
    reading = np.array(drawn.reading)
    reading[7, 2] = np.nan
    held = dataclasses.replace(drawn, reading=reading)
    return held, fit(theory, held, seed=1, starts=1)


def test_a_states_readings_are_those_of_its_pairs() -> None:
    source, target = dyad_order(4)
    masks = [state_mask(np.zeros((3, 4)), state) for state in range(4)]
    for state, mask in enumerate(masks):
        expected = [state in pair for pair in zip(source, target, strict=True)]
        np.testing.assert_array_equal(mask, [expected] * 3)
    np.testing.assert_array_equal(np.sum(masks, axis=0), 2)


def test_folds_partition_the_leaders_evenly_within_and_over_states() -> None:
    leader = offices()
    folds = leader_folds(leader, SEED, 4)
    dealt = {
        (state, number): set(folds[leader[:, state] == number, state].tolist())
        for state in range(5)
        for number in np.unique(leader[:, state])
    }
    assert all(len(found) == 1 for found in dealt.values())
    assert folds[-1, 0] == folds[0, 0]
    chosen = {key: found.pop() for key, found in dealt.items()}
    sizes = np.bincount(list(chosen.values()), minlength=4)
    assert sizes.sum() == len(dealt) > 40
    assert np.ptp(sizes) <= 1
    for state in range(5):
        own = [fold for (one, _), fold in chosen.items() if one == state]
        assert np.ptp(np.bincount(own, minlength=4)) <= 1


def test_folds_depend_on_the_seed_alone() -> None:
    leader = offices()
    np.testing.assert_array_equal(leader_folds(leader, SEED), leader_folds(leader.copy(), SEED))
    assert np.any(leader_folds(leader, SEED) != leader_folds(leader, SEED + 1))
    fewer = leader_folds(leader[:, :3], SEED)
    np.testing.assert_array_equal(fewer, leader_folds(leader, SEED)[:, :3])


def test_a_reading_is_of_the_leaders_of_its_step_and_of_the_step_before() -> None:
    leader = offices()
    folds = leader_folds(leader, SEED)
    masks = np.stack([leader_mask(leader, fold, SEED) for fold in range(FOLDS)])
    source, target = dyad_order(5)
    for step, dyad in [(0, 0), (1, 3), (17, 5), (41, 19)]:
        both = [source[dyad], target[dyad]]
        expected = set(folds[max(step - 1, 0) : step + 1, both].ravel().tolist())
        assert set(np.flatnonzero(masks[:, step, dyad]).tolist()) == expected
    count = masks.sum(axis=0)
    assert count.min() >= 1
    assert count.max() <= 4
    np.testing.assert_array_equal(masks[:, :, :10], masks[:, :, 10:])


def test_readings_left_out_are_hidden_and_the_first_step_is_not_foretold() -> None:
    made, _ = world()
    mask = mask_of(made, STATE, 1, SEED)
    gone = np.isnan(hidden(made, mask).reading[:, :, 0])
    expected = mask.copy()
    expected[7, 2] = True
    np.testing.assert_array_equal(gone, expected)
    step, dyad = np.divmod(cells(made, mask), 12)
    assert step.min() == 1
    assert len(step) == 29 * 6 - int(mask[7, 2])
    assert mask[step, dyad].all()


@pytest.mark.parametrize(("left_out", "part"), [(STATE, 2), (LEADERS, 4)])
def test_readings_left_out_have_no_effect_on_the_parameters(left_out: str, part: int) -> None:
    made, near = world()
    mask = mask_of(made, left_out, part, SEED)
    assert 0 < mask.sum() < mask.size
    found = foretell(near, made, mask)
    shifted = np.array(made.reading)
    shifted[mask] = 5.0 - 2.0 * shifted[mask]
    other = foretell(near, dataclasses.replace(made, reading=shifted), mask)
    np.testing.assert_array_equal(other.vector, found.vector)
    assert np.any(other.without != found.without)
    assert np.any(found.vector != near.vector)
    kept = np.array(made.reading)
    kept[~mask] += 1.0
    moved = refit(near, hidden(dataclasses.replace(made, reading=kept), mask))
    assert np.max(np.abs(moved.vector - found.vector)) > 0.1


def test_a_reading_is_foretold_from_all_earlier_ones_and_no_later_one() -> None:
    made, near = world()
    mask = mask_of(made, STATE, 2, SEED)
    changed = np.array(made.reading)
    own = np.flatnonzero(mask[0])
    changed[15, own] += 3.0
    found = foretell(near, made, mask)
    other = foretell(near, dataclasses.replace(made, reading=changed), mask)
    step = cells(made, mask) // 12
    np.testing.assert_array_equal(other.without[step < 15], found.without[step < 15])
    assert np.all(other.without[step == 15] != found.without[step == 15])
    assert np.all(other.without[step == 16] != found.without[step == 16])


def test_parameters_of_all_readings_give_the_scores_seen() -> None:
    made, near = world()
    mask = mask_of(made, LEADERS, 3, SEED)
    found = foretell(near, made, mask)
    scores = filtered_and_scored(near.theory, near.vector, made)[1][:, :, 0]
    np.testing.assert_array_equal(found.seen, scores.ravel()[cells(made, mask)])


def made_up(left_out: str) -> tuple[LeftOut, dict[str, list[Foretold]]]:
    """Scores of three theories that are drawn, on the readings of the world."""
    made, _ = world()
    generator = np.random.default_rng(5)
    sizes = [len(cells(made, mask_of(made, left_out, p, SEED))) for p in parts(made, left_out)]
    scored = {
        name: [Foretold(np.zeros(1), *generator.standard_normal((2, size))) for size in sizes]
        for name in ("one", "two", "three")
    }
    return collect(made, left_out, SEED, scored), scored


@pytest.mark.parametrize("left_out", [STATE, LEADERS])
def test_gains_are_means_over_readings_and_add_up(left_out: str) -> None:
    made, _ = world()
    held, scored = made_up(left_out)
    found = transported(held, "three", "one", STATES, SEED)
    gains: dict[int, list[float]] = {}
    losses: dict[int, list[float]] = {}
    by_state = np.zeros(4)
    for part in parts(made, left_out):
        three, one = scored["three"][part], scored["one"][part]
        for place, cell in enumerate(cells(made, mask_of(made, left_out, part, SEED)).tolist()):
            gain = three.without[place] - one.without[place]
            gains.setdefault(cell, []).append(gain)
            losses.setdefault(cell, []).append(three.seen[place] - three.without[place])
            by_state[part % 4] += gain
    assert found.readings == len(gains) == 29 * 12 - 1
    each = np.array([np.mean(values) for values in gains.values()])
    np.testing.assert_allclose(found.gain, each.mean(), atol=EXACT)
    np.testing.assert_allclose(
        found.loss, np.mean([np.mean(values) for values in losses.values()]), atol=EXACT
    )
    np.testing.assert_allclose(found.z, found.gain / found.error, rtol=EXACT)
    assert abs(found.smallest_z) <= abs(found.z)
    totals = np.array([one.total for one in found.states])
    np.testing.assert_allclose(totals.sum(), 2.0 * each.sum(), atol=EXACT)
    assert sum(one.readings for one in found.states) == 2 * found.readings
    if left_out == STATE:
        np.testing.assert_allclose(totals, by_state, atol=EXACT)
    other = transported(held, "one", "three", STATES, SEED)
    np.testing.assert_allclose([other.gain, other.z], [-found.gain, -found.z], atol=EXACT)


def test_a_reading_counts_once_however_many_parts_it_is_of() -> None:
    cell, mean = by_reading(np.array([4, 2, 4, 4]), np.array([1.0, 5.0, 2.0, 6.0]))
    assert cell.tolist() == [2, 4]
    assert mean.tolist() == [5.0, 3.0]


def test_a_gain_transports_if_it_does_so_both_ways() -> None:
    held, _ = made_up(STATE)
    found = transported(held, "one", "two", STATES, SEED)
    sure, unsure = dataclasses.replace(found, z=2.0), dataclasses.replace(found, z=1.9)
    assert "the gain transports" in told(sure, sure)
    for pair in ((sure, unsure), (unsure, sure), (unsure, unsure)):
        assert "no gain is shown to transport" in told(*pair)


def test_the_task_of_a_long_run_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    made, near = world()
    term = Term("threat", "cinc", 0.9, 2012, None)
    given = Given(made, np.arange(1990, 2020), STATES, 2019, np.ones((30, 4)), (term,))
    monkeypatch.setattr(backtest, "given_at", lambda design, origin: given)
    design = backtest.Design("made-up", (2000,), seed=SEED)
    argument = (design, LEADERS, 4, "inertia", backtest.fit_to_bytes(near))
    content = backtest.leave_out(argument)
    assert backtest.leave_out(argument) == content
    again = Foretold(**arrays_from_bytes(content))
    expected = foretell(near, made, mask_of(made, LEADERS, 4, SEED))
    np.testing.assert_array_equal(again.without, expected.without)
    np.testing.assert_array_equal(again.vector, expected.vector)


def strong_world(clarity: float, gate: float) -> Inputs:
    """Readings of the full theory on 8 states, with slopes of clarity and of the gate."""
    theory, made = NeoclassicalRealism(), inputs(World(states=8, steps=60), 21)
    params = TRUTH | {
        "speed": 0.5,
        "reciprocity": 0.1,
        "alliance_pull": 0.0,
        "triad_pull": 0.0,
        "stimulus_weights": np.array([-0.6, 0.5, 0.4]),
        "intent_slope": 0.1,
        "negativity": 0.1,
        "clarity_level": 0.0,
        "clarity_slopes": np.array([clarity, 0.0, 0.0]),
        "gate_level": 0.0,
        "gate_slopes": np.array([gate, 0.0, 0.0, 0.0, 0.0]),
        "environment_level": 0.0,
        "environment_slopes": np.zeros(2),
        "leader_sd": 0.2,
        "culture_weight": 0.0,
        "preference_weights": np.array([0.2]),
    }
    return simulate(theory, theory.complete(params, made.sizes), made, 22).inputs


def without_each_state(theories: tuple[Theory, ...], made: Inputs) -> LeftOut:
    scored = {}
    for theory in theories:
        near = fit(theory, made, seed=1, starts=1)
        scored[theory.name] = [
            foretell(near, made, mask_of(made, STATE, part, SEED)) for part in parts(made, STATE)
        ]
    return collect(made, STATE, SEED, scored)


@pytest.mark.nightly
@pytest.mark.parametrize(("slopes", "gains"), [((1.5, 1.2), True), ((0.0, 0.0), False)])
def test_a_strong_filter_keeps_its_gain_where_it_was_not_fitted_and_none_has_none(
    slopes: tuple[float, float], gains: bool
) -> None:
    held = without_each_state((NeoclassicalRealism(), FlatFilter()), strong_world(*slopes))
    codes = tuple("ABCDEFGH")
    found = transported(held, "neoclassical realism", "flat filter", codes, SEED)
    assert found.transports is gains
    assert found.gain_seen > found.gain
    assert found.loss > 0
    if gains:
        assert min(one.total for one in found.states) > 0
