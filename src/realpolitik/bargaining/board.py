"""An issue as arrays: the file's own values, draws from its ranges, or chosen quantiles.

Axes: N actors, K dimensions, M draws (last, so that every operation runs over contiguous draws).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from realpolitik import rng
from realpolitik.bargaining.issue import Actor, Issue, PanelValue
from realpolitik.bargaining.quantity import Array, Quantity
from realpolitik.errors import InputFileError

COMMITMENTS = ("none", "semi", "full")
OPTIONAL = ("discount", "conflict_cost", "trust")
PER_DIMENSION = ("salience", "position", "reservation")
Key = tuple[str, str, str]
Source = Callable[[Key, Quantity, float, float], Array]


@dataclass(frozen=True)
class Board:
    """An issue as arrays.  N actors, K dimensions, M draws.

    capability : (N, M)        what each actor can bring to bear (capability times reach)
    salience : (N, K, M)       0 to 1
    position : (N, K, M)       in the units of the dimension
    reservation : (N, K, M)    position held equal to no deal; NaN when not known
    discount, conflict_cost, trust : (N, M)   NaN when the file is silent
    low, high, status_quo : (K,)   ends of each dimension; status quo NaN when not known
    ratifiers : per actor, positions (number of ratifiers, K, M)
    """

    issue: Issue
    capability: Array
    salience: Array
    position: Array
    reservation: Array
    discount: Array
    conflict_cost: Array
    trust: Array
    low: Array
    high: Array
    status_quo: Array
    ratifiers: tuple[Array, ...]

    @property
    def draws(self) -> int:
        """Number of draws M."""
        return int(self.capability.shape[-1])

    @cached_property
    def weight(self) -> Array:
        """Capability times salience, (N, K, M)."""
        return self.capability[:, None, :] * self.salience

    @cached_property
    def span(self) -> Array:
        """Length of each dimension, (K,)."""
        return self.high - self.low

    @cached_property
    def parties(self) -> tuple[int, ...]:
        """Indices of the actors whose consent a deal needs."""
        names = [actor.name for actor in self.issue.actors]
        return tuple(names.index(name) for name in self.issue.principals)

    @cached_property
    def commitment(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Third-party commitment of each actor: 0 none, 1 semi, 2 full."""
        return np.array([COMMITMENTS.index(actor.commitment) for actor in self.issue.actors])

    def part(self, first: int, last: int) -> Board:
        """Return the board of draws `first` to `last`, without the last."""
        return self._each(lambda values: values[..., first:last])

    def repeat(self, draws: int) -> Board:
        """Return a board with every draw `draws` times."""
        return self._each(lambda values: np.repeat(values, draws, axis=-1))

    def _each(self, change: Callable[[Array], Array]) -> Board:
        arrays = ("capability", "salience", "position", "reservation", *OPTIONAL)
        changes: dict[str, Any] = {name: change(getattr(self, name)) for name in arrays}
        return replace(self, **changes, ratifiers=tuple(change(r) for r in self.ratifiers))


@dataclass(frozen=True, slots=True)
class Input:
    """An uncertain entry of the file: its key (actor, field, dimension), range and scale."""

    key: Key
    quantity: Quantity
    floor: float
    ceiling: float


def nominal(issue: Issue) -> Board:
    """Board of the file's own values: the peak of a triangle, the mean of a normal; M = 1."""
    return assemble(issue, lambda key, value, low, high: np.array([value.mode]))


def drawn(issue: Issue, draws: int, seed: int) -> Board:
    """Board of `draws` draws; each entry has its own stream, so adding one changes no other."""

    def source(key: Key, value: Quantity, low: float, high: float) -> Array:
        if value.fixed:
            return np.full(draws, value.mode)
        level = rng.stream(seed, "bargain", issue.name, *key).random(draws)
        return value.quantile(level, low, high)

    return assemble(issue, source)


def at_levels(issue: Issue, levels: dict[Key, Array], draws: int) -> Board:
    """Board with the entries in `levels` at those quantiles, (M,); NaN, as others, at its value."""

    def source(key: Key, value: Quantity, low: float, high: float) -> Array:
        if key not in levels:
            return np.full(draws, value.mode)
        level = levels[key]
        given = np.isfinite(level)
        return np.where(given, value.quantile(np.where(given, level, 0.5), low, high), value.mode)

    return assemble(issue, source)


def uncertain(issue: Issue) -> tuple[Input, ...]:
    """Every entry of the file that is a range."""
    found: list[Input] = []

    def source(key: Key, value: Quantity, low: float, high: float) -> Array:
        if not value.fixed:
            found.append(Input(key, value, low, high))
        return np.array([value.mode])

    assemble(issue, source)
    return tuple(dict.fromkeys(found))


def assemble(issue: Issue, source: Source) -> Board:
    """Build the arrays, asking `source` for the values of every entry once."""
    capability = np.stack([_capability(actor, source) for actor in issue.actors])
    draws = capability.shape[-1]
    columns = {
        field: np.stack([_columns(actor, field, issue, source, draws) for actor in issue.actors])
        for field in PER_DIMENSION
    }
    single = {
        field: np.stack([_optional(actor, field, source, draws) for actor in issue.actors])
        for field in OPTIONAL
    }
    quo = [math.nan if d.status_quo is None else d.status_quo for d in issue.dimensions]
    held = columns["reservation"]
    return Board(
        issue=issue,
        capability=capability,
        salience=columns["salience"] / issue.salience_scale,
        position=columns["position"],
        reservation=np.where(np.isnan(held), np.array(quo)[None, :, None], held),
        low=np.array([d.low for d in issue.dimensions]),
        high=np.array([d.high for d in issue.dimensions]),
        status_quo=np.array(quo),
        ratifiers=tuple(_ratifiers(actor, issue, source, draws) for actor in issue.actors),
        **single,
    )


def _capability(actor: Actor, source: Source) -> Array:
    value = actor.capability
    if isinstance(value, PanelValue):
        msg = (
            f"capability of {actor.name} names the panel ({value.variable}, {value.state}, "
            f"{value.year}) and was not filled. Call fill_capabilities first."
        )
        raise InputFileError(msg)
    own = source((actor.name, "capability", ""), value, 0.0, math.inf)
    return own * source((actor.name, "reach", ""), actor.reach, 0.0, 1.0)


def _optional(actor: Actor, field: str, source: Source, draws: int) -> Array:
    value: Quantity | None = getattr(actor, field)
    if value is None:
        return np.full(draws, math.nan)
    return source((actor.name, field, ""), value, 0.0, 1.0)


def _columns(actor: Actor, field: str, issue: Issue, source: Source, draws: int) -> Array:
    value: Quantity | dict[str, Quantity] | None = getattr(actor, field)
    if value is None:
        return np.full((len(issue.dimensions), draws), math.nan)
    return _spread((actor.name, field), value, issue, source)


def _spread(
    owner: tuple[str, str],
    value: Quantity | dict[str, Quantity],
    issue: Issue,
    source: Source,
) -> Array:
    rows = []
    for dimension in issue.dimensions:
        ends = (dimension.low, dimension.high)
        low, high = (0.0, issue.salience_scale) if owner[1] == "salience" else ends
        if isinstance(value, dict):
            rows.append(source((*owner, dimension.name), value[dimension.name], low, high))
        else:
            rows.append(source((*owner, ""), value, low, high))
    return np.stack(rows)


def _ratifiers(actor: Actor, issue: Issue, source: Source, draws: int) -> Array:
    rows = [
        _spread((f"{actor.name}/{ratifier.name}", "position"), ratifier.position, issue, source)
        for ratifier in actor.ratifiers
    ]
    return np.stack(rows) if rows else np.empty((0, len(issue.dimensions), draws))
