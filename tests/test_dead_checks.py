"""A test that cannot fail is worse than none: each must assert and use what it compares."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted([*ROOT.glob("tests/**/*.py"), *ROOT.glob("replications/**/*.py")])
ASSERTING_CALLS = ("assert_", "raises", "warns", "expect", "check_")
BANNED = {"isclose", "allclose", "array_equal"}


def _call_name(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _asserts(node: ast.AST) -> bool:
    for child in ast.walk(node):
        if isinstance(child, ast.Assert):
            return True
        if isinstance(child, ast.Call) and _call_name(child).startswith(ASSERTING_CALLS):
            return True
    return False


def dead_checks(source: str) -> list[str]:
    """Return one line per test without an assertion and per check whose result is thrown away."""
    found = []
    for node in ast.walk(ast.parse(source)):
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if is_function and node.name.startswith("test_") and not _asserts(node):
            found.append(f"line {node.lineno}: {node.name} asserts nothing")
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Tuple | ast.Constant):
            found.append(f"line {node.lineno}: an assertion that is always true")
        if isinstance(node, ast.Expr):
            value = node.value
            if isinstance(value, ast.Compare | ast.BoolOp | ast.Tuple):
                found.append(f"line {node.lineno}: a comparison whose result is thrown away")
            if isinstance(value, ast.Call) and _call_name(value) in BANNED:
                found.append(
                    f"line {node.lineno}: the result of {_call_name(value)} is thrown away"
                )
    return found


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(ROOT)) for path in FILES])
def test_every_check_can_fail(path: Path) -> None:
    assert dead_checks(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "def test_a():\n    x = 1\n",
        "def test_a():\n    assert True\n",
        "def test_a():\n    assert (x, 'message')\n",
        "def test_a():\n    assert x\n    x == 1\n",
        "def test_a():\n    assert x\n    np.allclose(x, 1)\n",
    ],
)
def test_the_detector_finds_dead_checks(source: str) -> None:
    assert len(dead_checks(source)) == 1
