"""Every command shown in the documentation runs, and every verb is documented."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from realpolitik.cli.app import VERBS

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
VERB_NAMES = [module.__name__.rsplit(".", 1)[1] for module in VERBS]


def commands(page: Path) -> list[str]:
    """Lines that begin with `$ realpolitik` inside the page's console blocks."""
    lines = [
        line.removeprefix("$ ").split(" #")[0].strip()
        for block in BLOCK.findall(page.read_text(encoding="utf-8"))
        for line in block.splitlines()
        if line.startswith("$ ")
    ]
    return [line for line in lines if line.startswith("realpolitik ")]


SHOWN = list(dict.fromkeys(line for page in PAGES for line in commands(page)))


@pytest.fixture(scope="session")
def one_cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Commands share a cache, as they do for a reader who types them one after the other."""
    return str(tmp_path_factory.mktemp("shared-cache"))


@pytest.mark.parametrize("line", SHOWN)
def test_shown_command_runs(line: str, tmp_path: Path, one_cache: str) -> None:
    program = "from realpolitik.cli.app import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", program, *shlex.split(line)[1:]],
        cwd=tmp_path,
        env=os.environ | {"REALPOLITIK_CACHE": one_cache},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip()


def test_every_verb_is_documented() -> None:
    text = "\n".join(SHOWN)
    missing = [verb for verb in VERB_NAMES if f"realpolitik {verb}" not in text]
    assert missing == []


@pytest.mark.parametrize("verb", VERB_NAMES)
def test_help_of_every_verb_has_a_worked_example(verb: str) -> None:
    program = "from realpolitik.cli.app import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", program, verb, "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert f"realpolitik {verb}" in result.stdout.replace("\n", " ")


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in [*PAGES, ROOT / "ARCHITECTURE.md"]
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_file_to_copy_exists() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = text[text.index("## Where new code goes") :]
    places = [name for name in re.findall(r"`([\w/.-]+)`", table) if "/" in name]
    missing = [
        name
        for name in places
        if not (ROOT / "src" / "realpolitik" / name).exists() and not (ROOT / name).exists()
    ]
    assert len(places) > 8
    assert missing == []
