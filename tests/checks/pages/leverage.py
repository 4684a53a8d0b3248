from tests.checks.pages.case import Case

SETTINGS = ("threshold", "p_percent")

CASES = (
    Case(
        "One person of far more visits than all others draws the line to themselves",
        """
        visits | cost | people
        1      | 100  | 20
        2      | 120  | 20
        3      | 130  | 20
        90     | 700  | 1
        """,
        'regression(frame, outcome="cost", terms="visits")',
        "fail",
    ),
    Case(
        "One with rather more is for two people to look at",
        """
        visits | cost | people
        1      | 100  | 20
        2      | 120  | 20
        3      | 130  | 20
        7      | 190  | 1
        """,
        'regression(frame, outcome="cost", terms="visits")',
        "review",
    ),
    Case(
        "Two columns that differ for four people only: their difference is about the four",
        """
        ill | treated | cost | people
        T   | T       | 100  | 20
        T   | T       | 120  | 20
        F   | F       | 60   | 20
        F   | F       | 80   | 20
        T   | F       | 300  | 4
        """,
        'regression(frame, outcome="cost", terms=["ill", "treated"])',
        "fail",
    ),
    Case(
        "Visits like those of others",
        """
        visits | cost | people
        1      | 100  | 20
        2      | 120  | 20
        3      | 130  | 20
        4      | 190  | 3
        """,
        'regression(frame, outcome="cost", terms="visits")',
    ),
)
