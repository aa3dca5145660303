"""Fit the series that the relation does not rest on, given what the core series say.

If every series shaped the relation, the smoothest would take it over: votes, trade and shared
memberships move together with wealth and blocs. Here such a series is predicted from the relation
that the core series give, with the uncertainty of that relation in the error, and enters the final
filter with the loading and the noise found. Nothing flows back to the core (a cut model).

References
----------
Plummer (2015); Jacob, Murray, Holmes and Robert (2017), on modular inference.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from realpolitik.errors import ConvergenceError
from realpolitik.measures.relation import model
from realpolitik.measures.relation.indicators import Continuous
from realpolitik.measures.relation.model import TOP_CARRY, Array
from realpolitik.measures.relation.readings import innovations
from realpolitik.measures.relation.updates import Read

FLAT = 1e-4
"""Largest gradient of the mean log likelihood at which a continuous series counts as fitted."""


def _decode(point: Array) -> model.Continuous:
    carry = TOP_CARRY * float(expit(point[2]))
    return model.Continuous(float(point[0]), float(point[1]), carry, float(np.exp(point[3])))


def _loss(point: Array, series: Continuous, read: Read) -> float:
    """Mean minus log likelihood of the innovations, the relation integrated out."""
    params = _decode(point)
    part = innovations(series, params)
    w = part.weight
    centre = params.loading * (read.now - w * read.last)
    spread = read.now_var - 2.0 * w * read.cov + w**2 * read.last_var
    variance = part.variance + params.loading**2 * spread
    loss = np.log(variance) + (part.value - centre) ** 2 / variance
    return 0.5 * float(np.nanmean(loss))


def calibrate_continuous(
    series: Continuous, read: Read, start: model.Continuous
) -> model.Continuous:
    """Level, loading, memory and noise of a continuous series given the relation.

    Parameters
    ----------
    series : Continuous
    read : Read
        Moments of the relation without this series.
    start : model.Continuous

    Raises
    ------
    ConvergenceError
        If the gradient does not vanish.
    """
    point = np.array([start.level, start.loading, 0.0, np.log(start.noise)])
    found = minimize(_loss, point, args=(series, read), method="BFGS", options={"gtol": 1e-5})
    size = float(np.abs(found.jac).max())
    if not size < FLAT:
        msg = f"a series did not fit the relation (gradient {size:.1e})"
        raise ConvergenceError(msg)
    return _decode(found.x)
