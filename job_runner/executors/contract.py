"""What every executor promises: a box that starts once, ends, and tells how.

Contract, tested alike for every executor in ``tests/contracts``:

- ``image_id`` gives the id to run, and refuses an image whose layers aren't exactly those
  asked for (so a tag that moved after approval runs nothing).
- ``start`` with a run id that already has a box does nothing (so a restarted runner may
  call it again), and never starts a second one. A box that was made but never started is
  started.
- ``wait`` returns when *every* process of the box is dead. It enforces the box's wall
  clock and disk limits itself. Waiting again, or from a restarted runner, gives the same
  outcome. Nothing but ``wait`` enforces them, so a runner waits for every box it starts.
- A box ended from outside, by ``stop`` or because the engine or the machine went down,
  has exit code 137 and no flag.
- ``stop`` kills at once; stopping what is gone does nothing.
- ``logs`` is at most ``limit`` bytes of UTF-8: the head and the tail, with a line between
  that says what was left out; control characters but newline and tab are escaped.
- ``remove`` leaves nothing behind; removing what is gone, or what still runs, is allowed.
- ``run_ids`` lists this site's boxes, running or ended, and no others.
- Whatever breaks outside the box is a PlatformError, and so is asking how a box ended
  that isn't there or never started.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Protocol

KILLED = 137
"""128 + SIGKILL: the exit code of a box that was stopped from outside."""

_IMAGE_ID = re.compile(r"sha256:[0-9a-f]{64}")
_ENVIRONMENT_NAME = re.compile(r"OPENSAFELY_BACKEND|STRONGROOM_[A-Z0-9_]+")


@dataclass(frozen=True)
class Mount:
    """A host path inside the box. Both paths absolute and without ``..``."""

    source: Path
    target: str
    read_only: bool = True

    def __post_init__(self) -> None:
        for path in (str(self.source), self.target):
            if not path.startswith("/") or ".." in path.split("/") or "\0" in path:
                raise ValueError("a mount's paths are absolute and have no '..'")


@dataclass(frozen=True)
class Limits:
    """Bytes, seconds, counts. Swap equals memory, so none is used."""

    memory: int = 4 * 1024**3
    cpus: float = 1.0
    pids: int = 256
    open_files: int = 1024
    file_size: int = 8 * 1024**3
    disk: int = 10 * 1024**3
    tmp: int = 512 * 1024**2
    wall_clock: float = 24 * 3600.0

    def __post_init__(self) -> None:
        if any(not 0 < limit < math.inf for limit in astuple(self)):
            raise ValueError("every limit is a positive number; none may be switched off")


@dataclass(frozen=True)
class Box:
    """Everything about a container that matters, as a value.

    ``image`` is an id as ``Executor.image_id`` gives it, never a name that can move.
    ``uid`` owns the writable mount, of which there is at most one, and is nobody else's.
    ``environment`` may name ``STRONGROOM_…`` and ``OPENSAFELY_BACKEND`` only.

    Always, and so not to be chosen: no network, read-only root, tmpfs /tmp, all
    capabilities dropped, no-new-privileges, ``seccomp.profile``, no environment but
    ``environment`` and what every box has (``box.ENVIRONMENT``).
    """

    image: str
    command: tuple[str, ...]
    mounts: tuple[Mount, ...]
    uid: int
    working_directory: str = "/workspace"
    environment: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if not _IMAGE_ID.fullmatch(self.image):
            raise ValueError("a box's image is an id, sha256:…, as image_id gives it")
        if not self.command or any("\0" in word for word in self.command):
            raise ValueError("a box needs a command, without NUL")
        if not 1000 <= self.uid < 2**31:
            raise ValueError("a box's uid is 1000 or above: never root, never a service")
        if not PurePosixPath(self.working_directory).is_absolute():
            raise ValueError("a box's working directory is absolute")
        wrong = [n for n in self.environment if not _ENVIRONMENT_NAME.fullmatch(n)]
        if wrong or any("\0" in value for value in self.environment.values()):
            raise ValueError(
                f"a box's environment may not have: {', '.join(wrong) or 'NUL'}"
            )
        targets = [mount.target for mount in self.mounts]
        if len(set(targets)) < len(targets):
            raise ValueError("two mounts in one place")
        if sum(not mount.read_only for mount in self.mounts) > 1:
            raise ValueError("a box has one writable folder at most")

    @property
    def writable(self) -> Path | None:
        """The host's path of the one writable folder; what the disk limit is about."""
        return next((m.source for m in self.mounts if not m.read_only), None)


@dataclass(frozen=True)
class Outcome:
    """How a box ended. At most one of the three flags is set."""

    exit_code: int
    out_of_memory: bool = False
    timed_out: bool = False
    disk_full: bool = False

    def __post_init__(self) -> None:
        if self.out_of_memory + self.timed_out + self.disk_full > 1:
            raise ValueError("a box ends for one reason")


class Executor(Protocol):
    """A place to run boxes in."""

    name: str

    def image_id(self, reference: str, layers: tuple[str, ...]) -> str:
        """The immutable id to run; PlatformError if missing or its layers differ."""

    def start(self, run_id: str, box: Box) -> None: ...

    def wait(self, run_id: str) -> Outcome: ...

    def stop(self, run_id: str) -> None: ...

    def logs(self, run_id: str, limit: int = 1024**2) -> bytes: ...

    def remove(self, run_id: str) -> None: ...

    def run_ids(self) -> list[str]: ...
