"""Whether a theory earns its place against a rival: a rule fixed before the results are seen.

A theory *gains* at a horizon if its score beats the rival's by at least two standard errors,
clustered by state. The horizon *counts* if the theory gains there and its placebos are clean
there: at least one was run, and none gains over the same rival.

`earns its place`   two horizons or more count
`no gain`           the theory gains at no horizon, although the power to see a gain was .8 or more
`undetermined`      anything else

Cases the rule leaves open are settled so:

- A gain at one horizon only is neither a gain nor its absence: undetermined, whatever the power.
- A loss of two standard errors is no gain, and is told as a loss; with low power the verdict is
  still undetermined, as the rule asks for power.
- Placebos are judged horizon by horizon. One that gains where the theory gains spoils that horizon
  only; where the theory gains at no horizon, one that gains at any makes the verdict undetermined.
- Without placebos no horizon counts; they are not needed for `no gain`.
- A gain that the error clustered by state supports and another method does not still counts; the
  verdict carries the smallest |z| as a caveat.
- With fewer than two horizons, or a horizon whose error is unknown, there is no `no gain`.
- Power is the chance that the rule sees the effect of interest; unknown power is not enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Literal

from realpolitik.evaluation.clustering import Difference

GAIN = 2.0
"""Standard errors, clustered by state, that make a gain."""
CLUSTERS = "dyadic"
"""Method of the error: readings of pairs that share any state are correlated (Aronow, Samii and
Assenova 2015), because a reading of the common posture of a pair has two source states."""
HORIZONS = 2
"""Horizons at which a theory must gain."""
POWER = 0.8
"""Power from which the absence of a gain says something."""

Outcome = Literal["earns its place", "no gain", "undetermined"]
Code = Literal[
    "gain",
    "loss",
    "no gain",
    "error unknown",
    "placebo gains",
    "placebo unknown",
    "placebos not run",
    "not robust",
    "too few horizons",
    "gain at one horizon",
    "power",
    "power too low",
    "power unknown",
]

WORDS: Mapping[Code, str] = {"gain": "a gain", "loss": "a loss", "no gain": "no gain"}


@dataclass(frozen=True, slots=True)
class Reason:
    """One fact behind a verdict.

    code : str            what kind of fact
    horizon : int | None  where it holds; None if it is about all horizons
    value : float | None  z, power or number of horizons, as the code has it
    sentence : str        the same in plain words
    """

    code: Code
    horizon: int | None
    value: float | None
    sentence: str


@dataclass(frozen=True, slots=True)
class AtHorizon:
    """One theory against one rival at one horizon.

    gain : Difference       score of the theory minus that of the rival, higher better
    placebos : mapping      name of a placebo to its own Difference from the same rival
    """

    horizon: int
    gain: Difference
    placebos: Mapping[str, Difference]

    @property
    def z(self) -> float:
        """Z of the gain, clustered by state; NaN if not known."""
        return self.gain.spread[CLUSTERS].z

    @property
    def gains(self) -> bool:
        """Whether the gain is at least two standard errors."""
        return self.z >= GAIN

    @property
    def unclean(self) -> dict[str, float]:
        """Placebos that gain, or whose gain has no known error, with their z."""
        every = {name: one.spread[CLUSTERS].z for name, one in self.placebos.items()}
        return {name: z for name, z in every.items() if not z < GAIN}

    @property
    def counts(self) -> bool:
        """Whether the theory gains here and its placebos are clean."""
        return self.gains and bool(self.placebos) and not self.unclean


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rule says of a theory and a rival.

    outcome : str      `earns its place`, `no gain` or `undetermined`
    horizons : tuple   what it rests on, shortest first
    power : float      chance of seeing the effect of interest; NaN if not known
    reasons : tuple    the facts, horizon by horizon and then for all
    """

    outcome: Outcome
    theory: str
    rival: str
    horizons: tuple[AtHorizon, ...]
    power: float
    reasons: tuple[Reason, ...]


def decide(
    theory: str, rival: str, horizons: tuple[AtHorizon, ...], power: float = float("nan")
) -> Verdict:
    """Apply the rule to the horizons scored.

    Parameters
    ----------
    theory, rival : str
        Names, for the sentences. For the filter the rival is the flat filter.
    horizons : tuple of AtHorizon
        One for each horizon.
    power : float
        Chance, at the estimated noise, that the effect of interest gains at two horizons; NaN if
        not known.
    """
    ordered = tuple(sorted(horizons, key=lambda one: one.horizon))
    assert len({one.horizon for one in ordered}) == len(ordered), "a horizon is given twice"
    reasons = [reason for one in ordered for reason in _at_horizon(one, theory, rival)]
    reasons += _overall(ordered, power)
    return Verdict(_outcome(ordered, power), theory, rival, ordered, power, tuple(reasons))


def _outcome(horizons: tuple[AtHorizon, ...], power: float) -> Outcome:
    if sum(one.counts for one in horizons) >= HORIZONS:
        return "earns its place"
    absent = all(one.z < GAIN and not one.unclean for one in horizons)
    if absent and len(horizons) >= HORIZONS and power >= POWER:
        return "no gain"
    return "undetermined"


def _at_horizon(one: AtHorizon, theory: str, rival: str) -> list[Reason]:
    """List what was found at one horizon."""
    where = f"At horizon {one.horizon} "
    if isnan(one.z):
        text = f"{where}the error of the gain of {theory} over {rival} is not known."
        return [Reason("error unknown", one.horizon, None, text), *_placebos(one, rival)]
    code: Code = "gain" if one.gains else "loss" if one.z <= -GAIN else "no gain"
    text = (
        f"{where}the score of {theory} less that of {rival} is {one.gain.mean:+.4f} a reading, "
        f"{one.z:+.2f} standard errors clustered by state: {WORDS[code]}."
    )
    found = [Reason(code, one.horizon, one.z, text)]
    smallest = one.gain.smallest_z
    if one.gains and smallest < GAIN:
        text = f"{where}the error called {one.gain.weakest} makes that {smallest:+.2f}."
        found.append(Reason("not robust", one.horizon, smallest, text))
    return found + _placebos(one, rival)


def _placebos(one: AtHorizon, rival: str) -> list[Reason]:
    where = f"At horizon {one.horizon} "
    if not one.placebos and one.gains:
        text = f"{where}no placebo was run, so the gain does not count."
        return [Reason("placebos not run", one.horizon, None, text)]
    found = []
    for name, z in one.unclean.items():
        if isnan(z):
            text = f"{where}the error of the gain of the placebo {name} is not known."
            found.append(Reason("placebo unknown", one.horizon, None, text))
        else:
            text = f"{where}the placebo {name} gains over {rival}, {z:+.2f} standard errors."
            found.append(Reason("placebo gains", one.horizon, z, text))
    return found


def _overall(horizons: tuple[AtHorizon, ...], power: float) -> list[Reason]:
    """List what holds for all horizons together."""
    found = []
    count = len(horizons)
    if count < HORIZONS:
        text = f"The rule asks for {HORIZONS} horizons; scored: {count}."
        found.append(Reason("too few horizons", None, float(count), text))
    counted = [one.horizon for one in horizons if one.counts]
    if count >= HORIZONS and len(counted) == 1:
        text = f"Only horizon {counted[0]} counts; the rule asks for {HORIZONS}."
        found.append(Reason("gain at one horizon", counted[0], 1.0, text))
    if isnan(power):
        text = "The power to see the effect of interest is not known."
        return [*found, Reason("power unknown", None, None, text)]
    enough = power >= POWER
    text = (
        f"The power to see the effect of interest is {power:.2f}, "
        f"{'enough' if enough else 'too low'} for the absence of a gain to mean something."
    )
    return [*found, Reason("power" if enough else "power too low", None, power, text)]
