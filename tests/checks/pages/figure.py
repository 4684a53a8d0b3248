from tests.checks.pages.case import Case

SETTINGS = ()
NO_ATTACK = "No picture is drawn, and the table behind it is judged by itself."

CASES = (
    Case(
        "One rate for everybody is a number, and has no bars to draw",
        """
        ill | people
        T   | 40
        F   | 60
        """,
        'rates(frame, numerator="ill", figure="bar")',
        "fail",
    ),
    Case(
        "Rates by group have",
        """
        ward | ill | people
        a    | T   | 20
        a    | F   | 59
        b    | T   | 31
        b    | F   | 70
        """,
        'rates(frame, numerator="ill", by="ward", figure="bar")',
    ),
)
