"""Time of light commands as whole processes, as a ratio to an empty Python process."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = 7
PROGRAM = shutil.which("realpolitik") or os.path.join(
    os.path.dirname(sys.executable), "realpolitik"
)
COMMANDS = {
    "python -c pass (peer)": [sys.executable, "-c", "pass"],
    "import realpolitik": [sys.executable, "-c", "import realpolitik"],
    "realpolitik --help": [PROGRAM, "--help"],
    "realpolitik relation USA PAK (cold cache)": [PROGRAM, "relation", "USA", "PAK", "--no-cache"],
    "realpolitik relation USA PAK": [PROGRAM, "relation", "USA", "PAK"],
    "realpolitik phases USA PAK": [PROGRAM, "phases", "USA", "PAK"],
}


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """Wall time of one run."""
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - begin


def main() -> None:
    """Print the median of each command and its ratio to the empty process."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "REALPOLITIK_CACHE": cache}
        base = None
        for label, command in COMMANDS.items():
            seconds(command, environment)
            median = statistics.median(seconds(command, environment) for _ in range(RUNS))
            base = base or median
            print(f"{label:45s} {median:7.3f} s   x{median / base:6.1f}")


if __name__ == "__main__":
    main()
