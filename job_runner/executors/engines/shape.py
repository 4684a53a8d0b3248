"""What a box engine is to a keeper: a command line, and a few questions and orders.

The keeper starts the command line as a process in the foreground, whose output is the
box's, and which ends when the box's last process is dead. A golden test holds each
engine's command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from job_runner.executors.contract import Box
from job_runner.executors.keeper.cage import Cage, Spare

FIRST_FD = 10
"""Files that a command line is given lie at descriptors from here on."""

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where a keeper looks for an engine's programs, whatever its own environment says."""


@dataclass(frozen=True)
class Account:
    """A user of this machine, as whom an engine runs where we are root."""

    name: str
    uid: int
    gid: int
    home: str


@dataclass(frozen=True)
class Command:
    """A process to start. It has no environment but this one."""

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Label:
    """Whose box it is: for whoever looks for what nobody looks after any more."""

    name: str
    run_id: str
    site: str
    slurm_job: str = ""


@dataclass(frozen=True)
class Ended:
    """How a command line ended. ``exit_code``: None if the box never ran."""

    exit_code: int | None
    out_of_memory: bool = False
    said: str = ""


@dataclass(frozen=True)
class Beginning:
    """What a keeper begins a box with: where its output goes, a lock that lives as long
    as the box (if the engine can hold it), the control group that it is put into."""

    label: Label
    box: Box
    output: int
    life: int
    cage: Cage | None


class Started(Protocol):
    """A box's process, for its keeper."""

    @property
    def pid(self) -> int:
        """Of the command line's process."""

    def family(self) -> int:
        """A process that all of the box's descend from; 0 where none is to be seen."""

    def kill(self) -> None:
        """All of the box. May be repeated until it ends."""

    def ended(self, status: int, log_end: bytes) -> Ended:
        """``status`` as ``os.waitpid`` tells it; ``log_end``: the last lines printed."""


class BoxEngine(Protocol):
    """How a Box becomes a process. A frozen value: it travels to the keeper as JSON."""

    @property
    def name(self) -> str:
        """docker, podman or bubblewrap."""

    @property
    def account(self) -> Account | None:
        """As whom its commands run, if not as whoever calls."""

    @property
    def spare(self) -> Spare | None:
        """On top of a box's limits in a control group of ours; None: it has its own."""

    @property
    def leaves_children(self) -> bool:
        """Whether helpers outlive the box, so that their end says nothing."""

    def check(self) -> None:
        """PlatformError ("isn't answering") where the engine can't be used."""

    def image_id(self, reference: str, layers: tuple[str, ...]) -> str:
        """As in the executors' contract."""

    def settings(self) -> dict[str, Any]:
        """What ``known.engine`` makes it of again."""

    def begin(self, beginning: Beginning) -> Started:
        """Start the box's process."""

    def kill(self, name: str) -> None:
        """What is left of a box whose keeper was killed."""

    def remove(self, name: str) -> None:
        """Leave nothing behind. What is gone is no error."""
