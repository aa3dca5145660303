r"""A metric shaped like the posterior, in which the sampler and the search move.

Let H be the curvature of minus the log posterior. The metric is

.. math:: M^{-1} = D^{-1} + U E U^T, \quad E = (U^T H U)^{-1}

D keeps the curvature of each state's path (tridiagonal) and of each item (three by three). The
columns of U are what D gets wrong, the moves that hardly change the likelihood: all positions of
one year shifted or stretched together with the thresholds and discriminations of its items.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular
from scipy.sparse import coo_array, csr_array, diags_array, hstack, vstack

from realpolitik.measures.ideal_points.design import Floats, Ints
from realpolitik.measures.ideal_points.posterior import (
    SCALE_SD,
    Model,
    end_argument,
    interval,
    middle_bounds,
    mills,
    within_year,
)

FLOOR = 0.25
"""Least curvature of a threshold: one that lies free between two camps has little of its own."""


@dataclass(frozen=True, slots=True)
class Curvature:
    """Curvature of minus the log likelihood at one point.

    Attributes
    ----------
    end, middle : ndarray, shape (E,) and (M,)
        Of each vote along its linear predictor.
    items : ndarray, shape (J, 3, 3)
        Of each item along discrimination, first threshold and log gap, prior included; an item
        without a gap has a unit diagonal there.
    """

    end: Floats
    middle: Floats
    items: Floats


def curvature(model: Model, q: Floats) -> Curvature:
    """Second derivatives of minus the log likelihood, without the indefinite gap term."""
    design = model.design
    theta, _, _, gap = model.split(q)
    x = end_argument(model, q)
    ratio = mills(x)
    end = np.clip(ratio * (x + ratio), 0.0, 1.0)
    upper, lower = middle_bounds(model, q)
    _, at_upper, at_lower = interval(upper, lower)
    of_upper = at_upper * (at_upper + upper)
    of_lower = at_lower * (at_lower - lower)
    cross = at_upper * at_lower
    middle = of_upper + of_lower - 2.0 * cross

    item = np.concatenate([design.end_item, design.wide[design.middle_item]])
    weight = np.concatenate([end, middle])
    position = theta[np.concatenate([design.end_node, design.middle_node])]
    stretch = np.ones(design.items)
    stretch[design.wide] = np.exp(gap)
    high = np.concatenate([np.where(design.end_sign < 0, end, 0.0), of_upper - cross])
    high = high * stretch[item]
    square = np.concatenate([np.where(design.end_sign < 0, end, 0.0), of_upper])

    def total(values: Floats) -> Floats:
        return np.asarray(np.bincount(item, values, design.items), dtype=np.float64)

    items = np.zeros((design.items, 3, 3))
    items[:, 0, 0] = 1.0 + total(weight * position**2)
    items[:, 1, 1] = FLOOR + total(weight)
    items[:, 0, 1] = items[:, 1, 0] = -total(weight * position)
    wide = design.wide
    items[wide, 0, 2] = items[wide, 2, 0] = -total(high * position)[wide]
    items[wide, 1, 2] = items[wide, 2, 1] = total(high)[wide]
    items[:, 2, 2] = 1.0
    items[wide, 2, 2] += (total(square) * stretch**2)[wide]
    return Curvature(end, middle, items)


@dataclass(frozen=True, slots=True)
class Paths:
    """Cholesky factor of the path curvature (R ranks of S states).

    Attributes
    ----------
    nodes : int
        N, the number of state-years.
    grid : ndarray of int, shape (R, S)
        State-year at each rank of each state; N where there is none.
    diagonal, lower : ndarray, shape (R, S)
        The bidiagonal factor L.
    """

    nodes: int
    grid: Ints
    diagonal: Floats
    lower: Floats

    def pack(self, theta: Floats) -> Floats:
        """Lay positions out by rank and state, zero in the padding."""
        return np.append(theta, 0.0)[self.grid]

    def unpack(self, table: Floats) -> Floats:
        """Undo `pack`."""
        out = np.empty(self.nodes + 1)
        out[self.grid] = table
        return out[:-1]

    def forward(self, table: Floats) -> Floats:
        """Solve L x = table."""
        x = table / self.diagonal
        for rank in range(1, len(x)):
            x[rank] -= self.lower[rank] * x[rank - 1] / self.diagonal[rank]
        return x

    def backward(self, table: Floats) -> Floats:
        """Solve L^T x = table."""
        x = table / self.diagonal
        for rank in range(len(x) - 2, -1, -1):
            x[rank] -= self.lower[rank + 1] * x[rank + 1] / self.diagonal[rank]
        return x

    def multiply(self, theta: Floats) -> Floats:
        """Return L L^T theta."""
        table = self.pack(theta)
        half = self.diagonal * table
        half[:-1] += self.lower[1:] * table[1:]
        whole = self.diagonal * half
        whole[1:] += self.lower[1:] * half[:-1]
        return self.unpack(whole)


def solve_paths(paths: Paths, slope: Floats) -> Floats:
    """Solve L L^T x = slope, shape (N,)."""
    return paths.unpack(paths.backward(paths.forward(paths.pack(slope))))


@dataclass(frozen=True, slots=True)
class Metric:
    """Factors of M (P parameters, K moves).

    Attributes
    ----------
    paths : Paths
        Curvature of the positions in D.
    item_factor : ndarray, shape (J, 3, 3)
        Inverse of the lower Cholesky factor of the item curvature.
    item_curvature : ndarray, shape (J, 3, 3)
        Curvature of the items in D.
    moves : sparse, shape (P, K)
        U.
    spread : ndarray, shape (K, K)
        E = spread spread^T.
    inner : tuple
        Cholesky factor of E^{-1} + U^T D U.
    """

    model: Model
    paths: Paths
    item_factor: Floats
    item_curvature: Floats
    moves: csr_array
    spread: Floats
    inner: tuple[Floats, bool]

    def item_rows(self, q: Floats) -> Floats:
        """Collect the item parameters as rows, shape (J, 3)."""
        _, beta, first, gap = self.model.split(q)
        rows = np.zeros((len(beta), 3))
        rows[:, 0], rows[:, 1] = beta, first
        rows[self.model.design.wide, 2] = gap
        return rows

    def join(self, theta: Floats, rows: Floats) -> Floats:
        """Put a parameter vector together again."""
        wide = self.model.design.wide
        return np.concatenate([theta, rows[:, 0], rows[:, 1], rows[wide, 2]])

    def solve(self, p: Floats) -> Floats:
        """Return M^{-1} p."""
        theta = solve_paths(self.paths, p[: self.model.nodes])
        rows = np.einsum("jab,jb->ja", self.item_factor, self.item_rows(p))
        rows = np.einsum("jba,jb->ja", self.item_factor, rows)
        along = self.spread @ (self.spread.T @ (p @ self.moves))
        return np.asarray(self.join(theta, rows) + self.moves @ along)

    def draw(self, rng: np.random.Generator) -> Floats:
        """Draw from N(0, M^{-1}), a displacement of the size of the posterior."""
        noise = rng.standard_normal(self.model.size)
        table = self.paths.pack(noise[: self.model.nodes])
        theta = self.paths.unpack(self.paths.backward(table))
        rows = np.einsum("jba,jb->ja", self.item_factor, self.item_rows(noise))
        along = self.spread @ rng.standard_normal(self.spread.shape[0])
        return np.asarray(self.join(theta, rows) + self.moves @ along)

    def multiply(self, v: Floats) -> Floats:
        """Return M v."""
        d_v = self.block_product(v)
        along = cho_solve(self.inner, d_v @ self.moves)
        return d_v - self.block_product(self.moves @ along)

    def block_product(self, v: Floats) -> Floats:
        """Return D v."""
        rows = np.einsum("jab,jb->ja", self.item_curvature, self.item_rows(v))
        return self.join(self.paths.multiply(v[: self.model.nodes]), rows)


def build_metric(model: Model, q: Floats) -> Metric:
    """Build the metric at one point of the parameter space."""
    bent = curvature(model, q)
    moves = build_moves(model, q)
    stiffness = moves_stiffness(model, q, bent, moves)
    spread = solve_triangular(cholesky(stiffness, lower=True), np.eye(len(stiffness)), lower=True).T
    blank = Metric(
        model=model,
        paths=factor_paths(model, q, bent),
        item_factor=np.linalg.inv(np.linalg.cholesky(bent.items)),
        item_curvature=bent.items,
        moves=moves,
        spread=spread,
        inner=(np.empty(0), True),
    )
    dense = moves.toarray()
    weighted = np.stack([blank.block_product(column) for column in dense.T], axis=1)
    return replace(blank, inner=cho_factor(stiffness + dense.T @ weighted))


def pack_grid(model: Model) -> Ints:
    """State-years by rank within their state, shape (R, S); N marks the padding."""
    state = model.design.node_state
    present, start, counts = np.unique(state, return_index=True, return_counts=True)
    column = np.searchsorted(present, state)
    grid = np.full((counts.max(), len(present)), len(state), dtype=np.int64)
    grid[np.arange(len(state)) - start[column], column] = np.arange(len(state))
    return grid


def factor_paths(model: Model, q: Floats, bent: Curvature) -> Paths:
    """Cholesky factor of likelihood curvature plus random-walk precision along each path."""
    design = model.design
    beta = model.split(q)[1]
    precision = 1.0 / model.step_variance
    total = precision + np.bincount(
        design.end_node, bent.end * beta[design.end_item] ** 2, model.nodes
    )
    at_middle = bent.middle * beta[design.wide[design.middle_item]] ** 2
    total += np.bincount(design.middle_node, at_middle, model.nodes)
    later = np.flatnonzero(design.previous >= 0)
    total[design.previous[later]] += precision[later]
    link = np.where(design.previous >= 0, -precision, 0.0)
    grid = pack_grid(model)
    diagonal = np.append(total, 1.0)[grid]
    lower = np.append(link, 0.0)[grid]
    diagonal[0] = np.sqrt(diagonal[0])
    for rank in range(1, len(diagonal)):
        lower[rank] /= diagonal[rank - 1]
        diagonal[rank] = np.sqrt(diagonal[rank] - lower[rank] ** 2)
    return Paths(model.nodes, grid, diagonal, lower)


def item_years(model: Model, weights: Floats | None = None) -> csr_array:
    """Sum a quantity of the votes by item and year, shape (J, T); the votes' number if none."""
    design = model.design
    item = np.concatenate([design.end_item, design.wide[design.middle_item]])
    year = design.node_year[np.concatenate([design.end_node, design.middle_node])]
    values = np.ones(len(item)) if weights is None else weights
    return csr_array(coo_array((values, (item, year)), shape=(design.items, len(design.years))))


def build_moves(model: Model, q: Floats) -> csr_array:
    """Columns of U: the shift and the stretch of each year, shape (P, 2 T)."""
    theta, beta, _, gap = model.split(q)
    years = len(model.design.years)
    rows = np.arange(model.nodes)
    of_year = csr_array(
        (np.ones(model.nodes), (rows, model.design.node_year)), shape=(model.nodes, years)
    )
    counts = item_years(model)
    share = diags_array(beta / counts.sum(axis=1)) @ counts
    nothing, no_gap = csr_array(share.shape), csr_array((len(gap), years))
    shift = vstack([of_year, nothing, share, no_gap])
    stretch = vstack([diags_array(theta) @ of_year, -share, nothing, no_gap])
    return csr_array(hstack([shift, stretch]))


def moves_stiffness(model: Model, q: Floats, bent: Curvature, moves: csr_array) -> Floats:
    """Compute U^T H U: what the walk, the priors and the bridging items say about the moves."""
    design = model.design
    theta, beta = model.split(q)[:2]
    n = model.nodes
    later = np.flatnonzero(design.previous >= 0)
    walk = diags_array(np.ones(n)) - csr_array(
        (np.ones(len(later)), (later, design.previous[later])), shape=(n, n)
    )
    steps = diags_array(1.0 / np.sqrt(model.step_variance)) @ (walk @ moves[:n])
    slopes = moves[n : n + design.items]
    scale = np.stack([np.ones(n), 2.0 * within_year(model, theta)]) @ moves[:n] / (n * SCALE_SD)
    prior = (steps.T @ steps + slopes.T @ slopes).toarray() + scale.T @ scale

    node = np.concatenate([design.end_node, design.middle_node])
    item = np.concatenate([design.end_item, design.wide[design.middle_item]])
    weight = np.concatenate([bent.end, bent.middle]) * beta[item] ** 2
    counts = item_years(model)
    share = diags_array(1.0 / counts.sum(axis=1)) @ counts
    pairs = counts.tocoo()
    cells = (np.arange(pairs.nnz), pairs.coords[1])
    apart = share[pairs.coords[0]] - csr_array(
        (np.ones(pairs.nnz), cells), shape=(pairs.nnz, counts.shape[1])
    )
    blocks = []
    for power in range(3):
        moment = item_years(model, weight * theta[node] ** power)
        moment = moment.toarray()[pairs.coords]
        blocks.append((apart.T @ diags_array(moment) @ apart).toarray())
    return np.asarray(prior + np.block([[blocks[0], blocks[1]], [blocks[1], blocks[2]]]))
