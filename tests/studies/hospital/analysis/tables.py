import datetime

from ehrql.codes import ICD10Code, ICD10MultiCodeString, OPCS4MultiCodeString
from ehrql.tables import Constraint, EventFrame, PatientFrame, Series, table


@table
class people(PatientFrame):
    born = Series(
        datetime.date, constraints=[Constraint.FirstOfMonth(), Constraint.NotNull()]
    )
    sex = Series(str, constraints=[Constraint.Categorical(["F", "M"])])
    deprivation = Series(int, constraints=[Constraint.ClosedRange(0, 32800, 100)])

    def age_at(self, day):
        return (day - self.born).years

    @property
    def fifth(self):
        return self.deprivation // 6561 + 1


class Dated(EventFrame):
    """What stays and visits have in common."""

    start = Series(datetime.date)
    end = Series(datetime.date, constraints=[Constraint.DateAfter(["start"])])

    def before(self, day):
        return self.where(self.start.is_before(day))

    def during(self, first, last):
        return self.where(self.start.is_on_or_between(first, last))

    @property
    def nights(self):
        return (self.end - self.start).days


@table
class stays(Dated):
    main = Series(ICD10Code)
    all_diagnoses = Series(ICD10MultiCodeString)
    all_procedures = Series(OPCS4MultiCodeString)
    method = Series(str, constraints=[Constraint.Categorical(["11", "12", "21", "28"])])
    critical_care_days = Series(int, constraints=[Constraint.NonNegative()])
    reference = Series(int, constraints=[Constraint.Unique()])

    @property
    def is_emergency(self):
        return self.method.is_in(["21", "28"])

    def holding(self, *codes):
        return self.where(self.all_diagnoses.contains_any_of(codes))


@table
class visits(Dated):
    kind = Series(str)
    diagnosis = Series(ICD10Code)
    reason = Series(str, constraints=[Constraint.Regex("[a-z]{3,8}")])
