from tests.checks.pages.case import Case

SETTINGS = ("threshold",)

CASES = (
    Case(
        "A word that few patients' records have",
        """
        group | people
        a     | 30
        b     | 50
        kuru  | 2
        """,
        'Path("output/t.csv").write_text("group,n\\nkuru,30\\n")',
        "fail\nreview",
    ),
)
