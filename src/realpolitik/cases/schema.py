"""What a case file may hold: one model per file, each published as a JSON Schema.

The schemas in ``cases/schemas`` are the output of `schemas`; a test keeps them equal.
"""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z_]*$", description="Key of a state or an actor.")]
Sign = Literal["+", "-", "0", "mixed"]

_FORMS = {
    "day": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "month": re.compile(r"\d{4}-\d{2}"),
    "year": re.compile(r"\d{4}"),
}


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SignedDyad(_Record):
    """The move of one state's posture towards another that an event is coded as."""

    source: Code
    target: Code
    sign: Sign = Field(
        description="+ towards cooperation, - towards friction, mixed both, "
        "0 when the event bears on the dyad without moving it or is commentary by a third person"
    )

    @model_validator(mode="after")
    def _two_states(self) -> SignedDyad:
        if self.source == self.target:
            msg = f"source and target are both {self.source}; a dyad has two members"
            raise ValueError(msg)
        return self


class DatedEvent(_Record):
    """A dated record of the case."""

    id: Annotated[str, Field(pattern=r"^E\d{3}$")]
    date: str = Field(description="YYYY, YYYY-MM or YYYY-MM-DD, as exact as `precision` says")
    precision: Literal["day", "month", "year"]
    title: Annotated[str, Field(min_length=3)]
    participants: Annotated[tuple[Code, ...], Field(min_length=1, strict=False)]
    dyads: tuple[SignedDyad, ...] = Field(strict=False)
    footnotes: tuple[int, ...] = Field(strict=False, description="Footnotes of the paper")
    status_in_paper: Literal["named", "implied", "absent"]
    note: str | None = None

    @model_validator(mode="after")
    def _consistent(self) -> DatedEvent:
        if not _FORMS[self.precision].fullmatch(self.date):
            msg = f"date {self.date!r} does not have the precision {self.precision!r}"
            raise ValueError(msg)
        first_day(self.date)
        named = set(self.participants)
        for dyad in self.dyads:
            absent = {dyad.source, dyad.target} - named
            if absent:
                msg = f"{', '.join(sorted(absent))} in a dyad but not among the participants"
                raise ValueError(msg)
        return self

    def concerns(self, one: str, other: str) -> tuple[SignedDyad, ...]:
        """Return the signed dyads of this event between two states, in either direction."""
        pair = {one, other}
        return tuple(dyad for dyad in self.dyads if {dyad.source, dyad.target} == pair)


class Actor(_Record):
    """A state, group, leader or institution that the case speaks of."""

    code: Code
    name: Annotated[str, Field(min_length=2)]
    type: str
    role: str
    interests: tuple[str, ...] = Field(strict=False)
    stance: str | None = Field(description="Stance on the dyad of the case")
    note: str | None = None


class CausalVariable(_Record):
    """A quantity of the paper's causal framework."""

    id: Annotated[str, Field(pattern=r"^[A-Z]\d+$")]
    name: str
    range: str | None = None
    proxies: tuple[str, ...] = Field((), strict=False)
    sections: tuple[str, ...] = Field((), strict=False)
    claims: tuple[str, ...] = Field((), strict=False)


class Link(_Record):
    """A causal arrow with the sign the paper gives it."""

    cause: str
    effect: str
    sign: Literal["+", "-"]
    via: str | None = None
    note: str | None = None
    section: str
    claims: tuple[str, ...] = Field((), strict=False)
    status: str


class Loop(_Record):
    """A feedback path that returns to its first variable."""

    name: str
    path: tuple[str, ...] = Field(strict=False)
    type: str

    @field_validator("path")
    @classmethod
    def _closed(cls, path: tuple[str, ...]) -> tuple[str, ...]:
        if len(path) < 3 or path[0] != path[-1]:
            msg = "a loop has at least two variables and ends where it begins"
            raise ValueError(msg)
        return path


class Lever(_Record):
    """A policy the paper proposes, with the moves and effects it names."""

    id: str
    name: str
    actors: tuple[str, ...] = Field(strict=False)
    moves: dict[str, str]
    expected: dict[str, str]
    cost: str | None = None
    claims: tuple[str, ...] = Field((), strict=False)
    doubts: str


class PaperScenario(_Record):
    """A setting of the framework's variables and what the paper expects of it."""

    id: str
    name: str
    set: dict[str, str | float]
    paper_expects: dict[str, str] = Field(default_factory=dict)
    claims: tuple[str, ...] = Field((), strict=False)


class TheoryNote(_Record):
    """The theory as the paper uses it."""

    name: str
    sources: tuple[int, ...] = Field(strict=False)
    chain: str
    author_error: str
    gaps_to_fill: tuple[str, ...] = Field(strict=False)


class Framework(_Record):
    """The paper's causal framework: hypotheses, not findings."""

    theory: TheoryNote
    variables: dict[str, Annotated[tuple[CausalVariable, ...], Field(strict=False)]]
    links: tuple[Link, ...] = Field(strict=False)
    feedback_loops: tuple[Loop, ...] = Field(strict=False)
    levers: tuple[Lever, ...] = Field(strict=False)
    scenarios: tuple[PaperScenario, ...] = Field(strict=False)

    @model_validator(mode="after")
    def _known_variables(self) -> Framework:
        known = {variable.id for group in self.variables.values() for variable in group}
        used: list[tuple[str, str]] = []
        used += [
            (name, f"link {x.cause} -> {x.effect}")
            for x in self.links
            for name in (x.cause, x.effect)
        ]
        used += [(name, f"loop {x.name}") for x in self.feedback_loops for name in x.path]
        used += [(name, f"lever {x.id}") for x in self.levers for name in (*x.moves, *x.expected)]
        used += [
            (name, f"scenario {x.id}")
            for x in self.scenarios
            for name in (*x.set, *x.paper_expects)
        ]
        for name, where in used:
            if name not in known:
                msg = f"{where} names {name!r}, which is not among the variables"
                raise ValueError(msg)
        return self


class CaseHeader(_Record):
    """``case.yaml``: what the case is about."""

    title: str
    paper: str
    dyad: Annotated[tuple[Code, Code], Field(strict=False)]


class EventsFile(_Record):
    """``events.yaml``."""

    events: Annotated[tuple[DatedEvent, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _unique(self) -> EventsFile:
        _refuse_repeats("event id", [event.id for event in self.events])
        return self


class ActorsFile(_Record):
    """``actors.yaml``."""

    actors: Annotated[tuple[Actor, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _unique(self) -> ActorsFile:
        _refuse_repeats("actor code", [actor.code for actor in self.actors])
        return self


FILES: dict[str, type[_Record]] = {
    "case": CaseHeader,
    "events": EventsFile,
    "actors": ActorsFile,
    "framework": Framework,
}


def schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of every case file, by file name without its ending."""
    return {name: model.model_json_schema() for name, model in FILES.items()}


def first_day(text: str) -> date:
    """Return the first day that a date of any precision may mean.

    >>> first_day("1962-11")
    datetime.date(1962, 11, 1)
    """
    year, month, day = ([int(part) for part in text.split("-")] + [1, 1])[:3]
    if not 1 <= month <= 12:
        msg = f"date {text!r} has no month {month}"
        raise ValueError(msg)
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        msg = f"date {text!r} has no day {day}"
        raise ValueError(msg)
    return date(year, month, day)


def _refuse_repeats(kind: str, names: list[str]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        msg = f"{kind} {', '.join(repeated)} appears more than once"
        raise ValueError(msg)
