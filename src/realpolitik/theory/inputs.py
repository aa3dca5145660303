"""What a theory is given: conditions by step, and readings of the relation."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from realpolitik.errors import PanelError
from realpolitik.theory.arrays import Array, jax
from realpolitik.theory.parameter import Sizes

CLARITY = ("discernible", "horizon", "evident")
GATE = ("extraction", "cohesion", "veto_players", "vulnerability", "civil_military")
GATE_SIGNS = (1.0, 1.0, -1.0, -1.0, -1.0)


def dyad_order(states: int) -> tuple[np.ndarray, np.ndarray]:
    """Return source and target of each dyad: all i < j first, then their reverses in that order.

    Dyad d and dyad (d + D/2) mod D are thus the two directions of one pair.

    Examples
    --------
    >>> [part.tolist() for part in dyad_order(3)]
    [[0, 0, 1, 1, 2, 2], [1, 2, 2, 0, 0, 1]]
    """
    first, second = np.triu_indices(states, 1)
    return np.concatenate([first, second]), np.concatenate([second, first])


@dataclass(frozen=True, slots=True)
class Conditions:
    """What acts on the set-point.  T steps, N states, D = N(N-1) dyads in `dyad_order`.

    Without the T axis the same record holds one step. Values are standardised with the moments of
    the training window, except `threat` (divided by its standard deviation only) and `offence`.

    threat : (T, D)           capability and proximity of j as seen by i, never negative
    offence : (T, D)          offensive capability of j over its mean, less 1: never below -1
    parts : (T, D, C)         the other parts of the stimulus, + = pressure to cooperate
    clarity : (T, D, 3)       discernible, horizon, evident
    imminence : (T, D)        nearness of the threat
    gate : (T, N, 5)          extraction, cohesion, veto players, vulnerability, civil-military
    preference : (T, D, Q)    domestic preferences
    culture : (T, D)          mean of a new leader's image of j
    leader : (T, N)           number of the leader in office
    influence : (T, N, N)     row-normalised weights, lagged, zero on the diagonal
    member : (T, N)           1 where the state is in the system, else 0
    """

    threat: Array
    offence: Array
    parts: Array
    clarity: Array
    imminence: Array
    gate: Array
    preference: Array
    culture: Array
    leader: Array
    influence: Array
    member: Array


@dataclass(frozen=True, slots=True)
class Inputs:
    """Conditions and readings.  T steps, D dyads, M series.

    conditions : Conditions
    reading : (T, D, M)        observed values, NaN where there is none
    reading_var : (T, D, M)    their known variances
    own, other : (T, D)        a reading of dyad ij measures own θ_ij + other θ_ji
    steps_per_year : int       1 or 12
    """

    conditions: Conditions
    reading: Array
    reading_var: Array
    own: Array
    other: Array
    steps_per_year: int = 1

    @classmethod
    def of_dyads(
        cls, conditions: Conditions, reading: Array, reading_var: Array, steps_per_year: int = 1
    ) -> Inputs:
        """Take readings that measure θ_ij alone."""
        own = np.ones(np.shape(reading)[:2])
        return cls(conditions, reading, reading_var, own, np.zeros_like(own), steps_per_year)

    @property
    def sizes(self) -> Sizes:
        """Lengths of the axes."""
        return Sizes(
            states=self.conditions.gate.shape[1],
            stimulus=self.conditions.parts.shape[2] + 1,
            preference=self.conditions.preference.shape[2],
            series=self.reading.shape[2],
            clarity=self.conditions.clarity.shape[2],
            gate=self.conditions.gate.shape[2],
            steps_per_year=self.steps_per_year,
        )

    @property
    def steps(self) -> int:
        """Number of steps T."""
        return int(self.reading.shape[0])


jax.tree_util.register_dataclass(
    Conditions, [field.name for field in dataclasses.fields(Conditions)], []
)
jax.tree_util.register_dataclass(
    Inputs, ["conditions", "reading", "reading_var", "own", "other"], ["steps_per_year"]
)


def _shapes(inputs: Inputs) -> dict[str, tuple[int, ...]]:
    sizes, steps = inputs.sizes, inputs.steps
    states = sizes.states
    dyads = (steps, states * (states - 1))
    return {
        "threat": dyads,
        "offence": dyads,
        "parts": (*dyads, sizes.stimulus - 1),
        "clarity": (*dyads, len(CLARITY)),
        "imminence": dyads,
        "gate": (steps, states, len(GATE)),
        "preference": (*dyads, sizes.preference),
        "culture": dyads,
        "leader": (steps, states),
        "influence": (steps, states, states),
        "member": (steps, states),
    }


def _check_readings(inputs: Inputs) -> None:
    reading, variance = np.asarray(inputs.reading), np.asarray(inputs.reading_var)
    if reading.shape != variance.shape:
        msg = f"readings have shape {reading.shape}, their variances {variance.shape}."
        raise PanelError(msg)
    for name in ("own", "other"):
        found = np.asarray(getattr(inputs, name))
        if found.shape != reading.shape[:2] or not np.all(np.isfinite(found)):
            msg = f"theory input {name!r} must be finite with shape {reading.shape[:2]}."
            raise PanelError(msg)
    bad = np.argwhere(~np.isnan(reading) & ~(variance >= 0))
    if len(bad):
        msg = f"the reading at {tuple(bad[0].tolist())} (step, dyad, series) has no variance >= 0."
        raise PanelError(msg)


def check(inputs: Inputs) -> None:
    """Check shapes, that conditions are finite and that every reading has a variance.

    Raises
    ------
    PanelError
        Naming the array and the first offending place.
    """
    for name, shape in _shapes(inputs).items():
        found = np.asarray(getattr(inputs.conditions, name))
        if found.shape != shape:
            msg = (
                f"theory input {name!r} has shape {found.shape}, not {shape}. Give one row a step."
            )
            raise PanelError(msg)
        bad = np.argwhere(~np.isfinite(found))
        if len(bad):
            msg = (
                f"theory input {name!r} is not finite at {tuple(bad[0].tolist())}. Leave out the "
                "term, the state or the steps without it; missing values are not filled."
            )
            raise PanelError(msg)
    for name, lowest in (("threat", 0.0), ("offence", -1.0)):
        if np.any(np.asarray(getattr(inputs.conditions, name)) < lowest):
            msg = f"theory input {name!r} has values below {lowest:g}. Scale it, do not centre it."
            raise PanelError(msg)
    _check_readings(inputs)
