from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from compare import misses

from realpolitik.evaluation.scores import crps

FOLDER = Path(__file__).resolve().parent
DRAWS, BATCHES = 4000, 25


@pytest.mark.replication
def test_published_numbers() -> None:
    assert misses(FOLDER) == []


@pytest.mark.replication
@pytest.mark.parametrize(("mean", "sd", "value"), [(0.4, 1.3, 2.0), (-2.0, 0.5, -1.6)])
def test_crps_of_draws_is_that_of_the_closed_form(mean: float, sd: float, value: float) -> None:
    draws = np.random.default_rng(5).normal(mean, sd, (BATCHES, DRAWS))
    ordered = np.sort(draws, axis=1)
    rank = 2.0 * np.arange(1, DRAWS + 1) - DRAWS - 1
    spread = (ordered * rank).sum(axis=1) / (DRAWS * (DRAWS - 1))
    found = np.abs(draws - value).mean(axis=1) - spread
    error = found.std(ddof=1) / np.sqrt(BATCHES)
    closed = crps(np.array([mean]), np.array([sd]), np.array([value]))[0]
    assert abs(found.mean() - closed) < 6 * error  # six Monte Carlo standard errors
