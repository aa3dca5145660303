"""The same expressions as SQL for BigQuery and Spark, compiled and parsed, not run."""

from __future__ import annotations

import pytest

from realpolitik import events
from realpolitik.events import queries

ibis = pytest.importorskip("ibis")
sqlglot = pytest.importorskip("sqlglot")


def gdelt_table() -> object:
    columns = {
        "GLOBALEVENTID": "int64", "SQLDATE": "int64", "Actor1CountryCode": "string",
        "Actor2CountryCode": "string", "EventRootCode": "string", "EventCode": "string",
        **{f"Actor{side}Type{n}Code": "string" for side in (1, 2) for n in (1, 2, 3)},
    }  # fmt: skip
    return ibis.table(columns, name="events")


@pytest.mark.parametrize("step", ["month", "year"])
def test_the_tally_as_sql_for_bigquery(step: queries.Step) -> None:
    rows = events.gdelt_rows(gdelt_table())
    tally = queries.tally(queries.marked(rows, events.gdelt(61), step, ["state", "government"]))
    sql = ibis.to_sql(tally, dialect="bigquery")
    tree = sqlglot.parse_one(sql, dialect="bigquery")
    assert {table.name for table in tree.find_all(sqlglot.exp.Table)} > {"events"}
    assert [join.side for join in tree.find_all(sqlglot.exp.Join)] == ["LEFT"] * 3
    assert "SQLDATE" in {column.name for column in tree.find_all(sqlglot.exp.Column)}
    assert tree.find(sqlglot.exp.Group) is not None
    assert "AS STRING" in sql


def test_the_columns_of_the_query_do_not_depend_on_the_engine() -> None:
    rows = events.gdelt_rows(gdelt_table())
    tally = queries.tally(queries.marked(rows, events.gdelt(61), "month"))
    names = {}
    for dialect in ("duckdb", "bigquery"):
        tree = sqlglot.parse_one(ibis.to_sql(tally, dialect=dialect), dialect=dialect)
        names[dialect] = tree.named_selects
    assert names["duckdb"] == names["bigquery"] == list(tally.columns)
