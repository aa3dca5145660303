"""Splits, forecasts and verdicts in words."""

from __future__ import annotations

from collections.abc import Mapping

from realpolitik.report.theory_record import Binding, Convergence, Fan, SplitMove, Trial
from realpolitik.report.words import LAYERS, probability, signed


def measured_move(move: SplitMove) -> str:
    """Say how far the measured relation moved, and how sure its sign is."""
    return (
        f"Measured with all indicators {signed(move.measured)} "
        f"({signed(move.measured_lower)} to {signed(move.measured_upper)}; probability of this "
        f"sign {probability(move.sign)}); split here {signed(move.move)} "
        f"({signed(move.lower)} to {signed(move.upper)})"
    )


def describe_split(move: SplitMove, way: str) -> str:
    """Return the text alternative of the bars of a move."""
    parts = "; ".join(
        f"{LAYERS[layer.name]} {signed(layer.contribution)} ({signed(layer.lower)} to "
        f"{signed(layer.upper)})"
        for layer in move.layers
    )
    whole = f"Together {signed(move.move)}."
    return f"Bars with 90 per cent lines, {way} into {move.year}: {parts}. {whole}"


def describe_binding(binding: Binding, way: str, labels: Mapping[str, str]) -> str:
    """Return the text alternative of the strips of a filter."""
    parts = []
    for name, label in labels.items():
        columns = zip(getattr(binding, name), binding.years, strict=True)
        known = [(chance, year) for chance, year in columns if chance is not None]
        if known:
            chance, year = max(known)
            parts.append(f"{label.lower()} at most {probability(chance)}, in {year}")
    return (
        f"Strips of the probability by year that a component changed the response, {way}: "
        f"{'; '.join(parts) or 'not known'}."
    )


def describe_fan(fan: Fan, way: str) -> str:
    """Return the text alternative of a forecast."""
    last = fan.steps[-1]
    return (
        f"Line with a band up to {fan.years[-1]}, then a fan: {way}. Level {signed(fan.level)} in "
        f"{fan.years[-1]}; forecast for {last.year} {signed(last.mean)}, 90 per cent from "
        f"{signed(last.quantiles[0])} to {signed(last.quantiles[-1])}."
    )


def power(trial: Trial) -> str:
    """Say how likely the rule was to see a filter, had there been one."""
    draws = trial.power_draws or 0
    known = [
        f"one of {size} effect in {round(value * draws)}"
        for size, value in (("medium", trial.power), ("strong", trial.power_strong))
        if value is not None
    ]
    if not (known and draws):
        return "The power of the test was not simulated."
    return (
        f"Power: in {draws} simulated records with a filter, at the estimated noise, "
        f"the rule saw {' and '.join(known)}."
    )


def converged(fit: Convergence) -> str:
    """Say how a fit ended."""
    held = "below" if fit.gradient <= fit.limit else "above"
    return (
        f"{fit.theory}: fitted to {fit.readings:,} readings; {fit.agreeing} of {fit.starts} "
        f"{'starts' if fit.starts > 1 else 'start'} ended at this peak; largest gradient of the "
        f"mean loss {fit.gradient:.1e}, {held} the limit of {fit.limit:.0e}."
    )
