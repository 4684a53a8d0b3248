from tests.checks.pages.case import Case

SETTINGS = ("threshold",)

PEOPLE = """
row | age | people
a   | 20  | 50
a   | 95  | 4
b   | 30  | 60
"""

CASES = (
    Case(
        "The same table without a few people: subtracting shows the few",
        PEOPLE,
        'crosstab(frame, rows="row")\n'
        'crosstab(frame, rows="row", where=[("age", "<", 90)], path="output/u.csv")',
        "review: a",
    ),
    Case(
        "Without many people it tells nothing about few",
        PEOPLE,
        'crosstab(frame, rows="row")\n'
        'crosstab(frame, rows="row", where=[("age", "in", [20, 95])], path="output/u.csv")',
    ),
)
