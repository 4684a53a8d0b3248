"""The world as a definition finds it, and as it is left behind."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cohort_dsl import create_dataset, load
from cohort_dsl.errors import DefinitionError
from tests.a_definition import write

EHRQL = """\
from ehrql import create_dataset
from ehrql.tables.core import patients
import ehrql.codes
import ehrql.tables
import cohort_dsl
assert ehrql is cohort_dsl
assert ehrql.tables.core.patients is patients
dataset = create_dataset()
dataset.define_population(patients.sex == "male")
"""


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_definition_for_ehrql_runs_as_it_is_and_leaves_no_alias(study):
    query = load.definition(write(study, EHRQL))
    assert [table.name for table in query.tables()] == ["core.patients"]
    assert not [name for name in sys.modules if name.startswith("ehrql")]


def test_an_ehrql_that_was_there_before_is_there_afterwards(study, monkeypatch):
    monkeypatch.setitem(sys.modules, "ehrql", other := type(sys)("ehrql"))
    load.definition(write(study, EHRQL))
    assert sys.modules["ehrql"] is other


def test_arguments_are_the_definitions_own(study):
    code = EHRQL + (
        "import argparse\n"
        "parser = argparse.ArgumentParser()\n"
        "parser.add_argument('--size', type=int)\n"
        "dataset.configure_dummy_data(population_size=parser.parse_args().size)\n"
    )
    query = load.definition(write(study, code), ["--size", "31"])
    assert query.dummy_data.population_size == 31


def test_prints_go_to_stderr(study, capsys):
    load.definition(write(study, EHRQL + "print('hello')\n"))
    assert capsys.readouterr() == ("", "hello\n")


def test_files_beside_the_definition_can_be_imported_and_are_forgotten(study):
    code = EHRQL + "import codelists_here\ndataset.x = codelists_here.column(patients)\n"
    for column in ("sex", "date_of_birth"):
        beside = f"def column(p): return p.{column}\n"
        write(study, beside, f"{column}/codelists_here.py")
        query = load.definition(write(study, code, f"{column}/definition.py"))
        assert query.variables["x"].name == column


def test_the_world_is_put_back_also_after_a_mistake(study):
    before = sys.argv[:], sys.path[:], sys.meta_path[:], sys.dont_write_bytecode
    with pytest.raises(DefinitionError):
        load.definition(write(study, "import sys\nsys.argv = sys.path = 3\n1 / 0\n"))
    assert before == (sys.argv, sys.path, sys.meta_path, sys.dont_write_bytecode)
    assert load.RUNS_AS not in sys.modules


def test_dataclasses_can_be_declared_in_a_definition(study):
    code = (
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\n"
        "@dataclass\nclass Settings:\n    size: int = 3\n"
    )
    load.definition(write(study, code + EHRQL))


def test_nothing_is_written_beside_the_definition(study):
    write(study, "x = 1\n", "analysis/quiet_sibling.py")
    load.definition(write(study, EHRQL + "import quiet_sibling\n"))
    found = sorted(path.name for path in (study / "analysis").iterdir())
    assert found == ["definition.py", "quiet_sibling.py"]


def test_only_a_dataset_is_a_question():
    with pytest.raises(DefinitionError, match="a int is no dataset"):
        load.question_of(3)
    with pytest.raises(DefinitionError, match="the dataset has no population"):
        load.question_of(create_dataset())
