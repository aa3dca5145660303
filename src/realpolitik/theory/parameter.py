"""What a parameter of a theory is: its symbol, shape, prior, bounds and source."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from realpolitik.theory.arrays import Array, jax, jnp

Params: TypeAlias = Mapping[str, Array]
Family: TypeAlias = Literal["normal", "logit-normal", "log-normal", "tanh-normal", "half-normal"]

BOUNDS: dict[str, tuple[float, float]] = {
    "normal": (-math.inf, math.inf),
    "logit-normal": (0.0, 1.0),
    "log-normal": (0.0, math.inf),
    "tanh-normal": (-1.0, 1.0),
    "half-normal": (0.0, math.inf),
}


@dataclass(frozen=True, slots=True)
class Sizes:
    """How long the named axes of a parameter are.

    states, stimulus, preference, series : int
        States; parts of the stimulus with threat; domestic preferences; measurement series.
    clarity, gate : int
        Components of clarity and of the gate.
    steps_per_year : int
        1 or 12.
    """

    states: int
    stimulus: int
    preference: int
    series: int
    clarity: int
    gate: int
    steps_per_year: int

    @property
    def other_series(self) -> int:
        """Series whose loading is free; the first one's is 1."""
        return self.series - 1

    @property
    def environment(self) -> int:
        """Components of the restrictiveness of the environment."""
        return 2

    @property
    def conditioners(self) -> int:
        """Components of clarity and of the gate together."""
        return self.clarity + self.gate


@dataclass(frozen=True, slots=True)
class Prior:
    """Prior of a parameter, independent over its elements.

    For ``logit-normal``, ``log-normal`` and ``tanh-normal``, `location` and `scale` are those of
    the normal on the transformed scale; for ``half-normal``, `location` is 0.
    """

    family: Family
    location: float
    scale: float

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest value."""
        return BOUNDS[self.family]

    def natural(self, free: Array) -> Array:
        """Map unbounded values to the parameter's own scale."""
        if self.family == "normal":
            return free
        if self.family == "logit-normal":
            return jax.nn.sigmoid(free)
        return jnp.tanh(free) if self.family == "tanh-normal" else jnp.exp(free)

    def unbounded(self, natural: Array) -> Array:
        """Map values on the parameter's own scale to unbounded ones."""
        if self.family == "normal":
            return jnp.asarray(natural)
        if self.family == "logit-normal":
            return jax.scipy.special.logit(natural)
        return jnp.arctanh(natural) if self.family == "tanh-normal" else jnp.log(natural)

    def log_density(self, free: Array) -> Array:
        """Sum of the log densities of unbounded values, with the Jacobian of the transform.

        Examples
        --------
        >>> round(float(Prior("normal", 0.0, 0.5).log_density(np.array([0.5]))), 4)
        -0.7258
        """
        constant = -0.5 * math.log(2 * math.pi) - math.log(self.scale)
        if self.family == "half-normal":
            each = math.log(2) + constant - 0.5 * (jnp.exp(free) / self.scale) ** 2 + free
        else:
            each = constant - 0.5 * ((free - self.location) / self.scale) ** 2
        return jnp.sum(each)

    def draw(self, generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Draw unbounded values from the prior."""
        normal = self.location + self.scale * generator.standard_normal(shape)
        return np.log(np.abs(normal)) if self.family == "half-normal" else normal

    @property
    def centre(self) -> float:
        """Unbounded value where optimisation starts: the mode on that scale."""
        return math.log(self.scale) if self.family == "half-normal" else self.location


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of the parameter table.

    name, symbol, meaning, source : str
        Name in code, symbol of the model page, one phrase, and where the prior comes from.
    prior : Prior
    axes : tuple of str
        Named axes, looked up in `Sizes`; empty for a scalar.
    """

    name: str
    symbol: str
    meaning: str
    prior: Prior
    axes: tuple[str, ...]
    source: str

    def shape(self, sizes: Sizes) -> tuple[int, ...]:
        """Return the lengths of the axes."""
        return tuple(int(getattr(sizes, axis)) for axis in self.axes)


def unpack(vector: Array, rows: Sequence[Parameter], sizes: Sizes) -> dict[str, Array]:
    """Cut a vector of unbounded values into parameters on their own scales."""
    found, start = {}, 0
    for row in rows:
        shape = row.shape(sizes)
        stop = start + math.prod(shape)
        found[row.name] = row.prior.natural(jnp.reshape(vector[start:stop], shape))
        start = stop
    return found


def pack(params: Params, rows: Sequence[Parameter], sizes: Sizes) -> Array:
    """Join parameters into one vector of unbounded values; the inverse of `unpack`."""
    return jnp.concatenate(
        [
            jnp.ravel(jnp.broadcast_to(row.prior.unbounded(params[row.name]), row.shape(sizes)))
            for row in rows
        ]
    )


def log_density(vector: Array, rows: Sequence[Parameter], sizes: Sizes) -> Array:
    """Log prior density of a vector of unbounded values."""
    total, start = jnp.zeros(()), 0
    for row in rows:
        stop = start + math.prod(row.shape(sizes))
        total = total + row.prior.log_density(vector[start:stop])
        start = stop
    return total


def labels(rows: Sequence[Parameter], sizes: Sizes) -> tuple[str, ...]:
    """Name each element of the vector: ``name`` or ``name[0]``, ``name[1, 2]``."""
    found: list[str] = []
    for row in rows:
        for index in np.ndindex(*row.shape(sizes)):
            place = ", ".join(str(position) for position in index)
            found.append(f"{row.name}[{place}]" if index else row.name)
    return tuple(found)
