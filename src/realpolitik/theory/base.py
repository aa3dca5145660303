"""The shape of a theory, and the family in which the rivals are nested.

A theory is a list of parameters, a set-point and three functions. To add one, copy
`clarity_only.py` (a restriction) or `additive.py` (another set-point).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from realpolitik.theory import chain
from realpolitik.theory.arrays import Array, jax, jnp
from realpolitik.theory.chain import Setpoint
from realpolitik.theory.inputs import Conditions
from realpolitik.theory.parameter import Parameter, Params, Sizes, log_density, unpack
from realpolitik.theory.settling import log_settling
from realpolitik.theory.table import parameter_table

OFFSET_SD = 1.0  # prior of u_ij: the unit of the relation
MEASUREMENT = ("level", "loading", "series_sd")
DYNAMICS = ("speed", "innovation_sd", "pair_corr", *MEASUREMENT)
SOCIAL = ("reciprocity", "alliance_pull", "triad_pull")
STIMULUS = ("stimulus_weights", "intent_slope", "negativity")
LEVELS = ("clarity_level", "gate_level", "environment_level")
SLOPES = ("clarity_slopes", "gate_slopes", "environment_slopes")
DOMESTIC = ("leader_sd", "culture_weight", "preference_weights")
FULL = (*DYNAMICS, *SOCIAL, *STIMULUS, *LEVELS, *SLOPES, *DOMESTIC)


@dataclass(frozen=True, slots=True)
class Transition:
    """One step: θ'_ij = own θ_ij + other θ_ji + offset u + image μ + constant + N(0, sd²).

    own, other, offset, image, constant : (D,)
    sd : () or (D,)        of the disturbance
    pair_corr : ()         correlation of the disturbances of ij and ji
    """

    own: Array
    other: Array
    offset: Array
    image: Array
    constant: Array
    sd: Array
    pair_corr: Array


jax.tree_util.register_dataclass(
    Transition, [field.name for field in dataclasses.fields(Transition)], []
)


@dataclass(frozen=True, slots=True)
class Observation:
    """Readings given the relation: y_m = level + loading θ + N(0, v + sd²).

    level, loading, sd : (M,)
    """

    level: Array
    loading: Array
    sd: Array


class Theory(Protocol):
    """What inference, simulation and evaluation need of a theory."""

    name: ClassVar[str]

    def parameters(self, sizes: Sizes) -> tuple[Parameter, ...]:
        """Return the free parameters, in the order of the vector."""

    def params(self, vector: Array, sizes: Sizes) -> Params:
        """Return all parameters, free and fixed, from the vector of unbounded values."""

    def complete(self, free: Params, sizes: Sizes) -> Params:
        """Join free parameters, on their own scales, with the fixed ones."""

    def log_prior(self, vector: Array, sizes: Sizes) -> Array:
        """Return the log prior density of the vector, up to a constant."""

    def initial(self, params: Params, conditions: Conditions) -> Transition:
        """Return the first relation as a step from nothing: own and other are zero."""

    def transition(
        self, params: Params, conditions: Conditions, relation: Array, past: Array
    ) -> Transition:
        """Return one step, given the relation now and the mean of the year before."""

    def observe(self, params: Params) -> Observation:
        """Return the distribution of the readings given the relation."""


class Nested:
    """The relation equation, with whatever a rival fixes held at its value.

    θ_ij,t+1 = θ_ij + φ_i (θ*_ij - θ_ij) + ρ (θ_ji - θ_ij)
             + λ1 Σ_k w_ik θ_kj + λ2 tanh(Σ_k θ_ik θ_kj / (n - 2)) + σ ξ_ij

    φ_i  share of the gap closed in one step       ρ   pull towards the other's posture
    λ1   pull of partners' relations               λ2  pull of structural balance
    θ*   set-point, see `chain.filtered_setpoint`  ξ   normal, correlation c_ξ within a pair

    `free` names the parameters estimated, `fixed` the value of every other one that the
    set-point or the equation reads. An infinite level is a weight of exactly 1 or 0, and
    `offence_weight` is 1 where offensive capability counts in threat, else 0.
    """

    name: ClassVar[str]
    free: ClassVar[tuple[str, ...]]
    fixed: ClassVar[Mapping[str, float]]

    def __hash__(self) -> int:
        return hash(type(self))

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def parameters(self, sizes: Sizes) -> tuple[Parameter, ...]:
        """Return the free parameters, in the order of the vector."""
        table = parameter_table(sizes.steps_per_year)
        return tuple(table[name] for name in self.free)

    def params(self, vector: Array, sizes: Sizes) -> Params:
        """Return all parameters, free and fixed, from the vector of unbounded values."""
        return self.complete(unpack(vector, self.parameters(sizes), sizes), sizes)

    def complete(self, free: Params, sizes: Sizes) -> Params:
        """Join free parameters, on their own scales, with the fixed ones."""
        table = parameter_table(sizes.steps_per_year)
        found = {
            name: jnp.full(table[name].shape(sizes) if name in table else (), value)
            for name, value in self.fixed.items()
        }
        return found | {
            name: jnp.broadcast_to(jnp.asarray(free[name]), table[name].shape(sizes))
            for name in self.free
        }

    def log_prior(self, vector: Array, sizes: Sizes) -> Array:
        """Return the log prior density of the vector, up to a constant.

        That of the table, times a factor near 1 where relations settle and near 0 where they run
        away, see `settling.log_settling`.
        """
        params = self.params(vector, sizes)
        pulls = params["reciprocity"], params["alliance_pull"]
        table = log_density(vector, self.parameters(sizes), sizes)
        return table + log_settling(params["speed"], *pulls)

    def setpoint(self, params: Params, conditions: Conditions, past: Array) -> Setpoint:
        """Return the set-point net of the offset."""
        return chain.filtered_setpoint(params, conditions, past)

    def initial(self, params: Params, conditions: Conditions) -> Transition:
        """Return the first relation: the set-point, with the spread around it in the long run."""
        start = self.setpoint(params, conditions, jnp.zeros(conditions.threat.shape))
        speed = chain.source_values(params["speed"])
        none = jnp.zeros_like(speed)
        return Transition(
            own=none,
            other=none,
            offset=jnp.ones_like(speed),
            image=start.image,
            constant=start.constant,
            sd=params["innovation_sd"] / jnp.sqrt(1.0 - (1.0 - speed) ** 2),
            pair_corr=params["pair_corr"],
        )

    def transition(
        self, params: Params, conditions: Conditions, relation: Array, past: Array
    ) -> Transition:
        """Return one step, given the relation now and the mean of the year before.

        Parameters
        ----------
        conditions : Conditions
            Of the step that ends.
        relation, past : array (D,)
            Relation at the step, and its mean over the year before; in a filter, filtered means.
            `relation` enters third-party terms only.
        """
        point = self.setpoint(params, conditions, past)
        speed = chain.source_values(params["speed"])
        pull = params["reciprocity"]
        others = chain.third_parties(params, conditions, relation)
        return Transition(
            own=1.0 - speed - pull,
            other=jnp.broadcast_to(pull, speed.shape),
            offset=speed,
            image=speed * point.image,
            constant=speed * point.constant + others,
            sd=params["innovation_sd"],
            pair_corr=params["pair_corr"],
        )

    def observe(self, params: Params) -> Observation:
        """Return the distribution of the readings given the relation."""
        loading = jnp.concatenate([jnp.ones(1), params["loading"]])
        return Observation(params["level"], loading, params["series_sd"])


def without(names: tuple[str, ...], *dropped: str) -> tuple[str, ...]:
    """Return the names that are not dropped, in order."""
    return tuple(name for name in names if name not in dropped)


def zero(*names: str) -> dict[str, float]:
    """Hold these parameters at zero."""
    return dict.fromkeys(names, 0.0)
