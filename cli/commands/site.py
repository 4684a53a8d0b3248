"""Make a site; say who may use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
import yaml

from cli import console
from cli.commands.people import person
from cli.compose.folder import create
from cli.site_folder import folder_argument
from cohort_dsl import warehouses
from cohort_dsl.warehouses.engines import ENGINES

F = TypeVar("F", bound=Callable[..., Any])

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
        command = click.option(option, name, type=kind, help=f"A server: {told}.")(command)
    return command


def warehouse_at(
    engine: str,
    database: str | None,
    server: Mapping[str, Path | str | int | None],
    more: Sequence[str] = (),
) -> dict[str, object]:
    """Where the warehouse is, as a policy says it. UsageError for what it can't be told.

    ``more``: further settings, each as ``name=value``, as YAML reads the value.
    """
    given = {name: value for name, value in server.items() if value is not None}
    for name in given.keys() - ENGINES[engine].settings.keys():
        option = f"--{name.replace('_', '-')}"
        able = [other for other, one in ENGINES.items() if name in one.settings]
        raise click.UsageError(f"{option} is for --engine {' or '.join(able)}.")
    told: dict[str, object] = {
        n: str(v.resolve()) if isinstance(v, Path) else v for n, v in given.items()
    }
    if engine == "duckdb":
        database = str(Path(database).resolve()) if database else None
    told |= dict(map(_setting, more))
    if engine == "duckdb" and not (
        database or {"databases", "tables", "folder"} & set(told)
    ):
        raise click.UsageError(
            "Name the DuckDB file (--database FILE), or a folder of Parquet or CSV files "
            "(--set folder=/data/delivery)."
        )
    return {"engine": engine, **({"database": database} if database else {}), **told}


def _setting(text: str) -> tuple[str, object]:
    name, between, value = text.partition("=")
    try:
        read = yaml.safe_load(value)
    except yaml.YAMLError:
        between = ""
    if not (between and name):
        raise click.UsageError(f"--set {text} isn't NAME=VALUE.")
    return name, read


TO_START_FROM: Mapping[str, object] = {
    "disclosure": "disclosure.yaml",
    "workers": 2,
    "database_workers": 1,
    "limits": {"memory": "4 G", "cpus": 1, "disk": "2 G", "wall_clock": "2 h"},
    "signatures": "required",
}
"""What a new site's policy says of what nobody was asked about."""

NO_IMAGES = (
    "No image is built here yet, so no action runs: strongroom images build, then "
    "write into it what strongroom images list --policy prints."
)


@click.group()
def site() -> None:
    """Make a site; add and remove people.

    A site is one folder on the secure side: what it allows (site.yaml), the rules of
    disclosure control (disclosure.yaml), its state, its stores and its outbox.
    """


site.add_command(person)


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
@click.option("--database", help="The warehouse: a DuckDB file, or a server's database.")
@_on_a_server
@click.option(
    "--set",
    "more",
    multiple=True,
    metavar="NAME=VALUE",
    help="Another setting of the engine's, as its page in docs/warehouses lists them "
    "(repeatable).",
)
@click.option(
    "--mapping",
    default="omop",
    show_default=True,
    help="How its tables are explained: omop, edsh, i2b2, snds, or a file of yours.",
)
@click.option(
    "--empty-table",
    "empty",
    multiple=True,
    help="A contract table that it can't serve (repeatable).",
)
@click.option("--project", required=True, help="The first project's name.")
@click.option("--repository", required=True, help="Where that project's code comes from.")
@click.option(
    "--state",
    help="The address of a PostgreSQL database for the site's own state, for runners on "
    "several hosts; its password in a passfile.",
)
@console.json_option
def site_init(
    site_folder: Path,
    name: str,
    engine: str,
    database: str | None,
    mapping: str,
    empty: tuple[str, ...],
    more: tuple[str, ...],
    project: str,
    repository: str,
    state: str | None,
    as_json: bool,
    **server: Path | str | int | None,
) -> None:
    """Make a site's folder with a policy to start from.

    Images are pinned by the layers that were built here (strongroom images build); without
    any the warehouse can be checked and tried, and no action runs.
    For PostgreSQL say where it is as psql is told: what isn't said is as libpq takes it.
    For Oracle, --set tables=private, or what else your rights allow; where no temporary
    table may be made, on any engine, --set one_statement=true.
    For Parquet or CSV files in DuckDB, --set folder=/data/delivery.
    Never run on a real Oracle, nor on a real SQL Server.
    The password stands in a passfile, never in the policy.
    """
    from cli import boxes  # and Docker's client

    warehouse: dict[str, object] = {
        **warehouse_at(engine, database, server, more),
        "mapping": mapping,
        "empty_tables": list(empty),
    }
    pinned = boxes.pinned()
    settings = {
        "name": name,
        **({"database": state} if state else {}),
        "warehouse": warehouse,
        **TO_START_FROM,
        "projects": {project: {"repositories": [repository], "actions": ["*"]}},
        "images": pinned,
    }
    with warehouses.open(warehouse):
        made = create(site_folder.resolve(), settings)
    lines = [
        f"Site {name} is in {made.root}.",
        f"What it allows is in {made.policy.name}: read it, and change what isn't right.",
        *([] if pinned else [NO_IMAGES]),
        "Next: strongroom site person add, strongroom warehouse check.",
    ]
    console.report({"site": str(made.root)}, lines, as_json=as_json)
