from tests.checks.pages.case import Case

SETTINGS = ("threshold", "p_percent", "dominance_patients", "dominance_percent")

CASES = (
    Case(
        "Two people have nearly all of what a ward costs, and a model tells what it costs",
        """
        ward | age | cost | people
        a    | 30  | 1    | 10
        a    | 40  | 2    | 10
        a    | 50  | 900  | 1
        a    | 60  | 800  | 1
        b    | 30  | 100  | 20
        b    | 50  | 150  | 20
        """,
        'regression(frame, outcome="cost", terms=["age", "ward"])',
        "fail: ward: a",
    ),
    Case(
        "In a ward three people only were ever admitted",
        """
        ward | age | stays | people
        a    | 30  | 0     | 30
        a    | 40  | 1     | 2
        a    | 50  | 2     | 1
        b    | 30  | 1     | 20
        b    | 50  | 3     | 20
        """,
        'regression(frame, outcome="stays", terms=["age", "ward"], family="poisson")',
        "fail: ward: a",
    ),
    Case(
        "A linear model of a yes/no tells shares, and so counts",
        """
        ward | age | ill | people
        a    | 30  | 0   | 20
        a    | 40  | 1   | 20
        b    | 50  | 0   | 20
        b    | 60  | 1   | 20
        """,
        'regression(frame, outcome="ill", terms=["age", "ward"])',
        "fail",
    ),
)
