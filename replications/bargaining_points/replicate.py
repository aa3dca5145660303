"""Bargaining points, elections and power in cases small enough to do by hand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from realpolitik.bargaining import election, points
from realpolitik.bargaining.power import power_indices


def replicate(_: None) -> Iterator[tuple[str, float]]:
    for ideals, fallback in (((40.0, 60.0), 0.0), ((0.0, 100.0), 50.0)):
        ideal = np.array(ideals)[:, None]
        held = np.full((2, 1), fallback)
        label = " ".join(f"{value:g}" for value in ideals)
        low, high = points.zone(ideal, held)
        place = points.nash_point(ideal, held, np.ones((2, 1)), low, high)
        yield f"nash {label}", float(place[0])
        yield f"kalai-smorodinsky {label}", float(points.kalai_smorodinsky_point(ideal, held)[0])
    yield "nash split", float(points.nash_split(0.2, 0.4, 0.5))
    yield "rubinstein .9 .8", float(points.rubinstein_share(0.9, 0.8))
    yield "rubinstein equal .7", float(points.rubinstein_share(0.7, 0.7))
    low, high = points.fearon_range(0.6, 0.15, 0.15)
    yield "fearon low", float(low)
    yield "fearon high", float(high)
    for places in ((0.0, 50.0, 100.0), (0.0, 0.0, 100.0)):
        position = np.array(places)[:, None]
        chance = election.contest(position, np.ones((3, 1)))
        odds = election.election(chance, election.twins_of(position))[:, 0]
        label = " ".join(f"{value:g}" for value in places)
        held = {place: odds[position[:, 0] == place].sum() for place in places}
        yield f"condorcet mean {label}", float(odds @ position[:, 0])
        yield f"condorcet mode {label}", max(held, key=lambda place: held[place])
    power = power_indices(np.array([[2.0], [1.0], [1.0]]), 3.0)
    yield "shapley-shubik 2", float(power.shapley_shubik[0, 0])
    yield "shapley-shubik 1", float(power.shapley_shubik[1, 0])
    yield "banzhaf 2", float(power.banzhaf[0, 0])
    yield "banzhaf 1", float(power.banzhaf[2, 0])
