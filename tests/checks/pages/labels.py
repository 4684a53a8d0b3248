from tests.checks.pages.case import Case

SETTINGS = ()
NO_ATTACK = (
    "Nothing is written, whatever the table's numbers are; these are judged by themselves."
)

CASES = (
    Case(
        "A level that is called as we write hidden numbers",
        """
        ward     | people
        a        | 40
        [hidden] | 60
        """,
        'crosstab(frame, rows="ward")',
        "fail",
    ),
    Case(
        "A level with a character that can't be seen",
        """
        ward | people
        a    | 40
        b    | 60
        """,
        'frame["ward"] += "\\u200b"\n'
        'derived(frame, path="output/derived.parquet")\n'
        'crosstab(frame, rows="ward", dataset="output/derived.parquet")',
        "fail",
    ),
)
