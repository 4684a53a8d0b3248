"""An engine is tried with every rule of the manual, and nothing stops the others."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import duckdb as driver
import pytest

from cohort_dsl.conformance import asking, doctor, engines, result, suite
from cohort_dsl.conformance.asking import Outcome, Told
from cohort_dsl.conformance.doctor import Examined
from cohort_dsl.conformance.suite import Case, Suite
from cohort_dsl.errors import LoginRefused, QueryError, WarehouseAway
from cohort_dsl.sql import Statement
from cohort_dsl.sql.duckdb import DUCKDB
from cohort_dsl.warehouses import settings
from cohort_dsl.warehouses.duckdb import DuckDBWarehouse
from tests.a_postgres import Server
from tests.an_omop import GIBLEED

TODAY = date(2026, 1, 1)
ALL = suite.read()
CANARY = "canary-7f3a"


def a_suite(*cases: Case) -> Suite:
    return Suite(cases, "0" * 64)


def of_rule(name: str) -> Case:
    return next(case for case in ALL.cases if case.rule == name)


def on_duckdb(**words: Any) -> settings.Settings:
    given = {"engine": "duckdb", "database": str(GIBLEED), "mapping": "omop", **words}
    return settings.read(given)


def examined(site: settings.Settings, asked: Suite, **words: Any) -> Examined:
    return doctor.examine(
        site, asked, **{"limit": 60, "clock": time.monotonic, "today": TODAY, **words}
    )


@pytest.fixture
def memory() -> Iterator[driver.DuckDBPyConnection]:
    with driver.connect(":memory:") as connection:
        yield connection


@pytest.fixture
def asked(memory: driver.DuckDBPyConnection) -> Callable[..., Told]:
    """A case asked of DuckDB, or of something that behaves otherwise."""

    def ask(
        case: Case, kind: type[DuckDBWarehouse] = DuckDBWarehouse, limit: int = 60
    ) -> Told:
        dialect = DUCKDB.in_one_statement()
        return asking.ask(
            case, dialect, lambda c: kind(memory, c, dialect), limit, time.monotonic
        )

    return ask


# Every rule --------------------------------------------------------------------


def test_postgresql_keeps_every_rule_where_nothing_may_be_made(postgres: Server) -> None:
    """In a session of somebody who may make no table, not even a temporary one."""
    with postgres.database() as name, postgres.connect(name) as owner:
        owner.execute(
            f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC; CREATE ROLE doctor LOGIN"
        )
        where = {"host": str(postgres.folder), "database": name, "user": "doctor"}
        site = settings.read({"engine": "postgresql", "mapping": "omop", **where})
        found = examined(site, ALL, check_mapping=False)
        owner.execute("DROP ROLE doctor")
    assert [one for one in found.told if one.outcome is not Outcome.PASSED] == []
    assert found.counts()["passed"] == len(ALL.rules())
    assert found.ok
    assert found.says["version"].startswith("PostgreSQL")
    assert found.says["default_transaction_read_only"] == "on"


def test_the_rules_are_all_those_of_the_manual() -> None:
    assert len(ALL.rules()) > 290
    assert len(ALL.cases) >= len(ALL.rules())
    assert len({case.chapter for case in ALL.cases}) == 12


def test_a_file_of_another_version_is_refused(tmp_path: Any) -> None:
    import gzip

    (tmp_path / "rules").write_bytes(gzip.compress(b'{"format": "conformance"}'))
    with pytest.raises(QueryError, match="it isn't version 1 of conformance"):
        suite.read(tmp_path / "rules")


# One rule ----------------------------------------------------------------------

RULE = "filters_add_up"


def test_a_wrong_answer_is_shown(asked: Callable[..., Told]) -> None:
    case = replace(of_rule(RULE), expected={"": []})
    told = asked(case)
    assert told.outcome is Outcome.FAILED
    assert told.why == "its answer differs from the manual's"
    assert "'patient_id': 1" in told.found


def test_what_is_known_of_an_engine_is_no_failure(asked: Callable[..., Told]) -> None:
    known = {"duckdb": "the engine has no such thing"}
    told = asked(replace(of_rule(RULE), expected={"": []}, otherwise=known))
    assert (told.outcome, told.why) == (Outcome.OTHERWISE, known["duckdb"])
    assert asked(replace(of_rule(RULE), otherwise=known)).outcome is Outcome.PASSED


class Breaking(DuckDBWarehouse):
    """Fails as no driver should."""

    def ask(self, *asked: Any) -> Any:
        raise ZeroDivisionError(CANARY)


class Refusing(DuckDBWarehouse):
    """Says no."""

    def ask(self, *asked: Any) -> Any:
        return self.run(Statement("SELECT nothing"))


class Slow(DuckDBWarehouse):
    """Takes longer than anybody waits."""

    def ask(self, *asked: Any) -> Any:
        with self._session() as session:
            session.execute(
                "SELECT sum(a.i * b.i) FROM range(1000000) a(i), range(1000000) b(i)"
            )


@pytest.mark.parametrize(
    ("kind", "limit", "why"),
    [
        (Breaking, 60, "ZeroDivisionError"),
        (Refusing, 60, "DuckDB refused (BinderException)"),
        (Slow, 0.2, "it took longer than 0.2 s"),
    ],
)
def test_what_an_engine_refuses_is_told_by_its_kind(
    asked: Callable[..., Told], kind: Any, limit: float, why: str
) -> None:
    told = asked(of_rule(RULE), kind, limit)
    assert (told.outcome, told.why, told.found) == (Outcome.REFUSED, why, "")
    assert asked(of_rule(RULE)).outcome is Outcome.PASSED  # the next one isn't stopped


# All of them -------------------------------------------------------------------


@pytest.mark.parametrize("kind", [WarehouseAway, LoginRefused])
def test_a_lost_connection_ends_it_with_what_was_found(
    monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    ask = DuckDBWarehouse.ask
    asked: list[Any] = []

    def losing(self: DuckDBWarehouse, *words: Any) -> Any:
        asked.append(words)
        if len(asked) > 2:
            raise kind("the connection was lost", where="x", remedy="y")  # type: ignore[call-arg]
        return ask(self, *words)

    monkeypatch.setattr(DuckDBWarehouse, "ask", losing)
    found = examined(on_duckdb(), a_suite(*ALL.cases[:5]))
    assert [one.outcome for one in found.told] == [Outcome.PASSED] * 2
    assert found.ended == "the connection was lost"
    assert not found.ok
    told = result.as_json(found)
    assert "Not all was asked: the connection was lost." in result.lines(told)


def test_the_mapping_is_checked_on_the_same_connection() -> None:
    heard: list[tuple[int, int]] = []
    found = examined(
        on_duckdb(empty_tables=["deaths", "addresses", "documents", "visits.care_site"]),
        a_suite(of_rule(RULE)),
        on_case=lambda done, of: heard.append((done, of)),
    )
    assert found.ok
    assert found.mapping is not None
    assert heard == [(1, 1)]
    said = result.lines(result.as_json(found))
    assert said[-1] == "The warehouse is as its mapping omop promises."


def test_a_mapping_that_cant_be_had_leaves_the_rules() -> None:
    found = examined(on_duckdb(mapping="nowhere"), a_suite(of_rule(RULE)))
    assert found.counts()["passed"] == 1
    assert not found.ok
    assert "The mapping couldn't be checked: " in result.lines(result.as_json(found))[-1]


def test_a_rule_is_as_good_as_its_worst_question() -> None:
    case = of_rule(RULE)
    found = examined(
        on_duckdb(), a_suite(case, replace(case, expected={"": []})), check_mapping=False
    )
    assert found.counts() == {"passed": 0, "otherwise": 0, "failed": 1, "refused": 0}
    told = result.as_json(found)
    assert result.lines(told)[0] == (
        f"failed     {RULE}: its answer differs from the manual's"
    )
    assert result.lines(told)[-1] == "The mapping wasn't checked."


def test_an_engine_that_says_nothing_of_itself_is_asked_all_the_same(
    memory: driver.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = {"version": "SELECT version()", "colour": "SELECT colour()"}
    monkeypatch.setattr(engines, "ASKED", {"duckdb": words})
    said = engines.about(DuckDBWarehouse(memory, asking.catalog(ALL.cases[0], DUCKDB)))
    assert said.keys() == {"version"}


def test_an_engine_that_goes_away_while_it_says_so_is_away(
    memory: driver.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(self: DuckDBWarehouse, asked: Statement) -> Any:
        raise WarehouseAway("gone", where="x", remedy="y")

    monkeypatch.setattr(DuckDBWarehouse, "run", away)
    found = examined(on_duckdb(), a_suite(of_rule(RULE)))
    assert (found.told, found.ended) == ([], "gone")


def test_the_result_tells_nothing_of_the_connection() -> None:
    found = examined(on_duckdb(), a_suite(*ALL.cases[:3]))
    text = result.text(found, site="north", at="2026-01-01T00:00:00+00:00", strongroom="1")
    assert str(GIBLEED) not in text
    assert json.loads(text)["says"].keys() <= engines.ASKED["duckdb"].keys()


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (b"{", "it isn't a result"),
        (b"[]", "it isn't a result"),
        (b'{"format": "doctor", "version": 1}', "it isn't a result"),
        (b'{"format":"x","version":1,"signed":"{}","signature":""}', "it isn't a result"),
        (
            json.dumps(
                {
                    "format": "doctor",
                    "version": 1,
                    "signed": '{"format": "doctor", "version": 2}',
                    "signature": "",
                }
            ).encode(),
            "it isn't version 1 of doctor",
        ),
    ],
)
def test_what_is_no_result_is_refused(given: bytes, problem: str) -> None:
    with pytest.raises(QueryError, match=problem):
        result.read(given, "a file")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, ""),
        ({"questions": None}, "it isn't a result"),
        ({"counts": {}}, "it isn't a result"),
        ({"counts": []}, "it isn't a result"),
        ({"says": "all is well"}, "it isn't a result"),
        ({"questions": [{"outcome": "failed", "rule": "a"}]}, "it isn't a result"),
        ({"site": ["north"]}, "it isn't a result"),
        ({"site": "north\x1b[2J"}, "it holds signs that no such result has"),
        ({"engine": "duck\rdb"}, "it holds signs that no such result has"),
        ({"ended": "\u202eterces"}, "it holds signs that no such result has"),
    ],
)
def test_a_result_from_anybody_can_be_printed_or_is_refused(
    change: dict[str, object], problem: str
) -> None:
    """Whoever signs with a key of their own may write what they like."""
    found = doctor.Examined(a_suite(*ALL.cases[:1]), "duckdb")
    text = result.text(found, site="north", at="2026-01-01T00:00:00+00:00", strongroom="1")
    signed = result.Signed(json.dumps(json.loads(text) | change), "signed")
    given = result.written(signed).encode()
    if not problem:
        assert result.read(given, "a file") == signed
        return
    with pytest.raises(QueryError, match=problem):
        result.read(given, "a file")
