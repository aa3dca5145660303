"""A number that may be uncertain: fixed, triangular or normal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import PlainValidator, WithJsonSchema
from scipy.special import ndtr, ndtri

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A fixed number, a triangular range or a normal range.

    low, mode, high : float   ends and peak; all equal when fixed; infinite ends when normal
    sd : float                standard deviation of a normal range, else 0

    Examples
    --------
    >>> Quantity(0.0, 5.0, 10.0).quantile(np.array([0.0, 0.5, 1.0]))
    array([ 0.,  5., 10.])
    """

    low: float
    mode: float
    high: float
    sd: float = 0.0

    @property
    def fixed(self) -> bool:
        """Whether there is nothing to draw."""
        return self.low == self.high

    def bounds(self) -> tuple[float, float]:
        """Return the ends the file states; the mean twice for a normal range."""
        return (self.mode, self.mode) if self.sd else (self.low, self.high)

    def quantile(self, level: Array, floor: float = -math.inf, ceiling: float = math.inf) -> Array:
        """Inverse of the distribution function; a normal range is truncated to its scale.

        Parameters
        ----------
        level : ndarray
            Probabilities between 0 and 1, any shape.
        floor, ceiling : float
            Ends of the scale the quantity lives on; only a normal range can reach them.
        """
        if self.fixed:
            return np.full_like(level, self.mode)
        if self.sd:
            under, over = (ndtr((end - self.mode) / self.sd) for end in (floor, ceiling))
            draw = self.mode + self.sd * ndtri(under + level * (over - under))
            return np.asarray(np.clip(draw, floor, ceiling), dtype=np.float64)
        span = self.high - self.low
        peak = (self.mode - self.low) / span
        rising = self.low + np.sqrt(level * span * (self.mode - self.low))
        falling = self.high - np.sqrt((1.0 - level) * span * (self.high - self.mode))
        return np.where(level < peak, rising, falling)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        msg = f"{value!r} is not a finite number"
        raise ValueError(msg)
    return float(value)


def quantity(value: Any) -> Quantity:
    """Read a number, ``[low, mode, high]`` or ``{mean: m, sd: s}``.

    Raises
    ------
    ValueError
        If it is none of these, a range is empty or reversed, or a deviation is not positive.
    """
    if isinstance(value, Quantity):
        return value
    if isinstance(value, list | tuple):
        return _triangular(value)
    if isinstance(value, dict):
        return _normal(value)
    number = _number(value)
    return Quantity(number, number, number)


def _triangular(value: list[Any] | tuple[Any, ...]) -> Quantity:
    if len(value) != 3:
        msg = f"a range is [low, mode, high]; got {len(value)} numbers"
        raise ValueError(msg)
    low, mode, high = (_number(part) for part in value)
    if not low <= mode <= high or low == high:
        msg = (
            f"the range {list(value)} is empty or out of order; write [low, mode, high], low < high"
        )
        raise ValueError(msg)
    return Quantity(low, mode, high)


def _normal(value: dict[Any, Any]) -> Quantity:
    if set(value) != {"mean", "sd"}:
        msg = "a normal range is {mean: m, sd: s}"
        raise ValueError(msg)
    mean, sd = _number(value["mean"]), _number(value["sd"])
    if sd <= 0:
        msg = f"sd must be above 0, not {sd:g}; for a known value write the number alone"
        raise ValueError(msg)
    return Quantity(-math.inf, mean, math.inf, sd)


QUANTITY_SCHEMA: dict[str, Any] = {
    "oneOf": [
        {"type": "number"},
        {
            "type": "array",
            "description": "triangular: low, mode, high",
            "items": {"type": "number"},
            "minItems": 3,
            "maxItems": 3,
        },
        {
            "type": "object",
            "description": "normal, truncated to the scale",
            "properties": {
                "mean": {"type": "number"},
                "sd": {"type": "number", "exclusiveMinimum": 0},
            },
            "required": ["mean", "sd"],
            "additionalProperties": False,
        },
    ]
}

QuantityField = Annotated[Quantity, PlainValidator(quantity), WithJsonSchema(QUANTITY_SCHEMA)]


def spread(value: Any) -> Quantity | dict[str, Quantity]:
    """Read one quantity for all dimensions, or a mapping of dimension to quantity."""
    if isinstance(value, dict) and set(value) != {"mean", "sd"}:
        return {str(name): _named(str(name), part) for name, part in value.items()}
    return quantity(value)


def _named(name: str, value: Any) -> Quantity:
    try:
        return quantity(value)
    except ValueError as error:
        msg = f"{name}: {error}"
        raise ValueError(msg) from error


SpreadField = Annotated[
    Quantity | dict[str, Quantity],
    PlainValidator(spread),
    WithJsonSchema(
        {
            "anyOf": [
                QUANTITY_SCHEMA,
                {"type": "object", "additionalProperties": QUANTITY_SCHEMA},
            ]
        }
    ),
]
