"""What a user may set: weights of an index, patrons of a region, states; and what is refused."""

from __future__ import annotations

from dataclasses import astuple, replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml
from typer.testing import CliRunner

import realpolitik as rp
from realpolitik import regions
from realpolitik.cli.app import app
from realpolitik.errors import RequestError, UnknownName
from realpolitik.measures import influence, violence
from realpolitik.measures.asking import possible_patrons
from realpolitik.measures.weighting import read_weights
from realpolitik.panel import Panel

EXACT = 1e-12
RUN = CliRunner()


@pytest.fixture(scope="module")
def panel() -> Panel:
    return rp.load_panel("south-asia", start=2005, end=2014, overlay=False)


@pytest.fixture(scope="module")
def with_india(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Region file in which India is a great power too."""
    built_in = Path(regions.__file__).parent / "south-asia.yaml"
    text = yaml.safe_load(built_in.read_text(encoding="utf-8"))
    text |= {"name": "with-india", "great_powers": ["USA", "RUS", "CHN", "IND"]}
    path = tmp_path_factory.mktemp("region") / "with-india.yaml"
    path.write_text(yaml.safe_dump(text), encoding="utf-8")
    return path


def test_settings_change_the_weights_named_and_no_other() -> None:
    found = read_weights(influence.Weights, ["votes=0", " trade = 2.5 "])
    assert found == replace(influence.EQUAL, votes=0.0, trade=2.5)
    assert astuple(read_weights(influence.Weights, [])) == astuple(influence.EQUAL)


@pytest.mark.parametrize("setting", ["votes", "votes=", "votes=much", "votes=-1", "votes=inf"])
def test_a_weight_that_is_no_number_is_refused(setting: str) -> None:
    with pytest.raises(RequestError, match="votes=2"):
        read_weights(influence.Weights, [setting])


def test_an_unknown_part_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean: votes"):
        read_weights(influence.Weights, ["vote=1"])


def test_weights_on_the_command_line_are_those_of_python(panel: Panel) -> None:
    line = ["measure", "influence", "LKA", "--from", "2012", "--to", "2012", "--format", "csv"]
    shown = RUN.invoke(app, [*line, "--weight", "trade=3", "--weight", "votes=0"])
    assert shown.exit_code == 0
    rows = pl.read_csv(shown.stdout.encode()).sort("source")
    expected = influence.measure(panel, ["LKA"], weights=influence.Weights(trade=3.0, votes=0.0))
    np.testing.assert_allclose(
        rows["value"], expected.filter(step=2012).sort("source")["value"], atol=EXACT
    )
    assert not rows["used"].str.contains("votes").any()


def test_an_index_without_weights_says_which_have_them() -> None:
    with pytest.raises(RequestError, match="influence, overtaking, relevance, reliability"):
        RUN.invoke(
            app, ["measure", "similarity", "USA", "PAK", "--weight", "a=1"], catch_exceptions=False
        )


@pytest.mark.parametrize(
    ("arguments", "least"), [(("balance", "USA", "PAK"), 3), (("concentration", "PAK"), 2)]
)
def test_too_few_states_are_refused(arguments: tuple[str, ...], least: int) -> None:
    with pytest.raises(RequestError, match=f"at least {least} states"):
        RUN.invoke(app, ["measure", *arguments, "--from", "2010"], catch_exceptions=False)


def test_an_answer_without_rows_says_so() -> None:
    line = ["measure", "words-and-deeds", "USA", "PAK", "--from", "2020", "--format", "csv"]
    shown = RUN.invoke(app, line)
    assert shown.exit_code == 0
    assert len(shown.stdout.splitlines()) == 1
    assert "no rows: words-and-deeds finds nothing on USA, PAK" in shown.stderr


def test_a_region_file_may_add_a_patron(panel: Panel, with_india: Path) -> None:
    own = rp.load_panel(with_india, start=2005, end=2014, overlay=False)
    assert set(possible_patrons(own)) == {*possible_patrons(panel), "IND"}
    for name in ("alignment", "hedging"):
        before, after = (rp.measure(name, each, ["LKA"]) for each in (panel, own))
        new = after.filter((pl.col("patron_a") == "IND") | (pl.col("patron_b") == "IND"))
        assert new.drop_nulls("value").height > 0
        assert after.height == before.height + new.height
        assert before.filter(pl.col("patron_b") == "IND").is_empty()
    assert "IND" in set(rp.measure.influence(own, ["LKA"])["source"])


def test_refugees_from_neighbours_by_hand() -> None:
    refugees = np.full((1, 4, 4), np.nan)
    refugees[0, 1, 0], refugees[0, 3, 0], refugees[0, 0, 1] = 70.0, 5.0, 2.0
    border = np.zeros((1, 4, 4), dtype=bool)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        border[0, i, j] = border[0, j, i] = True
    found = violence.hosted_from_neighbours(refugees, border)
    # 2 is not reported for 0 and stays out; 3 is no neighbour; nobody is reported for 2
    np.testing.assert_array_equal(found, [[70.0, 2.0, np.nan, np.nan]])


def test_refugees_from_neighbours_on_the_panel(panel: Panel) -> None:
    rows = rp.measure.violence(panel, ["PAK"]).filter(step=2010)
    near = rows.filter(index="refugees_from_neighbours")["value"].item()
    land = panel.dyads.filter(target="PAK", year=2010, contiguity=1)
    assert near == land["refugees"].sum() > 0
    assert near <= rows.filter(index="refugees_in")["value"].item()
