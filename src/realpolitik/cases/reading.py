"""Read a case folder; an error names the file, the line and the field."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from realpolitik.cases.schema import (
    FILES,
    Actor,
    ActorsFile,
    CaseHeader,
    DatedEvent,
    EventsFile,
    Framework,
    first_day,
)
from realpolitik.errors import InputFileError, unknown

_HOME = Path(__file__).parent
_OPTIONAL = ("framework",)
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Case:
    """A checked case.

    Attributes
    ----------
    name : str
        Name of the folder.
    title, paper : str
        What the case is about, and the paper it takes apart.
    dyad : tuple of str
        The two states it is about.
    events : tuple of DatedEvent
        In the order of their dates.
    actors : tuple of Actor
    framework : Framework or None
        The causal framework, where the folder holds one.
    """

    name: str
    title: str
    paper: str
    dyad: tuple[str, str]
    events: tuple[DatedEvent, ...]
    actors: tuple[Actor, ...]
    framework: Framework | None

    def between(self, one: str, other: str) -> tuple[DatedEvent, ...]:
        """Return the events coded for two states, in either direction, by date."""
        return tuple(event for event in self.events if event.concerns(one, other))


def built_in() -> tuple[str, ...]:
    """Return the names of the cases that the package ships."""
    return tuple(sorted(path.parent.name for path in _HOME.glob("*/case.yaml")))


def load(name: str | Path) -> Case:
    """Read a shipped case by name, or a folder of YAML files by path.

    Parameters
    ----------
    name : str or Path
        For example ``"us-pakistan"``, or a folder with ``case.yaml``, ``events.yaml``,
        ``actors.yaml`` and, if wanted, ``framework.yaml``.

    Raises
    ------
    UnknownName
        If it is neither a shipped case nor a folder.
    InputFileError
        If a file is missing, is not YAML or breaks its schema.

    Examples
    --------
    >>> load("us-pakistan").dyad
    ('USA', 'PAK')
    """
    folder = _HOME / str(name) if str(name) in built_in() else Path(name)
    if not folder.is_dir():
        raise unknown("case", str(name), built_in())
    header = _read(folder / "case.yaml", CaseHeader)
    events = _read(folder / "events.yaml", EventsFile)
    actors = _read(folder / "actors.yaml", ActorsFile)
    framework = folder / "framework.yaml"
    _refuse_strangers(folder, events, actors)
    return Case(
        name=folder.resolve().name,
        title=header.title,
        paper=header.paper,
        dyad=header.dyad,
        events=tuple(sorted(events.events, key=lambda event: (first_day(event.date), event.id))),
        actors=actors.actors,
        framework=_read(framework, Framework) if framework.exists() else None,
    )


def _read(path: Path, model: type[Model]) -> Model:
    try:
        text = path.read_text(encoding="utf-8")
        root, content = _parse(text)
    except FileNotFoundError as cause:
        needed = ", ".join(f"{name}.yaml" for name in FILES if name not in _OPTIONAL)
        msg = f"{path} is missing. A case folder holds {needed}."
        raise InputFileError(msg) from cause
    except OSError as cause:
        msg = f"cannot read {path}: {cause.strerror}."
        raise InputFileError(msg) from cause
    except UnicodeDecodeError as cause:
        msg = f"{path} is not UTF-8 text (byte {cause.start}). Save it as UTF-8."
        raise InputFileError(msg) from cause
    except yaml.YAMLError as cause:
        raise InputFileError(_not_yaml(path, cause)) from cause
    try:
        return model.model_validate(content)
    except ValidationError as cause:
        raise InputFileError(_invalid(path, root, cause)) from cause


def _parse(text: str) -> tuple[yaml.Node | None, object]:
    """Parse once, keeping the nodes, which know their lines."""
    loader = _LOADER(text)
    try:
        root = loader.get_single_node()
        return root, None if root is None else loader.construct_document(root)
    finally:
        loader.dispose()


def _not_yaml(path: Path, cause: yaml.YAMLError) -> str:
    mark = getattr(cause, "problem_mark", None)
    where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    what = getattr(cause, "problem", None) or str(cause)
    return f"{path}{where}: not valid YAML: {what}. Correct the file."


def _invalid(path: Path, root: yaml.Node | None, cause: ValidationError, shown: int = 5) -> str:
    errors = cause.errors(include_url=False)
    lines = [
        f"{path}, line {_line(root, error['loc'])}, field "
        f"{'.'.join(str(part) for part in error['loc']) or '(file)'}: {error['msg']}"
        for error in errors[:shown]
    ]
    if len(errors) > shown:
        lines.append(f"and {len(errors) - shown} more")
    return "\n".join(lines) + "\nCorrect the file; cases/schemas holds its JSON Schema."


def _line(node: yaml.Node | None, place: tuple[int | str, ...]) -> int:
    """Line of the deepest node that lies on the way to `place`, counted from 1."""
    for part in place:
        below = _child(node, part)
        if below is None:
            break
        node = below
    return node.start_mark.line + 1 if node is not None else 1


def _child(node: yaml.Node | None, part: int | str) -> yaml.Node | None:
    children: list[tuple[object, yaml.Node]] = []
    if isinstance(node, yaml.MappingNode):
        children = [(key.value, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        children = list(enumerate(node.value))
    return next((child for name, child in children if name == part), None)


def _refuse_strangers(folder: Path, events: EventsFile, actors: ActorsFile) -> None:
    known = {actor.code for actor in actors.actors}
    for event in events.events:
        strangers = sorted(set(event.participants) - known)
        if strangers:
            msg = (
                f"{folder / 'events.yaml'}, event {event.id}: participants "
                f"{', '.join(strangers)} are not in actors.yaml. Add them there."
            )
            raise InputFileError(msg)
