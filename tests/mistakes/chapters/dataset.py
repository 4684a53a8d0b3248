"""Mistakes: the dataset."""

from tests.mistakes.mistake import Chapter, Mistake

CHAPTER = Chapter(
    "The dataset",
    (
        Mistake(
            "No population",
            """
                dataset.sex = patients.sex
                """,
            problem="the dataset has no population",
            remedy="Say who is in it: dataset.define_population(...).",
            line=3,
        ),
        Mistake(
            "The population is defined twice",
            """
                dataset.define_population(is_there)
                dataset.define_population(patients.sex == "female")
                """,
            problem=(
                "the population is defined twice; the first time at "
                "analysis/definition.py line 6"
            ),
            remedy="Join both conditions with &, or drop one.",
        ),
        Mistake(
            "The population is set like a column",
            """
                dataset.population = is_there
                """,
            problem="the population is no column",
            remedy="Write dataset.define_population(...).",
        ),
        Mistake(
            "The population is no yes or no",
            """
                dataset.define_population(patients.sex)
                """,
            problem="a population is a yes or no for each patient",
            remedy=(
                'Write a comparison, for example patients.sex == "female", or '
                "events.exists_for_patient()."
            ),
        ),
        Mistake(
            "The population holds patients about whom nothing is known",
            """
                dataset.define_population(~events.exists_for_patient())
                """,
            problem="this population holds every patient about whom nothing is known",
            remedy=(
                "Ask for something to be there, for example & "
                "patients.date_of_birth.is_not_null() or & events.exists_for_patient()."
            ),
        ),
        Mistake(
            "The population is asked of rows",
            """
                dataset.define_population(events.date > "2023-01-01")
                """,
            problem="population has many values a patient, one for each row of diagnoses",
            remedy=(
                "Pick one row first with sort_by(...).first_for_patient(), or aggregate, "
                "for example with maximum_for_patient()."
            ),
        ),
        Mistake(
            "A column is set twice",
            """
                dataset.sex = patients.sex
                dataset.sex = first.code
                """,
            problem=(
                "column sex is set twice; the first time at analysis/definition.py line 6"
            ),
            remedy="Give one of the two another name.",
        ),
        Mistake(
            "Two columns differ in capitals only",
            """
                dataset.sex = patients.sex
                dataset.Sex = first.code
                """,
            problem=(
                "columns Sex and sex (set at analysis/definition.py line 6) differ only "
                "in capitals"
            ),
            remedy=(
                "Give one of the two another name: not every program tells them apart."
            ),
        ),
        Mistake(
            "A column is the same for everybody",
            """
                dataset.is_case = True
                """,
            problem="is_case is True, the same for everybody",
            remedy=(
                "Set it to a series: something that is asked about each patient. Instead "
                "of `is` write ==, .is_null() or .is_not_null()."
            ),
        ),
        Mistake(
            "A comma at the end of the line",
            """
                dataset.sex = patients.sex,
                """,
            problem="sex is a series in a pair of parentheses with a comma",
            remedy="Take away the comma at the end of the line.",
        ),
        Mistake(
            "A column's name is reserved",
            """
                dataset.patient_id = first.code
                """,
            problem="patient_id is reserved",
            remedy="Try patient_id_ or another name.",
        ),
        Mistake(
            "A column's name begins with a digit",
            """
                dataset.add_column("2023_visits", events.count_for_patient())
                """,
            problem="2023_visits can't name a column",
            remedy="Use letters without accents, digits and _, and begin with a letter.",
        ),
        Mistake(
            "The dataset has another name",
            """
                from cohort_dsl import create_dataset
                from cohort_dsl.tables.core import patients
                cohort = create_dataset()
                cohort.define_population(patients.sex == "female")
                """,
            problem="the definition makes no dataset",
            remedy="Call it dataset instead of cohort.",
            line=0,
            header="",
        ),
        Mistake(
            "An argument that is missing",
            """
                dataset.define_population()
                """,
            problem="define_population(...) is called without condition",
            remedy="Write define_population(condition).",
        ),
        Mistake(
            "Fewer than one dummy patient",
            """
                dataset.configure_dummy_data(population_size=-5)
                """,
            problem="population_size is -5",
            remedy="Give a whole number above 0.",
        ),
        Mistake(
            "An argument that isn't known",
            """
                dataset.configure_dummy_data(population_sise=500)
                """,
            problem="configure_dummy_data(...) knows no population_sise=",
            remedy="Did you mean population_size=?",
        ),
        Mistake(
            "What dummy patients are wished to be is no yes or no a patient",
            """
                late = events.date > "2023-01-01"
                dataset.configure_dummy_data(additional_population_constraint=late)
                """,
            problem="additional_population_constraint is a yes or no for each patient",
            remedy='Write a comparison, for example patients.sex == "female".',
        ),
        Mistake(
            "The population is asked for again",
            """
                dataset.define_population(is_there)
                everybody = dataset.population
                """,
            problem="the population can't be asked for: it is no column",
            remedy=(
                "Keep its condition in a variable, adults = ..., then write "
                "dataset.define_population(adults), and adults elsewhere too."
            ),
        ),
        Mistake(
            "A word of every dataset's is set like a column",
            """
                dataset.define_population = is_there
                """,
            problem="define_population is a word of every dataset's, and no column",
            remedy="Write dataset.define_population(...), or give the column another name.",
        ),
        Mistake(
            "A column's name with accents",
            """
                dataset.âge_à_l_inclusion = patients.age_on("2024-01-01")
                """,
            problem="âge_à_l_inclusion can't name a column",
            remedy=(
                "Use letters without accents, digits and _, and begin with a letter. Did "
                "you mean age_a_l_inclusion?"
            ),
        ),
        Mistake(
            "A length of time becomes a variable",
            """
                dataset.a = days(3)
                """,
            problem="a is a length of time, days(...), that belongs to no date",
            remedy=(
                "Add it to a date, date + days(3), or ask for the time between two: (a - "
                "b).days."
            ),
        ),
        Mistake(
            "A series is compared with `is`",
            """
                dataset.unknown = patients.sex is None
                """,
            problem="unknown is False, the same for everybody",
            remedy=(
                "Set it to a series: something that is asked about each patient. Instead "
                "of `is` write ==, .is_null() or .is_not_null()."
            ),
        ),
        Mistake(
            "Text about a series becomes a variable",
            """
                dataset.sex = str(patients.sex)
                """,
            problem="sex is text that tells about a series, not the series",
            remedy="Leave out str(...).",
        ),
        Mistake(
            "A dataset's function without its parentheses",
            """
                dataset = create_dataset
                dataset.sex = patients.sex
                """,
            problem="dataset is a function, not a dataset",
            remedy="Write dataset = create_dataset(), and define its population.",
            line=0,
        ),
        Mistake(
            "A population of several conditions",
            """
                dataset.define_population(is_there, patients.sex == "female")
                """,
            problem="define_population(...) is called with too many values",
            remedy="Join the conditions with &, with parentheses round each comparison.",
        ),
        Mistake(
            "A name and its series in the wrong order",
            """
                dataset.add_column(is_there, "there")
                """,
            problem="a series of yes/no (one a patient) can't name a column",
            remedy="Use letters without accents, digits and _, and begin with a letter.",
        ),
        Mistake(
            "A decimal with a comma",
            """
                dataset.old = patients.age_on("2024-01-01") > 18,5
                """,
            problem="old is several things with a comma between them",
            remedy="Write one only; decimals are written with a point, 18.5.",
        ),
        Mistake(
            "What gives nothing is asked for more",
            """
                dataset.define_population(is_there).show()
                """,
            problem="what stands before .show gives nothing",
            remedy="Write the two on lines of their own.",
        ),
    ),
)
