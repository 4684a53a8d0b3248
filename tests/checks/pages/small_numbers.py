from tests.checks.pages.case import Case

SETTINGS = ("threshold",)

CASES = (
    Case(
        "Whole numbers under the threshold may count people",
        """
        group | people
        a     | 30
        b     | 50
        """,
        'Path("output/t.csv").write_text("group,n\\na,3\\nb,50\\n")',
        "review",
    ),
)
