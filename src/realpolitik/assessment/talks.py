"""The issues of the case that need both states, and where talks on them would settle."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from importlib import resources

from realpolitik import timeline
from realpolitik.bargaining.agreement import Agreement
from realpolitik.bargaining.forecast import Forecast
from realpolitik.bargaining.issue import Issue
from realpolitik.bargaining.reading import fill_capabilities, read_issue, shipped
from realpolitik.bargaining.summary import Summary, summary
from realpolitik.bargaining.tables import number
from realpolitik.data import state_value
from realpolitik.errors import InputFileError
from realpolitik.report.record import Request
from realpolitik.report.talk_record import Settlement, Talk, TalkMediator, TalkScale

DRAWS = 500
LABELS = {
    "mean": "Weighted mean",
    "median": "Weighted median",
    "expected-utility": "Expected utility, all",
    "expected-utility-contested": "Expected utility, pair",
    "condorcet": "Condorcet election",
    "nash": "Nash bargain",
    "kalai-smorodinsky": "Kalai–Smorodinsky",
    "rubinstein": "Alternating offers",
    "fearon": "Outcome of war",
    "quantal-response": "Quantal response",
    "spatial": "Spatial coalitions",
    "shapley-shubik": "Power, Shapley–Shubik",
    "banzhaf": "Power, Banzhaf",
    "ratification": "Ratified at home",
    "reassurance": "Trust first",
}


def talks(request: Request) -> tuple[Talk, ...]:
    """Settle every issue of the case to which both states must consent.

    With an as-of date, issues judged later and issues whose capabilities were not yet known are
    left out.
    """
    if request.case is None:
        return ()
    asked = (read_issue(name) for name in shipped())
    filled = (_filled(issue, request) for issue in asked if _concerns(issue, request))
    return tuple(_talk(summary(issue, draws=DRAWS, seed=request.seed)) for issue in filled if issue)


def fingerprint() -> str:
    """Hash of the shipped issue files."""
    folder = resources.files("realpolitik.bargaining") / "issues"
    digest = hashlib.sha256()
    for name in shipped():
        digest.update((folder / f"{name}.yaml").read_bytes())
    return digest.hexdigest()


def _concerns(issue: Issue, request: Request) -> bool:
    both = {request.source.code, request.target.code}
    return issue.case == request.case and both <= set(issue.principals)


def _filled(issue: Issue, request: Request) -> Issue | None:
    """Fill in the capabilities; None where the issue was not known at the as-of date."""
    if request.as_of is None:
        return fill_capabilities(issue, state_value)
    if not issue.as_of or timeline.parse_as_of(issue.as_of) > timeline.parse_as_of(request.as_of):
        return None
    try:
        return fill_capabilities(issue, functools.partial(state_value, as_of=request.as_of))
    except InputFileError:
        return None


def _talk(found: Summary) -> Talk:
    issue = found.issue
    return Talk(
        issue=issue.name,
        title=issue.title or issue.name,
        question=issue.question,
        as_of=issue.as_of,
        parties=tuple(_label(issue, name) for name in issue.principals),
        scales=tuple(_scale(issue, k, found.agreement) for k in range(len(issue.dimensions))),
        settlements=tuple(_settlements(found.forecasts.methods)),
        blockers=tuple(_label(issue, name) for name in _blockers(found.agreement)),
        mediators=tuple(
            TalkMediator(
                name=rank.name,
                label=rank.label,
                kind=rank.kind,
                place=rank.place,
                convenes=rank.convenes,
                trust=rank.trust,
                threshold=rank.threshold,
                chance=rank.chance,
            )
            for rank in found.mediators
        ),
        left_out=tuple(
            f"{LABELS[name]}: {reason.removeprefix(name).strip()}"
            for name, reason in found.forecasts.left_out
        ),
    )


def _label(issue: Issue, name: str) -> str:
    return next(actor.label for actor in issue.actors if actor.name == name) or name


def _blockers(ground: Agreement | None) -> tuple[str, ...]:
    return () if ground is None else ground.blockers


def _scale(issue: Issue, k: int, ground: Agreement | None) -> TalkScale:
    dimension = issue.dimensions[k]
    # a zone of one point is the status quo itself: nobody gains
    some = ground is not None and bool(ground.high[k] > ground.low[k])
    return TalkScale(
        name=dimension.name,
        title=dimension.title or dimension.name,
        low=dimension.low,
        high=dimension.high,
        low_means=dimension.low_means,
        high_means=dimension.high_means,
        unit=dimension.unit,
        status_quo=dimension.status_quo,
        zone_low=float(ground.low[k]) if ground is not None and some else None,
        zone_high=float(ground.high[k]) if ground is not None and some else None,
        zone_chance=None if ground is None else float(ground.chance[k]),
    )


def _settlements(entries: Iterable[Forecast]) -> Iterable[Settlement]:
    for entry in entries:
        solution = entry.solution
        for k, name in enumerate(solution.dimensions):
            yield Settlement(
                scale=name,
                method=solution.method,
                label=LABELS[solution.method],
                reference=solution.reference,
                position=number(solution.position[-1, k]),
                lower=None if entry.lower is None else number(entry.lower[-1, k]),
                upper=None if entry.upper is None else number(entry.upper[-1, k]),
                deal=entry.deal,
                draws=entry.draws,
            )
