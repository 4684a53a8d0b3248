"""Dates are days, without a time. Wherever a date goes, text like "2024-01-31" goes too.
`days`, `weeks`, `months` and `years` are added to dates; the difference of two dates is
asked for in one of these units.
"""

title = "Dates"
first = ("parts_of_dates", "adding_durations", "time_between_dates")
