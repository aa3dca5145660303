"""Loss of strength, hedging, the log ratio of event counts, the step of the Tsinghua index."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from realpolitik.measures.distance import strength_retained
from realpolitik.measures.event_scale import bounded_step, log_ratio
from realpolitik.measures.hedging import hedging_index

POSTURES = ((0.6, 0.5, -0.2, 0.6), (0.9, -0.4, 0.8, 0.0), (-0.6, 0.7, -0.2, 0.5))


def replicate(_: None) -> Iterator[tuple[str, float]]:
    for miles in (0, 500, 3000, 7000):
        yield f"strength {miles}", float(strength_retained(miles, 500.0))
    for number, values in enumerate(POSTURES, 1):
        result = hedging_index(*(np.array(value) for value in values), rivalry=np.array(1.0))
        yield f"hedging {number}", float(result.index)
    reading, variance = log_ratio(np.array(12.0), np.array(3.0))
    yield "log ratio 12 3", float(reading)
    yield "variance 12 3", float(variance)
    for level in (6.0, -6.0):
        for impact in (1.5, -1.5):
            label = f"bounded step from {level:g} by {impact:+g}"
            yield label, float(bounded_step(np.array(level), np.array(impact)))
