"""What the panel is compiled from: files, conversions, and what an absent row means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from realpolitik.providers import (
    aiddata,
    atop,
    commerce,
    cow,
    economy,
    events,
    gsdb,
    icb,
    mie,
    military,
    nuclear,
    regimes,
    rivalries,
    sipri,
    ties,
    ucdp,
    un,
    unhcr,
    us_aid,
)


@dataclass(frozen=True, slots=True)
class Absent:
    """Where an absent row has a meaning, and which.

    Attributes
    ----------
    value : int
        What it means: 0, nothing happened, unless the source has another word for it.
    sources : tuple of str or None
        Only for these sources; None for all.
    listed : bool
        Only for states that occur in the converted rows.
    first : int or None
        First year, where it is later than the provider's.
    """

    value: int = 0
    sources: tuple[str, ...] | None = None
    listed: bool = False
    first: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One conversion of the build.

    Attributes
    ----------
    provider : str
        Row of `providers.csv`; its years bound every value, also those of absent rows.
    table : {"state_year", "dyad_year", "dyad_month", "arms"}
    columns : tuple of str
    files : tuple of str
        Reference files, in the order in which the conversion takes them.
    codes : tuple of str
        Crosswalks, in the order in which the conversion takes them, after the files.
    convert : callable
    absent : Absent or None
        None where an absent row is unknown.
    """

    provider: str
    table: str
    columns: tuple[str, ...]
    files: tuple[str, ...]
    codes: tuple[str, ...]
    convert: Callable[..., pl.DataFrame]
    absent: Absent | None = None


NOTHING = Absent()
NO_CONTACT = Absent(value=6)
SHARES = tuple(f"{name}_share" for name in cow.COMPONENTS)
ICEWS_MONTHLY = ("icews/icews_conflict_dyad_month_1991_2013",)
GDELT = ("gdelt/gdelt_dyad_month_score_2018_2024",)
UN_FILES = ("unvotes/un_votes", "unvotes/un_roll_calls")
UN_BRIDGES = ("idealpoints/resolution_matches", "unvotes/un_roll_calls")
IDEAL = ("idealpoints/idealpoints_jul2025",)

STATE_SOURCES = (
    Source(
        "cow_nmc",
        "state_year",
        ("cinc", *SHARES),
        ("cow/cow_nmc",),
        ("cow",),
        cow.capabilities,
    ),
    Source(
        "worldbank",
        "state_year",
        ("gdp", "population"),
        ("worldbank/wdi_gdp", "worldbank/wdi_population"),
        ("iso3",),
        economy.world_bank,
    ),
    Source(
        "poldat",
        "state_year",
        ("gdp_real",),
        ("poldat/static_world",),
        ("gw",),
        economy.poldat,
    ),
    Source(
        "vdem",
        "state_year",
        ("polyarchy", "polyarchy_low", "polyarchy_high"),
        ("vdem/vdem_simple_v15",),
        ("cow",),
        regimes.polyarchy,
    ),
    Source(
        "un_ideal",
        "state_year",
        ("ideal_point", "ideal_point_sd"),
        IDEAL,
        ("cow",),
        un.ideal_points,
    ),
    Source(
        "leaders",
        "state_year",
        ("leader", "leader_changes"),
        ("leaders/archigos", "reign/leaderlist_2021_3"),
        ("gw", "cow"),
        regimes.leaders,
    ),
    Source(
        "ucdp_battle_deaths",
        "state_year",
        ("battle_deaths",),
        ("ucdp/battle_deaths_country_year",),
        ("gw",),
        ucdp.battle_deaths,
    ),
    Source(
        "ucdp_acd",
        "state_year",
        ("conflict_intensity",),
        ("ucdp/ucdp_acd_25_1_by_state",),
        ("gw",),
        ucdp.conflict,
        NOTHING,
    ),
    Source(
        "unhcr",
        "state_year",
        ("refugees_from", "refugees_in"),
        ("unhcr/population",),
        ("iso3",),
        unhcr.refugee_totals,
    ),
    Source(
        "warheads",
        "state_year",
        ("warheads",),
        ("nuclear/warhead_stockpiles",),
        ("names",),
        nuclear.warheads,
        NOTHING,
    ),
    Source(
        "cow_igo",
        "state_year",
        ("igo_memberships",),
        ("cow/cow_igo_sy",),
        ("cow",),
        cow.organisations,
    ),
    Source(
        "cow_trade",
        "state_year",
        ("trade_total",),
        ("cow/cow_trade_sy",),
        ("cow",),
        cow.trade_totals,
    ),
)

DYAD_SOURCES = (
    Source(
        "un_votes",
        "dyad_year",
        ("un_agreement", "un_shared_votes"),
        UN_FILES,
        ("iso2",),
        un.agreement_table,
    ),
    Source("un_ideal", "dyad_year", ("ideal_distance",), IDEAL, ("cow",), un.ideal_distances),
    Source(
        "atop",
        "dyad_year",
        atop.PLEDGES,
        ("atop/atop_directed_dyad_year",),
        ("cow",),
        atop.pledges,
        NOTHING,
    ),
    Source(
        "cow_mid",
        "dyad_year",
        ("mid_hostility", "mid_onsets"),
        ("cow/cow_mid_dirdisps",),
        ("cow",),
        cow.disputes,
        NOTHING,
    ),
    Source("mie", "dyad_year", ("mie_actions",), ("mie/mie_1_0",), ("cow",), mie.actions, NOTHING),
    Source("icb", "dyad_year", ("icb_crisis",), ("icb/icb2v13",), ("cow",), icb.crises, NOTHING),
    Source("cow_war", "dyad_year", ("war",), ("cow/cow_war_inter",), ("cow",), cow.wars, NOTHING),
    Source(
        "tss",
        "dyad_year",
        ("rivalry",),
        ("rivalries/tss_rivalries_2021",),
        ("cow",),
        rivalries.rivalries,
        NOTHING,
    ),
    Source(
        "cow_contiguity",
        "dyad_year",
        ("contiguity",),
        ("cow/cow_contdird_dyad_year",),
        ("cow",),
        cow.contiguity,
        NO_CONTACT,
    ),
    Source(
        "cepii", "dyad_year", ("distance",), ("cepii/dist_cepii",), ("iso3",), economy.distances
    ),
    Source(
        "cow_trade",
        "dyad_year",
        ("imports", "exports"),
        ("cow/cow_trade_ddy",),
        ("cow",),
        cow.trade,
    ),
    Source(
        "imf_dots",
        "dyad_year",
        ("us_trade_goods",),
        ("imf_dots/imf_dots_us",),
        ("names",),
        commerce.us_trade,
    ),
    Source(
        "cow_igo",
        "dyad_year",
        ("shared_igos",),
        ("cow/cow_igo_ndy",),
        ("cow",),
        cow.shared_organisations,
    ),
    Source(
        "us_aid",
        "dyad_year",
        ("us_aid",),
        ("us_aid/us_foreign_aid_country",),
        ("iso3", "names"),
        us_aid.aid,
        Absent(sources=("USA",)),
    ),
    Source(
        "aiddata_gcof",
        "dyad_year",
        ("china_finance",),
        ("aiddata/gcof_v1_projects",),
        ("iso3",),
        aiddata.projects,
    ),
    Source(
        "aiddata_gcdf",
        "dyad_year",
        ("china_finance_recent",),
        ("aiddata/gcdf3_country_year_cow",),
        ("cow",),
        aiddata.yearly,
    ),
    Source(
        "gsdb",
        "dyad_year",
        ("sanctions", "sanction_kinds"),
        ("gsdb/gsdb_v4",),
        ("names",),
        gsdb.sanctions,
        NOTHING,
    ),
    Source(
        "ties",
        "dyad_year",
        ("sanction_threats",),
        ("ties/ties_v4_1",),
        ("cow",),
        ties.threats,
        NOTHING,
    ),
    Source(
        "troopdata",
        "dyad_year",
        ("troops", "troops_estimated"),
        ("troopdata/us_troops_country_year",),
        ("cow",),
        military.troops,
    ),
    Source(
        "mme",
        "dyad_year",
        ("exercises",),
        ("exercises/mme_long",),
        ("gw",),
        military.exercises,
        NOTHING,
    ),
    Source(
        "ceias",
        "dyad_year",
        ("leader_visits",),
        ("visits/chinese_leader_travel_1949_2020",),
        ("names",),
        military.visits,
        Absent(sources=("CHN",)),
    ),
    Source(
        "icews_year",
        "dyad_year",
        tuple(events.CLASSES.values()),
        ("icews/netify_icews_dyad_year_2002_2014",),
        ("iso3",),
        events.icews_years,
    ),
    Source(
        "icews_month",
        "dyad_year",
        ("verbal_conflict_full", "material_conflict_full"),
        ICEWS_MONTHLY,
        ("letters",),
        events.icews_sums,
        Absent(listed=True, first=events.DENSE_FROM),
    ),
    Source(
        "gdelt_score",
        "dyad_year",
        ("gdelt_score", "gdelt_days"),
        GDELT,
        ("iso3",),
        events.gdelt_years,
    ),
    Source("unhcr", "dyad_year", ("refugees",), ("unhcr/population",), ("iso3",), unhcr.refugees),
    Source(
        "desta",
        "dyad_year",
        ("trade_agreements",),
        ("desta/desta_treaty_members",),
        ("numeric", "names"),
        commerce.trade_agreements,
        NOTHING,
    ),
)

MONTH_SOURCES = (
    Source(
        "icews_month",
        "dyad_month",
        ("verbal_conflict_month", "material_conflict_month"),
        ICEWS_MONTHLY,
        ("letters",),
        events.icews_months,
        Absent(listed=True),
    ),
    Source(
        "gdelt_score",
        "dyad_month",
        ("gdelt_score_month",),
        GDELT,
        ("iso3",),
        events.gdelt_months,
    ),
)

ARMS_SOURCE = Source(
    "sipri",
    "arms",
    ("arms",),
    ("sipri/tiv_dyadic_south_asian_recipients_1950_2021",),
    ("cow",),
    sipri.arms,
)

SOURCES = (*STATE_SOURCES, *DYAD_SOURCES, *MONTH_SOURCES, ARMS_SOURCE)


def input_files() -> tuple[str, ...]:
    """Every reference file the build reads, sorted."""
    named = {name for source in SOURCES for name in source.files} | {*UN_FILES, *UN_BRIDGES}
    return tuple(sorted(f"{name}.parquet" for name in named))
