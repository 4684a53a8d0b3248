from tests.checks.pages.case import Case

SETTINGS = ("round_to", "significant_digits")

CASES = (
    Case(
        "A rate that is computed from its rounded counts has no digit to tell more by",
        """
        ward | ill | people
        a    | T   | 12
        a    | F   | 59
        b    | T   | 31
        b    | F   | 70
        """,
        'rates(frame, numerator="ill", by="ward")',
        policy={},
    ),
)
