"""Assessments on the embedded panel with a made-up relation: the gathering is tested apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from realpolitik import load_panel
from realpolitik.assessment import indices, main, talks, theories
from realpolitik.measures import phases
from realpolitik.measures.relation import Relation
from realpolitik.measures.relation.model import Dynamics, Parameters
from realpolitik.panel import Panel
from realpolitik.rng import stream


def made_up(panel: Panel) -> Relation:
    """Random walks for every dyad and year of a panel; D dyads, T years."""
    dyads = panel.dyads.select("source", "target").unique(maintain_order=True).sort("*")
    rows = [tuple(row) for row in dyads.iter_rows()]
    place = {row: i for i, row in enumerate(rows)}
    years = np.arange(int(panel.start), int(panel.end) + 1)
    there = np.zeros((len(years), len(rows)), dtype=bool)
    for source, target, year in panel.dyads.select("source", "target", "year").iter_rows():
        there[year - years[0], place[(source, target)]] = True
    walks = stream(7, "walks").normal(0.0, 0.3, there.shape).cumsum(axis=0)
    mean = np.where(there, walks, np.nan)
    sd = np.where(there, 0.25, np.nan)
    return Relation(
        steps=years,
        sources=tuple(row[0] for row in rows),
        targets=tuple(row[1] for row in rows),
        mean=mean,
        sd=sd,
        change=np.full_like(mean, 0.1),
        change_sd=sd,
        filtered_mean=mean,
        filtered_sd=sd,
        filtered_change=np.full_like(mean, 0.1),
        filtered_change_sd=sd,
        indicators=np.where(there, 1 + (years[:, None] < 2015) * 4, 0),
        parameters=Parameters(Dynamics(1.0, 1.0, 0.5, 0.5), 1.0, {}, {}),
    )


@pytest.fixture(scope="session")
def south_asia() -> Panel:
    return load_panel("south-asia")


DRAWS = 40
"""Draws of phases and settlements: their number is tested elsewhere, here they must be there."""
FEW = 4
"""Indices in an assessment, for the same reason."""


@pytest.fixture(scope="session", autouse=True)
def _few_draws() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phases, "DRAWS", DRAWS)
        patch.setattr(talks, "DRAWS", DRAWS)
        patch.setattr(indices, "ASKS", indices.ASKS[:FEW])
        yield


@pytest.fixture(scope="session")
def invent() -> Callable[[Panel], Relation]:
    """What makes the relation up."""
    return made_up


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> Callable[[Panel], Relation]:
    """Put the made-up relation in the place of the measured one."""
    monkeypatch.setattr(main, "relation", lambda panel, use_cache: made_up(panel))
    return made_up


@pytest.fixture
def without_theories(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the theories out, where a test is not about them: they take most of the time."""
    told = theories.withheld("Left out.")
    monkeypatch.setattr(theories, "told", lambda *_: told)
