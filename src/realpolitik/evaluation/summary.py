"""A backtest told in numbers: scores, gains, weights, slopes and the verdict, as one record."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar

from realpolitik.conditions.making import Term
from realpolitik.evaluation import scores
from realpolitik.evaluation.backtest import SLOW, TREES, Backtest, best_theory
from realpolitik.evaluation.calibration import calibration
from realpolitik.evaluation.clustering import BLOCK_LENGTH, Difference, difference
from realpolitik.evaluation.drivers import drivers
from realpolitik.evaluation.placebos import PLACEBOS
from realpolitik.evaluation.rows import Rows
from realpolitik.evaluation.scores import Array, Whole
from realpolitik.evaluation.slopes import Slope, slopes_of
from realpolitik.evaluation.stacking import stack
from realpolitik.evaluation.transport import (
    LEADERS,
    STATE,
    StateGain,
    Transported,
    told,
    transported,
)
from realpolitik.evaluation.verdict import AtHorizon, Verdict, decide
from realpolitik.theory import THEORIES, FlatFilter, Inertia, NeoclassicalRealism

FULL, FLAT, REFERENCE = NeoclassicalRealism.name, FlatFilter.name, Inertia.name
SHARP = 4.0
"""Readings with a larger error variance tell little of any one forecast: they enter the log score,
which weighs them by what they say, and not the other scores."""
THRESHOLD = 0.25
"""Moves within a quarter of a standard deviation of the relation are no change."""
MOST_INFLATION = 100.0


@dataclass(frozen=True, slots=True)
class Score:
    """One forecaster at one horizon.

    kind : str                   theory, placebo, baseline or ceiling
    readings, sharp : int        scored; and with an error variance of at most `SHARP`
    log_score : float            mean, nats a reading, higher better
    crps, brier : float          mean over sharp readings, lower better
    coverage : tuple of float    of the central 50, 80 and 90 per cent intervals, sharp readings
    calibration : float          p of an even PIT histogram, clustered by state
    inflation : float            factor of the model's variance that its own errors ask for
    gain, error : mapping        over a rival by name: mean difference of log score, its error
    z : mapping                  rival to method to z
    """

    forecaster: str
    kind: str
    horizon: int
    readings: int
    sharp: int
    log_score: float
    crps: float
    brier: float
    coverage: tuple[float, ...]
    calibration: float
    inflation: float
    gain: Mapping[str, float]
    error: Mapping[str, float]
    z: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a backtest says.

    region : str
    origins, horizons : tuple of int
    scores : tuple of Score
    slopes : tuple of Slope
    outcome : str                   `earns its place`, `no gain` or `undetermined`
    reasons : tuple of str          sentences
    remarks : tuple of str          what else the table says of the theories together
    power, power_strong : float     chance of seeing a medium and a strong filter; NaN where they
                                    were not simulated
    power_draws : int
    weights : mapping               theory to stacking weight
    weight_errors : mapping
    stacked : mapping               horizon to the stack's gain over the reference, held out
    drivers : mapping               state to what the full theory gains over the flat filter in its
                                    pairs, nats in all
    transport : tuple of Transported
        Gains on readings of states, and of leaders, that the parameters were fitted without.
    terms : tuple of Term
    gradients : mapping             theory to the largest gradient of its fit
    key : str                       of the data and code it was made with
    """

    region: str
    origins: tuple[int, ...]
    horizons: tuple[int, ...]
    scores: tuple[Score, ...]
    slopes: tuple[Slope, ...]
    outcome: str
    reasons: tuple[str, ...]
    remarks: tuple[str, ...]
    power: float
    power_strong: float
    power_draws: int
    weights: Mapping[str, float]
    weight_errors: Mapping[str, float]
    stacked: Mapping[str, float]
    drivers: Mapping[str, float]
    transport: tuple[Transported, ...]
    terms: tuple[Term, ...]
    gradients: Mapping[str, float]
    key: str

    def to_json(self) -> str:
        """Write the record as JSON text; what is not known is null."""
        return json.dumps(_plain(dataclasses.asdict(self)), indent=1, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Evaluation:
        """Read what `to_json` wrote."""
        held = _numbers(json.loads(text))
        return cls(
            **held
            | {
                "origins": tuple(held["origins"]),
                "horizons": tuple(held["horizons"]),
                "scores": tuple(
                    Score(**one | {"coverage": tuple(one["coverage"])}) for one in held["scores"]
                ),
                "slopes": tuple(Slope(**one) for one in held["slopes"]),
                "transport": tuple(_transported(one) for one in held["transport"]),
                "terms": tuple(Term(**one) for one in held["terms"]),
                "reasons": tuple(held["reasons"]),
                "remarks": tuple(held["remarks"]),
            }
        )

    def score(self, forecaster: str, horizon: int) -> Score:
        """Return the score of a forecaster at a horizon."""
        return next(
            one for one in self.scores if (one.forecaster, one.horizon) == (forecaster, horizon)
        )

    def best(self) -> str:
        """Return the theory with the highest mean log score over all horizons."""
        means = {
            theory.name: np.mean([self.score(theory.name, h).log_score for h in self.horizons])
            for theory in THEORIES
        }
        return max(means, key=lambda name: means[name])


def _transported(held: Mapping[str, Any]) -> Transported:
    return Transported(
        **{**held, "states": tuple(StateGain(**one) for one in held["states"])},
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float):
        return float(f"{value:.6g}") if np.isfinite(value) else None
    return value


NOT_NUMBERS = ("last_year", "absent")


def _numbers(value: Any) -> Any:
    """Turn null back into NaN, where numbers are."""
    if isinstance(value, dict):
        return {
            name: part if name in NOT_NUMBERS else _numbers(part) for name, part in value.items()
        }
    if isinstance(value, list):
        return [_numbers(part) for part in value]
    return float("nan") if value is None else value


def kind_of(name: str) -> str:
    """Return what sort of forecaster a name is."""
    if name in {theory.name for theory in THEORIES}:
        return "theory"
    if name in PLACEBOS:
        return "placebo"
    return "ceiling" if name == TREES else "baseline"


def gain_of(rows: Rows, log: Array, first: str, second: str, horizon: int, seed: int) -> Difference:
    """Return the gain of one forecaster over another at a horizon, with its uncertainty."""
    here = rows.horizon == horizon
    gain = log[rows.names.index(first)] - log[rows.names.index(second)]
    return difference(
        gain[here],
        rows.source[here],
        rows.target[here],
        rows.year[here],
        seed,
        max(BLOCK_LENGTH, horizon),
    )


def inflation(mean: Array, var: Array, variance: Array, value: Array) -> float:
    """Return κ that makes N(mean, κ var + variance) most likely, 1 for a calibrated model."""

    def loss(log_factor: float) -> float:
        total = np.exp(log_factor) * var + variance
        return float(np.nansum(np.log(total) + (value - mean) ** 2 / total))

    edge = np.log(MOST_INFLATION)
    return float(np.exp(minimize_scalar(loss, bounds=(-edge, edge), method="bounded").x))


def _score(rows: Rows, log: Array, name: str, horizon: int, seed: int) -> Score:
    place = rows.names.index(name)
    made = (rows.horizon == horizon) & ~np.isnan(rows.mean[place])
    sharp = made & (rows.variance <= SHARP)
    mean, sd, value = rows.mean[place], rows.sd[place], rows.value
    pit = scores.pit(mean[sharp], sd[sharp], value[sharp])
    chance = scores.direction_probability(mean[sharp], sd[sharp], rows.present[sharp], THRESHOLD)
    happened = scores.direction(value[sharp], rows.present[sharp], THRESHOLD)
    rivals = [rival for rival in (REFERENCE, FLAT) if rival != name]
    over = {rival: gain_of(rows, log, name, rival, horizon, seed) for rival in rivals}
    own = sd[made] ** 2 - rows.variance[made]
    enough = sharp.sum() > 0
    return Score(
        forecaster=name,
        kind=kind_of(name),
        horizon=int(horizon),
        readings=int(made.sum()),
        sharp=int(sharp.sum()),
        log_score=float(log[place, made].mean()),
        crps=_mean(scores.crps(mean[sharp], sd[sharp], value[sharp])),
        brier=_mean(scores.brier(chance, happened)) if enough else float("nan"),
        coverage=tuple(float(part) for part in scores.coverage(pit)) if enough else (),
        calibration=_even(pit, rows.source[sharp]),
        inflation=inflation(mean[made], own, rows.variance[made], value[made]),
        gain={rival: one.mean for rival, one in over.items()},
        error={rival: one.spread["dyadic"].error for rival, one in over.items()},
        z={rival: {m: s.z for m, s in one.spread.items()} for rival, one in over.items()},
    )


def _mean(values: Array) -> float:
    return float(np.mean(values)) if np.size(values) else float("nan")


def _even(pit: Array, source: Whole) -> float:
    return calibration(pit, source).p_clustered if len(np.unique(source)) > 2 else float("nan")


def judge(rows: Rows, log: Array, horizons: Sequence[int], power: float, seed: int) -> Verdict:
    """Apply the rule to the full theory and the flat filter."""
    found = tuple(
        AtHorizon(
            horizon,
            gain_of(rows, log, FULL, FLAT, horizon, seed),
            {name: gain_of(rows, log, name, FLAT, horizon, seed) for name in PLACEBOS},
        )
        for horizon in horizons
    )
    return decide(FULL, FLAT, found, power)


def remarks(table: Sequence[Score], horizons: Sequence[int]) -> tuple[str, ...]:
    """Say what the table shows of the theories together."""

    def gains(name: str, rival: str) -> int:
        mine = [one for one in table if one.forecaster == name]
        return sum(one.z[rival]["dyadic"] >= 2.0 for one in mine if rival in one.z)

    found = []
    if gains("reduced form", FLAT) >= 2 and gains(FULL, FLAT) < 2:
        found.append(
            "The reduced form beats the flat filter and neoclassical realism does not: interactions"
            " exist, and the form of the filter is wrong."
        )
    for horizon in horizons:
        here = [one for one in table if one.horizon == horizon and one.kind != "placebo"]
        whole = max(one.readings for one in here)
        best = max((one for one in here if one.readings == whole), key=lambda one: one.log_score)
        found.append(
            f"{horizon} year{'s' if horizon > 1 else ''} ahead the highest mean log score is that "
            f"of {best.forecaster} ({best.kind})."
        )
        found += [
            f"{horizon} year{'s' if horizon > 1 else ''} ahead {one.forecaster} beats inertia on "
            f"the {one.readings} readings it was made for."
            for one in here
            if one.forecaster in SLOW and one.z[REFERENCE]["dyadic"] >= 2.0
        ]
    return tuple(found)


def summarise(
    backtest: Backtest, *, power: float, power_strong: float, power_draws: int, key: str
) -> Evaluation:
    """Turn forecasts into scores, weights and a verdict."""
    rows, design = backtest.rows, backtest.design
    log = scores.log_score(rows.mean, rows.sd, rows.value)
    table = tuple(
        _score(rows, log, name, horizon, design.seed)
        for name in rows.names
        for horizon in design.horizons
    )
    verdict = judge(rows, log, design.horizons, power, design.seed)
    theories = [theory.name for theory in THEORIES]
    places = [rows.names.index(name) for name in theories]
    stacked = stack(log[places], rows.year)
    reference = log[rows.names.index(REFERENCE)]
    gain = log[rows.names.index(FULL)] - log[rows.names.index(FLAT)]
    moved = _transport(backtest)
    return Evaluation(
        region=design.region,
        origins=design.origins,
        horizons=design.horizons,
        scores=table,
        slopes=slopes_of(backtest.fits),
        outcome=verdict.outcome,
        reasons=tuple(reason.sentence for reason in verdict.reasons),
        remarks=(
            *remarks(table, design.horizons),
            *_told(moved, best_theory(rows, design.horizons)),
        ),
        power=power,
        power_strong=power_strong,
        power_draws=power_draws,
        weights=dict(zip(theories, stacked.weights.tolist(), strict=True)),
        weight_errors=dict(zip(theories, stacked.error.tolist(), strict=True)),
        stacked={
            str(h): float(np.mean((stacked.held_out - reference)[rows.horizon == h]))
            for h in design.horizons
        },
        drivers=_drivers(rows, gain, backtest.truth.states),
        transport=moved,
        terms=backtest.given.terms,
        gradients={name: fit.gradient for name, fit in backtest.fits.items()},
        key=key,
    )


def _drivers(rows: Rows, gain: Array, states: Sequence[str]) -> dict[str, float]:
    """Sum the gain over the pairs of each state."""
    both = np.concatenate([rows.source, rows.target])
    found = drivers(np.concatenate([gain, gain]), both)
    return {
        states[int(state)]: float(total)
        for state, total in zip(found.source, found.total, strict=True)
    }


def _transport(backtest: Backtest) -> tuple[Transported, ...]:
    """Count what the full theory gains over the flat filter, and all over the reference."""
    states, seed = backtest.truth.states, backtest.design.seed
    return tuple(
        transported(held, name, rival, states, seed)
        for held in backtest.left_out
        for name in held.names
        for rival in (FLAT, REFERENCE)
        if name not in (rival, REFERENCE) and (rival == REFERENCE or name == FULL)
    )


def _told(moved: Sequence[Transported], best: str) -> tuple[str, ...]:
    """Say whether the gains of the full theory and of the best one transport."""
    found = {(one.left_out, one.theory, one.rival): one for one in moved}
    return tuple(
        told(found[STATE, theory, rival], found[LEADERS, theory, rival])
        for theory, rival in ((FULL, FLAT), (best, REFERENCE))
        if theory != rival
    )
