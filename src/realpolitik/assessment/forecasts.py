"""What to expect: the forecast of both directions by one theory that is in store."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from realpolitik.conditions.making import Given
from realpolitik.evaluation.ledger_record import LEVELS, normal_steps
from realpolitik.evaluation.outlook import Outlook, outlooks
from realpolitik.evaluation.summary import Evaluation
from realpolitik.inference.fitting import Fit
from realpolitik.report.record import Request
from realpolitik.report.theory_record import Expectation, Fan, ForecastYear

HORIZONS = (1, 2, 3, 4, 5)
BAND = 1.645


def expectation(
    request: Request, given: Given, fit: Fit, evaluation: Evaluation | None
) -> Expectation:
    """Forecast both directions from the last year of the record."""
    one, other = request.source.code, request.target.code
    pairs = [(one, other), (other, one)]
    found = list(
        zip(
            pairs,
            outlooks(given, fit, pairs, HORIZONS, seed=request.seed, evaluation=evaluation),
            strict=True,
        )
    )
    return Expectation(
        remark=None,
        theory=fit.theory.name,
        scored=evaluation is not None,
        origin=given.origin,
        threshold=found[0][1].threshold,
        levels=LEVELS,
        fans=tuple(_fan(*pair, ahead) for pair, ahead in found),
    )


def _fan(source: str, target: str, found: Outlook) -> Fan:
    half = BAND * found.past_sd
    return Fan(
        source=source,
        target=target,
        level=found.level,
        level_sd=found.level_sd,
        years=tuple(int(year) for year in found.past),
        mean=_known(found.past_mean),
        lower=_known(found.past_mean - half),
        upper=_known(found.past_mean + half),
        steps=_steps(found),
    )


def _known(values: NDArray[np.float64]) -> tuple[float | None, ...]:
    return tuple(float(value) if np.isfinite(value) else None for value in values)


def _steps(found: Outlook) -> tuple[ForecastYear, ...]:
    years = [int(year) for year in found.steps]
    sealed = normal_steps(years, found.mean, found.sd, level=found.level, threshold=found.threshold)
    return tuple(
        ForecastYear(
            year=year,
            mean=one.mean,
            sd=one.sd,
            quantiles=one.quantiles.values(),
            rise=one.probability.rise,
            no_change=one.probability.no_change,
            fall=one.probability.fall,
            inflation=float(factor),
        )
        for year, one, factor in zip(years, sealed, found.inflation, strict=True)
    )
