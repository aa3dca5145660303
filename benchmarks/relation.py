"""Time of the relation of the default region: readings, filter and smoother, whole fit."""

from __future__ import annotations

import time
from collections.abc import Callable

from realpolitik.data import load_panel
from realpolitik.measures.relation.fitting import Problem, pass_over
from realpolitik.measures.relation.grid import make_grid, make_readings
from realpolitik.measures.relation.indicators import SERIES
from realpolitik.measures.relation.measure import fit_parameters


def timed(name: str, work: Callable[[], object]) -> None:
    """Print wall-clock and processor seconds of one call."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    print(f"{name}: {time.perf_counter() - wall:.2f} s, cpu {time.process_time() - cpu:.2f} s")


def main() -> None:
    panel = load_panel("south-asia")
    grid = make_grid(panel)
    readings = make_readings(grid, SERIES)
    params = fit_parameters(panel)
    timed("readings", lambda: make_readings(grid, SERIES))
    timed("filter and smoother", lambda: pass_over(Problem(readings, grid.exists[:, :, 0]), params))
    timed("fit", lambda: fit_parameters(panel))


if __name__ == "__main__":
    main()
