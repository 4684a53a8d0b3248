from ehrql import (
    case,
    claim_permissions,
    codelist_from_csv,
    create_dataset,
    days,
    get_parameter,
    show,
    weeks,
    when,
)
from ehrql.codes import DMDCode
from ehrql.tables.core import clinical_events as events
from ehrql.tables.core import medications as meds
from ehrql.tables.core import ons_deaths, patients
from ehrql.tables.core import practice_registrations as regs

claim_permissions("vaccination_study")

START = get_parameter("start_date", default="2021-01-04")
END = get_parameter("end_date", default="2021-12-31")
MOST_DOSES = get_parameter("doses", default=4)
LISTS = {
    name: codelist_from_csv(f"codelists/{name}.csv", column="code")
    for name in ("asthma", "copd", "heart_failure", "infection", "products")
}
BRANDS = codelist_from_csv("codelists/brands.csv", column="code", category_column="brand")

dataset = create_dataset()


def nth_doses(frame, most):
    """The date and brand of each dose: each begins two weeks after the one before."""
    left = frame
    for number in range(1, most + 1):
        dose = left.sort_by(left.date, left.dmd_code).first_for_patient()
        yield number, dose
        left = left.where(left.date.is_after(dose.date + weeks(2)))


all_doses = meds.where(meds.dmd_code.is_in(LISTS["products"])).where(
    meds.date.is_on_or_between(START, END)
)
previous = None
for number, dose in nth_doses(all_doses, MOST_DOSES):
    setattr(dataset, f"dose_{number}_date", dose.date)
    setattr(dataset, f"dose_{number}_brand", dose.dmd_code.to_category(BRANDS))
    if previous is not None:
        gap = (dose.date - previous.date).days
        setattr(dataset, f"days_to_dose_{number}", gap)
    previous = dose

dataset.doses = all_doses.date.count_distinct_for_patient()
dataset.mixed = dataset.dose_1_brand != dataset.dose_2_brand
dataset.only_a = ~all_doses.except_where(
    all_doses.dmd_code == DMDCode("39115011000001105")
).exists_for_patient()

registration = regs.for_patient_on(START)
dataset.registered_since = registration.start_date
dataset.deregistered = registration.end_date.is_on_or_before(END)
dataset.practice = registration.practice_pseudo_id
dataset.practices = regs.practice_pseudo_id.count_distinct_for_patient()
dataset.registrations = regs.spanning(START, END).count_for_patient()

age = patients.age_on(START)
dataset.age = age
dataset.sex = patients.sex.map_values({"female": "F", "male": "M"}, default="U")
dataset.band = case(
    *(when(age >= low).then(f"{low}+") for low in (80, 70, 60, 50)), otherwise="under 50"
)
dataset.born_in = patients.date_of_birth.to_first_of_month()

recorded = events.where(events.date.is_during((START, END)))
for name, codes in LISTS.items():
    if name == "products":
        continue
    mine = events.where(events.snomedct_code.is_in(codes))
    dataset.add_column(f"{name}_before", mine.where(mine.date < START).exists_for_patient())
    dataset.add_column(f"{name}_first", mine.date.minimum_for_patient())
    dataset.add_column(f"{name}_last", mine.date.maximum_for_patient())
    dataset.add_column(
        f"{name}_count",
        recorded.where(recorded.snomedct_code.is_in(codes)).count_for_patient(),
    )
    ill = mine.where(mine.date.is_on_or_after(dataset.dose_1_date)).sort_by(mine.date)
    first = ill.first_for_patient()
    dataset.add_column(f"{name}_after_dose", first.date)
    dataset.add_column(f"{name}_days", (first.date - dataset.dose_1_date).days)

at_risk = [
    getattr(dataset, f"{name}_before") for name in ("asthma", "copd", "heart_failure")
]
risk = at_risk[0]
for one in at_risk[1:]:
    risk = risk | one
dataset.at_risk = risk
dataset.risks = sum(one.as_int() for one in at_risk)
dataset.score = (dataset.risks + 1) ** 2 / 3
dataset.share = dataset.doses / (dataset.risks + 1)
dataset.half = dataset.doses // 2

dataset.died = ons_deaths.date.is_on_or_between(START, END)
dataset.place = ons_deaths.place
dataset.days_alive = (ons_deaths.date.when_null_then(END) - START).days
dataset.follow_up_end = case(
    when(ons_deaths.date < END).then(ons_deaths.date),
    when(registration.end_date < END).then(registration.end_date),
    otherwise=END,
)
dataset.vaccine_within = dataset.dose_1_date.is_on_or_before("2021-01-04" + days(90))

show(dataset.at_risk, label="at risk")
dataset.define_population(
    regs.exists_for_patient_on(START)
    & ((age >= 50) | risk)
    & patients.date_of_birth.is_not_null()
    & (patients.date_of_death.is_after(START) | patients.date_of_death.is_null())
)
dataset.configure_dummy_data(
    population_size=40,
    additional_population_constraint=dataset.dose_1_date.is_not_null(),
    timeout=120,
)
