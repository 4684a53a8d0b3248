from tests.checks.pages.case import Case

SETTINGS = ()
NO_ATTACK = "What can't be seen can't be counted, and doesn't leave."

CASES = (
    Case(
        "A character of no width may carry a message",
        """
        group | people
        a     | 30
        b     | 50
        """,
        'Path("output/t.csv").write_text("group,n\\na\\u200b,30\\n", encoding="utf-8")',
        "fail",
    ),
)
