"""The record of an issue file: who wants what, how much it matters, and what they can bring."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from realpolitik.bargaining.quantity import Quantity, QuantityField, SpreadField

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
Commitment = Literal["none", "semi", "full"]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Dimension(_Record):
    """One line on which positions lie, from `low` to `high`.

    `status_quo` is the position that stands when nothing is agreed.
    """

    name: Name
    title: str = ""
    low: float
    high: float
    low_means: str = ""
    high_means: str = ""
    unit: str = ""
    status_quo: float | None = None


class PanelValue(_Record):
    """A capability read from the panel: one variable of one state in one year.

    Without `state` the name of the actor is the ISO code of its state.
    """

    variable: str
    state: str = ""
    year: int


class Payoffs(_Record):
    """Payoffs of the trust game: R mutual cooperation, T defect alone, P both defect, S cheated."""

    reward: float
    temptation: float
    punishment: float
    sucker: float


class Ratifier(_Record):
    """A domestic actor whose consent counts towards the quota of its party."""

    name: Name
    weight: Annotated[float, Field(gt=0)] = 1.0
    position: SpreadField


class Actor(_Record):
    """One actor of the issue.

    `capability` is what it has, `reach` the share of it that can be brought to bear here,
    `salience` how much it cares (0 to the issue's `salience_scale`). `reservation` is the position
    it holds equal to no deal (default: the status quo). `conflict_cost` is a share of the stake.
    """

    name: Name
    label: str = ""
    kind: Literal["state", "non-state", "organisation"] = "state"
    capability: PanelValue | QuantityField
    reach: QuantityField = Quantity(1.0, 1.0, 1.0)
    salience: SpreadField
    position: SpreadField
    reservation: SpreadField | None = None
    commitment: Commitment = "none"
    veto: bool = False
    discount: QuantityField | None = None
    conflict_cost: QuantityField | None = None
    trust: QuantityField | None = None
    payoffs: Payoffs | None = None
    ratifiers: tuple[Ratifier, ...] = ()
    quota: Annotated[float, Field(gt=0, le=1)] = 0.5
    judgement: tuple[Literal["capability", "reach", "salience", "position", "other"], ...] = ()
    reasons: dict[str, str] = {}


class Mediator(_Record):
    """A third party or forum that could convene the parties.

    `access` is the chance that a party comes to its table, `trust` how far a party believes what it
    says, `leverage` how much it lowers the gain from cheating; each 0 to 1, one value for all
    parties or one per party.
    """

    name: Name
    label: str = ""
    kind: Literal["state", "organisation", "forum"] = "state"
    members: tuple[str, ...] = ()
    access: SpreadField
    trust: SpreadField
    leverage: SpreadField
    reasons: str = ""


class Issue(_Record):
    """An issue: dimensions, actors, who must agree, what is linked and who could mediate.

    `case` is the name of the case it belongs to.
    """

    name: Name
    title: str = ""
    case: str = ""
    question: str = ""
    as_of: str = ""
    notes: str = ""
    salience_scale: Annotated[float, Field(gt=0)] = 1.0
    dimensions: Annotated[tuple[Dimension, ...], Field(min_length=1)]
    parties: tuple[str, ...] = ()
    linkage: tuple[tuple[str, ...], ...] = ()
    actors: Annotated[tuple[Actor, ...], Field(min_length=2)]
    mediators: tuple[Mediator, ...] = ()

    @property
    def principals(self) -> tuple[str, ...]:
        """Actors whose consent a deal needs: `parties`, or all actors when the file is silent."""
        return self.parties or tuple(actor.name for actor in self.actors)

    @property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """Indices of the dimensions that are settled together, in file order."""
        names = [dimension.name for dimension in self.dimensions]
        linked = [tuple(sorted(names.index(name) for name in group)) for group in self.linkage]
        taken = {index for group in linked for index in group}
        return tuple(sorted(linked + [(i,) for i in range(len(names)) if i not in taken]))


def issue_schema() -> dict[str, Any]:
    """Return the JSON Schema of an issue file."""
    schema = Issue.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return schema
