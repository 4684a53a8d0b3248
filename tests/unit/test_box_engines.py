"""Which engine boxes run in, what is required of it, and what a keeper finds on cgroups."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cli import box_engines
from job_runner.errors import PlatformError
from job_runner.executors import guarantees
from job_runner.executors.contract import Limits
from job_runner.executors.engine import Engine, Missing, Use
from job_runner.executors.engines import known, rootfs
from job_runner.executors.engines.bubblewrap import Bubblewrap
from job_runner.executors.engines.podman import Podman
from job_runner.executors.engines.shape import Account
from job_runner.executors.guarantees import Guarantee
from job_runner.executors.keeper import cage
from job_runner.executors.keeper.cage import Cage, Spare
from job_runner.executors.keeper.run_files import LOG_FILE_SIZE, LOG_FILES, Log, RunFiles
from job_runner.executors.launchers.local import Local
from job_runner.executors.launchers.slurm import Slurm
from job_runner.site.box_policy import BoxPolicy
from job_runner.site.policy import parse
from job_runner.site.settings_yaml import SettingsError
from tests.unit.test_site_policy import GOOD

NOTHING = Missing("nothing answers", "install it")
DOCKER = Use("unix:///one.sock")


def test_docker_is_taken_where_it_can_be_had() -> None:
    """It limits everything by itself."""
    assert box_engines.kind(BoxPolicy(), DOCKER) == "docker"


def test_what_the_policy_names_is_taken() -> None:
    """Whether or not something else answers."""
    assert box_engines.kind(BoxPolicy(engine="podman"), DOCKER) == "podman"


@pytest.mark.parametrize(
    ("programs", "uid", "expected"),
    [
        ({"podman", "bwrap"}, 1000, "podman"),
        ({"podman", "bwrap"}, 0, "bubblewrap"),
        ({"bwrap"}, 1000, "bubblewrap"),
    ],
)
def test_without_docker_another_engine_is_taken(
    programs: set[str], uid: int, expected: str,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Podman is for accounts that aren't root."""
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    monkeypatch.setattr(box_engines, "_installed", programs.__contains__)
    assert box_engines.kind(BoxPolicy(), NOTHING) == expected


def test_without_any_engine_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never on the machine itself."""
    monkeypatch.setattr(box_engines, "_installed", lambda program: False)
    with pytest.raises(PlatformError, match="nothing answers"):
        box_engines.kind(BoxPolicy(), NOTHING)


def test_root_has_no_podman(monkeypatch: pytest.MonkeyPatch) -> None:
    """The point of it is not to be root."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(PlatformError, match="this is root"):
        box_engines.engine("podman", "")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert box_engines.engine("podman", "").name == "podman"


def test_an_engine_that_lacks_what_is_required_is_refused() -> None:
    """With the sentence about what is missing."""
    lacking = Engine("", "", False, (), kind="bubblewrap", kept=("network",))
    box_engines.require(BoxPolicy(guarantees=(Guarantee.NETWORK,)), lacking)
    with pytest.raises(PlatformError, match=r"bubblewrap \(local\) keeps: memory is not"):
        box_engines.require(BoxPolicy(guarantees=(Guarantee.MEMORY,)), lacking)


def test_every_combination_says_what_it_keeps_and_lacks() -> None:
    """Each guarantee once, as the one or the other."""
    found = box_engines.found(Bubblewrap(Path("/i"), Path("/t")), Local(), None)
    assert (found.kind, found.launcher, found.url) == ("bubblewrap", "local", "/i")
    assert len(found.guarantees) + len(found.lacking) == len(Guarantee)
    assert {"network", "seccomp", "read-only"} <= set(found.kept)


def test_a_docker_that_breaks_one_promise_of_two_does_not_keep_it() -> None:
    """Memory is limited only where swap is, too."""
    info = {"OSType": "linux", "MemoryLimit": True, "SwapLimit": False}
    assert Guarantee.MEMORY not in guarantees.of_docker(info)
    assert Guarantee.WALL_CLOCK in guarantees.of_docker(info)


def test_the_launcher_is_as_the_policy_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slurm's commands are given what they need of the environment, and no more."""
    monkeypatch.setenv("SLURM_CONF", "/etc/slurm/x.conf")
    by = box_engines.launcher(BoxPolicy(launcher="slurm", partition="secure"))
    assert isinstance(by, Slurm)
    assert (by.environment, by.partition) == ({"SLURM_CONF": "/etc/slurm/x.conf"}, "secure")
    assert box_engines.launcher(BoxPolicy()).name == "local"
    assert not Slurm({"SLURM_CONF": "/nonexistent"}).limits_memory()


BOXES = """\
boxes:
  engine: bubblewrap
  launcher: slurm
  guarantees: [memory, seccomp]
  folder: /shared
  partition: secure
  completions: /var/log/completions
"""


def test_a_policy_may_say_where_boxes_run() -> None:
    """And without a word it is whichever engine there is."""
    folder = Path("/etc/strongroom")
    assert parse(GOOD, where="x", folder=folder).boxes == BoxPolicy()
    assert parse(GOOD + BOXES, where="x", folder=folder).boxes == BoxPolicy(
        "bubblewrap", "slurm", (Guarantee.MEMORY, Guarantee.SECCOMP),
        Path("/shared"), "secure", Path("/var/log/completions"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("  engine: chroot\n", "'chroot' is no engine"),
        ("  launcher: cron\n", "'cron' is no launcher"),
        ("  guarantees: [hope]\n", "'hope' is no guarantee"),
        ("  launcher: slurm\n", "needs a 'folder'"),
        ("  colour: blue\n", "colour"),
    ],
)
def test_a_mistake_about_boxes_is_told(said: str, problem: str) -> None:
    """A misspelt requirement never means that nothing is required."""
    with pytest.raises(SettingsError, match=problem):
        parse(f"{GOOD}boxes:\n{said}", where="x", folder=Path("/etc/strongroom"))


def test_a_group_of_version_2_is_made_with_every_limit(tmp_path: Path) -> None:
    """Beside the machine's others, as a group with processes has no limited ones below."""
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids")
    limits = Limits(memory=2**20, cpus=1.5, pids=9)
    assert cage.may_be_made(tmp_path)
    made = cage.make("a.b", limits, Spare(memory=2**10, pids=1), tmp_path)
    assert made == Cage((tmp_path / "strongroom" / "a.b",))
    told = {path.name: path.read_text() for path in made.folders[0].iterdir()}
    assert told == {
        "memory.max": str(2**20 + 2**10),
        "pids.max": "10",
        "cpu.max": "150000 100000",
    }
    assert (tmp_path / "cgroup.subtree_control").read_text() == "+memory +pids +cpu"
    (made.folders[0] / "memory.events").write_text("low 0\noom 1\noom_kill 1\n")
    assert made.out_of_memory()
    made.join()
    assert (made.folders[0] / "cgroup.procs").read_text() == "0"


def test_where_no_group_may_be_made_there_is_none(tmp_path: Path) -> None:
    """Then nothing is said to be limited by one."""
    assert not cage.may_be_made(tmp_path / "nothing")
    assert cage.make("a", Limits(), Spare(), tmp_path / "nothing") is None
    assert cage.killed(tmp_path) == 0


def test_a_group_that_was_promised_and_cannot_be_made_is_the_platforms_failure(
    tmp_path: Path,
) -> None:
    """The box doesn't go on without its limits."""
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids")
    (tmp_path / "cgroup.subtree_control").mkdir()
    with pytest.raises(PlatformError, match="control group couldn't be made"):
        cage.make("a", Limits(), Spare(), tmp_path)


def test_a_log_keeps_its_newest_part_on_disk(tmp_path: Path) -> None:
    """However much a box prints."""
    log = Log(tmp_path)
    piece = b"x" * (LOG_FILE_SIZE // 2)
    for n in range(12):
        log.write(b"%d" % n + piece)
    log.close()
    assert len(list(tmp_path.glob("log.*"))) == LOG_FILES
    first = next(RunFiles(tmp_path).log_chunks())
    assert first.startswith(b"4x")
    assert len(log.end) == 4096


def test_an_engine_is_the_same_after_its_settings_were_written() -> None:
    """It travels to its keeper as JSON."""
    account = Account("boxes", 1001, 1001, "/home/boxes")
    for engine in (
        Podman(Path("/home/boxes"), Path("/run/user/1001"), account),
        Bubblewrap(Path("/images"), Path("/tars")),
    ):
        settings = json.loads(json.dumps(engine.settings()))
        assert known.engine(engine.name, settings) == engine


LAYER, OTHER = "sha256:" + "a" * 64, "sha256:" + "b" * 64


def a_cache(folder: Path) -> Path:
    """With a lock, and a tar that isn't what its digest says."""
    body = {"strongroom/x:v1": {"id": LAYER, "layers": [LAYER]}}
    lock = {"format": "images", "version": 1, "images": body}
    (folder / "images.lock.json").write_text(json.dumps(lock))
    (folder / "x-1.digest").write_text(LAYER)
    return folder


@pytest.mark.parametrize(
    ("reference", "layer", "problem"),
    [
        ("strongroom/y:v1", LAYER, "isn't among those"),
        ("strongroom/x:v1", OTHER, "isn't the image that was approved"),
        ("strongroom/x:v1", LAYER, "isn't in the cache any more"),
    ],
)
def test_an_image_that_is_not_as_approved_is_not_unpacked(
    tmp_path: Path, reference: str, layer: str, problem: str
) -> None:
    """Unknown, other layers, or gone."""
    with pytest.raises(PlatformError, match=problem):
        rootfs.image_id(a_cache(tmp_path), tmp_path / "out", reference, (layer,))


def test_a_layer_that_was_altered_is_not_unpacked(tmp_path: Path) -> None:
    """And nothing of it stays."""
    (a_cache(tmp_path) / "x-1.tar").write_bytes(b"altered")
    with pytest.raises(PlatformError, match="a layer was altered"):
        rootfs.image_id(tmp_path, tmp_path / "out", "strongroom/x:v1", (LAYER,))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["turn.lock"]
