"""`realpolitik theories`: every theory scored out of sample, and the verdict on the filter."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from realpolitik.cli.options import FormatOption, RegionOption, SeedOption
from realpolitik.cli.output import emit, note

if TYPE_CHECKING:
    import polars as pl

    from realpolitik.evaluation.summary import Evaluation


class Table(StrEnum):
    """What to show."""

    scores = "scores"
    slopes = "slopes"
    terms = "terms"
    weights = "weights"
    transport = "transport"
    verdict = "verdict"


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command()(theories)


def theories(
    region: RegionOption = "south-asia",
    show: Annotated[
        Table, typer.Option("--show", help="scores, slopes, terms, weights, transport or verdict.")
    ] = Table.scores,
    compute: Annotated[
        bool, typer.Option("--compute", help="Refit everything at every origin (takes long).")
    ] = False,
    origins: Annotated[
        str, typer.Option("--origins", help="With --compute: first and last origin.")
    ] = "2000-2017",
    workers: Annotated[
        int, typer.Option("--workers", min=1, help="With --compute: processes.")
    ] = 1,
    cluster: Annotated[
        str | None, typer.Option("--cluster", help="With --compute: address of a Dask scheduler.")
    ] = None,
    form: FormatOption = None,
    seed: SeedOption = 1,
) -> None:
    """Score every theory out of sample on the same readings, and say whether the filter pays.

    `gain` is the mean log score over that of inertia, in nats a reading; `z` is that gain in
    standard errors clustered by state, `smallest_z` the least over four kinds of error.

    Example: `realpolitik theories`
    """
    from realpolitik import regions
    from realpolitik.errors import RequestError
    from realpolitik.evaluation import store

    regions.load(region)
    if compute:
        found = store.evaluate(
            region,
            origins=years(origins),
            seed=seed,
            workers=workers,
            cluster=cluster,
            report=lambda done, total, name: note(f"{done} of {total}: {name}"),
        )
    else:
        held = store.evaluation_of(region)
        if held is None:
            msg = (
                f"the theories have not been scored on {region} with these data: do it with "
                "--compute (about half an hour; a run that is stopped goes on where it stopped)"
            )
            raise RequestError(msg)
        found = held
    emit(table(found, show), form, f"Theories on {found.region}, origins {span(found)}")
    if show is Table.scores:
        note(told(found))


def years(text: str) -> tuple[int, ...]:
    """Read ``2000-2017`` as the years from first to last.

    Raises
    ------
    PeriodError
        If it is not two years.
    """
    from realpolitik.errors import PeriodError

    first, dash, last = text.partition("-")
    if not (dash and first.isdecimal() and last.isdecimal() and int(first) < int(last)):
        msg = f"origins are {text!r}: give first and last year, such as 2000-2017"
        raise PeriodError(msg)
    return tuple(range(int(first), int(last) + 1))


def span(found: Evaluation) -> str:
    """Name the origins."""
    return f"{found.origins[0]}-{found.origins[-1]} ({len(found.origins)})"


def told(found: Evaluation) -> str:
    """Tell the verdict in sentences."""
    lines = [f"Does the filter earn its place? {found.outcome}", *found.reasons, *found.remarks]
    return "\n".join(lines)


def table(found: Evaluation, show: Table) -> pl.DataFrame:
    """Return the table asked for."""
    from realpolitik.evaluation import tables

    return tables.ALL[show.value](found)
