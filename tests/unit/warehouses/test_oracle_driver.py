"""The real driver, logged in: what a warehouse asks, reads, and is told in the middle.

The server is a socket of ours that speaks the driver's protocol (``an_oracle_server``); it
reads no SQL, so nothing here says what Oracle would answer.
"""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from cohort_dsl.disclosure import Rounding
from cohort_dsl.errors import LoginRefused, SnapshotLost, WarehouseAway, WarehouseError
from cohort_dsl.extract import extract
from cohort_dsl.load import question_of
from cohort_dsl.model.query import Query
from cohort_dsl.sql import Catalog, Statement
from cohort_dsl.sql.catalog import plain
from cohort_dsl.sql.oracle import ORACLE_19
from cohort_dsl.tables.contract import patients
from cohort_dsl.warehouses import oracle_opening
from cohort_dsl.warehouses.oracle import OracleWarehouse
from cohort_dsl.warehouses.oracle_connecting import connect
from job_runner.definitions.extraction import WarehouseSource
from tests.a_tns_listener import listening
from tests.an_oracle_server import Break, Columns, Rows, Server, closes, is_silent, says
from tests.spec.tables import p
from tests.unit.plan.test_plan_scans import a_query

CANARY = "canary-7f3a"
CATALOG = Catalog({"patients": plain(p.node_.schema)})
ASKED = a_query(
    p.name.is_not_null(),
    name=p.name,
    born=p.born,
    score=p.score,
    ratio=p.ratio,
    smoker=p.smoker,
)
COLUMNS = (
    ("patient_id", "number"),
    ("name", "text"),
    ("born", "date"),
    ("score", "number"),
    ("ratio", "float"),
    ("smoker", "number"),
)
ROWS = (
    (1, CANARY, date(1950, 2, 28), 2**62, 0.5, 1),
    (2, None, None, None, None, None),
    (3, "é", date(9999, 12, 31), -(10**18), -1e300, 0),
)


def answers(statement: str) -> tuple[Columns, Rows]:
    return COLUMNS, ROWS


@pytest.fixture
def passfile(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(CANARY)
    path.chmod(0o600)
    return path


@contextlib.contextmanager
def opened(
    server: Server, passfile: Path, *, alone: bool = True, **said: Any
) -> Iterator[OracleWarehouse]:
    with listening(server) as port:
        given = {"host": "127.0.0.1", "port": port, "database": "x", "user": "u"}
        given |= {"passfile": str(passfile), "tables": "private", **said}
        made = oracle_opening.opened(given)
        dialect = ORACLE_19.in_one_statement() if alone else ORACLE_19
        try:
            yield oracle_opening.warehouse(made, CATALOG, dialect)
        finally:
            made.close()


def listed(warehouse: OracleWarehouse, query: Query = ASKED) -> list[tuple[Any, ...]]:
    with warehouse.ask(query) as answer:
        return [
            tuple(row.values()) for batch in answer.reveal() for row in batch.to_pylist()
        ]


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("rows_at_once", [1, 2, 100])
def test_values_have_their_real_types_however_many_come_at_once(
    passfile: Path, first: int, rows_at_once: int
) -> None:
    server = Server(CANARY, answers, first)
    with opened(server, passfile, rows_at_once=rows_at_once) as warehouse:
        found = listed(warehouse)
    smokers = {1: True, 0: False, None: None}
    assert found == [(*row[:-1], smokers[row[-1]]) for row in ROWS]


def test_a_session_is_told_how_to_compare_before_anything_is_asked(passfile: Path) -> None:
    server = Server(CANARY, answers)
    with opened(server, passfile) as warehouse:
        listed(warehouse)
    assert [text.split(" NLS")[0] for text in server.heard[:2]] == [
        "ALTER SESSION SET",
        "SET TRANSACTION READ ONLY",
    ]
    assert "NLS_COMP = BINARY" in server.heard[0]
    assert server.heard[2].startswith("WITH")


def test_tables_are_filled_with_long_lists_before_the_question(passfile: Path) -> None:
    codes = [f"{CANARY}{n}" for n in range(3_000)]
    query = a_query(p.name.is_in(codes), name=p.name, born=p.born)
    server = Server(CANARY, lambda statement: (COLUMNS[:3], [row[:3] for row in ROWS]))
    with opened(server, passfile, alone=False) as warehouse:
        assert len(listed(warehouse, query)) == 3
    heads = [text.split(" (")[0].split('"')[0] for text in server.heard]
    made = [n for n, head in enumerate(heads) if head.startswith("CREATE PRIVATE")]
    state = heads.index("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
    filled = [n for n, head in enumerate(heads) if head.startswith("INSERT")]
    dropped = [n for n, head in enumerate(heads) if head.startswith("DROP")]
    assert made[-1] < state < filled[0] < filled[-1] < heads.index("SELECT ") < dropped[0]
    assert len(made) == len(dropped)


def test_a_float_goes_as_the_double_that_it_is(passfile: Path) -> None:
    server = Server(CANARY, lambda statement: ((("x", "float"),), ((0.1,),)))
    with opened(server, passfile) as warehouse:
        found = warehouse.run(Statement("SELECT :1 FROM t WHERE d = :2", (0.1, 3)))
    assert found == [(0.1,)]


BREAKS: list[tuple[Break, type[WarehouseError], str]] = [
    (says(28, f"ORA-00028: {CANARY}"), WarehouseAway, "ended our session (ORA-00028)"),
    (says(3113, "ORA-03113: x"), WarehouseAway, "connection was lost (ORA-03113)"),
    (says(1555, f"ORA-01555: {CANARY}"), SnapshotLost, "no longer kept (ORA-01555)"),
    (says(1652, f"ORA-01652: {CANARY}"), WarehouseError, "no room left"),
    (says(1722, f"ORA-01722: {CANARY}"), WarehouseError, "refused (ORA-01722)"),
    (closes, WarehouseAway, "connection was lost (DPY-4011)"),
    (is_silent, WarehouseAway, "longer than statement_timeout, and nobody stopped it"),
]


@pytest.mark.parametrize(("breaks", "kind", "problem"), BREAKS)
def test_what_comes_in_the_middle_of_an_answer_is_told_and_nothing_half_is_kept(
    passfile: Path,
    tmp_path: Path,
    breaks: Break,
    kind: type[WarehouseError],
    problem: str,
) -> None:
    server, target = Server(CANARY, answers, 1, breaks), tmp_path / "out" / "c.parquet"
    target.parent.mkdir()
    with (
        opened(server, passfile, rows_at_once=1, statement_timeout=1) as warehouse,
        pytest.raises(WarehouseError) as caught,
    ):
        extract(ASKED, warehouse, target)
    told = "".join(traceback.format_exception(caught.value)) + str(caught.value.__dict__)
    assert problem in caught.value.problem
    assert isinstance(caught.value, kind)
    assert CANARY not in told
    assert list(target.parent.iterdir()) == []


def test_a_wrong_password_is_told_by_the_server_that_cannot_be_greeted(
    passfile: Path,
) -> None:
    """Who doesn't know the password isn't the server that we wanted, either."""
    with listening(Server("another", answers)) as port:
        given = {"host": "127.0.0.1", "port": port, "database": "x", "user": "u"}
        with pytest.raises(WarehouseError) as caught:
            connect({**given, "passfile": str(passfile), "tables": "private"})
    assert not isinstance(caught.value, LoginRefused)


# A site's extraction, to its end ---------------------------------------------------

PERSON = ("PERSON_ID", "GENDER_CONCEPT_ID", "YEAR_OF_BIRTH", "MONTH_OF_BIRTH")
PERSON += ("DAY_OF_BIRTH", "GENDER_SOURCE_VALUE")
LISTING = (("o", "text"), ("t", "text"), ("c", "text"), ("k", "text"))
LISTING += (("p", "number"), ("s", "number"), ("n", "text"))
ALL_COLUMNS = tuple(
    ("EDS", "PERSON", name, "NUMBER", 18, 0, "N")
    if name != "GENDER_SOURCE_VALUE"
    else ("EDS", "PERSON", name, "VARCHAR2", None, None, "Y")
    for name in PERSON
)


class Site:
    """A warehouse of six people, two in a piece. ``lost``: in which askings of a piece the
    connection is, from 0 on."""

    def __init__(self, *lost: int) -> None:
        self.lost, self.pieces = lost, 0
        self.server = Server(CANARY, self.answers)

    def answers(self, statement: str) -> tuple[Columns, Rows]:
        self.server.breaks = None
        if "all_tab_columns" in statement:
            return LISTING, ALL_COLUMNS
        if "GET_SYSTEM_CHANGE_NUMBER" in statement:
            return (("scn", "text"),), (("4711",),)
        if '"place"' in statement and "ROW_NUMBER" in statement.upper():
            return (("patient_id", "number"),), ((1,), (3,), (5,))
        return self.piece(statement)

    def piece(self, statement: str) -> tuple[Columns, Rows]:
        if self.pieces in self.lost:
            self.server.breaks = closes
        whole = self.pieces - sum(lost < self.pieces for lost in self.lost)
        self.pieces += 1
        people = ((2 * whole + n, "male") for n in (1, 2))
        return (("patient_id", "number"), ("sex", "text")), tuple(people)


def a_question() -> Query:
    from cohort_dsl import create_dataset

    dataset = create_dataset()
    dataset.define_population(patients.exists_for_patient())
    dataset.sex = patients.sex
    found = question_of(dataset)
    assert isinstance(found, Query)
    return found


Produce = Callable[[], None]


def producing(port: int, passfile: Path, target: Path) -> Produce:
    settings = {
        "engine": "oracle",
        "host": "127.0.0.1",
        "port": port,
        "database": "eds",
        "user": "reader",
        "passfile": str(passfile),
        "mapping": "omop",
        "tables": "private",
        "flashback": True,
        "patients_at_once": 2,
        "empty_tables": [],
    }
    source = WarehouseSource(settings, Rounding("default", 10, 5))
    return lambda: source.produce(a_question(), target)


def test_an_extraction_that_is_lost_twice_goes_on_by_flashback_to_its_end(
    passfile: Path, tmp_path: Path
) -> None:
    """The first connection brings a piece before it is lost, so a second one follows by
    itself; that brings none, so whoever runs the job decides when to ask again."""
    site, target = Site(1, 2), tmp_path / "out" / "cohort.parquet"
    target.parent.mkdir()
    with listening(site.server) as port:
        produce = producing(port, passfile, target)
        with pytest.raises(WarehouseAway):
            produce()
        assert [path.name for path in target.parent.iterdir()] == [".cohort.parquet.pieces"]
        produce()
    found = pq.read_table(target).to_pydict()
    assert found["patient_id"] == [1, 2, 3, 4, 5, 6]
    assert site.pieces == 5
    assert list(target.parent.iterdir()) == [target]
    read = [text for text in site.server.heard if '"PERSON"' in text]
    assert len(read) > 5
    assert all('"PERSON" AS OF SCN 4711' in text for text in read)
    moments = [text for text in site.server.heard if "SYSTEM_CHANGE" in text]
    assert len(moments) == 1
