"""The verb `measure`: lists, computes, refuses."""

from __future__ import annotations

import io

import polars as pl
import pytest
from typer.testing import CliRunner

from realpolitik.cli.app import app
from realpolitik.errors import PeriodError, RequestError, UnknownName
from realpolitik.measures import registry

RUN = CliRunner()


def table(*arguments: str) -> pl.DataFrame:
    result = RUN.invoke(app, ["measure", *arguments, "--format", "csv"], catch_exceptions=False)
    assert result.exit_code == 0
    return pl.read_csv(io.StringIO(result.stdout))


def test_list_names_every_index() -> None:
    assert table("--list")["index"].to_list() == registry.names()


def test_one_index_for_named_states_and_years() -> None:
    rows = table("capabilities", "USA", "pakistan", "--from", "2010", "--to", "2012")
    assert set(rows["state"]) == {"USA", "PAK"}
    assert (rows["step"].min(), rows["step"].max()) == (2010, 2012)


def test_as_of_hides_what_came_later() -> None:
    rows = table("concentration", "--as-of", "1990")
    assert rows["step"].max() == 1990
    known = rows.filter((pl.col("index") == "cinc") & pl.col("value").is_not_null())
    assert known["step"].max() < 1990


def test_the_seed_decides_what_is_drawn() -> None:
    once, again, other = (
        table("arms-race", "IND", "PAK", "--seed", seed).filter(pl.col("index") == "stable")
        for seed in ("1", "1", "2")
    )
    assert once.equals(again)
    assert once["value"].item() != other["value"].item()


def test_an_index_that_looks_back_gets_its_earlier_years() -> None:
    rows = table("hedging", "PAK", "--from", "2010", "--to", "2010")
    assert rows["step"].unique().to_list() == [2010]
    assert rows["value"].is_not_null().all()


def test_rows_without_any_value_are_told() -> None:
    line = ["measure", "dependence", "USA", "PAK", "--from", "2015", "--to", "2016"]
    result = RUN.invoke(app, [*line, "--format", "csv"])
    rows = pl.read_csv(io.StringIO(result.stdout)).filter(pl.col("index") == "trade_share")
    assert rows["value"].is_null().all()
    late = RUN.invoke(app, ["measure", "hedging", "PAK", "--from", "2015", "--format", "csv"])
    assert "no value: the sources of hedging tell nothing on PAK" in late.stderr
    assert "no value" not in result.stderr  # arms are told to 2021


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        (("simlarity",), UnknownName, "similarity"),
        ((), RequestError, "--list"),
        (("capabilities", "Narnia"), UnknownName, "unknown state"),
        (("relation", "USA", "PAK"), RequestError, "realpolitik relation USA PAK"),
        (("hedging", "PAK", "--from", "2012", "--to", "2010"), PeriodError, "2012 to 2010"),
        (("similarity", "--region", "mars"), UnknownName, "unknown region"),
    ],
)
def test_wrong_requests(arguments: tuple[str, ...], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        RUN.invoke(app, ["measure", *arguments], catch_exceptions=False)
