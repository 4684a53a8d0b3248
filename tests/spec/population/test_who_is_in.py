"""Who is in."""

from tests.spec.tables import e, p, v

title = "Who is in"


def test_the_population_is_where_the_condition_is_exactly_true(spec):
    """Unknown is not true: a patient of unknown habits is no smoker."""
    spec(
        patients="""
            patient | smoker
            1       | T
            2       | F
            3       |
        """,
        population=p.smoker,
        ask=p.smoker,
        expect={1: True},
    )


def test_only_tables_that_the_population_mentions_bring_patients(spec):
    """A table that is asked for a variable alone adds nobody."""
    spec(
        patients="""
            patient | score
            1       | 5
        """,
        events="""
            patient | number
            1       | 1
            2       | 2
        """,
        population=p.exists_for_patient() | (p.score == 9),
        ask=e.count_for_patient(),
        expect={1: 1},
    )


def test_a_patient_is_in_once_however_many_rows_there_are(spec):
    """And no row counts twice because of that."""
    spec(
        events="""
            patient | number
            1       | 1
            1       | 2
        """,
        population=e.where(e.number > 0).exists_for_patient(),
        ask=e.count_for_patient(),
        expect={1: 2},
    )


def test_patients_of_every_mentioned_table_are_looked_at(spec):
    """Also those who are in an event table only."""
    spec(
        patients="""
            patient | score
            1       | 5
        """,
        events="""
            patient | number
            2       | 2
        """,
        population=p.exists_for_patient() | e.exists_for_patient(),
        ask=e.count_for_patient(),
        expect={1: 0, 2: 1},
    )


def test_a_patient_without_rows_may_be_in_by_another_table(spec):
    """No visit is known of patient 2, and that is what is asked."""
    spec(
        patients="""
            patient | score
            1       | 5
            2       | 5
        """,
        visits="""
            patient | number
            1       | 1
        """,
        population=p.exists_for_patient() & ~v.exists_for_patient(),
        ask=p.score,
        expect={2: 5},
    )


def test_the_population_may_depend_on_what_is_found_by_steps(spec):
    """Here on an aggregate over rows that a picked row decides about."""
    first = e.sort_by(e.date).first_for_patient()
    spec(
        events="""
            patient | date       | number
            1       | 2024-01-01 | 1
            1       | 2024-02-01 | 5
            2       | 2024-01-01 | 1
        """,
        population=e.where(e.date > first.date).number.sum_for_patient() > 3,
        ask=first.number,
        expect={1: 1},
    )
