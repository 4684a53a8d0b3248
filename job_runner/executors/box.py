"""A box as the body of Docker's "create container" request. Touches nothing."""

from __future__ import annotations

import math
import re
from typing import Any

from job_runner.executors import seccomp
from job_runner.executors.contract import Box, Limits, Mount

ENVIRONMENT = {
    "HOME": "/tmp",  # noqa: S108 (the box's own tmpfs)
    "LANG": "C.UTF-8",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
}
"""What every box has. A fixed hash seed: the same code gives the same bytes."""

SITE_LABEL = "strongroom.site"
RUN_LABEL = "strongroom.run"
WALL_CLOCK_LABEL = "strongroom.wall_clock"
DISK_LABEL = "strongroom.disk"

SHARED_MEMORY = 64 * 1024**2
LOG_FILES, LOG_FILE_SIZE = 4, "16m"

OUT_OF_MEMORY = "A process of this box was killed: it ran out of memory."
"""The last line of a box's log where the kernel's own count says so."""

WRAPPED = f"""\
unset PWD
"$@"
code=$?
for counts in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control; do
  [ -r "$counts" ] || continue
  while read -r event times; do
    [ "$event" != oom_kill ] || [ "$times" = 0 ] || echo "{OUT_OF_MEMORY}" >&2
  done < "$counts"
done
exit $code
"""
"""What runs the command. The engine hears of a death for memory in a race with the box's
end, and now and then loses it; the count that the kernel keeps in the box (cgroups v2, v1)
is certain. No process is started to read it, as the box may have all that it is allowed. A
study that forges the line says of itself that it needs more memory, and no more."""

_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_SITE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,49}")  # "." ends it


def container_name(run_id: str, site: str) -> str:
    """One name for one run, so the engine itself refuses a second box for it."""
    if not _RUN.fullmatch(run_id) or not _SITE.fullmatch(site):
        raise ValueError(
            "run ids and site names are letters, digits, '_', '-' ('.' in ids)"
        )
    return f"strongroom.{site}.{run_id}"


def docker_settings(run_id: str, site: str, box: Box) -> dict[str, Any]:
    """The exact body of ``POST /containers/create`` (Docker API 1.41 or later).

    The limits that ``wait`` enforces travel as labels, so that a restarted runner finds
    them where the box is.
    """
    container_name(run_id, site)
    limits = box.limits
    return {
        "Image": box.image,
        "Cmd": ["/bin/sh", "-c", WRAPPED, "box", *box.command],
        "User": f"{box.uid}:{box.uid}",
        "WorkingDir": box.working_directory,
        "Hostname": "box",
        "Env": [f"{name}={value}" for name, value in environment(box).items()],
        "Tty": False,
        "OpenStdin": False,
        "Healthcheck": {"Test": ["NONE"]},  # an image's own would run beside the command
        "Labels": {
            SITE_LABEL: site,
            RUN_LABEL: run_id,
            WALL_CLOCK_LABEL: repr(float(limits.wall_clock)),
            DISK_LABEL: str(limits.disk),
        },
        "HostConfig": _isolation() | _limits(limits) | {"Mounts": _mounts(box)},
    }


def environment(box: Box) -> dict[str, str]:
    """All of it, in the order of its names."""
    # Libraries start a thread per core of the *host* unless told, and meet the pids limit.
    threads = str(max(1, math.floor(box.limits.cpus)))
    counts = {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
    return dict(sorted({**ENVIRONMENT, **counts, **box.environment}.items()))


def _isolation() -> dict[str, Any]:
    return {
        "NetworkMode": "none",
        "ReadonlyRootfs": True,
        "Privileged": False,
        "CapAdd": [],
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges:true", f"seccomp={seccomp.profile()}"],
        "CgroupnsMode": "private",  # hides where on the host the box's limits live
        "IpcMode": "private",
        "PidMode": "",
        "UTSMode": "",
        "Devices": [],
        "VolumesFrom": [],
        # Reaps orphans, which would fill the pids limit, and makes "command not found" an
        # exit code (127: the study's fault) instead of an error of the engine.
        "Init": True,
        "AutoRemove": False,
        "RestartPolicy": {"Name": "no"},
        "LogConfig": {
            "Type": "json-file",
            "Config": {"max-file": str(LOG_FILES), "max-size": LOG_FILE_SIZE},
        },
    }


def _limits(limits: Limits) -> dict[str, Any]:
    return {
        "Memory": limits.memory,
        "MemorySwap": limits.memory,
        "NanoCpus": round(limits.cpus * 1e9),
        "PidsLimit": limits.pids,
        "ShmSize": SHARED_MEMORY,
        "OomKillDisable": False,
        "OomScoreAdj": 500,  # when the host itself runs out, a box goes before the runner
        "Tmpfs": {"/tmp": f"rw,nosuid,nodev,size={limits.tmp},mode=1777"},  # noqa: S108
        "Ulimits": [
            _ulimit("core", 0),  # a core dump is a copy of people's records
            _ulimit("fsize", limits.file_size),
            _ulimit("nofile", limits.open_files),
        ],
    }


def _ulimit(name: str, value: int) -> dict[str, Any]:
    return {"Name": name, "Soft": value, "Hard": value}


def _mounts(box: Box) -> list[dict[str, Any]]:
    """Outer folders first, so that an input lands inside the run's own folder."""
    return [_mount(m) for m in sorted(box.mounts, key=lambda m: m.target)]


def _mount(mount: Mount) -> dict[str, Any]:
    return {
        "Type": "bind",
        "Source": str(mount.source),
        "Target": mount.target,
        "ReadOnly": mount.read_only,
        # Nothing mounted later, on either side, shows up on the other.
        "BindOptions": {"Propagation": "rprivate", "NonRecursive": True},
    }
