"""The section on negotiation holds what the issue files say, for the states they concern."""

from __future__ import annotations

import dataclasses
from importlib import resources
from typing import Any

import numpy as np
import pytest
import yaml

from realpolitik.assessment import main, talks
from realpolitik.assessment.request import settle
from realpolitik.bargaining.reading import shipped
from realpolitik.bargaining.solutions import BASELINE, METHODS
from realpolitik.data import state_value
from realpolitik.panel import Panel
from realpolitik.report.record import Request
from realpolitik.report.talk_record import Talk, TalkScale

ROUNDING = 1e-9
"""A weighted mean of a few numbers below 100, summed in another order."""
ISSUE = "counter-terrorism-mechanism"


def _request(panel: Panel, source: str, target: str, as_of: str | None = None) -> Request:
    return settle(source, target, panel, "south-asia", None, None, as_of, None, 1).request


@pytest.fixture(scope="module")
def both(south_asia: Panel) -> tuple[Talk, ...]:
    return talks.talks(_request(south_asia, "USA", "PAK"))


def _file(name: str) -> dict[str, Any]:
    path = resources.files("realpolitik.bargaining") / "issues" / f"{name}.yaml"
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def _one(found: tuple[Talk, ...], name: str = ISSUE) -> Talk:
    return next(talk for talk in found if talk.issue == name)


@pytest.mark.parametrize(
    ("source", "target"), [("USA", "PAK"), ("IND", "USA"), ("PAK", "AFG"), ("CHN", "IND")]
)
def test_an_issue_is_shown_where_it_needs_both_states(
    south_asia: Panel, source: str, target: str
) -> None:
    found = {talk.issue for talk in talks.talks(_request(south_asia, source, target))}
    assert found == {name for name in shipped() if {source, target} <= set(_file(name)["parties"])}


def test_no_case_or_another_case_has_no_issues(south_asia: Panel) -> None:
    assert talks.talks(_request(south_asia, "NPL", "BTN")) == ()
    own = dataclasses.replace(_request(south_asia, "USA", "PAK"), case="my-case")
    assert talks.talks(own) == ()


def test_the_weighted_mean_comes_first_and_is_that_of_the_file(both: tuple[Talk, ...]) -> None:
    weights, positions = [], []
    for actor in _file(ISSUE)["actors"]:
        held = actor["capability"]
        share = state_value(held["variable"], held["state"], held["year"])
        assert share is not None
        weights.append(share * actor["reach"][1] * actor["salience"][1])
        positions.append(actor["position"][1])
    first = _one(both).settlements[0]
    assert first.method == BASELINE
    assert first.position is not None
    np.testing.assert_allclose(first.position, np.average(positions, weights=weights), ROUNDING)
    assert first.lower is not None
    assert first.upper is not None
    assert first.lower < first.position < first.upper


def test_every_scale_opens_with_the_weighted_mean(both: tuple[Talk, ...]) -> None:
    for talk in both:
        for scale in talk.scales:
            own = [item for item in talk.settlements if item.scale == scale.name]
            assert own[0].method == BASELINE
            assert len(own) == len({item.method for item in own})
            assert len(own) + len(talk.left_out) == len(METHODS)


def test_zone_of_agreement_is_the_common_part(both: tuple[Talk, ...]) -> None:
    """Losses are linear: a party takes all up to as far beyond its position as the status quo."""
    record = _file(ISSUE)
    quo = record["dimensions"][0]["status_quo"]
    ideals = [a["position"][1] for a in record["actors"] if a["name"] in record["parties"]]
    assert min(ideals) > quo
    (scale,) = _one(both).scales
    assert isinstance(scale, TalkScale)
    assert (scale.status_quo, scale.zone_low) == (quo, quo)
    assert scale.zone_high == min(2 * ideal - quo for ideal in ideals)


def test_parties_on_two_sides_of_the_status_quo_have_no_zone(south_asia: Panel) -> None:
    name = "restraint-clause"
    record = _file(name)
    quo = record["dimensions"][0]["status_quo"]
    ideals = [a["position"][1] for a in record["actors"] if a["name"] in record["parties"]]
    assert min(ideals) <= quo < max(ideals)
    (scale,) = _one(talks.talks(_request(south_asia, "USA", "IND")), name).scales
    assert (scale.zone_low, scale.zone_high) == (None, None)


def test_mediators_stand_best_first(both: tuple[Talk, ...]) -> None:
    found = _one(both, "us-pakistan-package").mediators
    named = {mediator["name"] for mediator in _file("us-pakistan-package")["mediators"]}
    assert {mediator.name for mediator in found} == named
    places = [mediator.place for mediator in found]
    assert places == sorted(places)
    assert _one(both).mediators == ()


def test_the_order_of_the_states_does_not_matter(south_asia: Panel, both: tuple[Talk, ...]) -> None:
    assert talks.talks(_request(south_asia, "PAK", "USA")) == both


def test_another_seed_moves_the_intervals_alone(south_asia: Panel, both: tuple[Talk, ...]) -> None:
    request = dataclasses.replace(_request(south_asia, "USA", "PAK"), seed=2)
    one, other = _one(both).settlements, _one(talks.talks(request)).settlements
    assert [item.position for item in one] == [item.position for item in other]
    assert one[0].lower != other[0].lower


@pytest.mark.parametrize(
    ("as_of", "shown"),
    [("2010", False), ("2024-05", False), ("2024-08", False), ("2024-12-31", True)],
)
def test_judgements_and_capabilities_must_have_been_known(
    south_asia: Panel, both: tuple[Talk, ...], as_of: str, shown: bool
) -> None:
    """The file is of June 2024; the capabilities of 2022 are known from the end of 2024."""
    found = talks.talks(_request(south_asia, "USA", "PAK", as_of))
    assert found == (both if shown else ())


def test_every_concept_has_a_name_of_its_own() -> None:
    assert set(talks.LABELS) == set(METHODS)
    assert len(set(talks.LABELS.values())) == len(METHODS)


def test_changed_issue_files_are_another_result(
    south_asia: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled = settle("USA", "PAK", south_asia, "south-asia", None, None, None, None, 1)
    before = main._key(settled)
    monkeypatch.setattr(talks, "fingerprint", lambda: "changed")
    assert main._key(settled) != before
