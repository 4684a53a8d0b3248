"""Event tables."""

from cohort_dsl import create_dataset
from tests.spec.tables import a, e, p, v

title = "Event tables"

EVENTS = """
    patient | date       | number | ok
    1       | 2024-02-01 | 2      | T
    1       | 2024-01-01 | 1      | T
    1       | 2024-01-01 | 1      | T
    2       |            | 7      | F
    2       | 2024-01-01 | 8      | T
    3       | 2024-01-01 | 9      | T
"""
PATIENTS = """
    patient | score
    1       | 10
    2       | 20
    3       |
"""


def test_an_event_table_has_each_row_of_a_frame(event_table):
    """Of the population's patients; doubles stay, and all columns sort, NULL first."""
    dataset = create_dataset()
    dataset.define_population(p.score > 0)
    dataset.add_event_table("rows", date=e.date, number=e.number)
    event_table(
        dataset=dataset,
        patients=PATIENTS,
        events=EVENTS,
        expect="""
            patient | date       | number
            1       | 2024-01-01 | 1
            1       | 2024-01-01 | 1
            1       | 2024-02-01 | 2
            2       |            | 7
            2       | 2024-01-01 | 8
        """,
    )


def test_an_event_table_has_the_rows_that_are_left(event_table):
    """The most filtered of its series says which; a patient's value stands beside each."""
    recent = e.where(e.date > "2024-01-01")
    dataset = create_dataset()
    dataset.define_population(p.score > 0)
    dataset.add_event_table("rows", date=recent.date, number=e.number, score=p.score)
    event_table(
        dataset=dataset,
        patients=PATIENTS,
        events=EVENTS,
        expect="""
            patient | date       | number | score
            1       | 2024-02-01 | 2      | 10
        """,
    )


def test_an_event_table_may_look_up_what_held_on_each_date(event_table):
    """Where somebody lived when it happened."""
    home = a.as_of(e.date, start=a.start_date, end=a.end_date)
    dataset = create_dataset()
    dataset.define_population(e.exists_for_patient())
    dataset.add_event_table("rows", date=e.date, area=home.area, known=home.is_found())
    event_table(
        dataset=dataset,
        addresses="""
            patient | start_date | end_date   | area
            1       | 2023-01-01 | 2023-12-31 | north
            1       | 2024-01-01 |            |
            2       | 2024-01-01 |            | east
        """,
        events="""
            patient | date
            1       | 2023-06-01
            1       | 2024-06-01
            1       |
            2       | 2024-01-01
        """,
        expect="""
            patient | date       | area  | known
            1       |            |       | F
            1       | 2023-06-01 | north | T
            1       | 2024-06-01 |       | T
            2       | 2024-01-01 | east  | T
        """,
    )


def test_an_event_table_may_be_of_any_frame_of_several_rows(event_table):
    """A union, for one: here what was done and what was asked, in one list."""
    both = e.where(e.ok).union(v)
    dataset = create_dataset()
    dataset.define_population(p.score > 0)
    dataset.add_event_table("rows", date=both.date, number=both.number)
    event_table(
        dataset=dataset,
        patients=PATIENTS,
        events=EVENTS,
        visits="""
            patient | date       | number
            1       | 2024-01-15 | 3
        """,
        expect="""
            patient | date       | number
            1       | 2024-01-01 | 1
            1       | 2024-01-01 | 1
            1       | 2024-01-15 | 3
            1       | 2024-02-01 | 2
            2       | 2024-01-01 | 8
        """,
    )
