from tests.checks.pages.case import Case

SETTINGS = ()
NO_ATTACK = (
    "A name that is wrong tells nothing of anybody; what the bytes hold is judged by"
    " itself."
)

CASES = (
    Case(
        "A picture that is called a table",
        """
        group | people
        a     | 30
        b     | 50
        """,
        'Path("output/t.csv").write_bytes(b"\\x89PNG\\r\\n\\x1a\\n" + bytes(40))',
        "fail",
    ),
)
