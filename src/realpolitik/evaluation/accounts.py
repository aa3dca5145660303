"""Why a dyad's relation moved, year by year, by one fitted theory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from realpolitik.conditions.gathering import PARTS, PREFERENCE
from realpolitik.conditions.making import Given
from realpolitik.data import load_panel
from realpolitik.errors import NotInSystem, PeriodError
from realpolitik.evaluation import store
from realpolitik.inference.binding import COMPONENTS, binding_timeline, misperception
from realpolitik.inference.explaining import Explanation, explain
from realpolitik.inference.pair_draws import PairDraws, draw_pair

DRAWS = 200
STIMULUS = ("threat", *PARTS)


@dataclass(frozen=True, slots=True)
class Account:
    """One dyad, drawn from the posterior of one theory.

    source, target, theory : str
    given : Given
    drawn : PairDraws
    leaders : tuple of str       names of the source's leaders by year, empty where not known
    """

    source: str
    target: str
    theory: str
    given: Given
    drawn: PairDraws
    leaders: tuple[str, ...]

    @property
    def last(self) -> int:
        """Last year of the record."""
        return self.given.origin

    def at(self, year: int) -> Explanation:
        """Split the move into a year.

        Raises
        ------
        PeriodError
            If the year is outside the record.
        NotInSystem
            If either state was not in the system in the year or the one before.
        """
        first = int(self.given.years[0])
        if not first < year <= self.last:
            msg = f"no move into {year} to explain: take --at from {first + 1} to {self.last}"
            raise PeriodError(msg)
        members = self.drawn.both_members
        if not members[year - first - 1 : year - first + 1].all():
            msg = (
                f"{self.source} and {self.target} were not both in the system in {year - 1} and "
                f"{year}: choose another year with --at"
            )
            raise NotInSystem(msg)
        return explain(self.drawn, year - first, stimulus=STIMULUS, preference=PREFERENCE)

    def table(self, what: str, year: int) -> pl.DataFrame:
        """Return one of the tables of `TABLES`; `year` matters to the move only."""
        return TABLES[what](self, year)

    def told(self, year: int) -> str:
        """Tell the move in a sentence."""
        found = self.at(year)
        return (
            f"The relation of {self.source} to {self.target} moved by {found.move:+.2f} standard "
            f"deviations into {year} (90%: {found.move_lower:+.2f} to {found.move_upper:+.2f}); "
            "the terms add up to the move."
        )


def account_of(region: str, theory: str, source: str, target: str, *, seed: int = 1) -> Account:
    """Fit a theory to a region, or take the fit in store, and draw a dyad's past from it.

    Raises
    ------
    UnknownName
        If there is no such theory.
    ConvergenceError
        If the theory was not fitted before and does not converge.
    """
    store.theory_called(theory)
    given, fit = store.fitted(region, theory, seed=seed)
    places = [given.states.index(state) for state in (source, target)]
    drawn = draw_pair(fit, given.inputs, *places, seed=seed, draws=DRAWS)
    return Account(source, target, theory, given, drawn, _leaders(region, given, source))


def _leaders(region: str, given: Given, state: str) -> tuple[str, ...]:
    """Names of a state's leaders by year."""
    rows = load_panel(region=region).states.filter(pl.col("state") == state)
    names = dict(zip(rows["year"].to_list(), rows["leader"].to_list(), strict=True))
    return tuple(names.get(int(year)) or "" for year in given.years)


def _terms(account: Account, year: int) -> pl.DataFrame:
    return _parts(account.at(year))


def _layers(account: Account, year: int) -> pl.DataFrame:
    return _parts(account.at(year).layers()).drop("term")


def _parts(found: Explanation) -> pl.DataFrame:
    """Terms with their bounds; those that the theory does not have are left out."""
    numbers = np.stack([found.contribution, found.lower, found.upper]) + 0.0
    own = np.any(numbers != 0.0, axis=0)
    return pl.DataFrame(
        {"layer": np.array(found.layer)[own], "term": np.array(found.term)[own]}
        | dict(zip(("contribution", "lower", "upper"), numbers[:, own], strict=True))
    )


def _years(account: Account, columns: dict[str, np.ndarray]) -> pl.DataFrame:
    """Rows of the years of the record in which both states are in the system."""
    keep = account.drawn.both_members & (account.given.years <= account.last)
    return pl.DataFrame(
        {"step": account.given.years[keep]}
        | {name: values[keep] for name, values in columns.items()}
    )


def _binding(account: Account, year: int) -> pl.DataFrame:
    found = binding_timeline(account.drawn)
    columns = {
        f"{name}{ending}": values[:, place]
        for place, name in enumerate(COMPONENTS)
        for ending, values in (("", found.chance), ("_difference", found.difference))
    }
    return _years(account, columns)


def _perception(account: Account, year: int) -> pl.DataFrame:
    found = misperception(account.drawn)
    names = ("measured", "perceived", "gap", "lower", "upper")
    columns = {name: np.asarray(getattr(found, name)) for name in names}
    return _years(account, columns | {"leader": np.array(account.leaders)})


def _by_leader(account: Account, year: int) -> pl.DataFrame:
    found = misperception(account.drawn)
    number = np.asarray(found.leader)
    first = [int(np.flatnonzero(number == one)[0]) for one in found.leaders]
    return pl.DataFrame(
        {
            "leader": [account.leaders[place] or None for place in first],
            "from": account.given.years[first],
            "gap": found.leader_gap,
            "lower": found.leader_lower,
            "upper": found.leader_upper,
        }
    )


TABLES = {
    "terms": _terms,
    "layers": _layers,
    "binding": _binding,
    "perception": _perception,
    "leaders": _by_leader,
}
"""By name: account and year to a table."""
