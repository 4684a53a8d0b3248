from tests.checks.pages.case import Case

SETTINGS = ("threshold", "solver_seconds")

CASES = (
    Case(
        "A table of which nothing would be left doesn't leave",
        """
        row | people
        a   | 3
        b   | 4
        """,
        'crosstab(frame, rows="row")',
        "fail",
    ),
)
