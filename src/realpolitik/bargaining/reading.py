"""From a YAML file to a checked issue, with the line of every mistake."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from realpolitik.bargaining import checks
from realpolitik.bargaining.issue import (
    Actor,
    Dimension,
    Issue,
    Mediator,
    PanelValue,
    Payoffs,
    Ratifier,
)
from realpolitik.bargaining.quantity import Quantity
from realpolitik.errors import InputFileError, unknown

Path_ = tuple[str | int, ...]
Lines = dict[Path_, int]
Lookup = Callable[[str, str, int], float | None]

_FIELDS: dict[str, type[BaseModel]] = {
    "actors": Actor,
    "dimensions": Dimension,
    "mediators": Mediator,
    "ratifiers": Ratifier,
    "payoffs": Payoffs,
    "capability": PanelValue,
}


def shipped() -> tuple[str, ...]:
    """Names of the issues that come with the package."""
    folder = resources.files("realpolitik.bargaining") / "issues"
    return tuple(sorted(item.name[:-5] for item in folder.iterdir() if item.name.endswith(".yaml")))


def read_issue(source: str | Path) -> Issue:
    """Read an issue file, or a shipped issue by name.

    Parameters
    ----------
    source : str or Path
        Path of a YAML file, or one of :func:`shipped`.

    Raises
    ------
    InputFileError
        If the file cannot be read or breaks the schema; the message gives file, line and field.
    UnknownName
        If `source` is neither a file nor a shipped name.
    """
    path = Path(source)
    if path.is_file():
        return _parse(_text(path), str(path))
    if path.suffix in {".yaml", ".yml"} or len(path.parts) > 1:
        names = ", ".join(shipped())
        msg = f"{path}: no such file. Give the path of an issue file or one of: {names}."
        raise InputFileError(msg)
    if str(source) not in shipped():
        raise unknown("issue", str(source), shipped())
    item = resources.files("realpolitik.bargaining") / "issues" / f"{source}.yaml"
    return _parse(item.read_text(encoding="utf-8"), f"{source}.yaml")


def parse_issue(record: Mapping[str, Any], where: str = "issue") -> Issue:
    """Check a mapping, as read from YAML or JSON, and return the issue."""
    return _build(record, where, {})


def fill_capabilities(issue: Issue, lookup: Lookup) -> Issue:
    """Replace every capability named by panel variable with its number.

    Parameters
    ----------
    lookup : callable
        ``lookup(variable, state, year)`` returns the number, or None when the panel lacks it.

    Raises
    ------
    InputFileError
        If the panel has no value there: a missing capability is never zero.
    """
    return issue.model_copy(update={"actors": tuple(_filled(a, lookup) for a in issue.actors)})


def _filled(actor: Actor, lookup: Lookup) -> Actor:
    wanted = actor.capability
    if not isinstance(wanted, PanelValue):
        return actor
    state = wanted.state or actor.name
    value = lookup(wanted.variable, state, wanted.year)
    if value is None:
        msg = (
            f"capability of {actor.name}: the panel has no {wanted.variable} for {state} in "
            f"{wanted.year}. Choose a year the panel covers or give a number."
        )
        raise InputFileError(msg)
    return actor.model_copy(update={"capability": Quantity(value, value, value)})


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as cause:
        msg = f"{path}: cannot be read ({cause}). Give a UTF-8 YAML file."
        raise InputFileError(msg) from cause


def _parse(text: str, where: str) -> Issue:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        record = yaml.safe_load(text)
    except yaml.MarkedYAMLError as cause:
        mark = cause.problem_mark
        spot = f"{where}:{mark.line + 1}:{mark.column + 1}" if mark else where
        msg = f"{spot}: not valid YAML: {cause.problem}"
        raise InputFileError(msg) from cause
    if not isinstance(record, dict) or node is None:
        msg = f"{where}: an issue file is a mapping with name, dimensions and actors"
        raise InputFileError(msg)
    return _build(record, where, dict(_lines(node, (), where)))


def _lines(node: yaml.Node, path: Path_, where: str) -> Iterator[tuple[Path_, int]]:
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in seen:
                msg = f"{where}:{line}: {_dotted((*path, key.value))}: given twice. Keep one."
                raise InputFileError(msg)
            seen.add(key.value)
            yield from _lines(value, (*path, key.value), where)
            yield (*path, key.value), line
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, (*path, index), where)


def _build(record: Mapping[str, Any], where: str, lines: Lines) -> Issue:
    try:
        issue = Issue.model_validate(record)
    except ValidationError as error:
        found = [_complaint(item, record) for item in error.errors()]
    else:
        found = list(checks.problems(issue))
        if not found:
            return issue
    text = "\n".join(_located(path, message, where, lines) for path, message in found)
    raise InputFileError(text)


def _located(path: Path_, message: str, where: str, lines: Lines) -> str:
    known = path
    while known and known not in lines:
        known = known[:-1]
    line = f":{lines[known]}" if known in lines else ""
    return f"{where}{line}: {_dotted(path) or 'issue'}: {message}"


def _dotted(path: Path_) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.lstrip(".")


def _complaint(item: Any, record: Mapping[str, Any]) -> tuple[Path_, str]:
    path = _real(item["loc"], record)
    if item["type"] == "extra_forbidden":
        return path, f"unknown field. {_nearest(path)}"
    if item["type"] == "missing":
        return path, "missing; every file needs it"
    text = item["msg"].removeprefix("Value error, ")
    return path, f"{text[0].lower()}{text[1:]}"


def _real(loc: Path_, record: Any) -> Path_:
    """Keep of a pydantic location only the parts that exist in the file, and a missing last key."""
    path: list[str | int] = []
    value = record
    for position, part in enumerate(loc):
        last = position == len(loc) - 1
        if isinstance(value, dict) and (part in value or last):
            path.append(part)
            value = value.get(part)
        elif isinstance(value, list | tuple) and isinstance(part, int) and part < len(value):
            path.append(part)
            value = value[part]
    return tuple(path)


def _nearest(path: Path_) -> str:
    owners = [part for part in path[:-1] if isinstance(part, str)]
    model = _FIELDS.get(owners[-1], Issue) if owners else Issue
    valid = list(model.model_fields)
    near = difflib.get_close_matches(str(path[-1]), valid, n=2)
    return f"Did you mean: {', '.join(near)}?" if near else f"Valid: {', '.join(valid)}."
