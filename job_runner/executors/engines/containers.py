"""A box as ``docker run`` or ``podman run``: the words that both know.

The same settings as ``box.docker_settings``, which the engine is asked for directly where
it runs on our machine; a golden test compares the two.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from job_runner.errors import PlatformError
from job_runner.executors import box as boxes
from job_runner.executors import refused, seccomp
from job_runner.executors.contract import Box, Mount
from job_runner.executors.engines.shape import FIRST_FD, Account, Ended, Label

PROFILE = FIRST_FD
"""The descriptor by which the command reads the seccomp profile."""
SLURM_LABEL = "strongroom.slurm_job"
ASKING = 60.0
"""Seconds that a question to an engine may take."""


def flags(label: Label, box: Box) -> tuple[str, ...]:
    """All but limits by control groups, and what one of the two engines has alone."""
    limits = box.limits
    return (
        *("--name", label.name, *_labels(label)),
        *("--pull", "never", "--hostname", "box", "--network", "none"),
        *("--read-only", "--ipc", "private", "--shm-size", str(boxes.SHARED_MEMORY)),
        *("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
        *("--security-opt", f"seccomp=/proc/self/fd/{PROFILE}"),
        *("--oom-score-adj", "500"),
        *("--tmpfs", f"/tmp:rw,nosuid,nodev,size={limits.tmp},mode=1777"),  # noqa: S108
        *("--ulimit", "core=0:0"),
        *("--ulimit", f"fsize={limits.file_size}:{limits.file_size}"),
        *("--ulimit", f"nofile={limits.open_files}:{limits.open_files}"),
        *("--workdir", box.working_directory),
        *_environment(box),
        *(word for m in sorted(box.mounts, key=_target) for word in ("--mount", _mount(m))),
    )


def in_groups(box: Box) -> tuple[str, ...]:
    """Limits that an engine sets by control groups."""
    limits = box.limits
    memory = str(limits.memory)
    return (
        *("--memory", memory, "--memory-swap", memory),
        *("--cpus", f"{limits.cpus:g}", "--pids-limit", str(limits.pids)),
    )


def command(box: Box) -> tuple[str, ...]:
    """The image, and what is run in it."""
    return (box.image, "/bin/sh", "-c", boxes.WRAPPED, "box", *box.command)


def _labels(label: Label) -> tuple[str, ...]:
    named = {boxes.SITE_LABEL: label.site, boxes.RUN_LABEL: label.run_id}
    if label.slurm_job:
        named[SLURM_LABEL] = label.slurm_job
    return tuple(word for k, v in named.items() for word in ("--label", f"{k}={v}"))


def _environment(box: Box) -> tuple[str, ...]:
    pairs = boxes.environment(box).items()
    return tuple(word for name, value in pairs for word in ("--env", f"{name}={value}"))


def _target(mount: Mount) -> str:
    return mount.target


def _mount(mount: Mount) -> str:
    """In the form of a line of CSV, as a path may have a comma."""
    fields = ["type=bind", f"source={mount.source}", f"target={mount.target}"]
    fields += ["bind-propagation=rprivate", *(["readonly"] if mount.read_only else [])]
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(fields)
    return line.getvalue()


def profile() -> int:
    """A descriptor that the seccomp profile is read from."""
    made = os.memfd_create("profile")
    os.write(made, seccomp.profile().encode())
    os.lseek(made, 0, os.SEEK_SET)
    return made


@dataclass(frozen=True)
class Client:
    """A container engine's command, to ask it things; ``words`` come before any other."""

    words: tuple[str, ...]
    environment: Mapping[str, str]
    account: Account | None = None

    def ask(self, *words: str) -> subprocess.CompletedProcess[str]:
        """PlatformError if it can't be started, or is silent."""
        user = _as(self.account)
        try:
            return subprocess.run(  # noqa: S603
                [*self.words, *words],
                env=dict(self.environment),
                cwd="/",
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=ASKING,
                check=False,
                **user,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise not_answering(self.words[0], type(error).__name__) from None

    def image(self, reference: str, layers: tuple[str, ...]) -> str:
        """The image's id, if it has those layers and no volumes."""
        refused.check_name(reference)
        done = self.ask("image", "inspect", reference)
        if done.returncode != 0:
            if "no such" in done.stderr.lower() or "not known" in done.stderr:
                raise refused.absent(reference)
            raise not_answering(self.words[0], last_words(done.stderr))
        found = json.loads(done.stdout)[0]
        refused.check_approved(reference, found, layers)
        return f"sha256:{str(found['Id']).removeprefix('sha256:')}"

    def state(self, name: str) -> dict[str, Any] | None:
        """Of a container; None where there is none."""
        done = self.ask("container", "inspect", name)
        if done.returncode != 0:
            return None
        state: dict[str, Any] = json.loads(done.stdout)[0]["State"]
        return state

    def ended(self, name: str, log_end: bytes) -> Ended:
        """As the engine's record of the container says, and the box's own last words."""
        state = self.state(name)
        said = last_words(log_end.decode(errors="replace"))
        if state is None or state["Status"] == "created":
            return Ended(None, said=said)
        forgotten = boxes.OUT_OF_MEMORY.encode() in log_end.splitlines()
        return Ended(int(state["ExitCode"]), bool(state["OOMKilled"]) or forgotten)


def _as(account: Account | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": ()}


def last_words(text: str) -> str:
    """Of what a program printed, on one line of plain characters."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return re.sub(r"[^ -~]", " ", lines[-1])[:300] if lines else "it said nothing"


def not_answering(program: str, why: Sequence[str] | str) -> PlatformError:
    """The one sentence for an engine that isn't there."""
    return refused.engine(f"{program} isn't answering ({why})")
