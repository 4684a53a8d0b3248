"""Unions."""

from tests.spec.tables import e, p, v

title = "Unions"


def test_a_union_has_the_rows_of_all_its_frames(spec):
    """Doubles too: what was recorded twice is there twice."""
    spec(
        events="""
            patient | date       | number
            1       | 2024-01-01 | 1
            1       | 2024-01-02 | 2
        """,
        visits="""
            patient | date       | number
            1       | 2024-01-01 | 1
            2       | 2024-01-01 | 4
        """,
        ask=e.union(v).count_for_patient(),
        expect={1: 3, 2: 1},
    )


def test_a_union_has_the_columns_that_all_its_frames_have(spec):
    """By name and type; `visits` has no text, so their union hasn't either."""
    both = e.union(v)
    spec(
        events="""
            patient | date       | number
            1       | 2024-01-01 | 1
        """,
        visits="""
            patient | date       | number
            1       | 2024-01-02 | 5
            2       |            | 4
        """,
        ask=both.where(both.date >= "2024-01-02").number.sum_for_patient(),
        expect={1: 5, 2: None},
    )


def test_a_union_is_sorted_and_picked_from_like_any_frame(spec):
    """The last row may be of either frame."""
    both = e.where(e.ok).union(v)
    spec(
        events="""
            patient | date       | number | ok
            1       | 2024-01-01 | 1      | T
            1       | 2024-03-01 | 2      | F
            2       | 2024-03-01 | 3      | T
        """,
        visits="""
            patient | date       | number
            1       | 2024-02-01 | 5
            2       | 2024-02-01 | 6
        """,
        ask=both.sort_by(both.date).last_for_patient().number,
        expect={1: 5, 2: 3},
    )


def test_ties_in_a_union_are_broken_by_all_its_own_columns(spec):
    """Here by number: a column that not all the frames have is none of the union's."""
    both = e.union(v)
    spec(
        events="""
            patient | date       | number | text
            1       | 2024-01-01 | 2      | a
        """,
        visits="""
            patient | date       | number
            1       | 2024-01-01 | 1
        """,
        ask=both.sort_by(both.date).first_for_patient().number,
        expect={1: 1},
    )


def test_a_union_may_have_picked_rows_and_the_same_frame_twice(spec):
    """A frame of one row a patient is as good as any."""
    first = e.sort_by(e.date).first_for_patient()
    spec(
        events="""
            patient | date       | number
            1       | 2024-01-01 | 1
            1       | 2024-01-02 | 2
            2       | 2024-01-02 | 4
        """,
        ask=e.union(e, first).number.sum_for_patient(),
        expect={1: 7, 2: 12},
    )


def test_a_union_may_be_of_unions(spec):
    """And of filtered ones."""
    both = e.union(v)
    spec(
        events="""
            patient | number
            1       | 1
        """,
        visits="""
            patient | number
            1       | 3
            1       | 4
        """,
        ask=both.where(both.number > 1).union(e, v).count_for_patient(),
        expect={1: 5},
    )


def test_a_filter_of_a_union_may_ask_about_the_patient(spec):
    """One value a patient stands beside the rows of a union too."""
    both = e.union(v)
    spec(
        patients="""
            patient | score
            1       | 2
            2       |
        """,
        events="""
            patient | number
            1       | 1
            2       | 7
        """,
        visits="""
            patient | number
            1       | 3
        """,
        ask=both.where(both.number > p.score).number.maximum_for_patient(),
        expect={1: 3, 2: None},
    )


def test_sorted_rows_are_united_in_no_order(spec):
    """What they are sorted by, here another table's column, needn't even be known."""
    of_one_text = e.sort_by(e.text == p.name)
    spec(
        patients="""
            patient | name
            1       | a
        """,
        events="""
            patient | text | number
            1       | b    | 3
        """,
        visits="""
            patient | number
            1       | 4
        """,
        ask=of_one_text.union(v).number.sum_for_patient(),
        expect={1: 7},
    )
