"""The site's append-only record."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from cli import console
from cli.compose.remembering import remembered
from cli.site_folder import existing, folder_argument
from job_runner.ledger import Head, Ledger


@click.group()
def ledger() -> None:
    """Verify and show the site's ledger.

    Everything is on the record: requests, definitions, images, outputs, decisions and
    releases, each entry chained to the one before by its hash.
    """


@ledger.command("verify")
@folder_argument
@click.option("--head", "noted", metavar="SEQ:SHA256", help="A last entry noted earlier.")
@console.json_option
def ledger_verify(site_folder: Path, noted: str | None, as_json: bool) -> None:
    """Check that no entry of SITE's ledger was changed or removed.

    And that who is counted in released tables is still kept as the ledger says.

    Write the printed head down elsewhere: given back later with --head, it proves that
    nothing before it was rewritten.
    """
    site = existing(site_folder)
    kept = Ledger(site.ledger)
    count = kept.verify(_head(noted) if noted else None)
    tables = remembered(site, kept.entries())
    head = kept.head()
    last = f" The head is {head.seq}:{head.sha256}" if head else ""
    lines = [f"The ledger is sound: {count} entries.{last}"]
    lines += [f"Whom {tables} released tables count is kept as it says."] if tables else []
    told = {"entries": count, "tables": tables, "head": asdict(head) if head else None}
    console.report(told, lines, as_json=as_json)


def _head(noted: str) -> Head:
    number, _, digest = noted.partition(":")
    if not number.isdigit() or len(digest) != 64:
        raise click.BadParameter(
            "write it as it was printed, SEQ:SHA256", param_hint="--head"
        )
    return Head(int(number), digest)


@ledger.command("show")
@folder_argument
@click.option(
    "--last",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="How many entries.",
)
@console.json_option
def ledger_show(site_folder: Path, last: int, as_json: bool) -> None:
    """Show the last entries of SITE's ledger."""
    entries = list(Ledger(existing(site_folder).ledger).entries())[-last:]
    rows = [[str(e.seq), e.at[:19], e.who, e.kind, e.sha256[:12]] for e in entries]
    heads = ["entry", "at (UTC)", "who", "what", "sha256"]
    console.report(
        [asdict(e) for e in entries], console.table(heads, rows), as_json=as_json
    )
