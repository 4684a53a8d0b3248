from tests.checks.pages.case import Case

SETTINGS = ("threshold",)

CASES = (
    Case(
        "A mean of few different values may be a count",
        """
        row | score | people
        a   | 1     | 30
        a   | 2     | 20
        b   | 3     | 30
        b   | 2     | 40
        """,
        'summary(frame, value="score", by="row", measures=("n", "mean"))',
        "review",
    ),
    Case(
        "Few people far from all others move the mean by themselves",
        """
        row | cost | people
        a   | 10   | 20
        a   | 11   | 20
        a   | 12   | 20
        a   | 13   | 20
        a   | 14   | 20
        a   | 15   | 20
        a   | 9000 | 3
        """,
        'summary(frame, value="cost", by="row", measures=("n", "mean"))',
        "review: a; total",
    ),
)
