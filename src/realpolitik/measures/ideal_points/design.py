"""Roll calls as the arrays the likelihood needs: items, sides, state-years and their chains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from realpolitik.errors import InputFileError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

YES, ABSTAIN, NO = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Votes:
    """Roll-call votes as triplets; an absence is no triplet.

    Parameters
    ----------
    state : ndarray of int, shape (n,)
        Position in `states` of the state that voted.
    roll_call : ndarray of int, shape (n,)
        Position in `roll_calls` of the roll call.
    choice : ndarray of int, shape (n,)
        1 yes, 2 abstain, 3 no.
    states : tuple of str, length S
        Keys of the states.
    roll_calls : ndarray of int, shape (V,)
        Identifier of each roll call.
    years : ndarray of int, shape (V,)
        Year of each roll call (the year in which its assembly session opened).
    """

    state: Ints
    roll_call: Ints
    choice: Ints
    states: tuple[str, ...]
    roll_calls: Ints
    years: Ints


@dataclass(frozen=True, slots=True)
class Design:
    """The non-unanimous votes arranged for the likelihood (N state-years, J items, E end votes).

    An item is a resolution: one roll call or several of the same content. Every item has three
    categories, also where nobody chose one of them: the chance of that category counts.

    Attributes
    ----------
    node_state, node_year : ndarray of int, shape (N,)
        State and year position of each state-year, sorted by state, then year.
    node_votes : ndarray of int, shape (N,)
        Votes of the state-year that enter the likelihood.
    previous : ndarray of int, shape (N,)
        The state's preceding state-year, -1 for its first.
    years : ndarray of int, shape (T,)
        Calendar years with votes.
    item_of : ndarray of int, shape (V,)
        Item of each roll call, -1 for a unanimous one.
    chosen : ndarray of bool, shape (J, 3)
        Whether anybody voted yes, abstained and voted no on the item.
    end_item, end_node : ndarray of int, shape (E,)
        Votes for yes or no.
    end_sign : ndarray of float, shape (E,)
        1 for yes, -1 for no.
    middle_item, middle_node : ndarray of int, shape (M,)
        Abstentions.
    """

    node_state: Ints
    node_year: Ints
    node_votes: Ints
    previous: Ints
    years: Ints
    item_of: Ints
    chosen: NDArray[np.bool_]
    end_item: Ints
    end_node: Ints
    end_sign: Floats
    middle_item: Ints
    middle_node: Ints

    @property
    def items(self) -> int:
        """Number of items, J."""
        return len(self.chosen)


def link_roll_calls(roll_calls: Ints, bridges: Ints) -> Ints:
    """Give roll calls on resolutions of the same content one common label.

    Parameters
    ----------
    roll_calls : ndarray of int, shape (V,)
        Identifiers of the roll calls.
    bridges : ndarray of int, shape (B, 2)
        Pairs of identifiers; pairs that name a roll call not held are ignored.

    Returns
    -------
    ndarray of int, shape (V,)
        Labels; chains of pairs share one label.

    Examples
    --------
    >>> link_roll_calls(np.array([10, 11, 12, 13]), np.array([[10, 12], [12, 13]])).tolist()
    [0, 1, 0, 0]
    """
    order = np.argsort(roll_calls)
    place = np.searchsorted(roll_calls, bridges, sorter=order)
    place = order[np.minimum(place, len(roll_calls) - 1)]
    held = (roll_calls[place] == bridges).all(axis=1)
    first, second = place[held].T
    size = len(roll_calls)
    graph = coo_array((np.ones(len(first)), (first, second)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def arrange(votes: Votes, bridges: Ints) -> Design:
    """Drop unanimous items, code the sides and chain the state-years.

    Parameters
    ----------
    votes : Votes
        The roll calls.
    bridges : ndarray of int, shape (B, 2)
        Pairs of roll calls on resolutions of the same content.

    Raises
    ------
    InputFileError
        If no roll call divides the states.
    """
    label = link_roll_calls(votes.roll_calls, bridges)[votes.roll_call]
    tally = np.zeros((label.max(initial=-1) + 1, 3), dtype=np.int64)
    np.add.at(tally, (label, votes.choice - 1), 1)
    chosen = tally > 0
    divided = chosen.sum(axis=1) > 1
    if not divided.any():
        raise InputFileError("no roll call divides the states: every one of them is unanimous")
    keep = divided[label]
    number = np.where(divided, np.cumsum(divided) - 1, -1)
    item, choice = number[label[keep]], votes.choice[keep]
    chosen = chosen[divided]
    state, year = votes.state[keep], votes.years[votes.roll_call[keep]]
    years, year = np.unique(year, return_inverse=True)
    nodes, node, counts = np.unique(
        state * len(years) + year, return_inverse=True, return_counts=True
    )
    owner = nodes // len(years)
    linked = np.full(len(votes.roll_calls), -1, dtype=np.int64)
    linked[votes.roll_call[keep]] = item
    middle = choice == ABSTAIN
    order = np.argsort(item, kind="stable")
    ends, middles = order[~middle[order]], order[middle[order]]
    same = np.concatenate([[False], owner[1:] == owner[:-1]])
    return Design(
        node_state=owner,
        node_year=nodes % len(years),
        node_votes=counts,
        previous=np.where(same, np.arange(len(nodes)) - 1, -1),
        years=years,
        item_of=linked,
        chosen=chosen,
        end_item=item[ends],
        end_node=node[ends],
        end_sign=np.where(choice[ends] == YES, 1.0, -1.0),
        middle_item=item[middles],
        middle_node=node[middles],
    )


def first_positions(design: Design) -> Floats:
    """Start every state-year at the state's first principal coordinate over all votes.

    The start only chooses the basin: one common coordinate keeps the direction of the scale the
    same in every year. Shape (N,), standardised.
    """
    item = np.concatenate([design.end_item, design.middle_item])
    node = np.concatenate([design.end_node, design.middle_node])
    side = np.concatenate([design.end_sign, np.zeros(len(design.middle_item))])
    mean = np.bincount(item, side, design.items) / np.bincount(item, minlength=design.items)
    side = side - mean[item]
    states = int(design.node_state.max()) + 1
    table = csr_array((side, (design.node_state[node], item)), shape=(states, design.items))
    seen = csr_array((np.ones(len(item)), (design.node_state[node], item)), shape=table.shape)
    agreement = (table @ table.T).toarray() / np.maximum((seen @ seen.T).toarray(), 1.0)
    scores = np.linalg.eigh(agreement)[1][:, -1]
    theta = scores[design.node_state]
    return np.asarray((theta - theta.mean()) / theta.std(), dtype=np.float64)
