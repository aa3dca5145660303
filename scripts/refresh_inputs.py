"""Accept the reference files as they are: rewrite the table of expected hashes.

Usage: python scripts/refresh_inputs.py REFERENCE_FOLDER --accept
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from realpolitik.build import inputs
from realpolitik.build.sources import input_files

TABLE = Path(inputs.__file__).with_name(inputs.TABLE)


def main() -> int:
    """Show what changed; write the table only with --accept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reference", type=Path)
    parser.add_argument("--accept", action="store_true", help="rewrite the table")
    chosen = parser.parse_args()
    known = inputs.expected_hashes() if TABLE.exists() else {}
    found = {name: inputs.file_hash(chosen.reference / name) for name in input_files()}
    changed = [name for name, digest in found.items() if known.get(name) != digest]
    for name in changed:
        print(f"{name}: {known.get(name, 'new')} -> {found[name]}")
    print(f"{len(changed)} of {len(found)} files changed")
    if changed and not chosen.accept:
        print("nothing written: repeat with --accept if the change is wanted")
        return 1
    lines = ["file,sha256", *(f"{name},{digest}" for name, digest in sorted(found.items()))]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
