"""Debian's PostgreSQL, started for a session of tests and gone with it.

It listens on a socket in a folder of its own, and keeps nothing safe: no fsync. Its
language sorts text otherwise than by code points, as those of hospitals do.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

OWNER = "strongroom"
FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=64MB",
)
SECONDS = 60
PREFIX = "strongroom-postgres-"


class NoServerError(Exception):
    """Why there is none."""


@dataclass(frozen=True)
class Server:
    """One that answers. ``folder``: of its socket."""

    folder: Path

    def settings(self, user: str = OWNER, database: str = "postgres") -> dict[str, str]:
        """In libpq's words."""
        return {"host": str(self.folder), "dbname": database, "user": user}

    def url(self, database: str) -> str:
        """As a site's policy names it."""
        return f"postgresql://{OWNER}@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(**self.settings(database=database), autocommit=True)

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """The name of an empty database, which is gone afterwards."""
        name = f"a_{secrets.token_hex(8)}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name}")
            yield name
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def programs() -> Path:
    """The folder of the newest server's programs; NoServerError if there is none."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    found = sorted(versions, key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise NoServerError("PostgreSQL isn't installed (Debian's package: postgresql)")
    return Path(on_path).resolve().parent


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """A server of our own. It ends with the block, or with this process."""
    with at_hand() as machine:
        yield machine.start()


@contextlib.contextmanager
def at_hand() -> Iterator[Machine]:
    """A server to be started, and stopped in the middle of anything."""
    bin_folder = programs()
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    (folder / "starter").write_text(str(os.getpid()))
    try:
        as_owner = _as_somebody(folder)
        _made(as_owner, bin_folder, folder)
        machine = Machine(as_owner, bin_folder, folder)
        try:
            yield machine
        finally:
            machine.stop()
    finally:
        shutil.rmtree(folder)


class Machine:
    """Where a server runs, or doesn't."""

    def __init__(self, as_owner: list[str], bin_folder: Path, folder: Path) -> None:
        self._how = (as_owner, bin_folder, folder)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def server(self) -> Server:
        return Server(self._how[-1])

    @property
    def runs(self) -> bool:
        return self._process is not None

    def start(self) -> Server:
        """What was committed before is there again."""
        self._process = _started(*self._how)
        return _answering(self.server, self._process)

    def stop(self) -> None:
        """At once, whoever is connected, as when its machine goes down."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(SECONDS)
            self._process = None


def _sweep() -> None:
    """Folders of tests that were killed; their servers have ended by themselves."""
    for starter in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/starter"):
        with contextlib.suppress(OSError, ValueError):
            if not Path("/proc", str(int(starter.read_text()))).exists():
                shutil.rmtree(starter.parent)


def _started(
    as_owner: list[str], bin_folder: Path, folder: Path
) -> subprocess.Popen[bytes]:
    """The kernel, too, sends it SIGQUIT when this process is gone."""
    settings = [part for one in FAST for part in ("-c", one)]
    command = [*as_owner, "--pdeathsig=QUIT", bin_folder / "postgres", *settings]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [*command, "-D", folder / "data", "-k", folder, "-c", "listen_addresses="],
            stdout=log,
            stderr=log,
            env=_environment(),
        )


def _as_somebody(folder: Path) -> list[str]:
    """The server refuses to run as root: then it runs as Debian's user for it."""
    if os.geteuid() != 0:
        return ["setpriv"]
    shutil.chown(folder, "postgres", "postgres")
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


def _environment() -> Mapping[str, str]:
    """Without what would tell it of other servers."""
    return {name: text for name, text in os.environ.items() if not name.startswith("PG")}


def _made(as_owner: list[str], bin_folder: Path, folder: Path) -> None:
    how = ("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
    order = ("--locale-provider=icu", "--icu-locale=fr")
    data = ("-D", folder / "data", "-U", OWNER)
    subprocess.run(
        [*as_owner, bin_folder / "initdb", *data, *how, *order],
        check=True,
        capture_output=True,
        cwd="/",
        env=_environment(),
    )


def _answering(server: Server, process: subprocess.Popen[bytes]) -> Server:
    for _ in range(SECONDS * 20):
        with contextlib.suppress(psycopg.OperationalError):
            server.connect().close()
            return server
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise NoServerError((server.folder / "log").read_text())
