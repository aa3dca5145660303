"""A point near the mode, from which the sampler starts."""

from __future__ import annotations

import numpy as np
from scipy.special import erfcx, ndtri

from realpolitik.measures.ideal_points.design import Floats
from realpolitik.measures.ideal_points.metric import curvature, factor_paths, solve_paths
from realpolitik.measures.ideal_points.posterior import (
    ROOT_HALF,
    Model,
    end_argument,
    evaluate,
    interval,
    middle_bounds,
    within_year,
)

SWEEPS = 10
LONGEST = 1.0
HALVINGS = 5


def start(model: Model, theta: Floats) -> Floats:
    """Alternate steps on items and on positions, from given positions.

    Each is a Newton step with the other block fixed. No convergence is asked for: the sampler's
    own warm-up goes the rest of the way.
    """
    q = np.concatenate([theta, open_items(model)])
    for _ in range(SWEEPS):
        q = step_items(model, q)
        q = rescale(model, step_positions(model, q))
    return step_items(model, q)


def open_items(model: Model) -> Floats:
    """Item parameters without discrimination: thresholds from the shares of the categories."""
    design = model.design
    low = np.bincount(design.end_item, design.end_sign > 0, design.items)
    high = np.bincount(design.end_item, design.end_sign < 0, design.items)
    middle = np.zeros(design.items)
    middle[design.wide] = np.bincount(design.middle_item, minlength=len(design.wide))
    total = low + middle + high
    first, last = ndtri(low / total), ndtri((low + middle) / total)
    gap = np.log(last[design.wide] - first[design.wide])
    return np.concatenate([np.zeros(design.items), first, gap])


def item_values(model: Model, q: Floats) -> Floats:
    """Minus the log posterior of each item given the positions, shape (J,)."""
    design = model.design
    _, beta, _, gap = model.split(q)
    x = end_argument(model, q)
    each = 0.5 * x * x - np.log(0.5 * erfcx(x * -ROOT_HALF))
    values = np.bincount(design.end_item, each, design.items) + 0.5 * beta**2
    chance = interval(*middle_bounds(model, q))[0]
    values[design.wide] -= np.bincount(design.middle_item, chance, len(design.wide)) + gap
    return values


def step_items(model: Model, q: Floats) -> Floats:
    """Newton step of every item, shortened until it lowers the item's own value."""
    design, n = model.design, model.nodes
    _, beta, first, gap = model.split(evaluate(model, q, value=False)[1])
    slope = np.zeros((design.items, 3))
    slope[:, 0], slope[:, 1] = beta, first
    slope[design.wide, 2] = gap
    step = np.linalg.solve(curvature(model, q).items, slope[:, :, None])[:, :, 0]
    step /= np.maximum(1.0, np.abs(step).max(axis=1, keepdims=True) / LONGEST)
    before = item_values(model, q)
    after = q.copy()
    for _ in range(HALVINGS):
        change = np.concatenate([step[:, 0], step[:, 1], step[design.wide, 2]])
        after[n:] = q[n:] - change
        worse = ~(item_values(model, after) <= before)
        if not worse.any():
            break
        step[worse] *= 0.4
    step[worse] = 0.0
    after[n:] = q[n:] - np.concatenate([step[:, 0], step[:, 1], step[design.wide, 2]])
    return after


def step_positions(model: Model, q: Floats) -> Floats:
    """Newton step of all paths with the items fixed."""
    n = model.nodes
    slope = evaluate(model, q, value=False)[1][:n]
    step = solve_paths(factor_paths(model, q, curvature(model, q)), slope)
    after = q.copy()
    after[:n] -= np.clip(step, -LONGEST, LONGEST)
    return after


def rescale(model: Model, q: Floats) -> Floats:
    """Fix origin and unit and carry the items along, so that the likelihood stays."""
    out = q.copy()
    theta, beta, first, _ = model.split(out)
    origin, unit = theta.mean(), within_year(model, theta).std()
    first -= beta * origin
    beta *= unit
    theta -= origin
    theta /= unit
    return out
