from __future__ import annotations

import hashlib
import shutil
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from realpolitik.build.states_table import Spell, check_inputs, compile_states, membership
from realpolitik.errors import InputFileError

HAND_KEPT = ("codes.csv", "capital_corrections.csv", "inputs.csv")


def _spell(start: int, end: int | None, which: str = "cow") -> Spell:
    return Spell("AAA", which, 1, "AAA", date(start, 1, 1), end and date(end, 12, 31))


def test_membership_is_the_union_of_the_lists() -> None:
    union = membership([_spell(1961, None), _spell(1946, 1958), _spell(1950, 1970, "gw")])
    assert union == (date(1946, 1, 1), None)
    assert membership([_spell(1950, 1960), _spell(1948, 1955, "gw")]) == (
        date(1948, 1, 1),
        date(1960, 12, 31),
    )
    assert membership([_spell(1950, 1960), _spell(1961, 1962)]) == (
        date(1950, 1, 1),
        date(1962, 12, 31),
    )


def test_a_gap_in_the_membership_is_refused() -> None:
    with pytest.raises(InputFileError, match="AAA is in neither list between 1958-12-31"):
        membership([_spell(1946, 1958), _spell(1961, None)])


def test_a_changed_input_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"as recorded")
    row = {"file": "a.parquet", "sha256": hashlib.sha256(b"as recorded").hexdigest()}
    check_inputs(tmp_path, [row])
    (tmp_path / "a.parquet").write_bytes(b"changed")
    with pytest.raises(InputFileError, match=r"a\.parquet has changed: expected sha256"):
        check_inputs(tmp_path, [row])


def test_an_absent_input_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"cannot read .*b\.parquet"):
        check_inputs(tmp_path, [{"file": "b.parquet", "sha256": "0"}])


@pytest.mark.shared
def test_the_committed_tables_are_what_the_script_makes(shared_data: Path, tmp_path: Path) -> None:
    committed = Path(str(resources.files("realpolitik.states")))
    for name in HAND_KEPT:
        shutil.copy(committed / name, tmp_path / name)
    compile_states(shared_data, tmp_path)
    for name in ("states.csv", "spells.csv"):
        assert (tmp_path / name).read_bytes() == (committed / name).read_bytes()


@pytest.mark.shared
def test_a_state_that_the_concordance_lacks_is_refused(shared_data: Path, tmp_path: Path) -> None:
    committed = Path(str(resources.files("realpolitik.states")))
    for name in HAND_KEPT:
        shutil.copy(committed / name, tmp_path / name)
    codes = (tmp_path / "codes.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in codes if not line.startswith("PAK")]
    (tmp_path / "codes.csv").write_text("".join(kept), encoding="utf-8")
    with pytest.raises(InputFileError, match="cow number 770"):
        compile_states(shared_data, tmp_path)
    assert not (tmp_path / "states.csv").exists()
