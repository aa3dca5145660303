"""Functions that other processes import and run as tasks."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from realpolitik.errors import PeriodError
from realpolitik.evaluation.running import run_table
from realpolitik.evaluation.tasks import Task, arrays_to_bytes
from realpolitik.rng import stream

KEY = "data 1, code 1"
COUNT = 10


def draws(argument: tuple[int, float]) -> bytes:
    """Named draws after a pause: the result depends on the number alone."""
    number, pause = argument
    time.sleep(pause)
    values = stream(7, "job", number).normal(size=(20, 3))
    return arrays_to_bytes({"values": values, "total": values.sum(axis=0)})


def draws_noted(argument: tuple[str, int, float]) -> bytes:
    """The same, after a note of the process that took the job."""
    folder, number, pause = argument
    (Path(folder) / str(os.getpid())).touch()
    return draws((number, pause))


def die_the_first_time(argument: tuple[str, int]) -> bytes:
    marker, number = Path(argument[0]), argument[1]
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return draws((number, 0.0))


def die(status: int) -> bytes:
    os._exit(status)


def refuse(message: str) -> bytes:
    raise PeriodError(message)


class Awkward(Exception):
    """Pickles, but cannot be read back."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first + second)


def fail(_: object) -> bytes:
    raise Awkward("a stone ", "in the works")


def table(pause: float) -> list[Task]:
    return [Task(f"job {number}", draws, (number, pause)) for number in range(COUNT)]


def noted_table(folder: str, pause: float) -> list[Task]:
    return [Task(f"job {number}", draws_noted, (folder, number, pause)) for number in range(COUNT)]


def long_run(store: str, notes: str, pause: float, workers: int) -> None:
    """What a killed process runs."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    run_table(noted_table(notes, pause), Path(store), key=KEY, workers=workers)
