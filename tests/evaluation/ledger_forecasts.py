"""A forecast to seal, for the tests of the ledger and of its grades."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from realpolitik.evaluation.ledger_record import Forecast, MadeWith

DAY = date(2021, 3, 1)

FORECAST: dict[str, Any] = {
    "source": "USA",
    "target": "PAK",
    "theory": "inertia",
    "origin": "2020",
    "level": 0.2,
    "threshold": 0.1,
    "steps": [
        {
            "step": "2021",
            "mean": 0.3,
            "sd": 0.4,
            "quantiles": {
                "q05": -0.5,
                "q10": -0.3,
                "q25": 0.0,
                "q50": 0.25,
                "q75": 0.5,
                "q90": 0.85,
                "q95": 1.2,
            },
            "probability": {"rise": 0.5, "no_change": 0.3, "fall": 0.2},
        },
        {
            "step": "2022",
            "mean": 0.35,
            "sd": 0.8,
            "quantiles": {
                "q05": -1.0,
                "q10": -0.7,
                "q25": -0.1,
                "q50": 0.35,
                "q75": 0.9,
                "q90": 1.3,
                "q95": 1.7,
            },
            "probability": {"rise": 0.6, "no_change": 0.1, "fall": 0.3},
        },
    ],
}


def forecast(**changes: Any) -> Forecast:
    return Forecast.model_validate_json(json.dumps({**FORECAST, **changes}))


def made_with(seed: int = 1) -> MadeWith:
    return MadeWith(code_version="0.1.0+abc", data_digest="ab" * 32, seed=seed)
