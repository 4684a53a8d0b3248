from ehrql import case, create_dataset, days, maximum_of, minimum_of, months, when, years
from tables import people, stays, visits

PERIODS = [("2022-01-01", "2022-06-30"), ("2022-07-01", "2022-12-31")]
HEART = ["I20", "I21", "I22", "I50"]
LUNGS = ["J44", "J45", "J18"]

dataset = create_dataset()
dataset.configure_dummy_data(population_size=40)

stays.length = stays.nights
first = stays.sort_by(stays.start, stays.end).first_for_patient()
last = stays.except_where(stays.end.is_null()).sort_by(stays.end).last_for_patient()


def emergency(frame):
    return frame.where(frame.is_emergency)


def next_after(pick, within):
    later = stays.where(stays.start.is_after(pick.end)).where(
        stays.start.is_on_or_before(pick.end + within)
    )
    return later.sort_by(later.start).first_for_patient()


dataset.sex = people.sex
dataset.fifth = people.fifth
dataset.age_first = people.age_at(first.start)
dataset.oldest = people.age_at(stays.start).maximum_for_patient()
dataset.first_start = first.start
dataset.first_nights = first.nights
dataset.first_is_emergency = first.is_emergency
dataset.last_end = last.end
dataset.stays = stays.count_for_patient()
dataset.nights = stays.length.sum_for_patient()
dataset.mean_nights = stays.length.mean_for_patient()
dataset.longest = stays.where(stays.length > 0).nights.maximum_for_patient()
dataset.causes = stays.main.count_distinct_for_patient()

for number, (start, end) in enumerate(PERIODS, start=1):
    there = stays.during(start, end)
    urgent = emergency(there)
    dataset.add_column(f"stays_{number}", there.count_for_patient())
    dataset.add_column(f"emergencies_{number}", urgent.count_for_patient())
    dataset.add_column(f"nights_{number}", there.nights.sum_for_patient().when_null_then(0))
    dataset.add_column(f"visits_{number}", visits.during(start, end).count_for_patient())
    dataset.add_column(
        f"seen_{number}",
        (urgent.exists_for_patient() | visits.during(start, end).exists_for_patient()),
    )
    dataset.add_column(f"first_{number}", there.start.minimum_for_patient())
    dataset.add_column(
        f"worst_{number}",
        case(
            when(there.critical_care_days.maximum_for_patient() > 0).then("critical"),
            when(urgent.exists_for_patient()).then("emergency"),
            when(there.exists_for_patient()).then("planned"),
        ),
    )

for name, codes in {"heart": HEART, "lungs": LUNGS}.items():
    mine = stays.where(stays.main.is_in(codes))
    dataset.add_column(f"{name}_stays", mine.count_for_patient())
    dataset.add_column(f"{name}_any", stays.holding(*codes).exists_for_patient())
    dataset.add_column(
        f"{name}_seen", mine.main.is_in(visits.diagnosis).as_int().sum_for_patient()
    )
    dataset.add_column(f"{name}_first", mine.start.minimum_for_patient())
    dataset.add_column(f"{name}_age", people.age_at(getattr(dataset, f"{name}_first")))
    dataset.add_column(
        f"{name}_operated",
        mine.where(mine.all_procedures.contains("K")).exists_for_patient(),
    )

again = next_after(first, days(30))
dataset.back_within_30 = again.exists_for_patient()
dataset.days_to_return = (again.start - first.end).days
dataset.back_within_year = next_after(first, years(1)).exists_for_patient()
dataset.half_year_later = first.end + months(6)
dataset.either_first = minimum_of(dataset.heart_first, dataset.lungs_first, first.start)
dataset.either_last = maximum_of(dataset.last_end, visits.start.maximum_for_patient())
dataset.reason = visits.sort_by(visits.start).last_for_patient().reason
dataset.reasons = visits.reason.count_distinct_for_patient()
dataset.alphabetical = visits.reason.minimum_for_patient()
dataset.follow_up = (dataset.either_last - first.start).weeks
dataset.reference = first.reference.absolute()

dataset.define_population(
    (people.age_at("2022-01-01") >= 18)
    & (stays.during("2022-01-01", "2022-12-31").exists_for_patient())
    & people.sex.is_not_null()
)
