"""Cases: a folder of YAML about one question becomes checked records."""

from __future__ import annotations

from realpolitik.cases.reading import Case, built_in, load
from realpolitik.cases.schema import Actor, DatedEvent, Framework, SignedDyad

__all__ = ["Actor", "Case", "DatedEvent", "Framework", "SignedDyad", "built_in", "load"]
