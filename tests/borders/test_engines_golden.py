"""Each engine's command line, whole. A change here is a change of what holds a study in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from job_runner.executors import seccomp
from job_runner.executors.contract import Box, Limits, Mount
from job_runner.executors.engines import bubblewrap, call_filter, docker_run, podman
from job_runner.executors.engines.shape import Label
from job_runner.executors.keeper.run_files import RunFiles
from job_runner.executors.launchers import slurm
from job_runner.executors.launchers.shape import Run
from tests.boxes import AN_IMAGE

MIB = 2**20
BOX = Box(
    image=AN_IMAGE,
    command=("python3", "a.py", "--config", "{}"),
    mounts=(
        Mount(Path("/srv/a,b/cohort.parquet"), "/workspace/c.parquet"),
        Mount(Path("/srv/runs/r1/workspace"), "/workspace", read_only=False),
    ),
    uid=10_001,
    environment={"STRONGROOM_SITE": "rennes"},
    limits=Limits(
        memory=256 * MIB, cpus=1.5, pids=64, open_files=128, file_size=MIB, tmp=2 * MIB
    ),
)
LABEL = Label("strongroom.rennes.r1", "r1", "rennes", slurm_job="17")
ENVIRONMENT = {
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "STRONGROOM_SITE": "rennes",
    "TZ": "UTC",
}
COMMAND = ("python3", "a.py", "--config", "{}")


def test_bubblewrap_is_told_exactly_this() -> None:
    """The order counts: each word acts on what those before it have made."""
    told = bubblewrap.argv(BOX, Path("/images/base"), hidden=("/proc/keys",))
    setenv = [word for k, v in ENVIRONMENT.items() for word in ("--setenv", k, v)]
    assert told.argv == (
        *("bwrap", "--unshare-all", "--die-with-parent", "--new-session"),
        *("--cap-drop", "ALL", "--hostname", "box", "--clearenv", *setenv),
        *("--ro-bind", "/images/base", "/", "--proc", "/proc"),
        *("--ro-bind", "/dev/null", "/proc/keys", "--dev", "/dev"),
        *("--perms", "1777", "--size", str(64 * MIB), "--tmpfs", "/dev/shm"),
        *("--remount-ro", "/dev"),
        *("--perms", "1777", "--size", str(2 * MIB), "--tmpfs", "/tmp"),
        *("--bind", "/srv/runs/r1/workspace", "/workspace"),
        *("--ro-bind", "/srv/a,b/cohort.parquet", "/workspace/c.parquet"),
        *("--chdir", "/workspace", "--seccomp", "10", "--json-status-fd", "11"),
        *("--sync-fd", "12", "--"),
        *("/bin/sh", "-c", 'unset PWD; exec "$@"', "box", *COMMAND),
    )
    assert told.environment == {}


def container_flags(user: tuple[str, ...], groups: tuple[str, ...]) -> tuple[str, ...]:
    return (
        *("--name", "strongroom.rennes.r1"),
        *("--label", "strongroom.site=rennes", "--label", "strongroom.run=r1"),
        *("--label", "strongroom.slurm_job=17", "--pull", "never", "--hostname", "box"),
        *("--network", "none", "--read-only", "--ipc", "private"),
        *("--shm-size", str(64 * MIB), "--cap-drop", "ALL"),
        *("--security-opt", "no-new-privileges"),
        *("--security-opt", "seccomp=/proc/self/fd/10", "--oom-score-adj", "500"),
        *("--tmpfs", f"/tmp:rw,nosuid,nodev,size={2 * MIB},mode=1777"),
        *("--ulimit", "core=0:0", "--ulimit", f"fsize={MIB}:{MIB}"),
        *("--ulimit", "nofile=128:128", "--workdir", "/workspace"),
        *(word for k, v in ENVIRONMENT.items() for word in ("--env", f"{k}={v}")),
        "--mount",
        "type=bind,source=/srv/runs/r1/workspace,target=/workspace,"
        "bind-propagation=rprivate",
        "--mount",
        'type=bind,"source=/srv/a,b/cohort.parquet",target=/workspace/c.parquet,'
        "bind-propagation=rprivate,readonly",
        *groups,
        *user,
        *(AN_IMAGE, "/bin/sh", "-c", docker_run.containers.boxes.WRAPPED, "box"),
        *COMMAND,
    )


GROUPS = (
    *("--memory", str(256 * MIB), "--memory-swap", str(256 * MIB)),
    *("--cpus", "1.5", "--pids-limit", "64"),
)


def test_docker_is_told_exactly_this() -> None:
    """Where Slurm starts it; on our machine the same settings go by its API."""
    told = docker_run.argv(LABEL, BOX, host="unix:///run/docker.sock")
    user = (
        *("--init", "--cgroupns", "private", "--no-healthcheck"),
        *("--user", "10001:10001", "--log-driver", "none"),
    )
    expected = ("docker", "--host", "unix:///run/docker.sock", "run")
    assert told.argv == (*expected, *container_flags(user, GROUPS))


@pytest.mark.parametrize("groups", [GROUPS, ()], ids=["v2", "v1"])
def test_podman_is_told_exactly_this(groups: tuple[str, ...]) -> None:
    """Without limits by control groups where it would only say that it ignores them."""
    told = podman.argv(LABEL, BOX, groups=bool(groups))
    user = (
        *("--userns", "keep-id", "--user", "10001:10001"),
        *("--read-only-tmpfs=false", "--no-hosts", "--http-proxy=false"),
        *("--unsetenv", "container", "--unsetenv", "TERM", "--log-driver", "none"),
        *("--ulimit", "nproc=64:64"),
    )
    expected = (
        *("podman", "--log-level", "error", "--storage-driver", "overlay"),
        *("--runtime", "runc", "--cgroup-manager", "cgroupfs", "run"),
    )
    assert told.argv == (*expected, *container_flags(user, groups))


def test_slurm_is_told_exactly_this(tmp_path: Path) -> None:
    """Its limits stand above ours: memory for the keeper, and two minutes."""
    files = RunFiles(tmp_path / "r1")
    files.order(LABEL, docker_run.DockerRun(), BOX)
    run = Run(LABEL.name, files, Limits(memory=256 * MIB, cpus=1.5, wall_clock=30))
    assert slurm.sbatch(run, "secure") == (
        *("sbatch", "--parsable", "--job-name", "strongroom.rennes.r1"),
        *("--comment", files.token, "--nodes", "1", "--ntasks", "1", "--no-requeue"),
        *("--chdir", "/", "--cpus-per-task", "2", "--mem", "320M", "--time", "3"),
        *("--output", str(tmp_path / "r1" / "keeper.log"), "--partition", "secure"),
    )
    assert slurm.script(run, "/usr/bin/python3") == (
        "#!/bin/sh\nexec /usr/bin/python3 -I -m job_runner.executors.keeper "
        f"--here {tmp_path}/r1\n"
    )


def test_an_order_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """The keeper runs what the runner meant."""
    files = RunFiles(tmp_path / "r1")
    engine = docker_run.DockerRun("unix:///elsewhere.sock")
    files.order(LABEL, engine, BOX)
    order = files.ordered()
    assert (order.label, order.engine, order.box) == (LABEL, engine, BOX)


def test_the_filter_is_the_profile_as_a_program() -> None:
    """Eight bytes an instruction; without the library there is none, and no box either."""
    program = call_filter.program()
    names = [n for rule in json.loads(seccomp.profile())["syscalls"] for n in rule["names"]]
    assert len(program) % 8 == 0
    assert len(program) // 8 > len(names) / 2
    with pytest.raises(call_filter.PlatformError, match="can't be filtered"):
        call_filter.program("libnothing.so")
