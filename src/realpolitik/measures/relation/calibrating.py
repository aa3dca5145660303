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
from realpolitik.measures.relation.summary import Read

FLAT = 1e-4
"""Largest gradient of the mean log likelihood at which a continuous series counts as fitted."""


def _decode(point: Array) -> model.Continuous:
    carry = TOP_CARRY * float(expit(point[2]))
    lasting = float(np.exp(point[4])) if len(point) > 4 else 0.0
    return model.Continuous(
        float(point[0]), float(point[1]), carry, float(np.exp(point[3])), lasting
    )


def _loss(point: Array, series: Continuous, read: Read) -> float:
    """Mean minus log likelihood of the innovations, relation and lasting deviation integrated out.

    Given a pair's lasting deviation its innovations count as independent. Integrating it out adds
    to their covariance lasting^2 u u', where u is one minus the weight of the memory.
    """
    params = _decode(point)
    part = innovations(series, params)
    w, seen = part.weight, np.isfinite(part.value)
    spread = read.now_var - 2.0 * w * read.cov + w**2 * read.last_var
    variance = np.where(seen, part.variance + params.loading**2 * spread, 1.0)
    rest = np.where(seen, part.value - params.loading * (read.now - w * read.last), 0.0)
    loss = np.log(variance) + rest**2 / variance
    share = np.where(seen, (1.0 - w) / variance, 0.0)
    known = params.lasting**2 * np.sum(share * (1.0 - w), axis=(0, 2))
    pull = params.lasting * np.sum(share * rest, axis=(0, 2))
    both = float(loss[seen].sum()) + float(np.sum(np.log1p(known) - pull**2 / (1.0 + known)))
    return 0.5 * both / int(seen.sum())


def calibrate_continuous(
    series: Continuous, read: Read, start: model.Continuous
) -> model.Continuous:
    """Level, loading, memory, noise and lasting deviation of a series given the relation.

    Parameters
    ----------
    series : Continuous
    read : Read
        Moments of the relation without this series.
    start : model.Continuous
        With a lasting deviation if the series may have one.

    Raises
    ------
    ConvergenceError
        If the gradient does not vanish.
    """
    point = np.array([start.level, start.loading, 0.0, np.log(start.noise)])
    if start.lasting > 0:
        point = np.append(point, np.log(start.lasting))
    found = minimize(_loss, point, args=(series, read), method="BFGS", options={"gtol": 1e-5})
    size = float(np.abs(found.jac).max())
    if not size < FLAT:
        msg = f"a series did not fit the relation (gradient {size:.1e})"
        raise ConvergenceError(msg)
    return _decode(found.x)
