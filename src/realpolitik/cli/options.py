"""Options that mean the same in every verb."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from realpolitik.cli.output import Format

FormatOption = Annotated[
    Format | None,
    typer.Option("--format", help="table, csv or json (default: table on a terminal, else csv)."),
]
RegionOption = Annotated[
    str, typer.Option("--region", help="A built-in region or the path of a YAML file.")
]
FromOption = Annotated[str | None, typer.Option("--from", help="First year or month.")]
ToOption = Annotated[str | None, typer.Option("--to", help="Last year or month.")]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="Use only what was known at this year or month.")
]
StepOption = Annotated[str, typer.Option("--step", help="year or month.")]
SeedOption = Annotated[int, typer.Option("--seed", help="Same seed, same bytes.")]
NoCacheOption = Annotated[
    bool, typer.Option("--no-cache", help="Compute again, even if the result is stored.")
]
OutOption = Annotated[Path | None, typer.Option("--out", help="Folder to write to.")]
CaseOption = Annotated[
    str, typer.Option("--case", help="A shipped case or the path of a folder of YAML files.")
]
