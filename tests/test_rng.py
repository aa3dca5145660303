"""Draws belong to their name, not to their order."""

from __future__ import annotations

import numpy as np

from realpolitik import rng


def test_order_of_draws_is_irrelevant() -> None:
    first = [rng.stream(7, "a").normal(), rng.stream(7, "b", 1).normal()]
    second = [rng.stream(7, "b", 1).normal(), rng.stream(7, "a").normal()]
    assert first == second[::-1]


def test_names_and_types_are_told_apart() -> None:
    draws = {
        rng.stream(7, *name).integers(2**62)
        for name in [("a", 1), ("a", "1"), ("a1",), ("a", 11), ("b", 1)]
    }
    draws.add(rng.stream(8, "a", 1).integers(2**62))
    assert len(draws) == 6


def test_streams_look_independent() -> None:
    draws = np.array([rng.stream(1, "x", index).normal() for index in range(4000)])
    six_standard_errors = 6 / np.sqrt(len(draws))
    assert abs(draws.mean()) < six_standard_errors
    assert abs(np.corrcoef(draws[:-1], draws[1:])[0, 1]) < six_standard_errors
