"""The chance that the rule would see a filter of a stated strength, at the estimated noise."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from realpolitik.conditions.evidence import Evidence
from realpolitik.conditions.making import Given
from realpolitik.evaluation.clustering import BLOCK_LENGTH, difference
from realpolitik.evaluation.forecasting import ahead
from realpolitik.evaluation.rows import AtOrigin, rows
from realpolitik.evaluation.scores import log_score
from realpolitik.evaluation.verdict import CLUSTERS, GAIN
from realpolitik.inference.fitting import Fit, refit
from realpolitik.theory.inputs import CLARITY, GATE, Inputs
from realpolitik.theory.simulation import simulate

EFFECTS: Mapping[str, tuple[float, float]] = {"medium": (0.6, 0.5), "strong": (1.2, 1.0)}
"""First slopes of clarity and of the gate, γ1 and ω1, whose discovery is of interest."""


def slopes(effect: str) -> dict[str, np.ndarray]:
    """Return all slopes of the filter under an effect: the others are zero."""
    clarity, gate = EFFECTS[effect]
    return {
        "clarity_slopes": clarity * np.eye(len(CLARITY))[0],
        "gate_slopes": gate * np.eye(len(GATE))[0],
        "environment_slopes": np.zeros(2),
    }


def known_by(inputs: Inputs, step: int) -> Inputs:
    """Hide the readings after a step."""
    reading = np.array(inputs.reading)
    reading[step + 1 :] = np.nan
    return dataclasses.replace(inputs, reading=reading)


def gains_once(
    given: Given,
    full: Fit,
    flat: Fit,
    origins: Sequence[int],
    horizons: Sequence[int],
    seed: int,
    effect: str = "medium",
) -> dict[int, float]:
    """Draw readings from the full theory with the slopes of an effect, and judge as the rule does.

    Conditions, missing readings, noise and all other parameters are those of the record. Both
    theories are fitted once, to the readings up to the middle origin, and filtered to every
    origin; conditions after an origin are the real ones, for both alike.

    Returns
    -------
    dict of int to float
        For each horizon the z of the gain of the full theory over the flat filter.
    """
    params = dict(full.params()) | slopes(effect)
    drawn = simulate(full.theory, params, given.inputs, seed).inputs
    first = int(given.years[0])
    middle = sorted(origins)[len(origins) // 2] - first
    vectors = [refit(fit, known_by(drawn, middle)).vector for fit in (full, flat)]
    made = []
    for origin in origins:
        past = known_by(drawn, origin - first)
        found = [
            ahead(fit.theory, vector, past, origin - first, horizons)
            for fit, vector in zip((full, flat), vectors, strict=True)
        ]
        mean, var = np.stack([one.mean for one in found]), np.stack([one.var for one in found])
        made.append(AtOrigin(origin, mean, var, found[1].now))
    truth = Evidence(
        given.years, given.states, drawn.reading[:, :, 0], np.array(drawn.reading_var[:, :, 0])
    )
    table = rows(("full", "flat"), made, horizons, truth)
    scores = log_score(table.mean, table.sd, table.value)
    result = {}
    for horizon in horizons:
        here = table.horizon == horizon
        gain = difference(
            (scores[0] - scores[1])[here],
            table.source[here],
            table.target[here],
            table.year[here],
            seed,
            max(BLOCK_LENGTH, horizon),
        )
        result[int(horizon)] = gain.spread[CLUSTERS].z
    return result


def power(gains: Sequence[Mapping[int, float]], least: int) -> float:
    """Share of draws in which the theory gains at `least` horizons."""
    return float(np.mean([sum(z >= GAIN for z in one.values()) >= least for one in gains]))
