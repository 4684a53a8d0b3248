"""A user of this machine with Podman and images of their own, for as long as tests last."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from job_runner.executors.engines.podman import Podman
from job_runner.executors.engines.shape import Account
from job_runner.images import archive
from job_runner.images.archive import LayerFile


class NoPodmanError(Exception):
    """There is none here, or we may not make a user."""


@dataclass(frozen=True)
class User:
    """The user, and the engine that runs as them; ``top``: a folder they may look into."""

    account: Account
    podman: Podman
    top: Path

    @contextlib.contextmanager
    def folder(self) -> Iterator[Path]:
        """A folder that they may pass through: pytest's own are closed to others."""
        made = Path(tempfile.mkdtemp(dir=self.top))
        made.chmod(0o711)
        yield made
        shutil.rmtree(made, ignore_errors=True)

    def load(self, reference: str, tars: Path, layers: tuple[str, ...]) -> None:
        """An image from our own tars, as `docker load` would take it."""
        known = {record.read_text(): record for record in tars.glob("*.digest")}
        files = [
            LayerFile(known[digest].stem, known[digest].with_suffix(".tar"), digest)
            for digest in layers
        ]
        config = archive.configuration(files, "amd64")
        path = self.top / "image.tar"
        with path.open("wb") as file:
            file.writelines(archive.stream(reference, files, config))
        path.chmod(0o644)
        done = self.podman.client.ask("load", "--input", str(path))
        path.unlink()
        if done.returncode != 0:
            raise NoPodmanError(done.stderr)


@contextlib.contextmanager
def made() -> Iterator[User]:
    """Root only. The user, their processes and their files go when the block ends."""
    programs = ("podman", "runc", "newuidmap", "useradd")
    if os.geteuid() != 0 or not all(map(shutil.which, programs)):
        raise NoPodmanError("rootless Podman needs root, podman, runc and uidmap to test")
    name, top = f"sr{secrets.token_hex(4)}", Path(tempfile.mkdtemp(prefix="podman-"))
    top.chmod(0o711)
    home = top / "home"
    subprocess.run(["useradd", "--create-home", "-d", str(home), name], check=True)
    try:
        found = pwd.getpwnam(name)
        runtime = top / "run"
        runtime.mkdir(mode=0o700)
        os.chown(runtime, found.pw_uid, found.pw_gid)
        account = Account(name, found.pw_uid, found.pw_gid, str(home))
        yield User(account, Podman(home, runtime, account), top)
    finally:
        subprocess.run(["pkill", "-KILL", "-U", name], check=False)
        subprocess.run(["userdel", "--force", name], check=False, capture_output=True)
        shutil.rmtree(top, ignore_errors=True)
