"""Mistakes: rows and patients."""

from tests.mistakes.mistake import Chapter, Mistake

CHAPTER = Chapter(
    "Rows and patients",
    (
        Mistake(
            "A row is picked from rows in no order",
            """
                dataset.first = events.first_for_patient().date
                """,
            problem="which row of diagnoses is first? They are in no order",
            remedy="Write .sort_by(...) before .first_for_patient().",
        ),
        Mistake(
            "A column of many rows becomes a variable",
            """
                dataset.date = events.date
                """,
            problem="date has many values a patient, one for each row of diagnoses",
            remedy=(
                "Pick one row first with sort_by(...).first_for_patient(), or aggregate, "
                "for example with maximum_for_patient()."
            ),
        ),
        Mistake(
            "A whole row becomes a variable",
            """
                dataset.first = first
                """,
            problem="first is a whole row or table, diagnoses",
            remedy="Choose one of its columns, or .exists_for_patient().",
        ),
        Mistake(
            "A filter after a row was picked",
            """
                recent = first.where(first.date > "2023-01-01")
                """,
            problem="where needs many rows a patient, and here is one row of diagnoses",
            remedy="Filter and sort before picking a row.",
        ),
        Mistake(
            "An aggregation of what is one value already",
            """
                dataset.last = first.date.maximum_for_patient()
                """,
            problem=(
                "maximum_for_patient needs many values a patient; this series has one "
                "already"
            ),
            remedy="Leave it out, or ask the event frame's column.",
        ),
        Mistake(
            "A column is filtered instead of its frame",
            """
                dates = events.date.where(events.code == "J45")
                """,
            problem="where is asked of a frame, not of one of its columns",
            remedy="Write frame.where(...) first, then choose the column.",
        ),
        Mistake(
            "Rows of two tables are compared with each other",
            """
                at_test = events.where(events.date == labs.date)
                """,
            problem=(
                "these series come from diagnoses and lab_results, and don't combine row "
                "by row"
            ),
            remedy=(
                "Either take both from one frame (filter once, keep it in a variable), "
                "or make one of them a single value a patient first, with "
                "sort_by(...).first_for_patient() or an aggregation such as "
                "maximum_for_patient()."
            ),
        ),
        Mistake(
            "Rows of two filters of one table are compared with each other",
            """
                asthma = events.where(events.code == "J45")
                inpatient = events.where(events.kind == "principal")
                both = asthma.where(asthma.date == inpatient.date)
                """,
            problem=(
                "these series come from different rows of diagnoses, and don't combine "
                "row by row"
            ),
            remedy=(
                "Either take both from one frame (filter once, keep it in a variable), "
                "or make one of them a single value a patient first, with "
                "sort_by(...).first_for_patient() or an aggregation such as "
                "maximum_for_patient()."
            ),
        ),
        Mistake(
            "where() is given text",
            """
                asthma = events.where("J45")
                """,
            problem='where needs a yes/no condition, not "J45"',
            remedy='Write a comparison, for example events.date > "2024-01-01".',
        ),
        Mistake(
            "where() is given a column that is no yes or no",
            """
                asthma = events.where(events.code)
                """,
            problem="where needs a yes/no condition, not a series of text (one a row)",
            remedy='Write a comparison, for example events.date > "2024-01-01".',
        ),
        Mistake(
            "where() is given nothing",
            """
                asthma = events.where()
                """,
            problem="where(...) is called without condition",
            remedy="Write where(condition).",
        ),
        Mistake(
            "Rows are sorted by a name in quotes",
            """
                last = events.sort_by("date").last_for_patient()
                """,
            problem='sort_by needs a column of these rows, not "date"',
            remedy="Write sort_by(diagnoses.date), with a column of the frame.",
        ),
        Mistake(
            "Rows are taken with [ ]",
            """
                asthma = events[events.code == "J45"]
                """,
            problem="diagnoses has no [ ]",
            remedy=(
                "Write frame.where(condition) for rows, frame.column for a column, "
                "frame.sort_by(frame.date).first_for_patient() for one row."
            ),
        ),
        Mistake(
            "Rows are counted with len()",
            """
                dataset.n = len(events)
                """,
            problem="diagnoses has no length: its rows stay in the warehouse",
            remedy="Write .count_for_patient() to count each patient's rows.",
        ),
        Mistake(
            "Rows are looped over",
            """
                for event in events:
                    print(event.date)
                """,
            problem=(
                "the rows of diagnoses can't be looped over: they stay in the warehouse"
            ),
            remedy="Say what is wanted of them, for example with count_for_patient().",
            line=6,
        ),
        Mistake(
            "Tables are added up",
            """
                records = sum([events, labs])
                """,
            problem="diagnoses is rows, and can't be compared or computed with",
            remedy=(
                "Choose one of its columns, or count_for_patient() or exists_for_patient()."
            ),
        ),
        Mistake(
            "An attribute is set on rows before they are filtered, and read afterwards",
            """
                events.begin = events.date
                recent = events.where(events.begin > "2023-01-01")
                dataset.n = recent.begin.count_distinct_for_patient()
                """,
            problem=(
                "begin was set on other rows of diagnoses, at analysis/definition.py "
                "line 6, and stays with those"
            ),
            remedy="Set it on these too, or make it a property of the table's class.",
        ),
        Mistake(
            "A column is replaced",
            """
                events.date = events.end_date
                """,
            problem="date is a column of diagnoses and can't be replaced",
            remedy="Give the new series a name that the table doesn't use.",
        ),
        Mistake(
            "Rows are sorted from the latest",
            """
                latest = events.sort_by(events.date, reverse=True).first_for_patient()
                """,
            problem="sort_by(...) knows no reverse=",
            remedy=(
                "It sorts from the smallest, always: for the latest row write "
                "sort_by(...).last_for_patient()."
            ),
        ),
        Mistake(
            "Rows are sorted by a keyword",
            """
                latest = events.sort_by(by=events.date).last_for_patient()
                """,
            problem="sort_by(...) knows no by=",
            remedy="Write the columns as such: sort_by(frame.date, frame.code).",
        ),
        Mistake(
            "An episode is counted on a whole table",
            """
                dataset.n = events.count_episodes_for_patient(days(30))
                """,
            problem=(
                "count_episodes_for_patient is asked of a column, not of diagnoses as a "
                "whole"
            ),
            remedy="Write diagnoses.date.count_episodes_for_patient, for example.",
        ),
        Mistake(
            "An episode is counted on one row",
            """
                dataset.n = first.count_episodes_for_patient(days(30))
                """,
            problem=(
                "count_episodes_for_patient needs many rows a patient, and here is one "
                "row of diagnoses"
            ),
            remedy="Filter and sort before picking a row.",
        ),
        Mistake(
            "A word of pandas for filtering",
            """
                recent = events.filter(events.date > "2024-01-01")
                """,
            problem="diagnoses has no column or method filter",
            remedy="Write frame.where(condition), or frame.except_where(condition).",
        ),
        Mistake(
            "A pick without its parentheses, and a column of it",
            """
                dataset.code = events.sort_by(events.date).first_for_patient.code
                """,
            problem="first_for_patient is a method and hasn't been called",
            remedy="Write first_for_patient().code.",
        ),
        Mistake(
            "A decimal with a comma, in a filter",
            """
                high = labs.where(labs.numeric_value > 5,5)
                """,
            problem="where(...) is called with too many values",
            remedy=(
                "Join conditions with &, with parentheses round each; decimals are "
                "written with a point, 5.5."
            ),
        ),
    ),
)
