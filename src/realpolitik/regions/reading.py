"""Read and check a region file.

The file is YAML::

    name: ring
    title: Three states of a ring
    description: States that ...
    members:
      - USA
      - {code: Pakistan, start: 1947, end: 1990}
    great_powers: [USA]

A state is written as any code or usual name. Names that YAML takes for something else (``NO``)
need quotes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)

from realpolitik import states
from realpolitik.errors import InputFileError, RequestError
from realpolitik.regions.region import Member, Region

LARGEST_FILE = 1_000_000
DEEPEST = 10
KEYS = ("name", "title", "description", "members", "great_powers")
TAGS = frozenset({"plain", "dated", "str", "int"})


class MemberEntry(BaseModel):
    """One member: a state, with the first and the last year of its membership if it is dated."""

    model_config = ConfigDict(extra="forbid", strict=True)

    code: str | int = Field(description="Any code or usual name of a state.")
    start: int | None = Field(None, ge=1946, le=2100, description="First year in the region.")
    end: int | None = Field(None, ge=1946, le=2100, description="Last year in the region.")

    @model_validator(mode="after")
    def _in_order(self) -> MemberEntry:
        if self.start is not None and self.end is not None and self.start > self.end:
            msg = f"the dates are reversed: {self.start} to {self.end}"
            raise ValueError(msg)
        return self


def _form(item: object) -> str:
    return "dated" if isinstance(item, dict | MemberEntry) else "plain"


Entry = Annotated[
    Annotated[str | int, Tag("plain")] | Annotated[MemberEntry, Tag("dated")],
    Discriminator(_form),
]


class RegionEntry(BaseModel):
    """A region file."""

    model_config = ConfigDict(extra="forbid", strict=True, title="A region of realpolitik")

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$", description="Small letters and hyphens.")
    title: str = Field(min_length=1, max_length=120)
    description: str = Field(min_length=1, description="By which rule the members were chosen.")
    members: list[Entry] = Field(min_length=1)
    great_powers: list[str | int] = Field(default_factory=list, description="Members, by any name.")


def read(path: Path) -> Region:
    """Read a region file.

    Raises
    ------
    InputFileError
        If the file cannot be read, is not YAML, or breaks the schema; the message gives the line.
    """
    return parse(_text(path), str(path))


def parse(text: str, source: str) -> Region:
    """Check the text of a region file called `source` and build the region."""
    content, root = _load(text, source)
    try:
        entry = RegionEntry.model_validate(content)
    except ValidationError as cause:
        raise _schema_error(cause, root, source) from cause
    members = []
    seen: dict[str, object] = {}
    for index, item in enumerate(entry.members):
        where = f"{source}, line {_line(root, ('members', index))}"
        given = (
            item if isinstance(item, MemberEntry) else MemberEntry(code=item, start=None, end=None)
        )
        member = _member(given, where)
        if member.code in seen:
            msg = f"{where}: {given.code} is {member.code}, already given as {seen[member.code]}"
            raise InputFileError(f"{msg}. Keep one of them.")
        seen[member.code] = given.code
        members.append(member)
    powers = tuple(
        _great_power(name, seen, f"{source}, line {_line(root, ('great_powers', index))}")
        for index, name in enumerate(entry.great_powers)
    )
    return Region(entry.name, entry.title, entry.description, tuple(members), powers)


def schema() -> dict[str, Any]:
    """JSON Schema of a region file."""
    return RegionEntry.model_json_schema()


def _member(given: MemberEntry, where: str) -> Member:
    try:
        state = states.find(given.code)
    except RequestError as cause:
        raise InputFileError(f"{where}: {cause}") from cause
    ends_before = state.exit is not None and (given.start or 0) > state.exit.year
    starts_after = given.end is not None and given.end < state.entry.year
    if ends_before or starts_after:
        lived = f"{state.entry.year} to {state.exit.year if state.exit else 'now'}"
        msg = f"{where}: {state.name} ({state.code}) is in the state system from {lived} only"
        raise InputFileError(f"{msg}. Change start or end.")
    return Member(state.code, given.start, given.end)


def _great_power(name: str | int, members: dict[str, object], where: str) -> str:
    try:
        code = states.find(name).code
    except RequestError as cause:
        raise InputFileError(f"{where}: {cause}") from cause
    if code not in members:
        msg = f"{where}: the great power {name} is not a member. Add it to members."
        raise InputFileError(msg)
    return code


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            msg = f"{path} has {size:,} bytes; a region file has at most {LARGEST_FILE:,}"
            raise InputFileError(f"{msg}. Is it the right file?")
        return path.read_bytes().decode("utf-8-sig")
    except OSError as cause:
        msg = f"cannot read {path}: {cause.strerror}. Check the path."
        raise InputFileError(msg) from cause
    except UnicodeDecodeError as cause:
        msg = f"{path} is not UTF-8 text (byte {cause.start}): save it as UTF-8"
        raise InputFileError(msg) from cause


def _load(text: str, source: str) -> tuple[object, yaml.Node | None]:
    """Return the content and the tree of nodes, which knows the lines."""
    try:
        _refuse_traps(text, source)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_repeats(root, source)
        return yaml.safe_load(text), root
    except yaml.MarkedYAMLError as cause:
        mark = cause.problem_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = str(cause.problem or "cannot be parsed")
        tab = "\\t" in problem or "\t" in problem
        advice = "Indent with spaces, not tabs." if tab else "Correct the file."
        msg = f"{source}{place} is not valid YAML: {problem}. {advice}"
        raise InputFileError(msg) from cause
    except yaml.YAMLError as cause:
        msg = f"{source} is not valid YAML: {' '.join(str(cause).split())}. Save it as plain text."
        raise InputFileError(msg) from cause
    except (ValueError, OverflowError) as cause:
        msg = f"{source} is not a region file: {type(cause).__name__} while reading it as YAML"
        raise InputFileError(f"{msg}. Start from a built-in region.") from cause


def _refuse_traps(text: str, source: str) -> None:
    """Refuse aliases and deep nesting, by which a small file can exhaust memory or the stack."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            msg = f"{source}: the alias *{event.anchor} is not read. Write the value out."
            raise InputFileError(msg)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            msg = (
                f"{source} is nested more than {DEEPEST} levels deep. Start from a built-in region."
            )
            raise InputFileError(msg)


def _refuse_repeats(root: yaml.Node | None, source: str) -> None:
    """Refuse a key given twice, of which YAML would keep only the last."""
    pending = [root] if root is not None else []
    while pending:
        node = pending.pop()
        if isinstance(node, yaml.SequenceNode):
            pending += node.value
        elif isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if str(key.value) in seen:
                    msg = f"{source}, line {key.start_mark.line + 1}: {key.value} is given twice"
                    raise InputFileError(f"{msg}. Keep one of them.")
                seen.add(str(key.value))
                pending.append(value)


def _schema_error(cause: ValidationError, root: yaml.Node | None, source: str) -> InputFileError:
    """Name the first broken rule, with its line and key."""
    problem = cause.errors(include_url=False, include_input=False)[0]
    location = problem["loc"]
    keys = [part for part in location if part not in TAGS]
    key = ".".join(str(part + 1 if isinstance(part, int) else part) for part in keys)
    msg = (
        f"{source}, line {_line(root, location)}: {_in_words(problem['type'], key, problem['msg'])}"
    )
    return InputFileError(msg)


def _in_words(kind: str, key: str, message: str) -> str:
    """Say what a broken rule means for the writer of the file."""
    if not key:
        return f"this is not a list of keys and values. Begin with: {', '.join(KEYS)}."
    known = {
        "extra_forbidden": "unknown key; there are name, title, description, members and "
        "great_powers, and for a member code, start and end",
        "missing": "is missing: add it",
        "too_short": "is empty: name at least one state",
        "string_type": "must be a name or code; put it in quotes (YAML reads NO as no)",
        "string_pattern_mismatch": "must be small letters, digits and hyphens, as in south-asia",
        "int_type": "must be a year, such as 1971",
        "list_type": "must be a list: one state a line, each after a hyphen",
    }
    return f"{key}: {known.get(kind, message.removeprefix('Value error, '))}."


def _line(root: yaml.Node | None, location: tuple[str | int, ...]) -> int:
    """Line of the deepest node on the way to a location; 1 if the file is empty."""
    node = root
    line = 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            found = [value for key, value in node.value if key.value == part]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            found = node.value[part : part + 1]
        else:
            found = []
        if found:
            node = found[0]
            line = node.start_mark.line + 1
    return line
