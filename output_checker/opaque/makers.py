"""Which functions of ``output_checker.claims`` make what a file without a claim looks like.

By the words that stand above its columns, or anywhere in a text; none of them is repeated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from output_checker.opaque.layout import Rows

MAKERS: Mapping[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "crosstab()": "n count counts freq frequency patients people persons number nb",
        "summary()": "mean means average avg sd std moyenne",
        "percentiles()": "median percentile percentiles quantile quartile iqr q1 q3 p25",
        "rates()": "rate rates ratio proportion prevalence incidence numerator pct",
        "histogram()": "bin bins histogram",
        "survival()": "survival censored risk kaplan km",
        "regression()": "coef coefficient coefficients estimate se stderr odds hazard ols",
    }.items()
}
ANY = (
    "the function that fits (crosstab() or histogram() for counts, summary() for means,"
    " percentiles(), rates(), survival() for life tables, regression() for models)"
)


def makers(rows: Rows, *, is_table: bool) -> str:
    """Their names, as part of a sentence; all of them, and for what, if none is told."""
    lines = rows[:1] if is_table else rows
    words = {word for line in lines for cell in line for word in _words(cell)}
    fitting = [name for name, known in MAKERS.items() if known & words]
    return " or ".join(fitting) if fitting else ANY


def _words(cell: str) -> list[str]:
    return re.findall(r"[a-z]+\d*", cell.lower())
