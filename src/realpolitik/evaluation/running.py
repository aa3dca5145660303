"""A table of independent tasks, run once each: resumable, on processes or on a cluster."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

from realpolitik.evaluation import result_store
from realpolitik.evaluation.dask_cluster import on_cluster
from realpolitik.evaluation.tasks import Task, perform
from realpolitik.evaluation.worker_pool import on_processes

Report = Callable[[int, int, str], None]


def run_table(
    tasks: Sequence[Task],
    store: Path,
    *,
    key: str,
    workers: int = 1,
    cluster: str | None = None,
    report: Report | None = None,
) -> dict[str, bytes]:
    r"""Return the result of every task, computing only those that are not in the store.

    Each result is stored as it comes, so a run that was stopped at any moment goes on where it
    stopped. As a result depends on its task alone, neither the stop, the number of workers, their
    deaths nor the order in which they finish changes it.

    Parameters
    ----------
    tasks : sequence of Task
        With different names.
    store : Path
        Folder of the results; made if absent.
    key : str
        What the results depend on beside the tasks: data vintage, version of the code, seed.
    workers : int
        Processes. With one the tasks run in this process.
    cluster : str, optional
        Address of a Dask scheduler, which then runs the tasks instead of `workers`.
    report : callable, optional
        Called with the tasks done, all tasks and the name of the one just done or found.

    Returns
    -------
    dict of str to bytes
        In the order of `tasks`.

    Raises
    ------
    OutputError
        If the store cannot be read or written to, or the disk is full.
    WorkerError
        If a task's worker dies again and again, or the cluster cannot be used.
    MissingExtra
        If `cluster` is given and Dask is not installed.
    RealpolitikError
        What a task raised; results finished before are stored.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run_table([Task("four", bytes, 4)], Path(folder), key="example")
    {'four': b'\x00\x00\x00\x00'}
    """
    names = [task.name for task in tasks]
    if len(set(names)) < len(names):
        msg = "two tasks have the same name"
        raise ValueError(msg)
    results: dict[str, bytes] = {}

    def keep(name: str, content: bytes) -> None:
        results[name] = content
        if report is not None:
            report(len(results), len(tasks), name)

    for name in names:
        held = result_store.read(result_store.place(store, key, name))
        if held is not None:
            keep(name, held)
    pending = [task for task in tasks if task.name not in results]
    if pending:
        result_store.prepare(store)
        with contextlib.closing(_results(pending, workers, cluster)) as stream:
            for name, content in stream:
                result_store.write(result_store.place(store, key, name), content)
                keep(name, content)
    return {name: results[name] for name in names}


def _results(
    tasks: Sequence[Task], workers: int, cluster: str | None
) -> Generator[tuple[str, bytes], None, None]:
    if cluster is not None:
        yield from on_cluster(tasks, cluster)
    elif workers > 1:
        yield from on_processes(tasks, min(workers, len(tasks)))
    else:
        for task in tasks:
            yield task.name, perform(task)
