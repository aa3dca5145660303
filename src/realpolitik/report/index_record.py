"""Records of the indices that an assessment shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IndexSeries:
    """One index over the years asked for.

    Attributes
    ----------
    topic : str
        Which question it helps to answer.
    name, index : str
        Name for `realpolitik measure`, and the variant.
    label, about : str
        What it is, and whom a value is about.
    unit : str
    interval : str or None
        What the bounds are; None where the index has none.
    providers : tuple of str
        Titles of the sources.
    years : tuple of int
    values, lower, upper : tuple of float or None
    shown : int or None
        Year to show: the last with a value; for an index of parts, the last in which as many parts
        were known as in any of its last ten years with a value.
    earlier : int or None
        Ten years before, if there is a value and it rests on the same parts.
    remark : str
        What else the row of the year shown says.
    """

    topic: str
    name: str
    index: str
    label: str
    about: str
    unit: str
    interval: str | None
    providers: tuple[str, ...]
    years: tuple[int, ...]
    values: tuple[float | None, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    shown: int | None
    earlier: int | None
    remark: str

    def at(self, year: int) -> tuple[float | None, float | None, float | None]:
        """Return the value and its bounds in a year."""
        place = self.years.index(year)
        return self.values[place], self.lower[place], self.upper[place]


@dataclass(frozen=True, slots=True)
class Indices:
    """All indices of a dyad, and why some could not be computed."""

    series: tuple[IndexSeries, ...]
    refused: tuple[str, ...]
