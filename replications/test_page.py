"""The page of the documentation lists every replication as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from compare import HERE, rows

PAGE = HERE.parent / "docs" / "replications.md"
FOLDERS = sorted(path.parent for path in HERE.glob("*/replicate.py"))


@pytest.mark.replication
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_page_gives_cells_and_exceptions(folder: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    line = re.search(rf"^\| `{folder.name}` \| .* \| (\d+) \| (.*?) ?\|$", text, re.MULTILINE)
    assert line is not None
    cells = rows(folder / "published.csv")
    assert int(line[1]) == len(cells)
    exceptions = sum(bool(row["exception"]) for row in cells)
    assert (int(line[2]) if line[2].isdigit() else 0) == exceptions


@pytest.mark.replication
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_exception_is_explained(folder: Path) -> None:
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for row in rows(folder / "published.csv"):
        if row["exception"]:
            assert f"| {row['cell']} |" in readme
