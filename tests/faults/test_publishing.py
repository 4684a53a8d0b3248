"""Outputs appear with their manifest at once or not at all, whatever dies when."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from job_runner.errors import OutputsRefused, PlatformError
from job_runner.jobs.job import Failure
from job_runner.outputs import Taken, publish, recover
from job_runner.project import OutputPattern
from job_runner.workspaces import journal
from job_runner.workspaces.workspace import Workspace, local_workspace, site_workspace
from tests.runs import HIGH, MEDIUM, a_manifest, a_run, collected, contents, promised

BOTH = [*promised("output/*.csv"), OutputPattern(HIGH, "rows", "output/rows/*.txt")]
OLD = {"output/a.csv": "old a", "output/gone.csv": "old", "output/rows/r.txt": "old r"}
NEW = {"output/a.csv": "new a", "output/b.csv": "new b", "output/rows/r.txt": "new r"}


@pytest.fixture(params=["site", "local"])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    if request.param == "site":
        return site_workspace(tmp_path / "store", "study")
    return local_workspace(tmp_path / "study")


def publish_run(
    workspace: Workspace,
    run: Path,
    job_id: str,
    step: Callable[[str], None] = lambda what: None,
) -> None:
    made = collected(run, workspace, BOTH, job_id=job_id)
    publish(made, workspace, a_manifest(made), step=step)


def seen(workspace: Workspace) -> tuple[dict[str, str], str | None]:
    """What a reader finds: the files, and which job's manifest."""
    manifest = workspace.manifest("make")
    published = contents(*{workspace.high, workspace.medium})
    return published, manifest.job_id if manifest else None


def nothing_left_over(workspace: Workspace) -> bool:
    staging = [f for level in (HIGH, MEDIUM) for f in workspace.staging(level).glob("*")]
    return [*staging, *workspace.journals.glob("*.journal")] == []


def test_outputs_live_below_the_folder_of_their_level(tmp_path: Path) -> None:
    """What may be reviewed, apart from what never may."""
    site = site_workspace(tmp_path / "store", "study")
    publish_run(site, a_run(tmp_path / "run", NEW), "job1")
    assert contents(tmp_path / "store/high/study") == {"output/rows/r.txt": "new r"}
    assert set(contents(tmp_path / "store/medium/study")) == {
        "output/a.csv",
        "output/b.csv",
    }
    assert site.high.stat().st_mode & 0o077 == site.medium.stat().st_mode & 0o077 == 0


def test_an_authors_outputs_appear_in_the_study(tmp_path: Path) -> None:
    """Where the project file says, with the records in ``metadata/``."""
    publish_run(local_workspace(tmp_path / "s"), a_run(tmp_path / "run", NEW), "job1")
    assert contents(tmp_path / "s") == NEW
    assert (tmp_path / "s/metadata/manifests/make.json").exists()


def test_new_outputs_replace_all_the_old_ones(workspace: Workspace, tmp_path: Path) -> None:
    """Also those that aren't made any more, which would look like results."""
    publish_run(workspace, a_run(tmp_path / "one", OLD), "job1")
    assert seen(workspace) == (OLD, "job1")
    publish_run(workspace, a_run(tmp_path / "two", NEW), "job2")
    assert seen(workspace) == (NEW, "job2")
    assert nothing_left_over(workspace)


def test_a_file_that_changes_its_level_is_not_left_at_the_other(tmp_path: Path) -> None:
    """Least of all when it became highly sensitive."""
    site = site_workspace(tmp_path / "store", "study")
    for job, level in (("job1", MEDIUM), ("job2", HIGH)):
        run = a_run(tmp_path / job, {"output/a.csv": job})
        made = collected(run, site, promised("output/a.csv", level=level), job_id=job)
        publish(made, site, a_manifest(made))
    assert contents(site.high) == {"output/a.csv": "job2"}
    assert contents(site.medium) == {}


def test_a_failed_run_leaves_the_old_outputs(workspace: Workspace, tmp_path: Path) -> None:
    """Partial files stay in the run's own folder."""
    publish_run(workspace, a_run(tmp_path / "one", OLD), "job1")
    with pytest.raises(OutputsRefused):
        collected(a_run(tmp_path / "two", {"output/a.csv": "new"}), workspace, BOTH)
    assert seen(workspace) == (OLD, "job1")
    assert nothing_left_over(workspace)


def test_publishing_the_same_again_does_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    """A runner that died before it noted the success may ask again."""
    run = a_run(tmp_path / "run", NEW)
    publish_run(workspace, run, "job1")
    publish_run(workspace, run, "job1")
    assert seen(workspace) == (NEW, "job1")
    assert nothing_left_over(workspace)


def dying_at(number: int) -> Callable[[str], None]:
    """Ends this process at that step, as ``kill -9`` would."""
    steps = iter(range(number + 1))

    def step(what: str) -> None:
        if next(steps) == number:
            os._exit(9)

    return step


def died(work: Callable[[], object]) -> bool:
    """Whether the work, in a process of its own, was killed before its end."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001 (a failure in there mustn't look like a kill)
            os._exit(1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 9)
    return code == 9


def steps_to_publish(workspace: Workspace, run: Path) -> int:
    told: list[str] = []
    publish_run(workspace, run, "counting", step=told.append)
    return len(told)


@pytest.fixture
def number_of_steps(tmp_path: Path) -> int:
    site = site_workspace(tmp_path / "counting", "study")
    publish_run(site, a_run(tmp_path / "c1", OLD), "job1")
    return steps_to_publish(site, a_run(tmp_path / "c2", NEW))


def test_killed_anywhere_a_publication_happened_or_did_not(
    workspace: Workspace, tmp_path: Path, number_of_steps: int
) -> None:
    """Never half: neither to who looks next nor after the work is done again."""
    run, outcomes = a_run(tmp_path / "two", NEW), set()
    for number in range(number_of_steps):
        publish_run(workspace, a_run(tmp_path / "one", OLD), f"old{number}")
        job = f"new{number}"
        assert died(lambda: publish_run(workspace, run, job, dying_at(number)))  # noqa: B023
        found = seen_next(workspace)
        assert found in ((OLD, f"old{number}"), (NEW, job))
        outcomes.add(found[1] == job)
        recover(workspace)
        assert seen(workspace) == found
        assert nothing_left_over(workspace)
        publish_run(workspace, run, job)
        assert seen(workspace) == (NEW, job)
    assert outcomes == {True, False}


def seen_next(workspace: Workspace) -> tuple[dict[str, str], str | None]:
    """Whoever asks for a manifest first completes what was begun."""
    workspace.manifest("make")
    return seen(workspace)


def test_a_job_killed_while_publishing_may_begin_again_without_recovery(
    workspace: Workspace, tmp_path: Path, number_of_steps: int
) -> None:
    """Collecting again must not take away what a journal still has to move."""
    run = a_run(tmp_path / "run", NEW)
    for number in range(number_of_steps):
        job = f"new{number}"
        assert died(lambda: publish_run(workspace, run, job, dying_at(number))) or True  # noqa: B023
        assert died(lambda: collected(run, workspace, BOTH, job_id=job)) is False  # noqa: B023
        publish_run(workspace, run, job)
        assert seen(workspace) == (NEW, job)


def test_recovery_forgets_copies_but_not_those_of_jobs_at_work(
    workspace: Workspace, tmp_path: Path
) -> None:
    """A second runner may be collecting."""
    run = a_run(tmp_path / "run", NEW)
    collected(run, workspace, BOTH, job_id="dead")
    alive = collected(run, workspace, BOTH, job_id="alive")
    recover(workspace, active=["alive"])
    assert all(path.exists() for path in alive.staged)
    publish(alive, workspace, a_manifest(alive))
    recover(workspace)
    assert nothing_left_over(workspace)


def test_recovery_of_a_workspace_that_never_was_makes_none(tmp_path: Path) -> None:
    """A look changes nothing."""
    workspace = local_workspace(tmp_path / "study")
    recover(workspace)
    assert workspace.manifests() == {}
    assert workspace.manifest("make") is None
    assert not (tmp_path / "study").exists()


def test_a_path_belongs_to_one_action(workspace: Workspace, tmp_path: Path) -> None:
    """Wildcards of two actions may meet in a name; the second doesn't win by being late."""
    publish_run(workspace, a_run(tmp_path / "one", OLD), "job1")
    made = collected(a_run(tmp_path / "two", NEW), workspace, BOTH, job_id="job2")
    with pytest.raises(OutputsRefused, match="is an output of make") as refused:
        publish(made, workspace, a_manifest(made, action="other"))
    assert refused.value.failure is Failure.REFUSED_OUTPUTS
    assert seen(workspace) == (OLD, "job1")


def test_what_an_action_made_that_is_no_more_is_taken_over_and_its_record_put_aside(
    workspace: Workspace, tmp_path: Path
) -> None:
    publish_run(workspace, a_run(tmp_path / "one", OLD), "job1")
    made = collected(a_run(tmp_path / "two", NEW), workspace, BOTH, job_id="job2")
    record, names = a_manifest(made, action="other"), {"other", "third"}
    told: list[object] = []

    def taking(taken: Taken) -> None:
        assert workspace.manifest_path("make").exists(), "it is told before it happens"
        told.append(taken)

    publish(made, workspace, record, actions=names, taking=taking)
    assert told == [{"make": sorted({*OLD} & {*NEW})}]
    assert set(workspace.manifests()) == {"other"}
    assert [manifest.action for manifest in workspace.given_up()] == ["make"]
    assert {*contents(workspace.high, workspace.medium)} >= {*OLD, *NEW}
    publish(made, workspace, record, actions=names, taking=taking)
    assert len(told) == 1


def test_what_is_still_an_actions_is_not_taken_over(
    workspace: Workspace, tmp_path: Path
) -> None:
    publish_run(workspace, a_run(tmp_path / "one", OLD), "job1")
    made = collected(a_run(tmp_path / "two", NEW), workspace, BOTH, job_id="job2")
    with pytest.raises(OutputsRefused, match="is an output of make"):
        publish(made, workspace, a_manifest(made, "other"), actions={"other", "make"})


@pytest.mark.parametrize(
    ("there", "made", "why"),
    [
        ("output/a.csv/x", "output/a.csv", "it is a folder"),
        ("out", "out/a.csv", "is a file"),
    ],
)
def test_what_stands_in_the_way_is_told(
    tmp_path: Path, there: str, made: str, why: str
) -> None:
    """Found before the journal is written, or it could never be completed."""
    study = local_workspace(tmp_path / "study")
    (study.root / there).parent.mkdir(parents=True)
    (study.root / there).touch()
    files = collected(a_run(tmp_path / "run", {made: "x"}), study, promised(made))
    with pytest.raises(OutputsRefused, match=why):
        publish(files, study, a_manifest(files))


def test_a_manifest_tells_of_exactly_its_files(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Otherwise an output could be published that no record names."""
    made = collected(a_run(tmp_path / "one", OLD), workspace, BOTH)
    other = collected(a_run(tmp_path / "two", NEW), workspace, BOTH, job_id="job2")
    with pytest.raises(ValueError, match="exactly"):
        publish(made, workspace, a_manifest(other))


def test_a_disk_that_refuses_changes_nothing_and_may_be_asked_again(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Full while publishing: the old outputs stay; the job goes on when there is room."""
    publish_run(workspace, a_run(tmp_path / "one", OLD), "job1")
    made = collected(a_run(tmp_path / "two", NEW), workspace, BOTH, job_id="job2")

    def full(what: str) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(PlatformError, match="No space left"):
        publish(made, workspace, a_manifest(made), step=full)
    assert seen(workspace) == (OLD, "job1")
    publish(made, workspace, a_manifest(made))
    assert seen(workspace) == (NEW, "job2")


def test_a_disk_that_refuses_halfway_is_completed_later(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Once the journal is written the change will happen."""
    publish_run(workspace, a_run(tmp_path / "one", OLD), "job1")
    steps = iter(range(100))

    def full(what: str) -> None:
        if next(steps) == 4:
            raise OSError(5, "Input/output error")

    with pytest.raises(PlatformError, match="Input/output error"):
        publish_run(workspace, a_run(tmp_path / "two", NEW), "job2", step=full)
    workspace.manifest("make")
    assert seen(workspace) == (NEW, "job2")


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"moves": [], "checksum": "x"}'])
def test_a_damaged_journal_is_moved_aside_once(
    workspace: Workspace, tmp_path: Path, damage: bytes
) -> None:
    """Told, and then out of the way: never an endless loop."""
    publish_run(workspace, a_run(tmp_path / "one", OLD), "job1")
    (workspace.journals / "job2.journal").write_bytes(damage)
    with pytest.raises(PlatformError, match="isn't as it was written"):
        workspace.manifest("make")
    assert (workspace.journals / "job2.journal.damaged").read_bytes() == damage
    assert seen(workspace) == (OLD, "job1")


def test_a_journal_whose_files_are_gone_is_moved_aside_once(tmp_path: Path) -> None:
    """It can't be completed, and nothing may be published as if it were."""
    lost = journal.Change(moves=((tmp_path / "a", tmp_path / "b"),))
    stopped = iter(["write journal", "rename", "stop"])

    def step(what: str) -> None:
        if next(stopped) == "stop":
            raise OSError(5, "stopped")

    with pytest.raises(OSError, match="stopped"), journal.locked(tmp_path / "j"):
        journal.make(lost, tmp_path / "j", "job", step)
    with (
        pytest.raises(PlatformError, match="as it was written"),
        journal.locked(tmp_path / "j"),
    ):
        raise AssertionError("went on")
    with journal.locked(tmp_path / "j"):
        assert not (tmp_path / "b").exists()
