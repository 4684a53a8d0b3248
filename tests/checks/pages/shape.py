from tests.checks.pages.case import Case

SETTINGS = ("opaque_lines",)
NO_ATTACK = "What can't be written anew leaves nothing to count with."

CASES = (
    Case(
        "More lines than two people can look at",
        """
        group | people
        a     | 30
        b     | 50
        """,
        'lines = [f"{2000 + n},{n * 70}" for n in range(300)]\n'
        'Path("output/t.csv").write_text("\\n".join(["year,n", *lines]))',
        "fail",
    ),
)
