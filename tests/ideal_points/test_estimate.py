"""Recovery, coverage and invariances of the whole estimate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from realpolitik.errors import ConvergenceError, InputFileError, RequestError
from realpolitik.measures.ideal_points import IdealPoints, estimate
from realpolitik.measures.ideal_points.design import arrange
from realpolitik.measures.ideal_points.estimate import NORMAL_95, _check

DRAWS = 300
CLOSE = 0.95  # correlation of 25 states with 40 votes a year: the noise is a fifth of the spread
LEAST_COVER = 0.8  # 300 intervals of 90%, dependent within years
WORTH = 60  # independent draws that 600 must be worth in the median
SLACK = 2  # times the Monte Carlo error that the effective draws promise
LARGEST_NOISE = 0.4  # of a standard deviation: more would hide a real difference
EXACT = 1e-12


def assert_same(first: IdealPoints, second: IdealPoints, order: np.ndarray | None = None) -> None:
    """Two estimates differ by no more than their Monte Carlo error."""
    rows = slice(None) if order is None else order
    apart = (second.mean - first.mean[rows]) / first.sd[rows]
    noise = np.sqrt((1.0 / first.effective + 1.0 / second.effective).mean())
    assert noise < LARGEST_NOISE
    assert np.sqrt((apart**2).mean()) < SLACK * noise


@pytest.fixture(scope="module")
def known(assembly):
    theta, votes = assembly(12, 25, 3, 40)
    return theta, votes, estimate(votes, draws=DRAWS)


def test_recovers_positions(known):
    theta, _, points = known
    assert np.corrcoef(theta.ravel(), points.mean.ravel())[0, 1] > CLOSE
    inside = np.abs(theta - points.mean) < NORMAL_95 * points.sd
    assert inside.mean() > LEAST_COVER
    # intervals that cover because they are wide would not be calibrated
    assert np.median(points.sd) < 0.4
    assert np.nanmedian(points.effective) > WORTH


def test_scale_is_standard(known):
    _, votes, points = known
    place = points.states.index("USA")
    assert points.mean[place].mean() > 0.0
    np.testing.assert_allclose(points.mean.mean(), 0.0, atol=EXACT)
    # every draw has mean 0 and standard deviation 1, so the mean square over draws is known
    square = points.mean**2 + points.sd**2 * (points.draws - 1) / points.draws
    np.testing.assert_allclose(square.mean(), 1.0 - 1.0 / square.size, rtol=EXACT)
    assert (
        points.votes.sum()
        == (arrange(votes, np.empty((0, 2), int)).item_of[votes.roll_call] >= 0).sum()
    )


def test_same_seed_same_bytes(known):
    _, votes, points = known
    again = estimate(votes, draws=DRAWS)
    assert again.mean.tobytes() == points.mean.tobytes()
    assert again.sd.tobytes() == points.sd.tobytes()
    other = estimate(votes, draws=DRAWS, seed=2)
    assert other.mean.tobytes() != points.mean.tobytes()
    assert_same(points, other)


def test_yes_and_no_exchanged(known):
    _, votes, points = known
    flipped = estimate(replace(votes, choice=4 - votes.choice), draws=DRAWS)
    assert_same(points, flipped)
    held = ~np.isnan(points.discrimination)
    slopes = np.corrcoef(flipped.discrimination[held], points.discrimination[held])[0, 1]
    assert slopes < -CLOSE


def test_states_in_another_order(known):
    _, votes, points = known
    order = np.random.default_rng(1).permutation(len(votes.states))
    place = np.argsort(order)
    names = tuple(votes.states[k] for k in order)
    moved = estimate(replace(votes, state=place[votes.state], states=names), draws=DRAWS)
    assert_same(points, moved, order)


def test_a_resolution_in_two_linked_halves_is_one(known):
    _, votes, points = known
    size = len(votes.roll_calls)
    second = (votes.roll_call == 5) & (votes.state % 2 == 1)
    halves = replace(
        votes,
        roll_call=np.where(second, size, votes.roll_call),
        roll_calls=np.append(votes.roll_calls, 900),
        years=np.append(votes.years, votes.years[5]),
    )
    linked = estimate(halves, bridges=np.array([[105, 900]]), draws=DRAWS)
    np.testing.assert_allclose(linked.mean, points.mean, atol=1e-6)
    np.testing.assert_allclose(linked.discrimination[size], points.discrimination[5], atol=1e-6)


def test_absent_states_have_no_estimate(assembly):
    votes = assembly(3, 12, 2, 30)[1]
    away = ~((votes.state == 4) & (votes.years[votes.roll_call] == 1991))
    cut = replace(
        votes, state=votes.state[away], roll_call=votes.roll_call[away], choice=votes.choice[away]
    )
    points = estimate(cut, draws=DRAWS)
    assert np.isnan(points.mean[4, 1])
    assert np.isfinite(points.mean[4, 0])
    assert points.table().height == 23
    assert points.table().columns == [
        "step", "state", "mean", "sd", "lower", "upper", "votes", "rhat",
    ]  # fmt: skip


def test_errors_say_what_to_do(assembly):
    votes = assembly(3, 10, 2, 12)[1]
    with pytest.raises(RequestError, match="anchor 'FRA'"):
        estimate(votes, anchor="FRA")
    with pytest.raises(RequestError, match="8 or more"):
        estimate(votes, draws=7)
    with pytest.raises(InputFileError, match="unanimous"):
        estimate(replace(votes, choice=np.ones_like(votes.choice)))
    with pytest.raises(ConvergenceError, match="did not converge"):
        _check(np.full(900, 1.2))
    with pytest.raises(ConvergenceError, match="95th percentile"):
        _check(np.where(np.arange(900) < 60, 1.5, 1.0))
