"""Scores of normal forecasts and of probabilities."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from realpolitik.evaluation.scores import brier, crps, log_score

SURE = 1e-9  # a spread that stands for none


def replicate(_: None) -> Iterator[tuple[str, float]]:
    zero, one = np.zeros(1), np.ones(1)
    for z in (0, 1, 2):
        value = np.array([float(z)])
        yield f"crps z {z}", float(crps(zero, one, value)[0])
        yield f"log score z {z}", float(log_score(zero, one, value)[0])
    wide = crps(zero, 3.0 * one, 3.0 * one) / 3.0
    yield "crps of three times the spread over three", float(wide[0])
    sure = crps(np.array([8.0]), np.array([SURE]), np.array([5.0]))
    yield "crps of a sure forecast of 8 at 5", float(sure[0])
    yield "brier of .1 .7 .9 at 0 1 1", binary(np.array([0.1, 0.7, 0.9]), np.array([0, 1, 1]))
    draws = np.array([[0.5, 1.5], [0.5, 1.5], [4.0, 6.0]])
    above = (draws > 1.0).mean(axis=1)
    happened = (np.array([0.0, 2.0, 5.0]) > 1.0).astype(np.int64)
    yield "brier of two draws around a threshold", binary(above, happened)


def binary(probability: np.ndarray, happened: np.ndarray) -> float:
    """Mean of (p - 1{happened})², half the score over both categories."""
    both = np.stack([1.0 - probability, probability], axis=-1)
    return float(brier(both, happened).mean() / 2.0)
