from tests.checks.pages.case import Case

SETTINGS = ("threshold", "provider_columns", "provider_threshold")

CASES = (
    Case(
        "A level of few people is refused: its coefficient is about them",
        """
        ward | age | cost | people
        a    | 30  | 100  | 20
        a    | 50  | 150  | 20
        b    | 40  | 120  | 20
        b    | 60  | 190  | 20
        c    | 30  | 110  | 5
        c    | 60  | 210  | 4
        """,
        'regression(frame, outcome="cost", terms=["age", "ward"])',
        "fail: ward: c",
    ),
    Case(
        "So is one of many, of whom few have the outcome of a logistic model",
        """
        ward | age | ill | people
        a    | 30  | T   | 20
        a    | 50  | F   | 40
        a    | 40  | T   | 20
        b    | 40  | F   | 30
        b    | 60  | F   | 30
        b    | 50  | T   | 4
        """,
        'regression(frame, outcome="ill", terms=["age", "ward"], family="logistic")',
        "fail: ward: b, yes",
    ),
    Case(
        "Ten with it and ten without it are enough",
        """
        ward | age | ill | people
        a    | 30  | T   | 20
        a    | 50  | F   | 40
        a    | 40  | T   | 20
        b    | 40  | F   | 10
        b    | 60  | F   | 30
        b    | 50  | T   | 10
        """,
        'regression(frame, outcome="ill", terms=["age", "ward"], family="logistic")',
    ),
    Case(
        "Many people of one practice are about this practice",
        """
        ward | practice_id | age | cost | people
        a    | 1           | 30  | 100  | 20
        a    | 2           | 50  | 150  | 20
        a    | 3           | 50  | 140  | 20
        b    | 4           | 40  | 120  | 20
        b    | 4           | 60  | 190  | 20
        """,
        'regression(frame, outcome="cost", terms=["age", "ward"])',
        "fail: ward: b",
    ),
)
