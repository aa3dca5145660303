"""The assessment of one dyad as a tree of frozen records: all that the report renders.

Every number the report shows is a field here. Series are column-wise tuples of equal length. None
means missing; it never stands for zero.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from realpolitik.report.index_record import Indices
from realpolitik.report.talk_record import Talk
from realpolitik.report.theory_record import Theories


@dataclass(frozen=True, slots=True)
class Party:
    """A state: its code, its name, and the name that reads well inside a sentence."""

    code: str
    name: str
    in_text: str


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked.

    Attributes
    ----------
    source, target : Party
    region, region_title : str
    start, end : int
        First and last year shown.
    as_of : str or None
        Year or month after which nothing was to be known.
    case : str or None
        The case whose events are listed; None where no case covers the dyad.
    seed : int
    """

    source: Party
    target: Party
    region: str
    region_title: str
    start: int
    end: int
    as_of: str | None
    case: str | None
    seed: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it stands in a sentence, its value, and its place in ``assessment.json``.

    `path` is a JSON pointer (RFC 6901).
    """

    text: str
    value: float
    path: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the bottom line.

    Attributes
    ----------
    topic : str
    text : str
    judged : bool
        False where the data do not allow a judgement.
    figures : tuple of Figure
        Every number in `text`, in order.
    rests_on : tuple of str
        Names of what it rests on, for the reader.
    """

    topic: str
    text: str
    judged: bool
    figures: tuple[Figure, ...]
    rests_on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Posture:
    """The measured relation of one state towards another, smoothed; T years.

    Attributes
    ----------
    source, target : str
    years : tuple of int, length T
    mean, sd, lower, upper : tuple of float or None, length T
        Standard deviations of the scale, + cooperative; `lower` to `upper` is a 90 per cent band.
    indicators : tuple of int, length T
        Indicators observed in the year.
    """

    source: str
    target: str
    years: tuple[int, ...]
    mean: tuple[float | None, ...]
    sd: tuple[float | None, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    indicators: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Indicator:
    """A series the relation rests on, with the years in which it was read for this dyad."""

    name: str
    label: str
    provider: str
    variables: tuple[str, ...]
    first_year: int | None
    last_year: int | None


@dataclass(frozen=True, slots=True)
class Phase:
    """An episode of a posture.

    Attributes
    ----------
    source, target : str
    start, end : int
        First and last year.
    level, lower, upper : float
        Mean of the posture over the phase and its interval.
    sign : str
        ``cooperation`` or ``friction`` where that is sure enough, else ``neither``.
    probability : float
        That the level lies on the likelier side of zero.
    turn : float or None
        Probability of the turn into the phase; None for the first.
    turn_lower, turn_upper : int or None
        Interval of the year of that turn.
    """

    source: str
    target: str
    start: int
    end: int
    level: float
    lower: float
    upper: float
    sign: str
    probability: float
    turn: float | None
    turn_lower: int | None
    turn_upper: int | None


@dataclass(frozen=True, slots=True)
class Move:
    """The sign of an event for one direction of the dyad."""

    source: str
    target: str
    sign: str


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """A dated event of the case that concerns the dyad."""

    id: str
    date: str
    precision: str
    title: str
    moves: tuple[Move, ...]
    status_in_paper: str
    footnotes: tuple[int, ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events of a case for the dyad; empty with a `remark` where no case covers it."""

    case: str | None
    title: str | None
    remark: str | None
    events: tuple[TimelineEvent, ...]


@dataclass(frozen=True, slots=True)
class Capability:
    """Share of world capability (CINC) of one state; T years.

    Attributes
    ----------
    state, name : str
    party : bool
        Whether it is one of the two states assessed.
    years : tuple of int, length T
    share : tuple of float or None, length T
        In [0, 1].
    """

    state: str
    name: str
    party: bool
    years: tuple[int, ...]
    share: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """Shares of world capability of the two states in the first and last year both are known.

    `ratio` and `first_ratio` are source over target.
    """

    first_year: int
    first_ratio: float
    year: int
    source_share: float
    target_share: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Flow:
    """What one state gives, sends or does to the other; T years.

    Attributes
    ----------
    topic : str
        ``aid``, ``arms``, ``troops``, ``trade``, ``votes``, ``sanctions`` or ``disputes``.
    variable : str
    label, unit : str
    provider : str
    source, target : str
    directed : bool
        False where the value belongs to the pair.
    years : tuple of int, length T
    values : tuple of float or None, length T
    last_year : int or None
        Last year with a value; None where the dyad has none.
    last_value : float or None
        Value in that year.
    remark : str
        ``no data after YEAR`` or why there are none.
    """

    topic: str
    variable: str
    label: str
    unit: str
    provider: str
    source: str
    target: str
    directed: bool
    years: tuple[int, ...]
    values: tuple[float | None, ...]
    last_year: int | None
    last_value: float | None
    remark: str


@dataclass(frozen=True, slots=True)
class MapCell:
    """Posture of one of the two states towards a state of the region in the map's year."""

    origin: str
    state: str
    name: str
    latitude: float
    longitude: float
    mean: float | None
    lower: float | None
    upper: float | None
    indicators: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Place of `state` among the `of` states of the region in the posture of `origin`.

    `rank` 1 is the most cooperative posture.
    """

    origin: str
    state: str
    rank: int
    of: int


@dataclass(frozen=True, slots=True)
class Map:
    """Relations of both states with every state of the region."""

    year: int
    cells: tuple[MapCell, ...]
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class VariableSource:
    """A variable used: where it comes from, how far it reaches, on what terms."""

    variable: str
    label: str
    unit: str
    used_for: str
    provider: str
    version: str
    citation: str
    terms: str
    first_year: int | None
    last_year: int | None


@dataclass(frozen=True, slots=True)
class Vintage:
    """What the result depends on besides the request."""

    package_version: str
    code_hash: str
    data_hash: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything about one dyad.

    Attributes
    ----------
    request : Request
    interval : float
        Probability that every interval holds.
    bottom_line : tuple of Sentence, length 6
    relation : tuple of Posture, length 2
        Source to target, then target to source.
    indicators : tuple of Indicator
        The series the relation rests on.
    phases : tuple of Phase
    timeline : Timeline
    capabilities : tuple of Capability
        Main states of the region, largest last share first.
    balance : Balance or None
        None where no year has both shares.
    flows : tuple of Flow
    read, ended : int
        Indicators ever read for this dyad, and those that had ended before the last year shown.
    indices : Indices
        What the measures say about the two states.
    map : Map
    talks : tuple of Talk
        Issues that need the consent of both states; empty where the case has none.
    theories : Theories
        Why it moved, what the theories say, what to expect and how far to trust it.
    sources : tuple of VariableSource
    limits : tuple of str
        What the reader must know before using a number.
    vintage : Vintage
    """

    request: Request
    interval: float
    bottom_line: tuple[Sentence, ...]
    relation: tuple[Posture, ...]
    indicators: tuple[Indicator, ...]
    phases: tuple[Phase, ...]
    timeline: Timeline
    capabilities: tuple[Capability, ...]
    balance: Balance | None
    flows: tuple[Flow, ...]
    read: int
    ended: int
    indices: Indices
    map: Map
    talks: tuple[Talk, ...]
    theories: Theories
    sources: tuple[VariableSource, ...]
    limits: tuple[str, ...]
    vintage: Vintage

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain dictionaries, lists, text and numbers."""
        content: dict[str, Any] = json.loads(self.to_json())
        return content

    def to_json(self) -> str:
        """Return ``assessment.json``."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, allow_nan=False, indent=1)

    def text(self) -> str:
        """Return the bottom line as numbered lines of text."""
        lines = [f"{i}. {sentence.text}" for i, sentence in enumerate(self.bottom_line, 1)]
        return "\n".join(lines)

    def report(self, path: str | Path, *, use_cache: bool = True) -> Path:
        """Write ``report.html``, one self-contained file, to `path` and return its path.

        Parameters
        ----------
        path : str or Path
        use_cache : bool
            Whether a page drawn before for the same record may be used and kept.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        from realpolitik.report.writing import write_page

        return write_page(self, Path(path), use_cache=use_cache)

    def save(self, folder: str | Path, *, use_cache: bool = True) -> Path:
        """Write ``report.html``, ``assessment.json``, its schema and ``tables/`` to a folder.

        Parameters
        ----------
        folder : str or Path
            Made if need be; a report in it is replaced, any other file is an error.
        use_cache : bool
            Whether a page drawn before for the same record may be used and kept.

        Raises
        ------
        OutputError
            If the folder holds files that are not this report's, or cannot be written.
        """
        from realpolitik.report.writing import write_folder

        return write_folder(self, Path(folder), use_cache=use_cache)
