"""Forecasts beside the readings they were made for, one row a reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from realpolitik.conditions.evidence import Evidence
from realpolitik.theory.inputs import dyad_order

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rows:
    """K forecasters, R readings.

    names : tuple of str      K
    mean, sd : (K, R)         predictive, the reading's own error included
    value, variance : (R,)    reading and its error variance
    present : (R,)            level of what is read at the origin
    origin, horizon, year : (R,)
    source, target : (R,)     positions of the two states of the pair, on the list of states
    """

    names: tuple[str, ...]
    mean: Array
    sd: Array
    value: Array
    variance: Array
    present: Array
    origin: Whole
    horizon: Whole
    year: Whole
    source: Whole
    target: Whole


@dataclass(frozen=True, slots=True)
class AtOrigin:
    """All forecasts made at one origin.  K forecasters, H horizons, D dyads.

    mean, var : (K, H, D)   of what is read, without the reading's own error variance
    present : (D,)
    """

    origin: int
    mean: Array
    var: Array
    present: Array


def rows(
    names: Sequence[str],
    made: Sequence[AtOrigin],
    horizons: Sequence[int],
    truth: Evidence,
) -> Rows:
    """Lay forecasts beside the readings that came; those that never came have no row."""
    first_year = int(truth.steps[0])
    source, target = dyad_order(len(truth.states))
    pieces: list[Mapping[str, NDArray[Any]]] = []
    for one in made:
        for place, horizon in enumerate(horizons):
            step = one.origin + horizon - first_year
            if step >= len(truth.steps):
                continue
            seen = np.flatnonzero(~np.isnan(truth.value[step]))
            error = truth.variance[step, seen]
            whole = np.full(len(seen), 1, dtype=np.int64)
            pieces.append(
                {
                    "mean": one.mean[:, place, seen],
                    "sd": np.sqrt(one.var[:, place, seen] + error),
                    "value": truth.value[step, seen],
                    "variance": error,
                    "present": one.present[seen],
                    "origin": one.origin * whole,
                    "horizon": horizon * whole,
                    "year": (one.origin + horizon) * whole,
                    "source": source[seen],
                    "target": target[seen],
                }
            )
    joined = {
        name: np.concatenate([piece[name] for piece in pieces], axis=-1) for name in pieces[0]
    }
    return Rows(names=tuple(names), **joined)
