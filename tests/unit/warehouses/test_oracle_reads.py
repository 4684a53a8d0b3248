"""Oracle as a warehouse: one state of the data, nothing left behind, nobody's value told.

On H2 as if it were Oracle, behind a connection that tells what was sent to it, and that a
test breaks with the driver's own errors. What only Oracle itself could show, such as
flashback, is shown as far as what is sent goes.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import oracledb
import pyarrow as pa
import pytest
import sqlalchemy as sa
from oracledb.errors import _Error

from cohort_dsl import sql
from cohort_dsl.errors import SnapshotLost, WarehouseAway, WarehouseError
from cohort_dsl.extract import cohorts
from cohort_dsl.mappings.physical import Family
from cohort_dsl.model.query import Query
from cohort_dsl.sql import Dialect, Statement
from cohort_dsl.sql.oracle import ORACLE_19, oracle
from cohort_dsl.sql.oracle_then import then
from cohort_dsl.sql.ranges import Range
from cohort_dsl.warehouses import oracle_opening
from cohort_dsl.warehouses.explaining import planned
from cohort_dsl.warehouses.oracle import NOW, ONE_STATE, READ_ONLY, OracleWarehouse
from cohort_dsl.warehouses.oracle_opening import Opened, kind_of
from cohort_dsl.warehouses.oracle_session import USUAL, Habits
from tests import h2_as_oracle
from tests.h2_as_oracle.rows import from_rows
from tests.needed import needed
from tests.spec.tables import e, p
from tests.unit.plan.test_plan_scans import a_query

CANARY = "canary-7f3a"
PATIENTS = {
    "patient_id": [2, 1, 3],
    "name": [CANARY, None, "b"],
    "smoker": [True, None, False],
    "score": [2**62, -5, None],
    "ratio": [0.5, None, -1e300],
    "born": [date(1950, 2, 28), None, date(9999, 12, 31)],
}
KINDS = {"born": pa.date32()}
TABLES = {
    "patients": pa.table({n: pa.array(v, KINDS.get(n)) for n, v in PATIENTS.items()}),
    "events": pa.table({"patient_id": [1, 2, 2], "number": [3, 4, 5]}),
}
SCHEMAS = {"patients": p.node_.schema, "events": e.node_.schema}
ALL = a_query(
    p.exists_for_patient(),
    **{name: getattr(p, name) for name in PATIENTS if name != "patient_id"},
    many=e.count_for_patient(),
)
EXPECTED = [
    {"patient_id": 1, "name": None, "smoker": None, "score": -5, "ratio": None}
    | {"born": None, "many": 1},
    {"patient_id": 2, "name": CANARY, "smoker": True, "score": 2**62, "ratio": 0.5}
    | {"born": date(1950, 2, 28), "many": 2},
    {"patient_id": 3, "name": "b", "smoker": False, "score": None, "ratio": -1e300}
    | {"born": date(9999, 12, 31), "many": 0},
]


def an_error(code: int, words: str = f"it quotes {CANARY}") -> oracledb.Error:
    """As the driver raises what the server says."""
    told: Any = _Error(f"ORA-{code:05}: {words}", code=code)
    raised: oracledb.Error = told.exc_type(told)
    return raised


@dataclass
class Told:
    """A connection that notes what is sent. ``breaks``: part of a statement, and what is
    raised then; ``fetches``: what is raised once some rows have been fetched."""

    inner: Any
    sent: list[str] = field(default_factory=list)
    breaks: dict[str, Exception] = field(default_factory=dict)
    fetches: Exception | None = None
    gone: bool = False
    version: str = "19.3.0.0.0"

    def cursor(self) -> _Cursor:
        return _Cursor(self)

    def commit(self) -> None:
        self.inner.commit()
        self.sent.append("COMMIT")

    def rollback(self) -> None:
        if self.gone:
            raise an_error(1012)
        self.inner.rollback()
        self.sent.append("ROLLBACK")

    def close(self) -> None:
        self.sent.append("CLOSE")


class _Cursor:
    def __init__(self, told: Told) -> None:
        self._told, self._inner = told, told.inner.cursor()
        self.rowcount, self.fetched = -1, 0

    def execute(self, text: str, values: Any = None) -> None:
        self._told.sent.append(text)
        for part, error in self._told.breaks.items():
            if part in text:
                raise error
        self._inner.execute(text, values)
        self.rowcount = self._inner.rowcount

    def fetchmany(self) -> list[Any]:
        if self._told.fetches is not None and self.fetched:
            self._told.gone = True
            raise self._told.fetches
        self.fetched += 1
        self._inner.arraysize = self.arraysize
        found: list[Any] = self._inner.fetchmany()
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def __enter__(self) -> _Cursor:
        return self

    def __exit__(self, *error: object) -> None:
        self._inner.close()


@pytest.fixture(scope="module")
def h2() -> Iterator[Any]:
    with needed(h2_as_oracle.NoH2Error):
        connection = h2_as_oracle.connect()
    yield connection
    connection.close()


@pytest.fixture
def held(h2: Any) -> Iterator[OracleWarehouse]:
    with from_rows(h2, TABLES, SCHEMAS) as warehouse:
        yield warehouse


Making = Callable[..., tuple[OracleWarehouse, Told]]


@pytest.fixture
def made(h2: Any, held: OracleWarehouse) -> Making:
    def making(
        dialect: Any = ORACLE_19, habits: Habits = USUAL, **said: Any
    ) -> tuple[OracleWarehouse, Told]:
        told = Told(h2, **said)
        return OracleWarehouse(told, held.catalog, dialect, habits), told

    return making


def listed(warehouse: OracleWarehouse, query: Query = ALL) -> list[dict[str, Any]]:
    with warehouse.ask(query) as answer:
        return [row for batch in answer.reveal() for row in batch.to_pylist()]


def everything_told(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error) + str(error.__dict__)


def test_values_have_their_real_types(made: Making) -> None:
    warehouse, _ = made()
    assert listed(warehouse) == EXPECTED


def test_tables_are_made_before_the_transaction_and_dropped_after_it(
    made: Making,
) -> None:
    warehouse, told = made()
    listed(warehouse)
    heads = [text.split("(")[0].split('"')[0].strip() for text in told.sent]
    making, dropping = "CREATE PRIVATE TEMPORARY TABLE", "DROP TABLE"
    tables = heads.count(making)
    assert tables > 1
    assert heads[: tables + 2] == [making] * tables + ["COMMIT", ONE_STATE]
    assert heads[-tables - 1 :] == ["ROLLBACK"] + [dropping] * tables
    assert making not in heads[tables:]


def test_tables_of_everybody_have_the_sessions_own_names_and_go_afterwards(
    made: Making,
) -> None:
    warehouse, told = made(oracle((12, 2), "ab12"))
    assert listed(warehouse) == EXPECTED
    names = [t.split('"')[1] for t in told.sent if t.startswith("CREATE GLOBAL")]
    assert names
    assert {name[:8] for name in names} == {"SR$AB12_"}
    assert [t.split('"')[1] for t in told.sent if t.startswith("DROP")] == names


def test_without_any_right_to_make_tables_it_is_one_read_only_statement(
    made: Making,
) -> None:
    warehouse, told = made(ORACLE_19.in_one_statement())
    assert listed(warehouse) == EXPECTED
    assert [text.split()[0] for text in told.sent] == ["COMMIT", "SET", "WITH", "ROLLBACK"]
    assert READ_ONLY in told.sent


def swept(told: Told) -> None:
    """H2 didn't really lose its session, whose tables would go with it."""
    told.inner.rollback()
    with told.inner.cursor() as cursor:
        for text in told.sent:
            if text.startswith("CREATE"):
                name = text.split('"')[1]
                cursor.execute(f'DROP TABLE IF EXISTS "{name}"')


@pytest.mark.parametrize(
    ("code", "kind", "problem"),
    [
        (28, WarehouseAway, "somebody ended our session (ORA-00028)"),
        (3113, WarehouseAway, "the connection was lost (ORA-03113)"),
        (1555, SnapshotLost, "is no longer kept (ORA-01555)"),
        (1652, WarehouseError, "no room left in a tablespace (ORA-01652)"),
        (1722, WarehouseError, "Oracle refused (ORA-01722)"),
    ],
)
def test_what_breaks_in_the_middle_of_an_answer_is_told_and_nothing_half_is_kept(
    made: Making, tmp_path: Path, code: int, kind: type, problem: str
) -> None:
    warehouse, told = made(habits=Habits(rows_at_once=1), fetches=an_error(code))
    with pytest.raises(WarehouseError) as caught:
        cohorts(ALL, warehouse, tmp_path / "cohort.parquet")
    assert problem in caught.value.problem
    assert type(caught.value) is kind
    assert CANARY not in everything_told(caught.value)
    assert list(tmp_path.iterdir()) == []
    swept(told)


@pytest.mark.parametrize(
    ("part", "code", "problem"),
    [
        ("CREATE PRIVATE", 1031, "may not read a table that the mapping names"),
        ("SET TRANSACTION", 3113, "the connection was lost"),
        ("INSERT", 1652, "no room left"),
        ('"patients"', 942, "may not read a table that the mapping names"),
    ],
)
def test_what_is_refused_before_an_answer_is_told_without_its_words(
    made: Making, part: str, code: int, problem: str
) -> None:
    warehouse, told = made(breaks={part: an_error(code)})
    with pytest.raises(WarehouseError, match=problem) as caught:
        listed(warehouse)
    assert CANARY not in everything_told(caught.value) + repr(warehouse)
    assert "ROLLBACK" in told.sent


def test_what_a_question_takes_is_told_and_nothing_is_left(made: Making) -> None:
    warehouse, told = made()
    tried = warehouse.explain(ALL, iter(range(1_000)).__next__)
    assert [took.rows for took in tried.took if not took.fills] == [3]
    assert {took.estimated for took in tried.took} == {None}
    assert any(text.startswith("DROP") for text in told.sent)


def test_an_answer_that_nobody_reads_to_its_end_leaves_nothing(made: Making) -> None:
    warehouse, told = made(habits=Habits(rows_at_once=1))
    with warehouse.ask(ALL) as answer:
        next(answer.reveal())
    assert told.sent[-1].startswith("DROP")
    assert listed(warehouse) == EXPECTED


@pytest.mark.parametrize("many", [1_000, 1_001, 5_000])
@pytest.mark.parametrize("dialect", [ORACLE_19, ORACLE_19.in_one_statement()])
def test_no_list_of_a_statement_is_longer_than_oracle_takes(
    held: OracleWarehouse, dialect: Dialect, many: int
) -> None:
    """A longer list is rows to join, or several short ones where no table may be made."""
    query = a_query(p.name.is_in([f"n{n}" for n in range(many)]), name=p.name)
    script = sql.script(planned(query, dialect, held.catalog), dialect, held.catalog)
    texts = [one.text for one in script.statements() if isinstance(one, Statement)]
    lists = [one.count("CAST(:") for text in texts for one in text.split(" IN (")[1:]]
    joined = many > 1_000 and not dialect.one_statement
    assert max(lists) == (0 if joined else 1_000)
    assert any("IN (SELECT" in text for text in texts) is joined


# Columns as Arrow --------------------------------------------------------------


class Arrow(Told):
    """Gives columns as the driver does: of the types that were asked for, and no other."""

    def fetch_df_batches(
        self, text: str, values: Any, size: int, requested_schema: pa.Schema
    ) -> Iterator[Any]:
        self.asked = requested_schema
        with self.inner.cursor() as cursor:
            cursor.execute(text, values)
            rows = cursor.fetchall()
        names = requested_schema.names
        columns = [
            pa.array([_plain(row[n]) for row in rows], requested_schema.field(n).type)
            for n in range(len(names))
        ]
        table = pa.Table.from_arrays(columns, schema=requested_schema)
        for start in range(0, max(1, len(rows)), size):
            yield oracledb.DataFrame._from_arrow(table.slice(start, size))


def _plain(value: Any) -> Any:
    return value.date() if hasattr(value, "date") else value


def test_columns_come_as_arrow_where_the_driver_has_it(
    h2: Any, held: OracleWarehouse
) -> None:
    told = Arrow(h2)
    warehouse = OracleWarehouse(told, held.catalog, habits=Habits(rows_at_once=2))
    with warehouse.ask(ALL) as answer:
        batches = list(answer.reveal())
    assert [len(batch) for batch in batches] == [2, 1]
    assert [row for batch in batches for row in batch.to_pylist()] == EXPECTED
    assert told.asked.field("smoker").type == pa.int8()
    assert batches[0].schema.field("smoker").type == pa.bool_()


def test_a_question_with_a_float_in_it_comes_as_rows(
    h2: Any, held: OracleWarehouse
) -> None:
    """The driver would bind it as a decimal number, which another float may equal."""
    warehouse = OracleWarehouse(Arrow(h2), held.catalog)
    query = a_query(p.name.is_not_null(), more=p.ratio + 0.25)
    found = [(row["patient_id"], row["more"]) for row in listed(warehouse, query)]
    assert found == [(2, 0.75), (3, -1e300)]
    assert not hasattr(warehouse._connection, "asked")


# Flashback ---------------------------------------------------------------------


def with_people(warehouse: OracleWarehouse) -> OracleWarehouse:
    table = sa.table("patients", sa.column("patient_id"), schema="HOSPITAL")
    people = sa.select(table.c.patient_id).subquery("people")
    warehouse.catalog = replace(warehouse.catalog, people=people)
    return warehouse


def test_only_an_account_that_may_look_back_goes_in_pieces(made: Making) -> None:
    able, _ = made(habits=Habits(flashback=True))
    assert able.resumable(ALL) is None, "nobody says who is a patient"
    assert with_people(able).resumable(ALL) is not None
    assert with_people(made()[0]).resumable(ALL) is None


class Scripted(Told):
    """Answers what H2 can't be asked."""

    def cursor(self) -> Any:
        told = self

        class Cursor(_Cursor):
            def execute(self, text: str, values: Any = None) -> None:
                told.sent.append(text)
                self.rows = [("4711",)] if text == NOW else [(1,), (3,)]

            def fetchall(self) -> list[Any]:
                return self.rows

        return Cursor(self)


def test_a_state_is_known_by_its_change_number_and_read_by_it(
    h2: Any, held: OracleWarehouse
) -> None:
    told = Scripted(h2)
    warehouse = with_people(OracleWarehouse(told, held.catalog, habits=Habits(1, True, 2)))
    able = warehouse.resumable(ALL)
    assert able is not None
    assert able.moment() == "4711"
    assert able.starts("4711") == (1, 3)
    assert "patients AS OF SCN 4711" in told.sent[-2].replace('"', "")
    part = able.within(Range(1, 3), "4711")
    asked: Any = part.dialect.renderer()
    assert asked.moment == 4711


def test_only_the_databases_own_tables_are_read_as_they_were() -> None:
    past = then(ORACLE_19, "4711")
    own = sa.table("facts", sa.column("x"), schema="HOSPITAL").alias("f")
    temporary = sa.table("ORA$PTT_step", sa.column("x"))
    rows = sa.select(own.c.x).join(temporary, own.c.x == temporary.c.x)
    text = str(rows.compile(dialect=past.renderer())).replace('"', "")
    assert "HOSPITAL.facts AS OF SCN 4711 f" in text
    assert "ORA$PTT_step AS OF" not in text
    assert "AS OF" not in str(rows.compile(dialect=ORACLE_19.renderer()))
    with pytest.raises(ValueError, match="invalid literal"):
        then(ORACLE_19, "1; DROP TABLE x")


# What is there -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "precision", "scale", "family"),
    [
        ("NUMBER", 18, 0, Family.WHOLE),
        ("NUMBER", 38, 0, Family.WHOLE),
        ("NUMBER", None, 0, Family.WHOLE),
        ("NUMBER", 5, -2, Family.WHOLE),
        ("NUMBER", 18, 5, Family.NUMBER),
        ("NUMBER", None, None, Family.NUMBER),
        ("FLOAT", 126, None, Family.NUMBER),
        ("BINARY_DOUBLE", None, None, Family.NUMBER),
        ("VARCHAR2", None, None, Family.TEXT),
        ("NCHAR", None, None, Family.TEXT),
        ("DATE", None, None, Family.TIME),
        ("TIMESTAMP(6)", None, 6, Family.TIME),
        ("TIMESTAMP(6) WITH TIME ZONE", None, 6, Family.MOMENT),
        ("CLOB", None, None, Family.OTHER),
        ("RAW", None, None, Family.OTHER),
    ],
)
def test_the_types_of_columns_are_known(
    kind: str, precision: int | None, scale: int | None, family: Family
) -> None:
    from cohort_dsl.mappings import physical

    assert physical.family(kind_of(kind, precision, scale)) is family


class Listing(Told):
    """What the dictionary lists. ``rows``: for parts of statements."""

    rows: dict[str, list[Any]]

    def cursor(self) -> Any:
        told = self

        class Cursor(_Cursor):
            def execute(self, text: str, values: Any = None) -> None:
                told.sent.append(text)
                for part, error in told.breaks.items():
                    if part in text:
                        raise error
                self.found = next((r for p, r in told.rows.items() if p in text), [])

            def fetchall(self) -> list[Any]:
                return self.found

        return Cursor(self)


def an_opened(h2: Any, tables: str = "private", **said: Any) -> Opened:
    listing = Listing(h2, **said)
    listing.rows = {
        "all_tab_columns": [
            ("EHOP", "FACTS", "PATIENT_NUM", "NUMBER", 38, 0, "N"),
            ("EHOP", "FACTS", "START_DATE", "DATE", None, None, "Y"),
        ],
        "user_tables": [("SR$AB12_hits",), ("SR$CD34_hits",)],
    }
    return Opened(listing, "Oracle at db", tables, Habits())


def test_a_database_has_the_tables_that_may_be_read(h2: Any) -> None:
    found = oracle_opening.physical(an_opened(h2)).table("ehop.facts")
    assert found.path == ("EHOP", "FACTS")
    assert found.column("patient_num").family is Family.WHOLE
    assert not found.column("patient_num").nullable
    assert found.column("start_date").nullable
    broken = an_opened(h2, breaks={"all_tab": an_error(1031)})
    with pytest.raises(WarehouseError, match="ORA-01031") as caught:
        oracle_opening.physical(broken)
    assert CANARY not in everything_told(caught.value)


def test_tables_that_killed_sessions_left_are_dropped_but_those_in_use(h2: Any) -> None:
    made = an_opened(h2, "global", breaks={"SR$AB12": an_error(14452)})
    oracle_opening.drop_left(made.connection)
    dropped = [text for text in made.connection.sent if text.startswith("DROP")]
    assert dropped == ['DROP TABLE "SR$AB12_hits"', 'DROP TABLE "SR$CD34_hits"']
    made.connection.breaks = {"user_tables": an_error(942)}
    oracle_opening.drop_left(made.connection)


@pytest.mark.parametrize(
    ("version", "tables", "alone", "begins"),
    [
        ("19.3.0.0.0", "private", False, "ORA$PTT_"),
        ("23.4.0.24.5", "private", False, "ORA$PTT_"),
        ("19.3.0.0.0", "global", False, "SR$"),
        ("12.2.0.1.0", "global", False, "SR$"),
        ("12.2.0.1.0", "", True, ""),
    ],
)
def test_how_it_is_asked_follows_from_its_version_and_the_sites_word(
    h2: Any, held: OracleWarehouse, version: str, tables: str, alone: bool, begins: str
) -> None:
    made = an_opened(h2, tables, version=version)
    dialect = ORACLE_19.in_one_statement() if alone else ORACLE_19
    asked = oracle_opening.warehouse(made, held.catalog, dialect).dialect
    assert asked.one_statement is alone
    if begins:
        assert asked.temporary.named("hits").startswith(begins)


def given(**said: Any) -> dict[str, Any]:
    return {"host": "db", "database": "x", "user": "u", "passfile": "/p", **said}


@pytest.mark.parametrize(
    ("version", "tables", "problem"),
    [
        ("12.1.0.2.0", "global", "is Oracle 12.1.0.2.0, older than 12.2"),
        ("12.2.0.1.0", "private", "private temporary tables came with Oracle 18c"),
    ],
)
def test_a_server_that_cannot_do_what_the_settings_say_is_refused(
    h2: Any, monkeypatch: pytest.MonkeyPatch, version: str, tables: str, problem: str
) -> None:
    made = an_opened(h2, tables, version=version)
    monkeypatch.setattr(oracle_opening, "connect", lambda said: made.connection)
    with pytest.raises(WarehouseError, match=problem):
        oracle_opening.opened(given(tables=tables))
    assert made.connection.sent == ["CLOSE"]


def test_an_opened_server_has_its_sites_habits(
    h2: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = an_opened(h2, "global")
    monkeypatch.setattr(oracle_opening, "connect", lambda said: made.connection)
    said = given(tables="global", rows_at_once=5, flashback=True, patients_at_once=7)
    found = oracle_opening.opened(said)
    assert found.habits == Habits(5, True, 7)
    assert found.where == "Oracle at db:1521/x"
    assert any("user_tables" in text for text in made.connection.sent)
    found.close()
