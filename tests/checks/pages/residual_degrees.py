from tests.checks.pages.case import Case

SETTINGS = ("residual_degrees_of_freedom",)

CASES = (
    Case(
        "Twelve people and three coefficients are nearly twelve people",
        """
        age | visits | cost | people
        30  | 1      | 100  | 3
        40  | 3      | 150  | 3
        50  | 2      | 170  | 3
        60  | 5      | 260  | 3
        """,
        'regression(frame, outcome="cost", terms=["age", "visits"])',
        "fail",
    ),
    Case(
        "Thirteen people are enough, for this check",
        """
        age | visits | cost | people
        30  | 1      | 100  | 3
        40  | 3      | 150  | 3
        50  | 2      | 170  | 3
        60  | 5      | 260  | 4
        """,
        'regression(frame, outcome="cost", terms=["age", "visits"])',
    ),
)
