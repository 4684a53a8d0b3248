"""The ten patients of ``samples/edsh``, in tables of the types that its DDL gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from cohort_dsl import warehouses
from cohort_dsl.warehouses.mapped import MappedWarehouse
from tests.a_postgres import Server
from tests.an_omop import on_server, settings

SAMPLE = Path(__file__).parent / "samples" / "edsh"

LACKS = ["documents", "core.clinical_events", "core.medications"]
"""What the model has nothing of, for ``empty_tables``."""

AUDIT = "created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ"

TABLES: Mapping[str, str] = {
    "patient": "patient_id BIGINT, nom VARCHAR, prenom VARCHAR, nir VARCHAR, ins VARCHAR, "
    "date_naissance DATE, sexe VARCHAR, date_deces DATE, source_deces VARCHAR, "
    f"rang_gemellaire INTEGER, {AUDIT}",
    "patient_adresse": "patient_adresse_id BIGINT, patient_id BIGINT, "
    "latitude DECIMAL(10,7), longitude DECIMAL(10,7), code_iris VARCHAR, "
    "libelle_iris VARCHAR, code_geographique_residence VARCHAR, "
    f"libelle_geographique_residence VARCHAR, date_recueil DATE, {AUDIT}",
    "donnees_pmsi": "pmsi_id BIGINT, patient_id BIGINT, mode_sortie VARCHAR, "
    "age_admission INTEGER, date_debut_sejour DATE, date_fin_sejour DATE, "
    "mode_entree VARCHAR, etablissement VARCHAR, service VARCHAR, "
    f"unite_fonctionnelle VARCHAR, {AUDIT}",
    "diagnostics": "diagnostic_id BIGINT, patient_id BIGINT, pmsi_id BIGINT, "
    "code_diagnostic VARCHAR, type_diagnostic VARCHAR, libelle_diagnostic VARCHAR, "
    f"date_recueil DATE, {AUDIT}",
    "actes": "acte_id BIGINT, patient_id BIGINT, pmsi_id BIGINT, code_acte VARCHAR, "
    "libelle_acte VARCHAR, date_acte TIMESTAMP, executant VARCHAR, "
    f"date_recueil DATE, {AUDIT}",
    "biologie": "biologie_id BIGINT, patient_id BIGINT, code_loinc VARCHAR, "
    "libelle_test VARCHAR, type_examen VARCHAR, valeur DECIMAL(15,6), unite VARCHAR, "
    "valeur_texte VARCHAR, date_prelevement TIMESTAMPTZ, statut_validation VARCHAR, "
    "borne_inf_normale DECIMAL(15,6), borne_sup_normale DECIMAL(15,6), "
    f"laboratoire VARCHAR, {AUDIT}",
    "dossier_soins": "soin_id BIGINT, patient_id BIGINT, code_loinc VARCHAR, "
    "libelle_test VARCHAR, valeur DECIMAL(15,6), unite VARCHAR, valeur_code VARCHAR, "
    "valeur_texte VARCHAR, date_mesure DATE, unite_soins VARCHAR, professionnel VARCHAR, "
    f"{AUDIT}",
    "prescription": "prescription_id BIGINT, patient_id BIGINT, prescripteur VARCHAR, "
    "denomination VARCHAR, code_atc VARCHAR, voie_administration VARCHAR, "
    "date_prescription DATE, date_debut_prescription DATE, date_fin_prescription DATE, "
    f"{AUDIT}",
    "posologie": "posologie_id BIGINT, prescription_id BIGINT, "
    "nombre_prises_par_jour INTEGER, quantite DECIMAL(10,3), unite_quantite VARCHAR, "
    f"date_heure_debut TIMESTAMP, date_heure_fin TIMESTAMP, {AUDIT}",
    "administration": "administration_id BIGINT, patient_id BIGINT, "
    "prescription_id BIGINT, denomination VARCHAR, code_atc VARCHAR, "
    "voie_administration VARCHAR, quantite DECIMAL(10,3), unite_quantite VARCHAR, "
    f"date_heure_debut TIMESTAMP, date_heure_fin TIMESTAMP, {AUDIT}",
    "style_vie": "style_vie_id BIGINT, patient_id BIGINT, consommation_tabac VARCHAR, "
    "consommation_alcool VARCHAR, consommation_autres_drogues VARCHAR, "
    f"activite_physique VARCHAR, date_recueil DATE, {AUDIT}",
}


def sample(path: Path) -> Path:
    """The ten patients in a DuckDB file."""
    with duckdb.connect(path) as connection:
        for name, columns in TABLES.items():
            connection.execute(f"CREATE TABLE {name} ({columns})")
            connection.execute(f"COPY {name} FROM '{SAMPLE / name}.csv' (HEADER)")
    return path


@contextmanager
def opened(place: Path | Server) -> Iterator[MappedWarehouse]:
    """The sample's warehouse. ``place``: a folder, or a PostgreSQL server."""
    if isinstance(place, Server):
        with on_server(place, {}, TABLES) as given:
            _copied(place, given["database"])
            with warehouses.open({**given, **MODEL}) as warehouse:
                yield warehouse
        return
    with warehouses.open({**settings(sample(place / "edsh.duckdb")), **MODEL}) as warehouse:
        yield warehouse


MODEL = {"mapping": "edsh", "empty_tables": LACKS}


def _copied(server: Server, database: str) -> None:
    with server.connect(database) as connection, connection.cursor() as cursor:
        for name in TABLES:
            with cursor.copy(f"COPY {name} FROM STDIN (FORMAT csv, HEADER)") as copy:
                copy.write((SAMPLE / f"{name}.csv").read_bytes())
