"""Say who may use a site."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

import click

from cli import clock, console, people_keys
from cli.compose.opened import noted
from cli.site_folder import existing, folder_argument, opened
from job_runner.errors import PlatformError, RequestRefused
from job_runner.site.people import Person, Role

key_option = click.option(
    "--key",
    "keys",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A public SSH key of theirs, such as id_ed25519.pub (repeatable).",
)


@click.group("person")
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
@key_option
@console.json_option
def person_add(
    name: str,
    site_folder: Path,
    roles: tuple[str, ...],
    token_file: Path,
    keys: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Add the person NAME to SITE and write a token for them.

    With the token they look at their requests; with their SSH key they sign new ones.
    """
    from job_runner.server.tokens import new_token

    token = new_token(secrets.token_bytes)
    read = people_keys.read(name, keys)
    with opened(site_folder) as store:
        _write_secret(token_file, token)
        try:
            store.add_person(name, [Role(role) for role in roles], token, at=clock.now())
        except BaseException:
            token_file.unlink()
            raise
        folder = existing(site_folder)
        noted(folder, "person added", {"name": name, "roles": sorted(roles)})
        people_keys.add(folder, store, read)
    prints = [key.fingerprint for key in read]
    told = {"name": name, "roles": list(roles), "token_file": str(token_file)}
    lines = [
        f"{name} ({', '.join(roles)}): the token is in {token_file}; hand it over safely.",
        *(f"  signs with {one}" for one in prints),
    ]
    console.report({**told, "keys": prints}, lines, as_json=as_json)


@person.command("add-key")
@click.argument("name")
@folder_argument
@key_option
@console.json_option
def person_add_key(
    name: str, site_folder: Path, keys: tuple[Path, ...], as_json: bool
) -> None:
    """Let NAME sign requests to SITE with one more SSH key."""
    if not keys:
        raise click.UsageError("Name their public key: --key FILE.")
    read = people_keys.read(name, keys)
    with opened(site_folder) as store:
        if name not in {one.name for one in store.people()}:
            raise _nobody(name, site_folder)
        people_keys.add(existing(site_folder), store, read)
    prints = [key.fingerprint for key in read]
    lines = [f"{name} signs with {one}" for one in prints]
    console.report({"name": name, "keys": prints}, lines, as_json=as_json)


@person.command("revoke-key")
@click.argument("name")
@click.argument("fingerprint")
@folder_argument
@console.json_option
def person_revoke_key(
    name: str, fingerprint: str, site_folder: Path, as_json: bool
) -> None:
    """Take no request any more that NAME signs with the key of this FINGERPRINT."""
    with opened(site_folder) as store:
        if not store.keys.revoke(name, fingerprint):
            raise RequestRefused(
                f"{name} has no key of this fingerprint",
                where=str(site_folder),
                remedy="See strongroom site person list.",
            )
        noted(existing(site_folder), "key revoked", {"name": name, "key": fingerprint})
    told = {"name": name, "revoked": fingerprint}
    console.report(told, [f"{name}'s key {fingerprint} counts no more."], as_json=as_json)


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
            raise _nobody(name, site_folder)
        noted(existing(site_folder), "person revoked", {"name": name})
    console.report({"revoked": name}, [f"{name}'s token works no more."], as_json=as_json)


@person.command("list")
@folder_argument
@console.json_option
def person_list(site_folder: Path, as_json: bool) -> None:
    """Show everybody SITE knows."""
    with opened(site_folder) as store:
        people = store.people()
        keys = {p.name: people_keys.counting(store, p.name) for p in people}
    rows = [
        [p.name, ", ".join(_roles(p)), " ".join(keys[p.name]), "revoked" * p.revoked]
        for p in people
    ]
    told = [
        {
            "name": p.name,
            "roles": _roles(p),
            "keys": keys[p.name],
            "revoked": p.revoked,
        }
        for p in people
    ]
    heads = ["name", "roles", "keys", ""]
    console.report(told, console.table(heads, rows), as_json=as_json)


def _nobody(name: str, site_folder: Path) -> RequestRefused:
    return RequestRefused(
        f"nobody is called {name}",
        where=str(site_folder),
        remedy="See strongroom site person list.",
    )


def _roles(one: Person) -> Iterable[str]:
    return sorted(role.value for role in one.roles)
