"""Cost of the relation: the default region, then generated worlds of 10, 30, 100 and 195 states."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np

from realpolitik.data import load_panel
from realpolitik.measures.relation.fitting import Problem, em_step, pass_over, start_parameters
from realpolitik.measures.relation.grid import make_grid, make_readings
from realpolitik.measures.relation.indicators import SERIES, Grid
from realpolitik.measures.relation.measure import fit_parameters
from realpolitik.measures.relation.model import Parameters

T = TypeVar("T")
SIZES = (10, 30, 100, 195)
SIGNS = {one.name: one.sign for one in SERIES}
LASTING = {one.name for one in SERIES if one.lasting}


def timed(name: str, work: Callable[[], T]) -> T:
    """Print wall-clock and processor seconds of one call, and the most memory used so far."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"  {name}: {wall:.2f} s, cpu {cpu:.2f} s, peak {peak:.2f} GiB", flush=True)
    return result


def stretched(grid: Grid, states: int) -> Grid:
    """Make a world of any size: each of its pairs has the columns of a pair drawn from a region."""
    first, second = np.triu_indices(states, 1)
    drawn = np.random.default_rng(states).integers(len(grid.first), size=len(first))
    return replace(
        grid,
        states=tuple(f"S{number:03}" for number in range(states)),
        first=first,
        second=second,
        exists=grid.exists[:, drawn],
        columns={name: values[:, drawn] for name, values in grid.columns.items()},
        nearness=grid.nearness[drawn],
        vote_variance=grid.vote_variance[:, drawn],
        exposure=grid.exposure[drawn],
    )


def measure(problem: Problem, params: Parameters) -> None:
    """Filter and smooth block by block, as the measure does."""
    for block in problem.blocks():
        pass_over(block, params)


def cost(grid: Grid) -> None:
    """Print what each stage costs for one set of states; neutral parameters cost the same."""
    print(f"{2 * len(grid.first)} directed dyads, {len(grid.steps)} steps", flush=True)
    readings = timed("readings", lambda: make_readings(grid, SERIES))
    problem = Problem(readings, grid.exists[:, :, 0])
    params = start_parameters(readings, SIGNS, LASTING)
    timed("filter and smoother", lambda: measure(problem, params))
    timed("one step of the fit", lambda: em_step(problem, params))


def main() -> None:
    print("default region, whole fit", flush=True)
    timed("fit", lambda: fit_parameters(load_panel("south-asia")))
    grid = make_grid(load_panel("south-asia"))
    for states in SIZES:
        print(f"{states} states")
        cost(stretched(grid, states))


if __name__ == "__main__":
    main()
