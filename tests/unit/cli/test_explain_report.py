"""What `strongroom explain` asks of a folder, and prints."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import dummy_data
from cli import dummies
from cli.__main__ import main
from cli.commands.explain import report
from cli.compose.folder import SiteFolder
from cohort_dsl import create_dataset
from cohort_dsl.errors import DefinitionError, WarehouseError
from cohort_dsl.load import question_of
from cohort_dsl.model.question import Question
from cohort_dsl.model.wire import query_hash
from cohort_dsl.tables import PatientFrame, Series, table_from_rows
from cohort_dsl.tables.contract import deaths, diagnoses, patients
from job_runner.errors import LedgerDamaged
from job_runner.ledger import Ledger
from tests.an_omop import LACKS
from tests.unit.cli.test_warehouse_command import a_site


def a_question() -> Question:
    dataset = create_dataset()
    dataset.configure_dummy_data(population_size=20)
    dataset.define_population(patients.sex == "female")
    dataset.n = diagnoses.count_for_patient()
    return question_of(dataset)


@pytest.fixture
def dummy_tables(tmp_path: Path) -> Path:
    dummy_data.write(dummies.made_up(a_question()), tmp_path / "dummy")
    return tmp_path / "dummy"


def reported(backend: Path | None, capsys, **how) -> dict:
    report(a_question(), backend, as_json=True, **how)
    [plan] = json.loads(capsys.readouterr().out)["plans"]
    return plan


def cohort_rows(plan: dict) -> int:
    return plan["steps"][-1]["rows"]


def test_without_a_backend_nothing_is_asked(capsys):
    plan = reported(None, capsys)
    assert plan["scans"] == {"diagnoses": 1, "patients": 1}
    assert plan["seconds"] is None
    report(a_question(), None, "postgresql")
    assert "SQL for postgresql" in capsys.readouterr().out


def test_the_sql_is_printed_where_it_is_wanted(capsys):
    report(a_question(), None, with_sql=True)
    assert "CREATE TEMPORARY TABLE" in capsys.readouterr().out
    assert "CREATE TEMPORARY TABLE" in reported(None, capsys, with_sql=True)["sql"]


def test_dummy_tables_of_the_command_are_a_backend(dummy_tables, capsys):
    plan = reported(dummy_tables, capsys)
    assert cohort_rows(plan) == 20
    assert plan["seconds"] > 0
    report(a_question(), dummy_tables)
    assert "20 rows (" in capsys.readouterr().out


@pytest.mark.parametrize("in_parts", [False, True])
def test_parquet_files_named_as_the_tables_are_one(tmp_path, capsys, in_parts):
    for name, table in dummies.made_up(a_question()).items():
        path = tmp_path / (f"{name}/1.parquet" if in_parts else f"{name}.parquet")
        path.parent.mkdir(exist_ok=True)
        pq.write_table(table, path)
    assert cohort_rows(reported(tmp_path, capsys)) == 20


def test_a_sites_folder_is_its_warehouse(tmp_path, capsys):
    plan = reported(Path(a_site(tmp_path, empty=LACKS)), capsys)
    assert cohort_rows(plan) == 1373
    assert reported(None, capsys)["scans"].keys() == plan["scans"].keys()


def test_a_site_refuses_what_it_does_not_serve(tmp_path):
    site = Path(a_site(tmp_path))
    dataset = create_dataset()
    dataset.define_population(patients.sex == "female")
    dataset.died = deaths.exists_for_patient()
    with pytest.raises(WarehouseError, match="deaths isn't served"):
        report(question_of(dataset), site)


def test_a_folder_of_none_of_these_is_told(tmp_path):
    with pytest.raises(WarehouseError, match="no file of diagnoses, patients") as caught:
        report(a_question(), tmp_path)
    assert caught.value.where == str(tmp_path)
    assert "strongroom dummy-data" in caught.value.remedy


def test_a_table_that_is_missing_beside_others_is_told(dummy_tables):
    (dummy_tables / "diagnoses.csv").unlink()
    with pytest.raises(DefinitionError, match="no file for the table diagnoses"):
        report(a_question(), dummy_tables)


def test_a_question_about_its_own_rows_alone_needs_no_file(tmp_path, capsys):
    @table_from_rows([(1, 3), (2, 1)])
    class ours(PatientFrame):
        score = Series(int)

    dataset = create_dataset()
    dataset.define_population(ours.score > 2)
    dataset.score = ours.score
    report(question_of(dataset), tmp_path)
    assert "1 row (" in capsys.readouterr().out


def test_a_dialect_is_for_a_plan_without_a_backend(tmp_path, capsys):
    (tmp_path / "definition.py").write_text("")
    words = ["explain", str(tmp_path / "definition.py"), "--backend", str(tmp_path)]
    assert main([*words, "--dialect", "postgresql"]) == 2
    assert "without --backend" in capsys.readouterr().err


def test_a_backend_that_is_not_there_is_told(tmp_path, capsys):
    (tmp_path / "definition.py").write_text("")
    nowhere = str(tmp_path / "nowhere")
    assert main(["explain", str(tmp_path / "definition.py"), "--backend", nowhere]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_what_a_site_is_asked_is_on_its_ledger_before_it_answers(tmp_path, capsys):
    site = Path(a_site(tmp_path, empty=LACKS))
    reported(site, capsys)
    [entry] = Ledger(SiteFolder(site).ledger).entries()
    assert (entry.who, entry.kind) == ("the operator", "explain")
    asked = {"query_sha256": query_hash(a_question()), "tables": ["diagnoses", "patients"]}
    assert entry.body == asked


def test_a_site_whose_ledger_is_damaged_answers_nothing(tmp_path, capsys):
    site = Path(a_site(tmp_path, empty=LACKS))
    SiteFolder(site).ledger.write_text("cut off")
    with pytest.raises(LedgerDamaged):
        report(a_question(), site, as_json=True)
    assert capsys.readouterr().out == ""
