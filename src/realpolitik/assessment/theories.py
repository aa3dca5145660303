"""What the theories add: told from results in store, else why not and what to do.

Nothing is fitted here: a fit takes minutes, and an assessment must not.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from realpolitik import cache
from realpolitik.errors import MissingExtra
from realpolitik.measures.relation import Relation
from realpolitik.report.record import Request
from realpolitik.report.theory_record import Expectation, Theories, Trial, Trust, Why

if TYPE_CHECKING:
    import polars as pl

    from realpolitik.conditions.making import Given
    from realpolitik.evaluation.summary import Evaluation
    from realpolitik.inference.fitting import Fit

EXPLAINS = "neoclassical realism"
"""Theory that splits moves: the one whose layers are all there are."""
FORECASTS = "inertia"
"""Theory that forecasts where none was scored, as in the verb `forecast`."""

AS_OF = (
    "The theories are fitted to all years, so with an as-of date they would know what came later. "
    "Leave out --as-of."
)
OTHER_DATA = (
    "The theories are fitted to the embedded panel with the user's overlay, and this assessment "
    "was given another one. Leave the panel out."
)


def withheld(remark: str) -> Theories:
    """Return the four sections with one sentence each that says why they are empty."""
    return Theories(Why(remark), Trial(remark), Expectation(remark), Trust(remark))


def fingerprint() -> list[str]:
    """Names and times of all results in store, and whether the optional part is there.

    What an assessment says of theories depends on them, and they may come after it.
    """
    shipped = resources.files("realpolitik.evaluation") / "stored"
    found = [path.name for path in shipped.iterdir()] if shipped.is_dir() else []
    for pattern in ("evaluation-*", "fit-*"):
        for path in cache.folder().glob(pattern):
            found.append(f"{path.name} {path.stat().st_mtime_ns}")
    return [*sorted(found), str(importlib.util.find_spec("jax") is not None)]


@dataclass(frozen=True, slots=True)
class _Held:
    """What is in store for a region; None where it is not."""

    region: str
    evaluation: Evaluation | None
    forecaster: str
    splitting: tuple[Given, Fit] | None
    forecasting: tuple[Given, Fit] | None


def told(request: Request, measured: Relation, region: str, remark: str | None) -> Theories:
    """Tell what the theories say of a dyad.

    Parameters
    ----------
    measured : Relation
        Its moves are those told.
    region : str
        Name or path, as results in store are kept.
    remark : str or None
        Why results in store are not about this request, if they are not.
    """
    if remark is not None:
        return withheld(remark)
    try:
        from realpolitik.evaluation import store
    except MissingExtra as cause:
        return withheld(f"Not told: {cause}. Then assess again.")
    evaluation = store.evaluation_of(region)
    forecaster = evaluation.best() if evaluation else FORECASTS
    held = _Held(
        region,
        evaluation,
        forecaster,
        store.held_fit(region, EXPLAINS),
        store.held_fit(region, forecaster),
    )
    return Theories(
        why=_why(request, measured, held),
        trial=_trial(held),
        expectation=_expectation(request, held),
        trust=_trust(held),
    )


def _why(request: Request, measured: Relation, held: _Held) -> Why:
    from realpolitik.assessment import moves

    def changes(source: str, target: str) -> pl.DataFrame:
        return measured.table(source, target, change=True)

    if held.splitting is None:
        return Why(_unfitted(request, held, EXPLAINS, "explain"))
    if not _both_known(request, held.splitting[0]):
        return Why(_outside(request))
    return moves.why(request, changes, held.region, EXPLAINS)


def _trial(held: _Held) -> Trial:
    from realpolitik.assessment import trials

    return trials.trial(held.evaluation) if held.evaluation else Trial(_unscored(held))


def _expectation(request: Request, held: _Held) -> Expectation:
    from realpolitik.assessment import forecasts

    if held.forecasting is None:
        return Expectation(_unfitted(request, held, held.forecaster, "forecast"))
    given, fit = held.forecasting
    if not _both_known(request, given):
        return Expectation(_outside(request))
    return forecasts.expectation(request, given, fit, held.evaluation)


def _trust(held: _Held) -> Trust:
    from realpolitik.assessment import trials

    both = {EXPLAINS: held.splitting, held.forecaster: held.forecasting}
    kept = [one for one in both.values() if one is not None]
    evaluation = held.evaluation
    terms = evaluation.terms if evaluation else (kept[0][0].terms if kept else ())
    return Trust(
        remark=None if evaluation else _unscored(held),
        theory=held.forecaster if evaluation else None,
        base=trials.BASE if evaluation else None,
        past=trials.past(evaluation, held.forecaster) if evaluation else (),
        terms=trials.term_sources(terms),
        fits=tuple(trials.convergence(fit) for _, fit in kept),
    )


def _both_known(request: Request, given: Given) -> bool:
    """Whether both states are among those of the fit and in the system in its last year."""
    codes = (request.source.code, request.target.code)
    if not set(codes) <= set(given.states):
        return False
    year = int((given.years == given.origin).argmax())
    places = [given.states.index(code) for code in codes]
    return bool(given.inputs.conditions.member[year, places].min() > 0)


def _outside(request: Request) -> str:
    return (
        f"Not told: {request.source.in_text} and {request.target.in_text} were not both in the "
        "system in the last year of the data."
    )


def _unscored(held: _Held) -> str:
    return (
        "Cannot be judged: the theories have not been scored on this region with these data. Run "
        f"`realpolitik theories --compute --region {held.region}`, which takes about half an hour, "
        "and assess again."
    )


def _unfitted(request: Request, held: _Held, theory: str, verb: str) -> str:
    dyad = f"{request.source.code} {request.target.code} --region {held.region}"
    return (
        f"Not told: {theory} has not been fitted to this region with these data. Run "
        f"`realpolitik {verb} {dyad}`, which fits it in some minutes, and assess again."
    )
