"""One log posterior with its gradient, as states grow, beside one pass over the same inputs.

The pass adds up every input array once: what memory allows. The ratio says how many such passes an
evaluation costs. Times are CPU seconds on one thread, after compilation, which is shown apart.
"""

from __future__ import annotations

import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")  # before JAX is

import numpy as np

from realpolitik.inference.fitting import starting_points
from realpolitik.inference.objective import loss_and_gradient
from realpolitik.theory import Inputs, NeoclassicalRealism
from realpolitik.theory.arrays import jax
from realpolitik.theory.synthetic import World, inputs

STATES = (10, 20, 30)
YEARS = 78
TIMES = 5


def cpu_seconds(times: int, work: object, *given: object) -> float:
    start = time.process_time()
    for _ in range(times):
        work(*given)
    return (time.process_time() - start) / times


def one_pass(given: Inputs) -> float:
    return sum(float(np.sum(part)) for part in jax.tree_util.tree_leaves(given))


def main() -> None:
    theory = NeoclassicalRealism()
    print("states  dyad-years  compile s  value and gradient s  one pass s  ratio")
    for states in STATES:
        given = inputs(World(states=states, steps=YEARS), 1)
        place = starting_points(theory, given.sizes, 1, 1)[0]
        first = cpu_seconds(1, loss_and_gradient, theory, place, given)
        each = cpu_seconds(TIMES, loss_and_gradient, theory, place, given)
        through = cpu_seconds(10 * TIMES, one_pass, given)
        rows = states * (states - 1) * YEARS
        print(
            f"{states:6d}  {rows:10d}  {first - each:9.1f}  {each:20.3f}  {through:10.5f}"
            f"  {each / through:5.0f}"
        )


if __name__ == "__main__":
    main()
