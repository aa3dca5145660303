"""`realpolitik bargain`: where talks on an issue would settle."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Annotated

import typer

from realpolitik.cli.options import FormatOption, SeedOption
from realpolitik.cli.output import emit, note, progress

if TYPE_CHECKING:
    from realpolitik.bargaining.forecast import Forecasts


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command(name="bargain")(bargain)


def bargain(
    issue: Annotated[str, typer.Argument(help="An issue file (YAML) or a shipped issue.")],
    method: Annotated[
        list[str] | None,
        typer.Option("--method", help="A solution concept, repeatable; or all (default)."),
    ] = None,
    draws: Annotated[int, typer.Option("--draws", min=0, help="Draws from the ranges.")] = 1000,
    seed: SeedOption = 0,
    form: FormatOption = None,
) -> None:
    """Forecast where talks on an issue would settle, by several concepts side by side.

    The weighted mean (capability times salience) always comes first: it is the baseline that the
    other concepts must beat.

    Example: `realpolitik bargain afghan-inclusiveness --method nash --draws 2000`
    """
    from realpolitik.bargaining.forecast import forecast
    from realpolitik.bargaining.reading import fill_capabilities, read_issue
    from realpolitik.bargaining.tables import settlement_table

    record = fill_capabilities(read_issue(issue), panel_value)
    with progress(f"settling {record.name}"):
        found = forecast(record, method or ["all"], draws=draws, seed=seed)
    emit(settlement_table(found), form, record.title or record.name)
    explain(found)


def explain(found: Forecasts) -> None:
    """Print reference and assumptions of every method, and why others were left out."""
    for entry in found.methods:
        solution = entry.solution
        note(f"{solution.method}: {solution.reference}")
        for text in (*solution.assumptions, *solution.notes):
            note(f"  - {text}")
    for name, reason in found.left_out:
        note(f"left out: {name}: {reason}")


def panel_value(variable: str, state: str, year: int) -> float | None:
    """Look up one value of a state in the embedded panel; None where it is missing."""
    return _panel_year(year).get((variable, state))


@functools.cache
def _panel_year(year: int) -> dict[tuple[str, str], float]:
    import polars.selectors as cs

    from realpolitik.data.load import load_panel, system_states

    rows = system_states(load_panel(start=year, end=year))
    long = rows.unpivot(cs.numeric().exclude("year"), index="state").drop_nulls()
    return {(variable, state): float(value) for state, variable, value in long.iter_rows()}
