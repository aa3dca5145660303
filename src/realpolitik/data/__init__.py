"""The embedded panel, the user's files laid over it, and where every figure comes from."""

from __future__ import annotations

from realpolitik.data.load import (
    data_hash,
    load_bridges,
    load_panel,
    load_votes,
    provenance,
    system_states,
)
from realpolitik.data.lookup import state_value

__all__ = [
    "data_hash",
    "load_bridges",
    "load_panel",
    "load_votes",
    "provenance",
    "state_value",
    "system_states",
]
