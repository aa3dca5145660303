from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from realpolitik.bargaining import reading
from realpolitik.bargaining.board import at_levels, drawn, nominal, uncertain
from realpolitik.bargaining.issue import issue_schema
from realpolitik.bargaining.quantity import Quantity, quantity
from realpolitik.errors import InputFileError, UnknownName

FOLDER = Path(reading.__file__).parent / "issues"
STANDARD_ERRORS = 5.0
EXACT = 1e-12  # rounding of a few operations on numbers up to 100

ISSUE: dict[str, Any] = {
    "name": "tariff",
    "salience_scale": 100,
    "dimensions": [{"name": "rate", "low": 0, "high": 50, "status_quo": 10}],
    "parties": ["A", "B"],
    "actors": [
        {"name": "A", "capability": 3, "salience": 80, "position": [5, 10, 30]},
        {"name": "B", "capability": 1, "salience": 40, "position": {"mean": 40, "sd": 4}},
        {"name": "C", "capability": 2, "reach": 0.5, "salience": 50, "position": 20},
    ],
}


def changed(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    record = copy.deepcopy(ISSUE)
    place: Any = record
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return record


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("actors", 0, "salience"), 140, r"actors\[0\].salience: 140 is outside the salience"),
        (("actors", 0, "position"), [5, 5, 5], "empty or out of order"),
        (("actors", 0, "position"), [30, 10, 5], "empty or out of order"),
        (("actors", 0, "position"), 70, "70 is outside the scale of rate, 0 to 50"),
        (("actors", 1, "position"), {"mean": 40, "sd": 0}, "sd must be above 0"),
        (("actors", 1, "name"), "A", "'A' is used 2 times"),
        (("actors", 1, "capability"), -1, "outside the capability"),
        (("actors", 1, "capability"), "big", "'big' is not a finite number"),
        (
            ("actors", 1, "salienc"),
            3,
            r"actors\[1\].salienc: unknown field. Did you mean: salience",
        ),
        (("actors", 2, "reach"), 2, "2 is outside the reach"),
        (("parties",), ["A", "Bee"], "unknown actor 'Bee'. .*A, B, C"),
        (("parties",), ["A"], "at least two parties"),
        (("linkage",), [["rate", "quota"]], "unknown dimension 'quota'"),
        (("dimensions", 0, "high"), 0, "not above low"),
        (("dimensions", 0, "status_quo"), 60, "60 is outside 0 to 50"),
        (("actors", 0, "discount"), 1.0, "must be below 1"),
        (("actors", 0, "position"), {"rate": 10, "qouta": 1}, "unknown dimension 'qouta'"),
        (("actors", 0, "salience"), {"quota": 10}, "no value for the dimension rate"),
    ],
)
def test_a_mistake_is_named_with_its_field(path: Any, value: Any, message: str) -> None:
    with pytest.raises(InputFileError, match=message):
        reading.parse_issue(changed(path, value))


@pytest.mark.parametrize("field", ["salience", "capability", "reach"])
def test_nobody_with_weight_is_a_mistake(field: str) -> None:
    record = copy.deepcopy(ISSUE)
    for actor in record["actors"]:
        actor[field] = 0
    with pytest.raises(InputFileError, match="no actor cares about rate"):
        reading.parse_issue(record)
    record["actors"][2][field] = [0, 0, 1]
    assert reading.parse_issue(record).actors[2].name == "C"


def test_the_file_of_the_documentation_is_right() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "negotiation.md"
    text = page.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    issue = reading.parse_issue(yaml.safe_load(text))
    assert issue.principals == ("UPPER", "LOWER")


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 200),
    st.floats(),
    st.text(max_size=4),
    st.lists(st.one_of(st.integers(-3, 99), st.text(max_size=2)), max_size=4),
    st.dictionaries(st.sampled_from(["mean", "sd", "rate", "x"]), st.integers(-3, 99), max_size=3),
)
FIELDS = st.sampled_from(["salience", "position", "capability", "name", "reservation", "payoffs"])


@given(st.data())
def test_nonsense_is_refused_politely_or_settles(data: st.DataObject) -> None:
    record = copy.deepcopy(ISSUE)
    for _ in range(data.draw(st.integers(1, 3))):
        record["actors"][data.draw(st.integers(0, 2))][data.draw(FIELDS)] = data.draw(JUNK)
    if data.draw(st.booleans()):
        key = data.draw(st.sampled_from([*ISSUE, "mediators", "linkage"]))
        record[key] = data.draw(JUNK)
    try:
        issue = reading.parse_issue(record)
    except InputFileError:
        return
    assert nominal(issue).draws == 1


def test_a_mistake_in_a_file_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "tariff.yaml"
    text = yaml.safe_dump(ISSUE, sort_keys=False).replace("salience: 40", "salience: 400")
    path.write_text(text)
    line = 1 + text.splitlines().index("  salience: 400")
    with pytest.raises(InputFileError, match=rf"tariff.yaml:{line}: actors\[1\].salience: 400"):
        reading.read_issue(path)


def test_a_key_given_twice_and_broken_yaml_are_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "twice.yaml"
    path.write_text("name: a\nname: b\n")
    with pytest.raises(InputFileError, match=r"twice\.yaml:2: name: given twice"):
        reading.read_issue(path)
    path.write_text("name: [a\n")
    with pytest.raises(InputFileError, match="not valid YAML"):
        reading.read_issue(path)


def test_names_that_do_not_exist(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="afghan-inclusiveness"):
        reading.read_issue("afghan-inclusivness")
    with pytest.raises(InputFileError, match="no such file"):
        reading.read_issue(tmp_path / "none.yaml")


def test_all_problems_are_told_at_once() -> None:
    record = changed(("actors", 0, "salience"), 140)
    record["actors"][1]["position"] = {"mean": 90, "sd": 2}
    with pytest.raises(InputFileError) as caught:
        reading.parse_issue(record)
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize("name", reading.shipped())
def test_shipped_issues_obey_the_published_schema(name: str) -> None:
    schema = json.loads((FOLDER / "issue.schema.json").read_text())
    assert schema == issue_schema()
    record = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    jsonschema.Draft202012Validator(schema).validate(record)
    record["actors"][0]["salience"] = "much"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(record)


@pytest.mark.parametrize("name", reading.shipped())
def test_shipped_issues_take_capabilities_from_the_panel_and_give_reasons(name: str) -> None:
    for actor in reading.read_issue(name).actors:
        assert not isinstance(actor.capability, Quantity)
        assert set(actor.judgement) >= {"reach", "salience", "position"}
        assert ("other" in actor.judgement) == bool(
            actor.trust or actor.discount or actor.conflict_cost or actor.ratifiers or actor.veto
        )
        assert all(actor.reasons.get(field) for field in actor.judgement)


def test_one_rule_of_reach_for_all_actors_of_all_issues() -> None:
    by_reason: dict[str, set[Quantity]] = {}
    for name in reading.shipped():
        for actor in reading.read_issue(name).actors:
            by_reason.setdefault(actor.reasons["reach"], set()).add(actor.reach)
    assert len(by_reason) == 5
    assert all(len(values) == 1 for values in by_reason.values())


@pytest.mark.parametrize("name", reading.shipped())
def test_both_parties_have_the_same_patience_cost_trust_and_payoffs(name: str) -> None:
    issue = reading.read_issue(name)
    first, second = (a for a in issue.actors if a.name in issue.principals)
    for field in ("discount", "conflict_cost", "trust", "payoffs", "quota"):
        if getattr(first, field) is not None and getattr(second, field) is not None:
            assert getattr(first, field) == getattr(second, field), field


def test_the_package_repeats_the_single_issues() -> None:
    singles: dict[tuple[str, str], Any] = {}
    for name in reading.shipped():
        issue = reading.read_issue(name)
        if name == "us-pakistan-package":
            continue
        for actor in issue.actors:
            for dimension in issue.dimensions:
                for field in ("position", "salience"):
                    value = getattr(actor, field)
                    part = value[dimension.name] if isinstance(value, dict) else value
                    singles[actor.name, dimension.name + field] = part
    package = reading.read_issue("us-pakistan-package")
    for actor in package.actors:
        for dimension in package.dimensions:
            for field in ("position", "salience"):
                value = getattr(actor, field)[dimension.name]
                assert value == singles[actor.name, dimension.name + field], actor.name


def test_a_capability_the_panel_lacks_is_an_error_and_not_zero() -> None:
    record = changed(
        ("actors", 0, "capability"), {"variable": "cinc", "state": "USA", "year": 2023}
    )
    issue = reading.parse_issue(record)
    with pytest.raises(InputFileError, match="no cinc for USA in 2023"):
        reading.fill_capabilities(issue, lambda *_: None)
    with pytest.raises(InputFileError, match="was not filled"):
        nominal(issue)
    filled = reading.fill_capabilities(issue, lambda *asked: {("cinc", "USA", 2023): 0.2}[asked])
    assert nominal(filled).capability[0, 0] == 0.2
    record["actors"][0]["capability"] = {"variable": "cinc", "year": 2020}
    named = reading.fill_capabilities(
        reading.parse_issue(record), lambda *asked: {("cinc", "A", 2020): 0.4}[asked]
    )
    assert nominal(named).capability[0, 0] == 0.4


def test_the_board_holds_the_files_numbers() -> None:
    board = nominal(reading.parse_issue(ISSUE))
    np.testing.assert_allclose(board.capability[:, 0], [3, 1, 1], atol=EXACT)
    np.testing.assert_allclose(board.salience[:, 0, 0], [0.8, 0.4, 0.5], atol=EXACT)
    np.testing.assert_allclose(board.position[:, 0, 0], [10, 40, 20], atol=EXACT)
    np.testing.assert_allclose(board.reservation[:, 0, 0], 10, atol=EXACT)
    assert np.isnan(board.discount).all()


def test_draws_have_the_moments_of_their_ranges() -> None:
    board = drawn(reading.parse_issue(ISSUE), 20_000, 7)
    first = board.position[0, 0]
    # triangular: mean (a + b + c) / 3, variance (a2 + b2 + c2 - ab - ac - bc) / 18
    variance = (25 + 100 + 900 - 50 - 150 - 300) / 18
    bound = STANDARD_ERRORS * np.sqrt(variance / first.size)
    assert abs(first.mean() - 15.0) < bound
    assert abs(first.std() - np.sqrt(variance)) < bound
    assert board.position[1, 0].max() <= 50.0
    assert first.min() >= 5.0
    assert np.ptp(board.position[2, 0]) == 0.0


def test_a_new_actor_changes_no_other_draw() -> None:
    issue = reading.parse_issue(ISSUE)
    record = copy.deepcopy(ISSUE)
    record["actors"].insert(0, {"name": "D", "capability": 1, "salience": 5, "position": [1, 2, 9]})
    wider = reading.parse_issue(record)
    np.testing.assert_array_equal(drawn(wider, 50, 3).position[1:], drawn(issue, 50, 3).position)
    assert (drawn(issue, 50, 4).position != drawn(issue, 50, 3).position).any()


@given(
    st.floats(0, 10),
    st.floats(0.01, 10),
    st.floats(0.01, 10),
    st.floats(0.001, 0.999),
)
def test_the_quantile_of_a_triangle_inverts_its_distribution(
    low: float, left: float, right: float, level: float
) -> None:
    mode, high = low + left, low + left + right
    place = float(quantity([low, mode, high]).quantile(np.array([level]))[0])
    if place <= mode:
        below = (place - low) ** 2 / ((high - low) * (mode - low))
    else:
        below = 1 - (high - place) ** 2 / ((high - low) * (high - mode))
    assert below == pytest.approx(level, abs=1e-9)


def test_chosen_levels_leave_the_rest_alone() -> None:
    issue = reading.parse_issue(ISSUE)
    keys = [entry.key for entry in uncertain(issue)]
    assert keys == [("A", "position", ""), ("B", "position", "")]
    board = at_levels(issue, {keys[0]: np.array([0.0, np.nan, 1.0])}, 3)
    np.testing.assert_allclose(board.position[0, 0], [5, 10, 30], atol=EXACT)
    np.testing.assert_allclose(board.position[1, 0], 40, atol=EXACT)
