"""The records of the sections on theories: why it moved, what they say, what to expect, trust.

Where a section cannot be told its `remark` says why and what to do, and the rest is empty.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layer:
    """What one layer of a theory adds to a move: posterior mean and 90 per cent interval."""

    name: str
    contribution: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class SplitMove:
    """The move of one direction into a year, measured, and split by a theory.

    Attributes
    ----------
    source, target : str
    year : int
        Moved into.
    latest, largest : bool
        Why it is told: the last year, one of the largest moves of sure sign.
    measured, measured_lower, measured_upper : float
        Move of the measured relation, all indicators, smoothed.
    sign : float
        Probability of the likelier sign of the measured move.
    move, lower, upper : float
        Move of the theory's own estimate of the relation.
    layers : tuple of Layer
        Contributions add up to `move`.
    """

    source: str
    target: str
    year: int
    latest: bool
    largest: bool
    measured: float
    measured_lower: float
    measured_upper: float
    sign: float
    move: float
    lower: float
    upper: float
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """Probability by year that a component of the filter changed the response; T years.

    Attributes
    ----------
    source, target : str
    years : tuple of int, length T
    clarity, image, gate, environment : tuple of float or None, length T
    """

    source: str
    target: str
    years: tuple[int, ...]
    clarity: tuple[float | None, ...]
    image: tuple[float | None, ...]
    gate: tuple[float | None, ...]
    environment: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class LeaderGap:
    """Perceived less measured stimulus under one leader of the source, less that of all years."""

    source: str
    target: str
    leader: str | None
    first_year: int
    gap: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Why:
    """Why the relation moved, by one theory.

    Attributes
    ----------
    remark : str or None
    theory : str or None
    share : float or None
        Change of the response that counts, in standard deviations of a year's disturbance.
    moves : tuple of SplitMove
    binding : tuple of Binding
    leaders : tuple of LeaderGap
    """

    remark: str | None
    theory: str | None = None
    share: float | None = None
    moves: tuple[SplitMove, ...] = ()
    binding: tuple[Binding, ...] = ()
    leaders: tuple[LeaderGap, ...] = ()


@dataclass(frozen=True, slots=True)
class TheoryScore:
    """Forecasts of one forecaster at one horizon, out of sample.

    Attributes
    ----------
    forecaster, kind : str
        Kind is ``theory``, ``baseline``, ``placebo`` or ``ceiling``.
    horizon, readings : int
        Years ahead; readings scored.
    log_score : float or None
        Mean, nats a reading, higher better.
    gain, error, z, smallest_z : float or None
        Mean log score less that of inertia, its error clustered by state, gain over error, and the
        least z over four kinds of error; None for inertia itself.
    flat_gain, flat_z : float or None
        The same gain and z over the flat filter.
    """

    forecaster: str
    kind: str
    horizon: int
    readings: int
    log_score: float | None
    gain: float | None
    error: float | None
    z: float | None
    smallest_z: float | None
    flat_gain: float | None
    flat_z: float | None


@dataclass(frozen=True, slots=True)
class Driver:
    """What the full theory gains over the flat filter in all pairs of a state, nats."""

    state: str
    name: str
    gain: float


@dataclass(frozen=True, slots=True)
class Trial:
    """The theories scored on the same readings, and the verdict on the filter.

    Attributes
    ----------
    remark : str or None
    full, flat, reference : str or None
        Names of the theory judged, of its null and of the theory that gains are counted from.
    first_origin, last_origin, origins : int or None
        Years from which forecasts were made, and how many.
    horizons : tuple of int
    outcome : str or None
        ``earns its place``, ``no gain`` or ``undetermined``.
    reasons, remarks : tuple of str
        Sentences.
    power, power_strong : float or None
        Probability that the rule sees a filter of medium and of strong effect.
    power_draws : int or None
        Simulated records for each.
    scores : tuple of TheoryScore
    drivers : tuple of Driver
        Largest in size first.
    """

    remark: str | None
    full: str | None = None
    flat: str | None = None
    reference: str | None = None
    first_origin: int | None = None
    last_origin: int | None = None
    origins: int | None = None
    horizons: tuple[int, ...] = ()
    outcome: str | None = None
    reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    power: float | None = None
    power_strong: float | None = None
    power_draws: int | None = None
    scores: tuple[TheoryScore, ...] = ()
    drivers: tuple[Driver, ...] = ()


@dataclass(frozen=True, slots=True)
class ForecastYear:
    """Forecast of one year; Q levels.

    Attributes
    ----------
    year : int
    mean, sd : float
    quantiles : tuple of float, length Q
        At the levels of the expectation.
    rise, no_change, fall : float
        Probabilities against the level at the origin.
    inflation : float
        Factor of the theory's own variance from its errors at past origins.
    """

    year: int
    mean: float
    sd: float
    quantiles: tuple[float, ...]
    rise: float
    no_change: float
    fall: float
    inflation: float


@dataclass(frozen=True, slots=True)
class Fan:
    """Forecast of one direction after what the theory's filter says of the years before; Y years.

    Attributes
    ----------
    source, target : str
    level, level_sd : float
        At the origin.
    years : tuple of int, length Y
        Up to the origin.
    mean, lower, upper : tuple of float or None, length Y
        Filtered: each year rests on what was read until then; 90 per cent band.
    steps : tuple of ForecastYear
    """

    source: str
    target: str
    level: float
    level_sd: float
    years: tuple[int, ...]
    mean: tuple[float | None, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    steps: tuple[ForecastYear, ...]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What to expect.

    Attributes
    ----------
    remark : str or None
    theory : str or None
    scored : bool
        Whether it was chosen, and its variance scaled, by the errors at past origins.
    origin : int or None
        Last year known.
    threshold : float or None
        Smallest move that counts.
    levels : tuple of float, length Q
    fans : tuple of Fan
    """

    remark: str | None
    theory: str | None = None
    scored: bool = False
    origin: int | None = None
    threshold: float | None = None
    levels: tuple[float, ...] = ()
    fans: tuple[Fan, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """How the forecasting theory did at past origins, one horizon, against a base.

    Attributes
    ----------
    horizon, readings, sharp : int
        Readings scored, and those precise enough to say much of one forecast.
    coverage_50, coverage_80, coverage_90 : float or None
        Share of sharp readings inside the central intervals.
    calibration : float or None
        p value of an even histogram, clustered by state.
    inflation : float or None
    brier, brier_base, crps, crps_base : float or None
        Lower is better; Brier lies between 0 and 2.
    """

    horizon: int
    readings: int
    sharp: int
    coverage_50: float | None
    coverage_80: float | None
    coverage_90: float | None
    calibration: float | None
    inflation: float | None
    brier: float | None
    brier_base: float | None
    crps: float | None
    crps_base: float | None


@dataclass(frozen=True, slots=True)
class TermSource:
    """What a term of the theories rests on.

    Attributes
    ----------
    name, variables : str
    coverage : float
        Share of cells with a value of the year itself; the rest holds the last one known.
    last_year : int or None
    absent : str or None
        Why the panel has no variable for it.
    """

    name: str
    variables: str
    coverage: float
    last_year: int | None
    absent: str | None


@dataclass(frozen=True, slots=True)
class Convergence:
    """How the fit of a theory to all years ended.

    Attributes
    ----------
    theory : str
    readings : int
    gradient, limit : float
        Largest element of the gradient of the mean loss, and the most that is let pass.
    starts, agreeing : int
        Starts tried, and those that found the same peak.
    """

    theory: str
    readings: int
    gradient: float
    limit: float
    starts: int
    agreeing: int


@dataclass(frozen=True, slots=True)
class Trust:
    """How far to trust the forecast and the split.

    Attributes
    ----------
    remark : str or None
        Why past forecasts cannot be judged.
    theory, base : str or None
        The forecasting theory, and the rule that it is compared with.
    past : tuple of Record
    terms : tuple of TermSource
    fits : tuple of Convergence
    """

    remark: str | None
    theory: str | None = None
    base: str | None = None
    past: tuple[Record, ...] = ()
    terms: tuple[TermSource, ...] = ()
    fits: tuple[Convergence, ...] = ()


@dataclass(frozen=True, slots=True)
class Theories:
    """All that the theories add to an assessment."""

    why: Why
    trial: Trial
    expectation: Expectation
    trust: Trust
