"""The container's settings, whole. A change here is a change of what holds a study in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from job_runner.executors import box as boxes
from job_runner.executors import seccomp
from job_runner.executors.contract import Box, Limits, Mount, Outcome
from tests.boxes import AN_IMAGE, a_box

GIB = 1024**3


def test_a_box_becomes_exactly_these_settings() -> None:
    """Compared whole, so that nothing can be added or lost without being read here."""
    box = Box(
        image=AN_IMAGE,
        command=("python", "analysis.py", "--config", "{}"),
        mounts=(
            Mount(Path("/srv/high/s/output/cohort.parquet"), "/workspace/output/c.parquet"),
            Mount(Path("/srv/runs/r1/workspace"), "/workspace", read_only=False),
        ),
        uid=10_001,
        environment={"OPENSAFELY_BACKEND": "expectations", "STRONGROOM_SITE": "rennes"},
        limits=Limits(cpus=2.5),
    )
    assert boxes.docker_settings("r1", "rennes", box) == {
        "Image": AN_IMAGE,
        "Cmd": [
            "/bin/sh",
            "-c",
            boxes.WRAPPED,
            "box",
            "python",
            "analysis.py",
            "--config",
            "{}",
        ],
        "User": "10001:10001",
        "WorkingDir": "/workspace",
        "Hostname": "box",
        "Env": [
            "HOME=/tmp",
            "LANG=C.UTF-8",
            "OMP_NUM_THREADS=2",
            "OPENBLAS_NUM_THREADS=2",
            "OPENSAFELY_BACKEND=expectations",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "PYTHONDONTWRITEBYTECODE=1",
            "PYTHONHASHSEED=0",
            "STRONGROOM_SITE=rennes",
            "TZ=UTC",
        ],
        "Tty": False,
        "OpenStdin": False,
        "Healthcheck": {"Test": ["NONE"]},
        "Labels": {
            "strongroom.site": "rennes",
            "strongroom.run": "r1",
            "strongroom.wall_clock": "86400.0",
            "strongroom.disk": str(10 * GIB),
        },
        "HostConfig": {
            "NetworkMode": "none",
            "ReadonlyRootfs": True,
            "Privileged": False,
            "CapAdd": [],
            "CapDrop": ["ALL"],
            "SecurityOpt": ["no-new-privileges:true", f"seccomp={seccomp.profile()}"],
            "CgroupnsMode": "private",
            "IpcMode": "private",
            "PidMode": "",
            "UTSMode": "",
            "Devices": [],
            "VolumesFrom": [],
            "Init": True,
            "AutoRemove": False,
            "RestartPolicy": {"Name": "no"},
            "LogConfig": {
                "Type": "json-file",
                "Config": {"max-file": "4", "max-size": "16m"},
            },
            "Memory": 4 * GIB,
            "MemorySwap": 4 * GIB,
            "NanoCpus": 2_500_000_000,
            "PidsLimit": 256,
            "ShmSize": 64 * 1024**2,
            "OomKillDisable": False,
            "OomScoreAdj": 500,
            "Tmpfs": {"/tmp": f"rw,nosuid,nodev,size={512 * 1024**2},mode=1777"},
            "Ulimits": [
                {"Name": "core", "Soft": 0, "Hard": 0},
                {"Name": "fsize", "Soft": 8 * GIB, "Hard": 8 * GIB},
                {"Name": "nofile", "Soft": 1024, "Hard": 1024},
            ],
            "Mounts": [
                {
                    "Type": "bind",
                    "Source": "/srv/runs/r1/workspace",
                    "Target": "/workspace",
                    "ReadOnly": False,
                    "BindOptions": {"Propagation": "rprivate", "NonRecursive": True},
                },
                {
                    "Type": "bind",
                    "Source": "/srv/high/s/output/cohort.parquet",
                    "Target": "/workspace/output/c.parquet",
                    "ReadOnly": True,
                    "BindOptions": {"Propagation": "rprivate", "NonRecursive": True},
                },
            ],
        },
    }


@pytest.mark.parametrize(
    "environment", ["PATH", "LD_PRELOAD", "DATABASE_URL", "strongroom_x", "STRONGROOM_X\n"]
)
def test_no_variable_but_those_allowed_reaches_a_box(environment: str) -> None:
    """So nothing of the runner's own can leak in by a slip elsewhere."""
    with pytest.raises(ValueError, match="environment"):
        a_box(None, "true", environment={environment: "x"})


@pytest.mark.parametrize("image", ["python:v1", "sha256:abc", "--privileged:v1", ""])
def test_a_box_takes_an_image_by_id_only(image: str) -> None:
    """A name can move to another image between approval and start."""
    with pytest.raises(ValueError, match="image"):
        a_box(None, "true", image=image)


@pytest.mark.parametrize("uid", [0, 33, 999, -1, 2**31])
def test_a_box_is_nobody_who_exists(uid: int) -> None:
    """Not root, and no account of a service."""
    with pytest.raises(ValueError, match="uid"):
        a_box(None, "true", uid=uid)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("relative", "/workspace"),
        ("/a/../etc", "/workspace"),
        ("/a", "workspace"),
        ("/a", "/w/.."),
    ],
)
def test_a_mount_says_exactly_where(source: str, target: str) -> None:
    """Neither side may lead out of where it seems to be."""
    with pytest.raises(ValueError, match="absolute"):
        Mount(Path(source), target)


@pytest.mark.parametrize("limit", ["memory", "pids", "wall_clock", "disk", "cpus"])
@pytest.mark.parametrize("value", [0, -1, float("inf"), float("nan")])
def test_no_limit_can_be_switched_off(limit: str, value: float) -> None:
    """Zero and minus one mean "none" to Docker."""
    with pytest.raises(ValueError, match="limit"):
        a_box(None, "true", **{limit: value})


def test_a_box_has_one_writable_folder_and_one_thing_in_a_place() -> None:
    """What is measured for the disk limit must be all that can be written."""
    one, two = (
        Mount(Path("/a"), "/a", read_only=False),
        Mount(Path("/b"), "/b", read_only=False),
    )
    with pytest.raises(ValueError, match="one writable"):
        Box(AN_IMAGE, ("true",), (one, two), 10_000)
    with pytest.raises(ValueError, match="one place"):
        Box(AN_IMAGE, ("true",), (one, Mount(Path("/c"), "/a")), 10_000)


@pytest.mark.parametrize("command", [(), ("a\0b",)])
def test_a_box_has_a_command(command: tuple[str, ...]) -> None:
    """Without one the image's own would run."""
    with pytest.raises(ValueError, match="command"):
        a_box(None, *command)


def test_a_box_works_in_an_absolute_folder() -> None:
    """Otherwise the image would decide where."""
    with pytest.raises(ValueError, match="working directory"):
        Box(AN_IMAGE, ("true",), (), 10_000, working_directory="output")


@pytest.mark.parametrize(
    ("run", "site"), [("a/b", "s"), ("", "s"), ("-a", "s"), ("a", "s.t")]
)
def test_no_two_runs_of_any_sites_share_a_name(run: str, site: str) -> None:
    """The name is what makes a second start of one run impossible."""
    with pytest.raises(ValueError, match="letters"):
        boxes.container_name(run, site)


def test_a_box_ends_for_one_reason() -> None:
    """Otherwise the failure shown would be chosen by chance."""
    with pytest.raises(ValueError, match="one reason"):
        Outcome(137, out_of_memory=True, timed_out=True)


NEVER = {
    *(
        "acct",
        "add_key",
        "bpf",
        "chroot",
        "clock_settime",
        "delete_module",
        "fanotify_init",
    ),
    *("finit_module", "fsconfig", "fsmount", "fsopen", "init_module", "ioperm", "iopl"),
    *("kcmp", "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie", "mount"),
    *(
        "mount_setattr",
        "move_mount",
        "move_pages",
        "name_to_handle_at",
        "open_by_handle_at",
    ),
    *("open_tree", "perf_event_open", "pidfd_getfd", "pivot_root", "process_madvise"),
    *(
        "process_vm_readv",
        "process_vm_writev",
        "ptrace",
        "quotactl",
        "reboot",
        "request_key",
    ),
    *("setns", "settimeofday", "swapon", "syslog", "umount2", "unshare", "userfaultfd"),
}


def test_the_kernels_dangerous_calls_are_refused_to_every_box() -> None:
    """What isn't allowed by name is refused, and these are not to creep in."""
    profile = json.loads(seccomp.profile())
    assert profile["defaultAction"] == "SCMP_ACT_ERRNO"
    allowed = [rule for rule in profile["syscalls"] if rule["action"] == "SCMP_ACT_ALLOW"]
    freely = {name for rule in allowed if "args" not in rule for name in rule["names"]}
    assert (
        freely & (NEVER | {"clone", "clone3", "socket", "personality", "socketcall"})
        == set()
    )
    bound = {name for rule in allowed if "args" in rule for name in rule["names"]}
    assert bound == {"clone", "socket", "personality"}


def test_a_call_is_listed_once() -> None:
    """Two rules for one name would be read in an order nobody chose."""
    groups = (
        seccomp.FILES,
        seccomp.MEMORY,
        seccomp.PROCESSES,
        seccomp.TIME_AND_WAITING,
        seccomp.BETWEEN_PROCESSES,
        seccomp.NOT_THERE,
    )
    names = " ".join(groups).split()
    assert len(names) == len(set(names))
