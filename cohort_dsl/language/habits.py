"""What authors know from elsewhere, such as pandas, R or French, and what to write here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

QUOTES = "“”„‟‘’«»"
"""Marks that word processors make of the straight ones."""

OF_SERIES: Mapping[str, str] = MappingProxyType(
    {
        "max": "maximum_for_patient()",
        **dict.fromkeys(("isna", "isnull"), "is_null()"),
        **dict.fromkeys(("notna", "notnull"), "is_not_null()"),
        "min": "minimum_for_patient()",
        "avg": "mean_for_patient()",
        "average": "mean_for_patient()",
        "nunique": "count_distinct_for_patient()",
        "unique": "count_distinct_for_patient()",
        "between": "is_on_or_between(start, end), where both days count",
        "fillna": "when_null_then(value)",
        "abs": "absolute()",
        "like": "contains(text), or starts_with(text); % and _ are letters like others",
        "dt": "year, .month or .day at once",
        "strftime": "year, .month or .day for a part of it",
        "replace": "map_values({old: new}, default=...)",
        "map": "map_values({old: new}, default=...)",
        **dict.fromkeys(
            ("upper", "lower", "strip", "title"),
            "is_in([...]) with every way in which it may be written",
        ),
        "astype": "as_int() or .as_float()",
    }
)
"""What others call what is asked of a series, and what to write."""

OF_FRAMES: Mapping[str, str] = MappingProxyType(
    {
        "filter": "Write frame.where(condition), or frame.except_where(condition).",
        "query": "Write frame.where(frame.column == value).",
        "groupby": "Nothing needs grouping by patient: every word that ends in "
        "_for_patient does that.",
        "group_by": "Nothing needs grouping by patient: every word that ends in "
        "_for_patient does that.",
        "merge": "Columns of several tables are put into one dataset; nothing is joined.",
        "join": "Columns of several tables are put into one dataset; nothing is joined.",
        "drop": "Write frame.except_where(condition).",
        "head": "Write frame.sort_by(frame.date).first_for_patient().",
        "sort_values": "Write frame.sort_by(frame.date).",
    }
)
"""What others call what is asked of a frame, and what to write."""

IN_ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "jours": "days(30)",
        "semaines": "weeks(4)",
        "mois": "months(1)",
        "ans": "years(1)",
        "annees": "years(1)",
        "années": "years(1)",
        "timedelta": "days(30)",
        "relativedelta": "months(1) or years(1)",
        "vrai": "True",
        "faux": "False",
        "true": "True",
        "false": "False",
        "NULL": "None; to ask for missing values, .is_null()",
        "null": "None; to ask for missing values, .is_null()",
        "NA": "None; to ask for missing values, .is_null()",
        "TRUE": "True",
        "FALSE": "False",
    }
)
"""Words of other languages, people's and programs', and what they are here."""

FITTING: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("is_during", ""): 'Put both dates into parentheses of their own: is_during(("'
        '2024-01-01", "2024-12-31")); or write is_on_or_between(start, end).',
        **dict.fromkeys(
            [("sort_by", word) for word in ("reverse", "ascending", "descending", "desc")],
            "It sorts from the smallest, always: for the latest row write "
            "sort_by(...).last_for_patient().",
        ),
        ("where", ""): "Join conditions with &, with parentheses round each; decimals are "
        "written with a point, 5.5.",
        (
            "define_population",
            "",
        ): "Join the conditions with &, with parentheses round each comparison.",
        **dict.fromkeys(
            [("sort_by", word) for word in ("by", "key", "on", "columns")],
            "Write the columns as such: sort_by(frame.date, frame.code).",
        ),
    }
)
"""What to write after some calls; by name, and the keyword that it doesn't know."""

SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "&&": "Write & for `and`, with parentheses round each comparison.",
        "||": "Write | for `or`, with parentheses round each comparison.",
        " et ": "Write & for `and`, with parentheses round each comparison.",
        " ou ": "Write | for `or`, with parentheses round each comparison.",
        "<>": "Write != for what isn't equal.",
        "=>": "Write >=, the = behind the sign.",
        "=<": "Write <=, the = behind the sign.",
        ":=": "Write = to set a column.",
        "$": "Write a point between a dataset and its column: dataset.age.",
        "!": "Write ~ for `not`, with parentheses round the comparison.",
    }
)
"""Signs of other languages. Where they stand in a line that is no Python, they are why."""

IN_THE_ANALYSIS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            ("round", "std", "var", "quantile", "describe", "apply", "plot", "hist"),
            "Leave that to the analysis, which has the cohort as a table.",
        ),
        **dict.fromkeys(
            ("cut", "qcut"),
            'Write case(when(a < 18).then("child"), when(a < 65).then("adult"), '
            'otherwise="old").',
        ),
        **dict.fromkeys(
            ("between", "is_between", "is_on_or_between"), "Write (a >= 18) & (a <= 65)."
        ),
    }
)
"""What no series of numbers is asked, and what to do instead."""
