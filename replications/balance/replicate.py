"""Balanced triads and frustration of the textbook networks."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import numpy as np

from realpolitik.measures.balance import frustration, triangle_index

COMPLETE: dict[str, tuple[int, set[tuple[int, int]]]] = {
    "K3 no enmity": (3, set()),
    "K3 one enmity": (3, {(0, 1)}),
    "K3 two enmities": (3, {(0, 1), (0, 2)}),
    "K3 three enmities": (3, {(0, 1), (0, 2), (1, 2)}),
    "K4 one enmity": (4, {(0, 1)}),
    "K4 two camps": (4, {(0, 2), (0, 3), (1, 2), (1, 3)}),
}


def network(states: int, pairs: Iterable[tuple[int, int]], enemies: set[tuple[int, int]]):  # type: ignore[no-untyped-def]
    signed = np.zeros((states, states))
    for i, j in pairs:
        signed[i, j] = signed[j, i] = -1.0 if (i, j) in enemies else 1.0
    return signed


def replicate(_: None) -> Iterator[tuple[str, float]]:
    for name, (states, enemies) in COMPLETE.items():
        signed = network(states, itertools.combinations(range(states), 2), enemies)
        yield f"balanced triads {name}", float(triangle_index(signed))
        yield f"frustration {name}", frustration(signed).index
    ring = network(4, [(0, 1), (1, 2), (2, 3), (0, 3)], {(0, 3)})
    yield "frustration four-cycle one enmity", frustration(ring).index
    yield "triads undefined in four-cycle", float(np.isnan(triangle_index(ring)))
