"""Draws of an issue settled per second, by number of actors and solution concept.

Beside the challenge model, the same model run one draw at a time on the same draws in the same run,
timed on a sample and scaled to all.
"""

from __future__ import annotations

import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded

import numpy as np

from realpolitik.bargaining.board import Board, drawn
from realpolitik.bargaining.challenge import Choices, play
from realpolitik.bargaining.forecast import settlement
from realpolitik.bargaining.reading import parse_issue
from realpolitik.bargaining.solutions import METHODS

ACTORS = (5, 10, 20, 40)
DRAWS = {5: 10_000, 10: 10_000, 20: 4_000, 40: 1_000}
NAMES = ("mean", "median", "condorcet", "nash", "expected-utility", "spatial")
SAMPLE = 50


def issue_of(actors: int, draws: int) -> Board:
    """Draws of an issue of one dimension with every entry a triangular range."""
    generator = np.random.default_rng(actors)
    ends = np.sort(generator.uniform(0, 100, (actors, 3)), axis=1)
    care = np.sort(generator.uniform(0.1, 1, (actors, 3)), axis=1)
    issue = parse_issue(
        {
            "name": "benchmark",
            "dimensions": [{"name": "x", "low": 0, "high": 100, "status_quo": 50}],
            "actors": [
                {
                    "name": f"A{n}",
                    "capability": float(generator.uniform(0.1, 1)),
                    "salience": care[n].tolist(),
                    "position": ends[n].tolist(),
                }
                for n in range(actors)
            ],
        }
    )
    return drawn(issue, draws, seed=1)


def one_at_a_time(board: Board) -> float:
    """Seconds for a sample of draws of the challenge model, each alone, scaled to all."""
    begin = time.perf_counter()
    for m in range(SAMPLE):
        part = board.part(m, m + 1)
        play(part.position[:, 0], part.capability, part.salience[:, 0], Choices())
    return (time.perf_counter() - begin) * board.draws / SAMPLE


def main() -> None:
    print(f"{'actors':>6} {'draws':>6} {'concept':<18} {'seconds':>8} {'draws/s':>10}")
    for actors in ACTORS:
        board = issue_of(actors, DRAWS[actors])
        for name in NAMES:
            begin = time.perf_counter()
            settlement(board, METHODS[name], {})
            took = time.perf_counter() - begin
            rate = board.draws / took
            print(f"{actors:>6} {board.draws:>6} {name:<18} {took:>8.2f} {rate:>10.0f}")
            if name == "expected-utility":
                alone = one_at_a_time(board)
                print(f"{'':>13} {'  one at a time':<18} {alone:>8.2f} {alone / took:>9.1f}x")


if __name__ == "__main__":
    main()
