"""The record of the measured relation and its tables."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik.errors import RequestError, unknown
from realpolitik.measures.relation.model import Array, Parameters

BAND = 1.6448536269514722
"""Half-width of the 90% interval in standard deviations."""

ARRAYS = (
    "mean",
    "sd",
    "change",
    "change_sd",
    "filtered_mean",
    "filtered_sd",
    "filtered_change",
    "filtered_change_sd",
)


@dataclass(frozen=True, slots=True)
class Relation:
    """Posture of every source towards every target, in standard deviations over all dyad-steps.

    Positive is cooperative. Cells of dyads that did not exist are NaN.

    Attributes
    ----------
    steps : ndarray, shape (T,)
        Years, or months as dates of their first day.
    sources, targets : tuple of str
        D directed dyads.
    mean, sd : ndarray, shape (T, D)
        Given all readings (smoothed).
    change, change_sd : ndarray, shape (T, D)
        Move since the step before and its standard deviation, from the joint distribution of the
        two steps; NaN in a dyad's first step.
    filtered_mean, filtered_sd, filtered_change, filtered_change_sd : ndarray, shape (T, D)
        The same given the readings up to the step only.
    indicators : ndarray of int, shape (T, D)
        Series read in the step.
    parameters : Parameters
        Values fitted on all steps of the panel, also for what is filtered.
    by_month : tuple of str
        Series read by month; those of a year are read in its December.
    """

    steps: NDArray[Any]
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    mean: Array
    sd: Array
    change: Array
    change_sd: Array
    filtered_mean: Array
    filtered_sd: Array
    filtered_change: Array
    filtered_change_sd: Array
    indicators: NDArray[np.int64]
    parameters: Parameters
    by_month: tuple[str, ...] = ()

    def to_bytes(self) -> bytes:
        """Return the record as the bytes of an ``npz`` file."""
        buffer = io.BytesIO()
        np.savez(
            buffer,
            steps=self.steps,
            sources=np.array(self.sources),
            targets=np.array(self.targets),
            indicators=self.indicators,
            parameters=np.array(self.parameters.to_json()),
            by_month=np.array(self.by_month, dtype=str),
            **{name: getattr(self, name) for name in ARRAYS},
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Relation:
        """Return the record that `to_bytes` wrote."""
        with np.load(io.BytesIO(content), allow_pickle=False) as held:
            return cls(
                steps=held["steps"],
                sources=tuple(held["sources"].tolist()),
                targets=tuple(held["targets"].tolist()),
                indicators=held["indicators"],
                parameters=Parameters.from_json(str(held["parameters"])),
                by_month=tuple(held["by_month"].tolist()),
                **{name: held[name] for name in ARRAYS},
            )

    @property
    def years(self) -> NDArray[np.int64]:
        """The steps of a relation by year.

        Raises
        ------
        RequestError
            If the step is the month.
        """
        if self.steps.dtype.kind == "M":
            msg = "this needs the relation by year: measure it with step='year'"
            raise RequestError(msg)
        return self.steps

    @property
    def prob_up(self) -> Array:
        """Probability that the relation rose in the step, given all readings; shape (T, D)."""
        return probability_of_rise(self.change, self.change_sd)

    def column(self, source: str, target: str) -> int:
        """Position of a directed dyad on the last axis.

        Raises
        ------
        UnknownName
            If the region has no such dyad.
        """
        for position, pair in enumerate(zip(self.sources, self.targets, strict=True)):
            if pair == (source, target):
                return position
        names = [f"{a} {b}" for a, b in zip(self.sources, self.targets, strict=True)]
        raise unknown("dyad", f"{source} {target}", names)

    def table(
        self,
        source: str,
        target: str,
        *,
        filtered: bool = False,
        change: bool = False,
        both: bool = False,
    ) -> pl.DataFrame:
        """Return a dyad over time.

        Parameters
        ----------
        source, target : str
            State codes.
        filtered : bool
            Use only what was read by each step.
        change : bool
            Add the move of each step.
        both : bool
            Add the rows of the opposite direction.

        Returns
        -------
        pl.DataFrame
            `step, source, target, mean, sd, lower, upper, indicators`, with `change` also
            `change, change_sd, prob_up`; the interval is 90%.
        """
        directions = [(source, target), (target, source)] if both else [(source, target)]
        columns = [self.column(*pair) for pair in directions]
        return pl.concat([self._rows(column, filtered, change) for column in columns])

    def _rows(self, column: int, filtered: bool, change: bool) -> pl.DataFrame:
        mean, sd, move, move_sd = self._values(column, filtered)
        frame = pl.DataFrame(
            {
                "step": self.steps,
                "source": [self.sources[column]] * len(self.steps),
                "target": [self.targets[column]] * len(self.steps),
                "mean": mean,
                "sd": sd,
                "lower": mean - BAND * sd,
                "upper": mean + BAND * sd,
                "indicators": self.indicators[:, column],
            }
        )
        if change:
            rise = probability_of_rise(move, move_sd)
            frame = frame.with_columns(
                pl.Series("change", move),
                pl.Series("change_sd", move_sd),
                pl.Series("prob_up", rise),
            )
        return frame.filter(pl.col("mean").is_not_nan()).fill_nan(None)

    def _values(self, column: int, filtered: bool) -> Sequence[Array]:
        if filtered:
            arrays = (
                self.filtered_mean,
                self.filtered_sd,
                self.filtered_change,
                self.filtered_change_sd,
            )
        else:
            arrays = (self.mean, self.sd, self.change, self.change_sd)
        return [values[:, column] for values in arrays]


def probability_of_rise(change: Array, change_sd: Array) -> Array:
    """Probability that a normal move is above zero, any one shape.

    >>> float(probability_of_rise(np.array(0.0), np.array(1.0)))
    0.5
    """
    from scipy.special import ndtr

    rise: Array = ndtr(change / change_sd)
    return rise
