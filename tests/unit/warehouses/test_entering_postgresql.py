"""PostgreSQL doesn't let us in: which of many reasons it is, in any language."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.pq import Ping

from cohort_dsl.errors import LoginRefused, WarehouseAway, WarehouseError
from cohort_dsl.sql import Catalog
from cohort_dsl.sql.postgresql import POSTGRESQL
from cohort_dsl.warehouses import postgresql
from cohort_dsl.warehouses import postgresql_entering as entering
from cohort_dsl.warehouses.faults import Fault
from cohort_dsl.warehouses.postgresql_entering import Entry, fault

AT = 'connection failed: connection to server at "eds", port 5432 failed: '


def refused(message: str, *, gave: bool = True, at: str = AT) -> Entry:
    """By a server that answers, of whom eds is the database and strongroom the user."""
    said = f"{at}FATAL:  {message}"
    return Entry(Ping.OK, Ping.OK, False, gave, said, "strongroom", "eds")


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ('password authentication failed for user "strongroom"', entering.NO_USER),
        ("authentification échouée pour «\xa0strongroom\xa0»", entering.NO_USER),
        ('role "strongroom" is not permitted to log in', entering.NO_USER),
        ('database "eds" does not exist', entering.NO_DATABASE),
        ("la base de données «\xa0eds\xa0» n'existe pas", entering.NO_DATABASE),
        ('permission denied for database "eds"\nDETAIL:  x', entering.NO_DATABASE),
        (
            'no pg_hba.conf entry for host "10.0.0.7", user "strongroom", database "eds"',
            entering.FROM_ELSEWHERE,
        ),
        ('too many connections for role "strongroom"', entering.FULL),
        ("sorry, too many clients already", entering.FULL),
        ("remaining connection slots are reserved for superusers", entering.FULL),
        ("quelque chose d'autre", entering.REFUSED),
    ],
)
def test_a_refusal_is_told_by_what_it_quotes(message: str, found: Fault) -> None:
    assert fault(refused(message)) is found


def test_a_connection_that_ended_by_itself_is_asked_for_again() -> None:
    """As of a server that was restarted in between: no password had been given."""
    assert fault(refused("", gave=False)) is entering.AWAY_AGAIN
    assert fault(refused("", gave=False, at="")) is entering.AWAY_AGAIN


@pytest.mark.parametrize(
    ("answers", "openly", "found"),
    [
        (Ping.NO_ATTEMPT, Ping.NO_ATTEMPT, entering.NOT_UNDERSTOOD),
        (Ping.REJECT, Ping.REJECT, entering.STARTING),
        (Ping.NO_RESPONSE, Ping.OK, entering.NO_TLS),
        (Ping.NO_RESPONSE, Ping.NO_RESPONSE, entering.SILENT),
    ],
)
def test_what_the_server_says_to_anybody_tells_the_rest(
    answers: Ping, openly: Ping, found: Fault
) -> None:
    assert fault(Entry(answers, openly)) is found


def told(where: dict[str, str]) -> WarehouseError:
    with pytest.raises(WarehouseError) as error:
        postgresql.connect(where)
    return error.value


def test_what_is_not_there_is_found_out_by_asking(postgres, tmp_path) -> None:
    there = postgres.settings()
    nowhere = told({**there, "host": str(tmp_path)})
    assert (nowhere.problem, type(nowhere)) == (entering.SILENT.problem, WarehouseAway)
    unknown = told({**there, "host": "no-such-host.invalid"})
    assert unknown.problem == entering.NO_HOST.problem
    assert told({**there, "sslmode": "never"}).problem == entering.NOT_UNDERSTOOD.problem
    assert told({"service": "none", **there}).problem == entering.NOT_UNDERSTOOD.problem
    somebody = told({**there, "user": "nobody-here"})
    assert (somebody.problem, type(somebody)) == (entering.NO_USER.problem, LoginRefused)
    assert told({**there, "dbname": "none"}).problem == entering.NO_DATABASE.problem


def test_a_server_that_says_nothing_is_not_asked_once_more() -> None:
    late = psycopg.errors.ConnectionTimeout("connection timeout expired")
    found = entering.not_entered(late, "host=127.0.0.1 port=1", "here")
    assert found.problem == entering.SILENT.problem


def test_a_server_without_tls_is_told_from_one_that_is_away(postgres, monkeypatch) -> None:
    """Its socket has none in any case; so the two answers of a port are played here."""
    asked = []

    def ping(dsn: str) -> Ping:
        asked.append(dsn)
        return Ping.OK if "sslmode=disable" in dsn else Ping.NO_RESPONSE

    monkeypatch.setattr(entering, "_ping", ping)
    error = psycopg.OperationalError("server does not support SSL")
    found = entering.not_entered(error, "host=eds sslmode=verify-full", "here")
    assert found.problem == entering.NO_TLS.problem
    assert len(asked) == 2


def test_who_may_make_no_table_is_told_before_anything_is_asked(postgres) -> None:
    with postgres.database() as name, postgres.connect(name) as owner:
        owner.execute(
            f"CREATE ROLE maker_of_none LOGIN; REVOKE ALL ON DATABASE {name} FROM PUBLIC"
        )
        owner.execute(f"GRANT CONNECT ON DATABASE {name} TO maker_of_none")
        try:
            with postgresql.connect(postgres.settings("maker_of_none", name)) as session:
                with pytest.raises(WarehouseError, match="no temporary table") as error:
                    postgresql.warehouse(session, Catalog({}), POSTGRESQL)
                alone = POSTGRESQL.in_one_statement()
                assert postgresql.warehouse(session, Catalog({}), alone).dialect is alone
            assert "one_statement: true" in error.value.remedy
            owner.execute(f"GRANT TEMPORARY ON DATABASE {name} TO maker_of_none")
            with postgresql.connect(postgres.settings("maker_of_none", name)) as session:
                assert postgresql.warehouse(session, Catalog({}), POSTGRESQL)
        finally:
            owner.execute("DROP OWNED BY maker_of_none; DROP ROLE maker_of_none")
