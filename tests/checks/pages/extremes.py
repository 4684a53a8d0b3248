from tests.checks.pages.case import Case

SETTINGS = ()

CASES = (
    Case(
        "A smallest and a largest value are one person's each",
        """
        group | people
        a     | 30
        b     | 50
        """,
        'Path("output/t.csv").write_text("measure,min,median,max\\nage,19,47,103\\n")',
        "fail",
    ),
)
