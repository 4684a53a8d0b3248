"""PostgreSQL as a warehouse: read-only, leaving nothing, and silent about people."""

from __future__ import annotations

import functools
import traceback
from collections.abc import Iterator
from typing import Any

import psycopg
import pyarrow as pa
import pytest

from cohort_dsl import create_dataset, warehouses
from cohort_dsl.errors import WarehouseAway, WarehouseError
from cohort_dsl.language.dataset import Dataset, query_of
from cohort_dsl.mappings.physical import Family, LackingError
from cohort_dsl.sql import Catalog, Dialect, Statement
from cohort_dsl.sql.catalog import plain
from cohort_dsl.sql.postgresql import POSTGRESQL
from cohort_dsl.tables.contract import diagnoses
from cohort_dsl.warehouses import copied
from cohort_dsl.warehouses import postgresql as engine
from cohort_dsl.warehouses.postgresql import PostgreSQLWarehouse, connect, physical
from tests.a_postgres import Server
from tests.an_omop import LACKS, on_server
from tests.spec.tables import e, p
from tests.unit.plan.test_plan_scans import a_query

CANARY = "canary-7f3a"
SCHEMAS = {"patients": p.node_.schema, "events": e.node_.schema}
CATALOG = Catalog({name: plain(schema) for name, schema in SCHEMAS.items()})


@pytest.fixture(scope="module")
def owner(postgres: Server) -> Iterator[psycopg.Connection[Any]]:
    """Who may do anything, in a schema of people's tables."""
    with postgres.connect() as connection:
        connection.execute("CREATE ROLE reader LOGIN")
        connection.execute(
            "CREATE SCHEMA hospital; GRANT USAGE ON SCHEMA hospital TO reader;"
            "CREATE TABLE hospital.patients (patient_id bigint, born date, seen date, "
            "score bigint, other bigint, ratio float8, second float8, smoker bool, "
            "drinker bool, name text, part text, code text);"
            "CREATE TABLE hospital.events (patient_id bigint, date date, code text, "
            "number bigint, second bigint, value float8, ok bool, text text);"
            "CREATE TABLE hospital.secret (patient_id bigint);"
            "CREATE MATERIALIZED VIEW hospital.ages AS SELECT patient_id, born, "
            "1::numeric(5, 2) AS share FROM hospital.patients;"
            "ALTER ROLE reader SET search_path = hospital;"
            "GRANT SELECT ON hospital.patients, hospital.events, hospital.ages TO reader;"
            "INSERT INTO hospital.patients (patient_id, name, part) "
            f"SELECT n, '{CANARY}', repeat('x', 2000) "
            "FROM generate_series(2500, 1, -1) AS n;"
            "INSERT INTO hospital.events (patient_id, number) SELECT n % 2500 + 1, n "
            "FROM generate_series(1, 10000) AS n"
        )
        yield connection
        connection.execute("DROP SCHEMA hospital CASCADE; DROP ROLE reader")


@pytest.fixture
def session(
    postgres: Server, owner: psycopg.Connection[Any]
) -> Iterator[engine.Connection]:
    with connect(postgres.settings("reader")) as connection:
        yield connection


def counted(owner: psycopg.Connection[Any]) -> Any:
    """All tables, wherever they are, and the rows of people's."""
    return owner.execute(
        "SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM hospital.patients)"
    ).fetchall()


NAMES = a_query(p.name.is_not_null(), name=p.name, n=e.number.sum_for_patient())


def test_an_answer_is_sorted_and_comes_in_batches_of_bounded_size(
    session: engine.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "CELLS", 3_000)
    with PostgreSQLWarehouse(session, CATALOG).ask(NAMES) as rows:
        assert repr(rows) == "<rows of 3 columns>"
        batches = list(rows.reveal())
    assert [batch.num_rows for batch in batches] == [1000, 1000, 500]
    held = pa.Table.from_batches(batches, rows.schema)
    assert held.column("patient_id").to_pylist() == list(range(1, 2501))
    assert held.schema.types == [pa.int64(), pa.string(), pa.int64()]


def test_rows_stay_with_the_server_until_they_are_wanted(
    session: engine.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "CELLS", 30)
    with PostgreSQLWarehouse(session, CATALOG).ask(NAMES) as rows:
        held = rows.reveal()
        assert next(held).num_rows == 10
        assert session.info.transaction_status.name == "ACTIVE"
    assert session.info.transaction_status.name == "IDLE"


def test_nothing_is_left_behind_even_by_a_question_that_breaks_off(
    session: engine.Connection, owner: psycopg.Connection[Any]
) -> None:
    before = counted(owner)
    warehouse = PostgreSQLWarehouse(session, CATALOG)
    with warehouse.ask(NAMES) as rows:
        next(rows.reveal())
    with pytest.raises(ZeroDivisionError), warehouse.ask(NAMES):
        raise ZeroDivisionError
    assert counted(owner) == before
    with warehouse.ask(NAMES) as rows:
        assert sum(batch.num_rows for batch in rows.reveal()) == 2500


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO hospital.patients (patient_id) VALUES (1)",
        "DELETE FROM hospital.patients",
        "DROP TABLE hospital.patients",
        "CREATE TABLE hospital.other (x integer)",
        "CREATE TEMPORARY TABLE other (x integer)",
        "COPY hospital.patients FROM '/etc/hostname'",
        "SET TRANSACTION READ WRITE",
        "SELECT nextval('hospital.numbers')",
    ],
)
def test_while_a_question_is_answered_nothing_can_be_written(
    postgres: Server, owner: psycopg.Connection[Any], statement: str
) -> None:
    """Not even by the owner of it all."""
    owner.execute("CREATE SEQUENCE IF NOT EXISTS hospital.numbers")
    with connect(postgres.settings()) as session:
        session.execute("SET search_path = hospital")
        before = counted(owner)
        with (
            pytest.raises(WarehouseError, match=r"ReadOnlySqlTransaction|ActiveSqlTrans"),
            PostgreSQLWarehouse(session, CATALOG).ask(NAMES),
        ):
            session.execute(statement)
        assert counted(owner) == before


def test_outside_of_questions_a_session_is_read_only_too(
    postgres: Server, owner: psycopg.Connection[Any]
) -> None:
    with (
        connect(postgres.settings()) as session,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
    ):
        session.execute("CREATE TEMPORARY TABLE other (x integer)")


def test_a_question_sees_one_state_of_the_data(
    session: engine.Connection, owner: psycopg.Connection[Any]
) -> None:
    with PostgreSQLWarehouse(session, CATALOG).ask(NAMES) as rows:
        owner.execute("UPDATE hospital.patients SET name = 'new' WHERE patient_id = 1")
        [batch] = rows.reveal()
        assert batch.column("name")[0].as_py() == CANARY
        again = session.execute("SELECT name FROM patients WHERE patient_id = 1")
        assert again.fetchone() == (CANARY,)
    owner.execute("UPDATE hospital.patients SET name = %s", [CANARY])


def test_large_temporary_tables_are_known_to_the_planner(
    session: engine.Connection, owner: psycopg.Connection[Any]
) -> None:
    known = "SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND reltuples >= 2500"
    with PostgreSQLWarehouse(session, CATALOG).ask(NAMES):
        assert session.execute(known).fetchone() != (0,)


def everything_told(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error) + str(error.__dict__)


def test_what_the_server_says_of_a_value_is_not_told(session: engine.Connection) -> None:
    warehouse = PostgreSQLWarehouse(session, CATALOG)
    with pytest.raises(WarehouseError) as refused:
        warehouse.run(Statement("SELECT CAST(name AS INTEGER) FROM patients"))
    assert CANARY not in everything_told(refused.value) + repr(warehouse)
    assert "PostgreSQL refused (InvalidTextRepresentation)" in str(refused.value)


def test_an_error_while_rows_stream_is_told_without_values(
    session: engine.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*values: Any) -> Any:
        raise pa.ArrowInvalid(f"could not convert {CANARY}")

    with PostgreSQLWarehouse(session, CATALOG).ask(NAMES) as rows:
        monkeypatch.setattr(copied, "_columns", broken)
        with pytest.raises(WarehouseError) as refused:
            next(rows.reveal())
    assert CANARY not in everything_told(refused.value)


def test_a_lost_connection_is_told(
    session: engine.Connection, owner: psycopg.Connection[Any], monkeypatch: Any
) -> None:
    monkeypatch.setattr(engine, "CELLS", 30)
    more_than_a_socket_holds = a_query(p.name.is_not_null(), part=p.part)
    asked = PostgreSQLWarehouse(session, CATALOG).ask(more_than_a_socket_holds)
    held = asked.__enter__().reveal()
    next(held)
    owner.execute("SELECT pg_terminate_backend(%s)", [session.info.backend_pid])
    with pytest.raises(WarehouseAway, match=r"connection was lost|somebody ended") as lost:
        list(held)
    assert not asked.__exit__(WarehouseError, lost.value, None)


def test_a_statement_that_takes_too_long_is_ended(
    postgres: Server, owner: psycopg.Connection[Any]
) -> None:
    with (
        connect(postgres.settings("reader"), statement_timeout=1) as session,
        pytest.raises(WarehouseError, match="QueryCanceled"),
    ):
        PostgreSQLWarehouse(session, CATALOG).run(Statement("SELECT pg_sleep(30)"))


def test_a_database_has_the_tables_that_may_be_read(session: engine.Connection) -> None:
    found = physical(session)
    assert {table.path for table in found.tables} == {
        ("hospital", "patients"),
        ("hospital", "events"),
        ("hospital", "ages"),
    }
    ages = found.table("ages")
    assert [ages.column(name).family for name in ("patient_id", "born", "share")] == [
        Family.WHOLE,
        Family.DATE,
        Family.DECIMAL,
    ]
    assert found.table("patients").column("ratio").family is Family.NUMBER
    assert found.table("patients").column("name").family is Family.TEXT


def test_rows_to_try_are_gone_afterwards(
    postgres: Server, owner: psycopg.Connection[Any]
) -> None:
    before = counted(owner)
    tables = {"patients": pa.table({"patient_id": ["b", "a"], "name": ["x", "y"]})}
    made = functools.partial(engine.from_rows, owner)
    query = a_query(p.name.is_not_null(), name=p.name)
    with made(tables, SCHEMAS) as warehouse, warehouse.ask(query) as rows:
        held = [row for batch in rows.reveal() for row in batch.to_pylist()]
    assert held == [{"patient_id": "a", "name": "y"}, {"patient_id": "b", "name": "x"}]
    assert counted(owner) == before


def test_a_table_without_rights_is_told_from_one_that_is_not_there(
    session: engine.Connection,
) -> None:
    found = engine.physical(session)
    with pytest.raises(LackingError, match="this account may not read the table secret"):
        found.table("secret")
    with pytest.raises(LackingError, match="the database has no table nowhere"):
        found.table("nowhere")


def test_a_table_of_which_some_rows_are_kept_from_us_does_not_say_who_opposed(
    session: engine.Connection, owner: psycopg.Connection[Any]
) -> None:
    """Else those who opposed in the other rows would be seen."""
    engine.physical(session).demand_whole("patients")
    owner.execute("ALTER TABLE hospital.patients ENABLE ROW LEVEL SECURITY")
    try:
        with pytest.raises(LackingError, match="only some rows of the table patients"):
            engine.physical(session).demand_whole("patients")
    finally:
        owner.execute("ALTER TABLE hospital.patients DISABLE ROW LEVEL SECURITY")


def test_a_column_without_rights_is_told_from_one_that_is_not_there(
    session: engine.Connection, owner: psycopg.Connection[Any]
) -> None:
    owner.execute("GRANT SELECT (patient_id) ON hospital.secret TO reader")
    owner.execute("ALTER TABLE hospital.secret ADD COLUMN name text")
    found = engine.physical(session).table("secret")
    assert list(found.columns) == ["patient_id"]
    with pytest.raises(LackingError, match=r"may not read secret.NAME \(grant") as told:
        found.column("NAME")
    assert told.value.forbidden
    with pytest.raises(LackingError, match=r"no column nam \(it has") as other:
        engine.physical(session).table("patients").column("nam")
    assert not other.value.forbidden


def test_what_is_there_and_forbidden_is_never_to_be_declared_empty(
    postgres: Server,
) -> None:
    """Else nobody would notice that it isn't asked any more."""
    with on_server(postgres, {}) as given, postgres.connect(given["database"]) as owner:
        owner.execute("CREATE ROLE half_a_reader LOGIN")
        owner.execute("GRANT SELECT ON person TO half_a_reader")
        try:
            told = {**given, "user": "half_a_reader", "mapping": "omop"}
            with warehouses.open({**told, "empty_tables": list(LACKS)}) as warehouse:
                sentences = [
                    line
                    for line in warehouse.check().lines()
                    if "condition_occurrence" in line
                ]
                with pytest.raises(WarehouseError) as error:
                    warehouse.bound.demand(query_of(diagnosed()))
        finally:
            owner.execute("DROP OWNED BY half_a_reader; DROP ROLE half_a_reader")
    assert "may not read the table condition_occurrence (grant SELECT" in sentences[0]
    assert "empty_tables" not in sentences[0] + error.value.remedy


def diagnosed() -> Dataset:
    dataset = create_dataset()
    dataset.define_population(diagnoses.exists_for_patient())
    return dataset


@pytest.mark.parametrize("dialect", [POSTGRESQL, POSTGRESQL.in_one_statement()])
def test_variables_whose_names_begin_alike_are_two_however_long(
    session: engine.Connection, dialect: Dialect
) -> None:
    one, two = (f"{'a' * 70}_{number}" for number in (1, 2))
    query = a_query(p.name.is_not_null(), **{one: p.name, two: p.part.is_null()})
    with PostgreSQLWarehouse(session, CATALOG, dialect).ask(query) as rows:
        batch = next(rows.reveal())
    assert batch.schema.names == ["patient_id", one, two]
    assert (batch[one][0].as_py(), batch[two][0].as_py()) == (CANARY, False)
