"""A file without a claim can't be recomputed, so no machine lets it out.

Only tables written by the checker itself leave, so there is nothing to release in its
place; the reason says which of the usual ways to write a claim fits the file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import PurePosixPath

from output_checker.checks.subjects import Opaque
from output_checker.report import Finding, Verdict

NEVER = {
    "parquet": "holds rows, one per person",
    "feather": "holds rows, one per person",
    "arrow": "holds rows, one per person",
    "dta": "holds rows, one per person",
    "rds": "holds R objects, which may carry the data they were made from",
    "rdata": "holds R objects, which may carry the data they were made from",
    "pickle": "holds Python objects, which may carry the data they were made from",
    "pkl": "holds Python objects, which may carry the data they were made from",
    "joblib": "holds Python objects, which may carry the data they were made from",
    "ipynb": "holds outputs beside the code, and may hide rows",
    "html": "can carry data that isn't seen on the page",
    "svg": "carries its data points as text",
    "xlsx": "can hide sheets, and the data behind pivots and charts",
    "xls": "can hide sheets, and the data behind pivots and charts",
    "docx": "can hide text and the data behind charts",
    "pdf": "can carry attachments and text that isn't seen",
    "zip": "packs other files",
    "gz": "packs another file",
    "tar": "packs other files",
    "png": "is a picture, whose points may each be a person",
    "jpg": "is a picture, whose points may each be a person",
    "jpeg": "is a picture, whose points may each be a person",
    "log": "may quote rows in messages",
}
TABLES = {"csv": ",", "tsv": "\t"}
SAMPLE = 200
"""Lines of a table that are looked at."""
CLAIM_IT = (
    "Make the table with crosstab() or summary() from output_checker.claims, which write"
    " the claim beside it. Mark what isn't meant to leave as highly_sensitive."
)
DRAW_IT = (
    'Ask for a picture with figure="bar" in the claim of its table; it is drawn at release.'
)
MEASURES = b"measure,interval_start,interval_end,ratio,numerator,denominator"
"""How a file begins that a definition's measures were written to."""
MEASURES_STAY = (
    "It looks like measures, which were counted in the warehouse: there is no cohort file"
    " to count them in again, and another action may have written or changed it. So far"
    " measures stay inside."
)
COUNT_THEM = (
    "Make what has to leave from a dataset, with crosstab() or summary() from"
    " output_checker.claims; a dataset may have several periods."
)
PICTURES = frozenset(("png", "jpg", "jpeg", "svg", "html", "pdf"))


def check(subject: Opaque) -> Iterator[Finding]:
    """Every file without a claim is refused, with what is known against it."""
    kind = PurePosixPath(subject.path).suffix.lstrip(".").lower()
    yield _refusal(subject, kind)
    if kind in TABLES and not subject.head.startswith(MEASURES):
        yield from _row_level(subject.head, TABLES[kind])


def _refusal(subject: Opaque, kind: str) -> Finding:
    why, remedy = _why(kind), DRAW_IT if kind in PICTURES else CLAIM_IT
    if subject.head.startswith(MEASURES):
        why, remedy = MEASURES_STAY, COUNT_THEM
    return Finding(
        check="opaque",
        verdict=Verdict.FAIL,
        reason=f"No claim says what this file is, so it can't be recomputed. {why}",
        remedy=remedy,
    )


def _why(kind: str) -> str:
    if kind in NEVER:
        return f"A .{kind} file never leaves as it came: it {NEVER[kind]}."
    return "What can't be recomputed doesn't leave."


def _row_level(head: bytes, separator: str) -> Iterator[Finding]:
    """Does it look like one line per person?"""
    text = head.decode("utf-8", errors="replace")
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=separator))[: SAMPLE + 1]
    except csv.Error:
        return
    names, rows = (lines[0], lines[1:]) if lines else ([], [])
    unique = [name for place, name in enumerate(names) if _is_unique(rows, place)]
    listed = "patient_id" in names
    if listed or (len(rows) >= SAMPLE // 2 and unique):
        yield Finding(
            check="opaque",
            verdict=Verdict.FAIL,
            reason="It looks like one line per person: "
            + ("it names patients." if listed else f"no value of {unique[0]} comes twice."),
            remedy="Count people in groups instead of listing them.",
        )


def _is_unique(rows: list[list[str]], place: int) -> bool:
    values = [row[place] for row in rows if len(row) > place]
    return len(values) > 1 and len(set(values)) == len(values)
