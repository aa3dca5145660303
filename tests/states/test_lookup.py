from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realpolitik import states
from realpolitik.errors import NotInSystem, UnknownName
from realpolitik.states.lookup import RESERVED_LETTERS, fold

CASES = [
    ("usa", "USA"),
    ("2", "USA"),
    (2, "USA"),
    ("002", "USA"),
    ("United States", "USA"),
    ("u.s.a.", "USA"),
    ("UKG", "GBR"),
    ("gmy", "DEU"),
    ("GFR", "DEU"),
    (255, "DEU"),
    (260, "DEU"),
    (265, "DDR"),
    ("MLD", "MDA"),
    ("MDV", "MDV"),
    ("MAD", "MDV"),
    ("AUS", "AUS"),
    ("SLV", "SLV"),
    ("MNG", "MNG"),
    ("SWZ", "SWZ"),
    ("GUI", "GIN"),
    ("Ceylon", "LKA"),
    ("Sri Lanka", "LKA"),
    ("burma", "MMR"),
    ("Siam", "THA"),
    ("Zaire", "COD"),
    ("Persia", "IRN"),
    ("East Pakistan", "PAK"),
    ("Soviet Union", "RUS"),
    ("SUN", "RUS"),
    ("Yugoslavia", "SRB"),
    ("YUG", "SRB"),
    (345, "SRB"),
    (340, "SRB"),
    ("Côte d'Ivoire", "CIV"),
    ("COTE D’IVOIRE", "CIV"),
    ("Ivory Coast", "CIV"),
    ("Turkey", "TUR"),
    ("TÜRKİYE", "TUR"),
    ("turkiye", "TUR"),
    ("NA", "NAM"),
    ("UK", "GBR"),
    ("uae", "ARE"),
    ("DRC", "COD"),
    ("Bahamas, The", "BHS"),
    ("The Gambia", "GMB"),
    ("Korea, Rep.", "KOR"),
    ("Dem. Rep. Congo", "COD"),
    ("Bosnia & Herzegovina", "BIH"),
    ("  viet   nam ", "VNM"),
    (816, "VNM"),
    (817, "RVN"),
    (678, "YEM"),
    (679, "YEM"),
    (680, "YMD"),
    (713, "TWN"),
    (710, "CHN"),
    (711, "TBT"),
    (970, "NRU"),
    (971, "NRU"),
    ("972", "TON"),
    ("xkx", "XKX"),
    ("Timor", "TLS"),
]


@pytest.mark.parametrize(("text", "code"), CASES)
def test_find(text: str | int, code: str) -> None:
    assert states.find(text).code == code


def test_each_code_and_name_finds_its_state() -> None:
    """Only the letters of the COW and GW lists may be taken by another state's ISO code or name."""
    lost = set()
    for state in states.all_states():
        texts = [state.code, state.name, state.iso2, state.iso3]
        texts += [alias.text for alias in state.aliases if alias.text != "CS"]
        for text in texts:
            assert text is None or states.find(text).code == state.code, text
        for spell in state.spells:
            letters = spell.letters
            if letters.casefold() in RESERVED_LETTERS or states.find(letters) != state:
                lost.add((letters, state.code))
    assert lost == {
        ("AUS", "AUT"),
        ("CZE", "CSK"),
        ("MAC", "MKD"),
        ("MNG", "MNE"),
        ("SLV", "SVN"),
        ("SWZ", "CHE"),
    }


def test_no_name_belongs_to_two_states() -> None:
    owners: dict[str, set[str]] = {}
    for state in states.all_states():
        for text in (state.code, state.name, *(a.text for a in state.aliases)):
            owners.setdefault(fold(text), set()).add(state.code)
    shared = {text: codes for text, codes in owners.items() if len(codes) > 1}
    assert shared == {}


def test_each_number_finds_its_state() -> None:
    for state in states.all_states():
        for spell in state.spells:
            year = max(spell.start.year, states.FIRST_YEAR)
            look = states.by_cow if spell.list == "cow" else states.by_gw
            assert look(spell.number, year) == state.code
            if (spell.list, spell.number) != ("gw", 970):
                assert states.find(spell.number) == state
    assert states.by_gw(970, 2000) == "KIR"
    assert states.by_cow(970, 2000) == "NRU"
    assert states.by_cow(771, 1970) is None
    assert states.by_cow(255, 1970) == "DEU"
    assert states.by_cow(999, 1970) is None
    assert states.by_gw(711, 1951) is None


@pytest.mark.parametrize(
    ("text", "near"),
    [("Pakistn", "Pakistan"), ("untied states", "United States"), ("Kyrgystan", "Kyrgyzstan")],
)
def test_unknown_name_gets_the_nearest(text: str, near: str) -> None:
    with pytest.raises(UnknownName, match=near):
        states.find(text)


@pytest.mark.parametrize(
    "text", ["", "   ", "Atlantis", "MAC", "730", "-2", "2.0", 10**9, "²", "the"]
)
def test_unknown(text: str | int) -> None:
    with pytest.raises(UnknownName, match="unknown state"):
        states.find(text)


@pytest.mark.parametrize(
    ("text", "year", "message"),
    [
        ("Bangladesh", 1960, r"entered the state system on 1971-12-16.*see Pakistan \(PAK\)"),
        ("SSD", 2010, r"South Sudan \(SSD\) entered .* on 2011-07-09.*Sudan \(SDN\)"),
        ("Estonia", 1970, r"1991-09-06.*before that see Soviet Union \(RUS\)"),
        ("RVN", 1980, r"left the state system on 1975-04-30.*after that see Vietnam \(VNM\)"),
        ("DDR", 1991, r"left the state system on 1990-10-02.*Germany \(DEU\)"),
        ("CSK", 2000, r"1992-12-31.*Czechia \(CZE\) and Slovakia \(SVK\)"),
        ("Kenya", 1950, r"entered the state system on 1963-12-12 and was not in it in 1950\.$"),
    ],
)
def test_not_in_system(text: str, year: int, message: str) -> None:
    with pytest.raises(NotInSystem, match=message):
        states.find(text, at=year)


def test_in_system_at_the_edges() -> None:
    assert states.find("Bangladesh", at=1971).code == "BGD"
    assert states.find("RVN", at=1975).code == "RVN"
    assert states.find("Ceylon", at=2000).code == "LKA"


def test_get_wants_the_key() -> None:
    assert states.get("GBR").name == "United Kingdom"
    with pytest.raises(UnknownName, match="unknown state key 'gbr'"):
        states.get("gbr")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("German Democratic Republic", "DDR"),
        ("Germany, East", "DDR"),
        ("Yemen People's Republic", "YMD"),
        ("Federal Republic of Germany", "DEU"),
        ("Korea", None),
        ("Asia", None),
        ("IN", None),
        ("2", None),
        ("NAM", "NAM"),
        ("x" * 10**6, None),
    ],
)
def test_match_name(name: str, code: str | None) -> None:
    assert states.match_name(name) == code


@given(st.text() | st.integers())
def test_any_input_is_a_state_or_unknown(text: str | int) -> None:
    keys = {state.code for state in states.all_states()}
    try:
        found = states.find(text).code
    except UnknownName:
        found = None
    assert found is None or found in keys
    assert states.match_name(str(text)) in {None, *keys}


@given(
    st.sampled_from([state.code for state in states.all_states()]),
    st.integers(min_value=-5000, max_value=5000),
)
def test_at_agrees_with_exists(code: str, year: int) -> None:
    try:
        states.find(code, at=year)
    except NotInSystem:
        assert not states.get(code).exists(year)
    else:
        assert states.get(code).exists(year)


@given(st.text())
def test_fold_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)
