"""A report as lines for a terminal, for the people inside; it doesn't leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from output_checker.report import Cell, FileReport, Finding, Report, Table, Verdict

WORDS = {Verdict.PASS: "pass", Verdict.REVIEW: "review", Verdict.FAIL: "refused"}
NAMED = 5
"""Cells of a finding that are named on a terminal."""


def lines(report: Report) -> list[str]:
    """One block a file: its verdict, what was found, and the table as it would leave."""
    return [line for file in report.files for line in (*of_file(file), "")][:-1]


def brief(file: FileReport) -> Iterator[str]:
    """A file in one line, and a line for everything that stands in its way."""
    yield f"{file.path}: {WORDS[file.verdict]}, {_how(file)}"
    for finding in file.findings:
        if finding.verdict > Verdict.PASS:
            yield f"  {WORDS[finding.verdict]}: {finding.reason}"
            yield f"    {finding.remedy}"


def _how(file: FileReport) -> str:
    if file.table is None:
        return file.verification.value
    cells = file.table.cells
    hidden = Counter(cell.hidden.value for cell in cells if cell.hidden)
    kinds = " and ".join(f"{n} {kind}" for kind, n in sorted(hidden.items(), reverse=True))
    shown = f", {kinds} hidden" if kinds else ", none hidden"
    return f"{file.verification.value}, {len(cells)} cells{shown}"


def of_file(file: FileReport) -> Iterator[str]:
    """Its verdict, what was found, and the table as it would leave."""
    yield f"{file.path}: {WORDS[file.verdict]} ({file.verification.value})"
    for finding in file.findings:
        yield from _finding(finding)
    if file.table is not None:
        yield from _table(file.table)
    if file.rewritten is not None:
        yield from anew(file.rewritten.form.value, file.rewritten.content)


def anew(form: str, content: str) -> Iterator[str]:
    """A file without a claim as it would leave; of a picture, only that there is one."""
    yield f"  Not recomputed; the {form} as it would leave, written anew by the checker:"
    shown = ["(see it in the browser)"] if form == "picture" else content.splitlines()
    yield from (f"    {line}" for line in shown)


def _finding(finding: Finding) -> Iterator[str]:
    yield f"  {WORDS[finding.verdict]}: {finding.reason}"
    if finding.cells:
        more = len(finding.cells) - NAMED
        named = "; ".join(finding.cells[:NAMED])
        yield f"    where: {named}" + (f"; and {more} more" if more > 0 else "")
    yield from (f"    attack: {step}" for step in finding.attack)
    yield f"    {finding.remedy}"


def _table(table: Table) -> Iterator[str]:
    """Columns as wide as their longest word."""
    rows = [
        [*table.dimensions, *table.measures],
        *(_row(table, cell) for cell in table.cells),
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    yield f"  {table.title} ({table.unit}; {table.population})"
    for row in rows:
        padded = (word.ljust(width) for word, width in zip(row, widths, strict=True))
        yield f"    {'  '.join(padded)}".rstrip()
    yield f"  {table.protection}"


def _row(table: Table, cell: Cell) -> list[str]:
    levels = ["total" if level is None else level for level in cell.levels]
    if cell.hidden is None or cell.without:
        return [*levels, *(_shown(cell, measure) for measure in table.measures)]
    between = (
        "" if cell.interval is None else " between {:g} and {:g}".format(*cell.interval)
    )
    return [
        *levels,
        f"hidden, {cell.hidden.value}{between}",
        *("" for _ in table.measures[1:]),
    ]


def _shown(cell: Cell, measure: str) -> str:
    value = cell.values[measure]
    if cell.hides(measure):
        return "hidden"
    return "" if value is None else f"{value:g}"
