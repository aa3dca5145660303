"""The same query on Apache Spark: in one process and on a real cluster of separate processes."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from realpolitik import events

pytest.importorskip("ibis")
pyspark = pytest.importorskip("pyspark")
pytestmark = [
    pytest.mark.filterwarnings("ignore:fetch_arrow_table.. is deprecated"),
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java"),
]
JARS = Path(pyspark.__file__).parent / "jars"
LOG_TOLERANCE = 1e-15
"""Two libraries' logarithms may differ in the last bit; everything else is equal."""
LONGEST = 400.0
"""Seconds until the driver must be done: three Java processes share the machine."""
STARTED = 240.0
"""Seconds until a process of the cluster must have said that it is up; on a loaded machine one
took over a minute."""
DRIVER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from pyspark.sql import SparkSession
    from realpolitik import events
    from realpolitik.providers.files.opening import Opened

    master, source, target, step, hosts = sys.argv[1:]
    path = Path(source)
    session = (
        SparkSession.builder.master(master)
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.executor.memory", "512m")
        .config("spark.executor.cores", "1")
        .config("spark.cores.max", "2")
        .config("spark.scheduler.minRegisteredResourcesRatio", "1.0")
        .config("spark.sql.execution.arrow.pyspark.enabled", "true")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.files.maxPartitionBytes", str(max(1, path.stat().st_size // 6)))
        .getOrCreate()
    )
    layout = events.layout_of(Opened(path, path.name))
    rows = events.spark_rows(session, [source], layout)
    found = events.read_table(rows, layout, step)
    workers = session.sparkContext._jsc.sc().getExecutorMemoryStatus().size() - 1
    Path(hosts).write_text(str(workers))
    found.frame.write_parquet(target)
    print(found.rows, found.counted, found.rejects.total, sum(found.left_out.values()))
    session.stop()
    """
)


def environment() -> dict[str, str]:
    """Of all processes: loopback only, and a Java that starts quickly rather than runs fast."""
    (scala,) = [jar.name for jar in JARS.glob("spark-core_*.jar")]
    return {
        **os.environ,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_HOME": str(JARS.parent),
        "SPARK_SCALA_VERSION": scala.split("_")[1].split("-")[0],
        "PYSPARK_PYTHON": sys.executable,
        "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }


def run_on(master: str, source: Path, folder: Path, step: str) -> tuple[pl.DataFrame, list[int]]:
    """Counts of `source` on a Spark master, the row account, and the number of executors last."""
    target, hosts = folder / f"{step}.parquet", folder / "executors"
    command = [sys.executable, "-c", DRIVER, master, str(source), str(target), step, str(hosts)]
    done = subprocess.run(
        command, env=environment(), cwd=folder, capture_output=True, text=True, timeout=LONGEST,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    account = [int(number) for number in done.stdout.split("\n")[-2].split()]
    return pl.read_parquet(target), [*account, int(hosts.read_text())]


def assert_identical(spark: pl.DataFrame, duckdb: pl.DataFrame) -> None:
    exact = [name for name in duckdb.columns if "log_odds" not in name]
    assert spark.select(exact).equals(duckdb.select(exact))
    for name in set(duckdb.columns) - set(exact):
        assert spark[name].is_null().equals(duckdb[name].is_null())
        np.testing.assert_allclose(
            spark[name].to_numpy(), duckdb[name].to_numpy(), rtol=LOG_TOLERANCE, atol=LOG_TOLERANCE
        )


@contextmanager
def process(main: str, arguments: list[str], log: Path, up: str) -> Iterator[None]:
    """One Java process of the cluster, from its start-up message to its end."""
    jars = str(JARS / "*")
    command = ["java", "-Xmx384m", "-cp", jars, main, *arguments]
    with log.open("w") as out:
        running = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, env=environment(), cwd=log.parent,
            start_new_session=True,
        )  # fmt: skip
    try:
        limit = time.monotonic() + STARTED
        while up not in log.read_text():
            assert running.poll() is None, log.read_text()[-2000:]
            assert time.monotonic() < limit, log.read_text()[-2000:]
            time.sleep(0.2)
        yield
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        try:
            running.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait(timeout=15)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[str]:
    """Run a standalone cluster on loopback: a master and so many workers of one core each."""
    port = free_port()
    master = f"spark://127.0.0.1:{port}"
    with ExitStack() as stack:
        arguments = ["--host", "127.0.0.1", "--port", str(port), "--webui-port", str(free_port())]
        stack.enter_context(
            process("org.apache.spark.deploy.master.Master", arguments, folder / "master.log",
                    "New state: ALIVE")
        )  # fmt: skip
        for number in range(workers):
            arguments = [
                "--host", "127.0.0.1", "--cores", "1", "--memory", "600m",
                "--webui-port", str(free_port()), "--work-dir", str(folder / f"work{number}"),
                master,
            ]  # fmt: skip
            stack.enter_context(
                process("org.apache.spark.deploy.worker.Worker", arguments,
                        folder / f"worker{number}.log", "Successfully registered with master")
            )  # fmt: skip
        yield master


@pytest.mark.nightly
def test_spark_in_one_process_counts_the_same(faulty_file: Path, tmp_path: Path) -> None:
    found = events.read(faulty_file)
    frame, account = run_on("local[2]", faulty_file, tmp_path, "month")
    assert_identical(frame, found.frame)
    left_out = sum(found.left_out.values())
    assert account[:4] == [found.rows, found.counted, found.rejects.total, left_out]


@pytest.mark.nightly
def test_a_cluster_of_two_workers_counts_the_same(faulty_file: Path, tmp_path: Path) -> None:
    found = events.read(faulty_file, step="year")
    with cluster(tmp_path, workers=2) as master:
        frame, account = run_on(master, faulty_file, tmp_path, "year")
    assert_identical(frame, found.frame)
    left_out = sum(found.left_out.values())
    assert account == [found.rows, found.counted, found.rejects.total, left_out, 2]
