"""Event data at scale: raw files to counts by directed dyad and step, on DuckDB or Spark."""

from __future__ import annotations

from realpolitik.events.actors import roles_of, state_of_entity, states_of
from realpolitik.events.counting import Counted, counts, read, read_table
from realpolitik.events.engines import gdelt_rows, spark_rows
from realpolitik.events.layouts import Layout, gdelt, icews, layout_of, polecat

__all__ = [
    "Counted",
    "Layout",
    "counts",
    "gdelt",
    "gdelt_rows",
    "icews",
    "layout_of",
    "polecat",
    "read",
    "read_table",
    "roles_of",
    "spark_rows",
    "state_of_entity",
    "states_of",
]
