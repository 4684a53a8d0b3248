from tests.checks.pages.case import Case

SETTINGS = ("threshold",)

CASES = (
    Case(
        "Nobody, or everybody, of a group: people judge",
        """
        ward | infected | people
        a    | yes      | 30
        a    | no       | 40
        b    | yes      | 50
        """,
        'crosstab(frame, rows="ward", columns="infected")',
        "review: a, no; b, yes\nreview: b, no",
    ),
    Case(
        "Some of every group tells nothing of anyone",
        """
        ward | infected | people
        a    | yes      | 30
        a    | no       | 40
        b    | yes      | 50
        b    | no       | 20
        """,
        'crosstab(frame, rows="ward", columns="infected")',
    ),
    Case(
        "A curve that falls to zero at once: everybody who was there had the event",
        """
        days | died | people
        10   | T    | 30
        10   | F    | 20
        40   | T    | 25
        """,
        'survival(frame, time="days", event="died", steps=[30, 60])',
        "review: 30 to under 60, yes",
    ),
    Case(
        "What the population is chosen by tells nothing",
        """
        infected | people
        yes      | 50
        no       | 40
        """,
        'crosstab(frame, rows="infected", where=[("infected", "==", "yes")])',
    ),
)
