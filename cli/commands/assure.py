"""Try a definition on the made-up patients of a test file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from cli import console, home
from cli.evaluating import evaluated
from cli.failures import NotAsExpected
from cohort_dsl import assurance, testing
from cohort_dsl.assurance import Mismatch


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("arguments", nargs=-1)
@console.json_option
def assure(file: Path, arguments: tuple[str, ...], as_json: bool) -> None:
    """Try a definition on the made-up patients of FILE, and tell what isn't as expected.

    FILE is Python: it imports its dataset from a definition, and makes test_data. Both are
    evaluated in a container without network. ARGUMENTS after -- are the definition's.
    """
    found = evaluated(file, home.study(file.parent), arguments=arguments, tests=True)
    wrong = assurance.assure(testing.query_of(found.question), found.tests, str(file))
    report(file, len(found.tests), wrong, as_json=as_json)


def report(file: Path, patients: int, wrong: Sequence[Mismatch], *, as_json: bool) -> None:
    """Print what isn't as expected; NotAsExpected if anything isn't."""
    told = [
        {
            "patient": one.patient,
            "column": one.column,
            "expected": one.expected,
            "found": one.found,
        }
        for one in wrong
    ]
    value = {"patients": patients, "mismatches": told}
    console.report(value, _lines(file, patients, wrong), as_json=as_json)
    if wrong:
        who = len({one.patient for one in wrong})
        raise NotAsExpected(
            f"{who} of {patients} patients aren't as expected",
            where=str(file),
            remedy="Put the definition right, or what is expected of it.",
        )


def _lines(file: Path, patients: int, wrong: Sequence[Mismatch]) -> list[str]:
    if not wrong:
        return [f"{file}: {patients} patients, all as expected"]
    rows = [
        [str(one.patient), one.column or "in the population", *_shown(one)] for one in wrong
    ]
    return console.table(["patient", "column", "expected", "found"], rows)


def _shown(one: Mismatch) -> list[str]:
    return ["missing" if v is None else str(v) for v in (one.expected, one.found)]
