"""`realpolitik measure`: one index by name."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Annotated, Any

import typer

from realpolitik.cli.options import (
    AsOfOption,
    FormatOption,
    FromOption,
    RegionOption,
    SeedOption,
    ToOption,
)
from realpolitik.cli.output import emit, note, progress
from realpolitik.errors import RequestError

if TYPE_CHECKING:
    from realpolitik.panel import Panel

VERBS = ("relation", "phases")
"""What is measured too, but by a verb of its own."""


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command()(measure)


def measure(
    name: Annotated[str | None, typer.Argument(help="Name of the index; see --list.")] = None,
    states: Annotated[
        list[str] | None, typer.Argument(help="States; all of the region where the index allows.")
    ] = None,
    region: RegionOption = "south-asia",
    start: FromOption = None,
    end: ToOption = None,
    as_of: AsOfOption = None,
    seed: SeedOption = 0,
    form: FormatOption = None,
    weight: Annotated[
        list[str] | None,
        typer.Option(
            "--weight", help="Weight of a part, NAME=NUMBER; may be repeated. 0 leaves it out."
        ),
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="List the indices and stop.")] = False,
) -> None:
    """Compute one index: a row for each state, pair or dyad and step.

    Example: `realpolitik measure similarity USA PAK --from 2000`
    """
    from realpolitik.measures import registry

    if listing:
        emit(registry.listing(), form, "Indices")
        return
    if name is None:
        msg = "name an index, for example: realpolitik measure capabilities USA CHN (or --list)"
        raise RequestError(msg)
    if name in VERBS:
        msg = (
            f"{name} is a verb of its own: realpolitik {name} {' '.join(states or ['USA', 'PAK'])}"
        )
        raise RequestError(msg)
    back = registry.entry(name).history
    chosen = _chosen(name, seed, weight or [])
    with progress(f"computing {name}"):
        panel = _panel(region, start, end, as_of, back)
        result = registry.compute(name, panel, states or (), **chosen)
    if start is not None and back:
        result = result.filter(result["step"] >= _year(start))
    emit(result, form, name)
    about = ", ".join(states or ["the region"])
    if result.is_empty():
        note(f"no rows: {name} finds nothing on {about} in this period (see realpolitik data list)")
    elif result["value"].is_null().all():
        note(f"no value: the sources of {name} tell nothing on {about} in this period")


def _chosen(name: str, seed: int, weight: list[str]) -> dict[str, Any]:
    """Return the options of the index that were asked for and that it takes."""
    from realpolitik.measures import registry
    from realpolitik.measures.weighting import read_weights

    taken = registry.options(name)
    chosen: dict[str, Any] = {"seed": seed} if "seed" in taken else {}
    if weight:
        if "weights" not in taken:
            able = [each for each in registry.names() if "weights" in registry.options(each)]
            msg = f"{name} has no weights to set; these have: {', '.join(able)}"
            raise RequestError(msg)
        module = importlib.import_module(registry.entry(name).module)
        chosen["weights"] = read_weights(module.Weights, weight)
    return chosen


def _year(text: str) -> int:
    from realpolitik import timeline

    return timeline.year_of(timeline.parse_step(text, "year"))


def _panel(region: str, start: str | None, end: str | None, as_of: str | None, back: int) -> Panel:
    """Load the panel, with as many earlier years as it holds of those the index looks back on."""
    from realpolitik.data import load_panel
    from realpolitik.data.load import FIRST_YEAR

    if start is None or not back:
        return load_panel(region, start, end, as_of)
    load_panel(region, start, end, as_of)
    return load_panel(region, max(FIRST_YEAR, _year(start) - back), end, as_of)
