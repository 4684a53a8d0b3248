"""Who is in the study, and what we want to know about each of them.

New users of two painkillers (NSAIDs), celecoxib and diclofenac: who bleeds from stomach or
gut within a year? Try it on dummy data:  strongroom run run_all
"""

from cohort_dsl import case, codelist_from_csv, create_dataset, days, when
from cohort_dsl.tables.contract import diagnoses, lab_results, medications, patients

nsaids = codelist_from_csv("codelists/nsaids.csv", column="code", category_column="drug")
aspirin = codelist_from_csv("codelists/aspirin.csv", column="code")
paracetamol = codelist_from_csv("codelists/paracetamol.csv", column="code")
gi_haemorrhage = codelist_from_csv("codelists/gi_haemorrhage.csv", column="code")
peptic_ulcer = codelist_from_csv("codelists/peptic_ulcer.csv", column="code")
heart_disease = codelist_from_csv("codelists/heart_disease.csv", column="code")
spirometry = codelist_from_csv("codelists/spirometry.csv", column="code")
temperature = codelist_from_csv("codelists/temperature.csv", column="code")

# Medications: the first NSAID that somebody takes opens their time in the study.
first_nsaid = (
    medications.where(medications.code.is_in(nsaids))
    .sort_by(medications.date)
    .first_for_patient()
)
start = first_nsaid.date
age = patients.age_on(start)

before = medications.where(medications.date.is_before(start))
history = diagnoses.where(diagnoses.date.is_on_or_before(start))
measured_before = lab_results.where(lab_results.date.is_on_or_before(start))

# The outcome: the first bleeding in the year that begins on the day of the first NSAID.
first_bleed = (
    diagnoses.where(diagnoses.code.is_in(gi_haemorrhage))
    .where(diagnoses.date.is_on_or_between(start, start + days(365)))
    .sort_by(diagnoses.date)
    .first_for_patient()
)

dataset = create_dataset()
dataset.define_population((age >= 18) & first_nsaid.exists_for_patient())

dataset.sex = patients.sex
dataset.age = age
dataset.nsaid = first_nsaid.code.to_category(nsaids)
dataset.start_date = start
dataset.start_year = start.year
dataset.bleed = first_bleed.exists_for_patient()
dataset.days_to_bleed = (first_bleed.date - start).days
dataset.peptic_ulcer = history.where(history.code.is_in(peptic_ulcer)).exists_for_patient()
dataset.heart_disease = history.where(
    history.code.is_in(heart_disease)
).exists_for_patient()
dataset.aspirin = before.where(before.code.is_in(aspirin)).exists_for_patient()
dataset.paracetamol_count = before.where(before.code.is_in(paracetamol)).count_for_patient()
dataset.spirometry = measured_before.where(
    measured_before.code.is_in(spirometry)
).exists_for_patient()
dataset.temperatures = measured_before.where(
    measured_before.code.is_in(temperature)
).count_for_patient()
dataset.risk = case(
    when(dataset.peptic_ulcer).then("ulcer"),
    when(dataset.heart_disease | dataset.aspirin).then("heart or aspirin"),
    otherwise="none known",
)

dataset.configure_dummy_data(population_size=1000)
