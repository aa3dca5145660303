"""The public face is exactly what `__all__` says, and importing it is cheap."""

from __future__ import annotations

import subprocess
import sys

import realpolitik

HEAVY = ("jax", "polars", "numpy", "scipy", "altair", "pydantic", "typer", "duckdb")


def test_every_public_name_loads_and_nothing_else_is_public() -> None:
    for name in realpolitik.__all__:
        assert getattr(realpolitik, name) is not None, name
    assert dir(realpolitik) == realpolitik.__all__
    assert set(realpolitik._HOMES) == set(realpolitik.__all__) - {"__version__"}


def test_public_names_are_documented() -> None:
    bare = [
        name
        for name in realpolitik.__all__
        if name != "__version__" and not (getattr(realpolitik, name).__doc__ or "").strip()
    ]
    assert bare == []


def test_import_loads_nothing_heavy() -> None:
    code = f"import sys, realpolitik; print([name for name in {HEAVY!r} if name in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, realpolitik.cli.app; "
        f"print([name for name in {HEAVY!r} if name in sys.modules and name != 'typer'])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
