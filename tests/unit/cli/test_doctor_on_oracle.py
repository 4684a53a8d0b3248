"""A hospital's own Oracle is tried with every rule, by an account that may only read.

H2 stands in for the server and ``h2_as_oracle`` for the driver. All else is the product's:
the site's folder, the password's file, the session, its statements, the file that is sent
back.
"""

from __future__ import annotations

import json
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cli.compose.folder import SiteFolder
from cohort_dsl import warehouses
from job_runner.ledger import Ledger
from tests.a_command import Said, strongroom
from tests.an_i2b2 import few, loaded
from tests.h2_as_oracle import Driver
from tests.i2b2_in_oracle import filled, settings
from tests.manual.rules import rules
from tests.spec.conftest import ORACLE
from tests.spec.otherwise import OTHERWISE
from tests.ssh_keys import a_key
from tests.unit.cli.test_warehouse_command import a_site_of

HOST, PASSWORD = "db.example", "tiger"
LISTED = sorted(name.removeprefix("test_") for name in OTHERWISE[ORACLE])


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Five of i2b2's patients, in DuckDB."""
    return few(loaded(tmp_path / "all.duckdb"), tmp_path, "patient_num % 26 = 0")


@pytest.fixture
def driver(
    h2: Any, records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Driver:
    """Of a server with their records in i2b2's own tables."""
    filled(h2, records, tmp_path)
    found = Driver(h2)
    monkeypatch.setitem(sys.modules, "oracledb", found)
    return found


@pytest.fixture
def site(tmp_path: Path) -> SiteFolder:
    given = settings(tmp_path)
    del given["tables"]
    return SiteFolder(Path(a_site_of(tmp_path, {**given, "one_statement": True})))


def test_a_server_keeps_all_rules_but_those_that_are_listed(
    driver: Driver, site: SiteFolder, records: Path, tmp_path: Path
) -> None:
    key, file = a_key(tmp_path / "key").with_suffix(""), tmp_path / "result.json"
    said = strongroom("warehouse", "doctor", site.root, "--key", key, "--out", file)
    assert said.code == 0
    every, known = len(rules()), len(LISTED)
    kept = every - known
    in_words = f"{kept} of {every} rules passed, {known} otherwise as listed, 0 didn't"
    assert in_words in said.out
    assert "The warehouse is as its mapping i2b2 promises." in said.out
    [entry] = Ledger(site.ledger).entries()
    assert (entry.kind, entry.body["counts"]["passed"]) == ("warehouse doctor", kept)
    _is_one_session_of_the_site_s(driver)
    _is_signed_and_tells_no_secret(file, in_words)
    _says_what_duckdb_says(file, records)


def _is_one_session_of_the_site_s(driver: Driver) -> None:
    [told] = driver.told
    assert (told["host"], told["service_name"], told["port"]) == (HOST, "eds", 1521)
    assert (told["user"], told["password"]) == ("strongroom", PASSWORD)


def _is_signed_and_tells_no_secret(file: Path, in_words: str) -> None:
    text = file.read_text()
    assert not {HOST, PASSWORD} & set(re.findall(r"[\w.]+", text))
    verified: Said = strongroom("warehouse", "doctor", "--verify", file)
    assert verified.code == 0
    assert "Signed with SHA256:" in verified.out
    assert in_words in verified.out
    file.write_text(text.replace("north-hospital", "south-hospital"))
    assert strongroom("warehouse", "doctor", "--verify", file).code == 5
    file.write_text(text)
    told = json.loads(json.loads(text)["signed"])
    assert told["engine"] == "oracle"
    outcomes = {one["rule"]: one["outcome"] for one in told["questions"]}
    assert sorted(r for r, found in outcomes.items() if found == "otherwise") == LISTED
    assert set(outcomes.values()) == {"passed", "otherwise"}


def _says_what_duckdb_says(file: Path, records: Path) -> None:
    """Of the same records; but for what each calls the columns' types."""
    told = json.loads(json.loads(file.read_text())["signed"])
    given = {"engine": "duckdb", "database": str(records), "mapping": "i2b2"}
    with warehouses.open(given) as opened:
        found = opened.check(date.fromisoformat(told["at"][:10]))
    assert _untyped(told["mapping"]) == _untyped(found.for_outside().as_json())


def _untyped(report: dict[str, Any]) -> dict[str, Any]:
    for column in (one for table in report["tables"] for one in table["columns"]):
        names = [one["column"].casefold() for one in column["stands_in"]]
        column["stands_in"] = names
    return report
