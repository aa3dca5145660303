"""What the verb `forecast` does; imported inside its command only."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

import realpolitik
from realpolitik import timeline
from realpolitik.cli.dyads import dyad
from realpolitik.data import load_panel
from realpolitik.evaluation import ledger, store
from realpolitik.evaluation.grading import GradedStep, Reading, grade
from realpolitik.evaluation.ledger_record import LEVELS, Entry, Forecast, MadeWith, normal_steps
from realpolitik.evaluation.outlook import Outlook, outlook
from realpolitik.timeline import Time

DEFAULT = "inertia"
"""Theory that forecasts where none was scored."""


@dataclass(frozen=True, slots=True)
class Made:
    """A forecast and what it was made with."""

    source: str
    target: str
    region: str
    seed: int
    vintage: str
    scored: bool
    found: Outlook

    def sealed(self) -> Forecast:
        """Return the forecast as the ledger keeps it."""
        found = self.found
        return Forecast(
            source=self.source,
            target=self.target,
            theory=found.theory,
            origin=str(found.origin),
            level=found.level,
            threshold=found.threshold,
            steps=normal_steps(
                [int(step) for step in found.steps],
                found.mean,
                found.sd,
                level=found.level,
                threshold=found.threshold,
            ),
        )

    def seal(self, path: Path) -> str:
        """Append the forecast to a ledger and say so."""
        made_with = MadeWith(
            code_version=f"{realpolitik.__version__}+{store.model_hash()}",
            data_digest=hashlib.sha256(self.vintage.encode()).hexdigest(),
            seed=self.seed,
        )
        entry = ledger.seal(path, self.sealed(), made_with)
        return f"sealed in {path}: {entry.hash}"

    def table(self) -> pl.DataFrame:
        """One row a year."""
        steps = self.sealed().steps
        quantiles = np.array([one.quantiles.values() for one in steps])
        return pl.DataFrame(
            {
                "step": self.found.steps,
                "source": [self.source] * len(steps),
                "target": [self.target] * len(steps),
                "mean": self.found.mean,
                "sd": self.found.sd,
            }
            | {f"q{round(100 * level):02d}": quantiles[:, k] for k, level in enumerate(LEVELS)}
            | {
                name: self.found.chance[:, k]
                for k, name in enumerate(("rise", "no_change", "fall"))
            }
        )

    def title(self) -> str:
        """Head the table."""
        return f"{self.source} towards {self.target}, by {self.found.theory}"

    def told(self) -> str:
        """Say where the forecast starts and how far it was calibrated."""
        found = self.found
        calibrated = (
            "variances scaled by the errors at past origins"
            if self.scored
            else "not calibrated: the theories have not been scored on this region"
        )
        return (
            f"level in {found.origin}: {found.level:+.2f} (sd {found.level_sd:.2f}); conditions "
            f"stay as in {found.origin}; {calibrated}"
        )


def forecast_dyad(
    source: str,
    target: str,
    region: str,
    *,
    horizon: int,
    theory: str | None,
    as_of: str | None,
    seed: int,
) -> Made:
    """Forecast one dyad.

    Raises
    ------
    RequestError
        If the request is wrong; see `cli.dyads.dyad` and `store.fitted`.
    """
    origin = None if as_of is None else _last_whole_year(as_of)
    asked = dyad(source, target, region, None, None if origin is None else str(origin))
    if theory is not None:
        store.theory_called(theory)
    evaluation = store.evaluation_of(region)
    chosen = theory or (evaluation.best() if evaluation else DEFAULT)
    given, fit = store.fitted(region, chosen, origin=origin, seed=seed)
    found = outlook(
        given,
        fit,
        asked.source,
        asked.target,
        range(1, horizon + 1),
        seed=seed,
        evaluation=evaluation,
    )
    return Made(
        source=asked.source,
        target=asked.target,
        region=region,
        seed=seed,
        vintage=load_panel(region=region).vintage,
        scored=evaluation is not None,
        found=found,
    )


def _last_whole_year(as_of: str) -> int:
    day = timeline.parse_as_of(as_of)
    return day.year if (day.month, day.day) == (12, 31) else day.year - 1


def graded(path: Path, region: str) -> pl.DataFrame:
    """Grade a ledger with the relation measured since."""
    from realpolitik.cli.dyads import measured

    entries = ledger.read_ledger(path)
    relation = measured(region, None, use_cache=True)
    readings: dict[tuple[str, str, Time], Reading] = {}
    for entry in entries:
        made = entry.forecast
        column = relation.column(made.source, made.target)
        for one in made.steps:
            year = int(one.step[:4])
            rows = np.flatnonzero(relation.steps == year)
            if len(rows) and np.isfinite(relation.filtered_mean[rows[0], column]):
                readings[made.source, made.target, year] = Reading(
                    float(relation.filtered_mean[rows[0], column]),
                    float(relation.filtered_sd[rows[0], column]) ** 2,
                )
    frame = [_graded_row(entries[one.entry], one) for one in grade(entries, readings).steps]
    return pl.DataFrame(frame, infer_schema_length=None)


def _graded_row(entry: Entry, one: GradedStep) -> dict[str, object]:
    inside = one.inside or (None, None, None)
    return {
        "entry": one.entry + 1,
        "sealed": entry.sealed,
        "source": entry.forecast.source,
        "target": entry.forecast.target,
        "theory": entry.forecast.theory,
        "step": one.step,
        "horizon": one.horizon,
        "status": one.status,
        "value": one.value,
        "log_score": one.log_score,
        "crps": one.crps,
        "brier": one.brier,
        "pit": one.pit,
        **dict(zip(("in_50", "in_80", "in_90"), inside, strict=True)),
    }
