"""A codelist of a coding system that the site hasn't would find nothing: it is refused."""

from __future__ import annotations

import pytest

from cohort_dsl import case, create_dataset, warehouses, when
from cohort_dsl.errors import WarehouseError
from cohort_dsl.load import question_of
from cohort_dsl.tables.contract import diagnoses, lab_results, patients
from tests.an_omop import HEAD_OF_OURS, built, settings

OURS = """\
  patients:
    from: person
    patient_id: person_id
    columns: {date_of_birth: , sex: "'unknown'", date_of_death: }
  diagnoses:
    from: facts
    patient_id: person_id
    columns:
      {date: , end_date: , code: code, vocabulary: "choose(kind, {'a': 'CIM10'}, None)",
       source_code: , kind: , visit_id: }
  procedures:
    from: facts
    patient_id: person_id
    columns: {date: , code: code, vocabulary: kind, source_code: , visit_id: }
  lab_results:
    from: facts
    patient_id: person_id
    columns:
      {date: , code: code, vocabulary: "first('LOINC', 'Our own')", source_code: ,
       numeric_value: , operator: , text_value: , unit: , reference_low: ,
       reference_high: , visit_id: }
"""
SNOMED = ["73211009", "44054006"]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    (folder / "ours.yaml").write_text(HEAD_OF_OURS + OURS, encoding="utf-8")
    tables = {
        "person": "person_id BIGINT",
        "facts": "person_id BIGINT, code VARCHAR, kind VARCHAR",
    }
    database = built(folder / "w.duckdb", {}, tables)
    with warehouses.open(settings(database, mapping=str(folder / "ours.yaml"))) as opened:
        yield opened


def asked(warehouse, condition):
    dataset = create_dataset()
    dataset.define_population(patients.exists_for_patient())
    dataset.found = diagnoses.where(condition).exists_for_patient()
    question = question_of(dataset)
    with warehouse.ask(question) as rows:
        return list(rows.reveal())


@pytest.mark.parametrize(
    ("condition", "like"),
    [
        (diagnoses.code.is_in(SNOMED), "codes that look like SNOMED CT or dm+d"),
        (diagnoses.code == "HHFA001", "codes that look like CCAM"),
        (diagnoses.code.starts_with("44"), "other codes"),
        (diagnoses.code.is_in(["21.9"]), "other codes"),
        (diagnoses.code.is_in(["i219"]) & diagnoses.code.is_in(["E11"]), "other codes"),
        (diagnoses.code.map_values({"44054006": "a"}) == "a", "SNOMED CT"),
        (case(when(diagnoses.code == "718-7").then(True), otherwise=False), "LOINC"),
    ],
)
def test_codes_of_another_system_are_refused_before_anything_is_asked(
    warehouse, condition, like
):
    with pytest.raises(WarehouseError) as refused:
        asked(warehouse, condition)
    assert refused.value.problem.startswith("diagnoses.code has CIM10 codes (capitals and")
    assert like in refused.value.problem
    assert "nothing would be found" in refused.value.remedy


@pytest.mark.parametrize(
    "condition",
    [
        diagnoses.code.is_in(["I219", "73211009"]),  # a list of several systems
        diagnoses.code.is_in(SNOMED) | diagnoses.code.is_in(["I219"]),  # for several sites
        ~diagnoses.code.is_in(SNOMED),
        diagnoses.code.starts_with("I2"),
        diagnoses.code.starts_with("I21.") | diagnoses.code.is_in(["I21.9"]),  # with dots
        diagnoses.code.is_in([]),
        diagnoses.source_code.is_in(SNOMED),
    ],
)
def test_what_may_well_be_found_is_asked(warehouse, condition):
    asked(warehouse, condition)


def test_where_nobody_knows_what_a_vocabularys_codes_are_anything_may_be_asked(warehouse):
    dataset = create_dataset()
    found = lab_results.where(lab_results.code.is_in(SNOMED))
    dataset.define_population(found.exists_for_patient())
    with warehouse.ask(question_of(dataset)) as rows:
        assert list(rows.reveal()) is not None


def test_an_alternative_of_another_table_excuses_nothing(warehouse):
    dataset = create_dataset()
    found = diagnoses.where(diagnoses.code.is_in(SNOMED)).exists_for_patient()
    measured = lab_results.where(lab_results.code.is_in(["718-7"])).exists_for_patient()
    dataset.define_population(found | measured)
    with (
        pytest.raises(WarehouseError, match="SNOMED CT"),
        warehouse.ask(question_of(dataset)),
    ):
        pass
