"""The verdict rule, case by case."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realpolitik.evaluation.clustering import Difference, Spread, difference
from realpolitik.evaluation.verdict import AtHorizon, decide

METHODS = ("source", "block", "two-way", "dyadic")
UNKNOWN = float("nan")
Z = st.floats(-6, 6)


def gain(z: float, smallest: float | None = None) -> Difference:
    """Make a difference with this z by every method but one, and another by block."""
    every = dict.fromkeys(METHODS, Spread(0.01, z, 20, 19.0, 0.05))
    if smallest is not None:
        every["block"] = Spread(0.02, smallest, 20, 19.0, 0.5)
    return Difference(total=100 * z, mean=0.01 * z, readings=10_000, spread=every)


def at(horizon: int, z: float, placebo: float | None = 0.0, smallest: float | None = None):
    placebos = {} if placebo is None else {"permuted clarity": gain(placebo)}
    return AtHorizon(horizon, gain(z, smallest), placebos)


def outcome(*horizons: AtHorizon, power: float = UNKNOWN) -> str:
    return decide("full", "flat filter", horizons, power).outcome


@pytest.mark.parametrize(
    ("zs", "power", "expected"),
    [
        ((2.0, 2.0, 0.1), 0.9, "earns its place"),
        ((2.0, 1.99, 0.1), 0.9, "undetermined"),
        ((2.5, 3.0, -4.0), UNKNOWN, "earns its place"),
        ((2.5, 3.0, 2.5), 0.1, "earns its place"),
        ((1.9, 1.9, 1.9), 0.8, "no gain"),
        ((1.9, 1.9, 1.9), 0.79, "undetermined"),
        ((0.2, -0.3, 0.1), UNKNOWN, "undetermined"),
        ((-3.0, -3.0, -3.0), 0.8, "no gain"),
        ((-3.0, -3.0, -3.0), 0.5, "undetermined"),
        ((2.5, -3.0, 0.0), 0.95, "undetermined"),
        ((UNKNOWN, 0.0, 0.0), 0.95, "undetermined"),
        ((UNKNOWN, 3.0, 3.0), 0.95, "earns its place"),
    ],
)
def test_rule(zs: tuple[float, ...], power: float, expected: str) -> None:
    horizons = [at(h, z) for h, z in zip((1, 3, 5), zs, strict=True)]
    assert outcome(*horizons, power=power) == expected


@pytest.mark.parametrize(
    ("placebos", "expected"),
    [
        ((1.9, 1.9, 1.9), "earns its place"),
        ((-5.0, 0.0, 0.0), "earns its place"),
        ((2.0, 0.0, 0.0), "earns its place"),
        ((2.0, 0.0, 2.0), "undetermined"),
        ((2.0, UNKNOWN, 0.0), "undetermined"),
        ((None, 0.0, 0.0), "earns its place"),
        ((None, None, 0.0), "undetermined"),
        ((None, None, None), "undetermined"),
    ],
)
def test_a_gain_counts_only_beside_clean_placebos(placebos, expected: str) -> None:
    horizons = [at(h, 4.0, placebo) for h, placebo in zip((1, 3, 5), placebos, strict=True)]
    assert outcome(*horizons, power=0.9) == expected


def test_a_placebo_that_gains_casts_doubt_on_no_gain() -> None:
    assert outcome(at(1, 0.5), at(3, 0.2), power=0.9) == "no gain"
    assert outcome(at(1, 0.5), at(3, 0.2, placebo=2.4), power=0.9) == "undetermined"
    assert outcome(at(1, 0.5), at(3, 0.2, placebo=None), power=0.9) == "no gain"


def test_one_horizon_is_too_few() -> None:
    assert outcome(at(1, 9.0), power=0.9) == "undetermined"
    alone = decide("full", "flat filter", (at(1, 0.0),), power=0.9)
    assert alone.outcome == "undetermined"
    assert [one.code for one in alone.reasons] == ["no gain", "too few horizons", "power"]
    assert outcome(power=0.9) == "undetermined"


def test_a_horizon_given_twice_is_refused() -> None:
    with pytest.raises(AssertionError, match="given twice"):
        decide("full", "flat filter", (at(1, 3.0), at(1, 3.0)))


def test_a_gain_that_is_not_robust_counts_and_is_told() -> None:
    found = decide("full", "flat filter", (at(3, 3.0), at(1, 3.0, smallest=1.4)), power=0.5)
    assert found.outcome == "earns its place"
    caveat = [one for one in found.reasons if one.code == "not robust"]
    assert [(one.horizon, one.value) for one in caveat] == [(1, 1.4)]
    assert "block" in caveat[0].sentence
    assert [one.horizon for one in found.horizons] == [1, 3]


def test_reasons_are_data_with_a_sentence() -> None:
    horizons = (
        at(1, 2.5, placebo=2.2),
        at(3, -2.5),
        at(5, 2.1, placebo=None),
        at(7, 2.3, smallest=1.1),
        at(9, UNKNOWN, placebo=UNKNOWN),
    )
    found = decide("full", "flat filter", horizons)
    assert [(one.code, one.horizon, one.value) for one in found.reasons] == [
        ("gain", 1, 2.5),
        ("placebo gains", 1, 2.2),
        ("loss", 3, -2.5),
        ("gain", 5, 2.1),
        ("placebos not run", 5, None),
        ("gain", 7, 2.3),
        ("not robust", 7, 1.1),
        ("error unknown", 9, None),
        ("placebo unknown", 9, None),
        ("gain at one horizon", 7, 1.0),
        ("power unknown", None, None),
    ]
    for reason in found.reasons:
        assert reason.sentence.endswith(".")
        if reason.horizon is not None:
            assert f"orizon {reason.horizon} " in reason.sentence
    assert "-0.0250 a reading, -2.50 standard errors" in found.reasons[2].sentence
    assert found.reasons[2].sentence.endswith("a loss.")


@pytest.mark.parametrize(("power", "code"), [(0.8, "power"), (0.799, "power too low")])
def test_power_is_told(power: float, code: str) -> None:
    last = decide("a", "b", (at(1, 0.0), at(3, 0.0)), power).reasons[-1]
    assert (last.code, last.value) == (code, power)


@given(zs=st.lists(Z, min_size=1, max_size=4), placebo=Z, power=st.floats(0, 1))
def test_the_rule_is_what_the_sentence_says(zs: list[float], placebo: float, power: float) -> None:
    found = outcome(*(at(h, z, placebo) for h, z in enumerate(zs)), power=power)
    gains = sum(z >= 2 for z in zs)
    clean = placebo < 2
    if gains >= 2 and clean:
        assert found == "earns its place"
    elif gains == 0 and clean and power >= 0.8 and len(zs) > 1:
        assert found == "no gain"
    else:
        assert found == "undetermined"


@given(better=st.floats(0, 3), zs=st.lists(Z, min_size=2, max_size=4), power=st.floats(0, 1))
def test_a_larger_gain_never_loses_a_place(better: float, zs: list[float], power: float) -> None:
    before = outcome(*(at(h, z) for h, z in enumerate(zs)), power=power)
    after = outcome(*(at(h, z + better) for h, z in enumerate(zs)), power=power)
    assert (before, after) != ("earns its place", "no gain")
    assert before != "earns its place" or after == "earns its place"


def test_verdict_on_scores() -> None:
    draw = np.random.default_rng(1)
    source, target = np.nonzero(~np.eye(12, dtype=bool))
    source, target = np.tile(source, 9), np.tile(target, 9)
    year = np.repeat(np.arange(9), 132)
    noise = draw.normal(size=(4, len(year)))

    def against_flat(shift: float, row: int) -> Difference:
        return difference(shift + noise[row], source, target, year, seed=1)

    placebo = {"permuted gate": against_flat(0.0, 0)}
    good = [AtHorizon(h, against_flat(0.5, row), placebo) for h, row in ((1, 1), (3, 2), (5, 3))]
    assert decide("full", "flat filter", tuple(good)).outcome == "earns its place"
    same = [AtHorizon(h, against_flat(0.0, row), placebo) for h, row in ((1, 1), (3, 2), (5, 3))]
    assert decide("full", "flat filter", tuple(same), power=0.9).outcome == "no gain"
