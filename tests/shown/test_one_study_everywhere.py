"""One study, not a word of it changed, on each of these records and on several engines.

What it should say is worked out by plain SQL over the physical tables: no mapping, no plan
and no dialect of ours has a hand in that.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cohort_dsl import extract, load, warehouses
from cohort_dsl.disclosure import Rounding
from cohort_dsl.model.question import Question
from cohort_dsl.warehouses.mapped import MappedWarehouse
from output_checker import policy
from output_checker.check import Dataset, check
from output_checker.report import Verification
from tests.a_postgres import Server
from tests.h2_as_oracle import Driver
from tests.i2b2_in_oracle import filled, settings
from tests.shown.datasets import SHOWN, Shown
from tests.shown.servers import copied

STUDY = Path(__file__).parents[1] / "studies" / "everywhere"
SITES = Rounding("default", 10, 5)  # which these measures do without


@pytest.fixture(scope="module", params=SHOWN, ids=lambda one: str(one.name))
def shown(request: pytest.FixtureRequest) -> Shown:
    found: Shown = request.param
    return found


@pytest.fixture(scope="module")
def file(shown: Shown, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shown.made(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def on_duckdb(shown: Shown, file: Path) -> Iterator[MappedWarehouse]:
    given = {"engine": "duckdb", "database": str(file), **shown.settings()}
    with warehouses.open(given) as opened:
        yield opened


@contextmanager
def on_postgresql(
    shown: Shown, file: Path, server: Server, folder: Path
) -> Iterator[MappedWarehouse]:
    with (
        copied(server, file, folder) as given,
        warehouses.open({**given, **shown.settings()}) as opened,
    ):
        yield opened


@pytest.fixture(scope="module")
def plain(shown: Shown, file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The three relations that plain SQL finds, up to the end of the year."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"ATTACH '{file}' AS f (READ_ONLY)")
        connection.execute("USE f")
        for name in ("people", "visits", "diagnoses"):
            sql = getattr(shown, name)
            connection.execute(f"CREATE TEMP TABLE plain_{name} AS {sql}")
        yield connection


def asked(name: str, shown: Shown) -> Question:
    with chdir(STUDY):
        return load.definition(Path(f"analysis/{name}.py"), ["--year", str(shown.year)])


def cohort(warehouse: MappedWarehouse, shown: Shown, target: Path) -> pa.Table:
    query: Any = asked("cohort", shown)
    extract.extract(query, warehouse, target)
    return pq.read_table(target)


def months(warehouse: MappedWarehouse, shown: Shown, target: Path) -> pa.Table:
    measures: Any = asked("months", shown)
    extract.measure(measures, warehouse, target, SITES)
    return pq.read_table(target)


PLAIN_COHORT = """
    WITH d AS (SELECT patient, count(*) AS diagnoses, count(DISTINCT code) AS codes,
                      min(date) AS first, max(date) AS last
               FROM plain_diagnoses WHERE date <= $last GROUP BY patient),
         v AS (SELECT patient, count(*) AS visits, max(start_date) AS last,
                      bool_or(end_date IS NULL) AS still
               FROM plain_visits WHERE start_date <= $last GROUP BY patient)
    SELECT p.patient AS patient_id, p.sex,
           year($last) - year(born)
           - (strftime($last, '%m%d') < strftime(born, '%m%d'))::INT AS age,
           coalesce(d.diagnoses, 0) AS diagnoses, coalesce(d.codes, 0) AS different_codes,
           d.first AS first_diagnosis, coalesce(v.visits, 0) AS visits,
           coalesce(v.still, false) AS still_there, v.last AS latest_visit,
           greatest(d.last, v.last) AS last_seen
    FROM plain_people p LEFT JOIN d USING (patient) LEFT JOIN v USING (patient)
    WHERE born <= $last AND (d.patient IS NOT NULL OR v.patient IS NOT NULL)
    ORDER BY p.patient"""


def test_the_cohort_is_what_plain_sql_says(
    shown: Shown,
    on_duckdb: MappedWarehouse,
    plain: duckdb.DuckDBPyConnection,
    tmp_path: Path,
) -> None:
    found = cohort(on_duckdb, shown, tmp_path / "cohort.parquet")
    last = f"DATE '{shown.year}-12-31'"
    wanted = plain.sql(PLAIN_COHORT.replace("$last", last)).to_arrow_table()
    assert sum(found.column("diagnoses").to_pylist()) > 0
    assert found.select(wanted.column_names).to_pylist() == wanted.to_pylist()


PLAIN_MONTHS = """
    WITH m AS (SELECT unnest(generate_series(DATE '{year}-01-01', DATE '{year}-12-01',
                                             INTERVAL 1 MONTH))::DATE AS month),
         e AS (SELECT DISTINCT patient, date_trunc('month', date)::DATE AS month
               FROM plain_diagnoses)
    SELECT m.month AS interval_start, p.sex, count(*) AS denominator,
           count(e.patient) AS numerator
    FROM m JOIN plain_people p ON p.born <= m.month
    LEFT JOIN e ON e.patient = p.patient AND e.month = m.month
    GROUP BY ALL ORDER BY ALL"""


def test_each_month_is_what_plain_sql_says(
    shown: Shown,
    on_duckdb: MappedWarehouse,
    plain: duckdb.DuckDBPyConnection,
    tmp_path: Path,
) -> None:
    found = months(on_duckdb, shown, tmp_path / "months.parquet")
    wanted = plain.sql(PLAIN_MONTHS.format(year=shown.year)).to_arrow_table()
    columns = wanted.column_names
    order = [("interval_start", "ascending"), ("sex", "ascending")]
    assert found.select(columns).sort_by(order).to_pylist() == wanted.to_pylist()


def test_postgresql_says_the_same(
    shown: Shown,
    file: Path,
    on_duckdb: MappedWarehouse,
    postgres: Server,
    tmp_path: Path,
) -> None:
    with on_postgresql(shown, file, postgres, tmp_path) as server:
        both = [
            (
                cohort(one, shown, tmp_path / "cohort.parquet"),
                months(one, shown, tmp_path / "months.parquet"),
            )
            for one in (on_duckdb, server)
        ]
    assert both[0][0].to_pylist() == both[1][0].to_pylist()
    assert both[0][1].to_pylist() == both[1][1].to_pylist()


def test_its_two_tables_are_verified(
    shown: Shown, on_duckdb: MappedWarehouse, tmp_path: Path
) -> None:
    target = tmp_path / "output" / "cohort.parquet"
    target.parent.mkdir()
    held = cohort(on_duckdb, shown, target)
    script = STUDY / "analysis" / "tables.py"
    subprocess.run([sys.executable, str(script)], cwd=tmp_path, check=True)
    names = ["output/ages.csv", "output/visits.csv"]
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    datasets = {"output/cohort.parquet": Dataset(target, digest)}
    report = check(
        tmp_path,
        names,
        datasets,
        policy.ready_made("default"),
        "shown",
    )
    assert held.num_rows > 0
    assert {one.path: one.verification for one in report.files} == dict.fromkeys(
        names, Verification.VERIFIED
    )


def test_oracles_words_on_h2_say_the_same_of_i2b2(
    h2: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In its own tables for Oracle; by the driver's interface, to the site's settings."""
    [shown] = [one for one in SHOWN if one.name == "i2b2"]
    file = shown.made(tmp_path)
    filled(h2, file, tmp_path)
    given = {"engine": "duckdb", "database": str(file), **shown.settings()}
    driver = Driver(h2)
    monkeypatch.setitem(sys.modules, "oracledb", driver)
    with warehouses.open(given) as ours, warehouses.open(settings(tmp_path)) as oracle:
        people, counts = (
            [
                made(one, shown, tmp_path / "found.parquet").to_pylist()
                for one in (ours, oracle)
            ]
            for made in (cohort, months)
        )
    assert len(people[0]) == 133
    assert people[0] == people[1]
    assert counts[0] == counts[1]
    assert [one["service_name"] for one in driver.told] == ["eds"]
