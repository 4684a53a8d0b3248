"""A warehouse that is lost in the middle of its answer: never half of it, never two states.

PostgreSQL's is a real server, stopped at once while it answers, as when its machine goes
down; the runner asks it again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cohort_dsl.errors import WarehouseAway
from cohort_dsl.extract import extract
from cohort_dsl.model.query import Query
from cohort_dsl.progress import Progress
from cohort_dsl.sql import Catalog
from cohort_dsl.sql.catalog import plain
from cohort_dsl.warehouses import postgresql as engine
from cohort_dsl.warehouses.postgresql import PostgreSQLWarehouse, connect
from job_runner.project import Level
from tests import a_postgres
from tests.a_flashing import Story
from tests.a_site import Site
from tests.needed import needed
from tests.spec.tables import p
from tests.unit.plan.test_plan_scans import a_query
from tests.unit.test_pieces import a_query as of_pieces
from tests.unit.test_pieces import extracted, hashes

CATALOG = Catalog({"patients": plain(p.node_.schema)})
PATIENTS, WIDE = 5_000, 500  # rows, and a text's length: more than a socket holds
TABLE = (
    "CREATE TABLE patients (patient_id bigint, born date, seen date, score bigint, "
    "other bigint, ratio float8, second float8, smoker bool, drinker bool, name text, "
    "part text, code text)"
)


@pytest.fixture(scope="module")
def machine() -> Iterator[a_postgres.Machine]:
    """A server of this module's own: nobody else's stops in the middle of anything."""
    with needed(a_postgres.NoServerError), a_postgres.at_hand() as found:
        with found.start().connect() as owner:
            owner.execute(TABLE)
            owner.execute(
                "INSERT INTO patients (patient_id, score, name) "
                f"SELECT n, n % 7, n || repeat('x', {WIDE}) "
                f"FROM generate_series(1, {PATIENTS}) n"
            )
        yield found


@dataclass
class Source:
    """That server's warehouse, as a runner asks it. ``stops``: at how many of the coming
    askings the server goes down in the middle; then it is started again."""

    machine: a_postgres.Machine
    server: a_postgres.Server
    starter: ThreadPoolExecutor  # a server ends with the thread that started it
    stops: int = 0
    seen: list[str] = field(default_factory=list)

    def produce(self, query: Query, target: Path) -> None:
        def answered(rows: int) -> None:
            if self.stops and self.machine.runs:
                self.machine.stop()

        try:
            with connect(self.server.settings()) as session:
                warehouse = PostgreSQLWarehouse(session, CATALOG)
                extract(ASKED, warehouse, target, Progress(answered=answered))
        except WarehouseAway as lost:
            self.stops -= 1
            assert [path.name for path in target.parent.iterdir()] == []
            self.seen.append(lost.problem)
            self.starter.submit(self.machine.start).result()
            raise
        self.seen.append("answered")


ASKED = a_query(p.name.is_not_null(), name=p.name, score=p.score)


def test_a_server_that_stops_in_its_answer_is_asked_again_and_nothing_half_is_kept(
    tmp_path: Path, machine: a_postgres.Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "CELLS", 300)
    (tmp_path / "site").mkdir()
    with ThreadPoolExecutor(1) as starter:
        source = Source(machine, machine.server, starter)
        source.produce(ASKED, tmp_path / "whole.parquet")
        source.stops = 2
        site = Site(tmp_path / "site", source=source)  # type: ignore[arg-type]
        request = site.submit("extract")
        site.run()
    assert site.states(request) == {"extract": "succeeded"}
    assert [one == "answered" for one in source.seen] == [True, False, False, True]
    made = site.workspace.path(Level.HIGHLY_SENSITIVE, "output/cohort.parquet")
    assert made.read_bytes() == (tmp_path / "whole.parquet").read_bytes()


KILLED = """
import os, sys
from pathlib import Path
from tests.a_flashing import Story
from tests.unit.test_pieces import a_query, extracted

import tests.a_flashing as flashing

def broken(answer, error):
    yield next(answer.reveal()).slice(0, 1)
    os.kill(os.getpid(), 9)

flashing.broken = broken
extracted(a_query(), Path(sys.argv[1]), Story(breaks={2: OSError()}))
"""


def test_a_runner_that_is_killed_is_followed_by_one_that_asks_for_the_rest_only(
    tmp_path: Path,
) -> None:
    target = tmp_path / "cohort.parquet"
    command = [sys.executable, "-c", KILLED, str(target)]
    ended = subprocess.run(command, cwd=Path(__file__).parents[2], env=os.environ)
    assert ended.returncode == -9
    assert not target.exists()
    story = Story()
    made = extracted(of_pieces(), target, story)
    assert [held.first for held, _ in story.asked] == [5, 7]
    assert story.moments == 0
    assert hashes(made) == hashes(extracted(of_pieces(), tmp_path / "whole.parquet"))
