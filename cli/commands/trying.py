"""Made-up tables for a definition."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

import dummy_data as dummy
from cli import console, dummies, home, served
from cli.evaluating import evaluated


@click.command("dummy-data")
@click.argument("definition", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("arguments", nargs=-1)
@click.option(
    "--output",
    default="dummy_tables",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write to, one CSV file a table.",
)
@click.option(
    "--size",
    type=click.IntRange(1),
    help=f"Patients [default: as the definition says, else {dummies.USUAL_SIZE}].",
)
@click.option(
    "--seed", default=dummies.SEED, show_default=True, help="Another seed, other patients."
)
@click.option(
    "--reference-date",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day on which records end [default: 1 January of this year].",
)
@console.json_option
def dummy_data(
    definition: Path,
    arguments: tuple[str, ...],
    output: Path,
    size: int | None,
    seed: int,
    reference_date: datetime | None,
    as_json: bool,
) -> None:
    """Make dummy tables of patients who satisfy DEFINITION.

    The same definition, size, seed and date give the same files on every machine.
    ARGUMENTS after -- are the definition's. Where a site's description (strongroom
    warehouse describe) lies beside project.yaml as warehouse.json, they are like its
    records, and what it doesn't serve is refused.
    """
    study = home.study(definition.parent)
    question = evaluated(definition, study, arguments=arguments).question
    day = reference_date.date() if reference_date else None
    site = served.description(study)
    tables = dummies.made_up(question, size, seed, day, site)
    files = dummy.write(tables, output)
    rows = [[str(f), str(tables[f.stem].num_rows)] for f in files]
    told = {row[0]: int(row[1]) for row in rows}
    console.report(told, console.table(["file", "rows"], rows), as_json=as_json)
