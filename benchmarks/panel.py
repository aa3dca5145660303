"""Loading the panel: in a new process, again, by month, and cut to what was known."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

from realpolitik import load_panel
from realpolitik.panel import Panel, check

REPEATS = 5
NEW_PROCESS = "from realpolitik import load_panel; load_panel('south-asia')"


def timed(run: Callable[[], object]) -> float:
    """Median seconds of a few runs."""
    spent = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        run()
        spent.append(time.perf_counter() - start)
    return median(spent)


def main() -> None:
    """Print one line for each way to load."""
    panel: Panel = load_panel("south-asia")
    rows = {
        "south-asia, new process with imports": lambda: subprocess.run(
            [sys.executable, "-c", NEW_PROCESS], check=True
        ),
        "south-asia, again": lambda: load_panel("south-asia"),
        "south-asia, as of 2010": lambda: load_panel("south-asia", as_of=2010),
        "south-asia, 1990-2019": lambda: load_panel("south-asia", start=1990, end=2019),
        "south-asia by month": lambda: load_panel("south-asia", step="month"),
        "eastern-mediterranean": lambda: load_panel("eastern-mediterranean"),
        "votes of the panel": panel.votes,
        "all checks of the panel": lambda: check(panel),
    }
    for name, run in rows.items():
        print(f"{name:40s} {timed(run):6.3f} s")


if __name__ == "__main__":
    main()
