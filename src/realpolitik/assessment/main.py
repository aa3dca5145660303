"""`assess`: settle the request, gather the parts, write the bottom line."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import realpolitik
from realpolitik import cache
from realpolitik.assessment import (
    account,
    bottom_line,
    coverage,
    episodes,
    events,
    exchange,
    indices,
    postures,
    talks,
    theories,
)
from realpolitik.assessment.request import Settled, When, settle
from realpolitik.data import load_panel
from realpolitik.measures.relation import relation
from realpolitik.panel import Panel
from realpolitik.report.record import Assessment, Vintage

INTERVAL = 0.9


def assess(
    source: str | int,
    target: str | int,
    *,
    panel: Panel | None = None,
    region: str | Path = "south-asia",
    start: When | None = None,
    end: When | None = None,
    as_of: When | None = None,
    case: str | Path | None = None,
    seed: int = 1,
    use_cache: bool = True,
) -> Assessment:
    """Assess the relations of two states: everything about one dyad in one record.

    Parameters
    ----------
    source, target : str or int
        Two states, by any code or usual name.
    panel : Panel, optional
        A yearly panel to use; the embedded one of `region` otherwise.
    region : str or Path
        A built-in region or the path of a YAML file; both states must be members.
    start, end : str, int or date, optional
        First and last year shown. The relation is fitted on all years of the panel.
    as_of : str, int or date, optional
        Use only what was known at the end of this year or month.
    case : str or Path, optional
        A shipped case or a folder; by default the shipped one that has events of the dyad.
    seed : int
        Same seed, same result.
    use_cache : bool
        Whether stored results may be used and kept. A `panel` passed in may have been altered, so
        its assessment is not.

    Returns
    -------
    Assessment
        ``.text()`` is the bottom line, ``.report(path)`` and ``.save(folder)`` write it.

    Raises
    ------
    RequestError
        If a state is unknown, given twice, outside the region or the period, or the period or the
        case cannot be read.
    """
    settled = settle(source, target, panel, region, start, end, as_of, case, seed)
    region = region if panel is None else panel.region
    remark = _apart(settled, panel, region)

    def compute() -> bytes:
        return _gather(settled, str(region), remark, use_cache).to_json().encode()

    stored = cache.remember(_key(settled), compute, use=use_cache and panel is None)
    return _restore(stored)


def _apart(settled: Settled, panel: Panel | None, region: str | Path) -> str | None:
    """Say why fits of the embedded panel are not about this request, if they are not."""
    if settled.panel.as_of is not None:
        return theories.AS_OF
    if panel is None:
        return None
    whole = load_panel(region)
    same = panel.dyads.equals(whole.dyads) and panel.states.equals(whole.states)
    return None if same else theories.OTHER_DATA


def _key(settled: Settled) -> str:
    request: dict[str, Any] = dataclasses.asdict(settled.request)
    request["members"] = [dataclasses.astuple(member) for member in settled.region.members]
    request["events"] = repr(settled.case)
    request["issues"] = talks.fingerprint()
    request["theories"] = theories.fingerprint()
    return cache.key("assessment", settled.panel.vintage, request)


def _restore(stored: bytes) -> Assessment:
    from pydantic import TypeAdapter

    return TypeAdapter(Assessment).validate_json(stored)


def _gather(settled: Settled, region: str, remark: str | None, use_cache: bool) -> Assessment:
    request, panel = settled.request, settled.panel
    measured = relation(panel, use_cache=use_cache)
    both = postures.both_ways(measured.table, request)
    phases = episodes.phases(measured, request)
    flows = exchange.flows(panel, request)
    capabilities = exchange.capabilities(panel, request)
    balance = exchange.balance(capabilities, request)
    indicators = coverage.indicators(panel, request)
    read, ended = coverage.ended_before(indicators, request.end)
    atlas = postures.regional_map(measured.table, settled.region, request)
    timeline = events.timeline(settled.case, request)
    told = theories.told(request, measured, region, remark)
    return Assessment(
        request=request,
        interval=INTERVAL,
        bottom_line=(
            bottom_line.level(request, both, INTERVAL),
            bottom_line.turns(request, phases),
            bottom_line.standing(request, atlas),
            bottom_line.power(request, balance),
            bottom_line.exchange(request, flows, read, ended),
            account.account(request, told, INTERVAL),
        ),
        relation=both,
        indicators=indicators,
        phases=phases,
        timeline=timeline,
        capabilities=capabilities,
        balance=balance,
        flows=flows,
        indices=indices.indices(panel, measured, request),
        read=read,
        ended=ended,
        map=atlas,
        talks=talks.talks(request),
        theories=told,
        sources=coverage.sources(panel, indicators, flows),
        limits=coverage.limits(
            request,
            indicators,
            has_events=bool(timeline.events),
            later=measured.parameters.later,
        ),
        vintage=Vintage(realpolitik.__version__, cache.code_hash(), panel.vintage),
    )
