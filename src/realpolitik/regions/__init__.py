"""Dated sets of states: built in as YAML, computed (`world`), or a user's own file."""

from __future__ import annotations

import functools
from importlib import resources
from pathlib import Path
from typing import Any

from realpolitik import states
from realpolitik.errors import unknown
from realpolitik.regions.region import Member, Region

__all__ = ["Member", "Region", "load", "names", "schema"]

WORLD = "world"
GREAT_POWERS = ("USA", "RUS", "CHN", "GBR", "FRA")


def names() -> tuple[str, ...]:
    """Names of the built-in regions.

    >>> names()
    ('eastern-mediterranean', 'south-asia', 'south-east-asia', 'world')
    """
    folder = resources.files(__package__)
    files = (Path(entry.name) for entry in folder.iterdir())
    return (*sorted(file.stem for file in files if file.suffix == ".yaml"), WORLD)


def load(name_or_path: str | Path) -> Region:
    """Return a built-in region, or the one in a user's YAML file.

    Parameters
    ----------
    name_or_path : str or Path
        A name of `names`, or a path that ends in ``.yaml`` or ``.yml``.

    Raises
    ------
    UnknownName
        If no region is called that.
    InputFileError
        If the file cannot be read or breaks the schema.

    Examples
    --------
    >>> load("south-asia").great_powers
    ('USA', 'RUS', 'CHN', 'GBR', 'FRA')
    """
    text = str(name_or_path)
    if Path(text).suffix.lower() in (".yaml", ".yml"):
        from realpolitik.regions.reading import read

        return read(Path(text))
    name = text.strip().casefold()
    if name not in names():
        raise unknown("region", text[:120], (*names(), "or a path that ends in .yaml"))
    return _built_in(name)


def schema() -> dict[str, Any]:
    """JSON Schema of a region file."""
    from realpolitik.regions.reading import schema as build

    return build()


@functools.cache
def _built_in(name: str) -> Region:
    if name == WORLD:
        return Region(
            WORLD,
            "World",
            "Every member of the state system since 1946, microstates included.",
            tuple(Member(state.code, None, None) for state in states.all_states()),
            GREAT_POWERS,
        )
    # Checked by the tests with the full reader; pydantic is too slow to import for these.
    import yaml

    file = resources.files(__package__) / f"{name}.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    members = tuple(Member(code, None, None) for code in content.pop("members"))
    powers = tuple(content.pop("great_powers"))
    return Region(**content, members=members, great_powers=powers)
