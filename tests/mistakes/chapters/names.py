"""Mistakes: names."""

from tests.mistakes.mistake import Chapter, Mistake

CHAPTER = Chapter(
    "Names",
    (
        Mistake(
            "A column is misspelt",
            """
                dataset.birth = patients.date_of_brith
                """,
            problem="patients has no column date_of_brith",
            remedy="Did you mean date_of_birth?",
        ),
        Mistake(
            "A column is called by another name",
            """
                dataset.birth = patients.dob
                """,
            problem="patients has no column dob",
            remedy="Did you mean date_of_birth?",
        ),
        Mistake(
            "A method is misspelt",
            """
                recent = events.were(events.date > "2023-01-01")
                """,
            problem="diagnoses has no column or method were",
            remedy="Did you mean where?",
        ),
        Mistake(
            "A method of a series is misspelt",
            """
                asthma = events.where(events.code.isin(["J45"]))
                """,
            problem="a series of text (one a row) has no method isin",
            remedy="Did you mean is_in?",
        ),
        Mistake(
            "A word is used that wasn't imported",
            """
                from cohort_dsl.tables.contract import patients
                dataset = create_dataset()
                """,
            problem="create_dataset isn't defined here",
            remedy="Write at the top: from cohort_dsl import create_dataset.",
            header="",
        ),
        Mistake(
            "A word is misspelt when it is imported",
            """
                from cohort_dsl import create_datset
                """,
            problem="cohort_dsl has no create_datset",
            remedy="Did you mean create_dataset?",
        ),
        Mistake(
            "A table is imported that isn't on offer",
            """
                from ehrql.tables.tpp import apcs
                """,
            problem="there is no module ehrql.tables.tpp where definitions run",
            remedy=(
                "On offer are cohort_dsl, cohort_dsl.codes, cohort_dsl.tables, "
                "cohort_dsl.tables.core and cohort_dsl.tables.contract (or ehrql.…)."
            ),
        ),
        Mistake(
            "A variable of the author's own is misspelt",
            """
                index_date = "2023-01-01"
                dataset.age = patients.age_on(indx_date)
                """,
            problem="indx_date isn't defined here",
            remedy="Did you mean index_date?",
        ),
        Mistake(
            "A column of the dataset is read back under a wrong name",
            """
                dataset.age = patients.age_on("2023-01-01")
                dataset.is_adult = dataset.agee >= 18
                """,
            problem="the dataset has no column agee",
            remedy="Did you mean age?",
        ),
        Mistake(
            "The patient's number is asked for",
            """
                dataset.id = patients.patient_id
                """,
            problem="patient_id can't be asked for: every question is about each patient",
            remedy="The cohort has it as its first column, without being asked.",
        ),
        Mistake(
            "A package is imported that isn't there where definitions run",
            """
                import torchvision
                """,
            problem="there is no module torchvision where definitions run",
            remedy=(
                "Python's standard library, cohort_dsl and the files beside the "
                "definition are there."
            ),
        ),
        Mistake(
            "A column without its table",
            """
                recent = events.where(date > "2024-01-01")
                """,
            problem="date isn't defined here",
            remedy=(
                "It is a column: write events.date or labs.date. "
                'For a day write "2024-01-31".'
            ),
        ),
        Mistake(
            "A table that the module hasn't",
            """
                from cohort_dsl.tables.core import wards
                """,
            problem="cohort_dsl.tables.core has no wards",
            remedy=(
                "Its tables are: clinical_events, medications, ons_deaths, patients, "
                "practice_registrations."
            ),
        ),
        Mistake(
            "A truth of another program's",
            """
                dataset.true = when(is_there).then(TRUE).otherwise(None)
                """,
            problem="TRUE isn't defined here",
            remedy="Write True.",
        ),
        Mistake(
            "A module of Python's that isn't imported",
            """
                dataset.late = first.date > datetime.date(2024, 1, 1)
                """,
            problem="datetime isn't defined here",
            remedy="Write at the top: import datetime.",
        ),
        Mistake(
            "A table from where there are none",
            """
                from cohort_dsl import visits
                """,
            problem="cohort_dsl has no visits",
            remedy="Write from cohort_dsl.tables.contract import visits.",
        ),
    ),
)
