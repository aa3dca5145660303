"""A stable and an unstable arms race."""

from __future__ import annotations

from collections.abc import Iterator

from realpolitik.measures.arms_race import Richardson


def replicate(_: None) -> Iterator[tuple[str, float]]:
    for reaction in (0.9, 1.17):
        race = Richardson(reaction, 1.0, 1.0, reaction, 1.0, 1.0)
        x, y = race.equilibrium()
        yield f"equilibrium x {reaction:g}".replace("0.", "."), float(x)
        yield f"equilibrium y {reaction:g}".replace("0.", "."), float(y)
        for number, value in enumerate(race.eigenvalues(), 1):
            yield f"eigenvalue {number} {reaction:g}".replace("0.", "."), float(value.real)
        yield f"stable {reaction:g}".replace("0.", "."), float(race.stable())
