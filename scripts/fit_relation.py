"""Fit the parameters of the relation for the built-in regions and store them with the package.

Each region has two sets: all series, and the outcome series that the theories are scored on.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from realpolitik import regions
from realpolitik.conditions.evidence import condition_series
from realpolitik.data import load_panel
from realpolitik.measures import relation
from realpolitik.measures.relation.measure import STORED, fit_parameters, readings_digest


def main() -> None:
    path = Path(relation.__file__).parent / STORED
    found = {}
    for name in sorted(set(regions.names()) - {regions.WORLD}, reverse=True):
        panel = load_panel(name, overlay=False)
        for exclude in ((), condition_series()):
            params = fit_parameters(panel, exclude=exclude)
            key = readings_digest(panel, exclude=exclude)
            found[key] = {"region": name, **asdict(params)}
            path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
            print(
                f"{name}, {len(params.continuous) + len(params.graded)} series: "
                f"{params.iterations} steps, last change {params.residual:.1e}",
                flush=True,
            )


if __name__ == "__main__":
    main()
