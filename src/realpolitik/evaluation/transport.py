"""Do parameters learned elsewhere hold here: readings foretold by fits that never saw them.

A part of the readings is left out, the theory is fitted to the rest, and the part is foretold one
step ahead with those parameters; the filter that foretells knows every earlier reading.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realpolitik.evaluation.clustering import difference
from realpolitik.evaluation.scores import Array, Whole
from realpolitik.evaluation.verdict import CLUSTERS, GAIN
from realpolitik.inference.fitting import Fit, refit
from realpolitik.inference.objective import filtered_and_scored
from realpolitik.rng import stream
from realpolitik.theory.inputs import Inputs, dyad_order

Mask = NDArray[np.bool_]

STATE, LEADERS = "state", "leaders"
FOLDS = 10


def state_mask(leader: Array, state: int) -> Mask:
    """Mark the readings (T, D) of all pairs with a state.

    Parameters
    ----------
    leader : ndarray (T, N)
        Numbers of the leaders in office.
    state : int
        Position of the state.
    """
    steps, states = leader.shape
    source, target = dyad_order(states)
    return np.tile((source == state) | (target == state), (steps, 1))


def leader_folds(leader: Array, seed: int, folds: int = FOLDS) -> Whole:
    """Deal leaders to folds: return the fold (T, N) of each state's leader in office.

    Each state's leaders, in random order, are dealt to the folds in turn, the next state's going on
    where the last one's ended; so the folds differ by one leader at most, over all states and
    within each. One who comes back to office is the same leader.

    Parameters
    ----------
    leader : ndarray (T, N)
    seed, folds : int

    Examples
    --------
    >>> leader_folds(np.array([[1.0], [2.0], [1.0]]), seed=1, folds=2).ravel().tolist() in (
    ...     [0, 1, 0], [1, 0, 1])
    True
    """
    found = np.empty(leader.shape, dtype=np.int64)
    dealt = 0
    for state in range(leader.shape[1]):
        numbers, place = np.unique(leader[:, state], return_inverse=True)
        order = stream(seed, "leaders", state).permutation(len(numbers))
        found[:, state] = (dealt + order[place]) % folds
        dealt += len(numbers)
    return found


def leader_mask(leader: Array, fold: int, seed: int, folds: int = FOLDS) -> Mask:
    """Mark the readings (T, D) that a leader of a fold has a hand in, on either side of the pair.

    A leader moves the relation from each step in office to the next, so a reading is that of the
    leaders in office at its step and at the one before.
    """
    there = leader_folds(leader, seed, folds) == fold
    there[1:] = there[1:] | there[:-1]
    source, target = dyad_order(leader.shape[1])
    return np.asarray(there[:, source] | there[:, target])


def mask_of(inputs: Inputs, left_out: str, part: int, seed: int) -> Mask:
    """Mark the readings (T, D) of a part: of a state, or of a fold of leaders."""
    leader = np.asarray(inputs.conditions.leader)
    if left_out == STATE:
        return state_mask(leader, part)
    return leader_mask(leader, part, seed)


def parts(inputs: Inputs, left_out: str) -> range:
    """Return the numbers of all parts."""
    return range(inputs.sizes.states if left_out == STATE else FOLDS)


def cells(inputs: Inputs, mask: Mask) -> Whole:
    """Return the readings under a mask that have a step before them: step times D plus dyad, (R,).

    As in `forecasting.ahead`, there is one series of readings.
    """
    given = mask & ~np.isnan(np.asarray(inputs.reading)[:, :, 0])
    given[0] = False
    return np.flatnonzero(given)


def hidden(inputs: Inputs, mask: Mask) -> Inputs:
    """Take the readings under a mask (T, D) away."""
    reading = np.where(mask[:, :, None], np.nan, np.asarray(inputs.reading))
    return dataclasses.replace(inputs, reading=reading)


@dataclass(frozen=True, slots=True)
class Foretold:
    """Readings left out of a fit.  R readings, in the order of `cells`.

    vector : (V,)      most probable parameters without them
    without : (R,)     log score one step ahead with these parameters, nats
    seen : (R,)        with the parameters fitted to all readings
    """

    vector: Array
    without: Array
    seen: Array


def foretell(near: Fit, inputs: Inputs, mask: Mask) -> Foretold:
    """Fit a theory without the readings under a mask, then foretell them.

    Parameters
    ----------
    near : Fit
        To all readings; the climb starts at its peak and ends where the gradient of the readings
        that are left is flat.
    inputs : Inputs
        With all readings.
    mask : ndarray of bool (T, D)

    Raises
    ------
    ConvergenceError
        If the refit does not converge.
    """
    vector = refit(near, hidden(inputs, mask)).vector
    here = cells(inputs, mask)
    without, seen = (
        filtered_and_scored(near.theory, one, inputs)[1][:, :, 0].ravel()[here]
        for one in (vector, near.vector)
    )
    return Foretold(vector, without, seen)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """All parts left out in turn.  K theories, R rows: each reading with each part it is of.

    left_out : str             `state` or `leaders`
    names : tuple of str       K
    part : (R,)                position of the state, or fold
    cell : (R,)                the reading, as in `cells`
    without, seen : (K, R)     log scores, as in `Foretold`
    """

    left_out: str
    names: tuple[str, ...]
    part: Whole
    cell: Whole
    without: Array
    seen: Array


def collect(
    inputs: Inputs, left_out: str, seed: int, scored: Mapping[str, Sequence[Foretold]]
) -> LeftOut:
    """Put together what theories made of every part.

    Parameters
    ----------
    scored : mapping of str to sequence of Foretold
        Theory to its parts, in the order of `parts`.
    """
    here = [cells(inputs, mask_of(inputs, left_out, p, seed)) for p in parts(inputs, left_out)]
    return LeftOut(
        left_out=left_out,
        names=tuple(scored),
        part=np.repeat(np.arange(len(here)), [len(one) for one in here]),
        cell=np.concatenate(here),
        without=np.stack(
            [np.concatenate([one.without for one in made]) for made in scored.values()]
        ),
        seen=np.stack([np.concatenate([one.seen for one in made]) for made in scored.values()]),
    )


@dataclass(frozen=True, slots=True)
class StateGain:
    """Readings of the pairs of a state, and what is gained on them in all, nats."""

    state: str
    readings: int
    total: float


@dataclass(frozen=True, slots=True)
class Transported:
    """What a theory gains over a rival on readings that neither was fitted to.

    With s_k,r(P) the log score of reading r by theory k with parameters fitted without part P, and
    P(r) the parts that r is of (two states; the folds of up to four leaders),

    d_r = mean over P in P(r) of {s_theory,r(P) - s_rival,r(P)},   gain = mean of d_r.

    left_out : str                `state` or `leaders`
    theory, rival : str
    readings : int                each foretold one step ahead
    gain, error, z : float        mean log score over the rival's, nats a reading; `dyadic` error
    smallest_z : float            z closest to zero over the ways to count the error
    gain_seen : float             the same gain with parameters fitted to all readings
    loss, loss_z : float          what the theory itself loses by not having seen them; `dyadic`
    states : tuple of StateGain   sum to twice the whole: a reading has two states
    """

    left_out: str
    theory: str
    rival: str
    readings: int
    gain: float
    error: float
    z: float
    smallest_z: float
    gain_seen: float
    loss: float
    loss_z: float
    states: tuple[StateGain, ...]

    @property
    def transports(self) -> bool:
        """Whether the gain is two errors or more above zero."""
        return self.z >= GAIN


def by_reading(cell: Whole, values: Array) -> tuple[Whole, Array]:
    """Return every reading once, (Q,), with the mean of its values over the parts it is of."""
    found, place = np.unique(cell, return_inverse=True)
    return found, np.bincount(place, values) / np.bincount(place)


def transported(
    held: LeftOut, theory: str, rival: str, states: Sequence[str], seed: int
) -> Transported:
    """Count what a theory gains over a rival on readings left out.

    Parameters
    ----------
    held : LeftOut
    theory, rival : str
        Of the names in `held`.
    states : sequence of str (N,)
        Codes.
    seed : int
        Of the block bootstrap.
    """
    first, second = held.names.index(theory), held.names.index(rival)
    gain = held.without[first] - held.without[second]
    source, target = dyad_order(len(states))
    cell, mean = by_reading(held.cell, gain)
    _, seen = by_reading(held.cell, held.seen[first] - held.seen[second])
    _, loss = by_reading(held.cell, held.seen[first] - held.without[first])
    step, dyad = np.divmod(cell, len(source))
    ends = source[dyad], target[dyad]
    found = difference(mean, *ends, step, seed)
    if held.left_out == STATE:
        owner, owned = held.part, gain
    else:
        owner, owned = np.concatenate(ends), np.concatenate([mean, mean])
    readings = np.bincount(owner, minlength=len(states))
    totals = np.bincount(owner, owned, minlength=len(states))
    return Transported(
        left_out=held.left_out,
        theory=theory,
        rival=rival,
        readings=found.readings,
        gain=found.mean,
        error=found.spread[CLUSTERS].error,
        z=found.spread[CLUSTERS].z,
        smallest_z=found.smallest_z,
        gain_seen=float(seen.mean()),
        loss=float(loss.mean()),
        loss_z=difference(loss, *ends, step, seed).spread[CLUSTERS].z,
        states=tuple(
            StateGain(state, int(count), float(total))
            for state, count, total in zip(states, readings, totals, strict=True)
        ),
    )


def told(without_states: Transported, without_leaders: Transported) -> str:
    """Say in a sentence whether a gain transports: it must do so both ways."""
    one, other = without_states, without_leaders
    both = one.transports and other.transports
    return (
        f"On readings of states that the fit left out {one.theory} gains {one.gain:+.4f} nats each "
        f"over {one.rival} (z {one.z:.1f}), on those of leaders left out {other.gain:+.4f} "
        f"(z {other.z:.1f}): "
        f"{'the gain transports' if both else 'no gain is shown to transport'}."
    )
