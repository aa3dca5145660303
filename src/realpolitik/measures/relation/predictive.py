"""What the readings of the years before say about the readings of a year, series by series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from realpolitik.measures.relation import model
from realpolitik.measures.relation.filtering import FUNCTIONALS, Moments, observed
from realpolitik.measures.relation.indicators import MISSING, Continuous, Graded
from realpolitik.measures.relation.model import Array
from realpolitik.measures.relation.readings import innovations, lag_grade


@dataclass(frozen=True, slots=True)
class Expected:
    """Normal predictive distribution of a continuous series; shape (T, P, C), NaN where not read.

    `miss` is the reading minus its predictive mean, `variance` that of the reading.
    """

    miss: Array
    variance: Array


def expect_continuous(
    series: Continuous, params: model.Continuous, slot: int | None, predicted: Moments
) -> Expected:
    """Predict a continuous series from the readings of all series up to the year before.

    Parameters
    ----------
    series : Continuous
    params : model.Continuous
    slot : int or None
        Place of its lasting deviation, see `Parameters.slots`.
    predicted : Moments
        The whole vector before the readings of each step, `Filtered.whole_predicted`.
    """
    part = innovations(series, params)
    rows = observed(predicted.mean.shape[-1])
    mean, cov = predicted.mean @ rows.T, rows @ predicted.cov @ rows.T
    miss, variance = np.empty(part.value.shape), np.empty(part.value.shape)
    for column, functional in enumerate(FUNCTIONALS[part.value.shape[2]]):
        now, carry = params.loading * functional, part.weight[:, :, column, None]
        reach = np.zeros(mean.shape)
        reach[..., :2], reach[..., 2:4] = now, -carry * now
        if slot is not None:
            reach[..., 4 + slot] = 1.0 - carry[..., 0]
        miss[..., column] = part.value[..., column] - np.sum(reach * mean, axis=-1)
        spread = np.einsum("tpi,tpij,tpj->tp", reach, cov, reach)
        variance[..., column] = part.variance[..., column] + spread
    return Expected(miss, variance)


def expect_graded(series: Graded, traits: Array, params: model.Graded, predicted: Moments) -> Array:
    """Probability of every grade given the readings of all series up to the year before.

    Parameters
    ----------
    series : Graded
    traits : ndarray, shape (P, C, X)
    params : model.Graded
    predicted : Moments
        The relation before the readings of each step, `Filtered.predicted`.

    Returns
    -------
    ndarray, shape (T, P, C, grades)
        NaN where the series was not read.
    """
    rows = model.READ[:2]
    weights = FUNCTIONALS[series.grade.shape[2]]
    centre = params.sign * params.weight * (predicted.mean @ rows.T @ weights.T)
    cov = rows @ predicted.cov @ rows.T
    spread = np.sqrt(1.0 + params.weight**2 * np.einsum("ci,tpij,cj->tpc", weights, cov, weights))
    pull = np.array([0.0, *params.carry])[lag_grade(series)] + traits @ np.array(params.exposure)
    edges = np.array([-np.inf, *params.cuts, np.inf])
    below = ndtr((edges - (pull + centre)[..., None]) / spread[..., None])
    return np.where(series.grade[..., None] == MISSING, np.nan, np.diff(below, axis=-1))
