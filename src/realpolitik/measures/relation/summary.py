"""What the fit keeps of a pass over some pairs, so that many pairs can be passed block by block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from realpolitik.measures.relation.filtering import FUNCTIONALS, Filtered, Flags, Smoothed
from realpolitik.measures.relation.model import READ, SIZE, Array


@dataclass(frozen=True, slots=True)
class Read:
    """Smoothed moments of the combination of relations one series reads, shape (T, P, C) or (R,).

    `now` is the relation of the step, `last` that of the step before.
    """

    now: Array
    last: Array
    now_var: Array
    last_var: Array
    cov: Array

    def at(self, pick: NDArray[np.bool_]) -> Read:
        """Those of some readings, in a list."""
        return Read(*(getattr(self, field.name)[pick] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Offset:
    """Smoothed moments of a series' lasting deviation, shape (T, P, C) or (R,).

    `with_now` and `with_last` are its covariances with what the series reads of the two steps.
    """

    mean: Array
    var: Array
    with_now: Array
    with_last: Array

    def at(self, pick: NDArray[np.bool_]) -> Offset:
        """Those of some readings, in a list."""
        return Offset(*(getattr(self, field.name)[pick] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over pairs and steps.

    Attributes
    ----------
    now, last, across : ndarray, shape (2, 2)
        Over moves, of E[g_t g_t'], E[g_{t-1} g_{t-1}'] and E[g_t g_{t-1}'], g the passing part.
    entry : ndarray, shape (2, 2)
        Second moments of the level.
    entry_mean : float
        Sum of the mean level over both directions.
    square : float
        Sum of the mean square of the relation over all dyads and steps that exist.
    pairs, moves, cells : float
        Numbers of pairs, of moves from step to step and of dyad-steps that exist.
    """

    now: Array
    last: Array
    across: Array
    entry: Array
    entry_mean: float
    square: float
    pairs: float
    moves: float
    cells: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What the M-step needs of the pairs of a block, or of all.

    Attributes
    ----------
    reads : Mapping of int to Read
        By number of columns.
    offsets : Mapping of str to Offset
        Of the series with lasting deviations.
    stand_ins : list of pairs of ndarray, shape (T, P, C)
        Precision and shift of the graded readings.
    totals : Totals
    """

    reads: Mapping[int, Read]
    offsets: Mapping[str, Offset]
    stand_ins: Sequence[tuple[Array, Array]]
    totals: Totals


def read_moments(smoothed: Smoothed, columns: int) -> Read:
    """Moments of what a series with this number of columns reads."""
    moments = smoothed.moments
    mean, cov = moments.mean @ READ.T, READ @ moments.cov @ READ.T
    weights = FUNCTIONALS[columns]
    now, last, cross = (
        np.sum((weights @ block) * weights, axis=-1)
        for block in (cov[..., :2, :2], cov[..., 2:, 2:], cov[..., :2, 2:])
    )
    return Read(mean[..., :2] @ weights.T, mean[..., 2:] @ weights.T, now, last, cross)


def offset_moments(smoothed: Smoothed, slot: int, columns: int) -> Offset:
    """Moments of one lasting deviation and of what a series with these columns reads."""
    place, weights = SIZE + slot, FUNCTIONALS[columns]
    mean, cov = smoothed.whole.mean[..., place], smoothed.whole.cov[..., place]
    shared = cov[..., :SIZE] @ READ.T
    shape = (*mean.shape, columns)
    return Offset(
        np.broadcast_to(mean[..., None], shape),
        np.broadcast_to(cov[..., place, None], shape),
        shared[..., :2] @ weights.T,
        shared[..., 2:] @ weights.T,
    )


def totals_of(smoothed: Smoothed, exists: Flags) -> Totals:
    """Add up what the dynamics, the origin and the scale need.

    Parameters
    ----------
    smoothed : Smoothed
    exists : ndarray of bool, shape (T, P)
    """
    start = np.argmax(exists, axis=0)
    steps, pairs = exists.shape
    going = (np.arange(1, steps)[:, None] > start).astype(float)
    entry = smoothed.moments.mean[start, np.arange(pairs), :2]
    spread = smoothed.moments.cov[start, np.arange(pairs), :2, :2].sum(axis=0)
    read = read_moments(smoothed, 2)
    passing = smoothed.moments.mean[..., 2:4]
    square = smoothed.moments.cov[..., 2:4, 2:4] + passing[..., None] * passing[..., None, :]
    across = smoothed.cross[1:, :, 2:4, 2:4] + passing[1:, :, :, None] * passing[:-1, :, None, :]
    now, last, across = (
        np.einsum("tp,tpij->ij", going, x) for x in (square[1:], square[:-1], across)
    )
    return Totals(
        now=now,
        last=last,
        across=across,
        entry=spread + entry.T @ entry,
        entry_mean=float(entry.sum()),
        square=float((read.now**2 + read.now_var)[exists].sum()),
        pairs=float(pairs),
        moves=float(going.sum()),
        cells=2.0 * float(exists.sum()),
    )


def summarise(
    filtered: Filtered, smoothed: Smoothed, exists: Flags, columns: Mapping[str, int]
) -> Summary:
    """Keep of a pass what the M-step needs.

    Parameters
    ----------
    filtered : Filtered
    smoothed : Smoothed
    exists : ndarray of bool, shape (T, P)
    columns : Mapping of str to int
        Number of columns of each series with lasting deviations, in the order of their places.
    """
    return Summary(
        reads={count: read_moments(smoothed, count) for count in FUNCTIONALS},
        offsets={
            name: offset_moments(smoothed, slot, count)
            for slot, (name, count) in enumerate(columns.items())
        },
        stand_ins=list(zip(filtered.precision, filtered.shift, strict=True)),
        totals=totals_of(smoothed, exists),
    )


def _added(parts: Sequence[Totals]) -> Totals:
    names = [field.name for field in fields(Totals)]
    return Totals(*(sum(getattr(part, name) for part in parts) for name in names))


def _beside(parts: Sequence[Any]) -> Any:
    """Put records of arrays (T, P, C) side by side along the pairs."""
    names = [field.name for field in fields(parts[0])]
    arrays = [np.concatenate([getattr(part, name) for part in parts], axis=1) for name in names]
    return type(parts[0])(*arrays)


def join(parts: Sequence[Summary]) -> Summary:
    """Put the summaries of blocks of pairs together, in their order.

    Parameters
    ----------
    parts : sequence of Summary
    """
    first = parts[0]
    if len(parts) == 1:
        return first
    stand_ins = [
        (
            np.concatenate([part.stand_ins[n][0] for part in parts], axis=1),
            np.concatenate([part.stand_ins[n][1] for part in parts], axis=1),
        )
        for n in range(len(first.stand_ins))
    ]
    return Summary(
        reads={count: _beside([part.reads[count] for part in parts]) for count in first.reads},
        offsets={name: _beside([part.offsets[name] for part in parts]) for name in first.offsets},
        stand_ins=stand_ins,
        totals=_added([part.totals for part in parts]),
    )
