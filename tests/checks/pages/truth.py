from tests.checks.pages.case import Case

SETTINGS = ()
NO_ATTACK = (
    "Of a table that isn't the cohort's nothing would leave, so there is nothing to"
    " subtract."
)

PEOPLE = """
group | age | people
a     | 20  | 50
b     | 30  | 60
"""

CASES = (
    Case(
        "A claim that the cohort bears out",
        PEOPLE,
        'crosstab(frame, rows="group", where=[("age", "<", 25)])',
    ),
    Case(
        "A table of fewer people than it says",
        PEOPLE,
        'crosstab(frame[frame.age < 25], rows="group")',
        "fail: group: b; total",
    ),
    Case(
        "A column that the cohort hasn't",
        PEOPLE,
        'frame["old"] = frame.age > 25\ncrosstab(frame, rows="old")',
        "fail",
    ),
)
