"""Mistakes: dates and times between them."""

from tests.mistakes.mistake import Chapter, Mistake

CHAPTER = Chapter(
    "Dates and times between them",
    (
        Mistake(
            "A date that is in no calendar",
            """
                dataset.age = patients.age_on("2023-02-30")
                """,
            problem='"2023-02-30" is no date',
            remedy='Write dates as "YYYY-MM-DD", for example "2024-01-31".',
        ),
        Mistake(
            "A date in another order",
            """
                recent = events.where(events.date > "31/01/2023")
                """,
            problem='"31/01/2023" is no date',
            remedy='Write dates as "YYYY-MM-DD", for example "2024-01-31".',
        ),
        Mistake(
            "A year instead of a date",
            """
                recent = events.where(events.date > 2023)
                """,
            problem="2023 is no date",
            remedy='Write a date as "YYYY-MM-DD".',
        ),
        Mistake(
            "A date with a time of day",
            """
                import datetime
                recent = events.where(events.date > datetime.datetime(2023, 1, 1))
                """,
            problem="a datetime has a time of day; dates here have none",
            remedy="Write .date() after it.",
        ),
        Mistake(
            "A number is added to a date",
            """
                dataset.end = first.date + 30
                """,
            problem="30 can't be added to a date",
            remedy="Say of what: + days(30), + weeks(4), + months(1) or + years(1).",
        ),
        Mistake(
            "A number is taken away from a date",
            """
                dataset.start = first.date - 30
                """,
            problem="30 can't be taken away from a date",
            remedy="Say of what: - days(30), - weeks(4), - months(1) or - years(1).",
        ),
        Mistake(
            "A date is taken away from a duration",
            """
                dataset.start = years(1) - first.date
                """,
            problem="a date can't be taken away from years(...)",
            remedy="Write date - years(3).",
        ),
        Mistake(
            "Durations of different units are added up",
            """
                dataset.end = first.date + (years(1) + days(1))
                """,
            problem="years and days can't be added up",
            remedy="Add them to a date one after the other.",
        ),
        Mistake(
            "A time between dates is compared without its unit",
            """
                soon = events.where((events.date - patients.date_of_birth) < 30)
                """,
            problem="the time between two dates has no unit yet",
            remedy="Write (a - b).days, .weeks, .months or .years.",
        ),
        Mistake(
            "A time between dates becomes a variable without its unit",
            """
                dataset.age = "2023-01-01" - patients.date_of_birth
                """,
            problem="age is a time between two dates, without its unit",
            remedy="Write (a - b).days, .weeks, .months or .years.",
        ),
        Mistake(
            "A time between dates is asked for in a unit that isn't there",
            """
                dataset.age = ("2023-01-01" - patients.date_of_birth).year
                """,
            problem="the time between two dates has no unit year",
            remedy="Did you mean years?",
        ),
        Mistake(
            "A duration of a fraction",
            """
                dataset.end = first.date + years(0.5)
                """,
            problem="years(...) needs a whole number, not 0.5",
            remedy="Write years(3), for example.",
        ),
        Mistake(
            "A period that isn't a pair",
            """
                during = events.where(events.date.is_during("2023-01-01"))
                """,
            problem="is_during needs a pair of dates",
            remedy='Write ("2024-01-01", "2024-12-31").',
        ),
        Mistake(
            "A period's two dates without parentheses of their own",
            """
                during = events.where(events.date.is_during("2023-01-01", "2023-12-31"))
                """,
            problem="is_during(...) is called with too many values",
            remedy=(
                'Put both dates into parentheses of their own: is_during(("2024-01-01", '
                '"2024-12-31")); or write is_on_or_between(start, end).'
            ),
        ),
        Mistake(
            "A word of series is asked of a date in quotes",
            """
                dataset.late = "2023-01-01".is_before(first.date)
                """,
            problem='"2023-01-01" has no is_before',
            remedy="Ask a series or a frame: events.date.is_before, for example.",
        ),
        Mistake(
            "A word of pandas for days between two others",
            """
                dataset.late = first.date.between("2023-01-01", "2023-12-31")
                """,
            problem="a series of dates (one a patient) has no method between",
            remedy="Write .is_on_or_between(start, end), where both days count.",
        ),
        Mistake(
            "A length of time in another language",
            """
                dataset.end = first.date + jours(30)
                """,
            problem="jours isn't defined here",
            remedy="Write days(30).",
        ),
        Mistake(
            "Days are compared with a length of time",
            """
                dataset.late = (first.date - patients.date_of_birth).days > days(30)
                """,
            problem="a length of time, days(...), is no whole number",
            remedy="Write a whole number of at most 64 bits, for example 18.",
        ),
        Mistake(
            "A date that is another each day",
            """
                dataset.age = patients.age_on("today")
                """,
            problem='"today" is another date each day, and the study another study',
            remedy='Write the date itself, for example "2024-01-31".',
        ),
    ),
)
