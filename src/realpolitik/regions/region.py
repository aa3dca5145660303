"""Dated sets of states."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from realpolitik import states


@dataclass(frozen=True, slots=True)
class Member:
    """A state in a region from its first to its last year there; None is an open end."""

    code: str
    start: int | None
    end: int | None

    def in_year(self, year: int) -> bool:
        """Whether it belongs to the region and to the state system in that year."""
        begun = self.start is None or self.start <= year
        lasts = self.end is None or year <= self.end
        return begun and lasts and states.get(self.code).exists(year)


@dataclass(frozen=True, slots=True)
class Region:
    """A named set of states with dated membership.

    Attributes
    ----------
    name : str
        Short name, as given to ``--region``.
    title, description : str
        For the reader: the description says by which rule the members were chosen.
    members : tuple of Member
        In the order of the file.
    great_powers : tuple of str
        Keys of the members that count as great powers.
    """

    name: str
    title: str
    description: str
    members: tuple[Member, ...]
    great_powers: tuple[str, ...]

    def states(self, year: int | None = None) -> tuple[str, ...]:
        """Keys of the members, ever or in one year, in the order of the file.

        >>> from realpolitik import regions
        >>> len(regions.load("south-asia").states()), "BGD" in regions.load("world").states(1970)
        (31, False)
        """
        return tuple(member.code for member in self.members if year is None or member.in_year(year))

    def pairs(self, year: int) -> tuple[tuple[str, str], ...]:
        """Undirected pairs of the members in one year, each in alphabetical order, sorted."""
        return tuple(combinations(sorted(self.states(year)), 2))
