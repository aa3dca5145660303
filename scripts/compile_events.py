"""Compile the tables of event coding: python scripts/compile_events.py FOLDER."""

import sys
from pathlib import Path

from realpolitik.build.event_tables import compile_events

TABLES = Path(__file__).resolve().parents[1] / "src" / "realpolitik" / "providers"

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    compile_events(Path(sys.argv[1]), TABLES)
