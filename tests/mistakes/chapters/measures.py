"""Mistakes: measures, intervals and periods."""

from tests.mistakes.mistake import Chapter, Mistake

PERIODS = """\
from cohort_dsl import *
from cohort_dsl.tables.contract import patients, diagnoses as events
is_there = patients.date_of_birth.is_not_null()
now = events.where(events.date.is_during(INTERVAL)).exists_for_patient()
in_2024 = months(12).starting_on("2024-01-01")
"""
HEADER = PERIODS + "measures = create_measures()\n"

CHAPTER = Chapter(
    "Measures, intervals and periods",
    (
        Mistake(
            "No measure",
            """
                print(now)
                """,
            problem="there is no measure",
            remedy='Write measures.define_measure("name", numerator=..., ...).',
            line=6,
            header=HEADER,
        ),
        Mistake(
            "A measure without a numerator",
            """
                measures.define_measure("m", denominator=is_there, intervals=in_2024)
                """,
            problem="measure m has no numerator",
            remedy=(
                "Write numerator=... here, or once for all in measures.define_defaults."
            ),
            header=HEADER,
        ),
        Mistake(
            "A measure without intervals, which the defaults lack too",
            """
                measures.define_defaults(denominator=is_there)
                measures.define_measure("m", numerator=now)
                """,
            problem="measure m has no intervals",
            remedy=(
                "Write intervals=... here, or once for all in measures.define_defaults."
            ),
            header=HEADER,
        ),
        Mistake(
            "The defaults are defined twice",
            """
                measures.define_defaults(denominator=is_there)
                measures.define_defaults(intervals=in_2024)
                """,
            problem=(
                "the defaults are defined twice; the first time at "
                "analysis/definition.py line 7"
            ),
            remedy="Say all of them at once.",
            header=HEADER,
        ),
        Mistake(
            "Two measures of one name",
            """
                measures.define_measure("m", now, is_there, intervals=in_2024)
                measures.define_measure("m", is_there, is_there, intervals=in_2024)
                """,
            problem=(
                "measure m is set twice; the first time at analysis/definition.py line 7"
            ),
            remedy="Give one of the two another name.",
            header=HEADER,
        ),
        Mistake(
            "Measures whose names differ only in capitals",
            """
                measures.define_measure("visits", now, is_there, intervals=in_2024)
                measures.define_measure("Visits", is_there, is_there, intervals=in_2024)
                """,
            problem=(
                "measures Visits and visits (set at analysis/definition.py "
                "line 7) differ only in capitals"
            ),
            remedy=(
                "Give one of the two another name: not every program tells them apart."
            ),
            header=HEADER,
        ),
        Mistake(
            "A measure's name with a space",
            """
                measures.define_measure("visits by age", now, is_there, intervals=in_2024)
                """,
            problem="visits by age can't name a measure",
            remedy=(
                "Use letters without accents, digits and _, and begin with a letter. Did "
                "you mean visits_by_age?"
            ),
            header=HEADER,
        ),
        Mistake(
            "A measure set like a column",
            """
                measures.visits = now
                """,
            problem="measures have no columns that could be set, such as visits",
            remedy=(
                'Write measures.define_measure("visits", numerator=..., denominator=...).'
            ),
            header=HEADER,
        ),
        Mistake(
            "A misspelt word of measures",
            """
                measures.define_mesure("m", now, is_there)
                """,
            problem="measures has no word define_mesure",
            remedy="Did you mean define_measure?",
            header=HEADER,
        ),
        Mistake(
            "A numerator of rows",
            """
                coded = events.code.is_not_null()
                measures.define_measure("m", coded, is_there, intervals=in_2024)
                """,
            problem=("numerator has many values a patient, one for each row of diagnoses"),
            remedy=(
                "Pick one row first with sort_by(...).first_for_patient(), or "
                "aggregate, for example with maximum_for_patient()."
            ),
            header=HEADER,
        ),
        Mistake(
            "A numerator that is a table",
            """
                measures.define_measure("m", events, is_there, intervals=in_2024)
                """,
            problem="numerator is a whole row or table, diagnoses",
            remedy="Choose one of its columns, or .exists_for_patient().",
            header=HEADER,
        ),
        Mistake(
            "A numerator that is a number for everybody",
            """
                measures.define_measure("m", 1, is_there, intervals=in_2024)
                """,
            problem="numerator is 1, the same for everybody",
            remedy=("Set it to a series: something that is asked about each patient."),
            header=HEADER,
        ),
        Mistake(
            "A denominator of text",
            """
                measures.define_measure("m", now, patients.sex, intervals=in_2024)
                """,
            problem=(
                "denominator is a series of text; it has to be yes/no or whole numbers"
            ),
            remedy="Write a comparison, or a count.",
            header=HEADER,
        ),
        Mistake(
            "A denominator that counts patients about whom nothing is known",
            """
                measures.define_measure("m", now, ~now, intervals=in_2024)
                """,
            problem=(
                "the denominator of m counts every patient about whom nothing is known"
            ),
            remedy=(
                "Ask for something to be there, for example & "
                "patients.date_of_birth.is_not_null() or & "
                "events.exists_for_patient()."
            ),
            header=HEADER,
        ),
        Mistake(
            "group_by without names",
            """
                measures.define_measure("m", now, is_there, [patients.sex], in_2024)
                """,
            problem="group_by is a list; it has to say each column's name",
            remedy='Write group_by={"sex": patients.sex}.',
            header=HEADER,
        ),
        Mistake(
            "group_by with many values a patient",
            """
                measures.define_measure("m", now, is_there, {"code": events.code}, in_2024)
                """,
            problem=(
                "group_by's code has many values a patient, one for each row of diagnoses"
            ),
            remedy=(
                "Pick one row first with sort_by(...).first_for_patient(), or "
                "aggregate, for example with maximum_for_patient()."
            ),
            header=HEADER,
        ),
        Mistake(
            "A group_by column called as one that all measures have",
            """
                by = {"ratio": patients.sex}
                measures.define_measure("m", now, is_there, by, in_2024)
                """,
            problem="ratio is a column that all measures have",
            remedy="Try ratio_ or another name.",
            header=HEADER,
        ),
        Mistake(
            "A group_by column's name with a hyphen",
            """
                by = {"age-band": patients.sex}
                measures.define_measure("m", now, is_there, by, in_2024)
                """,
            problem="age-band can't name a group_by column",
            remedy=(
                "Use letters without accents, digits and _, and begin with a letter. Did "
                "you mean age_band?"
            ),
            header=HEADER,
        ),
        Mistake(
            "One group_by column of two types",
            """
                measures.define_measure("m", now, is_there, {"by": patients.sex}, in_2024)
                year = patients.date_of_birth.year
                measures.define_measure("n", now, is_there, {"by": year}, in_2024)
                """,
            problem=(
                "by is a series of whole numbers here, and of text in another measure"
            ),
            remedy="Give one of the two another name: they share a column.",
            header=HEADER,
        ),
        Mistake(
            "group_by columns that differ only in capitals",
            """
                measures.define_measure("m", now, is_there, {"sex": patients.sex}, in_2024)
                measures.define_measure("n", now, is_there, {"Sex": patients.sex}, in_2024)
                """,
            problem="group_by columns Sex and sex differ only in capitals",
            remedy="Call both the same, or give one another name.",
            header=HEADER,
        ),
        Mistake(
            "A length of time in place of intervals",
            """
                measures.define_measure("m", now, is_there, intervals=months(12))
                """,
            problem="a length of time says not yet when the intervals begin",
            remedy=(
                'Write its beginning or its end: months(12).starting_on("2024-01-01").'
            ),
            header=HEADER,
        ),
        Mistake(
            "INTERVAL in place of intervals",
            """
                measures.define_measure("m", now, is_there, intervals=INTERVAL)
                """,
            problem="INTERVAL is each of the intervals, not a list of them",
            remedy=(
                'Write intervals=months(12).starting_on("2024-01-01"), or a '
                'list of pairs of dates: [("2024-01-01", "2024-01-31")].'
            ),
            header=HEADER,
        ),
        Mistake(
            "One date in place of intervals",
            """
                measures.define_measure("m", now, is_there, intervals="2024-01-01")
                """,
            problem="a str is no list of intervals",
            remedy=(
                'Write intervals=months(12).starting_on("2024-01-01"), or a '
                'list of pairs of dates: [("2024-01-01", "2024-01-31")].'
            ),
            header=HEADER,
        ),
        Mistake(
            "No intervals in the list",
            """
                measures.define_measure("m", now, is_there, intervals=[])
                """,
            problem="the list of intervals is empty",
            remedy=(
                'Write intervals=months(12).starting_on("2024-01-01"), or a '
                'list of pairs of dates: [("2024-01-01", "2024-01-31")].'
            ),
            header=HEADER,
        ),
        Mistake(
            "One pair of dates, not in a list",
            """
                january = ("2024-01-01", "2024-01-31")
                measures.define_measure("m", now, is_there, intervals=january)
                """,
            problem="one pair of dates is no list of intervals",
            remedy='Put it in a list: [("2024-01-01", "2024-12-31")].',
            header=HEADER,
        ),
        Mistake(
            "An interval that ends before it begins",
            """
                january = ("2024-01-31", "2024-01-01")
                measures.define_measure("m", now, is_there, intervals=[january])
                """,
            problem="the interval from 2024-01-31 ends before that, on 2024-01-01",
            remedy=("Put the earlier date first; an interval includes both of its days."),
            header=HEADER,
        ),
        Mistake(
            "An interval that is there twice",
            """
                twice = [*in_2024, in_2024[0]]
                measures.define_measure("m", now, is_there, intervals=twice)
                """,
            problem="the interval from 2024-01-01 to 2024-01-31 is there twice",
            remedy="Drop one.",
            header=HEADER,
        ),
        Mistake(
            "An interval with a date that there isn't",
            """
                february = ("2024-02-01", "2024-02-30")
                measures.define_measure("m", now, is_there, intervals=[february])
                """,
            problem='"2024-02-30" is no date',
            remedy='Write dates as "YYYY-MM-DD", for example "2024-01-31".',
            header=HEADER,
        ),
        Mistake(
            "Intervals from each patient's own day",
            """
                years(1).starting_on(patients.date_of_birth)
                """,
            problem="an interval's dates are the same for everybody, and known now",
            remedy='Write a date, for example "2024-01-01".',
            header=HEADER,
        ),
        Mistake(
            "As many intervals as the patient's years",
            """
                years(patients.date_of_birth.year).starting_on("2024-01-01")
                """,
            problem=(
                "how many intervals there are is the same for everybody, and known now"
            ),
            remedy="Write a number, for example months(12).",
            header=HEADER,
        ),
        Mistake(
            "No interval at all",
            """
                months(0).starting_on("2024-01-01")
                """,
            problem="there can't be 0 intervals",
            remedy="Write a number from 1 to 50000, for example months(12).",
            header=HEADER,
        ),
        Mistake(
            "Intervals beyond the calendar",
            """
                years(10).starting_on("9995-01-01")
                """,
            problem="these intervals leave the calendar",
            remedy="Stay between 1 and 9999.",
            header=HEADER,
        ),
        Mistake(
            "More measures times intervals than anybody reads",
            """
                ten_years = days(3653).ending_on("2024-12-31")
                for n in range(20):
                    measures.define_measure(f"m{n}", now, is_there, intervals=ten_years)
                """,
            problem="measures times intervals are more than 50000",
            remedy="Ask for longer or fewer intervals, or split the definition.",
            line=6,
            header=HEADER,
        ),
        Mistake(
            "Disclosure control with a threshold of one's own",
            """
                measures.configure_disclosure_control(enabled=5)
                """,
            problem="enabled is 5",
            remedy="Write enabled=True or enabled=False.",
            header=HEADER,
        ),
        Mistake(
            "An interval of one date",
            """
                measures.define_measure("m", now, is_there, intervals=["2024-01-01"])
                """,
            problem="'2024-01-01' is no interval",
            remedy='An interval is a pair of dates: ("2024-01-01", "2024-01-31").',
            header=HEADER,
        ),
        Mistake(
            "A misspelt date of INTERVAL",
            """
                INTERVAL.start
                """,
            problem="INTERVAL has no date start",
            remedy="Did you mean start_date?",
            header=HEADER,
        ),
        Mistake(
            "INTERVAL in a dataset without periods",
            """
                dataset = create_dataset()
                dataset.define_population(is_there)
                dataset.seen = now
                """,
            problem="seen depends on INTERVAL, but the dataset has no periods",
            remedy=(
                "Write dates instead, or say dataset.define_periods(...); "
                "otherwise INTERVAL is for measures."
            ),
            header=PERIODS,
        ),
        Mistake(
            "The periods of a dataset are defined twice",
            """
                dataset = create_dataset()
                dataset.define_periods(in_2024)
                dataset.define_periods(in_2024)
                """,
            problem=(
                "the periods are defined twice; the first time at "
                "analysis/definition.py line 7"
            ),
            remedy="Put all of them in one list.",
            header=PERIODS,
        ),
        Mistake(
            "A population that holds nobody known, in one of its periods",
            """
                dataset = create_dataset()
                dataset.define_periods(in_2024)
                dataset.define_population(INTERVAL.end_date < "2024-02-01")
                """,
            problem=("this population holds every patient about whom nothing is known"),
            remedy=(
                "Ask for something to be there, for example & "
                "patients.date_of_birth.is_not_null() or & "
                "events.exists_for_patient()."
            ),
            header=PERIODS,
        ),
        Mistake(
            "The population as a denominator",
            """
                cohort = create_dataset()
                cohort.define_population(is_there)
                measures.define_measure("m", now, cohort.population, intervals=in_2024)
                """,
            problem="the population can't be asked for: it is no column",
            remedy=(
                "Keep its condition in a variable, adults = ..., then write "
                "dataset.define_population(adults), and adults elsewhere too."
            ),
            header=HEADER,
        ),
        Mistake(
            "Intervals with a beginning and an end",
            """
                year = months(12).starting_on("2024-01-01").ending_on("2024-12-31")
                """,
            problem="the intervals are there already, and ending_on comes too late",
            remedy=(
                "Say their beginning or their end, not both: "
                'months(12).starting_on("2024-01-01").'
            ),
            header=HEADER,
        ),
        Mistake(
            "A measure without a name",
            """
                measures.define_measure(numerator=now, denominator=is_there)
                """,
            problem="define_measure(...) is called without name",
            remedy=(
                "Write define_measure(name, numerator, denominator, group_by, intervals)."
            ),
            header=HEADER,
        ),
        Mistake(
            "A measure's name with an apostrophe",
            """
                measures.define_measure("taux d'été", now, is_there, intervals=in_2024)
                """,
            problem="taux d'été can't name a measure",
            remedy=(
                "Use letters without accents, digits and _, and begin with a letter. Did "
                "you mean taux_d_ete?"
            ),
            header=HEADER,
        ),
        Mistake(
            "A misspelt part of a measure",
            """
                measures.define_measure("m", now, is_there, interval=in_2024)
                """,
            problem="define_measure(...) knows no interval=",
            remedy="Did you mean intervals=?",
            header=HEADER,
        ),
    ),
)
