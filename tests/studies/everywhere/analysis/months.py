"""How many of those who were born are diagnosed with anything, month by month."""

from cohort_dsl import INTERVAL, create_measures, get_parameter, months
from cohort_dsl.tables.contract import diagnoses, patients

year = get_parameter("year", default="2010")
in_month = diagnoses.where(diagnoses.date.is_during(INTERVAL))

measures = create_measures()
measures.configure_disclosure_control(enabled=False)
measures.define_measure(
    name="diagnosed",
    numerator=in_month.exists_for_patient(),
    denominator=patients.date_of_birth.is_on_or_before(INTERVAL.start_date),
    group_by={"sex": patients.sex},
    intervals=months(12).starting_on(f"{year}-01-01"),
)
