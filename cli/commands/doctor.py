"""The warehouse's engine, tried with the manual's rules; what is sent back of it."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import click

from cli import clock, console, progress, signing
from cli.compose.folder import SiteFolder
from cli.compose.opened import noted
from cli.new_files import NewFile
from cli.site_folder import existing
from cohort_dsl.conformance import doctor, result, suite
from cohort_dsl.conformance.doctor import Examined
from cohort_dsl.errors import WarehouseError
from cohort_dsl.warehouses import settings
from job_runner.errors import RequestRefused
from job_runner.requests import ssh_keys
from job_runner.site import policy

NAMESPACE = "strongroom-doctor"
"""For ``ssh-keygen -Y sign -n``: no signature of it is one for a request."""

EVERY = 25  # questions between two lines, where there is no terminal


@click.command("doctor")
@click.argument(
    "site_folder",
    metavar="[SITE]",
    envvar="STRONGROOM_SITE",
    required=False,
    type=click.Path(path_type=Path, file_okay=False, readable=False),
)
@click.option("--key", type=click.Path(path_type=Path), help="The SSH key to sign with.")
@click.option(
    "--out",
    type=NewFile(),
    help="The file to write.  [default: doctor-SITE-DATE.json, here]",
)
@click.option(
    "--seconds",
    default=60.0,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True),
    help="For each question, after which the engine is told to break off.",
)
@click.option("--no-mapping", is_flag=True, help="Ask the rules only; read no table.")
@click.option(
    "--verify",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Say what such a file holds, and who signed it; ask no warehouse.",
)
@console.json_option
def warehouse_doctor(
    site_folder: Path | None,
    key: Path | None,
    out: Path | None,
    seconds: float,
    no_mapping: bool,
    verify: Path | None,
    as_json: bool,
) -> None:
    """Try the engine of SITE's warehouse; write a signed file.

    It is tried with the language's rules. Each rule of the manual is one statement that
    holds its own made-up rows: no table is read or made. Then the mapping is checked, as
    strongroom warehouse check does it. The file tells what came of both, without the
    connection's settings and without anybody's values, and may be sent to whoever wrote
    Strongroom.
    """
    if verify is not None:
        _verify(verify, as_json=as_json)
        return
    if site_folder is None:
        raise click.UsageError("Name a SITE to examine, or a file to --verify.")
    site = existing(site_folder)
    signer = _there(key) if key else _usual_key()
    allowed = policy.load(site.policy)
    found = _examined(allowed.warehouse, seconds, check_mapping=not no_mapping)
    file = out or Path(f"doctor-{allowed.name}-{clock.today()}.json")
    told = _signed(found, allowed.name, signer)
    file.write_text(result.written(told), encoding="ascii")
    _note(site, found, file)
    lines = [*result.lines(told.told), f"Signed, and written to {file}."]
    console.report({**told.told, "file": str(file)}, lines, as_json=as_json)
    if not found.ok:
        raise _not_well(found, str(site_folder), file)


def _not_well(found: Examined, site: str, file: Path) -> WarehouseError:
    """The engine is for us to put right, the mapping for the site."""
    if found.answers:
        return WarehouseError(
            "the engine answers as it should; the mapping isn't as the database is",
            where=site,
            remedy=f"Put right what `strongroom warehouse check {site}` calls wrong.",
        )
    return WarehouseError(
        "the engine doesn't answer every rule as it should",
        where=site,
        remedy=f"Send {file} to whoever maintains Strongroom; "
        "docs/warehouses/doctor.md says what is in it.",
    )


def _examined(
    warehouse: Mapping[str, object], seconds: float, *, check_mapping: bool
) -> Examined:
    with progress.counting("asking rules", _line_now_and_then) as on_case:
        return doctor.examine(
            settings.read(warehouse),
            suite.read(),
            limit=seconds,
            clock=time.monotonic,
            today=clock.today(),
            check_mapping=check_mapping,
            on_case=on_case,
        )


def _signed(found: Examined, name: str, key: Path) -> result.Signed:
    at = clock.now().isoformat(timespec="seconds")
    text = result.text(found, site=name, at=at, strongroom=version("strongroom"))
    return result.Signed(text, signing.signature(text, key, NAMESPACE, "result"))


def _note(site: SiteFolder, found: Examined, file: Path) -> None:
    body = {
        "engine": found.engine,
        "ok": found.ok,
        "counts": found.counts(),
        "sha256": sha256(file.read_bytes()).hexdigest(),
    }
    noted(site, "warehouse doctor", body)


def _there(key: Path) -> Path:
    """Looked for before anything is asked."""
    if not key.is_file():
        raise RequestRefused(
            "there is no such key to sign the result with",
            where=str(key),
            remedy="Name your SSH key, or the .pub of one that your agent holds: --key.",
        )
    return key


def _usual_key() -> Path:
    """The same of whoever names none."""
    found = signing.first_key(Path.home())
    if found is None:
        raise RequestRefused(
            "there is no SSH key to sign the result with",
            where=str(Path.home() / ".ssh"),
            remedy="Make one (ssh-keygen -t ed25519), or name another: --key FILE.",
        )
    return found


def _line_now_and_then(done: int, of: int) -> None:
    if done % EVERY == 0 or done == of:
        console.note(f"{done} of {of} questions")


def _verify(file: Path, *, as_json: bool) -> None:
    told = result.read(file.read_bytes(), str(file))
    key = ssh_keys.signing_key(told.signature)
    if not ssh_keys.is_signed(
        told.text,
        told.signature,
        namespace=NAMESPACE,
        keys=[key],
        revoked=[],
        environment=os.environ,
    ):
        raise RequestRefused(
            "its signature isn't of what it says",
            where=str(file),
            remedy="Ask the site for the file as strongroom warehouse doctor wrote it.",
        )
    said = told.told
    head = f"Site {said['site']}, {said['at']}, Strongroom {said['strongroom']}."
    signed = f"Signed with {key.fingerprint}: ask the site whether that is its key."
    lines = [head, signed, *result.lines(said)]
    console.report({**said, "key": key.fingerprint}, lines, as_json=as_json)
