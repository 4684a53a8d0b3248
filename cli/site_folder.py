"""The site that a command is about."""

from __future__ import annotations

from pathlib import Path

import click

from cli.compose.folder import SiteFolder
from job_runner.errors import PlatformError
from job_runner.store import Store

folder_argument = click.argument(
    "site_folder",
    metavar="SITE",
    envvar="STRONGROOM_SITE",
    type=click.Path(path_type=Path, file_okay=False, readable=False),
)

log_option = click.option(
    "--log",
    "log_form",
    default="plain",
    show_default=True,
    type=click.Choice(["plain", "json"]),
    help="What the operator is told, on the terminal: words; or, on standard error, a "
    "JSON object for each thing that happens.",
)


def opened(site_folder: Path) -> Store:
    """The site's store; PlatformError where there is no site."""
    return Store(existing(site_folder).database, make=False)


def existing(site_folder: Path) -> SiteFolder:
    """The site in this folder; PlatformError where there is none that we may look at."""
    found = SiteFolder(site_folder.resolve())
    try:
        there = found.policy.is_file()
    except PermissionError:
        raise PlatformError(
            "this account may not look into the folder",
            where=str(site_folder),
            remedy="Give the command as the account that the site belongs to.",
        ) from None
    if not there:
        raise PlatformError(
            "there is no site here",
            where=str(site_folder),
            remedy="Name a folder made by strongroom site init.",
        )
    return found
