from tests.checks.pages.case import Case

SETTINGS = ()

CASES = (
    Case(
        "Numbers so short that counts look like them: people look",
        """
        group | people
        a     | 30
        b     | 50
        """,
        'Path("output/t.csv").write_text("group,n\\na,30\\nb,50\\n")',
        "review",
    ),
)
