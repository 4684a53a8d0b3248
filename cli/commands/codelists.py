"""A study's codelists: asked for, fetched, held by hash."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import console, home
from cli.commands.project import here

if TYPE_CHECKING:
    from job_runner.codelists import Changed, Fetching

catalogue = click.option(
    "--catalogue",
    envvar="STRONGROOM_CATALOGUE",
    metavar="URL",
    help="Where ids are looked up, if not at OpenCodelists: a mirror of it.",
)


@click.group()
def codelists() -> None:
    """Fetch codelists and hold them by their hashes.

    codelists/codelists.txt asks for them, one a line; codelists/codelists.json says what
    was fetched, and when. docs/codelists.md tells how each is written.
    """


@codelists.command("add")
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@here
@catalogue
@console.json_option
def codelists_add(
    sources: tuple[str, ...], study: Path, catalogue: str | None, as_json: bool
) -> None:
    """Ask for further codelists, and fetch them.

    \b
    SOURCE  organisation/name/version, or user/NAME/name/version: by the catalogue
            https://host/name.csv
            git+https://host/repository.git@revision#folder/name.csv
            a CSV file, or a folder of them, on this machine
    """
    from job_runner.codelists import add

    folder = home.study(study)
    asked = [one for source in sources for one in _lines(source, folder)]
    _report(add(folder, asked, _fetching(folder, catalogue)), as_json=as_json)


@codelists.command("update")
@here
@catalogue
@click.option("--force", is_flag=True, help="Write over files that were edited by hand.")
@console.json_option
def codelists_update(
    study: Path, catalogue: str | None, force: bool, as_json: bool
) -> None:
    """Fetch all that codelists/codelists.txt asks for, as it is today.

    Where one can't be had, nothing is written.
    """
    from job_runner.codelists import update

    folder = home.study(study)
    found = update(folder, _fetching(folder, catalogue), force=force)
    _report(found, as_json=as_json)


@codelists.command("check")
@here
@console.json_option
def codelists_check(study: Path, as_json: bool) -> None:
    """Check that each codelist is as it was fetched, without a network.

    Ends with code 15 where a file was edited by hand, is missing, or is of unknown source.
    """
    from job_runner.codelists import check

    names = check(home.study(study))
    console.report(
        list(names), [f"{len(names)} codelists, as they were fetched"], as_json=as_json
    )


def _lines(source: str, study: Path) -> list[str]:
    """The lines for a source: a path as it is from the study, a folder's files each."""
    path = Path(source)
    if not path.exists() and not source.startswith(("/", "./", "../")):
        return [source]
    files = sorted(path.glob("*.[cC][sS][vV]")) if path.is_dir() else [path]
    if not files:
        raise click.UsageError(f"There is no CSV file in {source}.")
    return [_path(file, study) for file in files]


def _path(file: Path, study: Path) -> str:
    if file.is_absolute():
        return os.fspath(file)
    path = os.path.relpath(file.absolute(), study)
    return path if path.startswith("../") else f"./{path}"


def _fetching(study: Path, catalogue: str | None) -> Fetching:
    from cli import clock
    from job_runner.codelists import CATALOGUE, Fetching
    from job_runner.codelists.repository import Repositories
    from job_runner.codelists.web import Web

    return Fetching(
        web=Web(time.monotonic),
        repositories=Repositories(os.environ, study),
        clock=clock.now,
        catalogue=catalogue or CATALOGUE,
    )


def _report(found: Sequence[Changed], *, as_json: bool) -> None:
    told = [{"file": one.name, "is": one.how} for one in found]
    rows = [[one.name, one.how] for one in found]
    console.report(told, console.table(["codelist", "is"], rows), as_json=as_json)
