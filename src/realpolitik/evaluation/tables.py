"""An evaluation as tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import polars as pl

from realpolitik.evaluation.summary import FLAT, FULL, REFERENCE, Evaluation, Score
from realpolitik.evaluation.transport import STATE


def _known(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value


def _smallest(z: Mapping[str, float]) -> float | None:
    known = [one for one in z.values() if not math.isnan(one)]
    return min(known, key=abs) if known else None


def _row(one: Score) -> dict[str, object]:
    over = one.z.get(REFERENCE, {})
    return {
        "forecaster": one.forecaster,
        "horizon": one.horizon,
        "gain": _known(one.gain.get(REFERENCE)),
        "z": _known(over.get("dyadic")),
        "smallest_z": _smallest(over),
        "over_flat": _known(one.gain.get(FLAT)),
        "z_over_flat": _known(one.z.get(FLAT, {}).get("dyadic")),
        "kind": one.kind,
        "error": _known(one.error.get(REFERENCE)),
        "log_score": _known(one.log_score),
        "readings": one.readings,
        "sharp": one.sharp,
        "crps": _known(one.crps),
        "brier": _known(one.brier),
        "cover_50": _known(one.coverage[0]) if one.coverage else None,
        "cover_80": _known(one.coverage[1]) if one.coverage else None,
        "cover_90": _known(one.coverage[2]) if one.coverage else None,
        "p_calibrated": _known(one.calibration),
    }


def scores(found: Evaluation) -> pl.DataFrame:
    """One row for each forecaster and horizon, the largest gain over the reference first."""
    rows = sorted(found.scores, key=lambda one: (one.horizon, -one.gain.get(REFERENCE, 0.0)))
    return pl.DataFrame([_row(one) for one in rows], infer_schema_length=None)


def slopes(found: Evaluation) -> pl.DataFrame:
    """Slopes of the filter on the whole panel, with 90% intervals."""
    return pl.DataFrame(
        [
            {
                "theory": one.theory,
                "slope": one.name,
                "estimate": one.estimate,
                "error": one.error,
                "lower": one.estimate - 1.645 * one.error,
                "upper": one.estimate + 1.645 * one.error,
            }
            for one in found.slopes
        ]
    )


def terms(found: Evaluation) -> pl.DataFrame:
    """Say what each term of the theories rests on."""
    return pl.DataFrame(
        [
            {
                "term": one.name,
                "coverage": one.coverage,
                "last_year": one.last_year,
                "variables": one.variables,
                "absent": one.absent,
            }
            for one in found.terms
        ],
        infer_schema_length=None,
    )


def weights(found: Evaluation) -> pl.DataFrame:
    """Stacking weights of the theories, heaviest first."""
    return pl.DataFrame(
        {
            "theory": list(found.weights),
            "weight": list(found.weights.values()),
            "error": [_known(found.weight_errors[name]) for name in found.weights],
        }
    ).sort("weight", descending=True)


def _power(found: Evaluation) -> tuple[str, str]:
    return "power", (
        f"{found.power:.2f} to see a medium filter, {found.power_strong:.2f} to see a strong one "
        f"({found.power_draws} simulations each)"
    )


def verdict(found: Evaluation) -> pl.DataFrame:
    """Give the verdict, the power behind it and every reason."""
    rows = [("verdict", found.outcome), _power(found)]
    rows += [("reason", text) for text in found.reasons]
    rows += [("remark", text) for text in found.remarks]
    return pl.DataFrame(rows, schema=["what", "text"], orient="row")


def transport(found: Evaluation) -> pl.DataFrame:
    """Gains on readings left out of the fit; then the full theory's over the flat filter by state.

    `gain_seen` is the same gain with parameters fitted to all readings; `loss` is what the theory
    itself loses, a reading, by not having seen them.
    """
    rows: list[dict[str, object]] = [
        {
            "left_out": one.left_out,
            "theory": one.theory,
            "rival": one.rival,
            "state": "all",
            "gain": _known(one.gain),
            "z": _known(one.z),
            "smallest_z": _known(one.smallest_z),
            "gain_seen": _known(one.gain_seen),
            "loss": _known(one.loss),
            "z_loss": _known(one.loss_z),
            "error": _known(one.error),
            "readings": one.readings,
        }
        for one in found.transport
    ]
    rows += [
        {
            "left_out": one.left_out,
            "theory": one.theory,
            "rival": one.rival,
            "state": part.state,
            "gain": part.total / part.readings if part.readings else None,
            "readings": part.readings,
        }
        for one in found.transport
        if (one.left_out, one.theory, one.rival) == (STATE, FULL, FLAT)
        for part in sorted(one.states, key=lambda part: -part.total)
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


ALL: Mapping[str, Callable[[Evaluation], pl.DataFrame]] = {
    "scores": scores,
    "slopes": slopes,
    "terms": terms,
    "weights": weights,
    "transport": transport,
    "verdict": verdict,
}
"""By name."""
