from tests.checks.pages.case import Case

SETTINGS = ("p_percent", "dominance_patients", "dominance_percent", "significant_digits")

PEOPLE = """
row | cost | people
a   | 1    | 10
a   | 500  | 1
a   | 400  | 1
b   | 100  | 10
b   | 110  | 10
c   | 200  | 15
c   | 210  | 15
"""

CASES = (
    Case(
        "Two people who make up nearly all of a total are hidden",
        PEOPLE,
        'summary(frame, value="cost", by="row", measures=("n", "mean"))',
        "pass: a",
    ),
    Case(
        "Many people with values alike aren't",
        """
        row | cost | people
        a   | 90   | 10
        a   | 95   | 12
        b   | 100  | 10
        b   | 110  | 10
        c   | 200  | 15
        c   | 210  | 15
        """,
        'summary(frame, value="cost", by="row", measures=("n", "mean"))',
    ),
)
