"""Compile the table of states: python scripts/compile_states.py FOLDER_OF_REFERENCE_FILES."""

import sys
from pathlib import Path

from realpolitik.build.states_table import compile_states

TABLES = Path(__file__).resolve().parents[1] / "src" / "realpolitik" / "states"

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    compile_states(Path(sys.argv[1]), TABLES)
