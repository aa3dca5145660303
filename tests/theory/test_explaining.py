"""A move split into terms: against the equations in NumPy, and against simulated truth."""

from __future__ import annotations

import dataclasses
from itertools import permutations

import numpy as np
import pytest

from realpolitik.errors import NotInSystem, PeriodError, RequestError
from realpolitik.inference import Fit
from realpolitik.inference.binding import COMPONENTS, binding_timeline, misperception
from realpolitik.inference.explaining import Explanation, explain
from realpolitik.inference.pair_draws import PairDraws, draw_pair, pair_conditions
from realpolitik.inference.splitting import average_filter, split_setpoint
from realpolitik.theory import THEORIES, FlatFilter, Inputs, LiberalDomestic, NeoclassicalRealism
from realpolitik.theory.arrays import jax
from realpolitik.theory.base import Nested
from realpolitik.theory.inputs import Conditions, dyad_order
from realpolitik.theory.parameter import labels, pack
from realpolitik.theory.simulation import Simulated, simulate
from realpolitik.theory.synthetic import World, inputs

EXACT = 1e-10  # sums of about twenty terms of order one
RAY = 1e-6  # 16 nodes along the ray from no stimulus
DRAWS = 100
COVERAGE = 0.12  # four standard errors of a share of .9 among 100 independent moves
N, T = 4, 14
STIMULUS, PREFERENCE = ("threat", "common threat", "trade"), ("regime", "opinion")
TRUTH = {
    "speed": np.array([0.3, 0.5, 0.4, 0.45]),
    "reciprocity": 0.15,
    "alliance_pull": 0.04,
    "triad_pull": 0.03,
    "innovation_sd": 0.25,
    "pair_corr": 0.3,
    "level": 0.1,
    "loading": np.ones(0),
    "series_sd": 0.05,
    "stimulus_weights": np.array([0.5, -0.7, 0.4]),
    "intent_slope": 0.6,
    "negativity": 0.25,
    "clarity_level": 0.3,
    "clarity_slopes": np.array([0.9, -0.4, 0.2]),
    "gate_level": -0.2,
    "gate_slopes": np.array([0.7, 0.3, 0.5, -0.2, 0.4]),
    "environment_level": -0.5,
    "environment_slopes": np.array([0.6, -0.3]),
    "leader_sd": 0.6,
    "culture_weight": 0.7,
    "preference_weights": np.array([0.45, -0.3]),
}
FULL = NeoclassicalRealism()


@pytest.fixture(scope="module")
def world() -> Simulated:
    given = inputs(World(states=N, steps=T, parts=2, preferences=2), 9)
    return simulate(FULL, FULL.complete(TRUTH, given.sizes), given, 3)


def fit_at_truth(given: Inputs, sd: float, speed: np.ndarray = TRUTH["speed"]) -> Fit:
    """Give a fit that found the truth, its speeds exactly, the rest with this error."""
    sizes, rows = given.sizes, FULL.parameters(given.sizes)
    vector = np.asarray(pack(FULL.complete(TRUTH | {"speed": speed}, sizes), rows, sizes))
    error = np.where(np.arange(len(vector)) < N, 0.0, sd)
    names = labels(rows, sizes)
    assert names[N - 1].startswith("speed")
    return Fit(FULL, sizes, vector, np.diag(error**2), names, 0.0, 0.0, 1, 1, 1)


def drawn_pair(given: Inputs, source: int, target: int) -> PairDraws:
    return draw_pair(fit_at_truth(given, 0.05), given, source, target, seed=4, draws=DRAWS)


@pytest.fixture(scope="module")
def drawn(world: Simulated) -> PairDraws:
    return drawn_pair(world.inputs, 2, 0)


def told(drawn: PairDraws, step: int) -> Explanation:
    return explain(drawn, step, stimulus=STIMULUS, preference=PREFERENCE)


def logistic(value: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-value))


class Chain:
    """The chain of one draw by the equations of the model page; arrays (T,) of the dyad."""

    def __init__(self, drawn: PairDraws, draw: int) -> None:
        held = drawn.conditions
        params = {name: np.asarray(value)[draw] for name, value in drawn.params.items()}
        intent = 2.0 * logistic(-params["intent_slope"] * drawn.past[draw, :, 1])
        threat = -held.threat[:, 0] * (1.0 + held.offence[:, 0]) * intent
        x = np.column_stack([threat, held.parts[:, 0]])
        self.parts = x * params["stimulus_weights"]
        self.stimulus = self.parts.sum(axis=1)
        size = np.sqrt(self.stimulus**2 + 0.01) - 0.1
        self.signed = self.stimulus - params["negativity"] * 0.5 * (size - self.stimulus)
        self.preference = held.preference[:, 0] * params["preference_weights"]
        slopes = params["gate_slopes"] * np.array([1, 1, -1, -1, -1])
        low, high = params["environment_slopes"]
        imminence = high * held.imminence[:, 0]
        self.clarity = logistic(
            params["clarity_level"] + held.clarity[:, 0] @ params["clarity_slopes"]
        )
        self.gate = logistic(params["gate_level"] + held.gate[:, 0] @ slopes)
        self.restrictive = logistic(params["environment_level"] + low * size + imminence)
        self.image = drawn.image[draw, :, 0]
        self.speed = params["speed"][drawn.source]

    def opened(self, t: int, gate: bool, environment: bool) -> float:
        g = self.gate[t] if gate else self.gate.mean()
        r = self.restrictive[t] if environment else self.restrictive.mean()
        return float(g + (1.0 - g) * r)

    def signal(self, t: int, clarity: bool) -> float:
        return float(self.clarity[t] if clarity else self.clarity.mean())

    def setpoint(self, t: int, clarity: bool, gate: bool, environment: bool) -> float:
        g, k = self.opened(t, gate, environment), self.signal(t, clarity)
        seen = k * self.signed[t] + (1.0 - k) * self.image[t]
        return float(g * seen + (1.0 - g) * self.preference[t].sum())


def test_terms_are_those_of_the_equations(drawn: PairDraws) -> None:
    step, draw = 6, 3
    found, t = told(drawn, step), step - 1
    own = Chain(drawn, draw)
    g, k = own.opened(t, False, False), own.signal(t, False)
    systemic = own.speed * g * k * own.parts[t] * own.signed[t] / own.stimulus[t]
    shares = np.zeros(3)
    for order in permutations(range(3)):
        actual = [False, False, False]
        for component in order:
            before = own.setpoint(t, *actual)
            actual[component] = True
            shares[component] += (own.setpoint(t, *actual) - before) / 6.0
    domestic = (1.0 - g) * own.preference[t]
    terms = np.concatenate([shares, [g * (1.0 - k) * own.image[t]], domestic])
    relation, reverse = drawn.relation[draw, t]
    history = own.speed * (drawn.offset[draw, 0] - relation)
    back = drawn.params["reciprocity"][draw] * (reverse - relation)
    expected = np.concatenate([own.speed * terms, [history, back]])
    parts = len(STIMULUS)
    np.testing.assert_allclose(found.draws[draw, :parts], systemic, atol=RAY)
    rest = found.draws[draw, parts : parts + len(expected)]
    np.testing.assert_allclose(rest, expected, atol=EXACT)
    assert found.layer[:parts] == ("systemic",) * parts
    assert found.term[: len(STIMULUS)] == STIMULUS
    assert np.abs(own.speed * shares).min() > 1e-4


@pytest.mark.parametrize("step", [1, 6, T - 1])
def test_terms_and_layers_add_up_to_the_move(drawn: PairDraws, step: int) -> None:
    found = told(drawn, step)
    move = drawn.relation[:, step, 0] - drawn.relation[:, step - 1, 0]
    np.testing.assert_allclose(found.draws.sum(axis=1), move, atol=EXACT)
    np.testing.assert_allclose(found.contribution.sum(), found.move, atol=EXACT)
    assert np.all(found.lower <= found.upper)
    assert found.move_lower < found.move < found.move_upper
    layers = found.layers()
    assert len(layers.layer) == len(set(layers.layer)) == 8
    np.testing.assert_allclose(layers.draws.sum(axis=1), move, atol=EXACT)
    place = layers.layer.index("filter")
    inside = [each == "filter" for each in found.layer]
    np.testing.assert_allclose(
        layers.contribution[place], found.contribution[inside].sum(), atol=EXACT
    )


def some_params(theory: Nested, given: Inputs) -> dict[str, np.ndarray]:
    rows = theory.parameters(given.sizes)
    length = sum(int(np.prod(row.shape(given.sizes))) for row in rows)
    vector = np.random.default_rng(4).normal(0.3, 0.5, length)
    return dict(theory.params(vector, given.sizes))


def at_step(conditions: Conditions, step: int) -> Conditions:
    found: Conditions = jax.tree_util.tree_map(lambda values: values[step], conditions)
    return found


@pytest.mark.parametrize("theory", THEORIES, ids=lambda theory: theory.name)
def test_every_theory_is_split_without_a_rest(theory: Nested, world: Simulated) -> None:
    params, image = some_params(theory, world.inputs), 0.7
    held = pair_conditions(world.inputs.conditions, 2, 0)
    past = np.linspace(-1.0, 1.0, 2 * T).reshape(T, 2)
    average = average_filter(params, held, past)
    split = split_setpoint(theory, (params, at_step(held, 5), past[5]), average, image)
    point = theory.setpoint(params, at_step(held, 5), past[5])
    total = sum(float(np.sum(part)) for part in split)
    np.testing.assert_allclose(total, point.constant[0] + point.image[0] * image, atol=EXACT)


def test_flat_filter_has_no_filter_layer(world: Simulated) -> None:
    theory = FlatFilter()
    params = some_params(theory, world.inputs)
    held = pair_conditions(world.inputs.conditions, 2, 0)
    average = average_filter(params, held, np.zeros((T, 2)))
    split = split_setpoint(theory, (params, at_step(held, 5), np.zeros(2)), average, 0.7)
    np.testing.assert_allclose(split.filter, 0.0, atol=EXACT)
    assert np.min(np.abs(split.systemic)) > 1e-3


def true_terms(world: Simulated, dyad: int) -> dict[str, np.ndarray]:
    """Return history, reciprocity and shock of every move, from the truth simulated (T - 1,)."""
    given, params = world.inputs, FULL.complete(TRUTH, world.inputs.sizes)
    source, back = dyad_order(N)[0][dyad], (dyad + N * (N - 1) // 2) % (N * (N - 1))
    own, other = world.relation[:-1, dyad], world.relation[:-1, back]
    speed = TRUTH["speed"][source]
    expected = []
    for t in range(T - 1):
        now, past = world.relation[t], world.relation[max(t - 1, 0)]
        move = FULL.transition(params, at_step(given.conditions, t), now, past)
        held = move.offset[dyad] * world.offset[dyad] + move.image[dyad] * world.image[t, dyad]
        expected.append(
            move.own[dyad] * own[t] + move.other[dyad] * other[t] + held + move.constant[dyad]
        )
    return {
        "history": speed * (world.offset[dyad] - own),
        "reciprocity": TRUTH["reciprocity"] * (other - own),
        "shock": world.relation[1:, dyad] - np.array(expected),
        "move": np.diff(world.relation[:, dyad]),
    }


def test_known_terms_come_back_within_their_intervals(world: Simulated) -> None:
    fit = fit_at_truth(world.inputs, 0.001)
    inside: dict[str, list[bool]] = {}
    for dyad, (source, target) in enumerate(zip(*dyad_order(N), strict=True)):
        draws = draw_pair(fit, world.inputs, int(source), int(target), seed=5, draws=DRAWS)
        truth = true_terms(world, dyad)
        for step in range(1, T):
            found = told(draws, step).layers()
            bounds = {
                name: (found.lower[at], found.upper[at]) for at, name in enumerate(found.layer)
            }
            bounds["move"] = (found.move_lower, found.move_upper)
            for name, values in truth.items():
                low, high = bounds[name]
                inside.setdefault(name, []).append(bool(low <= values[step - 1] <= high))
    for name, hits in inside.items():
        assert len(hits) == N * (N - 1) * (T - 1)
        assert abs(np.mean(hits) - 0.9) < COVERAGE, name


def test_names_of_other_states_do_not_matter(world: Simulated, drawn: PairDraws) -> None:
    order = np.array([0, 3, 2, 1])
    source, target = dyad_order(N)
    place = {pair: at for at, pair in enumerate(zip(source.tolist(), target.tolist(), strict=True))}
    dyads = [place[order[i], order[j]] for i, j in zip(source, target, strict=True)]
    held = world.inputs.conditions
    by_state = {name: getattr(held, name)[:, order] for name in ("gate", "leader", "member")}
    by_state["influence"] = held.influence[:, order][:, :, order]
    by_dyad = {
        field.name: getattr(held, field.name)[:, dyads]
        for field in dataclasses.fields(held)
        if field.name not in by_state
    }
    readings = {
        name: getattr(world.inputs, name)[:, dyads]
        for name in ("reading", "reading_var", "own", "other")
    }
    renamed = Inputs(Conditions(**by_state, **by_dyad), **readings)
    fit = fit_at_truth(renamed, 0.05, TRUTH["speed"][order])
    found = draw_pair(fit, renamed, 2, 0, seed=4, draws=DRAWS)
    np.testing.assert_allclose(told(found, 6).draws, told(drawn, 6).draws, atol=1e-8)


def test_both_directions_are_one_draw(world: Simulated, drawn: PairDraws) -> None:
    back = drawn_pair(world.inputs, 0, 2)
    np.testing.assert_array_equal(back.relation[..., ::-1], drawn.relation)
    np.testing.assert_array_equal(back.image[..., ::-1], drawn.image)
    assert not np.array_equal(back.move.constant, drawn.move.constant)


def test_what_cannot_be_explained_is_refused(world: Simulated, drawn: PairDraws) -> None:
    for step in (0, T):
        with pytest.raises(PeriodError, match="no step before"):
            told(drawn, step)
    with pytest.raises(RequestError, match="3 names of stimulus parts are needed, 1 given"):
        explain(drawn, 2, stimulus=["threat"], preference=PREFERENCE)
    with pytest.raises(RequestError, match="not made of a set-point"):
        told(dataclasses.replace(drawn, theory=LiberalDomestic()), 3)
    with pytest.raises(RequestError, match="no dyad from state 1 to state 1"):
        drawn_pair(world.inputs, 1, 1)
    longer = inputs(World(states=N, steps=T, parts=3, preferences=2), 9)
    with pytest.raises(RequestError, match="Give those it was fitted on"):
        draw_pair(fit_at_truth(world.inputs, 0.05), longer, 0, 1, seed=1, draws=2)
    with pytest.raises(NotInSystem, match="not both in the system at steps 3 and 4"):
        told(outside(drawn, 3), 4)


def outside(drawn: PairDraws, step: int) -> PairDraws:
    member = np.array(drawn.conditions.member)
    member[step, 1] = 0.0
    return dataclasses.replace(
        drawn, conditions=dataclasses.replace(drawn.conditions, member=member)
    )


def test_binding_is_the_contrast_with_the_average(drawn: PairDraws) -> None:
    found = binding_timeline(drawn, share=0.4)
    t = 7
    gaps = np.zeros((DRAWS, len(COMPONENTS)))
    for draw in range(DRAWS):
        own = Chain(drawn, draw)
        actual = own.setpoint(t, True, True, True)
        image = own.opened(t, True, True) * (1.0 - own.clarity[t])
        gaps[draw] = [
            actual - own.setpoint(t, False, True, True),
            image * (own.image[t] - own.image.mean()),
            actual - own.setpoint(t, True, False, True),
            actual - own.setpoint(t, True, True, False),
        ]
    np.testing.assert_allclose(found.difference[t], gaps.mean(axis=0), atol=EXACT)
    sd = np.asarray(drawn.params["innovation_sd"])
    large = np.abs(gaps) > 0.4 * sd[:, None]
    np.testing.assert_allclose(found.chance[t], large.mean(axis=0), atol=EXACT)
    assert 0.0 < found.chance[:, 0].mean() < 1.0
    assert np.all(binding_timeline(drawn, share=0.8).chance <= found.chance)
    with pytest.raises(RequestError, match="must be above 0"):
        binding_timeline(drawn, share=0.0)


def test_a_flat_filter_never_binds(drawn: PairDraws) -> None:
    slopes = ("clarity_slopes", "gate_slopes", "environment_slopes")
    flat = dict(drawn.params) | {name: 0.0 * drawn.params[name] for name in slopes}
    found = binding_timeline(dataclasses.replace(drawn, params=flat), share=1e-6)
    for component in ("clarity", "gate", "environment"):
        np.testing.assert_array_equal(found.chance[:, COMPONENTS.index(component)], 0.0)
    assert np.all(found.chance[:, COMPONENTS.index("image")] == 1.0)


def test_misperception_is_perceived_less_measured(drawn: PairDraws) -> None:
    found = misperception(drawn)
    chains = [Chain(drawn, draw) for draw in range(DRAWS)]
    measured = np.array([own.stimulus for own in chains])
    perceived = np.array(
        [own.clarity * own.signed + (1.0 - own.clarity) * own.image for own in chains]
    )
    gap = perceived - measured
    np.testing.assert_allclose(found.measured, measured.mean(axis=0), atol=EXACT)
    np.testing.assert_allclose(found.gap, gap.mean(axis=0), atol=EXACT)
    np.testing.assert_allclose(found.upper, np.quantile(gap, 0.95, axis=0), atol=EXACT)
    assert len(found.leaders) > 1
    steps = [np.sum(found.leader == leader) for leader in found.leaders]
    np.testing.assert_allclose(np.dot(steps, found.leader_gap), 0.0, atol=EXACT)
    last = found.leader == found.leaders[-1]
    contrast = gap[:, last].mean() - gap.mean()
    np.testing.assert_allclose(found.leader_gap[-1], contrast, atol=EXACT)
    without = {name: drawn.params[name] for name in ("speed", "leader_sd")}
    with pytest.raises(RequestError, match="has no perception"):
        misperception(dataclasses.replace(drawn, params=without))


def test_steps_outside_the_system_are_missing(drawn: PairDraws) -> None:
    away = outside(drawn, 3)
    for part in (binding_timeline(away).chance, misperception(away).gap):
        assert np.all(np.isnan(part[3]))
        assert np.all(np.isfinite(np.delete(part, 3, axis=0)))
