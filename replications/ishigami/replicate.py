"""Variance shares of the Ishigami function, from a quadrature that is exact for it.

f = sin x1 + 7 sin^2 x2 + .1 x3^4 sin x1 with x uniform on [-pi, pi].
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

NODES = 24  # Gauss-Legendre nodes per axis; the integrands are smooth, 24 give 12 digits


def ishigami(x: np.ndarray) -> np.ndarray:
    """Value at x, (..., 3)."""
    sine = np.sin(x[..., 0])
    return sine + 7.0 * np.sin(x[..., 1]) ** 2 + 0.1 * x[..., 2] ** 4 * sine


def replicate(_: None) -> Iterator[tuple[str, float]]:
    node, weight = np.polynomial.legendre.leggauss(NODES)
    weight = weight / 2.0
    grid = np.stack(np.meshgrid(*[np.pi * node] * 3, indexing="ij"), -1)
    value = ishigami(grid)
    mean = np.einsum("abc,a,b,c->", value, weight, weight, weight)
    variance = np.einsum("abc,a,b,c->", (value - mean) ** 2, weight, weight, weight)
    for axis in range(3):
        given = np.tensordot(np.moveaxis(value, axis, 0), np.outer(weight, weight), axes=2)
        main = weight @ (given - mean) ** 2
        rest = np.tensordot(np.moveaxis(value, axis, -1), weight, axes=1)
        without = np.einsum("ab,a,b->", (rest - mean) ** 2, weight, weight)
        yield f"first {axis + 1}", float(main / variance)
        yield f"total {axis + 1}", float(1.0 - without / variance)
