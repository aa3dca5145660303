"""The filter against a dense Gaussian built from the equations, in NumPy, without the package."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from realpolitik.errors import PanelError
from realpolitik.inference.filtering import Filtered
from realpolitik.inference.objective import filtered_and_scored
from realpolitik.theory import FlatFilter, Inputs, NeoclassicalRealism, Theory
from realpolitik.theory.inputs import check, dyad_order
from realpolitik.theory.parameter import Params, pack
from realpolitik.theory.simulation import simulate
from realpolitik.theory.synthetic import World, inputs

EXACT = 1e-9  # double precision over a few dozen sums
N, T = 3, 5
TRUTH = {
    "speed": np.array([0.3, 0.5, 0.4]),
    "reciprocity": 0.15,
    "alliance_pull": 0.1,
    "triad_pull": 0.2,
    "innovation_sd": 0.3,
    "pair_corr": 0.35,
    "level": np.array([0.2, -0.4]),
    "loading": np.array([1.7]),
    "series_sd": np.array([0.1, 0.3]),
    "stimulus_weights": np.array([0.5, -0.7, 0.4]),
    "intent_slope": 0.8,
    "negativity": 0.25,
    "clarity_level": 0.3,
    "clarity_slopes": np.array([0.9, -0.4, 0.2]),
    "gate_level": -0.2,
    "gate_slopes": np.array([0.7, 0.3, 0.5, -0.2, 0.4]),
    "environment_level": -0.5,
    "environment_slopes": np.array([0.6, -0.3]),
    "leader_sd": 0.6,
    "culture_weight": 0.7,
    "preference_weights": np.array([0.45]),
}


@pytest.fixture(scope="module")
def small() -> Inputs:
    """Two series, missing readings, changes of leader, a culture, readings of both directions."""
    one = inputs(World(states=N, steps=T, tenure=2.5), 5)
    shape = (T, N * (N - 1))
    wide = Inputs(
        dataclasses.replace(
            one.conditions, culture=np.linspace(-0.5, 0.8, T * N * (N - 1)).reshape(T, -1)
        ),
        np.repeat(one.reading, 2, axis=2),
        np.repeat(one.reading_var, 2, axis=2) * np.array([1.0, 3.0]),
        own=np.linspace(0.5, 1.2, T * N * (N - 1)).reshape(shape),
        other=np.linspace(0.6, -0.5, T * N * (N - 1)).reshape(shape),
    )
    full = NeoclassicalRealism()
    drawn = simulate(full, full.complete(TRUTH, wide.sizes), wide, 3).inputs
    reading = drawn.reading.copy()
    reading[1, 0, 0] = reading[2, 4] = np.nan
    return dataclasses.replace(drawn, reading=reading)


def filtered(theory: Theory, params: Params, given: Inputs) -> Filtered:
    sizes = given.sizes
    place = np.asarray(pack(theory.complete(params, sizes), theory.parameters(sizes), sizes))
    return filtered_and_scored(theory, place, given)[0]


def logistic(value: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-value))


def setpoint(given: Inputs, step: int, past: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Known part and loading on the image, dyad by dyad, from section 4 to 7 of the model."""
    held = given.conditions
    source, target = dyad_order(N)
    known, image = np.zeros(len(source)), np.zeros(len(source))
    for d, (i, j) in enumerate(zip(source, target, strict=True)):
        back = int(np.flatnonzero((source == j) & (target == i))[0])
        intent = 2.0 * logistic(-TRUTH["intent_slope"] * past[back])
        threat = held.threat[step, d] * (1.0 + held.offence[step, d]) * intent
        s = float(np.append(-threat, held.parts[step, d]) @ TRUTH["stimulus_weights"])
        size = np.sqrt(s**2 + 0.01) - 0.1
        k = logistic(TRUTH["clarity_level"] + held.clarity[step, d] @ TRUTH["clarity_slopes"])
        w = TRUTH["gate_slopes"] * np.array([1, 1, -1, -1, -1])
        g = logistic(TRUTH["gate_level"] + held.gate[step, i] @ w)
        r1, r2 = TRUTH["environment_slopes"]
        r = logistic(TRUTH["environment_level"] + r1 * size + r2 * held.imminence[step, d])
        g = g + (1.0 - g) * r
        felt = s - TRUTH["negativity"] * (size - s) / 2.0
        preference = float(held.preference[step, d] @ TRUTH["preference_weights"])
        known[d] = g * k * felt + (1.0 - g) * preference
        image[d] = g * (1.0 - k)
    return known, image


def others(given: Inputs, step: int, mean: np.ndarray) -> np.ndarray:
    source, target = dyad_order(N)
    matrix = np.zeros((N, N))
    matrix[source, target] = mean
    found = np.zeros(len(source))
    for d, (i, j) in enumerate(zip(source, target, strict=True)):
        partners = sum(given.conditions.influence[step, i, k] * matrix[k, j] for k in range(N))
        triads = sum(matrix[i, k] * matrix[k, j] for k in range(N) if k not in (i, j))
        found[d] = TRUTH["alliance_pull"] * partners
        found[d] += TRUTH["triad_pull"] * np.tanh(triads / (N - 2))
    return found


def dense_log_density(given: Inputs, mean: np.ndarray, start: np.ndarray) -> float:
    """Density of all readings at once; what acts through filtered means is taken as known."""
    source, target = dyad_order(N)
    dyads = len(source)
    leader = given.conditions.leader
    spell = np.cumsum(np.vstack([np.zeros(N), np.diff(leader, axis=0) != 0]), axis=0).astype(int)
    columns = dyads + dyads * T + dyads * T  # offsets, images by spell, disturbances
    phi, rho = TRUTH["speed"][source], TRUTH["reciprocity"]
    flat, path, centre = np.zeros((T, dyads, columns)), [], []
    prior_mean = np.zeros(columns)
    prior_cov = np.diag(
        np.concatenate(
            [np.ones(dyads), np.full(dyads * T, TRUTH["leader_sd"] ** 2), np.zeros(dyads * T)]
        )
    )
    back = [
        int(np.flatnonzero((source == j) & (target == i))[0])
        for i, j in zip(source, target, strict=True)
    ]
    for step in range(T):
        for d in range(dyads):
            sd = TRUTH["innovation_sd"] * np.ones(dyads)
            if step == 0:
                sd = sd / np.sqrt(1.0 - (1.0 - phi) ** 2)
            here, there = dyads * (1 + T + step) + d, dyads * (1 + T + step) + back[d]
            prior_cov[here, here] = sd[d] ** 2
            prior_cov[here, there] = TRUTH["pair_corr"] * sd[d] * sd[back[d]]
            begun = int(np.flatnonzero(spell[:, source[d]] == spell[step, source[d]])[0])
            expected = TRUTH["culture_weight"] * given.conditions.culture[begun, d]
            prior_mean[dyads * (1 + spell[step, source[d]]) + d] = expected
            flat[step, d, here] = 1.0

    def image_column(step: int, d: int) -> int:
        return dyads * (1 + spell[step, source[d]]) + d

    for step in range(T):
        load, constant = flat[step].copy(), np.zeros(dyads)
        when = max(step - 1, 0)
        past = np.zeros(dyads) if step == 0 else (start if step == 1 else mean[step - 2])
        known, image = setpoint(given, when, past)
        for d in range(dyads):
            share = 1.0 if step == 0 else phi[d]
            load[d, d] += share
            load[d, image_column(when, d)] += share * image[d]
            constant[d] = share * known[d]
            if step:
                before, across = path[-1], back[d]
                load[d] += (1 - phi[d] - rho) * before[d] + rho * before[across]
                constant[d] += (1 - phi[d] - rho) * centre[-1][d] + rho * centre[-1][across]
        if step:
            constant += others(given, step - 1, mean[step - 1])
        path.append(load)
        centre.append(constant)
    loads, centres = np.stack(path), np.stack(centre)
    loading, level = np.append(1.0, TRUTH["loading"]), TRUTH["level"]
    seen = ~np.isnan(given.reading)
    where = np.argwhere(seen)
    own, other = given.own[:, :, None], given.other[:, :, None]
    loads = own * loads + other * loads[:, back]
    both = own[..., 0] * centres + other[..., 0] * centres[:, back]
    shift = level * (own + other)
    big = np.stack([loading[m] * loads[t, d] for t, d, m in where])
    middle = np.array([shift[t, d, m] + loading[m] * both[t, d] for t, d, m in where])
    extra = np.array([given.reading_var[t, d, m] + TRUTH["series_sd"][m] ** 2 for t, d, m in where])
    return float(
        multivariate_normal.logpdf(
            given.reading[seen], middle + big @ prior_mean, big @ prior_cov @ big.T + np.diag(extra)
        )
    )


def test_filter_equals_a_dense_gaussian(small: Inputs) -> None:
    full = NeoclassicalRealism()
    assert len(np.unique(small.conditions.leader[:, 0])) > 1
    found = filtered(full, TRUTH, small)
    expected = dense_log_density(small, np.asarray(found.mean), np.asarray(found.predicted_mean[0]))
    np.testing.assert_allclose(float(found.loglik), expected, rtol=EXACT)


def test_full_with_slopes_zero_is_the_flat_filter(small: Inputs) -> None:
    full, flat = NeoclassicalRealism(), FlatFilter()
    level = {name: value for name, value in TRUTH.items() if not name.endswith("_slopes")}
    slopes = {"clarity_slopes": 0.0, "gate_slopes": 0.0, "environment_slopes": 0.0}
    whole = filtered(full, level | slopes, small)
    matched = filtered(flat, level, small)
    np.testing.assert_array_equal(np.asarray(whole.mean), np.asarray(matched.mean))
    assert float(whole.loglik) == float(matched.loglik)
    other = filtered(full, TRUTH, small)
    assert abs(float(other.loglik) - float(whole.loglik)) > 0.01


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("threat", -1.0, "below 0"),
        ("offence", -1.5, "below -1"),
        ("clarity", np.nan, "not finite"),
        ("gate", None, "has shape"),
    ],
)
def test_wrong_inputs_are_named(
    small: Inputs, name: str, value: float | None, message: str
) -> None:
    array = np.array(getattr(small.conditions, name))
    if value is None:
        array = array[:-1]
    else:
        array.flat[3] = value
    wrong = dataclasses.replace(
        small, conditions=dataclasses.replace(small.conditions, **{name: array})
    )
    with pytest.raises(PanelError, match=f"{name}.*{message}"):
        check(wrong)
