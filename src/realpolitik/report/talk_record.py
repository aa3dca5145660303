"""The records of the section on negotiation: one issue of the case and where it would settle."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TalkScale:
    """One line on which positions lie.

    Attributes
    ----------
    name, title : str
    low, high : float
        Ends of the scale, in `unit`.
    low_means, high_means, unit : str
    status_quo : float or None
        What stands when nothing is agreed.
    zone_low, zone_high : float or None
        Zone of agreement at the file's own values; None where there is none.
    zone_chance : float or None
        Share of draws with a zone; None where no deal cannot be valued.
    """

    name: str
    title: str
    low: float
    high: float
    low_means: str
    high_means: str
    unit: str
    status_quo: float | None
    zone_low: float | None
    zone_high: float | None
    zone_chance: float | None


@dataclass(frozen=True, slots=True)
class Settlement:
    """Where one solution concept settles one scale.

    Attributes
    ----------
    scale : str
        Name of the scale.
    method, label, reference : str
    position : float or None
        At the file's own values; None where the concept gives none.
    lower, upper : float or None
        5th and 95th percentile over draws from the ranges of the file.
    deal : float or None
        Share of draws, or chance, of a deal; None where the concept does not speak of it.
    draws : int
        0 where the file holds no range.
    """

    scale: str
    method: str
    label: str
    reference: str
    position: float | None
    lower: float | None
    upper: float | None
    deal: float | None
    draws: int


@dataclass(frozen=True, slots=True)
class TalkMediator:
    """A state, organisation or forum that could convene the parties.

    Attributes
    ----------
    name, label, kind : str
    place : float
        Mean of its places by access, by trust and by need after leverage; 1 is best.
    convenes : float
        Chance that all parties come.
    trust, threshold : float
        Trust of the most doubtful party once it has vouched, and what the most demanding needs.
    chance : float
        Chance that all come and every party trusts enough to cooperate.
    """

    name: str
    label: str
    kind: str
    place: float
    convenes: float
    trust: float
    threshold: float
    chance: float


@dataclass(frozen=True, slots=True)
class Talk:
    """One issue of the case that needs the consent of both states.

    Attributes
    ----------
    issue, title, question : str
    as_of : str
        Date of the judgements in the file.
    parties : tuple of str
        Whose consent a deal needs.
    scales : tuple of TalkScale
    settlements : tuple of Settlement
        The weighted mean first, then the other concepts, each on every scale.
    blockers : tuple of str
        Parties and holders of a veto who would rather have no deal than the weighted mean.
    mediators : tuple of TalkMediator
        Best first; empty where the file does not allow a ranking.
    left_out : tuple of str
        Concepts that do not apply, with what they lack.
    """

    issue: str
    title: str
    question: str
    as_of: str
    parties: tuple[str, ...]
    scales: tuple[TalkScale, ...]
    settlements: tuple[Settlement, ...]
    blockers: tuple[str, ...]
    mediators: tuple[TalkMediator, ...]
    left_out: tuple[str, ...]
