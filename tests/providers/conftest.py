"""Small files in the layouts of the publishers, with invented figures."""

from __future__ import annotations

import pytest

NMC = """stateabb,ccode,year,milex,milper,irst,pec,tpop,upop,cinc,version
USA,2,1945,1,1,1,1,1,1,.3,2025
USA,2,2015,300,100,80,2000,320000,120000,.20,2025
RUS,365,2015,100,-9,70,1000,140000,60000,.05,2025
IND,750,2015,-9,300,90,1000,1310000,150000,.08,2025
"""
MIDB = """dispnum,stabb,ccode,stday,stmon,styear,endday,endmon,endyear,sidea,revstate,revtype1,\
revtype2,fatality,fatalpre,hiact,hostlev,orig,version
5001,PAK,770,5,8,1965,23,9,1965,1,1,1,-9,6,-9,20,5,1,5
5001,IND,750,5,8,1965,23,9,1965,0,0,-9,-9,6,-9,20,5,1,5
5002,USA,2,1,3,1999,-9,2,2000,1,1,1,-9,0,0,7,3,1,5
5002,UKG,200,1,1,2000,-9,2,2000,1,0,-9,-9,0,0,0,1,0,5
5002,IRQ,645,1,3,1999,-9,2,2000,0,0,-9,-9,-9,-9,16,4,1,5
"""
DYADIC = """disno,dyindex,statea,namea,stateb,nameb,strtday,strtmnth,strtyr,year,endday,endmnth,\
endyear,outcome,settlmnt,fatlev,highact,hihost,recip,noinit,sideaa,revstata,fatleva,highmcaa,\
hihosta,orignata,sideab,revstatb,fatlevb,highmcab,hihostb,orignatb
5001,1,770,PAK,750,IND,5,8,1965,1965,23,9,1965,5,1,6,20,5,1,1,1,1,6,20,5,1,0,0,6,18,4,1
5002,2,2,USA,645,IRQ,1,3,1999,1999,-9,2,2000,5,1,0,16,4,1,1,1,1,0,7,3,1,0,0,-9,16,4,1
5002,3,2,USA,645,IRQ,1,3,1999,2000,-9,2,2000,5,1,0,16,4,1,1,1,1,0,7,3,1,0,0,-9,16,4,1
"""
ATOP = """ddyad,year,atopally,defense,offense,neutral,nonagg,consul,stateA,stateB,version
2020,1990,1,1,0,0,0,1,2,20,5.1
20002,1990,1,1,0,0,0,1,20,2,5.1
750365,1991,1,0,0,1,1,1,750,365,5.1
365750,1991,1,0,0,0,1,1,365,750,5.1
"""
VOTES = """rcid,ccode,member,vote,Country,Countryname,year,session,importantvote,date,descr
99001,2,1,1,USA,United States of America,2021,76,0,2021-11-01,"A text, with a comma"
99001,365,1,3,RUS,Russia,2021,76,0,2021-11-01,"A text, with a comma"
99001,750,1,2,IND,India,2021,76,0,2021-11-01,"A text, with a comma"
99001,770,1,8,PAK,Pakistan,2021,76,0,2021-11-01,"A text, with a comma"
99001,260,0,9,GFR,German Federal Republic,2021,76,0,2021-11-01,"A text, with a comma"
"""
VDEM = """country_name,country_text_id,country_id,year,COWcode,v2x_polyarchy,\
v2x_polyarchy_codelow,v2x_polyarchy_codehigh,v2x_libdem
India,IND,39,2020,750,0.44,0.41,0.47,0.34
Pakistan,PAK,29,2020,770,0.35,0.32,0.38,0.25
Zanzibar,ZZB,236,2020,,0.28,0.24,0.32,0.2
"""
ACD = """conflict_id,location,side_a,side_a_id,side_a_2nd,side_b,side_b_id,side_b_2nd,\
incompatibility,territory_name,year,intensity_level,cumulative_intensity,type_of_conflict,\
start_date,gwno_a,gwno_a_2nd,gwno_b,gwno_b_2nd,gwno_loc,region,version
1,"India, Pakistan",Government of India,141,,Government of Pakistan,142,,1,Kashmir,1999,2,1,2,\
1948-01-01,750,,770,,"750, 770",3,25.1
2,Syria,Government of Syria,118,"Government of Russia, Government of Iran",IS,234,,2,,2015,1,1,4,\
2011-01-01,652,"365, 630",,,652,2,25.1
"""
TIV = """TIV of arms exports to India, 2019-2021
Generated: 1 March 2022
Figures are SIPRI Trend Indicator Values (TIVs) expressed in millions.
A '0' indicates that the value of deliveries is less than 0.5m
Source: SIPRI Arms Transfers Database

,2019,2020,2021,Total
France,500,1100,2000,3600
Russia,1500,,800,2300
United States,0,400,200,600
Total,2000,1500,3000,6500
"""
REGISTER = """Transfers of major weapons: deals with deliveries or orders made for 2015 to 2020
Note: The 'No. delivered' column is an estimate.
Source: SIPRI Arms Transfers Database

Recipient,Supplier,Year of order,,Number ordered,,Weapon designation,Weapon description,\
Number delivered,,Year(s) of delivery,status,Comments,SIPRI TIV per unit,\
SIPRI TIV for total order,SIPRI TIV of delivered weapons
India,France,2015,,6,,Radar \xe9tendu,radar,6,,2016; 2017,New,"$1 b deal, with extras",10,60,60
India,Israel,2016,,2,,Drone,UAV,0,,,New,,5,10,0
India,Israel,2017,,2,,Missile,SAM,2,,2018,New,,5,10,10
"""
ICEWS_COLUMNS = (
    "Event ID", "Event Date", "Source Name", "Source Sectors", "Source Country", "Event Text",
    "CAMEO Code", "Intensity", "Target Name", "Target Sectors", "Target Country", "Story ID",
    "Sentence Number", "Publisher", "City", "District", "Province", "Country", "Latitude",
    "Longitude",
)  # fmt: skip


def icews_row(number: int, day: str, source: str, target: str, code: str) -> str:
    """One row, with a quotation mark that is no quotation."""
    row = [""] * 20
    row[0], row[1], row[2], row[4], row[6] = str(number), day, f'"Citizen ({source})', source, code
    row[10] = target
    return "\t".join(row)


def icews_file(rows: list[str]) -> bytes:
    return "\n".join(["\t".join(ICEWS_COLUMNS), *rows, ""]).encode()


ICEWS = icews_file(
    [
        icews_row(1, "2015-03-01", "India", "Pakistan", "0841"),
        icews_row(2, "2015-03-02", "India", "Pakistan", "190"),
        icews_row(3, "2015-03-02", "India", "Pakistan", "138"),
        icews_row(4, "2015-03-09", "Pakistan", "India", "036"),
        icews_row(5, "2015-03-09", "Pakistan", "Pakistan", "036"),
        icews_row(6, "2015-03-09", "Pakistan", "NULL", "036"),
    ]
)


def gdelt_row(width: int, day: str, source: str, target: str, root: str, added: str) -> str:
    row = ["0"] * width
    row[0], row[1], row[7], row[17], row[28] = "410", day, source, target, root
    row[59 if width == 61 else 56] = added
    return "\t".join(row)


GDELT_1 = "\n".join(
    [
        gdelt_row(58, "20140105", "IND", "PAK", "04", "20140105"),
        gdelt_row(58, "20140105", "ROM", "PAK", "19", "20140105"),
        gdelt_row(58, "20130105", "IND", "PAK", "13", "20140105"),
        gdelt_row(58, "20140105", "IND", "", "13", "20140105"),
        "",
    ]
).encode()
GDELT_2 = "\n".join(
    [
        gdelt_row(61, "20200105", "USA", "CHN", "06", "20200105001500"),
        gdelt_row(61, "20200105", "CHN", "USA", "14", "20200105001500"),
        "",
    ]
).encode()
POLECAT_COLUMNS = (
    "Event ID\tEvent Date\tEvent Type\tEvent Mode\tIntensity\tQuad Code\tContexts\tActor Name\t"
    "Actor Country\tActor COW\tRecipient Name\tRecipient Country\tRecipient COW\tVersion"
)
POLECAT = "\n".join(
    [
        POLECAT_COLUMNS,
        "a1\t2020-02-03\tCONSULT\tvisit\t1\tVERBAL COOPERATION\t\tX\tIND\t750\tY\tPAK\t770\t2",
        "a2\t2020-02-03\tPROTEST\t\t-6\t\t\tX\tIND; USA\t750; 2\tY\tPAK\t770\t2",
        "a3\t2020-02-03\tASSAULT\t\t-9\tMATERIAL CONFLICT\t\tX\tNone\tNone\tY\tPAK\t770\t2",
        "",
    ]
).encode()


def ged_file() -> bytes:
    """Two countries, every month of 2019, and one event of a year that is not whole."""
    head = (
        "id,relid,year,active_year,type_of_violence,source_headline,country,country_id,"
        "date_start,date_end,best,high,low"
    )
    rows = [
        f'{month},r,2019,1,{1 if month < 12 else 3},"Blast, says ""police""",Afghanistan,700,'
        f"2019-{month:02d}-03 00:00:00.000,2019-{month:02d}-03,{month},20,0"
        for month in range(1, 13)
    ]
    rows.append("99,r,2020,1,1,Blast,Pakistan,770,2020-01-03 00:00:00.000,2020-01-03,7,9,5")
    return "\n".join([head, *rows, ""]).encode()


@pytest.fixture(scope="session")
def samples() -> dict[str, tuple[str, bytes]]:
    """File name and content by format."""
    return {
        "cow-nmc": ("NMC-70-abridged.csv", NMC.encode()),
        "cow-mid-participants": ("MIDB 5.0.csv", MIDB.encode()),
        "cow-mid-dyadic": ("dyadic_mid_4.03.csv", DYADIC.encode()),
        "atop": ("atop5_1ddyr.csv", ATOP.encode()),
        "un-votes-csv": ("UNVotes.csv", VOTES.encode()),
        "vdem": ("V-Dem-CY-Core-v15.csv", VDEM.encode()),
        "ucdp-acd": ("UcdpPrioConflict_v25_1.csv", ACD.encode()),
        "ucdp-ged": ("GEDEvent_v25_1.csv", ged_file()),
        "sipri-tiv": ("TIV-Import-IND-2019-2021.csv", TIV.encode()),
        "sipri-register": ("trade-register.csv", REGISTER.encode("latin-1")),
        "icews": ("events.2015.tab", ICEWS),
        "gdelt-1": ("20140105.export.CSV", GDELT_1),
        "gdelt-2": ("20200105001500.export.CSV", GDELT_2),
        "polecat": ("ngecEventsDV-2020.txt", POLECAT),
    }
