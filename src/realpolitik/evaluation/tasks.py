"""A task: a name, a function and its argument; and how arrays become bytes."""

from __future__ import annotations

import io
import pickle
import traceback
import zipfile
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from realpolitik.errors import RealpolitikError


class Task(NamedTuple):
    """One independent piece of a long run.

    Attributes
    ----------
    name : str
        Different for every task of a run, and enough to say what the task computes.
    function : callable
        Of a module, so that another process can import it. It returns bytes that depend on the
        argument alone.
    argument : object
        Anything that can be pickled.
    """

    name: str
    function: Callable[[Any], bytes]
    argument: Any


def perform(task: Task) -> bytes:
    """Do the task; whatever it raises carries the name of the task.

    Raises
    ------
    TypeError
        If the result is not bytes.
    """
    try:
        content = task.function(task.argument)
    except Exception as cause:
        cause.add_note(f"in task {task.name!r}")
        raise
    if not isinstance(content, bytes):
        msg = f"task {task.name!r} returned {type(content).__name__}, not bytes"
        raise TypeError(msg)
    return content


def portable(error: Exception) -> Exception:
    """Return an exception that survives the way to another process, with its traceback as a note.

    An exception that cannot be pickled and read back becomes a `RuntimeError` with its text.
    """
    if not isinstance(error, RealpolitikError):
        error.add_note("".join(traceback.format_exception(error)))
    try:
        held = pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError("".join(traceback.format_exception(error)))
    return held if isinstance(held, Exception) else RuntimeError(str(error))


def arrays_to_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return named arrays as the bytes of an ``npz`` file; equal arrays give equal bytes.

    Neither the order of the names, the clock nor the memory layout of an array matters.

    Raises
    ------
    ValueError
        If an array holds Python objects.

    Examples
    --------
    >>> content = arrays_to_bytes({"b": np.arange(3), "a": np.ones((2, 2))})
    >>> content == arrays_to_bytes({"a": np.ones((2, 2), order="F"), "b": np.arange(3)})
    True
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(arrays):
            member = io.BytesIO()
            array = np.asarray(arrays[name], order="C")
            np.lib.format.write_array(member, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), member.getvalue())
    return buffer.getvalue()


def arrays_from_bytes(content: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays that `arrays_to_bytes` wrote.

    >>> arrays_from_bytes(arrays_to_bytes({"a": np.array([1.5, np.nan])}))["a"].tolist()
    [1.5, nan]
    """
    with np.load(io.BytesIO(content), allow_pickle=False) as held:
        return {name: held[name] for name in held.files}
