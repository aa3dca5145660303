"""What a line of a ledger may hold, and its one spelling.

``ledger.schema.json`` is the output of `schema_json`; a test keeps them equal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from realpolitik.errors import PeriodError
from realpolitik.timeline import Time, parse_step, position, show

PUBLISHED = Path(__file__).with_name("ledger.schema.json")
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
"""Probability levels of the sealed quantiles."""
MAX_STEPS = 60
SUM_TOLERANCE = 1e-6
"""How far three probabilities may sum from one: they may have been rounded for sealing."""
LARGEST = 1e6
"""No reading or forecast in standard deviations comes near it."""

Code = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="Code of a state")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Step = Annotated[
    str, Field(pattern=r"^[0-9]{4}(-[0-9]{2})?$", description="A year, YYYY, or a month, YYYY-MM")
]
Number = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Quantiles(_Record):
    """Quantiles of the forecast, each above the one before."""

    q05: Number
    q10: Number
    q25: Number
    q50: Number
    q75: Number
    q90: Number
    q95: Number

    @model_validator(mode="after")
    def _increasing(self) -> Quantiles:
        values = self.values()
        for name, below, above in zip(_NAMES[1:], values, values[1:], strict=False):
            if above <= below:
                msg = f"{name} is {above}, not above the quantile before it, {below}"
                raise ValueError(msg)
        return self

    def values(self) -> tuple[float, ...]:
        """Return the quantiles at `LEVELS`."""
        return (self.q05, self.q10, self.q25, self.q50, self.q75, self.q90, self.q95)


_NAMES = tuple(Quantiles.model_fields)


class Direction(_Record):
    """Probabilities that the level will have moved by more than the threshold since the origin."""

    rise: Probability
    no_change: Probability
    fall: Probability

    @model_validator(mode="after")
    def _sum_to_one(self) -> Direction:
        total = self.rise + self.no_change + self.fall
        if abs(total - 1.0) > SUM_TOLERANCE:
            msg = f"rise, no_change and fall sum to {total:.6g}, not 1"
            raise ValueError(msg)
        return self

    def values(self) -> tuple[float, float, float]:
        """Return rise, no change, fall."""
        return (self.rise, self.no_change, self.fall)


class StepForecast(_Record):
    """The forecast of one step."""

    step: Step
    mean: Number
    sd: Annotated[float, Field(gt=0.0, le=LARGEST)]
    quantiles: Quantiles
    probability: Direction


class Forecast(_Record):
    """A theory's forecast of the posture of one state towards another."""

    source: Code
    target: Code
    theory: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9 _.-]*$", max_length=80)]
    origin: Annotated[Step, Field(description="Last step whose readings were used")]
    level: Annotated[Number, Field(description="Level at the origin")]
    threshold: Annotated[
        float, Field(ge=0.0, le=LARGEST, description="Smallest move from `level` that counts")
    ]
    steps: Annotated[tuple[StepForecast, ...], Field(min_length=1, max_length=MAX_STEPS)]

    @field_validator("origin")
    @classmethod
    def _a_time(cls, text: str) -> str:
        at(text)
        return text

    @model_validator(mode="after")
    def _consistent(self) -> Forecast:
        if self.source == self.target:
            msg = f"source and target are both {self.source}; a dyad has two members"
            raise ValueError(msg)
        before = self.origin
        for number, forecast in enumerate(self.steps):
            if len(forecast.step) != len(self.origin):
                msg = f"steps.{number} is {forecast.step}, the origin {self.origin}: not one unit"
                raise ValueError(msg)
            if position(at(forecast.step)) <= position(at(before)):
                msg = f"steps.{number} is {forecast.step}, not after {before}"
                raise ValueError(msg)
            before = forecast.step
        return self

    def horizon(self, forecast: StepForecast) -> int:
        """Return the steps from the origin to one of the steps forecast."""
        return position(at(forecast.step)) - position(at(self.origin))


class MadeWith(_Record):
    """What the forecast was computed with, so that it can be computed again."""

    code_version: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[!-~]+$")]
    data_digest: Annotated[Digest, Field(description="SHA-256 of the data vintage")]
    seed: Annotated[int, Field(ge=0, lt=2**63)]


class Entry(_Record):
    """One line of a ledger."""

    previous: Annotated[
        Digest, Field(description="SHA-256 of the line before without its line end; 64 zeros first")
    ]
    hash: Annotated[
        Digest, Field(description="SHA-256 of this line, in its one spelling, without `hash`")
    ]
    sealed: Annotated[date, Field(description="Day of sealing (UTC)")]
    made_with: MadeWith
    forecast: Forecast


def at(step: str) -> Time:
    """Return a step of a ledger as a time.

    >>> at("2027"), at("2027-03")
    (2027, datetime.date(2027, 3, 1))
    """
    try:
        return parse_step(step, "month" if "-" in step else "year")
    except PeriodError as cause:
        raise ValueError(str(cause)) from cause


def canonical(content: dict[str, Any]) -> str:
    r"""Return the one spelling of a JSON object: sorted keys, no spaces, ASCII, shortest numbers.

    >>> canonical({"b": 0.50, "a": "é"})
    '{"a":"\\u00e9","b":0.5}'
    """
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(content: dict[str, Any]) -> str:
    """Return the hash of an entry: SHA-256 of its one spelling without `hash`."""
    body = {name: value for name, value in content.items() if name != "hash"}
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def normal_steps(
    steps: Sequence[Time],
    mean: NDArray[np.float64],
    sd: NDArray[np.float64],
    *,
    level: float,
    threshold: float,
) -> tuple[StepForecast, ...]:
    """Return the steps of a forecast that is normal at each step.

    Parameters
    ----------
    steps : sequence of H int or date
    mean, sd : ndarray (H,)
    level, threshold : float
        Level at the origin and smallest move that counts, in the units of `mean`.

    Examples
    --------
    >>> [step] = normal_steps([2027], np.zeros(1), np.ones(1), level=0.0, threshold=0.0)
    >>> step.step, step.quantiles.q50, step.probability.rise
    ('2027', 0.0, 0.5)
    """
    from scipy.special import ndtri

    from realpolitik.evaluation.scores import direction_probability

    quantiles = mean[:, None] + sd[:, None] * ndtri(np.array(LEVELS))
    moves = direction_probability(mean, sd, np.full(len(mean), level), threshold)
    return tuple(
        StepForecast(
            step=show(step),
            mean=float(mean[h]),
            sd=float(sd[h]),
            quantiles=Quantiles(**dict(zip(_NAMES, row.tolist(), strict=True))),
            probability=Direction(
                **dict(zip(Direction.model_fields, moves[h].tolist(), strict=True))
            ),
        )
        for h, (step, row) in enumerate(zip(steps, quantiles, strict=True))
    )


def schema_json() -> str:
    """Return the JSON Schema of a line as the text of ``ledger.schema.json``."""
    content = Entry.model_json_schema(mode="serialization")
    content["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(content, indent=1, sort_keys=True) + "\n"
