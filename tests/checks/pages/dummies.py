from tests.checks.pages.case import Case

SETTINGS = ("threshold",)

CASES = (
    Case(
        "A column that is another number for one person only",
        """
        age | her | cost | people
        30  | 1   | 100  | 30
        40  | 1   | 140  | 30
        50  | 1   | 150  | 30
        50  | 2   | 900  | 1
        """,
        'regression(frame, outcome="cost", terms=["age", "her"])',
        "fail: her",
    ),
    Case(
        "One in which many differ",
        """
        age | smokes | cost | people
        30  | 0      | 100  | 30
        40  | 0      | 140  | 30
        50  | 0      | 150  | 30
        50  | 1      | 210  | 10
        """,
        'regression(frame, outcome="cost", terms=["age", "smokes"])',
    ),
)
