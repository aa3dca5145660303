"""Conditions that must not help: permuted in space, or taken from the future."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np

from realpolitik.rng import stream
from realpolitik.theory.inputs import Conditions, dyad_order

LEAD = 5
"""Years ahead of the clarity called future."""


def permuted_clarity(conditions: Conditions, seed: int) -> Conditions:
    """Give each dyad the clarity of another target of the same source."""
    states = conditions.gate.shape[1]
    source, _ = dyad_order(states)
    place = np.arange(len(source))
    for state in range(states):
        mine = np.flatnonzero(source == state)
        place[mine] = stream(seed, "permuted clarity", state).permutation(mine)
    return dataclasses.replace(conditions, clarity=np.asarray(conditions.clarity)[:, place])


def permuted_gate(conditions: Conditions, seed: int) -> Conditions:
    """Give each state the domestic conditions of another."""
    states = conditions.gate.shape[1]
    order = stream(seed, "permuted gate").permutation(states)
    return dataclasses.replace(conditions, gate=np.asarray(conditions.gate)[:, order])


def future_clarity(conditions: Conditions, seed: int) -> Conditions:
    """Give each year the clarity of `LEAD` years later; the last years keep the last."""
    clarity = np.asarray(conditions.clarity)
    later = np.concatenate([clarity[LEAD:], np.repeat(clarity[-1:], LEAD, axis=0)])
    return dataclasses.replace(conditions, clarity=later)


PLACEBOS: Mapping[str, Callable[[Conditions, int], Conditions]] = {
    "permuted clarity": permuted_clarity,
    "permuted gate": permuted_gate,
    "future clarity": future_clarity,
}
"""By name: conditions and seed to conditions."""
