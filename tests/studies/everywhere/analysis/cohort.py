"""Everybody about whom anything is known up to the end of a year.

No code is named, so the study runs on any warehouse, whatever it codes by.
"""

from cohort_dsl import create_dataset, get_parameter, maximum_of
from cohort_dsl.tables.contract import diagnoses, patients, visits

last_day = f"{get_parameter('year', default='2010')}-12-31"
diagnosed = diagnoses.where(diagnoses.date.is_on_or_before(last_day))
visited = visits.where(visits.start_date.is_on_or_before(last_day))
latest = visited.sort_by(visited.start_date, visited.visit_id).last_for_patient()

dataset = create_dataset()
dataset.define_population(
    patients.date_of_birth.is_on_or_before(last_day)
    & (diagnosed.exists_for_patient() | visited.exists_for_patient())
)
dataset.sex = patients.sex
dataset.age = patients.age_on(last_day)
dataset.died = patients.date_of_death.is_on_or_before(last_day).when_null_then(False)
dataset.diagnoses = diagnosed.count_for_patient()
dataset.different_codes = diagnosed.code.count_distinct_for_patient()
dataset.first_diagnosis = diagnosed.date.minimum_for_patient()
dataset.visits = visited.count_for_patient()
dataset.still_there = visited.where(visited.end_date.is_null()).exists_for_patient()
dataset.latest_visit = latest.start_date
dataset.latest_kind = latest.kind
dataset.latest_days = (latest.end_date - latest.start_date).days
dataset.last_seen = maximum_of(
    diagnosed.date.maximum_for_patient(), visited.start_date.maximum_for_patient()
)
