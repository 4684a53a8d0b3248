"""Mistakes: frames of frames, and tables of rows."""

from tests.mistakes.mistake import HEADER, Chapter, Mistake

WITH_TABLES = HEADER + (
    "from cohort_dsl.tables import PatientFrame, Series, table_from_file, table_from_rows\n"
)

CHAPTER = Chapter(
    "Frames of frames, and tables of rows",
    (
        Mistake(
            "A union of frames that share no column",
            """
                both = events.date.episodes_for_patient(days(3)).union(patients)
                """,
            problem=(
                "these frames have no column in common, by name and type: episodes of "
                "diagnoses has start_date (dates), end_date (dates), event_count (whole "
                "numbers); patients has date_of_birth (dates), sex (text), "
                "date_of_death (dates)"
            ),
            remedy=(
                "A union has the columns that all its frames have: choose frames that "
                "share the ones you need."
            ),
        ),
        Mistake(
            "A union with a column",
            """
                both = events.union(labs.date)
                """,
            problem="union takes frames, not a series of dates (one a row)",
            remedy="Write events.union(more_events).",
        ),
        Mistake(
            "A gap between episodes without its unit",
            """
                dataset.episodes = events.date.count_episodes_for_patient(30)
                """,
            problem="a gap between episodes is a duration, not 30",
            remedy="Write days(30) or weeks(4).",
        ),
        Mistake(
            "A gap between episodes in months",
            """
                dataset.episodes = events.date.count_episodes_for_patient(months(1))
                """,
            problem="a gap in months has no fixed length",
            remedy="Write it in days(...) or weeks(...).",
        ),
        Mistake(
            "A gap between episodes that differs between patients",
            """
                gap = days(events.count_for_patient())
                dataset.episodes = events.date.count_episodes_for_patient(gap)
                """,
            problem="a gap between episodes must be the same for everybody",
            remedy="Write a number: days(30).",
        ),
        Mistake(
            "A negative gap between episodes",
            """
                dataset.episodes = events.date.count_episodes_for_patient(days(-1))
                """,
            problem="a gap between episodes can't be negative",
            remedy="Write days(0) or more.",
        ),
        Mistake(
            "A look-up for no date",
            """
                lab = labs.as_of(events.code, start=labs.date)
                """,
            problem="as_of needs a date, not a series of text (one a row)",
            remedy="Write frame.as_of(events.date, start=frame.start_date).",
        ),
        Mistake(
            "A look-up that begins on another frame's date",
            """
                lab = labs.as_of(events.date, start=events.date)
                """,
            problem=(
                "start needs a date column of lab_results, and this is a date of "
                "something else"
            ),
            remedy=(
                "Write start=lab_results.start_date, with a column of the looked-up frame."
            ),
        ),
        Mistake(
            "A look-up is asked like a frame",
            """
                lab = labs.as_of(events.date, start=labs.date)
                dataset.labs = lab.count_for_patient()
                """,
            problem=(
                "count_for_patient is asked of a frame; a look-up only adds columns to "
                "diagnoses"
            ),
            remedy="Ask diagnoses, for example diagnoses.where(looked_up.is_found()).",
        ),
        Mistake(
            "A look-up is united with other rows",
            """
                lab = labs.as_of(events.date, start=labs.date)
                both = events.union(lab)
                """,
            problem="union takes frames, not a look-up in lab_results",
            remedy="Write events.union(more_events).",
        ),
        Mistake(
            "A row of a written table has too few values",
            """
                @table_from_rows([(1, 70), (2,)])
                class weights(PatientFrame):
                    weight = Series(int)
                """,
            problem="row 2 of weights doesn't have 2 values",
            remedy="They are, in this order: patient_id, weight.",
            line=7,
            header=WITH_TABLES,
        ),
        Mistake(
            "A file of rows lacks a column",
            """
                @table_from_file("codelists/asthma.csv")
                class weights(PatientFrame):
                    weight = Series(int)
                """,
            problem="codelists/asthma.csv has no column patient_id",
            remedy="Its columns are: code, term.",
            line=7,
            header=WITH_TABLES,
        ),
        Mistake(
            "An event table of what is one value a patient",
            """
                dataset.add_event_table("people", sex=patients.sex)
                """,
            problem=(
                "event table people has no series with a value for each of several rows"
            ),
            remedy=(
                'Write add_event_table("visits", date=visits.date, number=visits.number). '
                "What has one value a patient is a column of the dataset."
            ),
        ),
        Mistake(
            "An event table of rows that don't go together",
            """
                dataset.add_event_table("rows", date=events.date, lab=labs.date)
                """,
            problem=(
                "these series come from diagnoses and lab_results, and don't combine row "
                "by row"
            ),
            remedy=(
                "Either take both from one frame (filter once, keep it in a variable), or "
                "make one of them a single value a patient first, with sort_by(...)"
                ".first_for_patient() or an aggregation such as maximum_for_patient()."
            ),
        ),
    ),
)
