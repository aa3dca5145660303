"""Slopes are told on their own scale, and only where the panel has the term."""

from __future__ import annotations

import math

import numpy as np
import pytest

from realpolitik.conditions.gathering import ABSENT
from realpolitik.evaluation.slopes import slopes_of
from realpolitik.inference.fitting import Fit
from realpolitik.theory import FlatFilter, Inputs, NeoclassicalRealism, SignedFilter, Theory
from realpolitik.theory.inputs import GATE
from realpolitik.theory.parameter import labels
from realpolitik.theory.synthetic import World, inputs

VALUE, ERROR = -0.5, 0.2


def fit_of(theory: Theory, given: Inputs) -> Fit:
    """Every unbounded value -.5 with a standard error of .2."""
    names = labels(theory.parameters(given.sizes), given.sizes)
    vector = np.full(len(names), VALUE)
    covariance = ERROR**2 * np.eye(len(names))
    return Fit(theory, given.sizes, vector, covariance, names, 0.0, 0.0, 1, 1, 1)


@pytest.mark.parametrize(
    ("theory", "value", "error"),
    [
        (NeoclassicalRealism(), VALUE, ERROR),
        (SignedFilter(), math.exp(VALUE), math.exp(VALUE) * ERROR),
    ],
)
def test_slopes_are_on_their_own_scale(theory: Theory, value: float, error: float) -> None:
    given = inputs(World(states=3, steps=2), 1)
    found = slopes_of({theory.name: fit_of(theory, given)})
    assert {one.theory for one in found} == {theory.name}
    np.testing.assert_allclose([one.estimate for one in found], value)
    np.testing.assert_allclose([one.error for one in found], error)


def test_terms_without_data_have_no_slope() -> None:
    given = inputs(World(states=3, steps=2), 1)
    full, flat = NeoclassicalRealism(), FlatFilter()
    found = slopes_of({one.name: fit_of(one, given) for one in (full, flat)})
    names = {one.name for one in found}
    assert "clarity_slopes[2]" in names
    assert {f"gate_slopes[{GATE.index(term)}]" for term in ABSENT}.isdisjoint(names)
    assert {one.theory for one in found} == {full.name}
