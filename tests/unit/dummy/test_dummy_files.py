"""The same question, seed and date give the same files, on any machine and any day."""

import hashlib
import subprocess
import sys
from datetime import date

import pyarrow as pa
import pytest

from cohort_dsl import create_dataset, load
from cohort_dsl.errors import DefinitionError
from cohort_dsl.tables import PatientFrame, Series, table
from cohort_dsl.tables.contract import SCHEMAS, diagnoses, medications, patients
from dummy_data import generate, read, write

TODAY = date(2026, 1, 1)


def a_query():
    dataset = create_dataset()
    recent = medications.where(medications.code.is_in(["x", "y"]))
    dataset.define_population(recent.exists_for_patient() & (patients.sex == "female"))
    dataset.n = diagnoses.where(diagnoses.code.is_in(["a", "b", "c"])).count_for_patient()
    return load.question_of(dataset)


def fingerprint(folder):
    write(generate(a_query(), size=12, seed=5, reference_date=TODAY), folder)
    files = sorted(folder.iterdir())
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()


def fingerprint_elsewhere(folder, hash_seed):
    """In a process of its own, whose sets have another order."""
    program = (
        "import sys, pathlib, runpy; "
        f"told = runpy.run_path({__file__!r}); "
        f"print(told['fingerprint'](pathlib.Path({str(folder)!r})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_the_same_bytes_come_out_whatever_order_sets_have(tmp_path):
    here = fingerprint(tmp_path / "here")
    assert fingerprint_elsewhere(tmp_path / "there", "1") == here
    assert fingerprint_elsewhere(tmp_path / "elsewhere", "2") == here


def test_another_seed_gives_other_patients():
    one = generate(a_query(), size=12, seed=5, reference_date=TODAY)
    other = generate(a_query(), size=12, seed=6, reference_date=TODAY)
    assert one["medications"] != other["medications"]


def test_what_is_written_reads_back_the_same(tmp_path):
    tables = generate(a_query(), size=12, seed=5, reference_date=TODAY)
    write(tables, tmp_path)
    assert read(tmp_path, [SCHEMAS[name] for name in tables]) == tables


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DefinitionError) as refusal:
        read(tmp_path, [SCHEMAS["patients"]])
    assert refusal.value.where.endswith("patients.csv")


def test_a_file_that_does_not_fit_is_named(tmp_path):
    (tmp_path / "patients.csv").write_text("patient_id,date_of_birth\n1,yesterday\n")
    with pytest.raises(DefinitionError) as refusal:
        read(tmp_path, [SCHEMAS["patients"]])
    assert "doesn't fit the table patients" in refusal.value.problem


@table
class smokers(PatientFrame):
    now = Series(bool)


def test_yes_and_no_are_written_as_cohort_files_write_them(tmp_path):
    ids, now = pa.array([1, 2, 3]), pa.array([True, False, None])
    write({"smokers": pa.table({"patient_id": ids, "now": now})}, tmp_path)
    assert (tmp_path / "smokers.csv").read_text().split()[1:] == ["1,true", "2,false", "3,"]


@pytest.mark.parametrize(("yes", "no"), [("T", "F"), ("true", "false"), ("1", "0")])
def test_yes_and_no_may_be_written_as_others_do(tmp_path, yes, no):
    (tmp_path / "smokers.csv").write_text(f"patient_id,now\n1,{yes}\n2,{no}\n3,\n")
    found = read(tmp_path, [smokers.node_.schema])["smokers"]
    assert found["now"].to_pylist() == [True, False, None]
