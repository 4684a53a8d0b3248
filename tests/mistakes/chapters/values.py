"""Mistakes: values and their kinds."""

from tests.mistakes.mistake import Chapter, Mistake

CHAPTER = Chapter(
    "Values and their kinds",
    (
        Mistake(
            "A method is not called",
            """
                dataset.define_population(events.exists_for_patient)
                """,
            problem="exists_for_patient is a method and hasn't been called",
            remedy="Write exists_for_patient().",
        ),
        Mistake(
            "A column is called like a method",
            """
                dataset.sex = patients.sex()
                """,
            problem="a column or series is called like a method",
            remedy="Leave out the parentheses after it.",
        ),
        Mistake(
            "A series is looped over",
            """
                for code in events.code:
                    print(code)
                """,
            problem=(
                "a series of text (one a row) can't be looped over or unpacked: it holds "
                "no values yet"
            ),
            remedy=(
                "Say what is wanted of it with its methods; the values stay in the "
                "warehouse."
            ),
            line=6,
        ),
        Mistake(
            "A series is put into text",
            """
                dataset.label = f"sex: {patients.sex}"
                """,
            problem=(
                "a series of text (one a patient) can't be written into text: it holds "
                "no values yet"
            ),
            remedy=(
                "For categories write case(when(...).then(...)); to see what it is, "
                "show(it)."
            ),
        ),
        Mistake(
            "A series is made a number by Python",
            """
                dataset.result = int(labs.numeric_value)
                """,
            problem=(
                "a series of numbers (one a row) is no number of Python's: it holds no "
                "values yet"
            ),
            remedy=(
                "Write .as_int(), .as_float() or .absolute() after it; leave rounding to "
                "the analysis."
            ),
        ),
        Mistake(
            "Whole numbers are compared with a decimal",
            """
                dataset.define_population(patients.age_on("2023-01-01") > 17.5)
                """,
            problem="17.5 has a decimal point, but these are whole numbers",
            remedy=(
                "Write a whole number, or turn the series into decimals with .as_float()."
            ),
        ),
        Mistake(
            "Whole numbers meet numbers with decimals",
            """
                high = labs.where(labs.numeric_value > labs.date.year)
                """,
            problem="numbers and whole numbers don't go together",
            remedy="Write .as_float() after the series of whole numbers.",
        ),
        Mistake(
            "A yes or no is added up",
            """
                dataset.score = (patients.sex == "female") + 1
                """,
            problem="a series of yes/no (one a patient) can't be computed with",
            remedy="Write .as_int() after it, to have 1 and 0.",
        ),
        Mistake(
            "Text is compared with a number",
            """
                dataset.define_population(patients.sex == 1)
                """,
            problem="1 is no text",
            remedy='Write text in quotes, for example "female".',
        ),
        Mistake(
            "Text is put in order",
            """
                dataset.define_population(patients.sex > "f")
                """,
            problem="a series of text (one a patient) can't be put in order",
            remedy="Only numbers and dates can; compare with == or is_in().",
        ),
        Mistake(
            "A value is compared with None",
            """
                dataset.alive = patients.date_of_death == None
                """,
            problem="None is no value to compare or compute with",
            remedy=(
                "Write .is_null() or .is_not_null() to ask whether a value is missing."
            ),
        ),
        Mistake(
            "A number that isn't one",
            """
                high = labs.where(labs.numeric_value > float("nan"))
                """,
            problem="nan is no number to compare or compute with",
            remedy="Write a finite number, for example 7.5.",
        ),
        Mistake(
            "A number too large for a database",
            """
                high = labs.where(labs.date.year > 2**63)
                """,
            problem="9223372036854775808 is beyond what 64 bits can hold",
            remedy="Write a whole number of at most 64 bits, for example 18.",
        ),
        Mistake(
            "is_in is given text instead of a list",
            """
                asthma = events.where(events.code.is_in("J45"))
                """,
            problem='is_in needs several values, not "J45"',
            remedy='Write a list, ["a", "b"], or a codelist.',
        ),
        Mistake(
            "is_in is given one value a patient",
            """
                again = events.where(events.code.is_in(first.code))
                """,
            problem="is_in needs many values, and this series has one a patient",
            remedy="Compare with ==, or give is_in a list or an event series.",
        ),
        Mistake(
            "A series is asked with `[ ]`",
            """
                dataset.chapter = first.code[0]
                """,
            problem="a series of text (one a patient) has no [ ]",
            remedy="Filter rows with where() on the frame, before choosing the column.",
        ),
        Mistake(
            "Python's max() over rows",
            """
                dataset.highest = max(labs.numeric_value)
                """,
            problem=(
                "a series of numbers (one a row) can't be looped over or unpacked: it "
                "holds no values yet"
            ),
            remedy="Write column.maximum_for_patient() for a column's rows.",
        ),
        Mistake(
            "A word of pandas for the largest value",
            """
                dataset.highest = labs.numeric_value.max()
                """,
            problem="a series of numbers (one a row) has no method max",
            remedy="Write .maximum_for_patient().",
        ),
        Mistake(
            "The largest of a list",
            """
                dataset.last = maximum_of([first.date, patients.date_of_birth])
                """,
            problem="maximum_of needs its values one by one, not a list",
            remedy="Take away the brackets: maximum_of(a, b), or maximum_of(*values).",
        ),
        Mistake(
            "Text in capitals",
            """
                dataset.female = patients.sex.upper() == "FEMALE"
                """,
            problem="a series of text (one a patient) has no method upper",
            remedy="Write .is_in([...]) with every way in which it may be written.",
        ),
        Mistake(
            "An empty text where a category is missing",
            """
                dataset.told = patients.sex != ""
                """,
            problem='patients.sex is never ""',
            remedy="To ask whether it is missing, write .is_null() or .is_not_null().",
        ),
        Mistake(
            "Equal to any of a list",
            """
                dataset.known = patients.sex == ["female", "male"]
                """,
            problem="== compares with one value, and here is a list of them",
            remedy="Write .is_in([...]) to ask whether it is any of them.",
        ),
        Mistake(
            "Two bounds of a number",
            """
                dataset.adult = patients.age_on("2024-01-01").is_between(18, 65)
                """,
            problem="a series of whole numbers (one a patient) has no method is_between",
            remedy="Write (a >= 18) & (a <= 65).",
        ),
        Mistake(
            "Bands of a number",
            """
                dataset.band = patients.age_on("2024-01-01").cut([0, 18, 65])
                """,
            problem="a series of whole numbers (one a patient) has no method cut",
            remedy=(
                'Write case(when(a < 18).then("child"), when(a < 65).then("adult"), '
                'otherwise="old").'
            ),
        ),
        Mistake(
            "A number is rounded",
            """
                dataset.mean = labs.numeric_value.mean_for_patient().round(1)
                """,
            problem="a series of numbers (one a patient) has no method round",
            remedy="Leave that to the analysis, which has the cohort as a table.",
        ),
        Mistake(
            "A word of pandas for what is missing",
            """
                dataset.unknown = patients.date_of_birth.isna()
                """,
            problem="a series of dates (one a patient) has no method isna",
            remedy="Write .is_null().",
        ),
    ),
)
