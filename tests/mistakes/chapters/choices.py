"""Mistakes: choices."""

from tests.mistakes.mistake import HEADER, Chapter, Mistake

CHAPTER = Chapter(
    "Choices",
    (
        Mistake(
            "when() without then()",
            """
                dataset.group = when(patients.sex == "female").otherwise("x")
                """,
            problem="when(...).otherwise: when comes with then, which is missing",
            remedy="Write when(condition).then(value).otherwise(value).",
        ),
        Mistake(
            "when().then() without otherwise()",
            """
                dataset.group = when(patients.sex == "female").then("x")
                """,
            problem="group is a choice that isn't finished",
            remedy="End it with .otherwise(...): when(a).then(b).otherwise(c).",
        ),
        Mistake(
            "case() with values of two kinds",
            """
                dataset.group = case(when(is_there).then(1), otherwise="none")
                """,
            problem="the values are of different kinds: whole numbers and text",
            remedy="Give all of them one kind; write None where there is no value.",
        ),
        Mistake(
            "case() with a misspelt argument",
            """
                dataset.group = case(when(is_there).then(1), default=0)
                """,
            problem="case(...) knows no default=",
            remedy="Write case(..., otherwise=...).",
        ),
        Mistake(
            "case() with a bare condition",
            """
                dataset.group = case(is_there, otherwise=0)
                """,
            problem="case needs when(...).then(...) each time",
            remedy='Write case(when(a).then("x"), when(b).then("y"), otherwise="z").',
        ),
        Mistake(
            "A choice without a condition",
            """
                dataset.group = case(otherwise="x")
                """,
            problem="case without any condition",
            remedy="Write case(when(...).then(...)).",
        ),
        Mistake(
            "A value that is mapped twice",
            """
                born = patients.date_of_birth
                days = {"2024-01-31": "then", date(2024, 1, 31): "that day"}
                dataset.group = born.map_values(days)
                """,
            problem="2024-01-31 is mapped to two different values",
            remedy="Give each value one result.",
            header="from datetime import date\n" + HEADER,
        ),
        Mistake(
            "The larger of one value",
            """
                dataset.last = maximum_of(first.date)
                """,
            problem="maximum_of needs two or more values, one of them a series",
            remedy=(
                "Write maximum_of(a, b); for the rows of one column, "
                "column.maximum_for_patient()."
            ),
        ),
    ),
)
