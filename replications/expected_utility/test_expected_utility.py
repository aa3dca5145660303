from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from compare import compare, computed, misses

from realpolitik.bargaining.challenge import Choices, play

FOLDER = Path(__file__).resolve().parent
# A change of the capabilities in their thirteenth digit.
NUDGE = 1e-13
# Medians of rounds decided by the arithmetic of the model, not by its rounding.
SAME = 1e-6


@pytest.mark.replication
def test_published_numbers() -> None:
    assert misses(FOLDER) == []


@pytest.mark.replication
def test_fifteen_of_the_sixteen_printed_values_are_met() -> None:
    printed = [row for row in compare(FOLDER) if row[0].startswith("printed")]
    assert len(printed) == 16
    assert sum(row[3] == "ok" for row in printed) == 15


@pytest.mark.replication
def test_least_movement_is_decided_by_rounding_after_the_fifth_round() -> None:
    columns = np.loadtxt(FOLDER / "actors.csv", delimiter=",", skiprows=1, usecols=(1, 2, 3))
    capability, position, salience = (np.repeat(column[:, None], 40, 1) for column in columns.T)
    nudge = 1.0 + NUDGE * np.random.default_rng(0).standard_normal(capability.shape)
    choices = Choices(compromise="least-movement", tolerance=0.0)
    medians = play(position, capability * nudge, salience, choices).outcome
    assert np.ptp(medians[1:6], axis=1).max() < SAME
    assert np.ptp(medians[8:], axis=1).max() > 0.1


@pytest.mark.replication
def test_the_two_readings_disagree() -> None:
    values = computed(FOLDER)
    assert values["ordered median 3"] - values["contested median 3"] > 2.0
