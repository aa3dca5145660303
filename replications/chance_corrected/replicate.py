"""Weighted kappa and pi where the margins coincide and where they do not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from realpolitik.measures.similarity import PLEDGE_LEVELS, chance_corrected, profiles

CASES = {
    "equal": ((3, 0, 0, 0, 3, 0, 0, 1, 0, 0), (0, 3, 0, 0, 3, 0, 0, 0, 0, 1)),
    "unequal": ((3, 3, 3, 1, 0, 0, 0, 0, 0, 0), (3, 0, 0, 0, 0, 0, 0, 0, 0, 1)),
}


def replicate(_: None) -> Iterator[tuple[str, float]]:
    for name, pair in CASES.items():
        who = profiles(np.array(pair, dtype=float), PLEDGE_LEVELS)
        for power in (1, 2):
            kappa = chance_corrected(who, power, "cohen")[0, 1]
            pi = chance_corrected(who, power, "scott")[0, 1]
            yield f"cohen {power} {name} margins", float(kappa)
            yield f"scott {power} {name} margins", float(pi)
