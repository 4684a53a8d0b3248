from tests.checks.pages.case import Case

SETTINGS = ()

PEOPLE = """
arm | sex | ill | people
a   | f   | T   | 20
a   | f   | F   | 30
a   | m   | T   | 15
a   | m   | F   | 35
b   | f   | T   | 25
b   | f   | F   | 25
b   | m   | T   | 20
b   | m   | F   | 40
"""

CASES = (
    Case(
        "An intercept and one yes/no are two chances, which a table shows",
        PEOPLE,
        'regression(frame, outcome="ill", terms="arm", family="logistic")',
        "fail",
    ),
    Case(
        "Of two terms there are more kinds of people than coefficients",
        PEOPLE,
        'regression(frame, outcome="ill", terms=["arm", "sex"], family="logistic")',
    ),
)
