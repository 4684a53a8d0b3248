"""Who is in the study, and what we want to know about each of them.

People with asthma: who of them has fever, an acute attack or high blood pressure from
the first diagnosis on? Try it on dummy data:  strongroom run run_all
"""

from cohort_dsl import case, codelist_from_csv, create_dataset, when
from cohort_dsl.tables.contract import (
    diagnoses,
    lab_results,
    medications,
    patients,
    visits,
)

asthma = codelist_from_csv("codelists/asthma.csv", column="code")
attack = codelist_from_csv("codelists/asthma_attack.csv", column="code")
fever = codelist_from_csv("codelists/fever.csv", column="code")
hypertension = codelist_from_csv("codelists/hypertension.csv", column="code")
haemoglobin = codelist_from_csv("codelists/haemoglobin.csv", column="code")

# Diagnoses: the first of asthma opens somebody's time in the study.
first_asthma = (
    diagnoses.where(diagnoses.code.is_in(asthma))
    .sort_by(diagnoses.date)
    .first_for_patient()
)
start = first_asthma.date
age = patients.age_on(start)

later = diagnoses.where(diagnoses.date.is_on_or_after(start))
measured = lab_results.where(lab_results.code.is_in(haemoglobin)).where(
    lab_results.date.is_on_or_after(start)
)

dataset = create_dataset()
dataset.define_population((age >= 0) & first_asthma.exists_for_patient())

dataset.sex = patients.sex
dataset.age = age
dataset.start_date = start
dataset.start_year = start.year
dataset.attack = later.where(later.code.is_in(attack)).exists_for_patient()
dataset.fever = later.where(later.code.is_in(fever)).exists_for_patient()
dataset.hypertension = later.where(later.code.is_in(hypertension)).exists_for_patient()
dataset.haemoglobin = measured.numeric_value.mean_for_patient()
dataset.admissions = visits.where(visits.kind == "inpatient").count_for_patient()
dataset.drugs = medications.code.count_distinct_for_patient()
dataset.age_group = case(
    when(age < 18).then("child"),
    when(age < 40).then("younger adult"),
    otherwise="older adult",
)

dataset.configure_dummy_data(population_size=300)
