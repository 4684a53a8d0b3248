"""A report as one HTML page that needs nothing else: no script, no link, no other file.

For the people inside, like the report itself; it doesn't leave.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from output_checker import figures
from output_checker.report import FileReport, Report, Table, Verdict
from output_checker.report_text import WORDS
from output_checker.review.grid import Grid, grid
from output_checker.review.shown import Templates, stylesheet


@dataclass(frozen=True)
class Part:
    """An output of the report as the page shows it; ``picture``: a PNG in base64."""

    file: FileReport
    table: Table | None
    grid: Grid | None
    picture: str


def page(report: Report) -> bytes:
    """The page as UTF-8: tables with their hidden cells, what an attacker can work out
    about each, pictures as they would leave, and findings with their attacks."""
    told: Mapping[str, object] = {
        "report": report,
        "parts": [_part(file) for file in report.files],
        "verdicts": _counts(report),
        "words": WORDS,
        "style": stylesheet().decode(),
    }
    return Templates("Strongroom").text("report", told).encode()


def _part(file: FileReport) -> Part:
    table = file.table
    if table is None:
        return Part(file, None, None, "")
    png = figures.draw(table).get("png", b"")
    return Part(file, table, grid(table), base64.b64encode(png).decode())


def _counts(report: Report) -> list[tuple[Verdict, int]]:
    """How many outputs have which verdict, the worst first."""
    return sorted(Counter(file.verdict for file in report.files).items(), reverse=True)
