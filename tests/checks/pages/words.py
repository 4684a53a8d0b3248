from tests.checks.pages.case import Case

SETTINGS = ("threshold",)

PEOPLE = """
sex | age | people
f   | 10  | 20
f   | 20  | 40
m   | 50  | 40
m   | 70  | 30
"""

CASES = (
    Case(
        "Round edges are what a table needs",
        PEOPLE,
        'crosstab(frame, rows=bands("age", [18, 37.5, 65]))',
    ),
    Case(
        "Many digits could be a message",
        PEOPLE,
        'crosstab(frame, rows=bands("age", [18, 40.125]))',
        "review",
    ),
    Case(
        "So could a title's numbers",
        PEOPLE,
        'crosstab(frame, rows="sex", title="Patients 1234567890")',
        "review",
    ),
)
