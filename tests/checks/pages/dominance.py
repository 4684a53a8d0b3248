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
    Case(
        "Two columns that differ for three people: the means, subtracted, tell of them",
        """
        row | visits | urgent | people
        a   | 1      | 1      | 10
        a   | 2      | 2      | 10
        a   | 3      | 2      | 3
        a   | 4      | 4      | 10
        a   | 5      | 5      | 10
        a   | 6      | 6      | 10
        a   | 8      | 8      | 10
        b   | 1      | 1      | 10
        b   | 2      | 2      | 10
        b   | 3      | 3      | 10
        """,
        'summary(frame, value="visits", by="row", margins=False)\n'
        'summary(frame, value="urgent", by="row", margins=False, path="output/u.csv")',
        "review: a",
    ),
)
