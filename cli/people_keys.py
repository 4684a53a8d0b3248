"""The public keys that a custodian has of a site's people."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cli import clock
from cli.compose.folder import SiteFolder
from cli.compose.opened import noted
from job_runner.errors import RequestRefused
from job_runner.requests import ssh_keys
from job_runner.store import PersonKey, Store


def read(person: str, files: Iterable[Path]) -> list[PersonKey]:
    """Every key in the files, as the person's; RequestRefused for what is none."""
    return [
        PersonKey(person, key.fingerprint, str(key))
        for file in files
        for key in _keys(file)
    ]


def add(site: SiteFolder, store: Store, keys: Iterable[PersonKey]) -> None:
    """Each key counts from now on, and is on the record."""
    for key in keys:
        store.keys.add(key, at=clock.now())
        noted(site, "key added", {"name": key.person, "key": key.key})


def counting(store: Store, person: str) -> list[str]:
    """The fingerprints of the keys that they may sign with."""
    return [key.fingerprint for key in store.keys.of(person) if not key.revoked]


def _keys(file: Path) -> list[ssh_keys.PublicKey]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        if any("PRIVATE KEY" in line for line in lines):
            raise _refused(file, "this is a private key, which nobody should hand over")
        found = [line for line in lines if line.strip() and not line.startswith("#")]
        return [ssh_keys.read_key(line) for line in found] or [ssh_keys.read_key("")]
    except UnicodeDecodeError:
        raise _refused(file, "this isn't a public key of SSH's") from None
    except RequestRefused as error:
        raise _refused(file, error.problem) from None


def _refused(file: Path, problem: str) -> RequestRefused:
    return RequestRefused(
        problem, where=str(file), remedy="Give their .pub file: it is one line of text."
    )
