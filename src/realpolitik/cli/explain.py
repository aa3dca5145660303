"""`realpolitik explain`: why a relation moved."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from realpolitik.cli.options import FormatOption, RegionOption, SeedOption
from realpolitik.cli.output import emit, note, progress


class Account(StrEnum):
    """What to tell."""

    terms = "terms"
    layers = "layers"
    binding = "binding"
    perception = "perception"
    leaders = "leaders"


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command()(explain)


def explain(
    source: Annotated[str, typer.Argument(help="The acting state, by code or name.")],
    target: Annotated[str, typer.Argument(help="The state acted towards.")],
    at: Annotated[
        str | None, typer.Option("--at", help="Year moved into (default: the last one).")
    ] = None,
    show: Annotated[
        Account,
        typer.Option("--show", help="terms, layers, binding, perception or leaders."),
    ] = Account.terms,
    theory: Annotated[
        str, typer.Option("--theory", help="Theory that explains.")
    ] = "neoclassical realism",
    region: RegionOption = "south-asia",
    form: FormatOption = None,
    seed: SeedOption = 1,
) -> None:
    """Split the move of a relation into a year by what the theory says caused it.

    The terms add up to the move; `shock` is what the theory does not explain. Bounds are 90%.
    `--show binding` gives for every year the chance that clarity, the leader's image, the domestic
    gate or the environment changed the response; `--show perception` what was perceived against
    what was measured; `--show leaders` the same by leader.

    Example: `realpolitik explain USA PAK --at 2018`
    """
    from realpolitik import timeline
    from realpolitik.cli.dyads import dyad

    wanted = None if at is None else timeline.year_of(timeline.parse_step(at, "year"))
    asked = dyad(source, target, region, at, at)
    from realpolitik.evaluation import accounts

    with progress("explaining"):
        account = accounts.account_of(region, theory, asked.source, asked.target, seed=seed)
        year = account.last if wanted is None else wanted
        frame = account.table(show.value, year)
    emit(frame, form, f"{asked.source} towards {asked.target}: {theory}")
    if show in (Account.terms, Account.layers):
        note(account.told(year))
