"""Tables that come with the definition."""

from cohort_dsl.tables import (
    EventFrame,
    PatientFrame,
    Series,
    table_from_file,
    table_from_rows,
)
from tests.spec.tables import e, p

title = "Tables that come with the definition"


def test_rows_may_be_written_in_the_definition(spec):
    """`patient_id` first, then the columns in their order; None is NULL."""

    @table_from_rows([(1, 70), (2, None)])
    class weights(PatientFrame):
        weight = Series(int)

    spec(
        patients="""
            patient | score
            1       | 1
            2       | 2
            3       | 3
        """,
        ask=p.score + weights.weight,
        expect={1: 71, 2: None, 3: None},
    )


def test_a_written_table_may_have_several_rows_a_patient(spec):
    """And is filtered, sorted and united like any other."""

    @table_from_rows([{"patient_id": 1, "number": 8}, {"patient_id": 1, "number": 9}])
    class more(EventFrame):
        number = Series(int)

    spec(
        events="""
            patient | number
            1       | 1
            2       | 2
        """,
        ask=e.union(more.where(more.number > 8)).number.sum_for_patient(),
        expect={1: 10, 2: 2},
    )


def test_patients_of_a_written_table_are_patients_that_the_population_mentions(spec):
    """So a list of patients may be the population."""

    @table_from_rows([(1, True), (3, True), (4, None)])
    class chosen(PatientFrame):
        yes = Series(bool)

    spec(
        patients="""
            patient | score
            1       | 1
            2       | 2
        """,
        population=chosen.yes,
        ask=p.score,
        expect={1: 1, 3: None},
    )


def test_rows_may_lie_in_a_file_of_the_study(spec, tmp_path):
    """With the columns' names in its first line; an empty field is NULL."""
    path = tmp_path / "weights.csv"
    path.write_text("patient_id,weight,comment\n1,70,\n2,,fasting\n")

    @table_from_file(path)
    class weights(PatientFrame):
        weight = Series(int)

    spec(
        patients="""
            patient | score
            1       | 1
            2       | 2
        """,
        ask=weights.weight,
        expect={1: 70, 2: None},
    )
