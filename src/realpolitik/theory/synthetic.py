"""Made-up conditions for checking the code and for studies of power: no data, no state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from realpolitik.rng import stream
from realpolitik.theory.inputs import CLARITY, GATE, Conditions, Inputs


@dataclass(frozen=True, slots=True)
class World:
    """Size and pace of a made-up world.

    states, steps : int
    parts, preferences : int     columns besides threat; domestic preferences
    persistence : float          first-order autocorrelation of every condition, per step
    tenure : float               mean steps in office
    reading_var : float          variance of the one series' readings
    steps_per_year : int
    """

    states: int
    steps: int
    parts: int = 2
    preferences: int = 1
    persistence: float = 0.9
    tenure: float = 6.0
    reading_var: float = 0.01
    steps_per_year: int = 1


def _paths(world: World, generator: np.random.Generator, *shape: int) -> np.ndarray:
    """Return stationary first-order autoregressions (T, ...) of mean 0 and variance 1."""
    noise = generator.standard_normal((world.steps, *shape))
    found = np.empty(noise.shape)
    found[0] = noise[0]
    fresh = np.sqrt(1.0 - world.persistence**2)
    for step in range(1, world.steps):
        found[step] = world.persistence * found[step - 1] + fresh * noise[step]
    return found


def _influence(states: int, generator: np.random.Generator) -> np.ndarray:
    weights = generator.uniform(size=(states, states))
    np.fill_diagonal(weights, 0.0)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def conditions(world: World, seed: int) -> Conditions:
    """Draw conditions: every one an independent path, leaders with geometric tenure."""
    states, dyads = world.states, world.states * (world.states - 1)

    def paths(name: str, *shape: int) -> np.ndarray:
        return _paths(world, stream(seed, name), *shape)

    change = stream(seed, "leader").uniform(size=(world.steps, states)) < 1.0 / world.tenure
    weights = _influence(states, stream(seed, "influence"))
    return Conditions(
        threat=np.abs(paths("threat", dyads)),
        offence=np.exp(0.3 * paths("offence", dyads)) - 1.0,
        parts=paths("parts", dyads, world.parts),
        clarity=paths("clarity", dyads, len(CLARITY)),
        imminence=paths("imminence", dyads),
        gate=paths("gate", states, len(GATE)),
        preference=paths("preference", dyads, world.preferences),
        culture=np.zeros((world.steps, dyads)),
        leader=np.cumsum(change, axis=0),
        influence=np.broadcast_to(weights, (world.steps, states, states)).copy(),
        member=np.ones((world.steps, states)),
    )


def inputs(world: World, seed: int) -> Inputs:
    """Draw conditions and leave the readings for `simulation.simulate` to fill in."""
    shape = (world.steps, world.states * (world.states - 1), 1)
    return Inputs.of_dyads(
        conditions=conditions(world, seed),
        reading=np.zeros(shape),
        reading_var=np.full(shape, world.reading_var),
        steps_per_year=world.steps_per_year,
    )
