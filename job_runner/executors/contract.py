"""What every executor promises: a box that starts once, ends, and tells how.

Contract, tested alike for every executor in ``tests/contracts``:

- ``start`` with a run id that already has a box does nothing (so a restarted runner may
  call it again), and never starts a second one.
- ``wait`` returns when *every* process of the box is dead. It enforces the box's wall
  clock itself. Waiting again gives the same outcome.
- ``stop`` kills at once; stopping what is gone does nothing.
- ``logs`` is at most ``limit`` bytes: the head and the tail, with a line between that
  says what was left out; control characters but newline and tab are escaped.
- ``remove`` leaves nothing behind; removing what is gone does nothing.
- ``run_ids`` lists this site's boxes, running or ended, and no others.
- Whatever breaks outside the box is a PlatformError.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Mount:
    """A host path inside the box."""

    source: Path
    target: str
    read_only: bool = True


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


@dataclass(frozen=True)
class Box:
    """Everything about a container that matters, as a value.

    Always, and so not to be chosen: no network, read-only root, tmpfs /tmp, all
    capabilities dropped, no-new-privileges, default seccomp profile, no environment but
    ``environment``.
    """

    image: str
    command: tuple[str, ...]
    mounts: tuple[Mount, ...]
    uid: int
    working_directory: str = "/workspace"
    environment: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Outcome:
    """How a box ended. At most one of the three flags is set."""

    exit_code: int
    out_of_memory: bool = False
    timed_out: bool = False
    disk_full: bool = False


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
