"""Every theory fitted to a region's panel, and refitted at an earlier year beside that.

The peer of a refit is the fit from scratch in the same run: the ratio says what starting near and
knowing the curvature saves. Times are CPU seconds on one thread, compilation included in the fit.
"""

from __future__ import annotations

import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")  # before JAX is

import realpolitik as rp
from realpolitik.conditions.evidence import fit_outcome
from realpolitik.conditions.making import prepare
from realpolitik.inference.fitting import fit, refit
from realpolitik.theory import THEORIES

REGION, ORIGIN = "south-asia", 2010


def main() -> None:
    panel = rp.load_panel(region=REGION)
    layer = fit_outcome(panel)
    whole = prepare(panel, parameters=layer)
    ahead = len(whole.years) - (ORIGIN - int(whole.years[0]) + 1)
    early = prepare(panel, origin=ORIGIN, ahead=ahead, parameters=layer)
    print("theory                  parameters  fit s  refit s  ratio  gradient")
    total = 0.0
    for theory in THEORIES:
        start = time.process_time()
        found = fit(theory, whole.inputs, seed=1)
        middle = time.process_time()
        refit(found, early.inputs)
        first, second = middle - start, time.process_time() - middle
        total += first
        print(
            f"{theory.name:22s}  {len(found.names):10d}  {first:5.1f}  {second:7.1f}"
            f"  {first / second:5.0f}  {found.gradient:.1e}",
            flush=True,
        )
    print(f"all theories: {total:.0f} CPU seconds")


if __name__ == "__main__":
    main()
