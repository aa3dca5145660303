from __future__ import annotations

import io
import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from realpolitik.bargaining.reading import shipped
from realpolitik.cli.app import app
from realpolitik.data import state_value
from realpolitik.errors import RequestError

RUN = CliRunner()


def table(*words: str) -> pl.DataFrame:
    result = RUN.invoke(app, ["bargain", *words, "--format", "csv"])
    assert result.exit_code == 0, result.output
    return pl.read_csv(io.StringIO(result.stdout))


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_issue_runs(name: str) -> None:
    found = table(name, "--draws", "20", "--method", "median", "--method", "nash")
    assert found["method"].unique(maintain_order=True).to_list() == ["mean", "median", "nash"]
    assert found["position"].is_between(0, 100).all()
    assert (found["lower"] <= found["upper"]).all()


def test_a_users_own_issue_and_the_same_seed_give_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "name: own\n"
        "dimensions: [{name: x, low: 0, high: 10, status_quo: 0}]\n"
        "actors:\n"
        "  - {name: A, capability: 1, salience: 1, position: [1, 2, 3]}\n"
        "  - {name: B, capability: 2, salience: 1, position: 8}\n"
    )
    words = ["bargain", str(path), "--draws", "40", "--seed", "3", "--format", "json"]
    first, second = RUN.invoke(app, words), RUN.invoke(app, words)
    assert first.exit_code == 0
    assert first.stdout == second.stdout
    rows = json.loads(first.stdout)
    assert rows[0]["method"] == "mean"
    assert rows[0]["position"] == 6.0
    assert "Black (1948)" in first.stderr
    assert "left out: fearon" in first.stderr


@pytest.mark.parametrize("show", ["actors", "agreement", "mediators", "levers", "tornado"])
def test_the_other_tables(show: str) -> None:
    words = ("--draws", "20", "--method", "spatial") if show == "actors" else ("--draws", "20")
    found = table("us-pakistan-package", "--show", show, *words)
    assert found.height > 0


def test_options_reach_the_method() -> None:
    words = ("counter-terrorism-mechanism", "--method", "expected-utility", "--draws", "0")
    plain, other = table(*words), table(*words, "--option", "denominator=unordered")
    assert plain["position"].to_list() != other["position"].to_list()


def test_mistakes_name_the_nearest_right_word(tmp_path: Path) -> None:
    result = RUN.invoke(app, ["bargain", "restraint-claus"])
    assert isinstance(result.exception, RequestError)
    assert "restraint-clause" in str(result.exception)
    result = RUN.invoke(app, ["bargain", str(tmp_path / "no.yaml")])
    assert isinstance(result.exception, RequestError)


def test_capabilities_come_from_the_panel() -> None:
    assert state_value("cinc", "CHN", 2012) == pytest.approx(0.218, abs=0.005)
    assert state_value("cinc", "CHN", 2023) is None
    assert state_value("no_such_variable", "CHN", 2012) is None
