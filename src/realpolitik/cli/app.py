"""Assemble the verbs and turn errors into messages and exit statuses.

A verb is a file of this folder with a function ``register(app)``. It imports only `typer` and its
siblings at the top; everything heavy is imported inside the command, so that ``--help`` is quick.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

import realpolitik
from realpolitik.cli import (
    assess,
    bargain,
    data,
    explain,
    forecast,
    measure,
    phases,
    relation,
    theories,
)
from realpolitik.errors import RealpolitikError, RequestError

VERBS = (assess, bargain, data, explain, forecast, measure, phases, relation, theories)

app = typer.Typer(
    name="realpolitik",
    help="Measure, explain, forecast and check relations between states.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"realpolitik {realpolitik.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Measure, explain, forecast and check relations between states."""


for verb in VERBS:
    verb.register(app)


def main() -> None:
    """Run the command line; exit 0 done, 2 wrong request, 1 our fault, 130 interrupted."""
    try:
        app(standalone_mode=True)
    except RequestError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(2)
    except RealpolitikError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        typer.echo("interrupted: nothing was left half-written", err=True)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
