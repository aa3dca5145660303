"""Full size: 50 million generated rows in bounded memory, every one accounted for."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

pytest.importorskip("ibis")
ROWS = 50_000_000
MOST_MEMORY = 2048.0
"""MiB; DuckDB may hold 1 GB before it spills, the rest is Python and the result."""
DISK = 20 * 2**30


@pytest.mark.nightly
def test_fifty_million_rows_in_bounded_memory(tmp_path: Path) -> None:
    if shutil.disk_usage(tmp_path).free < DISK:
        pytest.skip("needs 20 GiB of free disk")
    script = Path(__file__).resolve().parents[2] / "benchmarks" / "events.py"
    spec = importlib.util.spec_from_file_location("benchmark_of_events", script)
    assert spec is not None
    assert spec.loader is not None
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    warm, large = tmp_path / "warm.tab", tmp_path / "events.tab"
    faults = (
        benchmark.write(warm, 1000, "icews", faulty=True),
        benchmark.write(large, ROWS, "icews", faulty=True),
    )
    assert faults[1] == 2 * ROWS // benchmark.FAULT_EVERY
    try:
        rows, _, _, memory = benchmark.measure("events.read", (warm, faults[0]), (large, faults[1]))
    finally:
        large.unlink()
    assert rows == ROWS
    assert memory < MOST_MEMORY
