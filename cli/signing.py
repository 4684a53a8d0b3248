"""Requests signed with the SSH key that a researcher has."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from cli import clock
from job_runner.errors import PlatformError, RequestRefused
from job_runner.requests import signed
from job_runner.requests.request import Submission
from job_runner.requests.signed import SignedRequest

USUAL = ("id_ed25519", "id_ecdsa", "id_ed25519_sk", "id_ecdsa_sk", "id_rsa")
"""In the folder ``.ssh``, in the order in which they are looked for."""

GOOD_FOR = timedelta(minutes=10)
"""From signing to the site's answer; sending takes seconds."""


def body(
    site: Mapping[str, Any], asked: Submission, key: Path | None
) -> Mapping[str, object]:
    """What to send to a site that told this of itself: signed, wherever that is required
    or a key is named."""
    if (site["format"], site["version"]) != (signed.FORMAT, signed.VERSION):
        raise PlatformError(
            "this site takes requests of another version",
            where=f"site {site['site']}",
            remedy="Use the version of Strongroom that the site has.",
        )
    if site["signatures"] == "optional" and key is None:
        return _plain(asked)
    now = clock.now().replace(microsecond=0)
    text = signed.written(
        SignedRequest(
            site=site["site"],
            id=clock.new_id(),
            person=site["person"],
            signed_at=now,
            expires_at=now + GOOD_FOR,
            repository=asked.repository,
            commit=asked.commit,
            actions=asked.actions,
            project=asked.project,
            purpose=asked.purpose,
            priority=asked.priority,
        )
    )
    return {"signed": text, "signature": signature(text, key or usual_key(Path.home()))}


def signature(
    text: str, key: Path, namespace: str = signed.NAMESPACE, what: str = "request"
) -> str:
    """What ``ssh-keygen -Y sign`` writes; it may ask for a passphrase on the terminal."""
    program = shutil.which("ssh-keygen")
    if program is None:
        raise PlatformError(
            f"there is no ssh-keygen to sign the {what} with",
            where="PATH",
            remedy="Install OpenSSH's client: apt-get install openssh-client.",
        )
    words = (program, "-Y", "sign", "-n", namespace, "-f", str(key))
    done = subprocess.run(
        words,
        input=text.encode(),
        capture_output=True,
        check=False,
        env=os.environ,
    )
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise RequestRefused(
            f"the {what} can't be signed: {said[-1] if said else 'ssh-keygen refused'}",
            where=str(key),
            remedy="Name your SSH key, or the .pub of one that your agent holds: --key.",
        )
    return done.stdout.decode("ascii")


def usual_key(home: Path) -> Path:
    """The key that ssh itself would take; RequestRefused where there is none."""
    found = first_key(home)
    if found is None:
        raise RequestRefused(
            "this site takes signed requests, and you have no SSH key to sign with",
            where=str(home / ".ssh"),
            remedy="Make one (ssh-keygen -t ed25519), and give the custodian its .pub; "
            "or name another: --key FILE.",
        )
    return found


def first_key(home: Path) -> Path | None:
    """The first of the usual keys that is there."""
    usual = (home / ".ssh" / name for name in USUAL)
    return next((path for path in usual if path.is_file()), None)


def _plain(asked: Submission) -> Mapping[str, object]:
    told = {
        "repository": asked.repository,
        "commit": asked.commit,
        "actions": list(asked.actions),
    }
    return {**told, **({"project": asked.project} if asked.project else {})}
