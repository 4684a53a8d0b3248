from tests.checks.pages.case import Case

SETTINGS = ()

CASES = (
    Case(
        "A line for each patient",
        """
        group | people
        a     | 30
        b     | 50
        """,
        'frame.to_csv("output/t.csv", index=False)',
        "fail",
    ),
)
