"""All solution concepts behind one call, each with its reference and assumptions."""

from __future__ import annotations

import difflib
import inspect
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from realpolitik.bargaining import methods
from realpolitik.bargaining.board import Board, nominal
from realpolitik.bargaining.challenge import Choices
from realpolitik.bargaining.issue import Issue
from realpolitik.bargaining.outcome import Outcome
from realpolitik.bargaining.quantity import Array
from realpolitik.errors import RequestError, unknown

BASELINE = "mean"
# Ends of the numeric options: shares and chances, and sizes that still compute in seconds.
LIMITS = {
    "stakes": (0.0, 1.0),
    "improvement": (0.0, 1.0),
    "tolerance": (0.0, 1.0),
    "quota": (0.0, 1.0),
    "rounds": (0, 1000),
    "precision": (0.0, 1000.0),
    "levels": (2, 51),
}


@dataclass(frozen=True, slots=True)
class Method:
    """One solution concept.

    run : callable      board and options -> outcome
    reference : str     author, year
    assumptions : tuple of str
    vectorised : bool   whether draws are solved together; if not, fewer draws are made
    """

    name: str
    run: Callable[..., Outcome]
    reference: str
    assumptions: tuple[str, ...]
    vectorised: bool = True


@dataclass(frozen=True, slots=True)
class Solution:
    """Settlement of an issue by one method, at the file's own values.

    R rounds, N actors, K dimensions.

    position : (R, K)        settlement after each round; NaN where the concept gives none
    actors : (R, N, K)       positions of the actors, or None
    low, high : (K,)         ends of the range the concept itself gives, or None
    share : (N, K)           power or chance of winning of each actor, or None
    deal : float             1 a deal, 0 the status quo, between them a chance; or None
    """

    issue: str
    method: str
    options: dict[str, object]
    dimensions: tuple[str, ...]
    names: tuple[str, ...]
    position: Array
    actors: Array | None
    low: Array | None
    high: Array | None
    share: Array | None
    deal: float | None
    reference: str
    assumptions: tuple[str, ...]
    notes: tuple[str, ...]


_EU = (
    "actors know all capabilities, saliences and positions and move at once",
    "an offer is judged by expected utility through the challenger's own risk attitude",
    "the outcome hangs on choices the publications leave open; read it as a sensitivity range",
)

METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method(
            "mean",
            methods.mean,
            "baseline; van den Bos (1991), Achen (2006)",
            ("every actor pulls with capability times salience", "the baseline others must beat"),
        ),
        Method(
            "median",
            methods.median,
            "Black (1948)",
            ("votes weighted by capability times salience", "single-peaked, dimensions separable"),
        ),
        Method(
            "expected-utility",
            methods.expected_utility,
            "Bueno de Mesquita (1994); Scholz, Calbert and Smith (2011)",
            (*_EU, "probabilities divide by the votes over all ordered pairs of actors"),
        ),
        Method(
            "expected-utility-contested",
            methods.expected_utility_contested,
            "Bueno de Mesquita (1994); Scholz, Calbert and Smith (2011)",
            (*_EU, "probabilities divide by the votes over the contested pair alone"),
        ),
        Method(
            "condorcet",
            methods.condorcet,
            "Wise, Lester and Efird (2015)",
            (
                "each position meets each other and wins with the share of the votes for it",
                "the settlement is the mean over positions, each with its chance of beating all",
            ),
        ),
        Method(
            "nash",
            methods.nash,
            "Nash (1950)",
            (
                "loss is linear in distance; no deal leaves each party at its reservation point",
                "linked dimensions are one package, others are settled one by one",
            ),
        ),
        Method(
            "kalai-smorodinsky",
            methods.kalai_smorodinsky,
            "Kalai and Smorodinsky (1975)",
            ("each party gets the same share of the most it could hope for", "losses as for nash"),
        ),
        Method(
            "rubinstein",
            methods.rubinstein,
            "Rubinstein (1982)",
            (
                "two parties split the distance between their positions by alternating offers",
                "the party named first offers first; discount factors are common knowledge",
            ),
        ),
        Method(
            "fearon",
            methods.fearon,
            "Fearon (1995)",
            (
                "war is a lottery won with the party's share of both capabilities",
                "the range is what both prefer to war; the position is the lottery's mean",
            ),
        ),
        Method(
            "quantal-response",
            methods.quantal,
            "McKelvey and Palfrey (1995)",
            (
                "the two parties make demands at once; compatible demands split the difference",
                "payoffs are shares of the range; lambda (precision) is given, not estimated",
                "breakdown leaves the status quo; the position is the mean over both",
            ),
            vectorised=False,
        ),
        Method(
            "spatial",
            methods.spatial,
            "Wise, Lester and Efird (2015), in outline",
            (
                "bargaining over all dimensions at once; each side yields where it cares less",
                "third parties back a side by their stake and their commitment",
            ),
        ),
        Method(
            "shapley-shubik",
            methods.shapley_shubik,
            "Shapley and Shubik (1954)",
            ("votes are capability times salience", "positions weighted by power under the quota"),
        ),
        Method(
            "banzhaf",
            methods.banzhaf,
            "Banzhaf (1965)",
            ("votes are capability times salience", "positions weighted by power under the quota"),
        ),
        Method(
            "ratification",
            methods.ratified,
            "Putnam (1988)",
            (
                "a deal needs each party and the quota of its ratifiers",
                "among those deals the Nash point of the parties",
            ),
        ),
        Method(
            "reassurance",
            methods.reassurance,
            "Kydd (2000, 2005)",
            (
                "a party cooperates if its trust is at least t* = (P - S)/((R - T) + (P - S))",
                "if all do, the Nash point; else the status quo",
            ),
        ),
    )
}


def method_named(name: str) -> Method:
    """Return a method by name.

    Raises
    ------
    UnknownName
        If there is no such method.
    """
    if name not in METHODS:
        raise unknown("method", name, METHODS)
    return METHODS[name]


def check_options(method: Method, options: dict[str, object]) -> None:
    """Refuse an option the method does not have, or a value it does not allow.

    Raises
    ------
    RequestError
        With the nearest valid option or the allowed values.
    """
    valid = option_types(method)
    for name, value in options.items():
        if name not in valid:
            near = difflib.get_close_matches(name, valid, n=2)
            hint = f"Did you mean: {', '.join(near)}?" if near else f"Valid: {', '.join(valid)}."
            msg = f"{method.name} has no option {name!r}. {hint if valid else 'It has none.'}"
            raise RequestError(msg)
        allowed = typing.get_args(valid[name])
        if allowed and value not in allowed:
            msg = f"{method.name}: {name} is one of {', '.join(map(str, allowed))}, not {value!r}"
            raise RequestError(msg)
        if not allowed:
            _check_number(method.name, name, value, whole=valid[name] is int)


def _check_number(method: str, name: str, value: object, *, whole: bool) -> None:
    kind = int if whole else int | float
    if isinstance(value, bool) or not isinstance(value, kind):
        msg = f"{method}: {name} is a {'whole ' if whole else ''}number, not {value!r}"
        raise RequestError(msg)
    low, high = LIMITS[name]
    if not low <= value <= high:
        msg = f"{method}: {name} lies between {low:g} and {high:g}, not at {value:g}"
        raise RequestError(msg)


def option_types(method: Method) -> dict[str, object]:
    """Names and types of the options of a method."""
    if method.run in (methods.expected_utility, methods.expected_utility_contested):
        hints = typing.get_type_hints(Choices)
        return {field.name: hints[field.name] for field in fields(Choices)}
    hints = typing.get_type_hints(method.run)
    return {
        name: hints[name] for name in inspect.signature(method.run).parameters if name != "board"
    }


def read_options(texts: Sequence[str], names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Read ``name=value`` texts and give each method the options it has.

    Raises
    ------
    RequestError
        If a text is not name=value, or none of the methods has that option.
    """
    given: dict[str, dict[str, Any]] = {name: {} for name in names}
    for text in texts:
        key, mark, value = text.partition("=")
        if not mark:
            msg = f"an option is NAME=VALUE, e.g. denominator=contested, not {text!r}"
            raise RequestError(msg)
        takers = [name for name in names if key in option_types(method_named(name))]
        if not takers:
            valid = {option for name in names for option in option_types(METHODS[name])}
            raise unknown("option", key, sorted(valid))
        for name in takers:
            given[name][key] = _value(value)
    return given


def _value(text: str) -> object:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def solve(issue: Issue, method: str = BASELINE, **options: object) -> Solution:
    """Settle an issue by one solution concept, at the file's own values.

    Parameters
    ----------
    issue : Issue
        With every capability a number (see :func:`fill_capabilities`).
    method : str
        One of `METHODS`.
    **options
        Options of the method, e.g. ``denominator="contested"``.

    Raises
    ------
    UnknownName
        If there is no such method.
    NotApplicable
        If the issue lacks something the method needs.
    RequestError
        If an option does not exist or has a value that is not allowed.
    """
    chosen = method_named(method)
    check_options(chosen, options)
    return as_solution(nominal(issue), chosen, options)


def as_solution(board: Board, method: Method, options: dict[str, object]) -> Solution:
    """Run a method on a board of one draw and name the parts of its outcome."""
    outcome = method.run(board, **options)
    issue = board.issue
    return Solution(
        issue=issue.name,
        method=method.name,
        options=options,
        dimensions=tuple(dimension.name for dimension in issue.dimensions),
        names=tuple(actor.name for actor in issue.actors),
        position=outcome.position[..., 0],
        actors=_first(outcome.actors),
        low=_first(outcome.low),
        high=_first(outcome.high),
        share=_first(outcome.share),
        deal=None if outcome.deal is None else float(outcome.deal[0]),
        reference=method.reference,
        assumptions=method.assumptions,
        notes=outcome.notes,
    )


def _first(values: Array | None) -> Array | None:
    return None if values is None else values[..., 0]
