"""Everything about one issue in one record, for the report."""

from __future__ import annotations

from dataclasses import dataclass

from realpolitik.bargaining.agreement import Agreement, agreement
from realpolitik.bargaining.forecast import Forecasts, forecast
from realpolitik.bargaining.issue import Issue
from realpolitik.bargaining.mediators import Rank, rank_mediators
from realpolitik.bargaining.outcome import NotApplicable
from realpolitik.bargaining.sensitivity import Lever, Swing, levers, tornado


@dataclass(frozen=True, slots=True)
class Summary:
    """One issue.

    forecasts : Forecasts            every concept that applies, the baseline first
    tornado : tuple of Swing         of the baseline, widest first
    levers : tuple of Lever          of the baseline, largest first
    agreement : Agreement or None    None where no deal cannot be valued
    mediators : tuple of Rank        best first; empty where the file names none
    """

    issue: Issue
    forecasts: Forecasts
    tornado: tuple[Swing, ...]
    levers: tuple[Lever, ...]
    agreement: Agreement | None
    mediators: tuple[Rank, ...]


def summary(issue: Issue, draws: int = 1000, seed: int = 0) -> Summary:
    """Settle an issue by every concept that applies and say what the settlement hangs on.

    Parameters
    ----------
    issue : Issue
        With every capability a number (see :func:`fill_capabilities`).
    """
    try:
        ground = agreement(issue, draws=draws, seed=seed)
    except NotApplicable:
        ground = None
    try:
        ranks = rank_mediators(issue, draws=draws, seed=seed)
    except NotApplicable:
        ranks = ()
    return Summary(
        issue=issue,
        forecasts=forecast(issue, draws=draws, seed=seed),
        tornado=tornado(issue),
        levers=levers(issue),
        agreement=ground,
        mediators=ranks,
    )
