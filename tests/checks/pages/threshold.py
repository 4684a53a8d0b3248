from tests.checks.pages.case import Case

SETTINGS = ("threshold", "round_to", "rounding")

CASES = (
    Case(
        "Fewer people than the threshold are hidden, and what would give them away",
        """
        group | people
        a     | 9
        b     | 50
        c     | 70
        """,
        'crosstab(frame, rows="group")',
        "pass: a\npass: b",
    ),
    Case(
        "As many as the threshold are shown",
        """
        group | people
        a     | 10
        b     | 50
        """,
        'crosstab(frame, rows="group")',
    ),
    Case(
        "Without totals nothing gives a small cell away",
        """
        group | people
        a     | 3
        b     | 50
        """,
        'crosstab(frame, rows="group", margins=False)',
        "pass: a",
    ),
    Case(
        "Two hidden ones would be given away by what they add up to",
        """
        group | people
        a     | 1
        b     | 1
        c     | 50
        """,
        'crosstab(frame, rows="group")',
        "pass: a; b\npass: c",
    ),
    Case(
        "Those measured are counted, and not those without a value",
        """
        group | weight | people
        a     | 61     | 3
        a     | 64     | 3
        a     |        | 20
        b     | 70     | 30
        b     | 75     | 30
        c     | 80     | 30
        c     | 82     | 30
        """,
        'summary(frame, value="weight", by="group", measures=("n", "mean"))',
        "pass: a\npass: b",
    ),
)
