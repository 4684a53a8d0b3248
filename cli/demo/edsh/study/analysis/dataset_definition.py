"""Who is in the study, and what we want to know about each of them.

Adults who stayed in hospital: who of them has a disease of the heart, is given a drug
against clots, dies? Try it on dummy data:  strongroom run run_all
"""

from cohort_dsl import case, codelist_from_csv, create_dataset, when
from cohort_dsl.tables.contract import (
    diagnoses,
    lab_results,
    medications,
    patients,
    procedures,
    visits,
)

heart_disease = codelist_from_csv("codelists/heart_disease.csv", column="code")
antithrombotics = codelist_from_csv("codelists/antithrombotics.csv", column="code")
creatinine = codelist_from_csv("codelists/creatinine.csv", column="code")

# The first stay opens somebody's time in the study.
first_stay = (
    visits.where(visits.kind == "inpatient").sort_by(visits.start_date).first_for_patient()
)
start = first_stay.start_date
age = patients.age_on(start)

given = medications.where(medications.event_type == "administered")
measured = lab_results.where(lab_results.code.is_in(creatinine))

dataset = create_dataset()
dataset.define_population((age >= 18) & (age < 110) & first_stay.exists_for_patient())

dataset.sex = patients.sex
dataset.age = age
dataset.start_date = start
dataset.heart_disease = diagnoses.where(
    diagnoses.code.is_in(heart_disease)
).exists_for_patient()
dataset.antithrombotic = given.where(given.code.is_in(antithrombotics)).exists_for_patient()
dataset.died = patients.date_of_death.is_not_null() & patients.date_of_death.is_on_or_after(
    start
)
dataset.creatinine = measured.numeric_value.mean_for_patient()
dataset.acts = procedures.count_for_patient()
dataset.age_group = case(
    when(age < 40).then("younger adult"),
    when(age < 65).then("middle-aged"),
    otherwise="older adult",
)

dataset.configure_dummy_data(population_size=300)
