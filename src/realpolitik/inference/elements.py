"""Moments of pairs element by element, and what a filter does to them in a step.

Operations on separate vectors over pairs become one loop each way; on stacked matrices (6, 6, P)
the gradient of the same filter took twice as long.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from realpolitik.theory.arrays import Array, jnp
from realpolitik.theory.base import OFFSET_SD, Transition

LOG_2PI = 1.8378770664093453
RELATIONS, OFFSETS, IMAGES = (0, 1), (2, 3), (4, 5)
"""Places in the hidden vector, ij then ji."""
HIDDEN = 6


class Elements(NamedTuple):
    """Moments of the pairs' hidden vectors.  P pairs.

    mean : 6 of (P,)
    cov : 6 rows       row i has the columns 0 to i, each (P,)
    """

    mean: tuple[Array, ...]
    cov: tuple[tuple[Array, ...], ...]

    def at(self, row: int, column: int) -> Array:
        """Return a covariance (P,)."""
        return self.cov[max(row, column)][min(row, column)]


class Pairs(NamedTuple):
    """The same stacked: mean (6, P), cov (6, 6, P)."""

    mean: Array
    cov: Array


class Reading(NamedTuple):
    """All series of a dyad-step as one reading of own θ_ij + other θ_ji.

    Value, variance, whether there is one; each (..., D).
    """

    value: Array
    var: Array
    seen: Array
    own: Array
    other: Array


def stacked(moments: Elements) -> Pairs:
    """Stack the elements."""
    places = range(HIDDEN)
    rows = [jnp.stack([moments.at(row, column) for column in places]) for row in places]
    return Pairs(jnp.stack(moments.mean), jnp.stack(rows))


def halves(values: Array) -> Array:
    """Lay dyads (D,) out as pairs (2, P)."""
    return values.reshape(2, -1)


def relation(moments: Elements) -> tuple[Array, Array, Array]:
    """Return mean and variance (D,) of the relation, and its covariance with the reverse."""
    var = jnp.concatenate([moments.at(0, 0), moments.at(1, 1)])
    return jnp.concatenate(moments.mean[:2]), var, jnp.tile(moments.at(0, 1), 2)


def advance(moments: Elements, move: Transition) -> Elements:
    """Take one step; offsets and images stay."""
    own, other, offset, image, constant = (
        halves(part) for part in (move.own, move.other, move.offset, move.image, move.constant)
    )
    sd = halves(jnp.broadcast_to(move.sd, move.own.shape))

    def turned(row: Callable[[int], Array], side: int) -> Array:
        return (
            own[side] * row(side)
            + other[side] * row(1 - side)
            + offset[side] * row(OFFSETS[side])
            + image[side] * row(IMAGES[side])
        )

    mean = [turned(moments.mean.__getitem__, side) + constant[side] for side in RELATIONS]
    columns = [[moments.at(row, place) for row in range(HIDDEN)] for place in range(HIDDEN)]
    across = [[turned(column.__getitem__, side) for column in columns] for side in RELATIONS]
    first, second = (row.__getitem__ for row in across)
    within = (
        (turned(first, 0) + sd[0] ** 2,),
        (turned(second, 0) + move.pair_corr * sd[0] * sd[1], turned(second, 1) + sd[1] ** 2),
    )
    held = [(across[0][row], across[1][row], *moments.cov[row][2:]) for row in range(2, HIDDEN)]
    return Elements((*mean, *moments.mean[2:]), (*within, *held))


def start(first: Transition, culture: Array, leader_sd: Array) -> Elements:
    """Return the moments at the first step: offsets and images as in their priors."""
    images = halves(culture)
    none = jnp.zeros_like(images[0])
    offset, image = none + OFFSET_SD**2, none + leader_sd**2
    spread = (none, none, offset, offset, image, image)
    cov = tuple((*(none,) * row, spread[row]) for row in range(HIDDEN))
    return advance(Elements((*(none,) * 4, images[0], images[1]), cov), first)


def read_one(moments: Elements, side: int, reading: Reading) -> tuple[Elements, Array]:
    """Take in one direction's reading (P,); return its log density too."""
    back = 1 - side
    column = [
        reading.own * moments.at(place, side) + reading.other * moments.at(place, back)
        for place in range(HIDDEN)
    ]
    total = reading.own * column[side] + reading.other * column[back] + reading.var
    expected = reading.own * moments.mean[side] + reading.other * moments.mean[back]
    error = reading.value - expected
    density = jnp.where(reading.seen, -0.5 * (LOG_2PI + jnp.log(total) + error**2 / total), 0.0)
    weight = jnp.where(reading.seen, 1.0 / total, 0.0)
    gain = [weight * part for part in column]
    mean = tuple(old + part * error for old, part in zip(moments.mean, gain, strict=True))
    cov = tuple(
        tuple(old - gain[row] * column[place] for place, old in enumerate(held))
        for row, held in enumerate(moments.cov)
    )
    return Elements(mean, cov), density


def change_leaders(moments: Elements, new: Array, culture: Array, leader_sd: Array) -> Elements:
    """Replace the image where the source's leader is new (D,) by the prior of leaders."""
    fresh, prior = halves(new), halves(culture)
    swap = dict(zip(IMAGES, fresh, strict=True))
    keep = [1.0 - swap[place] if place in swap else 1.0 for place in range(HIDDEN)]
    mean = [
        keep[place] * moments.mean[place] + swap[place] * prior[side]
        for side, place in enumerate(IMAGES)
    ]
    cov = [
        tuple(
            keep[row] * keep[column] * moments.cov[row][column]
            + (swap[row] * leader_sd**2 if row == column else 0.0)
            for column in range(row + 1)
        )
        for row in IMAGES
    ]
    return Elements((*moments.mean[:4], *mean), (*moments.cov[:4], *cov))
