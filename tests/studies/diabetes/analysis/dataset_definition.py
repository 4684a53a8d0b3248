"""Care of people with diabetes in the year before an index date."""

import argparse
from datetime import date

import codelists
from ehrql import Dataset, case, days, maximum_of, minimum_of, months, when, years
from ehrql.tables.core import (
    clinical_events,
    medications,
    ons_deaths,
    patients,
    practice_registrations,
)
from variables import (
    banded,
    events_with,
    first_event,
    has_ever,
    last_event,
    last_value,
    prescribed,
)

parser = argparse.ArgumentParser()
parser.add_argument("--index-date", type=date.fromisoformat, default=date(2023, 4, 1))
parser.add_argument("--size", type=int, default=50)
options = parser.parse_args()
index_date = options.index_date
year_before = index_date - years(1)
print("index date", index_date)

dataset = Dataset()
dataset.configure_dummy_data(population_size=options.size)

# Frames with attributes: what later lines ask again and again
in_year = clinical_events.where(
    clinical_events.date.is_on_or_between(year_before, index_date)
)
in_year.codes = in_year.snomedct_code
first_diabetes = first_event(codelists.diabetes)
first_diabetes.year = first_diabetes.date.year

registered = practice_registrations.for_patient_on(index_date)
age = patients.age_on(index_date)

# Demographics
dataset.sex = patients.sex
dataset.age = age
dataset.age_band = banded(age, 18, 40, 65, 80)
dataset.is_adult = dataset.age >= 18
dataset.birth_year = patients.date_of_birth.to_first_of_year().year
dataset.practice = registered.practice_pseudo_id
dataset.months_registered = (index_date - registered.start_date).months
dataset.ethnicity = (
    clinical_events.where(clinical_events.snomedct_code.is_in(codelists.ethnicity))
    .sort_by(clinical_events.date)
    .last_for_patient()
    .snomedct_code.to_category(codelists.ethnicity)
    .when_null_then("6")
)

# Diabetes
dataset.diabetes_date = first_diabetes.date
dataset.diabetes_year = first_diabetes.year
dataset.age_at_diabetes = patients.age_on(first_diabetes.date)
dataset.years_with_diabetes = (index_date - first_diabetes.date).years
dataset.diabetes_type = last_event(
    codelists.diabetes, index_date
).snomedct_code.to_category(codelists.diabetes_types)
dataset.types_recorded = events_with(
    codelists.diabetes
).snomedct_code.count_distinct_for_patient()
dataset.youngest_event_age = patients.age_on(
    events_with(codelists.diabetes).date
).minimum_for_patient()

# Measurements of the last year
for name in ("hba1c", "systolic", "bmi"):
    measured = last_value(getattr(codelists, name), index_date)
    dataset.add_column(f"{name}_last", measured.numeric_value)
    dataset.add_column(f"{name}_date", measured.date)
    dataset.add_column(f"{name}_days_ago", (index_date - measured.date).days)
    dataset.add_column(
        f"{name}_count",
        in_year.where(in_year.codes.is_in(getattr(codelists, name))).count_for_patient(),
    )
in_year_hba1c = in_year.where(in_year.snomedct_code.is_in(codelists.hba1c))
dataset.hba1c_mean = in_year_hba1c.numeric_value.mean_for_patient()
dataset.hba1c_highest = in_year_hba1c.numeric_value.maximum_for_patient()
dataset.hba1c_change = (
    dataset.hba1c_last - in_year_hba1c.numeric_value.minimum_for_patient()
)
dataset.hba1c_percent = (dataset.hba1c_last * 0.0915 + 2.15).when_null_then(0.0)
dataset.control = case(
    when(dataset.hba1c_last < 48).then("good"),
    when((dataset.hba1c_last >= 48) & (dataset.hba1c_last < 75)).then("fair"),
    when(dataset.hba1c_last >= 75).then("poor"),
    otherwise="not measured",
)
dataset.bmi_class = banded(dataset.bmi_last.as_int(), 19, 25, 30)
dataset.smoking = last_event(codelists.smoking, index_date).snomedct_code.to_category(
    codelists.smoking
)

# Other conditions
for name in ("ckd", "hypertension", "depression", "infarction", "stroke"):
    dataset.add_column(f"has_{name}", has_ever(getattr(codelists, name), index_date))
dataset.conditions = (
    dataset.has_ckd.as_int()
    + dataset.has_hypertension.as_int()
    + dataset.has_depression.as_int()
    + (dataset.has_infarction | dataset.has_stroke).as_int()
)
dataset.first_cardiovascular = minimum_of(
    first_event(codelists.infarction).date, first_event(codelists.stroke).date
)
dataset.after_diabetes = dataset.first_cardiovascular.is_after(first_diabetes.date)

# Medicines
for name in ("metformin", "insulin", "statins"):
    items = prescribed(getattr(codelists, name), year_before, index_date)
    dataset.add_column(f"{name}_items", items.count_for_patient())
    dataset.add_column(f"{name}_last_date", items.date.maximum_for_patient())
dataset.treatment = (
    when(dataset.insulin_items > 0)
    .then("insulin")
    .otherwise(when(dataset.metformin_items > 0).then("tablets").otherwise("diet"))
)
dataset.last_contact = maximum_of(
    in_year.date.maximum_for_patient(),
    medications.date.maximum_for_patient(),
    first_diabetes.date,
)
dataset.next_review = dataset.last_contact + months(6)
dataset.review_is_due = dataset.next_review.is_on_or_before(days(30) + index_date)

# Outcome
dataset.died = patients.is_dead_on(index_date + years(1))
dataset.death_from_heart = ons_deaths.cause_of_death_is_in(["I21", "I219", "I220"])
dataset.checks_done = in_year.where(
    in_year.codes.is_in(codelists.checks)
).snomedct_code.count_distinct_for_patient()

dataset.define_population(
    dataset.is_adult
    & (age <= 110)
    & patients.is_alive_on(index_date)
    & practice_registrations.exists_for_patient_on(index_date)
    & first_diabetes.date.is_on_or_before(index_date)
    & ~patients.sex.is_in(["unknown"])
)
