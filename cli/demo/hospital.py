"""A hospital's warehouse in the shape of the national core, for the demo.

The ten made-up patients that the core's guide publishes, and many more like them: each is
one of the ten, with another age and sex, on other days, with other results, and without
some of the rows. Ten people are too few for anything to be released about them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

SAMPLE = Path(__file__).parent / "edsh"
"""The ten, as CSV files."""

COPIES = 59  # of each of the ten: 600 people in all

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
    "libelle_acte VARCHAR, date_acte TIMESTAMP, executant VARCHAR, date_recueil DATE, "
    f"{AUDIT}",
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
"""The core's tables: the columns of its published DDL, by DuckDB's names of types."""


def ten(target: Path) -> Path:
    """A DuckDB file of the ten patients."""
    import duckdb

    with duckdb.connect(target) as connection:
        for name, columns in TABLES.items():
            connection.execute(f"CREATE TABLE {name} ({columns})")
            rows = f"INSERT INTO {name} FROM read_csv(?, {_read(columns)})"
            connection.execute(rows, [str(SAMPLE / f"{name}.csv")])
    return target


def many(target: Path) -> Path:
    """A DuckDB file of the ten, and of those made like them; the same on every machine."""
    import duckdb

    with duckdb.connect(ten(target)) as connection:
        connection.execute("SET TimeZone = 'Europe/Paris'")
        for name, columns in TABLES.items():
            connection.execute(f"CREATE TEMP TABLE made_{name} AS {_made(name, columns)}")
        for name in TABLES:  # by now all are made of the ten alone
            connection.execute(f"INSERT INTO {name} FROM made_{name}")
    return target


def _read(columns: str) -> str:
    """How a file is read, so that nothing is guessed."""
    kinds = ", ".join(f"'{name}': '{kind}'" for name, kind in _typed(columns))
    return f"header = true, columns = {{{kinds}}}"


def _typed(columns: str) -> list[tuple[str, str]]:
    """Names and types; a type may have a comma in brackets."""
    found = re.split(r", (?![^(]*\))", columns)
    return [(name, kind) for name, _, kind in (one.partition(" ") for one in found)]


# Made like others ----------------------------------------------------------------

NUMBERS: Mapping[str, int] = {"patient_id": 10, "pmsi_id": 10, "prescription_id": 1000}
"""By how much the numbers of each further copy are higher."""

WHOLE = ("patient", "donnees_pmsi", "prescription")
"""Tables of which every row is kept: other tables name their rows."""

OF_PRESCRIPTION = """(SELECT any_value(p.patient_id) FROM prescription p
    WHERE p.prescription_id = posologie.prescription_id)"""

CHANGED: Mapping[str, str] = {
    **dict.fromkeys(("nom", "prenom", "nir", "age_admission"), "NULL"),
    "sexe": "if(who * 31 % 100 < 48, 'h', 'f')",
    "date_naissance": "date_naissance + to_days((who * 7919 % 14000 - 7000)::INTEGER)",
    "valeur": "round(valeur * (0.8 + (who * 613 % 40) / 100.0), 1)",
}
"""What a column of a new person's row is. ``who``: their number."""

LATER = "to_days((who * 541 % 700 - 500)::INTEGER)"
"""From a day of the old person's to the new one's."""


def _made(table: str, columns: str) -> str:
    """The rows of those who are made like the ten."""
    typed = _typed(columns)
    own = typed[0][0]
    values = ", ".join(f"({_value(own, *one)})::{one[1]} AS {one[0]}" for one in typed)
    person = "patient_id" if "patient_id" in dict(typed) else OF_PRESCRIPTION
    copies = f"range(1, {COPIES + 1}) copies(k)"
    rows = f"SELECT *, {person} + 10 * k AS who FROM {table}, {copies}"  # noqa: S608 - our names
    kept = "true" if table in WHOLE else f"({own} * 37 + k * 101) % 10 < 8"
    return f"SELECT {values} FROM ({rows}) WHERE {kept}"  # noqa: S608 - our names


def _value(own: str, name: str, kind: str) -> str:
    if name in CHANGED:
        return CHANGED[name]
    if name == own or name in NUMBERS:
        return f"{name} + {NUMBERS.get(name, 1000)} * k"
    return f"{name} + {LATER}" if kind.startswith(("DATE", "TIME")) else name
