"""The relation given all readings: a smoother over pairs, and draws of whole paths.

A step backwards has two parts, because a step forwards has two: the images that new leaders bring
replace the old ones, and the hidden vector moves on. Nothing learned about a new leader's image
tells of the old one, so across a change of leader only relations and offsets inform the past.
Third-party terms and intent use the filtered means of `filtering`, taken as known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from realpolitik.inference.elements import HIDDEN, Pairs
from realpolitik.inference.filtering import Moments, filter_moments, turn_of
from realpolitik.rng import stream
from realpolitik.theory.arrays import Array, jax, jnp
from realpolitik.theory.base import Theory
from realpolitik.theory.inputs import Inputs
from realpolitik.theory.parameter import Params


@dataclass(frozen=True, slots=True)
class Smoothed:
    """Moments given all readings.  T steps, D dyads.

    mean, var : (T, D)               of the relation
    cross : (T, D)                   covariance of θ_ij and θ_ji, the same for both
    offset_mean, offset_var : (D,)
    image_mean, image_var : (T, D)   of the image held by the leader in office at the step
    """

    mean: Array
    var: Array
    cross: Array
    offset_mean: Array
    offset_var: Array
    image_mean: Array
    image_var: Array


@dataclass(frozen=True, slots=True)
class Paths:
    """Joint draws of the hidden vectors given all readings.  R draws, T steps, D dyads.

    relation, image : (R, T, D)
    offset : (R, D)
    """

    relation: np.ndarray
    image: np.ndarray
    offset: np.ndarray


class Links(NamedTuple):
    """How each step hangs on the next.  T steps, P pairs; vectors (6,), matrices (6, 6).

    office : mean, cov (T - 1, P, ...)    of the step, its readings included, new images in place
    reached : mean, cov                   of the next step, before its readings
    read : mean, cov                      of the next step, its readings included, old images
    keep : (T - 1, P, 6)                  0 for an image that the next step replaces, else 1
    gain, renewal : (T - 1, P, 6, 6)      regressions of a step on the next, of old images on what
                                          is kept
    """

    office: tuple[Array, Array]
    reached: tuple[Array, Array]
    read: tuple[Array, Array]
    keep: Array
    gain: Array
    renewal: Array


class Backward(NamedTuple):
    """Where the steps backwards begin, mean (P, 6) and cov (P, 6, 6), and their links."""

    last: tuple[Array, Array]
    links: Links


def _regress(cross: Array, cov: Array) -> Array:
    """Return cross · cov⁻¹; a component without variance takes no part."""
    still = jnp.diagonal(cov, axis1=-2, axis2=-1) <= 0.0
    solid = cov + jnp.eye(HIDDEN) * still[..., None, :]
    return jnp.swapaxes(jnp.linalg.solve(solid, jnp.swapaxes(cross, -1, -2)), -1, -2)


def _pairs_first(pairs: Pairs) -> tuple[Array, Array]:
    return jnp.moveaxis(pairs.mean, -1, 1), jnp.moveaxis(pairs.cov, -1, 1)


def backward(moments: Moments) -> Backward:
    """Prepare the steps backwards from what the filter found."""
    predicted, filtered, changed = (
        _pairs_first(part) for part in (moments.predicted, moments.filtered, moments.changed)
    )
    steps, pairs = predicted[0].shape[:2]
    new = jnp.moveaxis(moments.new.reshape(steps, 2, pairs), 1, 2)[1:]
    keep = jnp.concatenate([jnp.ones((steps - 1, pairs, 4)), 1.0 - new], axis=-1)
    office, reached, read = (
        (changed[0][:-1], changed[1][:-1]),
        (predicted[0][1:], predicted[1][1:]),
        (filtered[0][1:], filtered[1][1:]),
    )
    turn = jnp.moveaxis(jax.vmap(turn_of)(moments.move), -1, 1)[:-1]
    kept = read[1] * keep[..., None, :]
    links = Links(
        office=office,
        reached=reached,
        read=read,
        keep=keep,
        gain=_regress(office[1] @ jnp.swapaxes(turn, -1, -2), reached[1]),
        renewal=_regress(kept, kept * keep[..., :, None]),
    )
    return Backward((changed[0][-1], changed[1][-1]), links)


def _update(
    base: tuple[Array, Array], gain: Array, moved: Array, change: Array
) -> tuple[Array, ...]:
    mean, cov = base
    shift = jnp.einsum("...ab,...b->...a", gain, moved)
    return mean + shift, cov + gain @ change @ jnp.swapaxes(gain, -1, -2)


def _smooth_back(given: Backward) -> tuple[Array, Array]:
    """Return smoothed mean (T, P, 6) and cov (T, P, 6, 6)."""

    def step(later: tuple[Array, Array], at: Links) -> Array:
        mean, cov = later
        moved = at.keep * (mean - at.read[0])
        change = at.keep[..., None] * at.keep[..., None, :] * (cov - at.read[1])
        mean, cov = _update(at.read, at.renewal, moved, change)
        found = _update(at.office, at.gain, mean - at.reached[0], cov - at.reached[1])
        return found, found

    _, (mean, cov) = jax.lax.scan(step, given.last, given.links, reverse=True)
    return (
        jnp.concatenate([mean, given.last[0][None]]),
        jnp.concatenate([cov, given.last[1][None]]),
    )


def _by_dyad(first: Array, second: Array) -> Array:
    """Join the two directions of pairs (..., P) into dyads (..., D)."""
    return jnp.concatenate([first, second], axis=-1)


def _smooth(theory: Theory, params: Params, inputs: Inputs) -> tuple[Array, ...]:
    mean, cov = _smooth_back(backward(filter_moments(theory, params, inputs)))
    cross = cov[..., 0, 1]
    return (
        _by_dyad(mean[..., 0], mean[..., 1]),
        _by_dyad(cov[..., 0, 0], cov[..., 1, 1]),
        _by_dyad(cross, cross),
        _by_dyad(mean[-1, :, 2], mean[-1, :, 3]),
        _by_dyad(cov[-1, :, 2, 2], cov[-1, :, 3, 3]),
        _by_dyad(mean[..., 4], mean[..., 5]),
        _by_dyad(cov[..., 4, 4], cov[..., 5, 5]),
    )


_smoothed = jax.jit(_smooth, static_argnums=0)


def smooth_relation(theory: Theory, params: Params, inputs: Inputs) -> Smoothed:
    """Smooth the relation, the offsets and the leaders' images of every dyad.

    z' = A z + b + noise,  z given all = z + P A' P'⁻¹ (z' given all - z' predicted)

    Parameters
    ----------
    params : mapping
        All parameters on their own scales, from `Theory.params`.

    References
    ----------
    Rauch, Tung and Striebel (1965), Maximum likelihood estimates of linear dynamic systems.
    """
    return Smoothed(*_smoothed(theory, params, inputs))


def _root(cov: Array) -> Array:
    """Lower root of 2 by 2 covariances (..., 2, 2), any of them singular."""
    first = jnp.sqrt(jnp.maximum(cov[..., 0, 0], 0.0))
    across = jnp.where(first > 0, cov[..., 1, 0] / jnp.where(first > 0, first, 1.0), 0.0)
    second = jnp.sqrt(jnp.maximum(cov[..., 1, 1] - across**2, 0.0))
    rows = [jnp.stack([first, 0.0 * first], -1), jnp.stack([across, second], -1)]
    return jnp.stack(rows, axis=-2)


def _spread(root: Array, noise: Array) -> Array:
    return jnp.einsum("...ab,...b->...a", root, noise)


def _last_draw(last: tuple[Array, Array], noise: Array) -> Array:
    mean, cov = last
    moving = jnp.diagonal(cov, axis1=-2, axis2=-1) > 0.0
    root = jnp.linalg.cholesky(cov + jnp.eye(HIDDEN) * ~moving[..., None, :])
    return mean + moving * _spread(root, noise)


def draw_back(given: Backward, noise: Array) -> Array:
    """Turn standard normals (T, P, 6) into one joint draw (T, P, 6) of the hidden vectors.

    Backwards from the last step: replaced images are drawn given what is kept, then the relations
    given the whole of the next step; offsets and images are those of the next step itself.

    References
    ----------
    Carter and Kohn (1994), On Gibbs sampling for state space models. Frühwirth-Schnatter (1994),
    Data augmentation and dynamic linear models.
    """
    links = given.links
    old = links.read[1] - links.renewal @ (links.keep[..., :, None] * links.read[1])
    gone = 1.0 - links.keep[..., 4:]
    image_root = _root(old[..., 4:, 4:] * gone[..., None] * gone[..., None, :])
    left = links.office[1] - links.gain @ links.reached[1] @ jnp.swapaxes(links.gain, -1, -2)
    relation_root = _root(left[..., :2, :2])

    def step(later: Array, at: tuple[Links, Array, Array, Array]) -> tuple[Array, Array]:
        known, images, relations, normal = at
        base, _ = known.read
        whole = base + _spread(known.renewal, known.keep * (later - base))
        drawn = whole[..., 4:] + _spread(images, normal[..., 2:4])
        whole = jnp.concatenate([later[..., :4], drawn], axis=-1)
        mean = known.office[0] + _spread(known.gain, whole - known.reached[0])
        now = mean[..., :2] + _spread(relations, normal[..., :2])
        found = jnp.concatenate([now, whole[..., 2:]], axis=-1)
        return found, found

    last = _last_draw(given.last, noise[-1])
    steps = (links, image_root, relation_root, noise[:-1])
    _, found = jax.lax.scan(step, last, steps, reverse=True)
    return jnp.concatenate([found, last[None]])


def path_noise(seed: int, pair: tuple[int, int], draws: int, steps: int) -> np.ndarray:
    """Return standard normals (R, T, 6) of one pair; they do not depend on other pairs."""
    return stream(seed, "path", *pair).standard_normal((draws, steps, HIDDEN))


def _draw(theory: Theory, params: Params, inputs: Inputs, noise: Array) -> Array:
    given = backward(filter_moments(theory, params, inputs))
    return jax.lax.map(lambda each: draw_back(given, each), noise)


_drawn = jax.jit(_draw, static_argnums=0)


def draw_paths(theory: Theory, params: Params, inputs: Inputs, *, seed: int, draws: int) -> Paths:
    """Draw paths of the relation, offsets and images of every dyad, jointly given all readings.

    Parameters
    ----------
    params : mapping
        All parameters on their own scales, from `Theory.params`.
    seed : int
        Names the draws.
    draws : int
        How many.
    """
    pairs = zip(*np.triu_indices(inputs.sizes.states, 1), strict=True)
    noise = [path_noise(seed, (int(i), int(j)), draws, inputs.steps) for i, j in pairs]
    found = np.asarray(_drawn(theory, params, inputs, np.stack(noise, axis=2)))
    relation, offset, image = (
        np.concatenate([found[..., at], found[..., at + 1]], axis=-1) for at in (0, 2, 4)
    )
    return Paths(relation=relation, image=image, offset=offset[:, 0])
