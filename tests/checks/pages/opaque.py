from tests.checks.pages.case import Case

SETTINGS = ()

CASES = (
    Case(
        "A file without a claim",
        """
        group | people
        a     | 50
        """,
        'Path("output/t.csv").write_text("mean age\\n47.2\\n")',
        "fail",
    ),
)
