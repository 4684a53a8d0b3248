"""Codes."""

from cohort_dsl import codelist_from_csv
from cohort_dsl.codes import SNOMEDCTCode
from tests.spec.tables import e, p

title = "Codes"

CODES = """
    patient | code
    1       | 73211009
    2       | 22298006
    3       |
"""


def test_a_code_is_in_a_codelist_or_not(spec):
    """Unknown where the code is missing."""
    spec(
        patients=CODES,
        ask=p.code.is_in(["73211009"]),
        expect={1: True, 2: False, 3: None},
    )


def test_a_codelist_may_be_long(spec):
    """Beyond 1,000 codes it is joined as a table."""
    long = [str(10_000_000 + number) for number in range(3000)]
    spec(
        patients=CODES,
        ask=p.code.is_in([*long, "73211009"]),
        expect={1: True, 2: False, 3: None},
    )


def test_a_long_codelist_filters_rows(spec):
    """The same list serves several questions."""
    long = [str(10_000_000 + number) for number in range(3000)]
    matching = e.where(e.code.is_in([*long, "73211009"]))
    spec(
        events="""
            patient | code     | number
            1       | 73211009 | 4
            1       | 22298006 | 5
            1       |          | 6
        """,
        ask=matching.count_for_patient() * 10 + matching.number.sum_for_patient(),
        expect={1: 14},
    )


def test_codes_fall_into_categories(spec):
    """A code that is in no category, and a missing one, have none."""
    spec(
        patients=CODES,
        ask=p.code.to_category({"73211009": "diabetes"}),
        expect={1: "diabetes", 2: None, 3: None},
    )


def test_codes_are_read_from_a_file_of_the_study(spec, tmp_path):
    """One column of a CSV file; blanks round a code and lines without one don't count."""
    path = tmp_path / "diabetes.csv"
    path.write_text("code,term\n73211009 ,Diabetes\n,to be discussed\n44054006,Type 2\n")
    codelist = codelist_from_csv(path, column="code")
    spec(
        patients=CODES,
        ask=p.code.is_in(codelist),
        expect={1: True, 2: False, 3: None},
    )


def test_categories_are_read_from_a_second_column(spec, tmp_path):
    """Each code has one."""
    path = tmp_path / "heart.csv"
    path.write_text("code,kind\n22298006,heart attack\n84114007,heart failure\n")
    kinds = codelist_from_csv(path, column="code", category_column="kind")
    spec(
        patients=CODES,
        ask=p.code.to_category(kinds),
        expect={1: None, 2: "heart attack", 3: None},
    )


def test_a_code_may_be_written_with_its_system(spec):
    """As text or as a code; a code of another system would be refused."""
    spec(
        patients=CODES,
        ask=p.code == SNOMEDCTCode("73211009"),
        expect={1: True, 2: False, 3: None},
    )


def test_a_codelist_with_categories_is_a_codelist_too(spec):
    """One list serves both the filter and the category."""
    kinds = {"73211009": "diabetes", "44054006": "diabetes"}
    spec(
        events="""
            patient | date       | code
            1       | 2024-01-01 | 22298006
            1       | 2024-01-02 | 44054006
            2       | 2024-01-01 | 22298006
        """,
        ask=e.where(e.code.is_in(kinds))
        .sort_by(e.date)
        .first_for_patient()
        .code.to_category(kinds),
        expect={1: "diabetes", 2: None},
    )


def test_text_falls_into_categories_too(spec):
    """Tables of several vocabularies hold codes as text."""
    spec(
        patients="""
            patient | name
            1       | I219
            2       | E119
        """,
        ask=p.name.to_category({"I219": "heart"}),
        expect={1: "heart", 2: None},
    )
