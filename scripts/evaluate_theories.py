"""Evaluate the theories on the built-in regions and store results and fits with the package.

Run it after a change of the data or of the code that fits and scores depend on; a run that is
stopped goes on where it stopped.
"""

from __future__ import annotations

from pathlib import Path

from realpolitik import cache, evaluation, regions
from realpolitik.evaluation import store

WORKERS = 2


def main() -> None:
    folder = Path(evaluation.__file__).parent / store.STORED
    kept = set()
    for name in sorted(set(regions.names()) - {regions.WORLD}):
        found = store.evaluation_of(name)
        if found is None:
            found = store.evaluate(
                name,
                workers=WORKERS,
                report=lambda done, total, task: print(f"{done} of {total}: {task}", flush=True),
            )
            for ending in (".json", ".npz"):
                held = cache.folder() / f"evaluation-{found.key}{ending}"
                (folder / f"{found.key}{ending}").write_bytes(held.read_bytes())
        kept.add(found.key)
        print(f"{name}: {found.outcome}", flush=True)
    for path in folder.iterdir():
        if path.stem not in kept:
            path.unlink()


if __name__ == "__main__":
    main()
