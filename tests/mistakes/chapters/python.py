"""Mistakes: python itself."""

from tests.mistakes.mistake import Chapter, Mistake

CHAPTER = Chapter(
    "Python itself",
    (
        Mistake(
            "A line that isn't Python",
            """
                dataset.sex == = patients.sex
                """,
            problem="this is no Python: invalid syntax",
            remedy="Look at: dataset.sex == = patients.sex",
        ),
        Mistake(
            "A function calls itself without an end",
            """
                def age(day):
                    return age(day)


                dataset.age = age("2023-01-01")
                """,
            problem="functions call each other without an end",
            remedy="Look at that line: the function that it is in calls itself again.",
            line=7,
        ),
        Mistake(
            "A file that isn't there",
            """
                for line in open("codes.txt"):
                    print(line)
                """,
            problem="codes.txt: No such file or directory",
            remedy=(
                "A definition may read files of the study, named from the study's own "
                "folder."
            ),
            line=6,
        ),
        Mistake(
            "A parameter that wasn't given",
            """
                start = get_parameter("start_date")
                """,
            problem="the definition was given no --start-date",
            remedy=(
                "Give it after two dashes: strongroom check analysis/definition.py -- "
                "--start-date VALUE, and at the end of the run line in project.yaml: -- "
                "--start-date VALUE. Or give it a default."
            ),
        ),
        Mistake(
            "A definition that ends itself",
            """
                raise SystemExit(1)
                """,
            problem="the definition ended itself (exit 1)",
            remedy=(
                "Let it run to its end; if it reads arguments, check those that it was "
                "given."
            ),
        ),
        Mistake(
            "A mistake of another kind",
            """
                share = 1 / 0
                """,
            problem="ZeroDivisionError: division by zero",
            remedy="The definition's own Python raised this; put that line right.",
        ),
        Mistake(
            "Quotation marks of a word processor",
            """
                dataset.female = patients.sex == “female”
                """,
            problem="quotation marks of a word processor are no Python's",
            remedy='Write straight ones: "female".',
        ),
        Mistake(
            "A word that a value of Python's hasn't",
            """
                limit = "2024-01-01".startwith("2024")
                """,
            problem='"2024-01-01" has no startwith',
            remedy="Did you mean startswith?",
        ),
        Mistake(
            "A word that nothing has",
            """
                limit = (5).zzzz
                """,
            problem="5 has no zzzz",
            remedy="Look at what stands before it.",
        ),
        Mistake(
            "A word of Python's as a name",
            """
                dataset.class = patients.sex
                """,
            problem="class is a word of Python's, and can name nothing",
            remedy="Write class_ or another name.",
        ),
    ),
)
