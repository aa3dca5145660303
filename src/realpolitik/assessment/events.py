"""The dated events of a case that concern the dyad."""

from __future__ import annotations

from realpolitik.cases import Case
from realpolitik.cases.schema import first_day
from realpolitik.report.record import Move, Request, Timeline, TimelineEvent


def timeline(case: Case | None, request: Request) -> Timeline:
    """Return the events of the case for the dyad in the years shown, with what they are not."""
    one, other = request.source, request.target
    if case is None:
        return Timeline(
            case=None,
            title=None,
            remark=f"No case of dated events covers {one.in_text} and {other.in_text}. A folder of "
            "your own can be named with --case.",
            events=(),
        )
    events = tuple(
        TimelineEvent(
            id=event.id,
            date=event.date,
            precision=event.precision,
            title=event.title,
            moves=tuple(
                Move(move.source, move.target, move.sign)
                for move in event.concerns(one.code, other.code)
            ),
            status_in_paper=event.status_in_paper,
            footnotes=event.footnotes,
            note=event.note,
        )
        for event in case.between(one.code, other.code)
        if request.start <= first_day(event.date).year <= request.end
    )
    return Timeline(case.name, case.title, _remark(case, request, bool(events)), events)


def _remark(case: Case, request: Request, any_: bool) -> str:
    here = {request.source.code, request.target.code}
    if not any_:
        return (
            f"The case {case.name} has no event of {request.source.in_text} and "
            f"{request.target.in_text} in these years."
        )
    about = f"From the case {case.name}: {case.title}. "
    if here == set(case.dyad):
        return f"{about}A choice of events, not a full record."
    return (
        f"{about}It is about {' and '.join(case.dyad)}: of this dyad it holds only what bears on "
        "that, not a record."
    )
