"""What a schema cannot say: names that must exist, scales that must hold, ranges that must fit."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from realpolitik.bargaining.issue import Actor, Dimension, Issue, Mediator, Payoffs
from realpolitik.bargaining.quantity import Quantity

Problem = tuple[tuple[str | int, ...], str]
Spread = Quantity | dict[str, Quantity] | None


def problems(issue: Issue) -> Iterator[Problem]:
    """Yield every problem as the path of the field and what to do."""
    yield from _twice("actors", [actor.name for actor in issue.actors])
    yield from _twice("dimensions", [dimension.name for dimension in issue.dimensions])
    yield from _twice("mediators", [mediator.name for mediator in issue.mediators])
    for index, dimension in enumerate(issue.dimensions):
        yield from _dimension(("dimensions", index), dimension)
    for index, actor in enumerate(issue.actors):
        yield from _actor(("actors", index), actor, issue)
    for index, mediator in enumerate(issue.mediators):
        yield from _mediator(("mediators", index), mediator, issue)
    yield from _parties(issue)
    yield from _linkage(issue)
    yield from _weightless(issue)


def _weightless(issue: Issue) -> Iterator[Problem]:
    for dimension in issue.dimensions:
        if not any(_weighs(actor, dimension.name) for actor in issue.actors):
            yield (
                ("actors",),
                f"no actor cares about {dimension.name}: at least one needs salience, capability "
                "and reach above 0",
            )


def _weighs(actor: Actor, dimension: str) -> bool:
    care = actor.salience
    parts = [care.get(dimension) if isinstance(care, dict) else care, actor.reach]
    if isinstance(actor.capability, Quantity):
        parts.append(actor.capability)
    return all(part is None or max(part.mode, part.bounds()[1]) > 0.0 for part in parts)


def _twice(kind: str, names: Sequence[str]) -> Iterator[Problem]:
    for name, count in Counter(names).items():
        if count > 1:
            index = len(names) - 1 - list(reversed(names)).index(name)
            yield (kind, index, "name"), f"{name!r} is used {count} times. Names must differ."


def _dimension(path: tuple[str | int, ...], dimension: Dimension) -> Iterator[Problem]:
    if not dimension.low < dimension.high:
        yield (*path, "high"), f"{dimension.high:g} is not above low ({dimension.low:g})"
    elif dimension.status_quo is not None and not (
        dimension.low <= dimension.status_quo <= dimension.high
    ):
        scale = f"{dimension.low:g} to {dimension.high:g}"
        yield (*path, "status_quo"), f"{dimension.status_quo:g} is outside {scale}"


def _actor(path: tuple[str | int, ...], actor: Actor, issue: Issue) -> Iterator[Problem]:
    if isinstance(actor.capability, Quantity):
        yield from _within((*path, "capability"), actor.capability, 0.0, float("inf"), "capability")
    yield from _within((*path, "reach"), actor.reach, 0.0, 1.0, "reach")
    top = issue.salience_scale
    yield from _over(path, "salience", actor.salience, issue, ("salience scale", 0.0, top))
    yield from _over(path, "position", actor.position, issue, None)
    yield from _over(path, "reservation", actor.reservation, issue, None)
    for field in ("discount", "conflict_cost", "trust"):
        value = getattr(actor, field)
        if value is not None:
            yield from _within((*path, field), value, 0.0, 1.0, field)
    if actor.discount is not None and actor.discount.bounds()[1] >= 1.0:
        yield (*path, "discount"), "must be below 1: an actor that never tires has no unique split"
    for index, ratifier in enumerate(actor.ratifiers):
        yield from _over((*path, "ratifiers", index), "position", ratifier.position, issue, None)
    if actor.payoffs is not None:
        yield from _payoffs((*path, "payoffs"), actor.payoffs)


def _payoffs(path: tuple[str | int, ...], payoffs: Payoffs) -> Iterator[Problem]:
    if not payoffs.reward > payoffs.punishment > payoffs.sucker:
        yield path, "need reward > punishment > sucker; otherwise trust plays no part"


def _mediator(path: tuple[str | int, ...], mediator: Mediator, issue: Issue) -> Iterator[Problem]:
    names = issue.principals
    for field in ("access", "trust", "leverage"):
        value: Spread = getattr(mediator, field)
        for key, part in _items(value):
            if key is not None and key not in names:
                yield (*path, field, key), _stranger("party", key, names)
            yield from _within((*path, field, *([key] if key else [])), part, 0.0, 1.0, field)
        if isinstance(value, dict) and (lacking := [name for name in names if name not in value]):
            yield (*path, field), f"no value for {', '.join(lacking)}"
    everyone = [actor.name for actor in issue.actors]
    for index, member in enumerate(mediator.members):
        if member not in everyone:
            yield (*path, "members", index), _stranger("actor", member, everyone)


def _parties(issue: Issue) -> Iterator[Problem]:
    names = [actor.name for actor in issue.actors]
    for index, party in enumerate(issue.parties):
        if party not in names:
            yield ("parties", index), _stranger("actor", party, names)
    if len(issue.parties) == 1:
        yield ("parties",), "a deal needs at least two parties"
    yield from _twice("parties", list(issue.parties))


def _linkage(issue: Issue) -> Iterator[Problem]:
    names = [dimension.name for dimension in issue.dimensions]
    seen: set[str] = set()
    for index, group in enumerate(issue.linkage):
        for name in group:
            if name not in names:
                yield ("linkage", index), _stranger("dimension", name, names)
            if name in seen:
                yield ("linkage", index), f"{name!r} is linked twice. Join the groups."
            seen.add(name)


def _over(
    path: tuple[str | int, ...],
    field: str,
    value: Spread,
    issue: Issue,
    scale: tuple[str, float, float] | None,
) -> Iterator[Problem]:
    names = [dimension.name for dimension in issue.dimensions]
    if isinstance(value, dict) and (lacking := [name for name in names if name not in value]):
        yield (*path, field), f"no value for the dimension {', '.join(lacking)}"
    if isinstance(value, Quantity) and scale is None and len(names) > 1:
        yield (*path, field), f"give one value per dimension: {', '.join(names)}"
        return
    for key, part in _items(value):
        if key is not None and key not in names:
            yield (*path, field, key), _stranger("dimension", key, names)
            continue
        dimension = issue.dimensions[names.index(key) if key else 0]
        what, low, high = scale or (f"scale of {dimension.name}", dimension.low, dimension.high)
        yield from _within((*path, field, *([key] if key else [])), part, low, high, what)


def _within(
    path: tuple[str | int, ...], value: Quantity, low: float, high: float, what: str
) -> Iterator[Problem]:
    bottom, top = value.bounds()
    if bottom < low or top > high:
        worst = bottom if bottom < low else top
        yield path, f"{worst:g} is outside the {what}, {low:g} to {high:g}"


def _items(value: Spread) -> Iterator[tuple[str | None, Quantity]]:
    if isinstance(value, dict):
        yield from value.items()
    elif value is not None:
        yield None, value


def _stranger(kind: str, name: str, valid: Iterable[str]) -> str:
    names = list(valid)
    near = difflib.get_close_matches(name, names, n=3)
    hint = f"Did you mean: {', '.join(near)}?" if near else f"Valid: {', '.join(names)}."
    return f"unknown {kind} {name!r}. {hint}"
