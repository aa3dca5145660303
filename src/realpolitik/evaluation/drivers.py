"""Who drives a gain: per source state, and with each source state left out in turn.

The same forecasts are counted with and without a state; nothing is fitted again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from realpolitik.evaluation.clustering import (
    cluster_sums,
    jackknife_error,
    means_without,
    z_of,
)
from realpolitik.evaluation.scores import Array, Whole


@dataclass(frozen=True, slots=True)
class Drivers:
    """A gain by source state, in the order of the states' numbers.  G source states.

    source : (G,)         number of the state
    readings : (G,)       readings scored as a source
    total, mean : (G,)    sum and mean of the gain over them
    mean_without : (G,)   mean gain over the readings of all other sources; NaN if G = 1
    z_without : (G,)      its z, clustered by source; NaN if G < 3
    mean_all, z_all : float   over all sources
    """

    source: Whole
    readings: Whole
    total: Array
    mean: Array
    mean_without: Array
    z_without: Array
    mean_all: float
    z_all: float

    @property
    def influence(self) -> Array:
        """How much each source moves the mean gain: mean of all minus mean without it, (G,)."""
        return self.mean_all - self.mean_without

    @property
    def gaining(self) -> int:
        """Source states whose own mean gain is above zero."""
        return int(np.sum(self.mean > 0))

    @property
    def order(self) -> Whole:
        """Positions of the sources by the size of their influence, largest first, (G,)."""
        order: Whole = np.argsort(-np.abs(self.influence), kind="stable")
        return order


def drivers(gain: Array, source: Whole) -> Drivers:
    """Split a gain by source state and leave each state out in turn.

    Parameters
    ----------
    gain : ndarray (R,)
        Score of one forecaster minus that of the other; NaN where either is missing.
    source : ndarray of int (R,)

    Examples
    --------
    >>> found = drivers(np.array([0.0, 1.0, 1.0, 9.0]), np.array([0, 1, 1, 2]))
    >>> found.mean, found.mean_without.round(2)
    (array([0., 1., 9.]), array([3.67, 4.5 , 0.67]))
    >>> int(found.source[found.order[0]])
    2
    """
    given = ~np.isnan(gain)
    gain, source = gain[given], source[given]
    states = np.unique(source)
    readings = cluster_sums(np.ones(len(gain)), source)
    total = cluster_sums(gain, source)
    return Drivers(
        source=states,
        readings=readings.astype(np.int64),
        total=total,
        mean=total / readings,
        mean_without=means_without(gain, source),
        z_without=np.array([_z(gain[source != one], source[source != one]) for one in states]),
        mean_all=float(gain.mean()) if len(gain) else float("nan"),
        z_all=_z(gain, source),
    )


def _z(gain: Array, source: Whole) -> float:
    """Z of the mean gain clustered by source, NaN with fewer than two sources."""
    if len(np.unique(source)) < 2:
        return float("nan")
    return z_of(float(gain.mean()), jackknife_error(gain, source))
