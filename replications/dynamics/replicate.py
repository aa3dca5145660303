"""From month to year, and whether a network of relations settles."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from realpolitik.measures.asking import asked_dyads
from realpolitik.theory import SocialInfluence
from realpolitik.theory.arrays import jax
from realpolitik.theory.stability import step_matrix
from realpolitik.theory.steps import Dynamics, yearly, yearly_innovation_sd, yearly_speed
from realpolitik.theory.synthetic import World, inputs
from realpolitik.theory.table import parameter_table
from realpolitik.timeline import parse_step

STATES = 25
NORMAL_90 = 1.6448536269514722
MONTHS = 12


def replicate(_: None) -> Iterator[tuple[str, float]]:
    year = yearly_speed(0.05)
    yield "yearly speed of .05 a month", year
    yield "half-life in months at .05 a month", math.log(0.5) / math.log1p(-0.05)
    yield "half-life in months of the yearly speed", MONTHS * math.log(0.5) / math.log1p(-year)
    yield from conversion()
    yield "yearly innovation sd over monthly", yearly_innovation_sd(1.0, 0.05)
    for pull in (0.03, 0.07):
        moduli = np.abs(np.linalg.eigvals(matrix(Dynamics(0.06, 0.03, pull))))
        label = f"spectral radius .06 .03 {pull:.2f}".replace(" 0.", " .")
        yield label, float(moduli.max())
        yield f"{label} over a year", float(moduli.max() ** MONTHS)
    for word, steps in (("yearly", 1), ("monthly", MONTHS)):
        yield from speed_prior(word, steps)
    thirty = asked_dyads([], [str(k) for k in range(30)])
    dyads = int(thirty.sum())
    years = int(parse_step("2023", "year")) - int(parse_step("1946", "year")) + 1
    yield "dyads of 30 states", dyads
    yield "pairs of 30 states", int(np.triu(thirty).sum())
    yield "dyad-years of 1946-2023", dyads * years


def matrix(dynamics: Dynamics) -> np.ndarray:
    """Step matrix of the theory of social influence, with uniform weights."""
    given = inputs(World(states=STATES, steps=1), 1)
    theory = SocialInfluence()
    truth = {
        "speed": dynamics.speed,
        "reciprocity": dynamics.reciprocity,
        "alliance_pull": dynamics.alliance_pull,
        "triad_pull": 0.0,
        "innovation_sd": 0.1,
        "pair_corr": 0.0,
        "level": 0.0,
        "loading": np.ones(0),
        "series_sd": 0.1,
    }
    uniform = (1.0 - np.eye(STATES)) / (STATES - 1)
    first = jax.tree_util.tree_map(lambda values: values[0], given.conditions)
    held = replace(first, influence=uniform)
    return step_matrix(theory, theory.complete(truth, given.sizes), held)


def conversion() -> Iterator[tuple[str, float]]:
    year = yearly(Dynamics(0.06, 0.03, 0.03))
    yield "year of .06 .03 .03 speed", year.speed
    yield "year of .06 .03 .03 reciprocity", year.reciprocity
    yield "year of .06 .03 .03 alliance pull", year.alliance_pull


def speed_prior(word: str, steps_per_year: int) -> Iterator[tuple[str, float]]:
    prior = parameter_table(steps_per_year)["speed"].prior
    for name, z in (("median", 0.0), ("lower", -NORMAL_90), ("upper", NORMAL_90)):
        free = np.array(prior.location + z * prior.scale)
        yield f"prior of the {word} speed {name}", float(prior.natural(free))
