"""OpenSAFELY's core tables, by their public names, for definitions written for ehrQL.

Source: the public reference of ehrQL's core schema. In a query their names start with
``core.``, because the contract has tables of the same short names and other columns.
"""

from __future__ import annotations

import datetime
import functools
import operator
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from cohort_dsl.codes import DMDCode, ICD10Code, SNOMEDCTCode
from cohort_dsl.language.frames import schemas_of
from cohort_dsl.model.types import TableSchema
from cohort_dsl.tables import Constraint, EventFrame, PatientFrame, Series, table


@table(name="core.patients")
class patients(PatientFrame):
    """Demographics, one row a patient."""

    date_of_birth = Series(
        datetime.date,
        "First of the month.",
        constraints=[Constraint.NotNull(), Constraint.FirstOfMonth()],
    )
    sex = Series(
        str,
        "As recorded.",
        constraints=[
            Constraint.NotNull(),
            Constraint.Categorical(["female", "male", "intersex", "unknown"]),
        ],
    )
    date_of_death = Series(datetime.date, "NULL for who isn't known to have died.")

    def age_on(self, date: Any) -> Any:
        """Whole years lived on that day."""
        return (date - self.date_of_birth).years

    def is_alive_on(self, date: Any) -> Any:
        """Not known to have died by the end of that day."""
        return self.date_of_death.is_after(date) | self.date_of_death.is_null()

    def is_dead_on(self, date: Any) -> Any:
        """Known to have died by the end of that day: whoever isn't alive on it.

        The day of death counts, so that everybody is either alive or dead on each day.
        """
        return self.date_of_death.is_not_null() & self.date_of_death.is_on_or_before(date)


@table(name="core.practice_registrations")
class practice_registrations(EventFrame):
    """Registrations with a general practice."""

    start_date = Series(datetime.date, constraints=[Constraint.NotNull()])
    end_date = Series(datetime.date, "NULL while it lasts.")
    practice_pseudo_id = Series(int, constraints=[Constraint.NotNull()])

    def spanning(self, start_date: Any, end_date: Any) -> Any:
        """The registrations that cover all days from one date to the other."""
        return self.where(self.start_date.is_on_or_before(start_date)).except_where(
            self.end_date.is_before(end_date)
        )

    def for_patient_on(self, date: Any) -> Any:
        """The registration on that day: the latest begun, of these the longest."""
        return (
            self.spanning(date, date)
            .sort_by(
                self.start_date,
                self.end_date.when_null_then("9999-12-31"),
                self.practice_pseudo_id,
            )
            .last_for_patient()
        )

    def exists_for_patient_on(self, date: Any) -> Any:
        """Is the patient registered anywhere on that day?"""
        return self.spanning(date, date).exists_for_patient()


@table(name="core.ons_deaths")
class ons_deaths(PatientFrame):
    """Registered deaths with their causes."""

    date = Series(datetime.date)
    place = Series(
        str,
        constraints=[
            Constraint.Categorical(
                [
                    "Care Home",
                    "Elsewhere",
                    "Home",
                    "Hospice",
                    "Hospital",
                    "Other communal establishment",
                ]
            )
        ],
    )
    underlying_cause_of_death = Series(ICD10Code)
    cause_of_death_01 = Series(ICD10Code)
    cause_of_death_02 = Series(ICD10Code)
    cause_of_death_03 = Series(ICD10Code)
    cause_of_death_04 = Series(ICD10Code)
    cause_of_death_05 = Series(ICD10Code)
    cause_of_death_06 = Series(ICD10Code)
    cause_of_death_07 = Series(ICD10Code)
    cause_of_death_08 = Series(ICD10Code)
    cause_of_death_09 = Series(ICD10Code)
    cause_of_death_10 = Series(ICD10Code)
    cause_of_death_11 = Series(ICD10Code)
    cause_of_death_12 = Series(ICD10Code)
    cause_of_death_13 = Series(ICD10Code)
    cause_of_death_14 = Series(ICD10Code)
    cause_of_death_15 = Series(ICD10Code)

    def cause_of_death_is_in(self, codelist: Any) -> Any:
        """Is any cause of death, the underlying one included, in the codelist?"""
        numbered = [getattr(self, f"cause_of_death_{n:02}") for n in range(1, 16)]
        causes = [self.underlying_cause_of_death, *numbered]
        return functools.reduce(operator.or_, [c.is_in(codelist) for c in causes])


@table(name="core.clinical_events")
class clinical_events(EventFrame):
    """Coded events of primary care."""

    date = Series(datetime.date)
    snomedct_code = Series(SNOMEDCTCode)
    numeric_value = Series(float)


@table(name="core.medications")
class medications(EventFrame):
    """Medicines prescribed in primary care."""

    date = Series(datetime.date)
    dmd_code = Series(DMDCode)


SCHEMAS: Mapping[str, TableSchema] = MappingProxyType(
    schemas_of(patients, practice_registrations, ons_deaths, clinical_events, medications)
)
