from tests.checks.pages.case import Case

SETTINGS = ("provider_columns", "provider_threshold")

CASES = (
    Case(
        "Patients of two practices only tell about these practices",
        """
        group | practice_id | people
        a     | 1           | 15
        a     | 2           | 15
        b     | 3           | 20
        b     | 4           | 20
        b     | 5           | 20
        c     | 1           | 20
        c     | 4           | 20
        c     | 6           | 20
        """,
        'crosstab(frame, rows="group")',
        "pass: a",
    ),
)
