from tests.checks.pages.case import Case

SETTINGS = ()

CASES = (
    Case(
        "A frame that an action made, kept as an output: reviewers are told what it made",
        """
        sex | age | people
        f   | 40  | 60
        f   | 70  | 50
        m   | 40  | 55
        m   | 70  | 65
        """,
        'frame["old"] = frame.age > 65\n'
        'derived(frame, path="output/derived.parquet")\n'
        'crosstab(frame, rows="old", columns="sex", dataset="output/derived.parquet")',
        "review",
    ),
)
