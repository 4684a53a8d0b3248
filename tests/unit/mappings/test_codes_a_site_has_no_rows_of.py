"""Where the database itself says what its codes are, it is asked before the question is.

On every model: codes of a system that is there are answered, those of one that isn't are
refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from cohort_dsl import create_dataset, create_measures, warehouses, years
from cohort_dsl.errors import WarehouseError
from cohort_dsl.load import question_of
from cohort_dsl.mappings import present_codes, reading
from cohort_dsl.tables import core
from cohort_dsl.tables.contract import (
    clinical_events,
    diagnoses,
    lab_results,
    medications,
    patients,
    procedures,
)
from cohort_dsl.warehouses.mapped import MappedWarehouse
from tests import a_mapped_h2, a_site_warehouse, a_snds, an_edsh, an_i2b2
from tests.an_omop import HEAD_OF_OURS, TABLES, built, opened, settings

SNOMED, CIM10, ICD9, CCAM = "73211009", "I219", "250.00", "HHFA001"
LOINC, ATC, DMD = "718-7", "A10BA02", "39113611000001102"

CONCEPTS = [(1, "SNOMED", SNOMED), (2, "LOINC", LOINC), (3, "ICD10", "I21.9")]
ROWS: dict[str, list[dict[str, Any]]] = {
    "person": [{"person_id": 1, "year_of_birth": 1950}],
    "concept": [
        {"concept_id": n, "vocabulary_id": system, "concept_code": code}
        for n, system, code in CONCEPTS
    ],
    "condition_occurrence": [
        {"person_id": 1, "condition_concept_id": 1},
        {"person_id": 1, "condition_concept_id": 0, "condition_source_value": "chest_ache"},
        # Who isn't a patient shows nobody that there are such codes.
        {"person_id": 9, "condition_concept_id": 3},
    ],
    "measurement": [{"person_id": 1, "measurement_concept_id": 2}],
}


def asking(table: Any, column: str, codes: Sequence[str]) -> Any:
    dataset = create_dataset()
    found = table.where(getattr(table, column).is_in(codes))
    dataset.define_population(found.exists_for_patient())
    return question_of(dataset)


def refusal(warehouse: MappedWarehouse, question: Any) -> WarehouseError:
    with pytest.raises(WarehouseError) as refused, warehouse.ask(question):
        pytest.fail("it was asked")
    assert refused.value.where == "the codes that the definition asks for"
    assert "empty_tables" in refused.value.remedy
    return refused.value


def is_answered(warehouse: MappedWarehouse, question: Any) -> None:
    with warehouse.ask(question) as rows:
        assert list(rows.reveal()) is not None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module", params=["duckdb", "postgresql", "oracle"])
def omop(request: pytest.FixtureRequest, folder: Path) -> Iterator[MappedWarehouse]:
    """Oracle is H2."""
    if request.param == "oracle":
        text = (reading.MODELS / "omop" / "mapping.yaml").read_text(encoding="utf-8")
        with a_mapped_h2.opened(ROWS, TABLES, text) as served:
            yield served
        return
    place = folder if request.param == "duckdb" else request.getfixturevalue("postgres")
    with opened(place, ROWS) as served:
        yield served


HAS = (
    "diagnoses.code has SNOMED codes (6 to 18 digits, as in 73211009) and codes of no "
    "vocabulary, and is asked for codes that look like "
)


@pytest.mark.parametrize(
    ("table", "column", "there", "lacking", "told"),
    [
        (diagnoses, "code", SNOMED, CIM10, f"{HAS}ICD-10 or CIM-10"),
        (diagnoses, "code", SNOMED, LOINC, f"{HAS}LOINC"),
        (lab_results, "code", LOINC, SNOMED, "lab_results.code has LOINC codes (a number"),
        (medications, "code", None, ATC, "medications.code has no code of anybody here"),
        (core.clinical_events, "snomedct_code", SNOMED, None, ""),
        (
            core.medications,
            "dmd_code",
            None,
            DMD,
            "core.medications.dmd_code has no code of anybody here, and is asked for some",
        ),
    ],
)
def test_an_omop_site_refuses_codes_of_what_its_rows_have_none_of(
    omop: MappedWarehouse, table: Any, column: str, there: str, lacking: str, told: str
) -> None:
    if there:
        is_answered(omop, asking(table, column, [there]))
        assert omop._present.found
    if lacking:
        problem = refusal(omop, asking(table, column, [lacking])).problem
        assert problem.startswith(told)
        assert "chest_ache" not in problem


@pytest.mark.parametrize(
    "codes",
    [
        [CIM10, SNOMED],  # a list of several systems
        ["44054006"],  # of the system, though nobody has it: nobody is the answer
        ["our own code"],  # of none that we know: it may be the source's own
        [],
    ],
)
def test_what_may_well_be_there_is_answered(
    omop: MappedWarehouse, codes: Sequence[str]
) -> None:
    is_answered(omop, asking(diagnoses, "code", codes))


def test_beginnings_of_codes_are_looked_for_alike(omop: MappedWarehouse) -> None:
    for begun, known in (("7321", True), ("chest_", True), ("HHFA", False)):
        omop._present.found.clear()
        dataset = create_dataset()
        found = diagnoses.where(diagnoses.code.starts_with(begun))
        dataset.define_population(found.exists_for_patient())
        if known:
            is_answered(omop, question_of(dataset))
        else:
            refusal(omop, question_of(dataset))


def test_a_list_beside_one_that_is_there_is_no_mistake(omop: MappedWarehouse) -> None:
    dataset = create_dataset()
    either = diagnoses.code.is_in([SNOMED]) | diagnoses.code.is_in([CIM10])
    dataset.define_population(diagnoses.where(either).exists_for_patient())
    is_answered(omop, question_of(dataset))


def test_measures_and_what_is_explained_are_refused_alike(tmp_path: Path) -> None:
    found = diagnoses.where(diagnoses.code.is_in([CIM10])).exists_for_patient()
    measures = create_measures()
    times = years(1).starting_on("2020-01-01")
    measures.define_measure("m", numerator=found, denominator=found, intervals=times)
    with opened(tmp_path, ROWS) as warehouse:
        with pytest.raises(WarehouseError, match=r"diagnoses\.code has SNOMED"):
            warehouse.measure(question_of(measures))
        question = asking(diagnoses, "code", [CIM10])
        with pytest.raises(WarehouseError, match=r"diagnoses\.code has SNOMED"):
            warehouse.explain(question, lambda: 0.0)
        with pytest.raises(WarehouseError, match=r"diagnoses\.code has SNOMED"):
            warehouse.resumable(question)


def test_a_source_code_without_a_concept_counts_by_its_looks(tmp_path: Path) -> None:
    """Where nobody mapped them, a table's codes are what the source wrote."""
    own = {"person_id": 1, "condition_concept_id": 0, "condition_source_value": "I21.9"}
    rows = {**ROWS, "condition_occurrence": [*ROWS["condition_occurrence"], own]}
    with opened(tmp_path, rows) as warehouse:
        is_answered(warehouse, asking(diagnoses, "code", [CIM10]))
        refusal(warehouse, asking(diagnoses, "code", [LOINC]))


def test_people_who_are_left_out_show_nothing(tmp_path: Path) -> None:
    text = (reading.MODELS / "omop" / "mapping.yaml").read_text(encoding="utf-8")
    left_out = "opposition: [{from: opposed, patient_id: person_id}]\n"
    (tmp_path / "ours.yaml").write_text(text.replace("people:", f"{left_out}people:", 1))
    rows = {
        **ROWS,
        "person": [*ROWS["person"], {"person_id": 9}],
        "opposed": [{"person_id": 9}],
    }
    tables = {**TABLES, "opposed": "person_id BIGINT"}
    mapping = str(tmp_path / "ours.yaml")
    with opened(tmp_path, rows, tables, mapping=mapping) as warehouse:
        refusal(warehouse, asking(diagnoses, "code", [CIM10]))


def test_what_is_declared_empty_is_answered_with_nothing(tmp_path: Path) -> None:
    with opened(
        tmp_path, ROWS, empty=["medications.code", "core.medications"]
    ) as warehouse:
        is_answered(warehouse, asking(medications, "code", [ATC]))
        is_answered(warehouse, asking(core.medications, "dmd_code", [DMD]))


def with_facts(folder: Path, vocabulary: str, kinds: Sequence[str]) -> Any:
    """Procedures of these kinds, all with the code 1, under a site's own mapping."""
    columns = "date: , code: code, vocabulary: {}, source_code: , visit_id: "
    text = (
        "  procedures:\n    from: facts\n    patient_id: person_id\n"
        f"    columns: {{{columns.format(vocabulary)}}}\n"
    )
    (folder / "ours.yaml").write_text(HEAD_OF_OURS + text, encoding="utf-8")
    facts = "person_id BIGINT, code VARCHAR, kind VARCHAR"
    rows = {
        "person": [{"person_id": 1}],
        "facts": [{"person_id": 1, "code": "1", "kind": kind} for kind in kinds],
    }
    made = built(folder / "w.duckdb", rows, {"person": "person_id BIGINT", "facts": facts})
    return warehouses.open(settings(made, mapping=str(folder / "ours.yaml")))


def test_where_no_vocabulary_stands_nothing_is_known(tmp_path: Path) -> None:
    with with_facts(tmp_path, "", ["x"]) as warehouse:
        is_answered(warehouse, asking(procedures, "code", [CCAM]))


def test_codes_of_other_vocabularies_count_by_their_looks_unless_they_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with with_facts(tmp_path, "kind", [f"k{n}" for n in range(5)]) as warehouse:
        problem = refusal(warehouse, asking(procedures, "code", [CCAM])).problem
        assert "procedures.code has codes of other vocabularies, and is asked" in problem
        assert "k1" not in problem
    (tmp_path / "w.duckdb").unlink()
    monkeypatch.setattr(present_codes, "DIFFERENT_CODES", 5)
    with with_facts(tmp_path, "kind", [f"k{n}" for n in range(5)]) as warehouse:
        is_answered(warehouse, asking(procedures, "code", [CCAM]))
        is_answered(warehouse, asking(procedures, "code", [SNOMED]))


def test_a_column_is_looked_at_once_however_many_lists_are_asked_of_it(
    tmp_path: Path,
) -> None:
    """One row, where there are such codes; all of it, once, where there are none."""
    sent: list[str] = []
    dataset = create_dataset()
    dataset.define_population(patients.exists_for_patient())
    for number in range(9):
        found = diagnoses.where(diagnoses.code.is_in([SNOMED, f"4405400{number}"]))
        setattr(dataset, f"v{number}", found.exists_for_patient())
        begun = diagnoses.code.starts_with(f"732{number}")
        setattr(dataset, f"b{number}", diagnoses.where(begun).exists_for_patient())
    with opened(tmp_path, ROWS) as warehouse:
        engine = warehouse._engine

        def counted(statement: Any) -> Any:
            sent.append(statement.text)
            return engine.run(statement)

        warehouse._present = present_codes.Present(warehouse.bound, engine.dialect, counted)
        is_answered(warehouse, question_of(dataset))
        assert len(sent) == 1
        for code in (CIM10, CCAM, LOINC, "I2191"):
            refusal(warehouse, asking(diagnoses, "code", [code]))
        begun = create_dataset()
        begun.define_population(
            diagnoses.where(diagnoses.code.starts_with("I2")).exists_for_patient()
        )
        refusal(warehouse, question_of(begun))
        assert len(sent) == 3
        for code in (DMD, "39113611000001103"):
            refusal(warehouse, asking(core.medications, "dmd_code", [code]))
        assert len(sent) == 4
    assert all("LIMIT" in one for one in sent)


# Other models ------------------------------------------------------------------------


def in_i2b2(folder: Path) -> Any:
    return warehouses.open(settings(an_i2b2.loaded(folder / "i"), mapping="i2b2"))


def test_codes_that_a_mapping_makes_itself_are_no_mistake(tmp_path: Path) -> None:
    """Of the national core's ways of life there are codes of no vocabulary."""
    with an_edsh.opened(tmp_path) as warehouse:
        for code in ("tabac:Fumeur", CIM10, LOINC):
            is_answered(warehouse, asking(clinical_events, "code", [code]))
        problem = refusal(warehouse, asking(clinical_events, "code", ["44054006"])).problem
    assert "and codes of no vocabulary, and is asked for" in problem


def at_a_hospital(folder: Path) -> Any:
    return a_site_warehouse.hospital(folder, folder)


@pytest.mark.parametrize(
    ("model", "asked"),
    [
        (in_i2b2, [(diagnoses, ICD9, SNOMED), (lab_results, LOINC, CCAM)]),
        (an_edsh.opened, [(diagnoses, CIM10, SNOMED), (lab_results, LOINC, ATC)]),
        (a_snds.extract, [(procedures, CCAM, CIM10), (diagnoses, CIM10, SNOMED)]),
        (at_a_hospital, [(diagnoses, CIM10, SNOMED), (medications, ATC, LOINC)]),
    ],
)
def test_each_model_answers_what_it_has_and_refuses_what_it_lacks(
    tmp_path: Path, model: Any, asked: Sequence[tuple[Any, str, str]]
) -> None:
    with model(tmp_path) as warehouse:
        for table, there, lacking in asked:
            is_answered(warehouse, asking(table, "code", [there]))
            problem = refusal(warehouse, asking(table, "code", [lacking])).problem
            assert problem.startswith(f"{table.node_.schema.name}.code has ")
