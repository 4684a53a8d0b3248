"""The site's warehouse, held against its mapping."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import click

from cli import clock, console
from cli.client import connect, connection
from cli.commands.doctor import warehouse_doctor
from cli.compose.opened import noted
from cli.new_files import NewFile
from cli.site_folder import existing, folder_argument
from cohort_dsl import warehouses
from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings import reading
from job_runner.errors import PlatformError
from job_runner.site import policy


@click.group()
def warehouse() -> None:
    """Check the warehouse against its mapping, describe it, try its engine.

    What a warehouse serves is its own tables, explained by a mapping that site.yaml names:
    one that comes along (such as omop, i2b2 or edsh), or a file of the site's own.
    """


warehouse.add_command(warehouse_doctor)


@warehouse.command("check")
@folder_argument
@click.option(
    "--html",
    type=NewFile(),
    help="Write the report as a page, too, that can be looked at without a network.",
)
@console.json_option
def warehouse_check(site_folder: Path, html: Path | None, as_json: bool) -> None:
    """Check that the warehouse of SITE is as its mapping says.

    Tells what is missing, declared empty, unreadable or odd, which codes there are, and
    how many people are left out, in shares and rounded counts. Reads everything, changes
    nothing, and shows nobody's values. That it was done, and what came of it, goes onto the
    site's ledger.
    """
    site = existing(site_folder)
    settings = policy.load(site.policy).warehouse
    with warehouses.open(settings, clock.today()) as opened:
        found = opened.check(clock.today())
    if html is not None:
        from cohort_dsl.mappings import report_html  # and Jinja with it

        html.write_text(report_html.checked(found, clock.today()), encoding="utf-8")
    noted(site, "warehouse check", {"mapping": opened.mapping, "ok": found.ok})
    console.report(found.as_json(), found.lines(), as_json=as_json)
    if not found.ok:
        raise WarehouseError(
            "the warehouse isn't as its mapping promises",
            where=str(site_folder),
            remedy="Put right what the check calls wrong or missing, or declare it empty.",
        )


@warehouse.command("template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def warehouse_template(file: Path) -> None:
    """Write a mapping to be filled in to FILE.

    It is for a hospital's own tables, such as eHOP's. Every name in it that begins with
    FILL_IN_ is the site's to write; comments say what each is. Until none is left, nothing
    is asked of the warehouse, and the check lists them with their lines.
    """
    try:
        with file.open("x", encoding="utf-8") as written:
            written.write(reading.form())
    except OSError as error:
        raise PlatformError(
            f"the mapping can't be written: {error.strerror}",
            where=str(file),
            remedy="Name a new file in a folder that exists.",
        ) from None
    console.say(f"Fill in {file.absolute()}, and name it in site.yaml as the mapping.")


@warehouse.command("describe")
@folder_argument
@click.option(
    "--output",
    type=NewFile(),
    help="Write it for researchers, who put it beside their study's project.yaml as "
    "warehouse.json.",
)
@click.option(
    "--html",
    type=NewFile(),
    help="Write it as a page, too, that can be looked at without a network.",
)
@console.json_option
def warehouse_describe(
    site_folder: Path, output: Path | None, html: Path | None, as_json: bool
) -> None:
    """Describe to researchers what the warehouse of SITE serves.

    It is what they write definitions against. Tells tables, columns, categories and
    vocabularies, and how many patients have rows by year. Its numbers are hidden and
    rounded by the site's own rules, as those of a release are, so that none can be worked
    out. Look at it before you pass it on, or name it as 'description' in site.yaml: then
    the site's server hands it to those who are known to it. That it was made goes onto the
    site's ledger, with its hash.
    """
    from cli.compose import covering  # and the checker's solver
    from cli.compose.publishing import DESCRIBED

    site = existing(site_folder)
    rules = policy.load(site.policy)
    with warehouses.open(rules.warehouse, clock.today()) as opened:
        found = covering.described(opened, rules, clock.today())
    text = found.text()
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    noted(site, DESCRIBED, {"mapping": found.mapping, "sha256": sha256})
    if output is not None:
        output.write_text(text, encoding="utf-8")
    if html is not None:
        from cohort_dsl.mappings import report_html  # and Jinja with it

        html.write_text(report_html.described(found), encoding="utf-8")
    console.report(found.as_json(), found.lines(), as_json=as_json)


@warehouse.command("description")
@connection
@click.option(
    "--output",
    "-o",
    type=NewFile(),
    help="Write it there. Beside a study's project.yaml it is called warehouse.json.",
)
@console.json_option
def warehouse_description(
    server: str, token_file: Path, output: Path | None, as_json: bool
) -> None:
    """Show what a site serves, as published, or fetch it.

    With it as warehouse.json beside project.yaml, dummy data are like the site's, and what
    the site hasn't is refused at home.
    """
    from cohort_dsl.mappings import description

    body = connect(server, token_file).get("/api/site/warehouse")
    found = description.of(json.dumps(body).encode(), server)
    if output is not None:
        output.write_text(found.text(), encoding="utf-8")
    console.report(found.as_json(), found.lines(), as_json=as_json)
