"""Which cells to hide, whether hiding some is enough, and what the checker found."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import console

if TYPE_CHECKING:
    from output_checker.suppress import Outcome

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _a_number(_: click.Context, __: click.Parameter, value: float) -> float:
    """Nothing is later than a time that isn't a number: it would never be up."""
    if math.isnan(value):
        raise click.BadParameter("nan is no number of seconds.")
    return value


@click.group()
def disclosure() -> None:
    """Hide cells of tables so that nobody can work out the small ones, with proof.

    A problem is a JSON file: cells, the sums that tie them, and how uncertain which of
    them must stay. docs/disclosure.md tells how it is written.
    """


@disclosure.command("protect")
@click.argument("problem", type=FILE)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    callback=_a_number,
    help="How long to look for the cheapest pattern.",
)
@console.json_option
def disclosure_protect(problem: Path, seconds: float, as_json: bool) -> None:
    """Find the cheapest cells to hide in PROBLEM, a JSON file.

    Prints the pattern, its cost, whether it is proven the cheapest (or how far from it it
    may be, when time is up), and what an attacker can still work out about each primary
    cell. The pattern is always audited before it is printed.
    """
    from output_checker.suppress import protected, read

    _report(protected(read(problem), seconds=seconds), as_json=as_json)


@disclosure.command("audit")
@click.argument("problem", type=FILE)
@click.option(
    "--pattern",
    "pattern_file",
    type=FILE,
    help="A JSON list of the hidden cells' ids, in place of the problem's own.",
)
@console.json_option
def disclosure_audit(problem: Path, pattern_file: Path | None, as_json: bool) -> None:
    """Attack the cells hidden in PROBLEM, whoever chose them.

    Hidden are the cells of PROBLEM's "pattern"; without one, the primary cells alone.
    Prints what an attacker can work out about each primary cell. Ends with an error if
    that is more than PROBLEM allows.
    """
    from output_checker.errors import PatternUnsafe
    from output_checker.suppress import audited, read, read_pattern

    stated = read(problem)
    outcome = audited(stated, read_pattern(pattern_file, stated) if pattern_file else None)
    _report(outcome, as_json=as_json)
    if not outcome.safe:
        raise PatternUnsafe(
            "hidden cells can be worked out from what is shown",
            where=str(pattern_file or problem),
            remedy=f"A pattern that is safe: strongroom disclosure protect {problem}",
        )


@disclosure.command("report")
@click.argument("report", type=FILE)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it as one page that needs nothing else.",
)
@console.json_option
def disclosure_report(report: Path, html: Path | None, as_json: bool) -> None:
    """Show REPORT, what the checker wrote about a job's outputs.

    Tables as they would leave, with their hidden cells, what an attacker can work out about
    each, and for each finding the attack. For the people inside: a report doesn't leave.
    """
    from output_checker import report_json, report_text

    data = report.read_bytes()
    found = report_json.loads(data)
    lines = report_text.lines(found)
    if html is not None:
        from output_checker.review import report_html

        html.write_bytes(report_html.page(found))
        lines = [f"The page: {html}"]
    console.report(json.loads(data), lines, as_json=as_json)


def _report(outcome: Outcome, *, as_json: bool) -> None:
    from output_checker.suppress import disclosure as told

    table = console.table(told.HEADINGS, told.rows(outcome)) if outcome.primaries else []
    lines = [*told.summary(outcome), *([""] if table else []), *table]
    console.report(told.as_json(outcome), lines, as_json=as_json)
