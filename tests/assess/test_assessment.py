"""The whole record: every number of the bottom line is found in it, and it comes back the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

import realpolitik as rp
from realpolitik.assessment import bottom_line, main
from realpolitik.measures.relation import Relation
from realpolitik.panel import Panel
from realpolitik.report import words
from realpolitik.report.record import Assessment, Figure
from realpolitik.report.schema import schema

NUMBER = re.compile(r"[+\-−]?\d[\d,]*(?:\.\d+)?%?(?:st|nd|rd|th)?")
DYADS = [
    ("USA", "PAK", "south-asia"),
    ("IND", "CHN", "south-asia"),
    ("PAK", "AFG", "south-asia"),
    ("Sri Lanka", "china", "south-asia"),
    ("NPL", "BTN", "south-asia"),
    ("TUR", "RUS", "eastern-mediterranean"),
]


@pytest.fixture(scope="module", params=DYADS, ids=lambda dyad: f"{dyad[0]}-{dyad[1]}")
def record(request: pytest.FixtureRequest, invent: Callable[[Panel], Relation]) -> Assessment:
    source, target, region = request.param
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(main, "relation", lambda panel, use_cache: invent(panel))
        return rp.assess(source, target, region=region, use_cache=False)


def _at(content: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        content = content[int(part)] if isinstance(content, list) else content[part]
    return content


def test_every_number_of_the_bottom_line_is_in_the_record(record: Assessment) -> None:
    content = json.loads(record.to_json())
    assert len(record.bottom_line) == 6
    for sentence in record.bottom_line:
        rest = sentence.text
        for figure in sentence.figures:
            assert figure.text in rest, (figure, sentence.text)
            rest = rest[rest.index(figure.text) + len(figure.text) :]
            assert _at(content, figure.path) == figure.value
        named = sentence.text
        for figure in sorted(sentence.figures, key=lambda f: -len(f.text)):
            named = named.replace(figure.text, "", 1)
        assert NUMBER.findall(named) == [], sentence.text


def test_sentences_are_whole(record: Assessment) -> None:
    for sentence in record.bottom_line:
        assert sentence.text.endswith(".")
        assert sentence.text[0].isupper()
        assert "{" not in sentence.text
        assert "None" not in sentence.text
        assert sentence.judged == bool(sentence.figures)


def test_record_obeys_the_schema(record: Assessment) -> None:
    validator = jsonschema.Draft202012Validator(schema())
    assert list(validator.iter_errors(record.to_dict())) == []


def test_series_are_inside_the_period(record: Assessment) -> None:
    start, end = record.request.start, record.request.end
    for posture in record.relation:
        assert (posture.years[0], posture.years[-1]) == (start, end)
        assert len(posture.mean) == len(posture.years) == len(posture.indicators)
    for phase in record.phases:
        assert start <= phase.start <= phase.end <= end


def test_stored_record_is_the_computed_one(
    walks: Callable[[Panel], Relation], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = rp.assess("USA", "PAK", start=1990)
    monkeypatch.setattr(main, "relation", None)
    assert rp.assess("United States", 770, start="1990") == first


@pytest.mark.usefixtures("without_theories")
def test_another_request_is_another_record(walks: Callable[[Panel], Relation]) -> None:
    assert rp.assess("USA", "PAK", start=1990) != rp.assess("USA", "PAK", start=1991)


@pytest.mark.usefixtures("without_theories")
def test_reversed_dyad_swaps_the_directions(walks: Callable[[Panel], Relation]) -> None:
    one, other = rp.assess("USA", "PAK"), rp.assess("PAK", "USA")
    assert one.relation == other.relation[::-1]
    assert one.balance is not None
    assert other.balance is not None
    assert one.balance.source_share == other.balance.target_share
    by_source = sorted(one.phases, key=lambda phase: (phase.source, phase.start))
    assert by_source == sorted(other.phases, key=lambda phase: (phase.source, phase.start))


@pytest.mark.usefixtures("without_theories")
def test_case_that_does_not_cover_the_dyad_says_so(walks: Callable[[Panel], Relation]) -> None:
    found = rp.assess("NPL", "BTN").timeline
    assert found.events == ()
    assert found.remark is not None
    assert "No case of dated events covers Nepal and Bhutan" in found.remark


@pytest.mark.usefixtures("without_theories")
def test_case_about_another_dyad_is_no_record_of_this_one(
    walks: Callable[[Panel], Relation],
) -> None:
    found = rp.assess("IND", "CHN").timeline
    assert {event.id for event in found.events} == {"E002", "E012", "E022", "E025"}
    assert found.remark is not None
    assert "It is about USA and PAK" in found.remark


@pytest.mark.usefixtures("without_theories")
def test_events_outside_the_period_are_left_out(walks: Callable[[Panel], Relation]) -> None:
    found = rp.assess("USA", "PAK", start=2018, end=2019).timeline
    assert [event.date[:4] for event in found.events] == ["2018"] * 4


@pytest.mark.usefixtures("without_theories")
def test_what_was_not_observed_is_not_judged(
    walks: Callable[[Panel], Relation], monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(panel: Panel, use_cache: bool) -> Relation:
        import dataclasses

        found = walks(panel)
        return dataclasses.replace(found, indicators=found.indicators * 0)

    monkeypatch.setattr(main, "relation", silent)
    sentence = rp.assess("USA", "PAK", use_cache=False).bottom_line[0]
    assert not sentence.judged
    assert "cannot be judged" in sentence.text


@pytest.mark.parametrize(
    ("lower", "upper", "verdict"),
    [
        (0.1, 0.9, "more cooperative than the middle of the scale"),
        (-0.9, -0.1, "less cooperative than the middle of the scale"),
        (-0.1, 0.1, "of no sure sign"),
    ],
)
def test_verdict_follows_the_interval(lower: float, upper: float, verdict: str) -> None:
    assert bottom_line._verdict(lower, upper) == verdict


def test_missing_place_in_a_template_is_an_error() -> None:
    figure = Figure(words.signed(1.0), 1.0, "/x")
    with pytest.raises(KeyError, match="b"):
        bottom_line.compose("t", "{a} {b}", {"a": figure}, {}, ())
