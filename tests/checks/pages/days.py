from tests.checks.pages.case import Case

SETTINGS = ()

CASES = (
    Case(
        "Days of birth are a person's own",
        """
        group | people
        a     | 30
        b     | 50
        """,
        'Path("output/t.csv").write_text("n,date of birth\\n20,1931-02-11\\n")',
        "fail",
    ),
    Case(
        "Months of a study aren't",
        """
        group | people
        a     | 30
        b     | 50
        """,
        'Path("output/t.csv").write_text("month,n\\n2024-01-01,120\\n2024-02-01,140\\n")',
        "",
    ),
)
