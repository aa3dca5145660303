"""Panel and evidence -> the inputs of the theories, at any origin, with what each term rests on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realpolitik.conditions import gathering, terms
from realpolitik.conditions.evidence import Evidence, fit_outcome, weights, widened
from realpolitik.conditions.evidence import gather as gather_evidence
from realpolitik.conditions.gathering import ABSENT, PARTS, PREFERENCE, SOURCES, Terms
from realpolitik.conditions.terms import Array
from realpolitik.measures.relation.model import Parameters
from realpolitik.panel import Panel
from realpolitik.theory.inputs import CLARITY, GATE, Conditions, Inputs, dyad_order
from realpolitik.timeline import year_of


@dataclass(frozen=True, slots=True)
class Term:
    """What a term of the theory rests on.

    name, variables : str
    coverage : float     share of cells (states in the system) with a value of the year itself
    last_year : int or None
        Last year with a value; later years carry what was last known.
    absent : str or None
        Why the panel has no variable for it; the term is then zero and out of the verdict.
    """

    name: str
    variables: str
    coverage: float
    last_year: int | None
    absent: str | None


@dataclass(frozen=True, slots=True)
class Given:
    """Inputs of the theories at an origin.

    inputs : Inputs
    years : (T,)                  with the years after the origin that were asked for
    states : tuple of str         N codes
    origin : int                  last year known
    strength : (T, N)             composite capability, NaN where never known
    terms : tuple of Term
    """

    inputs: Inputs
    years: NDArray[np.int64]
    states: tuple[str, ...]
    origin: int
    strength: Array
    terms: tuple[Term, ...]

    def dyad(self, source: str, target: str) -> int:
        """Position of a dyad."""
        first, second = dyad_order(len(self.states))
        wanted = (self.states.index(source), self.states.index(target))
        return int(np.flatnonzero((first == wanted[0]) & (second == wanted[1]))[0])


def prepare(
    panel: Panel,
    *,
    origin: int | None = None,
    ahead: int = 0,
    parameters: Parameters | None = None,
) -> Given:
    """Make the inputs of the theories from what was known at the end of a year.

    Every term is standardised with the moments of the years up to the origin. A value that is
    missing in a year is the last one known; one never known is the mean, that is, zero. Years
    after the origin keep the origin's conditions and have no readings.

    Parameters
    ----------
    panel : Panel
        Yearly.
    origin : int, optional
        Year at whose end the panel is looked at; the end of the panel if not given.
    ahead : int
        Years after the origin.
    parameters : Parameters, optional
        Of the measurement layer; fitted to the panel (or taken from store) if not given.

    Raises
    ------
    RequestError
        If the panel is not yearly.
    PeriodError
        If nothing of the panel had ended by the origin.
    """
    layer = parameters or fit_outcome(panel)
    known = panel if origin is None else panel.known_at(origin)
    evidence = widened(gather_evidence(known, layer), _states(panel))
    raw = gathering.gather(known, evidence.states)
    last = year_of(known.end)
    first = raw.years[0]
    size = last - first + 1 + ahead
    conditions, described = standardised(raw, size)
    return Given(
        inputs=_with_readings(conditions, evidence, first, size),
        years=np.arange(first, first + size),
        states=evidence.states,
        origin=last,
        strength=_longer(raw.strength, size),
        terms=described,
    )


def _states(panel: Panel) -> tuple[str, ...]:
    """Every state with a dyad in any year, so that theories keep their shape at every origin."""
    return tuple(sorted({*panel.dyads["source"].unique(), *panel.dyads["target"].unique()}))


def _with_readings(conditions: Conditions, evidence: Evidence, first: int, size: int) -> Inputs:
    """Lay the evidence out on the years of the conditions."""
    dyads = evidence.value.shape[1]
    value, variance = np.full((2, size, dyads), np.nan)
    rows = evidence.steps - first
    value[rows], variance[rows] = evidence.value, evidence.variance
    own, other = (np.broadcast_to(part, (size, dyads)).copy() for part in weights(dyads))
    return Inputs(conditions, value[:, :, None], variance[:, :, None], own, other)


def standardised(raw: Terms, size: int) -> tuple[Conditions, tuple[Term, ...]]:
    """Standardise raw terms over the states in the system; repeat the last year up to `size`."""
    source, target = dyad_order(len(raw.states))
    member = np.asarray(raw.member)
    both = member[:, source] & member[:, target]
    dyads = {name: values[:, source, target] for name, values in raw.dyads.items()}
    described: list[Term] = []

    def ready(name: str, values: Array, cells: NDArray[np.bool_], *, centre: bool = True) -> Array:
        described.append(_describe(name, values, cells, raw.years))
        return _longer(_scaled(values, cells, centre=centre), size)

    def dyad(name: str) -> Array:
        return ready(name, dyads[name], both)

    def state(name: str) -> Array:
        return ready(name, raw.by_state[name], member)

    def absent(name: str, shape: tuple[int, ...]) -> Array:
        described.append(Term(name, "none", 0.0, None, ABSENT[name]))
        return np.zeros((size, *shape))

    count, states = len(source), len(raw.states)
    lean = raw.by_state["offence"]
    described.append(_describe("offence", lean, member, raw.years))
    clarity = [absent(n, (count,)) if n in ABSENT else dyad(n) for n in CLARITY]
    gate = [absent(n, (states,)) if n in ABSENT else state(n) for n in GATE]
    conditions = Conditions(
        threat=ready("threat", dyads["threat"], both, centre=False),
        offence=_longer(_over_mean(lean, member), size)[:, target],
        parts=np.stack([dyad(name) for name in PARTS], axis=2),
        clarity=np.stack(clarity, axis=2),
        imminence=state("imminence")[:, source],
        gate=np.stack(gate, axis=2),
        preference=np.stack([dyad(name) for name in PREFERENCE], axis=2),
        culture=dyad("culture"),
        leader=_longer(raw.leader, size),
        influence=_longer(raw.influence, size),
        member=_longer(member.astype(float), size),
    )
    return conditions, tuple(described)


def _over_mean(values: Array, cells: NDArray[np.bool_]) -> Array:
    """Offensive lean over its mean, less 1: never below -1, 0 where never known."""
    carried = terms.last_known(values)
    use = cells & ~np.isnan(carried)
    relative = carried / carried[use].mean() - 1.0 if use.any() else np.zeros_like(carried)
    return np.where(np.isnan(relative) | ~cells, 0.0, relative)


def _scaled(values: Array, cells: NDArray[np.bool_], *, centre: bool) -> Array:
    """Carry forward, then standardise over the cells; what was never known is the mean."""
    carried = terms.last_known(values)
    use = cells & ~np.isnan(carried)
    mean = carried[use].mean() if centre and use.any() else 0.0
    spread = carried[use].std() if use.any() else 0.0
    scaled = (carried - mean) / spread if spread > 0 else np.zeros_like(carried)
    filler = 0.0 if centre or not use.any() else carried[use].mean() / spread
    return np.where(np.isnan(scaled) | ~cells, filler, scaled)


def _longer(values: Array, size: int) -> Array:
    """Repeat the last year until there are `size` years."""
    return np.concatenate([values, np.repeat(values[-1:], size - len(values), axis=0)])


def _describe(name: str, values: Array, cells: NDArray[np.bool_], years: list[int]) -> Term:
    seen = cells & ~np.isnan(values)
    rows = np.flatnonzero(seen.any(axis=1))
    return Term(
        name=name,
        variables=SOURCES[name],
        coverage=float(seen.sum() / max(cells.sum(), 1)),
        last_year=years[rows[-1]] if len(rows) else None,
        absent=None,
    )
