from tests.checks.pages.case import Case

SETTINGS = ("threshold", "significant_digits")

CASES = (
    Case(
        "A percentile with fewer people beyond it than the threshold is kept back",
        """
        group | stay | people
        a     | 1    | 12
        a     | 2    | 12
        a     | 3    | 12
        a     | 30   | 1
        """,
        'percentiles(frame, value="stay", by="group", at=(25, 50, 95), margins=False)',
        "pass: a",
    ),
    Case(
        "Percentiles that are one number: most of the group have it",
        """
        group | stay | people
        a     | 1    | 12
        a     | 2    | 60
        a     | 3    | 12
        """,
        'percentiles(frame, value="stay", by="group", at=(25, 75), margins=False)',
        "review: a",
    ),
)
