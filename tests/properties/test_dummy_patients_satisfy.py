"""Whatever a modest population asks, dummy patients are in it, or the reason is told."""

from datetime import date
from functools import reduce
from operator import and_, or_

from hypothesis import given, settings
from hypothesis import strategies as st

from cohort_dsl import create_dataset, days, load
from cohort_dsl.errors import DefinitionError
from cohort_dsl.reference import answer
from cohort_dsl.tables.contract import diagnoses, medications, patients
from dummy_data import generate

TODAY = date(2026, 1, 1)
CODES = ["a", "b", "c"]
codes = st.lists(st.sampled_from(CODES), min_size=1, max_size=2, unique=True)
some_days = st.dates(date(2016, 1, 1), date(2025, 6, 1))


def ill(wanted):
    return diagnoses.where(diagnoses.code.is_in(wanted))


def first(wanted):
    return ill(wanted).sort_by(diagnoses.date).first_for_patient().date


conditions = st.one_of(
    st.integers(0, 90).map(lambda n: patients.age_on("2025-06-01") >= n),
    st.integers(1, 95).map(lambda n: patients.age_on("2025-06-01") < n),
    st.sampled_from(["male", "female"]).map(lambda sex: patients.sex == sex),
    codes.map(lambda wanted: ill(wanted).exists_for_patient()),
    codes.map(lambda wanted: ~ill(wanted).exists_for_patient()),
    st.tuples(codes, st.integers(1, 4)).map(
        lambda t: ill(t[0]).count_for_patient() >= t[1]
    ),
    st.tuples(codes, some_days).map(lambda t: first(t[0]) < t[1]),
    st.tuples(st.permutations(CODES), st.integers(2, 60)).map(
        lambda t: (
            (first(t[0][:1]) < first(t[0][1:2]))
            & (first(t[0][1:2]) < first(t[0][:1]) + days(t[1]))
        )
    ),
    some_days.map(
        lambda day: (
            medications.where(
                medications.date.is_on_or_after(day)
            ).quantity.maximum_for_patient()
            > 20
        )
    ),
)
alternatives = st.tuples(
    st.lists(conditions, min_size=1, max_size=3), st.sampled_from([and_, or_])
)


def made(query, seed):
    """The tables, or None where the population was said to be impossible."""
    try:
        return generate(query, size=3, seed=seed, reference_date=TODAY)
    except DefinitionError:
        return None


@settings(max_examples=60, deadline=None)
@given(asked=alternatives, seed=st.integers(0, 2**31))
def test_dummy_patients_are_in_the_population_they_were_made_for(asked, seed):
    parts, joined = asked
    dataset = create_dataset()
    dataset.define_population(reduce(joined, parts) & patients.exists_for_patient())
    dataset.n = diagnoses.count_for_patient()
    query = load.question_of(dataset)
    tables = made(query, seed)
    if tables is None:
        assert joined is and_, "one of several conditions can always be met"
        assert len(parts) > 1, "one condition can always be met"
        return
    rows = {name: table.to_pylist() for name, table in tables.items()}
    assert len(answer(query, rows)) == 3
