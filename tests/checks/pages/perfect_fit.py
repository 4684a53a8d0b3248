from tests.checks.pages.case import Case

SETTINGS = ()

CASES = (
    Case(
        "An outcome that is computed from the terms is known with them",
        """
        visits | tests | cost | people
        1      | 1     | 30   | 20
        2      | 1     | 50   | 20
        3      | 4     | 100  | 20
        4      | 2     | 100  | 20
        """,
        'regression(frame, outcome="cost", terms=["visits", "tests"])',
        "fail",
    ),
    Case(
        "One that isn't is open, however close the line",
        """
        visits | tests | cost | people
        1      | 1     | 30   | 20
        2      | 1     | 50   | 20
        3      | 4     | 100  | 20
        4      | 2     | 101  | 20
        """,
        'regression(frame, outcome="cost", terms=["visits", "tests"])',
    ),
)
