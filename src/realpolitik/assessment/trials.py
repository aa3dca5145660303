"""What the theories say and how far to trust them: an evaluation as the report's records."""

from __future__ import annotations

import math
from collections.abc import Iterable

from realpolitik import states
from realpolitik.conditions.making import Term
from realpolitik.evaluation.summary import FLAT, FULL, REFERENCE, Evaluation, Score
from realpolitik.evaluation.tables import scores
from realpolitik.inference.fitting import GRADIENT_LIMIT, Fit
from realpolitik.report.theory_record import (
    Convergence,
    Driver,
    Record,
    TermSource,
    TheoryScore,
    Trial,
)

BASE = "persistence"
"""The rule that past forecasts are compared with: the last reading, as uncertain as it was."""


def trial(found: Evaluation) -> Trial:
    """Return scores, verdict, power and drivers."""
    drivers = sorted(found.drivers.items(), key=lambda item: -abs(item[1]))
    return Trial(
        remark=None,
        full=FULL,
        flat=FLAT,
        reference=REFERENCE,
        first_origin=found.origins[0],
        last_origin=found.origins[-1],
        origins=len(found.origins),
        horizons=found.horizons,
        outcome=found.outcome,
        reasons=found.reasons,
        remarks=found.remarks,
        power=_known(found.power),
        power_strong=_known(found.power_strong),
        power_draws=found.power_draws,
        scores=tuple(
            TheoryScore(
                forecaster=row["forecaster"],
                kind=row["kind"],
                horizon=row["horizon"],
                readings=row["readings"],
                log_score=row["log_score"],
                gain=row["gain"],
                error=row["error"],
                z=row["z"],
                smallest_z=row["smallest_z"],
                flat_gain=row["over_flat"],
                flat_z=row["z_over_flat"],
            )
            for row in scores(found).iter_rows(named=True)
        ),
        drivers=tuple(Driver(code, states.get(code).name, gain) for code, gain in drivers),
    )


def past(found: Evaluation, theory: str) -> tuple[Record, ...]:
    """Return how a theory forecast at past origins, beside the base."""
    return tuple(
        _record(found.score(theory, horizon), found.score(BASE, horizon))
        for horizon in found.horizons
    )


def _record(own: Score, base: Score) -> Record:
    cover = tuple(_known(part) for part in own.coverage) or (None, None, None)
    return Record(
        horizon=own.horizon,
        readings=own.readings,
        sharp=own.sharp,
        coverage_50=cover[0],
        coverage_80=cover[1],
        coverage_90=cover[2],
        calibration=_known(own.calibration),
        inflation=_known(own.inflation),
        brier=_known(own.brier),
        brier_base=_known(base.brier),
        crps=_known(own.crps),
        crps_base=_known(base.crps),
    )


def term_sources(terms: Iterable[Term]) -> tuple[TermSource, ...]:
    """Return what every term rests on."""
    return tuple(
        TermSource(one.name, one.variables, one.coverage, one.last_year, one.absent)
        for one in terms
    )


def convergence(fit: Fit) -> Convergence:
    """Return how a fit ended."""
    return Convergence(
        theory=fit.theory.name,
        readings=fit.readings,
        gradient=fit.gradient,
        limit=GRADIENT_LIMIT,
        starts=fit.starts,
        agreeing=fit.agreeing,
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
