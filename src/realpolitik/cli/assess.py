"""`realpolitik assess`: everything about one dyad in one report."""

from __future__ import annotations

from typing import Annotated

import typer

from realpolitik.cli.options import (
    AsOfOption,
    FromOption,
    NoCacheOption,
    OutOption,
    RegionOption,
    SeedOption,
    ToOption,
)
from realpolitik.cli.output import note, progress


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("assess")(assess)


def assess(
    source: Annotated[str, typer.Argument(help="A state, by code or name.")],
    target: Annotated[str, typer.Argument(help="Another state.")],
    out: OutOption = None,
    region: RegionOption = "south-asia",
    from_: FromOption = None,
    to: ToOption = None,
    as_of: AsOfOption = None,
    case: Annotated[
        str | None,
        typer.Option(
            "--case",
            help="A shipped case or a folder of YAML files with dated events "
            "(default: the shipped one that covers the two states).",
        ),
    ] = None,
    seed: SeedOption = 1,
    no_cache: NoCacheOption = False,
) -> None:
    """Assess the relations of two states and write a report that opens in a browser.

    Writes `report.html` (one file, opens offline), `assessment.json` with its JSON Schema and
    `tables/*.csv` to a folder, and prints the bottom line.

    Example: `realpolitik assess USA PAK --out reports/USA-PAK`
    """
    from pathlib import Path

    from realpolitik import states
    from realpolitik.assessment import assess as run
    from realpolitik.report.writing import check_folder

    one, other = states.find(source), states.find(target)
    folder = out if out is not None else Path("reports") / f"{one.code}-{other.code}"
    check_folder(folder)
    with progress("Measuring the relation"):
        record = run(
            one.code,
            other.code,
            region=region,
            start=from_,
            end=to,
            as_of=as_of,
            case=case,
            seed=seed,
            use_cache=not no_cache,
        )
    with progress("Drawing the report"):
        path = record.save(folder, use_cache=not no_cache)
    typer.echo(record.text())
    note(f"report: {path}")
