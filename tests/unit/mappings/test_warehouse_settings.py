"""A site's warehouse settings are read strictly, and every mistake has its remedy."""

from pathlib import Path

import pytest

from cohort_dsl import warehouses
from cohort_dsl.errors import WarehouseError
from cohort_dsl.warehouses.settings import read
from tests.an_omop import built, settings


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return built(tmp_path / "small.duckdb", {})


def mistake(given) -> WarehouseError:
    with pytest.raises(WarehouseError) as refused:
        warehouses.open(given)
    assert refused.value.remedy
    return refused.value


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"colour": "blue"}, "there is no setting colour"),
        ({"engine": "duckdbb"}, "there is no engine duckdbb, only duckdb"),
        ({"database": "small.duckdb"}, "database isn't an absolute path"),
        ({"database": 7}, "database isn't an absolute path"),
        ({"mapping": 7}, "mapping isn't a name"),
        ({"mapping": "omob"}, "there is no mapping called omob"),
        ({"empty_tables": "deaths"}, "empty_tables isn't a list"),
        ({"empty_tables": ["death"]}, "no contract has a table death (did you mean deaths"),
        ({"empty_tables": ["visits.care"]}, "did you mean visits.care_site"),
        ({"empty_tables": [7]}, "no contract has a table 7"),
    ],
)
def test_each_mistake_is_told(database, change, words):
    assert words in mistake({**settings(database), **change}).problem


def test_all_mistakes_are_told_at_once():
    told = mistake({"engine": "x", "colour": "blue"}).problem
    for words in ("colour", "engine x", "database isn't set", "mapping isn't set"):
        assert words in told


def test_whatever_stands_among_empty_tables_is_told(database):
    told = mistake(settings(database, [{"visits": 1}, ["visits"], None]))
    for words in ("no contract has a table {'visits': 1}", "['visits']", "None"):
        assert words in told.problem


def test_empty_tables_may_be_left_out(database):
    given = settings(database)
    del given["empty_tables"]
    with warehouses.open(given) as warehouse:
        assert warehouse.mapping == "omop"


def test_a_database_that_is_not_there_is_told(tmp_path):
    told = mistake(settings(tmp_path / "no.duckdb"))
    assert told.problem == "there is no such file"


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "text.duckdb").write_text("patient 7 has measles " * 1000)
    told = mistake(settings(tmp_path / "text.duckdb"))
    assert told.problem == "DuckDB can't read this file"
    assert "measles" not in str(told)


def test_the_database_is_read_and_never_written(database, tmp_path):
    before = database.read_bytes()
    database.chmod(0o400)
    with warehouses.open(settings(database)) as warehouse:
        warehouse.check()
    assert database.read_bytes() == before
    assert list(tmp_path.iterdir()) == [database]


# PostgreSQL ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "x"}, "there is no setting password"),
        ({"port": "5432"}, "port isn't a whole number above 0"),
        ({"port": True}, "port isn't a whole number above 0"),
        ({"statement_timeout": 0}, "statement_timeout isn't a whole number above 0"),
        ({"host": 7}, "host isn't a name"),
        ({"database": ""}, "database isn't a name"),
        ({"passfile": "secrets/pgpass"}, "passfile isn't an absolute path"),
    ],
)
def test_each_mistake_about_a_server_is_told(change, words):
    given = {"engine": "postgresql", "mapping": "omop", **change}
    assert words in mistake(given).problem


def test_a_server_that_is_not_there_is_told(tmp_path):
    given = {"engine": "postgresql", "mapping": "omop", "host": str(tmp_path)}
    told = mistake(
        {**given, "database": "omop", "user": "me", "port": 7, "sslmode": "disable"}
    )
    assert told.problem == "no server answers at this host and port"


@pytest.mark.parametrize(
    "engine",
    [
        {"engine": "postgresql", "host": "127.0.0.1", "port": 1},
        {"engine": "sqlserver", "host": "127.0.0.1", "port": 1, "user": "me"},
        {"engine": "spark", "thrift": "hive://me@127.0.0.1:1/omop", "schema": "omop"},
    ],
)
def test_no_engine_is_asked_with_a_password_that_others_may_read(engine, tmp_path):
    passfile = tmp_path / "passfile"
    given = {"mapping": "omop", "passfile": str(passfile), **engine}
    missing = mistake(given)
    assert (missing.problem, missing.where) == ("it can't be read", f"passfile {passfile}")
    passfile.write_text("canary-7f3a")
    passfile.chmod(0o640)
    seen = mistake(given)
    assert seen.problem == "others than its owner may read it"
    assert "chmod 600" in seen.remedy
    passfile.chmod(0o600)
    passfile.write_bytes(b"\xff\xfe")
    assert mistake(given).problem == "it can't be read"


def test_a_service_file_may_say_where_the_server_is(postgres, tmp_path, monkeypatch):
    services = tmp_path / "services"
    told = postgres.settings().items()
    services.write_text("[theirs]\n" + "\n".join(f"{name}={text}" for name, text in told))
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    with warehouses.open(
        {"engine": "postgresql", "mapping": "omop", "service": "theirs"}
    ) as w:
        assert w.mapping == "omop"


def test_a_password_stands_in_a_file_of_its_own(postgres, tmp_path):
    passfile = tmp_path / "pgpass"
    passfile.write_text("*:*:*:reader_of_files:canary-7f3a")
    passfile.chmod(0o600)
    told = postgres.settings()
    with postgres.connect() as connection:
        connection.execute("CREATE ROLE reader_of_files LOGIN PASSWORD 'canary-7f3a'")
    given = {"engine": "postgresql", "mapping": "omop", "host": told["host"]}
    given |= {"database": "postgres", "user": "reader_of_files", "passfile": str(passfile)}
    assert "canary" not in repr(read(given))
    with warehouses.open(given) as warehouse:
        assert warehouse.mapping == "omop"
    with postgres.connect() as connection:
        connection.execute("DROP ROLE reader_of_files")
