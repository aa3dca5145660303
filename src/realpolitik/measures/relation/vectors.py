"""Parameters as one vector, for the acceleration and the test of convergence."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import expit, logit

from realpolitik.measures.relation.model import (
    TOP_CARRY,
    Array,
    Continuous,
    Dynamics,
    Graded,
    Parameters,
)

SMALL = 1e-6
"""Keeps a standard deviation, a memory or a correlation off the edge of its range."""


def _inside(carry: float) -> float:
    return min(max(carry, 0.0), TOP_CARRY)


def _log(x: float) -> float:
    return float(np.log(max(x, SMALL)))


def _gaps(cuts: tuple[float, ...]) -> list[float]:
    return [cuts[0], *np.log(np.diff(cuts)).tolist()]


def _cuts(gaps: Iterator[float], count: int) -> tuple[float, ...]:
    first = next(gaps)
    return tuple(
        np.cumsum([first, *(float(np.exp(next(gaps))) for _ in range(count - 1))]).tolist()
    )


def flatten(params: Parameters) -> Array:
    """Write the parameters of core series as one vector that an extrapolation may move freely.

    Parameters
    ----------
    params : Parameters
    """
    d = params.dynamics
    out = [_log(d.level_sd), _log(d.shock_sd), float(logit(d.left))]
    out += [_log(params.loading)]
    for p in params.continuous.values():
        out += [p.level, p.carry, _log(p.noise)]
        out += [_log(p.lasting)] if p.lasting > 0 else []
    for g in params.graded.values():
        out += [*_gaps(g.cuts), _log(g.weight), *g.exposure, *g.carry]
    return np.array(out)


def unflatten(vector: Array, like: Parameters) -> Parameters:
    """Read a vector back; `like` gives the names and the number of grades.

    Parameters
    ----------
    vector : ndarray
    like : Parameters
    """
    flow = iter(vector.tolist())
    dynamics = Dynamics(
        level_sd=float(np.exp(next(flow))),
        shock_sd=float(np.exp(next(flow))),
        left=float(expit(next(flow))),
        pair_corr=like.dynamics.pair_corr,
    )
    loading = float(np.exp(next(flow)))
    continuous = {
        name: Continuous(
            level=next(flow),
            loading=float(np.copysign(loading, old.loading)),
            carry=_inside(next(flow)),
            noise=float(np.exp(next(flow))),
            lasting=float(np.exp(next(flow))) if old.lasting > 0 else 0.0,
        )
        for name, old in like.continuous.items()
    }
    graded = {name: _graded(flow, old) for name, old in like.graded.items()}
    return Parameters(dynamics, loading, continuous, graded)


def _graded(flow: Iterator[float], old: Graded) -> Graded:
    return Graded(
        cuts=_cuts(flow, len(old.cuts)),
        sign=old.sign,
        weight=float(np.exp(next(flow))),
        exposure=tuple(next(flow) for _ in old.exposure),
        carry=tuple(next(flow) for _ in old.carry),
    )
