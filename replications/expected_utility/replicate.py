"""Emission standards for cars in the European Community: years until they bind."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from realpolitik.bargaining.challenge import (
    Choices,
    expected,
    play,
    play_round,
    risk_exponent,
    victory,
)
from realpolitik.bargaining.means import weighted_mean

HERE = Path(__file__).resolve().parent
RANGE = np.array([6.0])  # of the positions at the start, 10 - 4 years


def inputs() -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray]:
    """Names, positions, capabilities and saliences; arrays of shape (10, 1)."""
    with (HERE / "actors.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = (
        np.array([[float(row[name])] for row in rows])
        for name in ("position", "capability", "salience")
    )
    return [row["actor"] for row in rows], *columns


def replicate(_: None) -> Iterator[tuple[str, float]]:
    names, position, capability, salience = inputs()
    readings = {
        "ordered": Choices(tolerance=0.0),
        "unordered": Choices(denominator="unordered", tolerance=0.0),
        "least movement": Choices(compromise="least-movement", tolerance=0.0),
        "contested": Choices(denominator="contested", tolerance=0.0),
    }
    for reading, choices in readings.items():
        track = play(position, capability, salience, choices)
        weight = capability * salience
        means = [float(weighted_mean(place, weight)[0]) for place in track.positions]
        medians = track.outcome[:, 0]
        first = play_round(position, capability, salience, RANGE, choices)
        for turn in range(1, len(means)):
            yield f"{reading} median {turn}", float(medians[turn])
            yield f"{reading} mean {turn}", means[turn]
        for name, risk in zip(names, first.risk[:, 0], strict=True):
            yield f"{reading} risk {name}", float(risk)
        if reading == "ordered":
            yield "start median", float(medians[0])
            yield "start mean", means[0]
            for turn in range(1, 9):
                yield f"printed median {turn}", float(medians[turn])
                yield f"printed mean {turn}", means[turn]
    yield from primitives()


def primitives() -> Iterator[tuple[str, float]]:
    for apart in (0.0, 1.0):
        pair = np.array([[0.0], [apart]])
        for chance, name in ((1.0, "success"), (0.0, "failure")):
            own, _ = expected(
                pair,
                np.ones((2, 1)),
                np.full((2, 2, 1), chance),
                None,
                np.ones(1),
                pair[0],
                Choices(),
            )
            yield f"{name} d {apart:g}", float(own[0, 1, 0])
    three = np.array([[0.0], [0.0], [10.0]])
    for over in ("contested", "unordered", "ordered"):
        chance = victory(three, np.ones((3, 1)), None, np.array([10.0]), over)
        yield f"chance {over}", float(chance[0, 2, 0])
    # column sums of what others gain from a challenge: 1, 2 and 4
    danger = np.zeros((3, 3, 1))
    danger[1, 0], danger[0, 1], danger[0, 2] = 1.0, 2.0, 4.0
    risk = risk_exponent(danger)[:, 0]
    yield "risk of the safest", float(risk[0])
    yield "risk of the most endangered", float(risk[2])
