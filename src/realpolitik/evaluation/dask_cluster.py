"""Tasks on a Dask cluster. The scheduler gives the tasks of a worker that dies to another."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from typing import Any

from realpolitik.cache import code_hash
from realpolitik.errors import WorkerError, missing_extra
from realpolitik.evaluation.tasks import Task, perform, portable

PATIENCE = 60.0
"""Seconds to wait for the scheduler, and for a worker when the cluster has none."""


def on_cluster(tasks: Sequence[Task], address: str) -> Iterator[tuple[str, bytes]]:
    """Yield the name and result of each task, in the order in which they finish.

    Parameters
    ----------
    tasks : sequence of Task
    address : str
        Of the scheduler, for example ``tcp://10.0.0.5:8786``. Scheduler and workers need the
        same version of this package.

    Raises
    ------
    MissingExtra
        If Dask is not installed.
    WorkerError
        If the cluster cannot be reached, has no worker, is lost midway, runs another version of
        this package, or lost one task's worker again and again.
    """
    client = _connect(address)
    try:
        names: dict[Any, str] = {}
        for task in tasks:
            packed = pickle.dumps(task)
            future = client.submit(perform_packed, packed, code_hash(), pure=False)
            names[future] = task.name
        while names:
            failures: list[Exception] = []
            for future in _finished(client, list(names), address):
                name = names.pop(future)
                content = _result(client, future, name, address)
                if isinstance(content, bytes):
                    yield name, content
                else:
                    failures.append(content)
            if failures:
                raise failures[0]
    finally:
        client.close()


def perform_packed(packed: bytes, code: str) -> tuple[bool, bytes]:
    """Do a pickled task on a worker of the cluster; return whether it worked, and the bytes."""
    try:
        if code_hash() != code:
            msg = (
                "a worker of the cluster runs another version of realpolitik. Install the same "
                "version on the scheduler, on every worker and here, and restart the workers."
            )
            raise WorkerError(msg)
        return True, perform(pickle.loads(packed))
    except Exception as error:
        return False, pickle.dumps(portable(error))


def _connect(address: str) -> Any:
    try:
        from distributed import Client
    except ModuleNotFoundError as cause:
        raise missing_extra("running on a Dask cluster", "cluster") from cause
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as cause:
        msg = (
            f"cannot reach a Dask scheduler at {address!r}: {cause}. "
            "Start one with `dask scheduler` and give the address that it prints."
        )
        raise WorkerError(msg) from cause
    try:
        _await_worker(client, address)
    except BaseException:
        client.close()
        raise
    return client


def _await_worker(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except (OSError, TimeoutError) as cause:
        msg = (
            f"the Dask cluster at {address} has had no worker for {PATIENCE:.0f} seconds. What "
            f"was finished is stored. Start one with `dask worker {address}`, then run the same "
            "command again."
        )
        raise WorkerError(msg) from cause


def _finished(client: Any, futures: list[Any], address: str) -> list[Any]:
    """Wait until some tasks are done, as long as the cluster has workers."""
    from distributed import wait

    while True:
        try:
            with client.as_current():
                return list(wait(futures, timeout=PATIENCE, return_when="FIRST_COMPLETED").done)
        except TimeoutError:
            _await_worker(client, address)
        except CancelledError as cause:
            raise _lost(address) from cause


def _result(client: Any, future: Any, name: str, address: str) -> bytes | Exception:
    """Return the result, what the task raised, or what became of the cluster."""
    from distributed import KilledWorker

    while True:
        try:
            worked, content = future.result(timeout=PATIENCE)
        except TimeoutError:
            # The worker that held the result died: it is computed again, if a worker is left.
            _await_worker(client, address)
        except KilledWorker:
            return WorkerError(
                f"the workers of the cluster that took task {name!r} died, one after another. What "
                "was finished is stored. Give the workers more memory, then run the same command "
                "again."
            )
        except (CancelledError, OSError):
            return _lost(address)
        else:
            if worked:
                return bytes(content)
            error: Exception = pickle.loads(content)
            return error


def _lost(address: str) -> WorkerError:
    return WorkerError(
        f"the Dask scheduler at {address} went away. What was finished is stored. "
        "Start it again, then run the same command again."
    )
