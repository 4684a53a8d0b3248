from tests.checks.pages.case import Case

SETTINGS = ("threshold",)

CASES = (
    Case(
        "The name of a rare level tells that somebody has it",
        """
        disease | people
        asthma  | 40
        flu     | 30
        kuru    | 2
        """,
        'crosstab(frame, rows="disease")',
        "review: kuru",
    ),
    Case(
        "Levels for every few people are a list of people",
        "pseudonym | people\n" + "\n".join(f"p{n} | 1" for n in range(12)),
        'crosstab(frame, rows="pseudonym")',
        "fail\nreview: p0; p1; p10; p11; p2; p3; p4; p5; p6; p7; p8; p9",
    ),
)
