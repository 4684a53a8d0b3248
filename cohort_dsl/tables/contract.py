"""The contract tables: what every warehouse that serves a study is mapped onto.

A row is what the record system wrote; a mapping fills the columns that it can and leaves
the others NULL. Conventions that hold for all of them:

- ``code`` is a string, because one table holds several vocabularies side by side;
  ``vocabulary`` beside it names the vocabulary as OMOP's Athena spells it (``SNOMED``,
  ``ICD10``, ``CIM10``, ``CCAM``, ``ATC``, ``RxNorm``, ``LOINC`` …), NULL where nobody
  knows. ``source_code`` is what the record system itself wrote, without blanks around it.
- ``visit_id`` names the visit in ``visits`` that a row belongs to, NULL where it has none.
- A missing value is NULL, never an empty string or a far-away date.
- Dates are days. An open-ended interval has a NULL ``end_date``.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from cohort_dsl.language.frames import schemas_of
from cohort_dsl.model.types import TableSchema
from cohort_dsl.tables import Constraint, EventFrame, PatientFrame, Series, table

SEXES = ("female", "male", "intersex", "unknown")


def _code() -> Series:
    return Series(str, "The concept's code, or the source's own where it has no concept.")


def _vocabulary() -> Series:
    return Series(str, "The code's vocabulary as OMOP's Athena spells it.")


def _source_code() -> Series:
    return Series(str, "What the record system itself wrote.")


def _visit_id() -> Series:
    return Series(str, "The visit that the row belongs to.")


@table
class patients(PatientFrame):
    """People known to the warehouse, one row each; opposed people are not among them."""

    date_of_birth = Series(datetime.date, "First of month or year where no more is known.")
    sex = Series(
        str,
        "As recorded.",
        constraints=[Constraint.NotNull(), Constraint.Categorical(SEXES)],
    )
    date_of_death = Series(datetime.date, "NULL for who isn't known to have died.")

    def age_on(self, date: Any) -> Any:
        """Whole years lived on that day."""
        return (date - self.date_of_birth).years

    def is_alive_on(self, date: Any) -> Any:
        """Not known to have died by the end of that day."""
        return self.date_of_death.is_after(date) | self.date_of_death.is_null()


@table
class visits(EventFrame):
    """Stays and consultations."""

    visit_id = Series(str, "Unique.", constraints=[Constraint.NotNull()])
    start_date = Series(datetime.date)
    end_date = Series(datetime.date)
    kind = Series(
        str,
        "What sort of visit.",
        constraints=[
            Constraint.Categorical(["inpatient", "outpatient", "emergency", "other"])
        ],
    )
    care_site = Series(str, "The unit or site, in the warehouse's own words.")


@table
class diagnoses(EventFrame):
    """Conditions as coded by clinicians or for billing."""

    date = Series(datetime.date, "First day on which it holds.")
    end_date = Series(datetime.date)
    code = _code()
    vocabulary = _vocabulary()
    source_code = _source_code()
    kind = Series(
        str,
        "Its part in the visit.",
        constraints=[Constraint.Categorical(["principal", "associated", "other"])],
    )
    visit_id = _visit_id()


@table
class procedures(EventFrame):
    """Acts done to or for the patient."""

    date = Series(datetime.date)
    code = _code()
    vocabulary = _vocabulary()
    source_code = _source_code()
    visit_id = _visit_id()


@table
class medications(EventFrame):
    """Drugs prescribed, dispensed or administered."""

    date = Series(datetime.date, "First day.")
    end_date = Series(datetime.date)
    code = _code()
    vocabulary = _vocabulary()
    source_code = _source_code()
    event_type = Series(
        str,
        "What was done with the drug.",
        constraints=[Constraint.Categorical(["prescribed", "dispensed", "administered"])],
    )
    quantity = Series(float)
    days_supply = Series(int)
    visit_id = _visit_id()


@table
class lab_results(EventFrame):
    """Measurements: laboratory results and vital signs."""

    date = Series(datetime.date)
    code = _code()
    vocabulary = _vocabulary()
    source_code = _source_code()
    numeric_value = Series(float)
    operator = Series(
        str,
        "How the true value relates to numeric_value; NULL means equal.",
        constraints=[Constraint.Categorical(["=", "<", "<=", ">", ">="])],
    )
    text_value = Series(str, "The result where it is no number.")
    unit = Series(str, "UCUM where known, else as written.")
    reference_low = Series(float)
    reference_high = Series(float)
    visit_id = _visit_id()


@table
class deaths(PatientFrame):
    """Deaths, one row for each person known to have died."""

    date = Series(datetime.date)
    cause_code = Series(str, "Underlying cause.")
    cause_vocabulary = Series(str, "The cause's vocabulary as OMOP's Athena spells it.")


@table
class registrations(EventFrame):
    """Times during which the warehouse would know what happens to a person."""

    start_date = Series(datetime.date)
    end_date = Series(datetime.date)
    organisation = Series(str, "Practice, hospital or insurer, in the warehouse's words.")


@table
class addresses(EventFrame):
    """Where people lived."""

    start_date = Series(datetime.date)
    end_date = Series(datetime.date)
    postcode = Series(str)
    area = Series(str, "Municipality or statistical area, in the country's own coding.")
    region = Series(str)


@table
class documents(EventFrame):
    """Reports and letters."""

    date = Series(datetime.date)
    kind = Series(str, "In the warehouse's own words.")
    title = Series(str)
    text = Series(str)
    visit_id = _visit_id()


@table
class clinical_events(EventFrame):
    """Diagnoses, procedures and results in one table."""

    date = Series(datetime.date)
    code = _code()
    vocabulary = _vocabulary()
    numeric_value = Series(float)


SCHEMAS: Mapping[str, TableSchema] = MappingProxyType(
    schemas_of(
        patients,
        visits,
        diagnoses,
        procedures,
        medications,
        lab_results,
        deaths,
        registrations,
        addresses,
        documents,
        clinical_events,
    )
)
