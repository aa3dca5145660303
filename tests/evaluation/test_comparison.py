"""From Python: fit theories to a panel, compare them out of sample."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

import realpolitik as rp
from realpolitik.errors import PeriodError, RequestError
from realpolitik.evaluation.comparison import Comparison, Fitted

SAME = 1e-9


@pytest.fixture(scope="module")
def fits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Fitted, ...]:
    """Two cheap theories on six states."""
    path = tmp_path_factory.mktemp("region") / "six.yaml"
    members = ["USA", "RUS", "CHN", "IND", "PAK", "GBR"]
    path.write_text(
        yaml.safe_dump(
            {
                "name": "six",
                "title": "Six states",
                "description": "Large states.",
                "members": members,
            }
        ),
        encoding="utf-8",
    )
    panel = rp.load_panel(region=Path(path), start=1960)
    return rp.fit([rp.StructuralRealism(), rp.Inertia()], panel, starts=1)


@pytest.fixture(scope="module")
def compared(fits: tuple[Fitted, ...]) -> Comparison:
    return rp.backtest(fits, origins=(2003, 2008), horizons=(1, 3))


def test_fits_end_flat_and_tell_their_errors(fits: tuple[Fitted, ...]) -> None:
    for one in fits:
        assert one.fit.gradient < 1e-5
        frame = one.table()
        assert frame.height == len(one.fit.names)
        assert frame["error"].min() > 0
    assert [one.name for one in fits] == ["structural realism", "inertia"]


def test_a_theory_gains_nothing_over_itself(compared: Comparison) -> None:
    own = compared.table().filter(theory="inertia")
    np.testing.assert_array_equal(own["gain"], 0.0)
    assert compared.gain("inertia", "inertia", 1).smallest_z == 0.0


def test_gains_are_those_of_the_rows(compared: Comparison) -> None:
    held = compared.rows
    density = -0.5 * (
        np.log(2 * np.pi) + 2 * np.log(held.sd) + ((held.value - held.mean) / held.sd) ** 2
    )
    here = held.horizon == 3
    expected = (density[0] - density[1])[here].mean()
    found = compared.gain("structural realism", "inertia", 3)
    assert found.mean == pytest.approx(expected, abs=SAME)
    assert found.readings == here.sum() > 20
    assert set(held.year[here]) == {2006, 2011}


def test_without_placebos_nothing_earns_its_place(compared: Comparison) -> None:
    assert compared.verdict().outcome == "undetermined"


def test_wrong_requests_say_what_to_do(compared: Comparison, fits: tuple[Fitted, ...]) -> None:
    with pytest.raises(RequestError, match="was not compared"):
        compared.gain("liberal", "inertia", 1)
    with pytest.raises(PeriodError, match="1961 to 2022"):
        rp.backtest(fits, origins=(1900,))
    with pytest.raises(RequestError, match="at least one fit"):
        rp.backtest((), origins=(2000,))
