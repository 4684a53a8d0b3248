"""Mistakes: yes, no, and, or."""

from tests.mistakes.mistake import Chapter, Mistake

CHAPTER = Chapter(
    "Yes, no, and, or",
    (
        Mistake(
            "`and` between conditions",
            """
                dataset.define_population(is_there and patients.sex == "female")
                """,
            problem="`and` decides once, but the answer differs between patients",
            remedy="Write is_there & (patients.sex == 'female').",
        ),
        Mistake(
            "`or` between conditions",
            """
                sex = patients.sex
                dataset.define_population((sex == "female") or (sex == "male"))
                """,
            problem="`or` decides once, but the answer differs between patients",
            remedy="Write (sex == 'female') | (sex == 'male').",
        ),
        Mistake(
            "`not` before a condition",
            """
                alive = not patients.date_of_death.is_not_null()
                """,
            problem="`not` decides once, but the answer differs between patients",
            remedy="Write ~patients.date_of_death.is_not_null().",
        ),
        Mistake(
            "Two comparisons in one",
            """
                born = patients.date_of_birth.year
                dataset.define_population(1950 <= born <= 1960)
                """,
            problem=(
                "two comparisons in one are decided once, but the answer differs between "
                "patients"
            ),
            remedy="Write (1950 <= born) & (born <= 1960).",
        ),
        Mistake(
            "No parentheses round comparisons joined by &",
            """
                dataset.define_population(patients.sex == "female" & is_there)
                """,
            problem="& and | need yes/no on both sides",
            remedy="Put parentheses round each comparison: (a == 1) & (b == 2).",
        ),
        Mistake(
            "No parentheses round a comparison after ~",
            """
                dataset.define_population(~patients.sex == "female")
                """,
            problem=(
                "~ means `not`, and a series of text (one a patient) is neither yes nor no"
            ),
            remedy="Put parentheses round the comparison: ~(a == 1).",
        ),
        Mistake(
            "`if` asks a series",
            """
                if patients.sex == "female":
                    limit = 12
                """,
            problem="`if` decides once, but the answer differs between patients",
            remedy=(
                'Write when(condition).then("a").otherwise("b"), or filter rows with '
                "where(condition)."
            ),
            line=6,
        ),
        Mistake(
            "A choice on one line asks a series",
            """
                dataset.limit = 12 if patients.sex == "female" else 13
                """,
            problem="`if` decides once, but the answer differs between patients",
            remedy=(
                "Write when(patients.sex == 'female').then(12).otherwise(13), or filter "
                "rows with where(condition)."
            ),
        ),
        Mistake(
            "`in` asks a series",
            """
                dataset.define_population(patients.sex in ["female", "male"])
                """,
            problem="`in` decides once, but the answer differs between patients",
            remedy="Write patients.sex.is_in(['female', 'male']).",
        ),
        Mistake(
            "Python's max() is given series",
            """
                dataset.last = max(first.date, patients.date_of_death)
                """,
            problem="Python's max() decides once, but the answer differs between patients",
            remedy=(
                "Write maximum_of(a, b); for the rows of one column, maximum_for_patient()."
            ),
        ),
        Mistake(
            "A table stands where a yes or no is needed",
            """
                dataset.limit = 12 if events else 13
                """,
            problem="Python can't decide yes or no of diagnoses",
            remedy="Write .exists_for_patient() to ask whether a patient has rows.",
        ),
        Mistake(
            "And, as JavaScript writes it",
            """
                dataset.define_population(is_there && events.exists_for_patient())
                """,
            problem="&& means nothing to Python here",
            remedy="Write & for `and`, with parentheses round each comparison.",
        ),
        Mistake(
            "Not, as C writes it",
            """
                dataset.unknown = !is_there
                """,
            problem="! means nothing to Python here",
            remedy="Write ~ for `not`, with parentheses round the comparison.",
        ),
        Mistake(
            "A sign the wrong way round",
            """
                dataset.adult = patients.age_on("2024-01-01") => 18
                """,
            problem="=> means nothing to Python here",
            remedy="Write >=, the = behind the sign.",
        ),
        Mistake(
            "And, in French",
            """
                dataset.define_population(is_there et events.exists_for_patient())
                """,
            problem="et means nothing to Python here",
            remedy="Write & for `and`, with parentheses round each comparison.",
        ),
    ),
)
