"""The main job in a new process: cold and stored, seconds and peak memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUN = (
    "import sys; from realpolitik.cli import main; "
    "sys.argv = ['realpolitik', *sys.argv[1:]]; main()"
)
DYADS = (("USA", "PAK", "south-asia"), ("TUR", "RUS", "eastern-mediterranean"))


def run(source: str, target: str, region: str, place: Path) -> tuple[float, int]:
    """Seconds and status of one assessment with a cache of its own."""
    environment = os.environ | {"REALPOLITIK_CACHE": str(place / "cache")}
    command = [sys.executable, "-c", RUN, "assess", source, target, "--region", region]
    start = time.perf_counter()
    done = subprocess.run(
        [*command, "--out", str(place / "out")], env=environment, capture_output=True, check=False
    )
    return time.perf_counter() - start, done.returncode


def main() -> None:
    """Print one line for each dyad, cold and stored, and the peak memory of all."""
    for source, target, region in DYADS:
        with tempfile.TemporaryDirectory() as folder:
            for state in ("cold", "stored"):
                seconds, status = run(source, target, region, Path(folder))
                print(f"assess {source} {target} {state:7s} {seconds:7.2f} s  exit {status}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")


if __name__ == "__main__":
    main()
