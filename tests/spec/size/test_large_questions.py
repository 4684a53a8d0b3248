"""Large questions."""

from datetime import date

from cohort_dsl import case, days, maximum_of, when
from tests.spec.tables import e, p

title = "Large questions"

ONE = """
    patient | score | born       | smoker
    1       | 1     | 2024-01-01 | T
"""


def test_arithmetic_may_go_deep(spec):
    """An author's loop isn't stopped by our own recursion."""
    chain = p.score
    for _ in range(600):
        chain = chain + 1
    spec(patients=ONE, ask=chain, expect={1: 601})


def test_dates_may_go_deep(spec):
    """Nor does a text that doubles with each step stop it."""
    chain = p.born
    for _ in range(60):
        chain = chain + days(1)
    spec(patients=ONE, ask=chain, expect={1: date(2024, 3, 1)})


def test_rows_may_be_worked_out_deeply(spec):
    """Row by row as well."""
    chain = e.number
    for _ in range(200):
        chain = chain + 1
    spec(
        events="""
            patient | number
            1       | 1
            1       | 2
        """,
        ask=chain.sum_for_patient(),
        expect={1: 403},
    )


def test_a_choice_may_have_many_conditions(spec):
    """A thousand of them."""
    whens = [when(p.score == -number).then(number) for number in range(1000)]
    spec(patients=ONE, ask=case(*whens, otherwise=-1), expect={1: -1})


def test_filters_and_sorts_may_be_many(spec):
    """One a line of a loop."""
    frame = e
    for number in range(60):
        frame = frame.where(frame.number != number + 100).sort_by(frame.number)
    spec(
        events="""
            patient | number
            1       | 1
            1       | 100
        """,
        ask=frame.last_for_patient().number,
        expect={1: 1},
    )


def test_many_variables_answers_are_joined_in_groups(spec):
    """A join of hundreds of tables would stop every engine."""
    total = p.score
    for number in range(45):
        some = e.where(e.number == number)
        total = total + some.count_for_patient() * some.exists_for_patient().as_int()
    spec(
        patients=ONE,
        events="""
            patient | number
            1       | 3
            1       | 44
            1       | 45
        """,
        ask=total,
        expect={1: 3},
    )


def test_many_lookups_among_rows(spec):
    """Each is_in of an event series is a join of its own."""
    found = p.smoker
    for number in range(25):
        found = found & (p.score + number).is_in(e.number)
    spec(
        patients=ONE,
        events="""
            patient | number
            1       | 1
        """,
        ask=found,
        expect={1: False},
    )


def test_what_is_needed_only_at_the_end_is_carried_along(spec):
    """Of another kind than what is worked out deeply before it."""
    chain = p.ratio
    for _ in range(20):
        chain = chain + 0.5
    spec(
        patients="""
            patient | ratio | born       | name
            1       | 1.0   | 2024-01-01 | a
            2       | -20.0 | 2024-01-02 | b
        """,
        ask=when((chain > 0.0) & (p.name == "a")).then(p.born).otherwise(None),
        expect={1: date(2024, 1, 1), 2: None},
    )


def test_a_condition_may_have_thousands_of_alternatives(spec):
    """A chain of 5,000 | in a loop."""
    found = p.score == 0
    for number in range(5_000):
        found = found | (p.score == number + 2)
    spec(
        patients="""
            patient | score
            1       | 1
            2       | 5001
            3       |
        """,
        ask=found,
        expect={1: False, 2: True, 3: None},
    )


def test_variables_may_be_hundreds(spec):
    """Each looks for other rows."""
    found = [e.where(e.number == n).value.sum_for_patient() for n in range(500)]
    spec(
        events="""
            patient | number | value
            1       | 0      | 1.5
            1       | 499    | 2.5
            1       | 500    | 4.5
        """,
        ask=maximum_of(*found),
        expect={1: 2.5},
    )
