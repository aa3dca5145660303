"""All-pairs S, kappa and pi, 1946-2018, beside a loop over pairs with the same results.

The peers in R (peacesciencer, fpsim) loop over pairs of vectors. The loop here does the same work
with NumPy on each pair, in the same run; it is timed on a sample of pairs and scaled to all. Both
run on one thread, and times are CPU seconds, so other work on the machine does not count. R itself
is not measured: it is not part of this environment.
"""

from __future__ import annotations

import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded

import numpy as np

from realpolitik.measures.similarity import PLEDGE_LEVELS, VOTE_LEVELS, all_pairs

YEARS = range(1946, 2019)
SAMPLE = 2000
# members of the state system at the ends of the span and in between, by straight lines
MEMBERS = np.interp(YEARS, (1946, 1960, 1975, 1992, 2018), (66, 107, 152, 186, 195)).astype(int)
ROLL_CALLS = np.interp(YEARS, (1946, 1970, 1985, 2018), (45, 70, 150, 90)).astype(int)


def pledges(states: int, generator: np.random.Generator) -> np.ndarray:
    codes = generator.choice(PLEDGE_LEVELS, p=(0.85, 0.03, 0.04, 0.08), size=(states, states))
    np.fill_diagonal(codes, 3.0)
    return codes


def votes(states: int, items: int, generator: np.random.Generator) -> np.ndarray:
    return generator.choice((1.0, 2.0, 3.0, np.nan), p=(0.7, 0.1, 0.08, 0.12), size=(states, items))


def one_pair(a: np.ndarray, b: np.ndarray, levels: np.ndarray) -> tuple[float, float, float, float]:
    """S absolute and squared, kappa and pi of one pair from its definitions."""
    shared = ~(np.isnan(a) | np.isnan(b))
    a, b = a[shared], b[shared]
    gap = np.abs(a - b)
    span = levels[-1] - levels[0]
    distance = (levels[:, None] - levels) ** 2
    row = (a[:, None] == levels).mean(axis=0)
    column = (b[:, None] == levels).mean(axis=0)
    middle = (row + column) / 2
    apart = (gap**2).mean()
    return (
        1 - 2 * gap.mean() / span,
        1 - 2 * apart / span**2,
        1 - apart / (row @ distance @ column),
        1 - apart / (middle @ distance @ middle),
    )


def looped(tables: list[np.ndarray], levels: tuple[float, ...]) -> tuple[float, float]:
    """Seconds for all pairs by the loop, scaled from a sample, and the largest disagreement."""
    generator = np.random.default_rng(1)
    scale = np.array(levels)
    sizes = np.array([len(codes) * (len(codes) - 1) // 2 for codes in tables])
    chosen = generator.choice(len(tables), size=SAMPLE, p=sizes / sizes.sum())
    pairs = [(year, *generator.choice(len(tables[year]), 2, replace=False)) for year in chosen]
    begin = time.process_time()
    values = [one_pair(tables[year][i], tables[year][j], scale) for year, i, j in pairs]
    seconds = (time.process_time() - begin) * sizes.sum() / SAMPLE
    worst = 0.0
    for year in np.unique(chosen):
        whole = all_pairs(tables[year], levels)
        for (at, i, j), value in zip(pairs, values, strict=True):
            if at == year:
                ours = (whole.s_absolute, whole.s_squared, whole.kappa, whole.pi)
                worst = max(worst, *(abs(m[i, j] - v) for m, v in zip(ours, value, strict=True)))
    return seconds, worst


def vectorised(tables: list[np.ndarray], levels: tuple[float, ...]) -> float:
    begin = time.process_time()
    for codes in tables:
        all_pairs(codes, levels)
    return time.process_time() - begin


def main() -> None:
    """Print time, ratio and cost by number of states."""
    generator = np.random.default_rng(0)
    cases = {
        "pledges": ([pledges(n, generator) for n in MEMBERS], PLEDGE_LEVELS),
        "votes": (
            [votes(n, k, generator) for n, k in zip(MEMBERS, ROLL_CALLS, strict=True)],
            VOTE_LEVELS,
        ),
    }
    for name, (tables, levels) in cases.items():
        vectorised(tables[:3], levels)
        ours = min(vectorised(tables, levels) for _ in range(3))
        loop, worst = looped(tables, levels)
        number = sum(len(codes) * (len(codes) - 1) // 2 for codes in tables)
        print(
            f"{name:8s} {number:9,d} pair-years: all pairs {ours:6.2f} s, "
            f"loop over pairs {loop:7.1f} s (scaled from {SAMPLE}), x{loop / ours:5.0f}, "
            f"largest difference {worst:.1e}"
        )
    for states in (10, 30, 100, 195):
        tables = [pledges(states, generator) for _ in YEARS]
        seconds = min(vectorised(tables, PLEDGE_LEVELS) for _ in range(3))
        print(f"{states:4d} states, {len(tables)} years: {seconds:7.3f} s")


if __name__ == "__main__":
    main()
