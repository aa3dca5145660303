"""Least trust for cooperation, trust after a defection, and precision weighting."""

from __future__ import annotations

from collections.abc import Iterator

from realpolitik.bargaining.trust import perceived, trust_threshold, update_trust


def replicate(_: None) -> Iterator[tuple[str, float]]:
    yield "threshold", float(trust_threshold(1.0, 0.9, 0.0, -1.0))
    yield "after a defection", float(update_trust(0.6, 0.3, 1.0))
    for precision in (0.25, 1.0, 4.0):
        label = f"{precision:g}".removeprefix("0")
        yield f"gain at precision {label}", float(perceived(0.0, 1.0, precision))
