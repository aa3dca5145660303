"""The verbs say it where parameters of the relation rest on readings not known yet."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from realpolitik.cli.dyads import note_later


@pytest.mark.parametrize("later", [True, False])
def test_later_parameters_are_told(later: bool, capsys: pytest.CaptureFixture[str]) -> None:
    note_later(SimpleNamespace(parameters=SimpleNamespace(later=later)))
    printed, said = capsys.readouterr()
    assert not printed
    assert ("parameters are those of all years" in said) == later
