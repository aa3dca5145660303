"""Every parameter a theory may use, with its prior: the table the model page prints."""

from __future__ import annotations

import math

from realpolitik.theory.parameter import Parameter, Prior

DESIGN = "this model, weakly informative"
YEAR_SPEED, MONTH_SPEED = 0.46, 0.05
YEAR_PULL_SD, MONTH_PULL_SD = 0.25, 0.05
YEAR_INNOVATION, MONTH_INNOVATION = 0.3, 0.3 / 2.69  # the ratio is that of `steps`, at speed .05
SLOPE_SD = 0.5  # wider priors ran to slopes of 4 to 5 on simulated data


def _pulls(sd: float) -> list[Parameter]:
    prior = Prior("normal", 0.0, sd)
    return [
        Parameter("reciprocity", "ρ", "pull towards θ_ji", prior, (), DESIGN),
        Parameter("alliance_pull", "λ1", "pull of partners' relations with j", prior, (), DESIGN),
        Parameter("triad_pull", "λ2", "pull of structural balance", prior, (), "Heider 1946"),
    ]


def _dynamics(steps_per_year: int) -> list[Parameter]:
    yearly = steps_per_year == 1
    speed = YEAR_SPEED if yearly else MONTH_SPEED
    innovation = YEAR_INNOVATION if yearly else MONTH_INNOVATION
    return [
        Parameter(
            "speed",
            "φ_i",
            "share of the gap to the set-point closed in one step",
            Prior("logit-normal", math.log(speed / (1 - speed)), 1.0),
            ("states",),
            DESIGN,
        ),
        *_pulls(YEAR_PULL_SD if yearly else MONTH_PULL_SD),
        Parameter(
            "innovation_sd",
            "σ",
            "standard deviation of one step's disturbance",
            Prior("log-normal", math.log(innovation), 0.5),
            (),
            DESIGN,
        ),
        Parameter(
            "pair_corr",
            "c_ξ",
            "correlation of the disturbances of ij and ji",
            Prior("tanh-normal", 0.0, 0.5),
            (),
            DESIGN,
        ),
    ]


def _measurement() -> list[Parameter]:
    return [
        Parameter("level", "a_m", "level of a series", Prior("normal", 0, 1), ("series",), DESIGN),
        Parameter(
            "loading",
            "b_m",
            "loading of a series on the relation; the first is 1",
            Prior("log-normal", 0.0, 0.3),
            ("other_series",),
            DESIGN,
        ),
        Parameter(
            "series_sd",
            "σ_m",
            "standard deviation of a reading beyond its known variance",
            Prior("half-normal", 0.0, 0.5),
            ("series",),
            DESIGN,
        ),
    ]


def _stimulus() -> list[Parameter]:
    return [
        Parameter(
            "stimulus_weights",
            "β",
            "weights of the parts of the stimulus, threat first",
            Prior("normal", 0.0, 0.3),
            ("stimulus",),
            DESIGN,
        ),
        Parameter(
            "intent_slope",
            "b_int",
            "how much a target's past posture alters the threat seen in it",
            Prior("half-normal", 0.0, 1.0),
            (),
            "form: Walt 1987; prior: " + DESIGN,
        ),
        Parameter(
            "negativity",
            "χ",
            "extra weight of pressure against cooperation",
            Prior("half-normal", 0.0, 0.3),
            (),
            DESIGN,
        ),
    ]


def _filter() -> list[Parameter]:
    slope = Prior("normal", 0.0, SLOPE_SD)
    rtl = "form: Ripsman, Taliaferro and Lobell 2016; prior: " + DESIGN
    return [
        Parameter("clarity_level", "γ0", "log precision of the signal", slope, (), rtl),
        Parameter("clarity_slopes", "γ1..γ3", "effects of clarity", slope, ("clarity",), rtl),
        Parameter("gate_level", "ω0", "logit of the gate", slope, (), rtl),
        Parameter("gate_slopes", "ω1..ω5", "effects of domestic conditions", slope, ("gate",), rtl),
        Parameter("environment_level", "r0", "logit of restrictiveness", slope, (), rtl),
        Parameter(
            "environment_slopes",
            "r1, r2",
            "effects of the size of the stimulus and of imminence",
            slope,
            ("environment",),
            rtl,
        ),
    ]


def _domestic() -> list[Parameter]:
    small = Prior("normal", 0.0, 0.3)
    return [
        Parameter(
            "leader_sd",
            "τ",
            "spread of leaders' images of a target",
            Prior("half-normal", 0.0, 0.5),
            (),
            "form: Jervis 1976; prior: " + DESIGN,
        ),
        Parameter(
            "culture_weight",
            "m",
            "weight of strategic culture in a new leader's image",
            small,
            (),
            "form: Johnston 1995; prior: " + DESIGN,
        ),
        Parameter(
            "preference_weights",
            "δ",
            "weights of domestic preferences",
            small,
            ("preference",),
            DESIGN,
        ),
        Parameter(
            "main_effects",
            "η",
            "linear effects of clarity and domestic conditions",
            small,
            ("conditioners",),
            DESIGN,
        ),
        Parameter(
            "interactions",
            "ι",
            "products of stimulus parts with clarity and domestic conditions",
            small,
            ("stimulus", "conditioners"),
            DESIGN,
        ),
    ]


def parameter_table(steps_per_year: int) -> dict[str, Parameter]:
    """Return every parameter by name, with the priors of the year (1) or the month (12).

    Examples
    --------
    >>> [parameter_table(steps)["reciprocity"].prior.scale for steps in (1, 12)]
    [0.25, 0.05]
    """
    rows = [*_dynamics(steps_per_year), *_measurement(), *_stimulus(), *_filter(), *_domestic()]
    return {row.name: row for row in rows}
