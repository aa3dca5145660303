from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realpolitik.bargaining.challenge import Choices, play, play_round, risk_exponent, victory
from realpolitik.bargaining.means import weighted_mean, weighted_median

# The vectorised model and the loop below do the same sums in another order.
ROUNDING = 1e-9
Arrays = tuple[np.ndarray, np.ndarray, np.ndarray]


def actors(count: int, seed: int) -> Arrays:
    generator = np.random.default_rng(seed)
    position = generator.uniform(0, 100, count)
    return position, generator.uniform(0.1, 1, count), generator.uniform(0.1, 1, count)


def slow_chance(x: np.ndarray, w: np.ndarray, r: np.ndarray, span: float, over: str) -> np.ndarray:
    """Probabilities by loops over pairs and voters, from the definition."""
    n = len(x)

    def vote(k: int, i: int, j: int) -> float:
        return w[k] * ((abs(x[k] - x[j]) / span) ** r[k] - (abs(x[k] - x[i]) / span) ** r[k])

    pairs = [(i, j) for i in range(n) for j in range(n)]
    everything = sum(abs(vote(k, i, j)) for i, j in pairs for k in range(n))
    chance = np.zeros((n, n))
    for i, j in pairs:
        pair = sum(abs(vote(k, i, j)) for k in range(n))
        total = {"ordered": everything, "unordered": everything / 2, "contested": pair}[over]
        if pair > 0:
            chance[i, j] = sum(max(0.0, vote(k, i, j)) for k in range(n)) / total
    return chance


def slow_utilities(
    i: int, j: int, x: np.ndarray, s: np.ndarray, p: np.ndarray, r: float, span: float, c: Choices
) -> float:
    """E_ij through the eyes of an actor with risk exponent r."""
    centre = c.improvement
    d = abs(x[i] - x[j]) / span
    success, failure = 2 - 4 * (0.5 - 0.5 * d) ** r, 2 - 4 * (0.5 + 0.5 * d) ** r
    quo = 2 - 4 * 0.5**r
    assert c.stakes == 1.0, centre
    return s[j] * (p[i, j] * success + (1 - p[i, j]) * failure) + (1 - s[j]) * success - quo


def slow_round(x: np.ndarray, c: np.ndarray, s: np.ndarray, span: float, choices: Choices) -> dict:
    n, w = len(x), c * s
    p = slow_chance(x, w, np.ones(n), span, choices.denominator)
    danger = np.array(
        [
            sum(slow_utilities(j, i, x, s, p, 1.0, span, choices) for j in range(n) if j != i)
            for i in range(n)
        ]
    )
    relative = (2 * danger - danger.max() - danger.min()) / (danger.max() - danger.min())
    risk = (1 - relative / 3) / (1 + relative / 3)
    voters = risk if choices.voter_risk == "own" else np.ones(n)
    p = slow_chance(x, w, voters, span, choices.denominator)
    moved = x.copy()
    for i in range(n):
        confronted, compromise, given_in = [], [], []
        for j in range(n):
            if x[i] == x[j]:
                continue
            own = slow_utilities(i, j, x, s, p, risk[i], span, choices)
            # E_ji: j challenges i, still through the eyes of i
            other = slow_utilities(j, i, x, s, p, risk[i], span, choices)
            if other > own > 0:
                confronted.append(x[j])
            elif other > 0 > own and other > -own:
                target = (-own * x[i] + other * x[j]) / (other - own)
                compromise.append((target, x[i] + (x[j] - x[i]) * -own / other))
            elif other > 0 > own and choices.capitulation == "on":
                given_in.append(x[j])
        if confronted:
            moved[i] = min(confronted, key=lambda y: abs(y - x[i]))
        elif compromise and choices.compromise == "smallest-target":
            moved[i] = min(compromise)[1]
        elif compromise:
            moved[i] = min(compromise, key=lambda y: abs(y[1] - x[i]))[1]
        elif given_in:
            moved[i] = min(given_in, key=lambda y: abs(y - x[i]))
    return {"risk": risk, "chance": p, "moved": moved}


@pytest.mark.parametrize("denominator", ["ordered", "unordered", "contested"])
@pytest.mark.parametrize("compromise", ["smallest-target", "least-movement"])
@pytest.mark.parametrize("capitulation", ["on", "off"])
@pytest.mark.parametrize("voter_risk", ["own", "neutral"])
def test_a_round_equals_the_loop_over_pairs_and_voters(
    denominator: str, compromise: str, capitulation: str, voter_risk: str
) -> None:
    choices = Choices(
        denominator=denominator,  # type: ignore[arg-type]
        compromise=compromise,  # type: ignore[arg-type]
        capitulation=capitulation,  # type: ignore[arg-type]
        voter_risk=voter_risk,  # type: ignore[arg-type]
    )
    games = [actors(6, seed) for seed in range(4)]
    x, c, s = (np.stack([game[part] for game in games], -1) for part in range(3))
    fast = play_round(x, c, s, np.ptp(x, axis=0), choices)
    for m, game in enumerate(games):
        slow = slow_round(*game, float(np.ptp(game[0])), choices)
        np.testing.assert_allclose(fast.risk[:, m], slow["risk"], atol=ROUNDING)
        np.testing.assert_allclose(fast.chance[..., m], slow["chance"], atol=ROUNDING)
        np.testing.assert_allclose(fast.moved[:, m], slow["moved"], atol=100 * ROUNDING)


def test_giving_in_matters_where_it_can() -> None:
    differ = 0
    for seed in range(30):
        x, c, s = (part[:, None] for part in actors(6, seed))
        with_it = play_round(x, c, s, np.ptp(x, axis=0), Choices(capitulation="on")).moved
        differ += (with_it != play_round(x, c, s, np.ptp(x, axis=0), Choices()).moved).any()
    assert differ > 0


def test_the_status_quo_terms_matter_only_when_it_may_not_last() -> None:
    x, c, s = (part[:, None] for part in actors(6, 5))
    span = np.ptp(x, axis=0)
    base = play_round(x, c, s, span, Choices())
    same = play_round(x, c, s, span, Choices(improvement=0.9))
    np.testing.assert_array_equal(base.own, same.own)
    moving = play_round(x, c, s, span, Choices(stakes=0.5, improvement=0.9))
    centre = weighted_median(x, c * s)
    d = abs(x[0] - x[1]) / span
    shift = 0.25 * (abs(x[0] - centre) / span + d)
    r = moving.risk[0]
    better, worse = 2 - 4 * (0.5 - shift) ** r, 2 - 4 * (0.5 + shift) ** r
    success, failure = 2 - 4 * (0.5 - 0.5 * d) ** r, 2 - 4 * (0.5 + 0.5 * d) ** r
    p = moving.chance[0, 1]
    wanted = s[1] * (p * success + (1 - p) * failure) + (1 - s[1]) * success
    wanted -= 0.5 * (2 - 4 * 0.5**r) + 0.5 * (0.9 * better + 0.1 * worse)
    np.testing.assert_allclose(moving.own[0, 1], wanted, atol=ROUNDING)


def test_equal_danger_gives_neutral_risk_and_not_nan() -> None:
    level = np.ones((3, 3, 1)) - np.eye(3)[..., None]
    np.testing.assert_array_equal(risk_exponent(level), 1.0)


def test_everybody_at_one_place_stays_there() -> None:
    same = np.full((4, 3), 7.0)
    track = play(same, np.ones((4, 3)), np.ones((4, 3)), Choices())
    assert track.settled.all()
    np.testing.assert_array_equal(track.outcome, 7.0)


def test_draws_do_not_touch_each_other() -> None:
    games = [actors(7, seed) for seed in range(12)]
    x, c, s = (np.stack([game[part] for game in games], -1) for part in range(3))
    together = play(x, c, s, Choices())
    for m in range(x.shape[1]):
        alone = play(x[:, [m]], c[:, [m]], s[:, [m]], Choices())
        last = alone.outcome[-1, 0]
        assert together.outcome[-1, m] == pytest.approx(last, abs=ROUNDING)
        assert together.settled[m] == alone.settled[0]


games = st.integers(0, 10_000)


@settings(max_examples=40, deadline=None)
@given(games, st.sampled_from(["ordered", "contested"]))
def test_order_scale_and_units_of_capability_do_not_matter(seed: int, over: str) -> None:
    x, c, s = (part[:, None] for part in actors(6, seed))
    choices = Choices(denominator=over)  # type: ignore[arg-type]
    base = play_round(x, c, s, np.ptp(x, axis=0), choices)
    order = np.random.default_rng(seed).permutation(6)
    mixed = play_round(x[order], c[order], s[order], np.ptp(x, axis=0), choices)
    np.testing.assert_allclose(mixed.moved, base.moved[order], atol=1e-7)
    scaled = play_round(3 + 2 * x, 10 * c, s, 2 * np.ptp(x, axis=0), choices)
    np.testing.assert_allclose(scaled.moved, 3 + 2 * base.moved, atol=1e-6)


@given(games)
def test_a_split_actor_votes_as_one(seed: int) -> None:
    x, c, s = (part[:, None] for part in actors(5, seed))
    twice = [np.concatenate([part, part[:1]]) for part in (x, c, s)]
    twice[1][0] = twice[1][-1] = c[0] / 2
    span, one = np.ptp(x, axis=0), np.ones((6, 1))
    whole = victory(x, c * s, one[:5], span, "contested")
    split = victory(twice[0], twice[1] * twice[2], one, span, "contested")
    np.testing.assert_allclose(split[:5, :5], whole, atol=ROUNDING)
    for average in (weighted_mean, weighted_median):
        np.testing.assert_allclose(
            average(twice[0], twice[1] * twice[2]), average(x, c * s), atol=ROUNDING
        )


@given(games)
def test_the_median_beats_every_position_in_a_vote(seed: int) -> None:
    x, c, _ = actors(7, seed)
    middle = float(weighted_median(x[:, None], c[:, None])[0])
    for other in x:
        nearer = np.abs(x - middle) < np.abs(x - other)
        farther = np.abs(x - middle) > np.abs(x - other)
        assert c[nearer].sum() >= c[farther].sum() - ROUNDING


def test_an_even_split_takes_the_midpoint() -> None:
    x = np.array([[0.0], [10.0], [30.0]])
    assert weighted_median(x, np.array([[1.0], [1.0], [2.0]]))[0] == 20.0
