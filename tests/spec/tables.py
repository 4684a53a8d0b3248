"""The tables that the manual's examples ask: one of patients, three of events."""

from __future__ import annotations

import datetime
from typing import Any

from cohort_dsl.codes import ICD10MultiCodeString, SNOMEDCTCode
from cohort_dsl.tables import EventFrame, PatientFrame, Series, table


@table
class patients(PatientFrame):
    born = Series(datetime.date)
    seen = Series(datetime.date)
    score = Series(int)
    other = Series(int)
    ratio = Series(float)
    second = Series(float)
    smoker = Series(bool)
    drinker = Series(bool)
    name = Series(str)
    part = Series(str)
    code = Series(SNOMEDCTCode)
    codes = Series(ICD10MultiCodeString)

    def age_on(self, date: Any) -> Any:
        return (date - self.born).years


@table
class events(EventFrame):
    date = Series(datetime.date)
    code = Series(SNOMEDCTCode)
    number = Series(int)
    second = Series(int)
    value = Series(float)
    ok = Series(bool)
    text = Series(str)
    codes = Series(ICD10MultiCodeString)

    @property
    def numbered(self) -> Any:
        return self.where(self.number.is_not_null())

    @property
    def both(self) -> Any:
        return self.number + self.second


@table
class visits(EventFrame):
    date = Series(datetime.date)
    number = Series(int)


@table
class addresses(EventFrame):
    start_date = Series(datetime.date)
    end_date = Series(datetime.date)
    area = Series(str)
    rooms = Series(int)


p, e, v, a = patients, events, visits, addresses
