"""Each theory says what its equation says, and the dynamics have the numbers they should."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from realpolitik.theory import (
    THEORIES,
    Additive,
    BalanceOfThreat,
    Inertia,
    Inputs,
    LiberalDomestic,
    NeoclassicalRealism,
    Nested,
    ReducedForm,
    SignedFilter,
    SocialInfluence,
    StructuralRealism,
    chain,
)
from realpolitik.theory.arrays import jax
from realpolitik.theory.base import DYNAMICS, SLOPES
from realpolitik.theory.inputs import Conditions
from realpolitik.theory.parameter import labels, log_density, pack, unpack
from realpolitik.theory.settling import MARGIN_SCALE, margins
from realpolitik.theory.simulation import draw_prior, simulate
from realpolitik.theory.stability import spectral_radius
from realpolitik.theory.steps import Dynamics, yearly, yearly_innovation_sd, yearly_speed
from realpolitik.theory.synthetic import World, inputs
from realpolitik.theory.table import parameter_table

EXACT = 1e-12
DRAWS = 24
WRONG = 3  # of the draws: margins are exact for uniform weights only; 4% in 400 draws
MODEL_PAGE = Path(__file__).resolve().parents[2] / "docs" / "model.md"
PAST = np.linspace(-1.0, 1.5, 12)


@pytest.fixture(scope="module")
def given() -> Inputs:
    return inputs(World(states=4, steps=3), 9)


@pytest.fixture(scope="module")
def step(given: Inputs) -> Conditions:
    return jax.tree_util.tree_map(lambda values: values[1], given.conditions)


def some_params(theory: Nested, given: Inputs) -> dict[str, np.ndarray]:
    sizes = given.sizes
    rows = theory.parameters(sizes)
    length = sum(int(np.prod(row.shape(sizes))) for row in rows)
    vector = np.random.default_rng(4).normal(0.3, 0.5, length)
    return dict(theory.params(vector, sizes))


def test_step_conversion_has_the_golden_numbers() -> None:
    assert round(yearly_speed(0.05), 4) == 0.4596
    found = yearly(Dynamics(0.06, 0.03, 0.03))
    rounded = [round(x, 3) for x in (found.speed, found.reciprocity, found.alliance_pull)]
    assert rounded == [0.524, 0.130, 0.218]
    assert round(yearly_innovation_sd(1.0, 0.05), 2) == 2.69


@pytest.mark.parametrize(("pull", "radius"), [(0.03, 0.97), (0.07, 1.01)])
def test_spectral_radius_has_the_golden_numbers(pull: float, radius: float) -> None:
    states = 25
    given = inputs(World(states=states, steps=1, steps_per_year=12), 1)
    theory = SocialInfluence()
    truth = {
        "speed": 0.06,
        "reciprocity": 0.03,
        "alliance_pull": pull,
        "triad_pull": 0.0,
        "innovation_sd": 0.1,
        "pair_corr": 0.0,
        "level": 0.0,
        "loading": np.ones(0),
        "series_sd": 0.1,
    }
    held = jax.tree_util.tree_map(lambda values: values[0], given.conditions)
    uniform = (1.0 - np.eye(states)) / (states - 1)
    held = Conditions(
        **{name: getattr(held, name) for name in Conditions.__slots__ if name != "influence"},
        influence=uniform,
    )
    found = spectral_radius(theory, theory.complete(truth, given.sizes), held)
    assert round(found, 2) == radius


SPEEDS = np.array([0.1, 0.3, 0.5, 0.9])
EDGES = {
    "pair grows": (SPEEDS, -1.0 / (1.0 / 0.1 + 1.0 / 0.3), 0.0),
    "pair swings": (SPEEDS, 1.0 / (1.0 / 1.1 + 1.0 / 1.5), 0.0),
    "all grow together": (np.full(4, 0.5), 0.0, 0.75),
}


@pytest.mark.parametrize("edge", EDGES)
def test_a_margin_is_zero_where_relations_stop_settling(
    edge: str, given: Inputs, step: Conditions
) -> None:
    speed, reciprocity, pull = EDGES[edge]
    theory = SocialInfluence()
    params = some_params(theory, given) | {"triad_pull": 0.0, "alliance_pull": pull}
    params |= {"speed": speed, "reciprocity": reciprocity}
    uniform = dataclasses.replace(step, influence=(1.0 - np.eye(4)) / 3.0)
    np.testing.assert_allclose(spectral_radius(theory, params, uniform), 1.0, rtol=1e-9)
    np.testing.assert_allclose(np.min(margins(speed, reciprocity, pull)), 0.0, atol=1e-9)


def test_the_networks_margins_tell_which_draws_run_away() -> None:
    given = inputs(World(states=10, steps=1), 1)
    held = jax.tree_util.tree_map(lambda values: values[0], given.conditions)
    theory, sizes = SocialInfluence(), given.sizes
    rows, wrong, run_away = theory.parameters(sizes), 0, 0
    for seed in range(DRAWS):
        generator = np.random.default_rng(seed)
        parts = [np.ravel(row.prior.draw(generator, row.shape(sizes))) for row in rows]
        params = dict(theory.params(np.concatenate(parts), sizes)) | {"triad_pull": 0.0}
        names = ("speed", "reciprocity", "alliance_pull")
        settles = bool(np.min(margins(*(params[name] for name in names))) > 0)
        wrong += settles != (spectral_radius(theory, params, held) < 1)
        run_away += not settles
    assert wrong <= WRONG
    assert run_away > 2 * WRONG


def test_prior_falls_off_smoothly_where_relations_run_away(given: Inputs) -> None:
    theory, sizes = SocialInfluence(), given.sizes
    rows = theory.parameters(sizes)
    for pull, expected in ((0.1, 0.0), (0.75, 2 * np.log(0.5)), (1.0, -20.0)):
        params = some_params(theory, given) | {"speed": np.full(4, 0.5), "reciprocity": 0.0}
        place = np.asarray(pack(params | {"alliance_pull": pull}, rows, sizes))
        lost = theory.log_prior(place, sizes) - log_density(place, rows, sizes)
        np.testing.assert_allclose(lost, expected, atol=0.01)
        gradient = jax.grad(theory.log_prior)(place, sizes)
        differences = [
            (theory.log_prior(place + one, sizes) - theory.log_prior(place - one, sizes)) / 2e-5
            for one in 1e-5 * np.eye(len(place))
        ]
        np.testing.assert_allclose(gradient, differences, atol=1e-4)


def test_draws_from_the_prior_settle(given: Inputs, step: Conditions) -> None:
    theory, sizes = SocialInfluence(), given.sizes
    for seed in range(DRAWS // 4):
        params = theory.params(draw_prior(theory, sizes, seed), sizes)
        pulls = params["reciprocity"], params["alliance_pull"]
        assert np.min(margins(params["speed"], *pulls)) > -5 * MARGIN_SCALE


@pytest.mark.parametrize("theory", THEORIES, ids=lambda theory: theory.name)
def test_every_theory_makes_a_finite_step(theory: Nested, given: Inputs, step: Conditions) -> None:
    params = some_params(theory, given)
    move = theory.transition(params, step, PAST, PAST)
    for name in ("own", "other", "offset", "image", "constant"):
        assert np.all(np.isfinite(getattr(move, name))), name


def test_names_are_unique() -> None:
    assert len({theory.name for theory in THEORIES}) == len(THEORIES)


@pytest.mark.parametrize("theory", THEORIES, ids=lambda theory: theory.name)
def test_packing_round_trip(theory: Nested, given: Inputs) -> None:
    params, sizes = some_params(theory, given), given.sizes
    rows = theory.parameters(sizes)
    again = unpack(pack(params, rows, sizes), rows, sizes)
    for row in rows:
        low, high = row.prior.bounds
        assert np.all((again[row.name] >= low) & (again[row.name] <= high))
        np.testing.assert_allclose(again[row.name], params[row.name], rtol=1e-9)


def test_structural_realism_sees_the_stimulus_whole(given: Inputs, step: Conditions) -> None:
    theory = StructuralRealism()
    params = some_params(theory, given)
    point = theory.setpoint(params, step, PAST)
    parts = np.concatenate([-step.threat[:, None], step.parts], axis=1)
    np.testing.assert_allclose(point.constant, parts @ params["stimulus_weights"], rtol=EXACT)
    np.testing.assert_array_equal(point.image, 0.0)


def test_intent_separates_balance_of_threat_from_structure(given: Inputs, step: Conditions) -> None:
    theory = BalanceOfThreat()
    params = some_params(theory, given)
    friendly = chain.stimulus_parts(params, step, np.full(12, 2.0))[:, 0]
    hostile = chain.stimulus_parts(params, step, np.full(12, -2.0))[:, 0]
    assert np.all(hostile < friendly)
    assert np.all(friendly < 0)


def test_inertia_has_no_setpoint_but_the_offset(given: Inputs, step: Conditions) -> None:
    theory = Inertia()
    move = theory.transition(some_params(theory, given), step, PAST, PAST)
    for part in (move.constant, move.image, move.other):
        np.testing.assert_array_equal(part, 0.0)
    np.testing.assert_allclose(move.own + move.offset, 1.0, rtol=EXACT)


def test_liberal_ignores_the_system(given: Inputs, step: Conditions) -> None:
    theory = LiberalDomestic()
    params = some_params(theory, given)
    point = theory.setpoint(params, step, PAST)
    np.testing.assert_allclose(point.constant, step.preference @ params["preference_weights"])
    np.testing.assert_array_equal(point.image, 1.0)


def test_reduced_form_without_products_is_additive(given: Inputs, step: Conditions) -> None:
    theory = ReducedForm()
    params = some_params(theory, given)
    none = params | {"interactions": 0.0 * params["interactions"]}
    expected = Additive().setpoint(params, step, PAST).constant
    np.testing.assert_allclose(theory.setpoint(none, step, PAST).constant, expected, rtol=EXACT)
    one = np.zeros(params["interactions"].shape)
    one[1, 4] = 2.0
    moved = theory.setpoint(params | {"interactions": one}, step, PAST).constant
    product = 2.0 * step.parts[:, 0] * chain.source_values(step.gate)[:, 1]
    np.testing.assert_allclose(moved - expected, product, atol=EXACT)


def test_the_signed_filter_is_the_full_one_with_slopes_above_zero(
    given: Inputs, step: Conditions
) -> None:
    signed, full = SignedFilter(), NeoclassicalRealism()
    params = some_params(full, given)
    held = params | {name: np.abs(params[name]) + 0.1 for name in SLOPES}
    rows, sizes = signed.parameters(given.sizes), given.sizes
    again = signed.params(pack(held, rows, sizes), sizes)
    for name in SLOPES:
        np.testing.assert_allclose(again[name], held[name], rtol=EXACT)
    found = signed.setpoint(again, step, PAST).constant
    np.testing.assert_allclose(found, full.setpoint(held, step, PAST).constant, rtol=EXACT)
    drawn = signed.params(np.full(len(labels(rows, sizes)), -3.0), sizes)
    assert all(np.all(drawn[name] > 0) for name in SLOPES)


def test_swapping_the_states_of_a_pair_swaps_the_result(given: Inputs, step: Conditions) -> None:
    values = np.arange(12.0)
    matrix = np.asarray(chain.relation_matrix(values, 4))
    np.testing.assert_array_equal(chain.relation_matrix(chain.reverse(values), 4), matrix.T)


class OwnTheory(Nested):
    """A user's theory: only domestic preference counts."""

    name = "preference only"
    free = (*DYNAMICS, "reciprocity", "preference_weights")
    fixed: ClassVar[Mapping[str, float]] = {"alliance_pull": 0.0, "triad_pull": 0.0}

    def setpoint(self, params, conditions, past):  # type: ignore[no-untyped-def]
        preference = conditions.preference @ params["preference_weights"]
        return chain.Setpoint(preference, 0.0 * preference)


def test_a_theory_is_added_by_one_class(given: Inputs) -> None:
    theory = OwnTheory()
    found = simulate(theory, some_params(theory, given) | {"leader_sd": 0.0}, given, 1)
    assert np.all(np.isfinite(found.relation))


def test_draws_do_not_depend_on_later_steps() -> None:
    theory = Inertia()
    long, short = inputs(World(4, 6), 1), inputs(World(4, 4), 1)
    params = some_params(theory, long)
    ahead = simulate(theory, params, long, 3).relation[:4]
    np.testing.assert_allclose(simulate(theory, params, short, 3).relation, ahead, rtol=EXACT)


@pytest.mark.parametrize("name", sorted(parameter_table(1)))
def test_every_parameter_is_on_the_model_page(name: str) -> None:
    row, page = parameter_table(1)[name], MODEL_PAGE.read_text(encoding="utf-8")
    line = next(line for line in page.splitlines() if f"| `{name}` |" in line)
    assert row.symbol in line
    assert f"{row.prior.scale:g}" in line


def test_plain_import_loads_no_jax() -> None:
    program = "import sys, realpolitik; sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_without_jax_the_error_says_what_to_install() -> None:
    program = "import sys; sys.modules['jax'] = None; import realpolitik.theory"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert "MissingExtra" in result.stderr
    assert "realpolitik[model]" in result.stderr
