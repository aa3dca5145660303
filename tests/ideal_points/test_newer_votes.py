"""A user's newer vote file, from `data add` to `measure ideal-points`."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from realpolitik.cli.app import app
from realpolitik.data import load
from realpolitik.providers.codes import code_table

EMBEDDED = load.FOLDER
PAGE = Path(__file__).resolve().parents[2] / "docs" / "ideal-points.md"
SESSION = 73  # of 2018, held; its votes are cast again in the made-up session
NEWER = 77
FIRST_CALL = 900_000


@pytest.fixture
def one_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pl.DataFrame:
    """Embedded files with the votes of one session only, so that the estimate is quick."""
    folder = tmp_path / "embedded"
    folder.mkdir()
    for path in [*EMBEDDED.glob("*.parquet"), EMBEDDED / load.PROVENANCE]:
        shutil.copy(path, folder / path.name)
    calls = pl.read_parquet(folder / "un_roll_calls.parquet").filter(session=SESSION)
    calls.write_parquet(folder / "un_roll_calls.parquet")
    votes = pl.read_parquet(folder / "un_votes.parquet").filter(
        pl.col("rcid").is_in(calls["rcid"].implode())
    )
    votes.write_parquet(folder / "un_votes.parquet")
    monkeypatch.setattr(load, "FOLDER", folder)
    return votes


def newer_file(votes: pl.DataFrame, folder: Path) -> Path:
    """Write the session again as its publisher would, with Pakistan voting as the USA does."""
    usa = votes.filter(state="USA").select("rcid", american="vote")
    turned = votes.join(usa, on="rcid", how="inner").with_columns(
        vote=pl.when(state="PAK").then("american").otherwise("vote")
    )
    cow = code_table("cow").filter(year=2018).select("state", "cow")
    rows = turned.join(cow, on="state").select(
        (pl.col("rcid").rank("dense") + FIRST_CALL).cast(pl.Int64).alias("rcid"),
        pl.col("cow").cast(pl.Int64).alias("ccode"),
        "vote",
        pl.lit(NEWER).alias("session"),
        pl.lit("2022-12-07").alias("date"),
        pl.lit(2022).alias("year"),
    )
    path = folder / "UNVotes.csv"
    rows.sort("rcid", "ccode").write_csv(path)
    return path


def shown_commands() -> list[list[str]]:
    """Arguments of the two commands that the page shows for newer votes."""
    section = PAGE.read_text(encoding="utf-8").split("## Newer votes")[1].split("## ")[0]
    return [shlex.split(line)[1:] for line in section.splitlines() if line.startswith("realpol")]


def answer(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_newer_votes_are_measured(
    one_session: pl.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer_file(one_session, tmp_path)
    monkeypatch.chdir(tmp_path)
    add, measure = shown_commands()
    assert "un_votes" in answer(*add)
    rows = json.loads(answer(*measure, "--format", "json"))
    found = {(row["state"], row["step"]): row["value"] for row in rows}
    assert sorted(found) == [("PAK", 2018), ("PAK", 2022), ("USA", 2018), ("USA", 2022)]
    gap = {year: found["USA", year] - found["PAK", year] for year in (2018, 2022)}
    # the same votes but Pakistan's: it is where the USA is in 2022, and far from it in 2018
    assert gap[2018] > 1.0
    assert abs(gap[2022]) < 0.5 * gap[2018]
    assert all(row["lower"] < row["value"] < row["upper"] for row in rows)
