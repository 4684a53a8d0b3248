from tests.checks.pages.case import Case

SETTINGS = ()

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
