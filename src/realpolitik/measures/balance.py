"""Structural balance of a signed network: triangles, and the exact line index of frustration.

A signed network is a symmetric matrix of -1, 0 (no tie) and 1. It is balanced if the states fall
into two camps with friends inside and enemies across.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

Array = NDArray[np.float64]
Integers = NDArray[np.intp]

INTEGRALITY = 1e-6  # HiGHS's own tolerance on integer variables


def triangle_index(signed: Array) -> Array:
    """Share of closed triangles that are balanced.

    b = (1 + tr(A^3) / tr(|A|^3)) / 2: a triangle is balanced if the product of its signs is
    positive. With A = 2p - 1 for ties of probability p of being positive, independent of each
    other, the same formula gives the exact expected share; |A| is then 1 wherever a tie exists.

    Parameters
    ----------
    signed : ndarray (..., N, N)
        Symmetric, zero diagonal; -1, 0 or 1.

    Returns
    -------
    ndarray (...)
        In [0, 1]; NaN where there is no triangle.

    References
    ----------
    Cartwright & Harary (1956), Psychological Review 63(5), 277-293.

    Examples
    --------
    >>> one_enemy = np.ones((3, 3)) - np.eye(3)
    >>> one_enemy[0, 1] = one_enemy[1, 0] = -1
    >>> float(triangle_index(one_enemy))
    0.0
    """
    return expected_triangle_index(signed, np.abs(signed))


def expected_triangle_index(lean: Array, tie: Array) -> Array:
    """Average the share of balanced triangles when signs are uncertain and independent.

    Parameters
    ----------
    lean : ndarray (..., N, N)
        2 p - 1, with p the probability that the tie is positive; 0 where there is no tie.
    tie : ndarray (..., N, N)
        1 where there is a tie, else 0.

    Returns
    -------
    ndarray (...)
        In [0, 1]; NaN where there is no triangle.
    """
    net, number = _closed_walks(lean), _closed_walks(tie)
    blank = np.full_like(net, np.nan)
    return np.asarray(0.5 * (1.0 + np.divide(net, number, out=blank, where=number > 0)))


def _closed_walks(matrix: Array) -> Array:
    """Trace of the cube, the last two axes being a matrix."""
    return np.asarray((np.matmul(matrix, matrix) * matrix.swapaxes(-1, -2)).sum(axis=(-2, -1)))


@dataclass(frozen=True, slots=True)
class Frustration:
    """Line index of frustration of one network.

    Attributes
    ----------
    index : int
        Fewest ties that disagree with any division into two camps.
    bound : int
        Proved lower bound; the index is exact if the two are equal.
    exact : bool
        Whether the solver proved the optimum.
    camp : ndarray of bool (N,)
        One best division; states without ties are in the first camp.
    ties : int
        Ties in the network.
    """

    index: int
    bound: int
    exact: bool
    camp: NDArray[np.bool_]
    ties: int

    @property
    def normalised(self) -> float:
        """1 - 2 index / ties, in [0, 1]; 1 if balanced, NaN without ties (Aref & Wilson 2018)."""
        return 1.0 - 2.0 * self.index / self.ties if self.ties else float("nan")


def frustration(signed: Array, seconds: float = 60.0) -> Frustration:
    """Line index of frustration, by integer programming with a proof of optimality.

    minimise sum_e f_e over camps x_i in {0, 1}, with f_e >= |x_i - x_j| for a positive tie and
    f_e >= |x_i + x_j - 1| for a negative one; f_ij + f_jk + f_ik >= 1 for every unbalanced
    triangle tightens the relaxation, and the state with most ties is fixed in the first camp.

    Parameters
    ----------
    signed : ndarray (N, N)
        Symmetric, zero diagonal; -1, 0 or 1.
    seconds : float
        Time limit; a network not solved by then has ``exact`` False and a lower `bound`.

    References
    ----------
    Aref, Mason & Wilson (2020), Networks 75(1), 95-110; Harary (1959), Behavioral Science 4(4),
    316-323; solver HiGHS (Huangfu & Hall 2018).

    Examples
    --------
    >>> ring = np.zeros((4, 4))
    >>> for i, sign in enumerate((1, 1, 1, -1)):
    ...     ring[i, (i + 1) % 4] = ring[(i + 1) % 4, i] = sign
    >>> result = frustration(ring)
    >>> result.index, result.exact
    (1, True)
    """
    states = len(signed)
    first, second = np.nonzero(np.triu(signed, 1))
    ties = len(first)
    if ties == 0:
        return Frustration(0, 0, True, np.zeros(states, dtype=bool), 0)
    sign = signed[first, second]
    cost = np.concatenate([np.zeros(states), np.ones(ties)])
    upper = np.ones(states + ties)
    upper[np.abs(signed).sum(axis=0).argmax()] = 0.0
    integral = np.concatenate([np.ones(states), np.zeros(ties)])
    solved = milp(
        cost,
        integrality=integral,
        bounds=Bounds(0.0, upper),
        constraints=_constraints(signed, first, second, sign),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    camp = np.zeros(states, dtype=bool) if solved.x is None else solved.x[:states] > 0.5
    index = int(disagreements(camp, first, second, sign))
    dual = getattr(solved, "mip_dual_bound", None)
    bound = 0 if dual is None else max(0, int(np.ceil(dual - INTEGRALITY)))
    return Frustration(index, min(bound, index), bound >= index, camp, ties)


def disagreements(
    camp: NDArray[np.bool_], first: Integers, second: Integers, sign: Array
) -> np.intp:
    """Ties that disagree with a division: enemies inside a camp and friends across."""
    apart = camp[first] != camp[second]
    return np.count_nonzero(apart == (sign > 0))


def _constraints(signed: Array, first: Integers, second: Integers, sign: Array) -> LinearConstraint:
    """Rows f >= |x_i - x_j| or |x_i + x_j - 1| for each tie, and a cut for each bad triangle."""
    states, ties = len(signed), len(first)
    tie = np.arange(ties)
    one = np.ones(ties)
    # one pair of rows per tie: f - x_i + s x_j >= min(0, s) and f + x_i - s x_j >= min(0, -s) ...
    # for s = 1 these are f >= x_i - x_j and f >= x_j - x_i, for s = -1 f >= x_i + x_j - 1 and
    # f >= 1 - x_i - x_j
    rows = [2 * tie, 2 * tie, 2 * tie, 2 * tie + 1, 2 * tie + 1, 2 * tie + 1]
    columns = [states + tie, first, second, states + tie, first, second]
    values = [one, -one, sign, one, one, -sign]
    floor = np.empty(2 * ties)
    floor[0::2] = np.where(sign > 0, 0.0, -1.0)
    floor[1::2] = np.where(sign > 0, 0.0, 1.0)
    bad = _bad_triangles(signed, first, second)
    cut = 2 * ties + np.arange(len(bad))
    for side in range(3):
        rows.append(cut)
        columns.append(states + bad[:, side])
        values.append(np.ones(len(bad)))
    matrix = coo_array(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
        shape=(2 * ties + len(bad), states + ties),
    ).tocsr()
    return LinearConstraint(matrix, np.concatenate([floor, np.ones(len(bad))]), np.inf)


def _bad_triangles(signed: Array, first: Integers, second: Integers) -> Integers:
    """Ties of every unbalanced triangle: ndarray (triangles, 3) of tie numbers."""
    number = np.full(signed.shape, -1)
    number[first, second] = number[second, first] = np.arange(len(first))
    product = signed[first, second][:, None] * signed[first] * signed[second]
    tie, third = np.nonzero(product < 0)
    once = third > second[tie]
    tie, third = tie[once], third[once]
    return np.stack([tie, number[first[tie], third], number[second[tie], third]], axis=1)
