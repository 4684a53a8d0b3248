"""A table with a line per person, whatever its columns are called."""

import pytest

from output_checker.checks.row_level import check
from output_checker.report import Verdict
from tests.a_cohort import people
from tests.opaque_files import lines, told

COHORT = people({("a",): 40, ("b",): 60}, "row")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("patient_id,sex\n7,m\n7,f\n", "it names patients"),
        ("sex;NIR\nm;7\nf;8\n", "it names patients"),
        (
            lines("name,sex", *(f"Ana {n},f" for n in range(150))),
            "column 1 hardly has a value twice",
        ),
        (
            lines("sex,cost", *(f"f,{n if n > 3 else 1}" for n in range(150))),
            "column 2 hardly has a value twice",
        ),
        (
            lines("sex,age", *(f"f,{n % 7}" for n in range(98))),
            "about as many lines as the cohort has people",
        ),
    ],
)
@pytest.mark.parametrize("name", ["x.csv", "x.txt"])
def test_a_line_for_each_person_is_seen_for_what_it_is(name, data, reason):
    ((verdict, said),) = told(check, name, data, COHORT)
    assert verdict is Verdict.FAIL
    assert reason in said


@pytest.mark.parametrize(
    "data",
    [
        "sex,n\nfemale,120\nmale,340\n",
        lines("month,n", *(f"2024-{n},{n * 70}" for n in range(1, 13))),
        lines("sex,age,n", *(f"{n % 2},{n % 5},{n % 60}" for n in range(150))),
        "a line of words\nand another\n",
    ],
)
def test_a_table_of_groups_is_none(data):
    assert told(check, "x.csv", data, COHORT) == []


def test_words_in_a_row_are_columns_too_but_sentences_are_none():
    rows = [f"f {n % 90} {100.5 + n}" for n in range(150)]
    assert told(check, "x.txt", "\n".join(rows))
    assert told(check, "x.txt", "\n".join(f"Person{n}" for n in range(150)))
    steps = [f"step {n}: {'it goes on ' * (n % 5)}{n * 7}" for n in range(150)]
    assert told(check, "x.txt", "\n".join(steps)) == []


def test_a_long_table_is_told_even_though_it_is_too_long_to_leave():
    data = lines("sex,age", *(f"f,{n}" for n in range(3000)))
    assert told(check, "x.csv", data)


def test_a_picture_has_no_lines():
    from tests.opaque_files import a_picture

    assert told(check, "x.png", a_picture(), COHORT) == []
