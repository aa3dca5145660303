"""Theories fitted to a panel and compared out of sample, from Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from realpolitik.conditions.evidence import fit_outcome, gather
from realpolitik.conditions.making import Given, prepare
from realpolitik.errors import PeriodError, RequestError
from realpolitik.evaluation.clustering import BLOCK_LENGTH, Difference, difference
from realpolitik.evaluation.forecasting import from_origin
from realpolitik.evaluation.rows import AtOrigin, Rows, rows
from realpolitik.evaluation.scores import log_score
from realpolitik.evaluation.verdict import CLUSTERS, AtHorizon, Verdict, decide
from realpolitik.inference.fitting import Fit
from realpolitik.inference.fitting import fit as fit_theory
from realpolitik.measures.relation.model import Parameters
from realpolitik.panel import Panel
from realpolitik.theory.base import Theory
from realpolitik.timeline import year_of

HORIZONS = (1, 3, 5)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A theory fitted to a panel.

    fit : Fit               estimates, their covariance, and how the climb ended
    panel : Panel
    given : Given           what the theory was given
    layer : Parameters      of the measurement layer
    """

    fit: Fit
    panel: Panel
    given: Given
    layer: Parameters

    @property
    def name(self) -> str:
        """Name of the theory."""
        return self.fit.theory.name

    def table(self) -> pl.DataFrame:
        """Free parameters on their unbounded scale: estimate, standard error, 90% interval."""
        error = np.sqrt(np.diag(self.fit.covariance))
        return pl.DataFrame(
            {
                "theory": [self.name] * len(error),
                "parameter": list(self.fit.names),
                "estimate": self.fit.vector,
                "error": error,
                "lower": self.fit.vector - 1.645 * error,
                "upper": self.fit.vector + 1.645 * error,
            }
        )


def fit(
    theories: Iterable[Theory], panel: Panel, *, seed: int = 1, starts: int = 3
) -> tuple[Fitted, ...]:
    """Fit theories to everything a panel holds.

    Most probable parameters by L-BFGS from several starts, the gradient asserted flat, with errors
    by Laplace's method; offsets of dyads and images of leaders are integrated out.

    Parameters
    ----------
    theories : iterable of Theory
        Such as ``rp.NeoclassicalRealism()``.
    panel : Panel
        Yearly.
    seed, starts : int
        Of the starting points.

    Returns
    -------
    tuple of Fitted
        In the order of the theories.

    Raises
    ------
    RequestError
        If the panel is not yearly or holds too little.
    ConvergenceError
        If a fit does not converge.
    """
    layer = fit_outcome(panel)
    given = prepare(panel, parameters=layer)
    return tuple(
        Fitted(fit_theory(one, given.inputs, seed=seed, starts=starts), panel, given, layer)
        for one in theories
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Forecasts of fitted theories at past origins beside the readings that came.

    rows : Rows               one row a reading; forecasters in the order of the fits
    horizons : tuple of int
    seed : int                of the block bootstrap
    """

    rows: Rows
    horizons: tuple[int, ...]
    seed: int

    def gain(self, theory: str, rival: str, horizon: int) -> Difference:
        """Mean log score of a theory over a rival's, with its error under four assumptions."""
        names = self.rows.names
        for name in (theory, rival):
            if name not in names:
                msg = f"{name!r} was not compared; compared were {', '.join(names)}"
                raise RequestError(msg)
        log = log_score(self.rows.mean, self.rows.sd, self.rows.value)
        here = self.rows.horizon == horizon
        return difference(
            (log[names.index(theory)] - log[names.index(rival)])[here],
            self.rows.source[here],
            self.rows.target[here],
            self.rows.year[here],
            self.seed,
            max(BLOCK_LENGTH, horizon),
        )

    def verdict(self, theory: str | None = None, rival: str | None = None) -> Verdict:
        """Judge a theory against a rival, the first fit against the last if not named.

        Placebos and power are not part of a plain comparison, so nothing earns its place by it:
        `realpolitik theories --compute` runs them.
        """
        first, second = theory or self.rows.names[0], rival or self.rows.names[-1]
        found = tuple(AtHorizon(h, self.gain(first, second, h), {}) for h in self.horizons)
        return decide(first, second, found)

    def table(self) -> pl.DataFrame:
        """Mean log score by theory and horizon, and the gain over the last theory."""
        log = log_score(self.rows.mean, self.rows.sd, self.rows.value)
        last = self.rows.names[-1]
        found = []
        for place, name in enumerate(self.rows.names):
            for horizon in self.horizons:
                gain = self.gain(name, last, horizon)
                found.append(
                    {
                        "theory": name,
                        "horizon": horizon,
                        "readings": gain.readings,
                        "log_score": float(log[place, self.rows.horizon == horizon].mean()),
                        "gain": gain.mean,
                        "z": gain.spread[CLUSTERS].z,
                        "smallest_z": gain.smallest_z,
                    }
                )
        return pl.DataFrame(found)


def backtest(
    fits: Sequence[Fitted],
    origins: Iterable[int],
    horizons: Sequence[int] = HORIZONS,
    *,
    seed: int = 1,
) -> Comparison:
    """Refit every theory on what was known at each origin, and score its forecasts.

    Parameters
    ----------
    fits : sequence of Fitted
        Of one panel; each refit starts at its estimates.
    origins : iterable of int
        Years.
    horizons : sequence of int
        Years ahead.

    Raises
    ------
    RequestError
        If there is no fit, the fits are of different panels, or no reading followed any origin.
    PeriodError
        If an origin is outside the panel.
    ConvergenceError
        If a refit does not converge.
    """
    if not fits or any(one.panel is not fits[0].panel for one in fits):
        msg = "give at least one fit, all of one panel: fits = rp.fit([...], panel)"
        raise RequestError(msg)
    panel, layer, years = fits[0].panel, fits[0].layer, tuple(origins)
    first, last = year_of(panel.start), year_of(panel.end)
    outside = [year for year in years if not first < year < last]
    if outside or not years:
        msg = f"origins {outside or 'none'}: give years from {first + 1} to {last - 1}"
        raise PeriodError(msg)
    made = []
    for origin in years:
        span = last - origin + max(horizons)
        given = prepare(panel, origin=origin, ahead=span, parameters=layer)
        made.append(_at_origin(fits, given, origin, horizons))
    table = rows([one.name for one in fits], made, horizons, gather(panel, layer))
    return Comparison(table, tuple(horizons), seed)


def _at_origin(
    fits: Sequence[Fitted], given: Given, origin: int, horizons: Sequence[int]
) -> AtOrigin:
    found = [from_origin(one.fit, given, given.inputs, origin, horizons).ahead for one in fits]
    return AtOrigin(
        origin,
        np.stack([one.mean for one in found]),
        np.stack([one.var for one in found]),
        found[-1].now,
    )
