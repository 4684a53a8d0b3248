"""Make a site; say who may use it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from cli import clock, console
from cli.compose.folder import SiteFolder, create
from cohort_dsl import warehouses
from cohort_dsl.warehouses.engines import ENGINES
from job_runner.errors import PlatformError, RequestRefused
from job_runner.site.people import Person, Role
from job_runner.store import Store

F = TypeVar("F", bound=Callable[..., Any])

folder_argument = click.argument(
    "site_folder",
    metavar="SITE",
    envvar="STRONGROOM_SITE",
    type=click.Path(path_type=Path, file_okay=False),
)


SERVER: Mapping[str, tuple[Any, str]] = {
    "host": (str, "its host, or the folder of its socket"),
    "port": (int, "its port"),
    "user": (str, "who asks; let them read only"),
    "passfile": (click.Path(path_type=Path), "the file with their password"),
    "service": (str, "the service of libpq's service file"),
    "sslmode": (str, "how the connection is encrypted, such as verify-full"),
    "sslrootcert": (click.Path(path_type=Path), "who vouches for the server"),
    "statement_timeout": (int, "seconds after which it gives up a statement"),
}
"""What a server's warehouse may be told, and what it is; a file's has none of it."""


def _on_a_server(command: F) -> F:
    for name, (kind, told) in reversed(list(SERVER.items())):
        option = f"--{name.replace('_', '-')}"
        command = click.option(option, name, type=kind, help=f"PostgreSQL: {told}.")(
            command
        )
    return command


def warehouse_at(
    engine: str, database: str | None, server: Mapping[str, Path | str | int | None]
) -> dict[str, object]:
    """Where the warehouse is, as a policy says it. UsageError for what it can't be told."""
    given = {name: value for name, value in server.items() if value is not None}
    for name in given.keys() - ENGINES[engine].settings.keys():
        option = f"--{name.replace('_', '-')}"
        raise click.UsageError(f"{option} is for --engine postgresql.")
    told = {n: str(v.resolve()) if isinstance(v, Path) else v for n, v in given.items()}
    if engine == "duckdb":
        if database is None:
            raise click.UsageError("Name the DuckDB file: --database FILE.")
        database = str(Path(database).resolve())
    return {"engine": engine, **({"database": database} if database else {}), **told}


@click.group()
def site() -> None:
    """Make a site; add and remove people.

    A site is one folder on the secure side: what it allows (site.yaml), the rules of
    disclosure control (disclosure.yaml), its state, its stores and its outbox.
    """


@site.command("init")
@folder_argument
@click.option("--name", required=True, help="A short name, such as north-hospital.")
@click.option(
    "--engine",
    default="duckdb",
    show_default=True,
    type=click.Choice(list(ENGINES)),
    help="What holds the warehouse.",
)
@click.option("--database", help="The warehouse: a DuckDB file, or PostgreSQL's database.")
@_on_a_server
@click.option(
    "--mapping",
    default="omop",
    show_default=True,
    help="How its tables are explained: omop, or a file of yours.",
)
@click.option(
    "--empty-table",
    "empty",
    multiple=True,
    help="A contract table that it can't serve (repeatable).",
)
@click.option("--project", required=True, help="The first project's name.")
@click.option("--repository", required=True, help="Where that project's code comes from.")
@console.json_option
def site_init(
    site_folder: Path,
    name: str,
    engine: str,
    database: str | None,
    mapping: str,
    empty: tuple[str, ...],
    project: str,
    repository: str,
    as_json: bool,
    **server: Path | str | int | None,
) -> None:
    """Make a site's folder with a policy to start from.

    Images are pinned by the layers that were built here (strongroom images build).
    For PostgreSQL say where it is as psql is told: what isn't said is as libpq takes it.
    The password stands in a passfile, never in the policy.
    """
    warehouse: dict[str, object] = {
        **warehouse_at(engine, database, server),
        "mapping": mapping,
        "empty_tables": list(empty),
    }
    settings = {
        "name": name,
        "warehouse": warehouse,
        "disclosure": "disclosure.yaml",
        "workers": 2,
        "database_workers": 1,
        "limits": {"memory": "4 G", "cpus": 1, "disk": "2 G", "wall_clock": "2 h"},
        "projects": {project: {"repositories": [repository], "actions": ["*"]}},
        "images": pinned_images(),
    }
    with warehouses.open(warehouse):
        made = create(site_folder.resolve(), settings)
    lines = [
        f"Site {name} is in {made.root}.",
        f"What it allows is in {made.policy.name}: read it, and change what isn't right.",
        "Next: strongroom site person add, strongroom warehouse check.",
    ]
    console.report({"site": str(made.root)}, lines, as_json=as_json)


def pinned_images() -> dict[str, object]:
    """The images that were built here, as a policy pins them."""
    from cli import boxes
    from job_runner import images

    lock = boxes.built()
    return {
        recipe.reference.removeprefix("strongroom/"): {
            "reference": recipe.reference,
            "layers": list(lock.images[recipe.reference].layers),
        }
        for recipe in (images.COHORT, images.PYTHON)
    }


@site.group("person")
def person() -> None:
    """Say who may submit, review and operate."""


@person.command("add")
@click.argument("name")
@folder_argument
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in Role]),
    help="What they may do (repeatable).",
)
@click.option(
    "--token-file",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write their token. The site keeps only its hash.",
)
@console.json_option
def person_add(
    name: str, site_folder: Path, roles: tuple[str, ...], token_file: Path, as_json: bool
) -> None:
    """Add the person NAME to SITE and write a token for them."""
    from job_runner.server.tokens import new_token

    token = new_token(secrets.token_bytes)
    with opened(site_folder) as store:
        _write_secret(token_file, token)
        try:
            store.add_person(name, [Role(role) for role in roles], token, at=clock.now())
        except BaseException:
            token_file.unlink()
            raise
    told = {"name": name, "roles": list(roles), "token_file": str(token_file)}
    line = (
        f"{name} ({', '.join(roles)}): the token is in {token_file}; hand it over safely."
    )
    console.report(told, [line], as_json=as_json)


def _write_secret(path: Path, secret: str) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise PlatformError(
            f"the token can't be written: {error.strerror}",
            where=str(path),
            remedy="Name a new file in a folder that exists.",
        ) from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret + "\n")


@person.command("revoke")
@click.argument("name")
@folder_argument
@console.json_option
def person_revoke(name: str, site_folder: Path, as_json: bool) -> None:
    """Make the token of NAME work no more."""
    with opened(site_folder) as store:
        if not store.revoke(name):
            raise RequestRefused(
                f"nobody is called {name}",
                where=str(site_folder),
                remedy="See strongroom site person list.",
            )
    console.report({"revoked": name}, [f"{name}'s token works no more."], as_json=as_json)


@person.command("list")
@folder_argument
@console.json_option
def person_list(site_folder: Path, as_json: bool) -> None:
    """Show everybody SITE knows."""
    with opened(site_folder) as store:
        people = store.people()
    rows = [[p.name, ", ".join(_roles(p)), "revoked" if p.revoked else ""] for p in people]
    told = [{"name": p.name, "roles": _roles(p), "revoked": p.revoked} for p in people]
    console.report(told, console.table(["name", "roles", ""], rows), as_json=as_json)


def _roles(one: Person) -> Iterable[str]:
    return sorted(role.value for role in one.roles)


def opened(site_folder: Path) -> Store:
    """The site's store; PlatformError where there is no site."""
    return Store(existing(site_folder).database)


def existing(site_folder: Path) -> SiteFolder:
    """The site in this folder; PlatformError where there is none."""
    found = SiteFolder(site_folder.resolve())
    if not found.policy.is_file():
        raise PlatformError(
            "there is no site here",
            where=str(site_folder),
            remedy="Name a folder made by strongroom site init.",
        )
    return found
