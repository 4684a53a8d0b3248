from tests.checks.pages.case import Case

SETTINGS = ("opaque_forms",)
NO_ATTACK = (
    "No number of the file is known to the checker, so there is none to count with;"
    " what it finds in the words is told by the checks beside this one."
)

CASES = (
    Case(
        "A small table without a claim: two people, and only what the checker wrote anew",
        """
        group | people
        a     | 30
        b     | 50
        """,
        'Path("output/t.csv").write_text("group,mean age\\na,47.2\\nb,51.9\\n")',
        "review",
    ),
    Case(
        "What can hide rows never leaves, whatever its name says",
        """
        group | people
        a     | 30
        b     | 50
        """,
        'frame.to_parquet("output/t.csv")',
        "fail",
    ),
)
