"""Mistakes: tables that an author declares."""

from tests.mistakes.mistake import HEADER, Chapter, Mistake

DECLARED = f"{HEADER}from cohort_dsl.tables import *\n"

CHAPTER = Chapter(
    "Tables of one's own",
    (
        Mistake(
            "A table of no kind",
            """
                @table
                class visits:
                    kind = Series(str)
                """,
            header=DECLARED,
            line=7,
            problem="@table needs a class of PatientFrame or EventFrame, not visits",
            remedy="Write class visits(PatientFrame) or class visits(EventFrame).",
        ),
        Mistake(
            "A column of no type",
            """
                @table
                class visits(EventFrame):
                    kinds = Series(list)
                """,
            header=DECLARED,
            problem="list is no type for a column",
            remedy=(
                "Write bool, int, float, str, datetime.date or a class of cohort_dsl.codes."
            ),
        ),
        Mistake(
            "A column has the name of a method",
            """
                @table
                class visits(EventFrame):
                    where = Series(str)
                """,
            header=DECLARED,
            line=7,
            problem="where is a method of every frame, and can't name a column",
            remedy="Give the column another name.",
        ),
        Mistake(
            "A constraint that isn't one",
            """
                @table
                class visits(EventFrame):
                    kind = Series(str, constraints=["unique"])
                """,
            header=DECLARED,
            problem='"unique" is no constraint on a column',
            remedy=(
                "Write one of Constraint.NotNull, Unique, FirstOfMonth, NonNegative, "
                "Categorical, Regex, ClosedRange, DateAfter, as Constraint.NotNull()."
            ),
        ),
        Mistake(
            "A constraint that the column's values can't keep",
            """
                @table
                class visits(EventFrame):
                    kind = Series(str, constraints=[Constraint.FirstOfMonth()])
                """,
            header=DECLARED,
            line=7,
            problem=(
                "table visits: column kind: firsts of a month, and an order, are of dates"
            ),
            remedy="Look at the constraints of its columns.",
        ),
        Mistake(
            "Two tables have one name",
            """
                @table
                class patients(PatientFrame):
                    sex = Series(int)


                dataset.define_population(is_there & (patients.sex == 1))
                """,
            header=DECLARED,
            line=3,
            problem="two different tables have the same name",
            remedy="Import each table from one place, and declare none under its name.",
        ),
    ),
)
