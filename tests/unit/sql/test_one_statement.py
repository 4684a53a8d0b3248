"""Where we may make no table, each question is one statement, with all it needs in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from cohort_dsl import create_dataset, sql, testing
from cohort_dsl.errors import WarehouseError
from cohort_dsl.model.types import BOOL, DATE, FLOAT, INT, STR, Scalar, ValueType
from cohort_dsl.sql import Catalog, Dialect, Script, Statement, written
from cohort_dsl.sql.catalog import plain
from cohort_dsl.sql.duckdb import DUCKDB
from cohort_dsl.sql.postgresql import POSTGRESQL
from cohort_dsl.sql.statements import render
from cohort_dsl.sql.terms import Terms
from cohort_dsl.sql.within import Within, hinted, kept, named
from cohort_dsl.warehouses import duckdb, postgresql, settings
from cohort_dsl.warehouses.explaining import planned
from cohort_dsl.warehouses.postgresql import PostgreSQLWarehouse, connect
from tests.a_postgres import Server
from tests.spec.tables import e, p
from tests.unit.plan.test_plan_scans import a_query

CODES = [str(10_000_000 + number) for number in range(10_000)]


def as_script(question: Any, dialect: Dialect) -> Script:
    catalog = Catalog({one.name: plain(one) for one in question.tables()})
    alone = dialect.in_one_statement()
    return sql.script(planned(question, alone, catalog), alone, catalog)


@pytest.mark.parametrize("dialect", [DUCKDB, POSTGRESQL], ids=lambda one: str(one.name))
def test_nothing_is_made_before_the_question(dialect: Dialect) -> None:
    many = e.where(e.code.is_in(CODES)).number.sum_for_patient()
    script = as_script(a_query(p.exists_for_patient(), n=many), dialect)
    assert script.preparations == ()
    assert script.question.text.startswith("WITH ")
    assert "TEMP" not in script.question.text.upper()


def test_an_event_table_s_statement_has_only_what_it_needs() -> None:
    dataset = create_dataset()
    dataset.define_population(p.exists_for_patient())
    dataset.n = e.where(e.code.is_in(CODES)).number.sum_for_patient()
    dataset.add_event_table("all", day=e.date)
    script = as_script(testing.query_of(dataset), DUCKDB)
    assert len(script.question.parameters) > 20
    assert script.event_tables["all"].parameters == ()


def test_what_is_too_large_for_one_statement_is_refused() -> None:
    small = replace(DUCKDB, within=Within(parameters=10))
    asked = a_query(p.exists_for_patient(), n=p.code.is_in(CODES))
    with pytest.raises(WarehouseError, match=r"takes \d+ constants, and one .* for 10"):
        as_script(asked, small)
    short = replace(DUCKDB, within=Within(steps=1))
    with pytest.raises(WarehouseError, match=r"takes \d+ steps, and one .* for 1"):
        as_script(asked, short)


# Constants ---------------------------------------------------------------------

ODD: list[tuple[Scalar | None, ...]] = [
    ("", 0, 0.1, date(2024, 2, 29), True),
    (" a ", -1, -1e300, date(1, 1, 1), False),
    ("V|", 2**63 - 1, 1 / 3, date(9999, 12, 31), None),
    (None, None, None, None, None),
    ("é" * 300, 1, 5e-324, None, True),
    ("\U0001f600 wide", 2, 1.0, None, True),
    ("x" * 5_000, 3, 2.0, None, True),
    ("it's 100% $1 :x \\ \n", 4, -0.0, None, True),
]
KINDS: dict[str, ValueType] = {"s": STR, "i": INT, "f": FLOAT, "d": DATE, "b": BOOL}


def read_by_duckdb(asked: Statement) -> list[Any]:
    with duckdb.from_rows({}, {}) as warehouse:
        return warehouse.run(asked)


@pytest.fixture
def engines(postgres: Server) -> Iterator[dict[str, Callable[[Statement], Any]]]:
    with postgres.connect() as connection:
        server = PostgreSQLWarehouse(connection, Catalog({}))
        yield {"duckdb": read_by_duckdb, "postgresql": server.run}


@pytest.mark.parametrize("many", [0, 3, 50, 3_000])
def test_constants_come_back_as_they_are(many: int, request: pytest.FixtureRequest) -> None:
    rows = [
        (f"code {n}", n, n / 7, date(2000 + n % 99, 1, 1), n % 2 == 0) for n in range(many)
    ]
    given = [*ODD, *rows] if many else []
    read = request.getfixturevalue("engines")
    for dialect in (DUCKDB, POSTGRESQL):
        asked = render(written.rows(KINDS, given, Terms(dialect, {})), dialect)
        assert sorted(map(repr, read[dialect.name](asked))) == sorted(map(repr, given))
        assert len(asked.parameters) < 400


def test_columns_without_any_value_may_be_packed() -> None:
    kinds = {"a": STR, "b": INT, "c": DATE, "d": FLOAT}
    given = [(f"code {n}", None, None, None) for n in range(100)]
    asked = render(written.rows(kinds, given, Terms(DUCKDB, {})), DUCKDB)
    assert sorted(read_by_duckdb(asked)) == sorted(given)


def test_a_kept_step_is_said_as_the_engine_wants_it() -> None:
    rows = sa.select(sa.literal_column("1").label("a"))
    every = sa.union_all(rows, rows)
    told = [
        str(sa.select(sa.table("t", sa.column("a"))).add_cte(keep(one, "t")))
        for keep in (named, kept, hinted)
        for one in (rows, every)
    ]
    assert "MATERIALIZED" not in told[0] + told[1]
    assert "AS MATERIALIZED" in told[2]
    assert "AS MATERIALIZED" in told[3]
    assert "(SELECT /*+ MATERIALIZE */ 1 AS a)" in told[4]
    assert "(SELECT /*+ MATERIALIZE */ every.a AS a \nFROM (SELECT" in told[5]


# A site ------------------------------------------------------------------------


def test_a_site_says_that_no_table_may_be_made() -> None:
    given = {"engine": "postgresql", "mapping": "omop"}
    assert not settings.read(given).dialect.one_statement
    alone = settings.read({**given, "one_statement": True}).dialect
    assert alone == POSTGRESQL.in_one_statement()
    with pytest.raises(WarehouseError, match="one_statement isn't yes or no"):
        settings.read({**given, "one_statement": "yes"})


@pytest.fixture
def reader(postgres: Server) -> Iterator[postgresql.Connection]:
    """Somebody who may read, and make nothing, not even a temporary table."""
    with postgres.database() as name, postgres.connect(name) as owner:
        owner.execute(
            f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC; CREATE ROLE looker LOGIN;"
            "CREATE TABLE events (patient_id bigint, number bigint);"
            "GRANT SELECT ON events TO looker;"
            "INSERT INTO events SELECT n % 3 + 1, n FROM generate_series(1, 9) AS n"
        )
        with connect(postgres.settings("looker", name)) as connection:
            yield connection
        owner.execute("DROP OWNED BY looker; DROP ROLE looker")


def test_a_warehouse_answers_whoever_may_only_read_it(
    reader: postgresql.Connection,
) -> None:
    asked = a_query(e.exists_for_patient(), n=e.number.sum_for_patient())
    catalog = Catalog({"events": plain(e.node_.schema)})
    alone = PostgreSQLWarehouse(reader, catalog, POSTGRESQL.in_one_statement())
    with alone.ask(asked) as answer:
        found = [row for batch in answer.reveal() for row in batch.to_pylist()]
    assert [row["n"] for row in found] == [3 + 6 + 9, 1 + 4 + 7, 2 + 5 + 8]
    with pytest.raises(WarehouseError), PostgreSQLWarehouse(reader, catalog).ask(asked):
        pass
    assert reader.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
