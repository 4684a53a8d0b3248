"""A real Thrift server of Spark's and real Spark Connect are asked, and go away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cohort_dsl import create_dataset, testing
from cohort_dsl.errors import WarehouseAway, WarehouseError
from cohort_dsl.sql import Catalog, Statement
from cohort_dsl.warehouses import spark_site
from cohort_dsl.warehouses.spark import from_rows
from cohort_dsl.warehouses.spark_site import Tables
from tests import a_spark
from tests.needed import needed
from tests.spec.tables import events as e
from tests.spec.tables import patients as p

pytestmark = [
    pytest.mark.xdist_group("spark"),
    # Their clients use what pandas and protobuf have newer ways for.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),  # it tells that it tried again
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

AWKWARD = "it's \\ é😀\n`$1`"
ROWS: dict[str, list[dict[str, Any]]] = {
    "patients": [{"patient_id": 1, "score": 3, "name": AWKWARD}, {"patient_id": 2}],
    "events": [
        {"patient_id": 1, "code": "73211009", "value": 2.5, "date": date(2020, 2, 29)},
        {"patient_id": 1, "code": "22298006", "value": 3.0},
        {"patient_id": 3},
    ],
}


def question() -> Any:
    dataset = create_dataset()
    dataset.define_population(p.exists_for_patient() | e.exists_for_patient())
    dataset.least = e.sort_by(e.value).first_for_patient().value
    dataset.latest = e.date.maximum_for_patient()
    dataset.score = p.score + 1
    dataset.named = p.name == AWKWARD
    long = [str(1_000_000 + number) for number in range(1_200)]
    dataset.listed = e.where(e.code.is_in([*long, "73211009"])).exists_for_patient()
    return dataset


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[a_spark.Server]:
    with needed(TimeoutError):
        started = a_spark.served(tmp_path_factory.mktemp("server"))
        found = started.__enter__()
    yield found
    started.__exit__(None, None, None)


@pytest.fixture(scope="module")
def tables(server: a_spark.Server, tmp_path_factory: Any) -> Iterator[dict[str, Tables]]:
    """By each way, with one table of Parquet."""
    path = tmp_path_factory.mktemp("parquet") / "people.parquet"
    pq.write_table(pa.table({"id": [7], "born": [date(1990, 1, 1)], "sex": ["f"]}), path)
    ways = {
        "remote": f"sc://127.0.0.1:{server.connect}",
        "thrift": f"hive://somebody@127.0.0.1:{server.thrift}/default",
    }
    opened = {
        way: spark_site.connect({way: where, "parquet": {"people": str(path)}})
        for way, where in ways.items()
    }
    yield opened
    for one in opened.values():
        one.close()


@pytest.mark.parametrize("way", ["remote", "thrift"])
def test_a_server_answers_as_the_referee(way: str, tables: dict[str, Tables]) -> None:
    wanted = testing.evaluate(question(), ROWS, "reference")
    engine = partial(from_rows, tables[way].link)
    assert testing.evaluate(question(), ROWS, engine) == wanted


@pytest.mark.parametrize("way", ["remote", "thrift"])
def test_a_servers_tables_are_told_with_their_types(
    way: str, tables: dict[str, Tables]
) -> None:
    [people] = spark_site.physical(tables[way]).tables
    assert people.path == ("people",)
    told = {column.name: column.family.value for column in people.columns.values()}
    assert told == {"id": "whole", "born": "date", "sex": "text"}


@pytest.mark.parametrize("way", ["remote", "thrift"])
def test_files_that_are_not_there_are_named(
    way: str, server: a_spark.Server, tables: dict[str, Tables], tmp_path: Path
) -> None:
    where = {
        "remote": f"sc://127.0.0.1:{server.connect}",
        "thrift": f"hive://somebody@127.0.0.1:{server.thrift}",
    }
    nowhere = str(tmp_path / "nowhere.parquet")
    with pytest.raises(WarehouseError) as refused:
        spark_site.connect({way: where[way], "parquet": {"people": nowhere}})
    assert refused.value.problem == "Spark can't read the files of table people"
    assert refused.value.where == nowhere


def test_a_server_that_goes_away_is_told_and_may_be_asked_again(
    server: a_spark.Server, tables: dict[str, Tables]
) -> None:
    server.stop()
    for opened in tables.values():
        with pytest.raises(WarehouseAway) as lost:
            spark_site.warehouse(opened, Catalog({})).run(Statement("SELECT 1"))
        assert lost.value.problem == "the connection to Spark was lost"
    for given in (
        {"remote": f"sc://127.0.0.1:{server.connect}"},
        {"thrift": f"hive://127.0.0.1:{server.thrift}"},
    ):
        with pytest.raises(WarehouseAway) as away:
            spark_site.connect({**given, "parquet": {"people": "/x.parquet"}})
        assert "answers there" in away.value.problem
