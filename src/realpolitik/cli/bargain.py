"""`realpolitik bargain`: where talks on an issue would settle."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from realpolitik.cli.options import FormatOption, SeedOption
from realpolitik.cli.output import emit, note, progress

if TYPE_CHECKING:
    import polars as pl

    from realpolitik.bargaining.forecast import Forecasts
    from realpolitik.bargaining.issue import Issue


class Show(StrEnum):
    """Which table comes back."""

    settlement = "settlement"
    actors = "actors"
    agreement = "agreement"
    mediators = "mediators"
    levers = "levers"
    tornado = "tornado"
    sobol = "sobol"


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command(name="bargain")(bargain)


def bargain(
    issue: Annotated[str, typer.Argument(help="An issue file (YAML) or a shipped issue.")],
    method: Annotated[
        list[str] | None,
        typer.Option("--method", help="A solution concept, repeatable, or all (the default)."),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--option", help="An option of the method, NAME=VALUE, repeatable."),
    ] = None,
    draws: Annotated[int, typer.Option("--draws", min=0, help="Draws from the ranges.")] = 1000,
    show: Annotated[Show, typer.Option("--show", help="Which table comes back.")] = Show.settlement,
    seed: SeedOption = 0,
    form: FormatOption = None,
) -> None:
    """Forecast where talks on an issue would settle, by several solution concepts side by side.

    The weighted mean (capability times salience) always comes first: it is the baseline that the
    others must beat. Levers, tornado and sobol are of the mean unless a method is named.

    Example: `realpolitik bargain afghan-inclusiveness --method nash --draws 2000`
    """
    from realpolitik.bargaining.reading import fill_capabilities, read_issue
    from realpolitik.data import state_value

    record = fill_capabilities(read_issue(issue), state_value)
    names = method or ["all"]
    title = record.title or record.name
    with progress(f"settling {record.name}"):
        if show in (Show.settlement, Show.actors):
            found = _forecasts(record, names, option or [], draws, seed)
            table = _settled(found, show)
        else:
            found = None
            table = _other(record, show, names, option or [], draws, seed)
    emit(table, form, title)
    if found is not None:
        explain(found)


def _forecasts(
    record: Issue, names: list[str], texts: list[str], draws: int, seed: int
) -> Forecasts:
    from realpolitik.bargaining.forecast import forecast
    from realpolitik.bargaining.solutions import METHODS, read_options

    options = read_options(texts, list(METHODS) if "all" in names else names)
    return forecast(record, names, draws=draws, seed=seed, options=options)


def _settled(found: Forecasts, show: Show) -> pl.DataFrame:
    from realpolitik.bargaining import tables

    if show is Show.actors:
        return tables.actors_table(entry.solution for entry in found.methods)
    return tables.settlement_table(found)


def _other(
    record: Issue, show: Show, names: list[str], texts: list[str], draws: int, seed: int
) -> pl.DataFrame:
    from realpolitik.bargaining import sensitivity, tables
    from realpolitik.bargaining.agreement import agreement
    from realpolitik.bargaining.mediators import rank_mediators
    from realpolitik.bargaining.solutions import BASELINE, read_options

    if show is Show.agreement:
        ground = agreement(record, draws=draws, seed=seed)
        note(f"parties: {', '.join(ground.parties)}")
        note(f"would rather have no deal than the mean: {', '.join(ground.blockers) or 'nobody'}")
        return tables.agreement_table(ground)
    if show is Show.mediators:
        return tables.mediators_table(rank_mediators(record, draws=draws, seed=seed))
    chosen = [name for name in names if name != "all"] or [BASELINE]
    options = read_options(texts, chosen)
    if show is Show.levers:
        return tables.levers_table(
            {name: sensitivity.levers(record, name, **options[name]) for name in chosen}
        )
    if show is Show.tornado:
        swings = {name: sensitivity.tornado(record, name, **options[name]) for name in chosen}
        return tables.tornado_table(record, swings)
    return tables.sobol_table(
        {name: sensitivity.sobol(record, name, seed=seed, **options[name]) for name in chosen}
    )


def explain(found: Forecasts) -> None:
    """Print reference and assumptions of every method, and why others were left out."""
    for entry in found.methods:
        solution = entry.solution
        note(f"{solution.method}: {solution.reference}")
        for text in (*solution.assumptions, *solution.notes):
            note(f"  - {text}")
    judged = [actor.name for actor in found.issue.actors if actor.judgement]
    if judged:
        note(f"judgements with their reasons in the file: entries of {', '.join(judged)}")
    for name, reason in found.left_out:
        note(f"left out: {name}: {reason}")
