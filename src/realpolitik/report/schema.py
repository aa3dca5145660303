"""The JSON Schema of ``assessment.json``, made from the records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from realpolitik.report.record import Assessment

PUBLISHED = Path(__file__).with_name("assessment.schema.json")


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) that ``assessment.json`` obeys."""
    from pydantic import TypeAdapter

    content = TypeAdapter(Assessment).json_schema(mode="serialization")
    for part in [content, *content.get("$defs", {}).values()]:
        part["additionalProperties"] = False
        part["required"] = sorted(part["properties"])
        part["description"] = part.get("description", "").split("\n")[0]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **content}


def schema_json() -> str:
    """Return the schema as the text of ``assessment.schema.json``."""
    return json.dumps(schema(), indent=1, sort_keys=True) + "\n"
