"""Exceptions of the package.

RealpolitikError
    RequestError                 the request or its input is wrong: exit status 2
        UnknownName              a state, region, variable or verb that does not exist
        NotInSystem              a state asked about outside its years in the system
        PeriodError              a date, year, month or range that cannot be read or is empty
        InputFileError           a user's file that cannot be read or breaks its schema
        PanelError               a panel that breaks its own rules
        FetchError               a download that failed or did not verify
        OutputError              a place that cannot be written to
        MissingExtra             an optional dependency that is not installed
    ConvergenceError             a fit that did not converge: our fault, exit status 1

A message says what is wrong, where (file, line, column, state, year) and what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class RealpolitikError(Exception):
    """Base of every error the package raises on purpose."""


class RequestError(RealpolitikError):
    """The request or its input is wrong (exit status 2)."""


class UnknownName(RequestError):
    """A name that is not known; the message lists the nearest valid ones."""


class NotInSystem(RequestError):
    """A state was asked about before it entered, or after it left, the state system."""


class PeriodError(RequestError):
    """A date or range that cannot be read, is reversed or is empty."""


class InputFileError(RequestError):
    """A user's file that cannot be read or breaks its schema."""


class PanelError(RequestError):
    """A panel that breaks its own rules."""


class NothingHeld(PanelError):
    """No figure is held between the states asked about."""


class FetchError(RequestError):
    """A download that failed or did not verify."""


class OutputError(RequestError):
    """A file or folder that cannot be written."""


class MissingExtra(RequestError):
    """An optional dependency that is not installed."""


class WorkerError(RequestError):
    """A worker process or a cluster that cannot do its part."""


class ConvergenceError(RealpolitikError):
    """A fit that did not converge."""


def unknown(kind: str, name: str, valid: Iterable[str], limit: int = 5) -> UnknownName:
    """Build the error for an unknown name, with the nearest valid names.

    >>> str(unknown("region", "south-azia", ["south-asia", "world"]))
    "unknown region 'south-azia'. Did you mean: south-asia?"
    """
    names = list(valid)
    folded = {candidate.casefold(): candidate for candidate in names}
    near = difflib.get_close_matches(name.casefold(), list(folded), n=limit, cutoff=0.6)
    if near:
        hint = f"Did you mean: {', '.join(folded[match] for match in near)}?"
    else:
        hint = f"Valid: {', '.join(names[:20])}{' ...' if len(names) > 20 else ''}."
    return UnknownName(f"unknown {kind} {name!r}. {hint}")


def missing_extra(feature: str, extra: str) -> MissingExtra:
    """Build the error for an optional dependency, with the line that installs it.

    >>> str(missing_extra("reading .RData", "rdata"))
    "reading .RData needs an optional part: pip install 'realpolitik[rdata]'"
    """
    return MissingExtra(f"{feature} needs an optional part: pip install 'realpolitik[{extra}]'")
