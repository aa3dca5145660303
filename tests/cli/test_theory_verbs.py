"""`theories`, `explain` and `forecast` on the shipped fits, as a user types them."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from realpolitik.cli.app import main
from realpolitik.evaluation import store
from realpolitik.evaluation.verdict import GAIN

REGIONS = ("south-asia", "eastern-mediterranean", "south-east-asia")
SMALL = "--region eastern-mediterranean --format csv"
SUM = 1e-9
PRINTED = 0.006  # half a unit of the last printed digit

Run = Callable[[str], tuple[str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a line; return standard output and standard error."""

    def call(line: str) -> tuple[str, str]:
        monkeypatch.setattr(sys, "argv", ["realpolitik", *line.split()])
        with pytest.raises(SystemExit) as exit_:
            main()
        done = capsys.readouterr()
        assert not exit_.value.code, done.err
        return done.out, done.err

    return call


@pytest.mark.parametrize("region", REGIONS)
def test_shipped_results_are_of_these_data_and_this_code(region: str) -> None:
    found = store.evaluation_of(region)
    assert found is not None, "run `realpolitik theories --compute` and ship its result"
    assert found.key == store.key_of(region)
    assert found.region == region
    assert len(found.origins) == 18
    assert max(found.gradients.values()) < 1e-5


@pytest.mark.parametrize("region", REGIONS)
def test_the_verdict_follows_from_the_table(run: Run, region: str) -> None:
    out, err = run(f"theories --region {region} --format csv")
    table = pl.read_csv(io.StringIO(out))
    full = table.filter(forecaster="neoclassical realism")
    assert full["horizon"].sort().to_list() == [1, 3, 5]
    gains = (full["z_over_flat"] >= GAIN).sum()
    told = err.splitlines()[0]
    assert ("earns its place" in told) <= (gains >= 2)
    assert ("no gain" in told) <= (gains == 0)
    assert told.rsplit("? ", 1)[1] in ("earns its place", "no gain", "undetermined")


@pytest.mark.parametrize("show", ["slopes", "terms", "weights", "transport", "verdict"])
def test_other_tables_come_back(run: Run, show: str) -> None:
    out, _ = run(f"theories --show {show} --format json")
    assert len(json.loads(out)) > 3


def test_an_explanation_adds_up_and_repeats(run: Run) -> None:
    line = f"explain TUR GRC --at 1999 {SMALL}"
    out, err = run(line)
    terms = pl.read_csv(io.StringIO(out))
    layers = pl.read_csv(io.StringIO(run(f"{line} --show layers")[0]))
    assert abs(terms["contribution"].sum() - layers["contribution"].sum()) < SUM
    moved = float(err.split("moved by ")[1].split()[0])
    assert abs(terms["contribution"].sum() - moved) < PRINTED
    assert (terms["lower"] <= terms["upper"]).all()
    assert run(line)[0] == out


@pytest.mark.parametrize("show", ["binding", "perception", "leaders"])
def test_accounts_by_year_and_leader(run: Run, show: str) -> None:
    frame = pl.read_csv(io.StringIO(run(f"explain TUR GRC {SMALL} --show {show}")[0]))
    assert frame.height > 10
    if show == "binding":
        chances = frame.select("clarity", "image", "gate", "environment")
        assert all(chances[name].is_between(0, 1).all() for name in chances.columns)


def test_a_forecast_is_sealed_once_and_graded_when_due(run: Run, tmp_path: Path) -> None:
    ledger = tmp_path / "forecasts.jsonl"
    line = f"forecast TUR GRC --horizon 3 {SMALL} --seal {ledger}"
    out, err = run(line)
    frame = pl.read_csv(io.StringIO(out))
    assert frame["step"].to_list() == [2024, 2025, 2026]
    assert frame["sd"].is_sorted()
    total = frame["rise"] + frame["no_change"] + frame["fall"]
    assert ((total - 1).abs() < SUM).all()
    assert "sealed in" in err
    graded = pl.read_csv(io.StringIO(run(f"forecast score {ledger} {SMALL}")[0]))
    assert graded["status"].to_list() == ["not due"] * 3
    first = ledger.read_text(encoding="utf-8")
    ledger.write_text(first.replace('"TUR"', '"CYP"'), encoding="utf-8")
    with pytest.raises(AssertionError, match="hash"):
        run(f"forecast score {ledger} {SMALL}")


def test_a_forecast_from_a_past_year_uses_that_year(run: Run) -> None:
    out, err = run(f"forecast TUR GRC --horizon 2 --as-of 2010 {SMALL}")
    assert pl.read_csv(io.StringIO(out))["step"].to_list() == [2011, 2012]
    assert "level in 2010" in err
