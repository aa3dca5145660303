"""Tasks on worker processes that may die.

Workers are started afresh (`spawn`), for JAX does not survive a fork. Each has its own pipe, so
the death of one says which task it took with it and disturbs no other.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from realpolitik.errors import WorkerError
from realpolitik.evaluation.tasks import Task, perform, portable

ATTEMPTS = 3
"""A task is started once and, if its worker dies, twice more."""

_DONE, _RAISED = b"done", b"raised"


class _Died(Exception):
    """A worker went away with its task."""


@dataclass(frozen=True, slots=True, eq=False)
class _Worker:
    process: SpawnProcess
    pipe: Connection

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def on_processes(tasks: Sequence[Task], workers: int) -> Iterator[tuple[str, bytes]]:
    """Yield the name and result of each task, in the order in which they finish.

    Closing the iterator, and any exception, stops the workers.

    Raises
    ------
    WorkerError
        If the worker of one task died `ATTEMPTS` times.
    """
    queue = deque((task, pickle.dumps(task)) for task in tasks)
    died = dict.fromkeys((task.name for task in tasks), 0)
    busy: dict[_Worker, tuple[Task, bytes]] = {}
    idle: list[_Worker] = []
    try:
        while queue or busy:
            while queue and len(busy) < workers:
                worker = idle.pop() if idle else _start()
                busy[worker] = queue.popleft()
                _send(worker, busy[worker][1])
            failures: list[Exception] = []
            for worker in _ready(busy):
                task, packed = busy[worker]
                try:
                    content = _receive(worker)
                except _Died:
                    worker.stop()
                    died[task.name] += 1
                    if died[task.name] == ATTEMPTS:
                        failures.append(_hopeless(task.name, worker.process.exitcode))
                    queue.appendleft((task, packed))
                else:
                    idle.append(worker)
                    if isinstance(content, bytes):
                        yield task.name, content
                    else:
                        failures.append(content)
                del busy[worker]
            if failures:
                raise failures[0]
    finally:
        for worker in [*busy, *idle]:
            worker.stop()


def _start() -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _send(worker: _Worker, packed: bytes) -> None:
    try:
        worker.pipe.send_bytes(packed)
    except OSError:
        # The worker died before it could be given the task: reading from it will say so.
        return


def _ready(busy: dict[_Worker, tuple[Task, bytes]]) -> list[_Worker]:
    pipes = wait([worker.pipe for worker in busy])
    return [worker for worker in busy if worker.pipe in pipes]


def _receive(worker: _Worker) -> bytes | Exception:
    """Return the result or what the task raised."""
    try:
        worked, content = worker.pipe.recv_bytes(), worker.pipe.recv_bytes()
    except (EOFError, OSError) as cause:
        raise _Died from cause
    if worked == _DONE:
        return content
    error: Exception = pickle.loads(content)
    return error


def _hopeless(name: str, status: int | None) -> WorkerError:
    how = f"exit status {status}"
    if status is not None and status < 0:
        how = f"signal {-status}"
        if -status == signal.SIGKILL:
            how += ", often for want of memory"
    return WorkerError(
        f"the worker process of task {name!r} died {ATTEMPTS} times (last with {how}). What was "
        "finished is stored. Use fewer workers or free memory, then run the same command again."
    )


def _serve(pipe: Connection) -> None:
    """Do tasks until the pipe closes; runs in the worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt means
    threading.Thread(target=_follow_parent, daemon=True).start()
    while True:
        try:
            packed = pipe.recv_bytes()
        except EOFError:
            return
        try:
            content = perform(pickle.loads(packed))
        except Exception as error:
            pipe.send_bytes(_RAISED)
            pipe.send_bytes(pickle.dumps(portable(error)))
        else:
            pipe.send_bytes(_DONE)
            pipe.send_bytes(content)


def _follow_parent() -> None:
    """End with the parent, however it ends, even in the middle of a task."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)
