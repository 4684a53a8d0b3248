"""A hospital's own warehouse, made up: what the form of ``models/site`` is filled in with.

Documents with structured items of thesauri, movements and oppositions: the shape of such
warehouses. The names are nobody's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cohort_dsl.mappings import reading
from cohort_dsl.warehouses.mapped import MappedWarehouse
from tests.a_postgres import Server
from tests.an_omop import opened

NAMES: Mapping[str, str] = {
    "PATIENT_TABLE": "person_file", "PATIENT_NUMBER": "person_no",
    "BIRTH_DATE": "born_on", "DEATH_DATE": "died_on", "SEX": "sex_code",
    "CODE_OF_MALE": "M", "CODE_OF_FEMALE": "F",
    "POSTCODE": "postcode", "COMMUNE": "commune",
    "OPPOSITION_TABLE": "opposition", "OPPOSITION_DATE": "said_on",
    "OPPOSITION_END": "withdrawn_on",
    "MOVEMENT_TABLE": "movement", "MOVEMENT_KIND": "kind", "MOVEMENT_TIME": "at_time",
    "STAY_NUMBER": "stay_no", "STAY_KIND": "regime", "UNIT": "unit_code",
    "CODE_OF_ADMISSION": "ADM", "CODE_OF_DISCHARGE": "DIS",
    "CODE_OF_INPATIENT": "HC", "CODE_OF_OUTPATIENT": "EXT", "CODE_OF_EMERGENCY": "URG",
    "DOCUMENT_TABLE": "document", "DOCUMENT_NUMBER": "document_no",
    "DOCUMENT_DATE": "written_at", "DOCUMENT_KIND": "source", "DOCUMENT_TITLE": "title",
    "DOCUMENT_TEXT": "body",
    "ITEM_TABLE": "item", "ITEM_NUMBER": "number_value", "ITEM_TEXT": "text_value",
    "ITEM_SIGN": "sign", "ITEM_LOW": "low", "ITEM_HIGH": "high",
    "THESAURUS_TABLE": "thesaurus_entry", "THESAURUS_NAME": "thesaurus",
    "ENTRY_NUMBER": "entry_no", "ENTRY_CODE": "code", "ENTRY_LABEL": "label",
    "ENTRY_UNIT": "unit",
    "NAME_OF_CIM10": "DIAG", "NAME_OF_CCAM": "ACTS", "NAME_OF_PRESCRIBED": "RX",
    "NAME_OF_GIVEN": "GIVEN", "NAME_OF_LOINC": "LAB",
    "CODE_OF_PRINCIPAL": "DP", "CODE_OF_ASSOCIATED": "DAS",
}  # fmt: skip
"""What is written for each ``FILL_IN_…``."""

TABLES: Mapping[str, str] = {
    "person_file": "person_no VARCHAR, born_on DATE, died_on DATE, sex_code VARCHAR, "
    "postcode VARCHAR, commune VARCHAR",
    "opposition": "person_no VARCHAR, said_on DATE, withdrawn_on DATE",
    "movement": "movement_no BIGINT, stay_no BIGINT, person_no VARCHAR, kind VARCHAR, "
    "at_time TIMESTAMP, regime VARCHAR, unit_code VARCHAR",
    "document": "document_no BIGINT, person_no VARCHAR, stay_no BIGINT, "
    "written_at TIMESTAMP, source VARCHAR, title VARCHAR, body VARCHAR",
    "item": "item_no BIGINT, document_no BIGINT, entry_no BIGINT, number_value DOUBLE, "
    "text_value VARCHAR, sign VARCHAR, low DOUBLE, high DOUBLE",
    "thesaurus_entry": "entry_no BIGINT, thesaurus VARCHAR, code VARCHAR, label VARCHAR, "
    "unit VARCHAR",
}


def _rows(columns: str, *rows: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [dict(zip(columns.split(), row, strict=True)) for row in rows]


ROWS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "person_file": _rows(
        "person_no born_on died_on sex_code postcode commune",
        ("P1", "1950-02-03", None, "F", "35000", "Rennes"),
        ("P2", "1960-07-08", "2024-03-09", "M", None, None),
        ("P3", "1970-01-01", None, "?", "56000", "Vannes"),
        ("P4", "1980-01-01", None, "F", "22000", "Saint-Brieuc"),  # opposed
        ("P5", "1990-01-01", None, "M", "29000", "Quimper"),  # did, and withdrew it
    ),
    "opposition": _rows(
        "person_no said_on withdrawn_on",
        ("P4", "2023-01-01", None),
        ("P5", "2023-01-01", "2023-06-01"),
    ),
    "movement": _rows(
        "movement_no stay_no person_no kind at_time regime unit_code",
        (1, 10, "P1", "ADM", "2024-01-05 10:00:00", "HC", "CARDIO"),
        (2, 10, "P1", "MUT", "2024-01-06 09:00:00", "HC", "REA"),
        (3, 10, "P1", "DIS", "2024-01-09 15:00:00", "HC", "REA"),
        (4, 20, "P2", "ADM", "2024-03-07 23:50:00", "URG", "URGENCES"),
        (5, 20, "P2", "DIS", "2024-03-09 01:00:00", "URG", "URGENCES"),
        (6, 30, "P3", "ADM", "2024-04-01 08:00:00", "EXT", "CONSULT"),  # still there
        (7, 40, "P4", "ADM", "2024-05-01 08:00:00", "HC", "CARDIO"),
    ),
    "document": _rows(
        "document_no person_no stay_no written_at source title body",
        (100, "P1", 10, "2024-01-05 12:00:00", "PMSI", "Codage", None),
        (101, "P1", 10, "2024-01-06 07:30:00", "LABO", "Biologie", None),
        (102, "P1", 10, "2024-01-09 14:00:00", "CR", "Compte rendu", "Suites simples."),
        (200, "P2", 20, "2024-03-08 00:30:00", "LABO", "Biologie", None),
        (400, "P4", 40, "2024-05-02 10:00:00", "PMSI", "Codage", "Rien."),
    ),
    "thesaurus_entry": _rows(
        "entry_no thesaurus code label unit",
        (1, "DIAG", "I219", "Infarctus", None), (2, "DIAG", "E11", "Diabète", None),
        (3, "ACTS", "DDAF007", "Dilatation", None), (4, "RX", "B01AC06", "Aspirine", None),
        (5, "GIVEN", "B01AC06", "Aspirine", None), (6, "LAB", "718-7", "Hb", "g/dL"),
        (7, "LAB", "10839-9", "Troponine", "ng/L"), (8, "NOTES", "N1", "Autre", None),
    ),
    "item": _rows(
        "item_no document_no entry_no number_value text_value sign low high",
        (1, 100, 1, None, "DP", None, None, None),
        (2, 100, 2, None, "DAS", None, None, None),
        (3, 100, 3, None, None, None, None, None),
        (4, 102, 4, 75.0, None, None, None, None),
        (5, 102, 5, 75.0, None, None, None, None),
        (6, 101, 6, 11.5, None, None, 12.0, 16.0),
        (7, 200, 7, 5.0, None, "<", None, 34.0),
        (8, 101, 7, None, "hémolysé", None, None, None),
        (9, 102, 8, None, "rien", None, None, None),  # of no thesaurus that is asked for
        (10, 400, 1, None, "DP", None, None, None),
        (11, 999, 1, None, "DP", None, None, None),  # its document isn't there
    ),
}  # fmt: skip

LACKS = ["core.clinical_events", "core.medications", "core.practice_registrations"]


def filled() -> str:
    """The form, with this warehouse's names in it."""
    text = reading.form()
    for name in sorted(NAMES, key=len, reverse=True):  # one may begin as another does
        text = text.replace(f"FILL_IN_{name}", NAMES[name])
    return text.replace("name: site\n", "name: ours\n")


@contextmanager
def hospital(
    place: Path | Server, folder: Path, text: str | None = None
) -> Iterator[MappedWarehouse]:
    """The warehouse under its mapping, or another one. ``folder``: for the file of it."""
    file = folder / "ours.yaml"
    file.write_text(filled() if text is None else text, encoding="utf-8")
    said = {"mapping": str(file), "opposition": "left_out_by_mapping"}
    with opened(place, ROWS, TABLES, LACKS, **said) as warehouse:
        yield warehouse
