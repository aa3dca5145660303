"""S of the authors' example, and the absolute against the squared variant."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from realpolitik.measures.similarity import PLEDGE_LEVELS, profiles, s_score


def replicate(_: None) -> Iterator[tuple[str, float]]:
    authors = profiles(np.array([[3.0, 3, 2, 2], [2, 2, 3, 3]]), PLEDGE_LEVELS)
    weights = np.array([0.5, 0.3, 0.1, 0.1])
    yield "S weighted example", float(s_score(authors, weights=weights)[0, 1])
    a = [3.0, 0, 0, 0, 3, 0, 0, 1, 0, 0]
    b = [0.0, 3, 0, 0, 3, 0, 0, 0, 0, 1]
    example = profiles(np.array([a, b]), PLEDGE_LEVELS)
    yield "S absolute example a", float(s_score(example)[0, 1])
    yield "S squared example a", float(s_score(example, 2)[0, 1])
