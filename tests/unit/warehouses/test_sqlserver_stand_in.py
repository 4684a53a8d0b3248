"""SQL Server's executor, on a stand-in for its driver: what it sends and makes of rows.

No real server was ever asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pymssql
import pytest

from cohort_dsl import create_measures, months, testing
from cohort_dsl.errors import LoginRefused, WarehouseAway, WarehouseError
from cohort_dsl.language.intervals import INTERVAL
from cohort_dsl.mappings.physical import Family
from cohort_dsl.sql import Catalog, Statement
from cohort_dsl.sql.catalog import plain
from cohort_dsl.warehouses.engines import ENGINES
from cohort_dsl.warehouses.sqlserver import SESSION, SQLServerWarehouse
from tests.spec.tables import e, p
from tests.unit.plan.test_plan_scans import a_query

CANARY = "canary-7f3a"
SCHEMAS = {"patients": p.node_.schema, "events": e.node_.schema}
CATALOG = Catalog({name: plain(schema) for name, schema in SCHEMAS.items()})


class StandIn:
    """A connection, and its cursor. ``rows``: of each SELECT in turn."""

    def __init__(self, *rows: Sequence[Any], error: Exception | None = None) -> None:
        self.rows, self.error = list(rows), error
        self.sent: list[str] = []
        self.given: list[Any] = []
        self.now: list[Any] = []
        self.rowcount, self.closed = 7, False

    def cursor(self) -> StandIn:
        return self

    def __enter__(self) -> StandIn:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def execute(self, text: str, parameters: Any = None) -> None:
        self.sent.append(text)
        self.given.append(parameters)
        if text.lstrip().startswith("SELECT"):
            if self.error:
                raise self.error
            self.now = list(self.rows.pop(0))

    def fetchmany(self, size: int) -> list[Any]:
        some, self.now = self.now[:size], self.now[size:]
        return some

    def fetchall(self) -> list[Any]:
        return self.fetchmany(len(self.now))

    def close(self) -> None:
        self.closed = True


QUERY = a_query(p.born.is_before("1999-12-31"), smoker=p.smoker, ratio=p.ratio / 0.5)


def test_an_answer_comes_in_its_types_and_its_transaction_is_rolled_back() -> None:
    server = StandIn([(1, 1, 0.5), (2, 0, None), (3, None, 2.0)])
    with SQLServerWarehouse(server, CATALOG) as warehouse, warehouse.ask(QUERY) as rows:
        assert repr(rows) == "<rows of 3 columns>"
        held = pa.Table.from_batches(rows.reveal(), rows.schema)
    assert held.to_pylist() == [
        {"patient_id": 1, "smoker": True, "ratio": 0.5},
        {"patient_id": 2, "smoker": False, "ratio": None},
        {"patient_id": 3, "smoker": None, "ratio": 2.0},
    ]
    assert server.sent[0] == "BEGIN TRANSACTION"
    assert server.sent[-1] == "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION"
    assert server.closed


def test_dates_and_floats_are_told_as_texts_of_no_language() -> None:
    server = StandIn([])
    with SQLServerWarehouse(server, CATALOG).ask(QUERY) as rows:
        list(rows.reveal())
    given = [value for values in server.given if values for value in values]
    assert "19991231" in given
    assert "0.5" in given


def test_long_lists_are_put_into_a_table_a_thousand_rows_at_a_time() -> None:
    codes = [str(10_000_000 + n) for n in range(1_001)]
    server = StandIn([])
    asked = a_query(e.where(e.code.is_in(codes)).exists_for_patient(), name=p.name)
    with SQLServerWarehouse(server, CATALOG).ask(asked) as rows:
        list(rows.reveal())
    inserted = [text for text in server.sent if " VALUES " in text]
    assert [text.count("(%s)") for text in inserted] == [1_000, 1]
    assert all(text.startswith("INSERT INTO [#") for text in inserted)


def test_measures_are_counted() -> None:
    measures = create_measures()
    asked = e.where(e.date.is_during(INTERVAL)).exists_for_patient()
    times = months(1).starting_on("2024-01-01")
    measures.define_measure("seen", asked, p.exists_for_patient(), intervals=times)
    server = StandIn([(0, 1, 3, 0, 3, 0), (0, 1, 0, 9, 0, 9)])
    counted = SQLServerWarehouse(server, CATALOG).measure(testing.measures_of(measures))
    [row] = [row for batch in counted.reveal() for row in batch.to_pylist()]
    assert (row["numerator"], row["denominator"]) == (3, 9)


def test_what_it_takes_is_told_without_what_is_estimated() -> None:
    server = StandIn([(1, 1, 0.5)])
    ticks = iter(range(1_000))
    tried = SQLServerWarehouse(server, CATALOG).explain(QUERY, lambda: float(next(ticks)))
    assert tried.took[-1].rows == 1
    assert {one.estimated for one in tried.took} == {None}
    assert {one.rows for one in tried.took[:-1]} <= {0, 7}


def test_what_the_server_says_of_a_value_is_not_told() -> None:
    server = StandIn(error=pymssql.OperationalError(f"could not convert {CANARY}"))
    warehouse = SQLServerWarehouse(server, CATALOG)
    with pytest.raises(WarehouseError) as refused:
        warehouse.run(Statement("SELECT 1 %% 2"))
    assert CANARY not in str(refused.value) + repr(warehouse)
    assert "SQL Server refused (OperationalError)" in str(refused.value)
    assert server.sent[1:] == ["SELECT 1 % 2", "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION"]


# Opening -------------------------------------------------------------------------


@pytest.fixture
def given(tmp_path: Path) -> dict[str, object]:
    passfile = tmp_path / "password"
    passfile.write_text(f"{CANARY}\n")
    passfile.chmod(0o600)
    return {"host": "db", "user": "strongroom", "passfile": str(passfile)}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    told = StandIn(
        [("dbo", "person", "id", "int", "NO"), ("dbo", "person", "at", "datetime2", "YES")]
    )
    monkeypatch.setattr(
        pymssql, "connect", lambda **words: (told.given.append(words), told)[1]
    )
    return told


def test_a_session_is_made_strict(given: dict[str, object], server: StandIn) -> None:
    engine = ENGINES["sqlserver"]
    assert engine.problems(given) == []
    connection = engine.connect(given)
    assert tuple(server.sent) == SESSION
    assert server.given[0]["password"] == CANARY
    assert server.given[0]["encryption"] == "require"
    person = engine.physical(connection).table("person")
    assert person.path == ("dbo", "person")
    assert person.column("id").family is Family.WHOLE
    assert not person.column("id").nullable
    assert person.column("at").nullable
    assert person.column("at").family is Family.TIME
    with closing(engine.warehouse(connection, CATALOG, engine.dialect)) as warehouse:
        assert repr(warehouse) == "<SQL Server warehouse of 2 tables>"


@pytest.mark.parametrize(
    ("args", "kind", "words"),
    [
        (((20009, CANARY.encode()),), WarehouseAway, "no SQL Server answers"),
        ((18456, CANARY), LoginRefused, "user or password is wrong (18456)"),
        (((18486, CANARY),), LoginRefused, "locked or disabled"),
        (((4060, CANARY),), LoginRefused, "no such database"),
        ((CANARY,), LoginRefused, "the server doesn't let us in"),
    ],
)
def test_who_is_not_let_in_is_told_why_and_asks_again_only_if_that_is_harmless(
    given: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
    args: tuple[object, ...],
    kind: type[WarehouseError],
    words: str,
) -> None:
    def refuse(**said: object) -> None:
        raise pymssql.OperationalError(*args)

    monkeypatch.setattr(pymssql, "connect", refuse)
    with pytest.raises(kind) as told:
        ENGINES["sqlserver"].connect(given)
    assert words in told.value.problem
    assert CANARY not in str(told.value)


def test_a_port_where_nobody_listens_is_told_so_by_the_driver_itself(
    given: dict[str, object],
) -> None:
    with pytest.raises(WarehouseAway, match="no SQL Server answers"):
        ENGINES["sqlserver"].connect({**given, "host": "127.0.0.1", "port": 1})


def test_a_driver_that_is_not_there_is_told(
    given: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pymssql", None)
    with pytest.raises(WarehouseError, match="driver isn't installed") as told:
        ENGINES["sqlserver"].connect(given)
    assert "strongroom[mssql]" in told.value.remedy


def test_a_date_is_told_by_its_digits() -> None:
    server = StandIn([])
    SQLServerWarehouse(server, CATALOG).run(Statement("SELECT %s", (date(7, 1, 2),)))
    assert server.given[1] == ("00070102",)
