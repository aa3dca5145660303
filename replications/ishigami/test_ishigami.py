from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from compare import misses, rows

from realpolitik.bargaining.sensitivity import sobol_indices

FOLDER = Path(__file__).resolve().parent
STANDARD_ERRORS = 4.0
SIZE = 4096


@pytest.mark.replication
def test_published_numbers() -> None:
    assert misses(FOLDER) == []


@pytest.mark.replication
def test_monte_carlo_is_within_four_standard_errors() -> None:
    pytest.importorskip("SALib")

    def model(levels: np.ndarray) -> np.ndarray:
        x = np.pi * (2.0 * levels - 1.0)
        sine = np.sin(x[:, 0])
        return (sine + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * sine)[None]

    first, first_se, total, total_se = sobol_indices(model, 3, SIZE, seed=3)[0]
    exact = {row["cell"]: float(row["value"]) for row in rows(FOLDER / "published.csv")}
    for axis in range(3):
        assert abs(first[axis] - exact[f"first {axis + 1}"]) < STANDARD_ERRORS * first_se[axis]
        assert abs(total[axis] - exact[f"total {axis + 1}"]) < STANDARD_ERRORS * total_se[axis]
    assert max(*first_se, *total_se) < 0.05
