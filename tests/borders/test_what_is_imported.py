"""A command starts as fast as its imports let it: what it doesn't need stays out."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

HEAVY = {
    *("duckdb", "dummy_data", "faker", "highspy", "jsonschema", "numpy", "pandas"),
    *("psycopg", "pyarrow", "rich", "yaml"),
}

COMPILED = """
from pathlib import Path

from cohort_dsl import load, sql
from cohort_dsl.sql.catalog import plain
from cohort_dsl.warehouses.explaining import planned

question = load.definition(Path(sys.argv[1]))
catalog = sql.Catalog({table.name: plain(table) for table in question.tables()})
for words in sql.DIALECTS.values():
    assert "SELECT" in str(sql.script(planned(question, words, catalog), words, catalog))
"""
CALLED = """
from cli.__main__ import main

assert main(sys.argv[1:]) == 0
"""
DEFINITION = """
from cohort_dsl import create_dataset
from cohort_dsl.tables.contract import diagnoses, patients

dataset = create_dataset()
dataset.define_population(patients.sex == "female")
dataset.asthma = diagnoses.where(diagnoses.code.is_in(["J45", "J46"])).exists_for_patient()
"""


def imported(program: str, *arguments: str) -> set[str]:
    """What a program imports: the outermost packages. Measuring coverage imports, too, but
    before it begins."""
    before = "import json, sys; before = set(sys.modules)"
    new = "{name.partition('.')[0] for name in set(sys.modules) - before}"
    told = f"print(json.dumps(sorted({new})))"
    done = subprocess.run(
        [sys.executable, "-c", f"{before}\n{program}\n{told}", *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


BEGUN = """
from cli import begin

sys.argv = ["strongroom", "--help"]
begin.entrypoint()
"""


def test_the_list_of_commands_is_shown_without_anything_of_others():
    """To import click alone takes as long as five starts of Python."""
    found = imported(BEGUN)
    assert not found & {*HEAVY, "click", "cohort_dsl", "dataclasses", "job_runner"}


def test_a_definition_becomes_sql_without_an_engine_or_arrow(tmp_path: Path) -> None:
    """They would take as long to import as 500 variables take to compile."""
    definition = tmp_path / "definition.py"
    definition.write_text(DEFINITION)
    found = imported(COMPILED, str(definition))
    assert "sqlalchemy" in found
    assert not found & {*HEAVY, "click", "docker"}


@pytest.mark.parametrize(
    ("arguments", "spared"),
    [
        (["--help"], {*HEAVY, "docker", "sqlalchemy"}),
        (["init", "--help"], {*HEAVY - {"yaml"}, "sqlalchemy"}),
        (["check", "--help"], {*HEAVY - {"yaml"}, "sqlalchemy"}),
        (["explain", "--help"], HEAVY - {"yaml"}),
        (["submit", "--help"], {*HEAVY - {"rich"}, "docker", "sqlalchemy"}),  # httpx has it
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_a_command_imports_only_what_it_needs(
    arguments: Sequence[str], spared: set[str]
) -> None:
    found = imported(CALLED, *arguments)
    assert not found & spared
