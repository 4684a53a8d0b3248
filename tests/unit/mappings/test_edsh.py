"""The national core's ten patients: every row of the contract's, told by other means.

``OTHERWISE`` reads the CSV files in DuckDB's own words, without a mapping.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from cohort_dsl import create_dataset, warehouses
from cohort_dsl.extract import extract
from cohort_dsl.mappings.demanding import State
from cohort_dsl.tables.contract import diagnoses, lab_results, medications, patients
from cohort_dsl.testing import query_of
from cohort_dsl.warehouses.mapped import MappedWarehouse
from tests import an_edsh
from tests.a_postgres import Server
from tests.an_omop import rows_of, settings

OTHERWISE = {
    "patients": """
        SELECT patient_id, date_naissance, if(sexe = 'h', 'male', 'female'), date_deces
        FROM patient""",
    "visits": """
        SELECT patient_id, pmsi_id::VARCHAR, date_debut_sejour, date_fin_sejour,
               'inpatient', etablissement FROM donnees_pmsi""",
    "diagnoses": """
        SELECT patient_id, date_recueil, NULL, replace(code_diagnostic, '.', ''), 'CIM10',
               code_diagnostic,
               if(type_diagnostic = 'Principal', 'principal', 'associated'),
               pmsi_id::VARCHAR FROM diagnostics""",
    "procedures": """
        SELECT patient_id, date_acte::DATE, code_acte, 'CCAM', code_acte, pmsi_id::VARCHAR
        FROM actes""",
    "medications": """
        SELECT patient_id, date_debut_prescription, date_fin_prescription, code_atc, 'ATC',
               denomination, 'prescribed', quantite::DOUBLE, NULL, NULL
        FROM prescription JOIN posologie USING (prescription_id)
        UNION ALL
        SELECT patient_id, date_heure_debut::DATE, date_heure_fin::DATE, code_atc, 'ATC',
               denomination, 'administered', quantite::DOUBLE, NULL, NULL
        FROM administration""",
    "lab_results": """
        SELECT patient_id, date_prelevement[:10]::DATE, code_loinc, 'LOINC', libelle_test,
               valeur::DOUBLE, NULL, NULL, unite, borne_inf_normale::DOUBLE,
               borne_sup_normale::DOUBLE, NULL FROM biologie
        UNION ALL
        SELECT patient_id, date_mesure, code_loinc, 'LOINC', libelle_test, valeur::DOUBLE,
               NULL, NULL, unite, NULL, NULL, NULL FROM dossier_soins""",
    "deaths": "SELECT 4, DATE '2023-11-10', NULL, NULL",
    "registrations": """
        SELECT patient_id, min(date_debut_sejour), max(date_fin_sejour), NULL
        FROM donnees_pmsi GROUP BY patient_id""",
    "addresses": """
        SELECT patient_id, date_recueil, NULL, code_geographique_residence::VARCHAR,
               code_iris::VARCHAR, NULL FROM patient_adresse""",
    "clinical_events": """
        SELECT patient_id, date_recueil, replace(code_diagnostic, '.', ''), 'CIM10', NULL
        FROM diagnostics
        UNION ALL
        SELECT patient_id, date_acte::DATE, code_acte, 'CCAM', NULL FROM actes
        UNION ALL
        SELECT patient_id, date_prelevement[:10]::DATE, code_loinc, 'LOINC', valeur
        FROM biologie
        UNION ALL
        SELECT patient_id, date_mesure, code_loinc, 'LOINC', valeur FROM dossier_soins
        UNION ALL
        SELECT patient_id, date_recueil, unnest(['tabac:' || consommation_tabac,
               'alcool:' || consommation_alcool,
               'drogues:' || consommation_autres_drogues,
               'activite:' || activite_physique]), NULL, NULL FROM style_vie""",
    "core.patients": """
        SELECT patient_id, date_trunc('month', date_naissance)::DATE,
               if(sexe = 'h', 'male', 'female'), date_deces FROM patient""",
    "core.practice_registrations": """
        SELECT patient_id, min(date_debut_sejour), max(date_fin_sejour), 0
        FROM donnees_pmsi GROUP BY patient_id""",
    "core.ons_deaths": f"SELECT 4, DATE '2023-11-10', {', '.join(['NULL'] * 17)}",
}


@pytest.fixture(params=["duckdb", "postgresql"])
def edsh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MappedWarehouse]:
    server = request.param == "postgresql"
    place = request.getfixturevalue("postgres") if server else tmp_path
    assert isinstance(place, Server if server else Path)
    with an_edsh.opened(place) as warehouse:
        yield warehouse


@pytest.fixture(scope="module")
def files() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for name in an_edsh.TABLES:
            # As text where a time zone would be read.
            texts = "{'date_prelevement': 'VARCHAR'}" if name == "biologie" else "{}"
            path = an_edsh.SAMPLE / f"{name}.csv"
            source = (
                f"read_csv('{path}', types = {texts})" if texts != "{}" else f"'{path}'"
            )
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM {source}")
        yield connection


def test_every_table_says_what_the_files_say(edsh, files):
    for table, words in OTHERWISE.items():
        wanted = files.execute(words).fetchall()
        found = [tuple(row.values()) for row in rows_of(edsh, table)]
        assert sorted(found, key=repr) == sorted(wanted, key=repr), table
        assert found


def test_the_whole_contract_is_served_but_for_what_the_model_lacks(edsh):
    served = {n for n, t in edsh.bound.tables.items() if t.served.state is State.SERVED}
    assert served == set(OTHERWISE)
    assert edsh.check(datetime.date(2025, 1, 1)).ok


def test_a_study_is_answered(edsh, tmp_path):
    """Whose principal diagnosis is of the heart: patients 1 and 6 (I219, I251)."""
    dataset = create_dataset()
    heart = diagnoses.where(diagnoses.code.is_in(["I219", "I251"]))
    dataset.define_population(heart.exists_for_patient())
    dataset.age = patients.age_on("2024-01-01")
    dataset.drugs = medications.where(
        medications.event_type == "administered"
    ).count_for_patient()
    creatinine = lab_results.where(lab_results.code == "14682-9")
    dataset.creatinine = (
        creatinine.sort_by(creatinine.date).last_for_patient().numeric_value
    )
    extract(query_of(dataset), edsh, tmp_path / "heart.parquet")
    found = duckdb.sql(f"FROM '{tmp_path / 'heart.parquet'}'").fetchall()
    assert found == [(1, 38, 3, 85.0), (6, 58, 2, 89.0)]


UNSURE = [("rejete", 0), ("en_attente", 0), ("en_cours", 0), ("valide", 1), (None, 1)]


@pytest.mark.parametrize(("state", "rows"), UNSURE)
def test_a_result_that_nobody_stands_by_is_left_out(tmp_path, state, rows):
    path = an_edsh.sample(tmp_path / "edsh.duckdb")
    with duckdb.connect(path) as connection:
        connection.execute("DELETE FROM dossier_soins; DELETE FROM biologie")
        row = "INSERT INTO biologie (patient_id, statut_validation) VALUES (1, ?)"
        connection.execute(row, [state])
    with warehouses.open({**settings(path), **an_edsh.MODEL}) as warehouse:
        assert len(rows_of(warehouse, "lab_results")) == rows
