"""Words and deeds: what is said against what is done, and the balance of give and take."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from realpolitik.measures.asking import asked_dyads, with_last_year
from realpolitik.measures.event_scale import log_ratio
from realpolitik.measures.tidy import cube, dyad_rows, members, present, yearly, years_of
from realpolitik.measures.weighting import NORMAL_90
from realpolitik.panel import Panel

Array = NDArray[np.float64]

SOURCES = {"icews_year": "", "gdelt_events": "gdelt_", "polecat": "polecat_"}
"""Event sources and the prefix of their columns; those not held give no rows."""
UNIT = "log odds"


def verbal_material(verbal: Array, material: Array) -> tuple[Array, Array]:
    """Log ratio of verbal to material events and its variance.

    y = log((v + 1/2) / (m + 1/2)), var = 1 / (v + 1/2) + 1 / (m + 1/2): the ratio of two Poisson
    counts. Above zero: more words than deeds.

    Parameters
    ----------
    verbal, material : ndarray
        Counts; NaN where not known.

    Returns
    -------
    reading, variance : ndarray
        NaN where a count is missing or there is no event.

    References
    ----------
    Haldane (1956), Annals of Human Genetics 20, 309-311.

    Examples
    --------
    >>> float(verbal_material(np.array(4.0), np.array(4.0))[0])
    0.0
    """
    return log_ratio(verbal, material)


def give_and_take(cooperation: Array, conflict: Array) -> tuple[Array, Array]:
    """Tone that a source gives less the tone it gets, and the variance of the difference.

    g_ij = y_ij - y_ji, y = log((n+ + 1/2) / (n- + 1/2)); variances add. Above zero: the source is
    friendlier than it is treated. Reciprocity is g near zero. [The difference is our own reading of
    the reciprocity studied with such counts.]

    Parameters
    ----------
    cooperation, conflict : ndarray (T, N, N)
        Counts, source by target.

    Returns
    -------
    balance, variance : ndarray (T, N, N)

    References
    ----------
    Goldstein & Freeman (1990), Three-Way Street: Strategic Reciprocity in World Politics.
    """
    reading, variance = log_ratio(cooperation, conflict)
    other = reading.transpose(0, 2, 1), variance.transpose(0, 2, 1)
    return reading - other[0], variance + other[1]


def share_of_deeds(verbal: Array, material: Array) -> Array:
    """Share of material events among all: m / (m + v); NaN without events."""
    total = verbal + material
    blank = np.full(np.shape(total), np.nan)
    return np.asarray(np.divide(material, total, out=blank, where=total > 0))


def measure(panel: Panel, states: Sequence[str] = ()) -> pl.DataFrame:
    """Words against deeds of each source towards each target, and give and take.

    `words_cooperation` and `words_conflict`: log ratio of verbal to material events of that sign;
    `words`: of both signs; `deeds` is the share of material events. `give_and_take`: tone given
    less tone got; `give_and_take_deeds`: the same from material events alone. The bounds are the
    90% interval of Poisson counts. Counts are news: they grow with coverage, which the ratios hold
    constant, and miss what is not reported. Embedded counts run from 2002 to 2014; those of other
    sources appear once their files are added, and are never joined to these.

    Parameters
    ----------
    panel : Panel
    states : sequence of str
        One state: towards all others; more: dyads among them; none: all.

    Returns
    -------
    pl.DataFrame
        `step`, `source`, `target`, `index`, `value`, `lower`, `upper`, `events`, `deeds`,
        `interval`, `unit`, `provider`, `last_year`.
    """
    members(panel, states)
    everyone, years = members(panel, ()), years_of(panel)
    there = present(panel.states, years, everyone)
    where = asked_dyads(states, everyone) & there[:, :, None] & there[:, None, :]
    frames = []
    for provider, counts in read_counts(panel, years, everyone).items():
        frames += _source_rows(counts, where, years, everyone, provider)
    if not frames:
        return pl.DataFrame(schema=SCHEMA)
    rows = pl.concat(frames).sort("source", "target", "provider", "index", "step")
    return with_last_year(rows, "source", "target", "index", "provider")


SCHEMA = {
    "step": pl.Int64,
    **dict.fromkeys(("source", "target", "index"), pl.String),
    **dict.fromkeys(("value", "lower", "upper", "events", "deeds"), pl.Float64),
    **dict.fromkeys(("interval", "unit", "provider"), pl.String),
    "last_year": pl.Int64,
}
KINDS = ("verbal_cooperation", "material_cooperation", "verbal_conflict", "material_conflict")


def read_counts(panel: Panel, years: Sequence[int], everyone: Sequence[str]) -> dict[str, Array]:
    """Read the counts of each event source held: ndarray (4, T, N, N), in the order of `KINDS`."""
    dyads = yearly(panel)
    return {
        provider: np.stack([cube(dyads, prefix + kind, years, everyone) for kind in KINDS])
        for provider, prefix in SOURCES.items()
        if all(prefix + kind in dyads.columns for kind in KINDS)
    }


def _source_rows(
    counts: Array,
    where: NDArray[np.bool_],
    years: Sequence[int],
    everyone: Sequence[str],
    provider: str,
) -> list[pl.DataFrame]:
    said_well, done_well, said_ill, done_ill = counts
    found = {
        "words_cooperation": (*verbal_material(said_well, done_well), said_well, done_well),
        "words_conflict": (*verbal_material(said_ill, done_ill), said_ill, done_ill),
        "words": (
            *verbal_material(said_well + said_ill, done_well + done_ill),
            said_well + said_ill,
            done_well + done_ill,
        ),
        "give_and_take": (
            *give_and_take(said_well + done_well, said_ill + done_ill),
            said_well + said_ill,
            done_well + done_ill,
        ),
        "give_and_take_deeds": (
            *give_and_take(done_well, done_ill),
            np.zeros_like(done_well),
            done_well + done_ill,
        ),
    }
    seen = where & ~np.isnan(counts).any(axis=0)
    frames = []
    for name, (value, variance, said, done) in found.items():
        half = NORMAL_90 * np.sqrt(variance)
        numbers = {
            "value": value,
            "lower": value - half,
            "upper": value + half,
            "events": said + done,
            "deeds": share_of_deeds(said, done),
        }
        facts = {"index": name, "interval": "90%", "unit": UNIT, "provider": provider}
        frames.append(dyad_rows(seen, years, everyone, numbers, **facts))
    return frames
