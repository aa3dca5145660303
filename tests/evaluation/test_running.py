"""A run gives the same bytes however often it is stopped and whoever dies in it."""

from __future__ import annotations

import errno
import importlib
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realpolitik.cache import code_hash
from realpolitik.errors import MissingExtra, OutputError, PeriodError, WorkerError
from realpolitik.evaluation import dask_cluster, result_store
from realpolitik.evaluation.running import run_table
from realpolitik.evaluation.tasks import Task, arrays_from_bytes, arrays_to_bytes

HERE = Path(__file__).parent
sys.path.append(str(HERE))  # worker processes take over this path
jobs = importlib.import_module("running_jobs")
PATIENCE = 120.0  # seconds for a process to get going on a loaded machine
PAUSE = 0.15  # seconds a job takes where it must be caught in the middle


@pytest.fixture(scope="module")
def expected() -> dict[str, bytes]:
    return {task.name: task.function(task.argument) for task in jobs.table(0.0)}


def wait_for(condition: object, what: str) -> None:
    assert callable(condition)
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.01)


def stored(store: Path) -> dict[str, tuple[int, int]]:
    """Name, inode and time of each finished result: a file written again differs."""
    return {
        path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in store.glob("*.result")
    }


def start_run(folder: Path, pause: float, workers: int) -> subprocess.Popen[str]:
    """Start a run that stores in ``store`` and notes the processes at work in ``notes``."""
    store, notes = folder / "store", folder / "notes"
    notes.mkdir()
    call = f"running_jobs.long_run({str(store)!r}, {str(notes)!r}, {pause}, {workers})"
    return subprocess.Popen(
        [sys.executable, "-c", f"import running_jobs; {call}"],
        env={**os.environ, "PYTHONPATH": str(HERE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


# ---- one process -------------------------------------------------------------------------------


def test_results_are_found_again_and_not_computed(
    tmp_path: Path, expected: dict[str, bytes]
) -> None:
    seen: list[tuple[int, int, str]] = []
    first = run_table(jobs.table(0.0)[:4], tmp_path, key=jobs.KEY)
    before = stored(tmp_path)
    second = run_table(jobs.table(0.0), tmp_path, key=jobs.KEY, report=lambda *a: seen.append(a))
    assert second == expected
    assert list(second) == list(expected)
    assert first.items() < second.items()
    assert before.items() < stored(tmp_path).items()
    assert [done for done, _, _ in seen] == list(range(1, 11))
    assert {total for _, total, _ in seen} == {10}
    assert {name for _, _, name in seen} == set(expected)


def test_another_key_computes_again(tmp_path: Path) -> None:
    for key in ("v1", "v2"):
        run_table([Task("a", str.encode, key)], tmp_path, key=key)
    assert run_table([Task("a", str.encode, "x")], tmp_path, key="v1") == {"a": b"v1"}
    assert len(stored(tmp_path)) == 2


@settings(max_examples=25, deadline=None)
@given(
    order=st.permutations(range(6)),
    held=st.sets(st.integers(0, 5)),
    key=st.text(max_size=5),
)
def test_order_and_what_was_held_do_not_matter(order: list[int], held: set[int], key: str) -> None:
    tasks = [Task(f"{number}", jobs.draws, (number, 0.0)) for number in range(6)]
    with tempfile.TemporaryDirectory() as folder:
        run_table([tasks[i] for i in sorted(held)], Path(folder), key=key)
        found = run_table([tasks[i] for i in order], Path(folder), key=key)
    assert list(found) == [tasks[i].name for i in order]
    assert found == {task.name: jobs.draws(task.argument) for task in tasks}


def _truncate(content: bytes) -> bytes:
    return content[:-1]


def _change_last(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


def _change_head(content: bytes) -> bytes:
    return content[:30] + bytes([content[30] ^ 1]) + content[31:]


def _without_head(content: bytes) -> bytes:
    return content.partition(b"\n")[2]


@pytest.mark.parametrize(
    "spoil",
    [
        _truncate,
        _change_last,
        _change_head,
        _without_head,
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content + b"\n",
    ],
)
def test_a_spoilt_result_is_computed_again(
    spoil: object, tmp_path: Path, expected: dict[str, bytes]
) -> None:
    assert callable(spoil)
    tasks = jobs.table(0.0)[:3]
    run_table(tasks, tmp_path, key=jobs.KEY)
    path = result_store.place(tmp_path, jobs.KEY, "job 1")
    good = path.read_bytes()
    path.write_bytes(spoil(good))
    assert result_store.read(path) is None
    assert run_table(tasks, tmp_path, key=jobs.KEY)["job 1"] == expected["job 1"]
    assert path.read_bytes() == good


def test_a_result_under_the_name_of_another_does_not_count(tmp_path: Path) -> None:
    tasks = jobs.table(0.0)[:2]
    right = run_table(tasks, tmp_path, key=jobs.KEY)
    one, other = (result_store.place(tmp_path, jobs.KEY, task.name) for task in tasks)
    one.write_bytes(other.read_bytes())
    assert run_table(tasks, tmp_path, key=jobs.KEY) == right


def test_full_disk_is_said_and_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected: dict[str, bytes]
) -> None:
    real, calls = os.fsync, []

    def full_at_the_third(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full_at_the_third)
        with pytest.raises(OutputError, match=r"No space left on device.*free the disk"):
            run_table(jobs.table(0.0), tmp_path, key=jobs.KEY)
    assert len(stored(tmp_path)) == 2
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".result", ".result"]
    assert run_table(jobs.table(0.0), tmp_path, key=jobs.KEY) == expected


def test_a_store_that_cannot_be_is_refused_before_any_work(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(OutputError, match="Choose another folder"):
        run_table([Task("a", jobs.die, 3)], blocked / "store", key="k")


def test_remains_of_a_killed_write_are_cleared_when_old(tmp_path: Path) -> None:
    old, fresh = tmp_path / "a.partial", tmp_path / "b.partial"
    for path in (old, fresh):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 2 * 86400,) * 2)
    run_table(jobs.table(0.0)[:1], tmp_path, key=jobs.KEY)
    assert not old.exists()
    assert fresh.exists()


def test_a_task_must_return_bytes_and_have_its_own_name(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="task 'a' returned str, not bytes"):
        run_table([Task("a", str, 1)], tmp_path, key="k")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="same name"):
        run_table([Task("a", bytes, 1), Task("a", bytes, 2)], tmp_path, key="k")


def test_arrays_come_back_as_they_were() -> None:
    arrays = {
        "file": np.array(["é", "b"]),
        "cube": np.arange(24.0).reshape(2, 3, 4).T,
        "none": np.empty((0, 2), dtype=np.int64),
        "one": np.array(np.nan),
    }
    content = arrays_to_bytes(arrays)
    back = arrays_from_bytes(content)
    assert set(back) == set(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(back[name], array, strict=True)
    assert arrays_to_bytes(dict(reversed(back.items()))) == content
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        arrays_to_bytes({"a": np.array([object()])})


# ---- killed and interrupted runs ---------------------------------------------------------------


@pytest.mark.parametrize(("workers", "after"), [(1, 2), (2, 3)])
def test_a_killed_run_goes_on_to_the_same_bytes(
    workers: int, after: int, tmp_path: Path, expected: dict[str, bytes]
) -> None:
    store = tmp_path / "store"
    run = start_run(tmp_path, PAUSE, workers)
    wait_for(lambda: len(stored(store)) >= after, "first results")
    time.sleep(random.uniform(0.0, PAUSE))
    run.kill()
    # The end of their common output: the run and every worker it had are gone.
    _, errors = run.communicate(timeout=PATIENCE)
    assert run.returncode == -signal.SIGKILL, errors
    before = stored(store)
    assert after <= len(before) < jobs.COUNT
    assert run_table(jobs.table(0.0), store, key=jobs.KEY) == expected
    assert before.items() < stored(store).items()


def test_workers_do_not_outlive_a_killed_run(tmp_path: Path) -> None:
    run = start_run(tmp_path, 10 * PATIENCE, 2)
    wait_for(lambda: len(list((tmp_path / "notes").iterdir())) == 2, "two workers at work")
    run.kill()
    # Workers still at work would hold the output open until this runs out of patience.
    run.communicate(timeout=PATIENCE)
    assert run.returncode == -signal.SIGKILL


def test_an_interrupt_leaves_the_store_whole_and_the_workers_silent(
    tmp_path: Path, expected: dict[str, bytes]
) -> None:
    store = tmp_path / "store"
    run = start_run(tmp_path, PAUSE, 2)
    wait_for(lambda: len(stored(store)) >= 2, "first results")
    os.killpg(run.pid, signal.SIGINT)
    _, errors = run.communicate(timeout=PATIENCE)
    assert run.returncode not in (0, None)
    assert errors.count("Traceback") == 1
    assert errors.rstrip().endswith("KeyboardInterrupt")
    held = list(store.glob("*.result"))
    assert 2 <= len(held) < jobs.COUNT
    assert all(result_store.read(path) is not None for path in held)
    assert list(store.glob("*.partial")) == []
    assert run_table(jobs.table(0.0), store, key=jobs.KEY) == expected


# ---- worker processes --------------------------------------------------------------------------


def test_a_worker_that_dies_once_is_replaced(tmp_path: Path, expected: dict[str, bytes]) -> None:
    marker = tmp_path / "died"
    tasks = jobs.table(0.0)
    tasks[2] = Task("job 2", jobs.die_the_first_time, (str(marker), 2))
    assert run_table(tasks, tmp_path / "store", key=jobs.KEY, workers=2) == expected
    assert marker.exists()
    assert multiprocessing.active_children() == []


def test_workers_killed_from_outside_are_replaced(
    tmp_path: Path, expected: dict[str, bytes]
) -> None:
    killed: list[int] = []

    def kill_one(done: int, total: int, name: str) -> None:
        if done in (2, 5):
            worker = multiprocessing.active_children()[0]
            assert worker.pid is not None
            os.kill(worker.pid, signal.SIGKILL)
            killed.append(worker.pid)

    found = run_table(jobs.table(0.05), tmp_path, key=jobs.KEY, workers=2, report=kill_one)
    assert found == expected
    assert len(set(killed)) == 2


def test_a_task_that_always_kills_its_worker_is_named(tmp_path: Path) -> None:
    tasks = [Task("the bad one", jobs.die, 3), *jobs.table(0.0)[:3]]
    with pytest.raises(WorkerError, match=r"'the bad one' died 3 times \(last with exit status 3"):
        run_table(tasks, tmp_path, key=jobs.KEY, workers=2)
    assert len(stored(tmp_path)) == 3
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_a_task_stops_the_run_after_storing(workers: int, tmp_path: Path) -> None:
    tasks = [*jobs.table(0.0)[:3], Task("odd", jobs.refuse, "no such year: 1066")]
    with pytest.raises(PeriodError, match="no such year: 1066") as caught:
        run_table(tasks, tmp_path, key=jobs.KEY, workers=workers)
    assert caught.value.__notes__ == ["in task 'odd'"]
    assert len(stored(tmp_path)) >= 2
    assert multiprocessing.active_children() == []


def test_an_error_that_cannot_travel_keeps_its_text(tmp_path: Path) -> None:
    tasks = [Task("a", jobs.fail, None), Task("b", jobs.draws, (1, 0.0))]
    with pytest.raises(RuntimeError, match=r"a stone in the works\nin task 'a'"):
        run_table(tasks, tmp_path, key=jobs.KEY, workers=2)


# ---- a Dask cluster ----------------------------------------------------------------------------

LOCAL = ["--host", "127.0.0.1", "--no-dashboard"]


class Cluster:
    """A scheduler and its workers as processes of their own, on loopback."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.note = folder / "scheduler.json"
        self.scheduler = self._start(
            "dask_scheduler", "--port", "0", "--scheduler-file", str(self.note)
        )
        self.workers: list[subprocess.Popen[bytes]] = []

    def start_workers(self) -> None:
        """Start two, once the scheduler has written its whole note."""
        wait_for(self._noted, "the scheduler")
        options = ["--no-nanny", "--nthreads", "1", "--scheduler-file", str(self.note)]
        self.workers += [self._start("dask_worker", *options) for _ in range(2)]
        self.await_workers(2)

    def _noted(self) -> bool:
        try:
            return bool(self.address)
        except (OSError, ValueError):
            return False

    def _start(self, program: str, *options: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{program}", *options, *LOCAL],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(HERE), "DASK_TEMPORARY_DIRECTORY": "."},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @property
    def address(self) -> str:
        return str(json.loads(self.note.read_text())["address"])

    def await_workers(self, count: int) -> None:
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=PATIENCE)

    def stop(self) -> None:
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    pytest.importorskip("distributed")
    started = Cluster(tmp_path)
    try:
        started.start_workers()
        code_hash.cache_clear()  # the source may have changed since the tests began
        yield started
    finally:
        started.stop()


def test_a_cluster_worker_killed_midway_changes_nothing(
    cluster: Cluster, tmp_path: Path, expected: dict[str, bytes]
) -> None:
    first = tmp_path / str(cluster.workers[0].pid)
    second = tmp_path / str(cluster.workers[1].pid)

    def kill_one(done: int, total: int, name: str) -> None:
        if first.exists() and second.exists() and done < total - 2:
            cluster.workers[0].kill()

    store = tmp_path / "store"
    tasks = jobs.noted_table(str(tmp_path), 2 * PAUSE)
    found = run_table(tasks, store, key=jobs.KEY, cluster=cluster.address, report=kill_one)
    assert found == expected
    assert cluster.workers[0].wait() == -signal.SIGKILL
    assert cluster.workers[1].poll() is None
    tasks = [*jobs.table(0.0), Task("odd", jobs.refuse, "no such year: 1066")]
    with pytest.raises(PeriodError, match="no such year: 1066"):
        run_table(tasks, store, key=jobs.KEY, cluster=cluster.address)


@pytest.mark.nightly
@pytest.mark.parametrize("lost", ["workers", "scheduler"])
def test_a_lost_cluster_is_said_and_the_run_can_go_on(
    lost: str,
    cluster: Cluster,
    tmp_path: Path,
    expected: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dask_cluster, "PATIENCE", 2.0)
    ended = cluster.workers if lost == "workers" else [cluster.scheduler]

    def kill(done: int, total: int, name: str) -> None:
        if done == 3:
            time.sleep(4 * PAUSE)  # the next results are finished, and lost with their workers
            for process in ended:
                process.kill()

    store = tmp_path / "store"
    with pytest.raises(WorkerError, match=r"(has had no worker|went away).*was finished is stored"):
        run_table(jobs.table(0.3), store, key=jobs.KEY, cluster=cluster.address, report=kill)
    assert 3 <= len(stored(store)) < jobs.COUNT
    assert run_table(jobs.table(0.0), store, key=jobs.KEY) == expected


def test_a_cluster_worker_with_other_code_is_refused() -> None:
    packed = dask_cluster.perform_packed(b"never read", "another version")
    assert packed[0] is False
    with pytest.raises(WorkerError, match="another version of realpolitik"):
        raise dask_cluster.pickle.loads(packed[1])


def test_no_scheduler_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(dask_cluster, "PATIENCE", 1.0)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with pytest.raises(WorkerError, match=r"cannot reach a Dask scheduler.*dask scheduler"):
            run_table(jobs.table(0.0), tmp_path, key=jobs.KEY, cluster=address)


def test_dask_is_an_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtra, match=r"realpolitik\[cluster\]"):
        run_table(jobs.table(0.0), tmp_path, key=jobs.KEY, cluster="tcp://127.0.0.1:9")
