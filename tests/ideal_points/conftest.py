"""Small assemblies with known positions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from realpolitik.measures.ideal_points import Votes


@pytest.fixture(scope="session")
def assembly() -> Callable[..., tuple[np.ndarray, Votes]]:
    """Draw positions and votes from the model itself: states, years, roll calls in each year."""

    def draw(
        seed: int, states: int, years: int, calls: int, step: float = 0.4
    ) -> tuple[np.ndarray, Votes]:
        rng = np.random.default_rng(seed)
        walk = rng.normal(size=(states, years)) * step
        walk[:, 0] = rng.normal(size=states)
        theta = walk.cumsum(axis=1)
        theta = (theta - theta.mean()) / theta.std()
        year = np.repeat(np.arange(years), calls)
        beta = rng.normal(size=len(year))
        first = rng.normal(size=len(year))
        last = first + rng.exponential(0.6, len(year))
        z = beta * theta[:, year] + rng.normal(size=(states, len(year)))
        choice = 1 + (z > first) + (z > last)
        state, call = np.nonzero(rng.random(choice.shape) < 0.9)
        names = [f"S{number:02d}" for number in range(states)]
        names[int(theta.mean(axis=1).argmax())] = "USA"
        votes = Votes(
            state=state,
            roll_call=call,
            choice=choice[state, call],
            states=tuple(names),
            roll_calls=np.arange(len(year)) + 100,
            years=1990 + year,
        )
        return theta, votes

    return draw
