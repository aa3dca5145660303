"""Results that take long: shipped for the built-in regions, kept for the user's own.

A result is used only under the key of the data and of the code that it depends on, so it is never
stale: after a change of either it is computed anew.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import hashlib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import numpy as np

from realpolitik import cache
from realpolitik.conditions.making import Given
from realpolitik.data import load_panel
from realpolitik.errors import RequestError, unknown
from realpolitik.evaluation.backtest import (
    Backtest,
    Design,
    fit_from_bytes,
    fit_to_bytes,
    given_at,
    run_backtest,
)
from realpolitik.evaluation.power import gains_once, power
from realpolitik.evaluation.running import Report
from realpolitik.evaluation.summary import FLAT, FULL, Evaluation, summarise
from realpolitik.evaluation.tasks import arrays_from_bytes, arrays_to_bytes
from realpolitik.evaluation.verdict import HORIZONS
from realpolitik.inference.fitting import Fit, fit, refit
from realpolitik.inference.objective import reading_count
from realpolitik.theory import THEORIES, Theory

STORED = "stored"
ORIGINS = tuple(range(2000, 2018))
POWER_DRAWS = 20
ROOMS = ("theory", "inference", "conditions", "evaluation", "measures/relation")
BESIDE = frozenset(
    {
        *("explaining", "splitting", "binding", "pair_draws", "smoothing", "sampling"),
        *("accounts", "comparison", "outlook", "store", "tables"),
        *("grading", "ledger", "ledger_record"),
        *("dask_cluster", "result_store", "running", "tasks", "worker_pool"),
    }
)
"""Modules of these rooms that change no fit and no score."""


def without_prose(text: str) -> str:
    """Return source code without docstrings and comment lines, whose changes change no result."""
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            continue
        first = node.body[0] if node.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            for number in range(first.lineno - 1, first.end_lineno or first.lineno):
                lines[number] = ""
    return "\n".join(line for line in lines if line.strip() and not line.strip().startswith("#"))


@functools.cache
def model_hash() -> str:
    """Hash of the code that a fit and a backtest depend on."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for room in ROOMS:
        for path in sorted((root / room).glob("*.py")):
            if path.stem not in BESIDE:
                digest.update(path.name.encode())
                digest.update(without_prose(path.read_text(encoding="utf-8")).encode())
    digest.update((root / ROOMS[-1] / "parameters.json").read_bytes())
    return digest.hexdigest()[:32]


def key_of(region: str) -> str:
    """Key of a region's results: its data and the code."""
    panel = load_panel(region=region)
    held = f"{panel.vintage} {','.join(panel.members)} {model_hash()}"
    return hashlib.sha256(held.encode()).hexdigest()[:32]


def _held(key: str, ending: str) -> bytes | None:
    """Return a shipped or kept result of this key."""
    shipped = resources.files("realpolitik.evaluation") / STORED / f"{key}{ending}"
    kept = cache.folder() / f"evaluation-{key}{ending}"
    for path in (shipped, kept):
        if path.is_file():
            return path.read_bytes()
    return None


def evaluation_of(region: str) -> Evaluation | None:
    """Return the evaluation of the theories on a region, or None if it was not computed."""
    content = _held(key_of(region), ".json")
    return Evaluation.from_json(content.decode()) if content else None


def theory_called(name: str) -> Theory:
    """Return a theory by name.

    Raises
    ------
    UnknownName
        With the nearest name.
    """
    known = {theory.name: theory for theory in THEORIES}
    if name not in known:
        raise unknown("theory", name, known)
    return known[name]


def _held_fit(key: str, name: str) -> bytes | None:
    """Return the fit of a theory that is shipped or kept under this key."""
    shipped = _held(key, ".npz")
    if shipped is not None:
        return arrays_from_bytes(shipped)[name].tobytes()
    kept = cache.folder() / f"{_fit_stem(key, name)}.npz"
    return kept.read_bytes() if kept.is_file() else None


def _fit_stem(key: str, name: str) -> str:
    return f"fit-{key}-{name.replace(' ', '-')}"


def held_fit(region: str, name: str) -> tuple[Given, Fit] | None:
    """Return the inputs of a region and a theory fitted to them before; None if it was not.

    Raises
    ------
    UnknownName
        If there is no such theory.
    """
    theory_called(name)
    content = _held_fit(key_of(region), name)
    if content is None:
        return None
    given = given_at(Design(region, ()), None)
    return given, fit_from_bytes(content, name, given)


def fitted(
    region: str, name: str, *, origin: int | None = None, seed: int = 1
) -> tuple[Given, Fit]:
    """Return the inputs of a region and a theory fitted to them.

    Parameters
    ----------
    origin : int, optional
        Year at whose end the panel is looked at; then the theory is refitted to what was known,
        and the curvature at its peak is taken from the fit to all years.

    Raises
    ------
    UnknownName
        If there is no such theory.
    PeriodError
        If nothing had ended by the origin.
    ConvergenceError
        If it was not fitted before and the fit does not converge.
    """
    theory, key = theory_called(name), key_of(region)
    design = Design(region, ())
    given = given_at(design, None)
    stem = _fit_stem(key, name)
    content = _held_fit(key, name) or cache.remember(
        f"{stem}.npz", lambda: fit_to_bytes(fit(theory, given.inputs, seed=seed))
    )
    whole = fit_from_bytes(content, name, given)
    if origin is None or origin >= given.origin:
        return given, whole
    early = given_at(design, origin)

    def again() -> bytes:
        peak = refit(whole, early.inputs)
        readings = reading_count(early.inputs)
        return fit_to_bytes(
            dataclasses.replace(
                whole,
                vector=peak.vector,
                log_posterior=-peak.loss * readings,
                gradient=peak.gradient,
                readings=readings,
                starts=1,
                agreeing=1,
            )
        )

    return early, fit_from_bytes(cache.remember(f"{stem}-{origin}.npz", again), name, early)


def evaluate(
    region: str,
    *,
    origins: Sequence[int] = ORIGINS,
    seed: int = 1,
    workers: int = 1,
    cluster: str | None = None,
    report: Report | None = None,
) -> Evaluation:
    """Fit, backtest and judge the theories on a region, and keep the result.

    Parameters
    ----------
    origins : sequence of int
        Years at whose end everything is refitted.
    workers, cluster, report
        As in `run_table`. A run that was stopped goes on where it stopped.

    Raises
    ------
    RequestError
        If fewer than three origins are given, or one lies outside the panel.
    ConvergenceError
        If a fit does not converge.
    """
    panel = load_panel(region=region)
    if len(set(origins)) < 3 or min(origins) <= int(str(panel.start)) + 20:
        msg = "give at least three origins, each with twenty years of the panel before it"
        raise RequestError(msg)
    key = key_of(region)
    design = Design(region, tuple(sorted(set(origins))), seed=seed)
    backtest = run_backtest(design, key=key, workers=workers, cluster=cluster, report=report)
    result = summarise(
        backtest,
        power=_power(backtest, "medium"),
        power_strong=_power(backtest, "strong"),
        power_draws=POWER_DRAWS,
        key=key,
    )
    cache.write_atomic(cache.folder() / f"evaluation-{key}.json", result.to_json().encode())
    cache.write_atomic(cache.folder() / f"evaluation-{key}.npz", fits_to_bytes(backtest))
    return result


def _power(backtest: Backtest, effect: str) -> float:
    design = backtest.design
    fits = backtest.fits
    found = [
        gains_once(
            backtest.given,
            fits[FULL],
            fits[FLAT],
            design.origins,
            design.horizons,
            seed,
            effect,
        )
        for seed in range(1, POWER_DRAWS + 1)
    ]
    return power(found, HORIZONS)


def fits_to_bytes(backtest: Backtest) -> bytes:
    """Join the fits of all theories into one file."""
    return arrays_to_bytes(
        {
            name: np.frombuffer(fit_to_bytes(one), dtype=np.uint8)
            for name, one in backtest.fits.items()
        }
    )
