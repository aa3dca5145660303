"""A made-up assessment: the report is tested apart from the data."""

from __future__ import annotations

import math

import pytest

from realpolitik.report.index_record import IndexSeries, Indices
from realpolitik.report.record import (
    Assessment,
    Balance,
    Capability,
    Figure,
    Flow,
    Indicator,
    Map,
    MapCell,
    Move,
    Party,
    Phase,
    Posture,
    Request,
    Sentence,
    Standing,
    Timeline,
    TimelineEvent,
    VariableSource,
    Vintage,
)
from realpolitik.report.talk_record import Settlement, Talk, TalkMediator, TalkScale
from realpolitik.report.theory_record import (
    Binding,
    Convergence,
    Driver,
    Expectation,
    Fan,
    ForecastYear,
    Layer,
    LeaderGap,
    Record,
    SplitMove,
    TermSource,
    Theories,
    TheoryScore,
    Trial,
    Trust,
    Why,
)

YEARS = tuple(range(1947, 2024))
EVIL = "<script>window.evil = 1</script> & </script><img src=x onerror=alert(1)>"
PLACES = {
    "IND": ("India", 28.6, 77.2),
    "CHN": ("China", 39.9, 116.4),
    "AFG": ("Afghanistan", 34.5, 69.2),
    "NPL": ("Nepal", 27.7, 85.3),
    "LKA": ("Sri Lanka", 6.9, 79.9),
    "MDV": ("Maldives", 4.2, 73.5),
    "IRN": ("Iran", 35.7, 51.4),
    "BGD": ("Bangladesh", 23.8, 90.4),
    "KAZ": ("Kazakhstan", 51.2, 71.4),
    "RUS": ("Russia", 55.8, 37.6),
    "JPN": ("Japan", 35.7, 139.7),
    "QAT": ("Qatar", 25.3, 51.5),
}


def _posture(source: str, target: str, shift: float) -> Posture:
    mean = tuple(round(math.sin((year - 1947) / 9 + shift) * 1.1, 4) for year in YEARS)
    sd = tuple(0.2 + 0.3 * (year > 2014) for year in YEARS)
    return Posture(
        source=source,
        target=target,
        years=YEARS,
        mean=mean,
        sd=sd,
        lower=tuple(m - 1.645 * s for m, s in zip(mean, sd, strict=True)),
        upper=tuple(m + 1.645 * s for m, s in zip(mean, sd, strict=True)),
        indicators=tuple(9 if 1995 <= year <= 2014 else 4 for year in YEARS),
    )


def _flow(topic: str, variable: str, unit: str, way: tuple[str, str], scale: float) -> Flow:
    values = tuple(
        None if year < 1960 or year > 2014 else scale * (year - 1950) ** 1.5 for year in YEARS
    )
    return Flow(
        topic=topic,
        variable=variable,
        label=f"{topic} given",
        unit=unit,
        provider="Made-up source",
        source=way[0],
        target=way[1],
        directed=True,
        years=YEARS,
        values=values,
        last_year=2014,
        last_value=values[YEARS.index(2014)],
        remark="no data after 2014",
    )


def _cells(origin: str, other: str) -> tuple[MapCell, ...]:
    places = PLACES | {
        "PAK": ("Pakistan", 33.7, 73.0),
        "USA": ("United States", 38.9, -77.0),
    }
    cells = []
    for i, (code, (name, latitude, longitude)) in enumerate(sorted(places.items())):
        if code == origin:
            continue
        mean = None if code == "NPL" else -1.8 + 0.3 * i + (0.4 if other == code else 0.0)
        cells.append(
            MapCell(
                origin=origin,
                state=code,
                name=name,
                latitude=latitude,
                longitude=longitude,
                mean=mean,
                lower=None if mean is None else mean - 0.5,
                upper=None if mean is None else mean + 0.5,
                indicators=0 if mean is None else 4,
            )
        )
    return tuple(cells)


def _phases() -> tuple[Phase, ...]:
    spans = [
        (1947, 1953, 0.1, "neither", None),
        (1954, 1970, 0.9, "cooperation", 0.91),
        (1971, 1999, -0.6, "friction", 0.55),
        (2000, 2023, 0.3, "cooperation", 0.999),
    ]
    return tuple(
        Phase(
            source=s,
            target=t,
            start=start,
            end=end,
            level=level,
            lower=level - 0.2,
            upper=level + 0.2,
            sign=sign,
            probability=0.4 + abs(level) / 2,
            turn=turn,
            turn_lower=None if turn is None else start - 1,
            turn_upper=None if turn is None else start + 1,
        )
        for s, t in (("USA", "PAK"), ("PAK", "USA"))
        for start, end, level, sign, turn in spans
    )


def _indices() -> Indices:
    """One index with a range and an earlier value, one without either, one without any value."""
    rising = tuple(None if year > 2014 else (year - 1940) / 100 for year in YEARS)
    nothing = (None,) * len(YEARS)

    def series(label: str, values: tuple[float | None, ...], **changes: object) -> IndexSeries:
        plain = {
            "topic": "power", "name": "capabilities", "index": "cinc", "label": label,
            "about": "USA → PAK", "unit": "share of world", "interval": None,
            "providers": ("Made-up source",), "years": YEARS, "values": values,
            "lower": nothing, "upper": nothing, "shown": None, "earlier": None, "remark": "",
        }  # fmt: skip
        return IndexSeries(**(plain | changes))  # type: ignore[arg-type]

    low = tuple(None if value is None else value - 0.0625 for value in rising)
    return Indices(
        (
            series(
                "Made-up power", rising, lower=low, upper=rising, interval="90% of nothing",
                shown=2014, earlier=2004, remark=EVIL,
            ),
            series("Made-up deaths", rising, unit="persons", topic="violence", shown=2014),
            series("Made-up silence", nothing, topic="signals", unit="0 to 1"),
        ),
        ("influence: no great power",),
    )  # fmt: skip


def _talk() -> Talk:
    """Two scales: one with a zone of agreement and ranges, one with neither."""
    settlements = tuple(
        Settlement(scale, method, label, "Made-up (1999)", place, *interval, deal, draws)
        for scale, place_of, interval, draws in (
            ("depth", (40.5, 50.0), (32.5, 49.25), 500),
            ("price", (7.25, None), (None, None), 0),
        )
        for (method, label, deal), place in zip(
            (("mean", "Weighted mean", None), ("nash", "Nash bargain", 0.8)), place_of, strict=True
        )
    )
    return Talk(
        issue="made-up",
        title="A made-up issue",
        question=EVIL,
        as_of="2024-06",
        parties=("United States", "Pakistan"),
        scales=(
            TalkScale("depth", "Depth", 0, 100, "apart", EVIL, "points", 20, 25, 80, 0.93),
            TalkScale("price", "Price", 5, 10, "", "", "USD", None, None, None, None),
        ),
        settlements=settlements,
        blockers=("Pakistan",),
        mediators=(TalkMediator("QAT", "Qatar", "state", 1.5, 0.8, 0.6, 0.7, 0.25),),
        left_out=("Alternating offers: needs discount for USA",),
    )


WAYS = (("USA", "PAK"), ("PAK", "USA"))
LAYERS = {"systemic": 0.125, "filter": -0.25, "history": -0.0625, "shock": -0.5}
"""Contributions that add up exactly in binary."""
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
Z = (-1.645, -1.282, -0.674, 0.0, 0.674, 1.282, 1.645)


def _split(source: str, target: str, year: int, latest: bool) -> SplitMove:
    layers = tuple(Layer(name, part, part - 0.2, part + 0.3) for name, part in LAYERS.items())
    move = sum(LAYERS.values())
    return SplitMove(
        source, target, year, latest, not latest, -0.5, -0.9, -0.1, 0.98, move, -1.0, -0.3, layers
    )


def _why() -> Why:
    chance = tuple(None if year < 1950 else (year - 1940) / 100 for year in YEARS)
    return Why(
        remark=None,
        theory="neoclassical realism",
        share=0.5,
        moves=tuple(_split(*way, year, year == 2023) for way in WAYS for year in (1998, 2023)),
        binding=tuple(Binding(*way, YEARS, chance, chance, chance, chance) for way in WAYS),
        leaders=(
            LeaderGap("USA", "PAK", EVIL, 1947, 0.5, -0.1, 1.1),
            LeaderGap("USA", "PAK", None, 1953, -0.25, -0.9, 0.4),
        ),
    )


def _trial() -> Trial:
    scores = [
        TheoryScore(name, kind, h, 9000, -1.2, gain, 0.01, z, z, flat, None if flat is None else z)
        for h in (1, 3)
        for name, kind, gain, z, flat in (
            ("inertia", "theory", None, None, 0.02),
            ("flat filter", "theory", -0.02, -1.5, None),
            ("neoclassical realism", "theory", 0.0125, 1.25, 0.03),
            ("persistence", "baseline", -0.4, -9.0, -0.38),
            ("permuted gate", "placebo", -0.01, -0.5, 0.01),
        )
    ]
    return Trial(
        remark=None,
        full="neoclassical realism",
        flat="flat filter",
        reference="inertia",
        first_origin=2000,
        last_origin=2017,
        origins=18,
        horizons=(1, 3),
        outcome="no gain",
        reasons=("It gains at no horizon.",),
        remarks=(),
        power=0.85,
        power_strong=1.0,
        power_draws=20,
        scores=tuple(scores),
        drivers=(Driver("IND", "India", 4.5), Driver("USA", "United States", -1.25)),
    )


def _fan(source: str, target: str) -> Fan:
    steps = tuple(
        ForecastYear(
            2023 + h, -0.2, 0.4 * h, tuple(-0.2 + 0.4 * h * z for z in Z), 0.1, 0.2, 0.7, 1
        )
        for h in (1, 2, 3)
    )
    past = tuple(range(2014, 2024))
    mean = tuple(None if year < 2016 else 0.1 * (year - 2020) for year in past)
    edges = [tuple(None if m is None else m + e for m in mean) for e in (-0.3, 0.3)]
    return Fan(source, target, 0.3, 0.18, past, mean, *edges, steps)


def _theories() -> Theories:
    return Theories(
        why=_why(),
        trial=_trial(),
        expectation=Expectation(
            None, "inertia", True, 2023, 0.25, LEVELS, tuple(_fan(*way) for way in WAYS)
        ),
        trust=Trust(
            remark=None,
            theory="inertia",
            base="persistence",
            past=(
                Record(1, 9000, 4000, 0.48, 0.79, 0.91, 0.3, 1.1, 0.5, 0.61, 0.4, 0.5),
                Record(3, 8000, 3000, None, None, None, None, None, None, None, None, None),
            ),
            terms=(
                TermSource("threat", "cinc, distance", 0.9, 2016, None),
                TermSource("civil_military", "none", 0.0, None, "no published series"),
            ),
            fits=(Convergence("inertia", 9000, 2e-7, 1e-5, 3, 2),),
        ),
    )


@pytest.fixture(scope="session")
def record() -> Assessment:
    """A record with every section filled, and hostile text from files."""
    return sample()


@pytest.fixture(scope="session")
def html(record: Assessment) -> str:
    """The page of the record."""
    from realpolitik.report.page import render

    return render(record)


def sample() -> Assessment:
    """Build the record."""
    usa = Party("USA", "United States", "the United States")
    pak = Party("PAK", "Pakistan", "Pakistan")
    relation = (_posture("USA", "PAK", 0.0), _posture("PAK", "USA", 0.6))
    last = relation[0].mean[-1]
    assert last is not None
    text = f"{last:+.2f}".replace("-", "−")
    sentence = Sentence(
        topic="level",
        text=f"In 2023 the posture was {text}.",
        judged=True,
        figures=(
            Figure("2023", 2023, "/relation/0/years/76"),
            Figure(text, last, "/relation/0/mean/76"),
        ),
        rests_on=("un_agreement", "us_aid"),
    )
    open_ = Sentence("move", "The move cannot be judged: too little was observed.", False, (), ())
    events = (
        TimelineEvent(
            "E001",
            "1954-05-19",
            "day",
            "Agreement",
            (Move("USA", "PAK", "+"),),
            "implied",
            (),
            None,
        ),
        TimelineEvent(
            "E002",
            "2018-01",
            "month",
            EVIL,
            (Move("USA", "PAK", "-"), Move("PAK", "USA", "mixed")),
            "named",
            (3,),
            EVIL,
        ),
    )
    shares = {"USA": 0.22, "CHN": 0.15, "IND": 0.07, "RUS": 0.06, "PAK": 0.012, "NPL": 0.002}
    names = {code: place[0] for code, place in PLACES.items()} | {
        "USA": "United States",
        "PAK": "Pakistan",
    }
    return Assessment(
        request=Request(usa, pak, "south-asia", "South Asia", 1947, 2023, None, "us-pakistan", 1),
        interval=0.9,
        bottom_line=(sentence, open_, sentence, open_, sentence),
        relation=relation,
        indicators=(
            Indicator("un_votes", "UN votes", "Made-up votes", ("ideal_distance",), 1947, 2023),
            Indicator("trade", "Imports", "Made-up trade", ("imports",), 1950, 2014),
            Indicator("visits", "Visits", "Made-up visits", ("leader_visits",), None, None),
        ),
        phases=_phases(),
        timeline=Timeline("us-pakistan", "US-Pakistan relations", None, events),
        capabilities=tuple(
            Capability(
                state,
                names[state],
                state in ("USA", "PAK"),
                YEARS,
                tuple(
                    None if year > 2016 else share * (1 + 0.2 * math.sin(year / 8))
                    for year in YEARS
                ),
            )
            for state, share in shares.items()
        ),
        balance=Balance(1947, 18.3, 2016, 0.2, 0.0125, 16.0),
        flows=(
            _flow("aid", "us_aid", "constant USD", ("USA", "PAK"), 1e6),
            _flow("trade", "exports", "million current USD", ("USA", "PAK"), 9.0),
            _flow("trade", "exports", "million current USD", ("PAK", "USA"), 5.0),
        ),
        indices=_indices(),
        read=2,
        ended=1,
        talks=(_talk(),),
        theories=_theories(),
        map=Map(
            2023,
            _cells("USA", "PAK") + _cells("PAK", "USA"),
            (Standing("USA", "PAK", 3, 12), Standing("PAK", "USA", 1, 12)),
        ),
        sources=(
            VariableSource(
                "us_aid",
                "Aid of the USA",
                "constant USD",
                "flows",
                "us_aid",
                "2024",
                "Made-up",
                "public domain",
                1946,
                2014,
            ),
        ),
        limits=("A limit.",),
        vintage=Vintage("0.1.0", "c" * 64, "d" * 64),
    )
