"""Readings of all series and what they say under given parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from realpolitik.measures.relation import model
from realpolitik.measures.relation.filtering import FUNCTIONALS, Bounds, Evidence
from realpolitik.measures.relation.indicators import MISSING, Continuous, Graded, Grades
from realpolitik.measures.relation.model import Array

LAG = 2
"""Where the step before starts among the rows of `model.READ`."""


@dataclass(frozen=True, slots=True)
class Readings:
    """All series of a panel by name, in filter order; arrays of shape (T, P, C).

    `exposure` has shape (P, 2, X), as in the grid.
    """

    continuous: Mapping[str, Continuous]
    graded: Mapping[str, Graded]
    exposure: Array

    def traits(self, columns: int) -> Array:
        """Exposure for series with this number of columns, shape (P, C, X)."""
        return self.exposure if columns == 2 else self.exposure.mean(axis=1, keepdims=True)

    def part(self, pairs: slice) -> Readings:
        """Keep some pairs."""
        return Readings(
            continuous={
                name: replace(
                    s,
                    value=s.value[:, pairs],
                    variance=s.variance[:, pairs],
                    silent=None if s.silent is None else s.silent[:, pairs],
                )
                for name, s in self.continuous.items()
            },
            graded={n: replace(s, grade=s.grade[:, pairs]) for n, s in self.graded.items()},
            exposure=self.exposure[pairs],
        )

    def count(self) -> Grades:
        """Series read for each step and dyad, shape (T, P, 2)."""
        seen = [np.isfinite(c.value) for c in self.continuous.values()]
        seen += [g.grade != MISSING for g in self.graded.values()]
        shape = (*seen[0].shape[:2], 2)
        total = np.zeros(shape, dtype=np.int64)
        for one in seen:
            total += one
        return total


def before(value: NDArray[Any], empty: float) -> NDArray[Any]:
    """Shift by one step: the reading of the step before, `empty` at the first step."""
    return np.concatenate([np.full_like(value[:1], empty), value[:-1]])


def lag_grade(series: Graded) -> Grades:
    """Grade of the step before, `count` where there was none; all zero without memory."""
    if not series.carries:
        return np.zeros_like(series.grade)
    last = before(series.grade, MISSING)
    return np.where(last == MISSING, series.count, last)


@dataclass(frozen=True, slots=True)
class Innovations:
    """A continuous series freed of its own memory; shape (T, P, C).

    ``value = loading * (theta_t - weight * theta_{t-1}) + (1 - weight) * b + N(0, variance)``,
    with b the lasting deviation of the pair; NaN where not read.
    """

    value: Array
    variance: Array
    weight: Array


def innovations(series: Continuous, params: model.Continuous) -> Innovations:
    """Subtract what the deviation of the step before predicts.

    Where the step before was not read the deviation is taken from its stationary distribution.

    Parameters
    ----------
    series : Continuous
    params : model.Continuous
    """
    last, last_variance = before(series.value, np.nan), before(series.variance, np.nan)
    opening = np.isnan(last)
    carry = np.where(opening, 0.0, params.carry)
    noise = np.where(opening, params.noise**2 / (1.0 - params.carry**2), params.noise**2)
    gone = np.where(opening, 0.0, last - params.level)
    value = series.value - params.level - carry * gone
    known = series.variance + carry**2 * np.where(opening, 0.0, last_variance)
    return Innovations(value, noise + known, carry)


def evidence(readings: Readings, params: model.Parameters, shape: tuple[int, int]) -> Evidence:
    """Add up what all continuous readings say.

    Parameters
    ----------
    readings : Readings
    params : model.Parameters
    shape : tuple of int
        Steps and pairs.
    """
    slots = params.slots
    rows = 4 + len(slots)
    precision, shift = np.zeros((*shape, rows, rows)), np.zeros((*shape, rows))
    base = np.zeros(shape)
    for name, series in readings.continuous.items():
        part = innovations(series, params.continuous[name])
        seen = np.isfinite(part.value)
        if series.silent is not None:
            seen &= ~series.silent
        weight = np.where(seen, 1.0 / np.where(seen, part.variance, 1.0), 0.0)
        value = np.where(seen, part.value, 0.0)
        loading = params.continuous[name].loading
        density = np.where(seen, np.log(2.0 * np.pi * np.where(seen, part.variance, 1.0)), 0.0)
        base -= 0.5 * (density + weight * value**2).sum(axis=-1)
        for column, functional in enumerate(FUNCTIONALS[series.value.shape[2]]):
            now, carry = loading * functional, part.weight[:, :, column, None]
            reach = np.zeros((*shape, rows))
            reach[..., :2], reach[..., 2:4] = now, -carry * now
            if name in slots:
                reach[..., 4 + slots[name]] = 1.0 - carry[..., 0]
            heavy = weight[:, :, column, None] * reach
            precision += heavy[..., None] * reach[..., None, :]
            shift += heavy * value[:, :, column, None]
    return Evidence(precision, shift, base)


def bounds(series: Graded, traits: Array, params: model.Graded) -> Bounds:
    """Where the latent readings of a graded series lie under given parameters.

    Parameters
    ----------
    series : Graded
    traits : ndarray, shape (P, C, X)
    params : model.Graded
    """
    edges = np.array([-np.inf, *params.cuts, np.inf])
    grade = np.maximum(series.grade, 0)
    pull = np.array([0.0, *params.carry])[lag_grade(series)] + traits @ np.array(params.exposure)
    pull = np.where(series.grade == MISSING, np.nan, pull)
    return Bounds(edges[grade] - pull, edges[grade + 1] - pull, params.sign * params.weight)
