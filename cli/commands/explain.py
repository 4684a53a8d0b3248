"""Show how a definition's question is answered, and what that takes."""

from __future__ import annotations

import time
from pathlib import Path

import click

from cli import console, home, served
from cli.evaluating import evaluated
from cohort_dsl import explain as explaining
from cohort_dsl.model.question import Question
from cohort_dsl.sql import DIALECTS

USUAL = "duckdb"


@click.command()
@click.argument("definition", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("arguments", nargs=-1)
@click.option(
    "--backend",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Ask it, too: a folder of dummy tables (CSV or Parquet), or a site's folder.",
)
@click.option(
    "--dialect",
    type=click.Choice(list(DIALECTS)),
    help=f"Whose SQL, without a backend [default: {USUAL}].",
)
@click.option("--sql", "with_sql", is_flag=True, help="Print the SQL, too.")
@console.json_option
def explain(
    definition: Path,
    arguments: tuple[str, ...],
    backend: Path | None,
    dialect: str | None,
    with_sql: bool,
    as_json: bool,
) -> None:
    """Show by which steps the question of DEFINITION is answered.

    Tells what each step reads and what it is for, how often each table is read, and how
    much is sent to the database. ARGUMENTS after -- are the definition's.

    With a backend the question is asked there and its answer thrown away: each step then
    has its rows, those that the engine had expected, and its time. Rows are counted
    exactly, small numbers of patients too. On a site's folder that is for its operator,
    who holds the data anyway; what is printed is no output of the site, and isn't to be
    passed on, and that it was asked goes onto the site's ledger. No server offers this.
    """
    if backend is not None and dialect is not None:
        raise click.UsageError("--dialect is for a plan without --backend.")
    study = home.study(definition.parent)
    question = evaluated(definition, study, arguments=arguments).question
    if backend is None:
        served.demand(question, study)
    report(question, backend, dialect or USUAL, with_sql=with_sql, as_json=as_json)


def report(
    question: Question,
    backend: Path | None,
    dialect: str = USUAL,
    *,
    with_sql: bool = False,
    as_json: bool = False,
) -> None:
    """Print how the question is answered; WarehouseError where the backend can't."""
    if backend is None:
        found = explaining.explain(question, dialect)
    else:
        from cli import backends  # and every engine, which no plan needs

        with backends.opened(backend, question) as warehouse:
            found = explaining.explain_on(question, warehouse, time.perf_counter)
    told = explaining.as_json(question, found, with_sql=with_sql)
    console.report(told, explaining.lines(found, with_sql=with_sql), as_json=as_json)
