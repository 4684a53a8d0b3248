"""From code and inputs to published outputs, with a real box between."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest

from job_runner.errors import OutputsRefused
from job_runner.executors.contract import Box, Limits, Outcome
from job_runner.executors.docker import DockerExecutor
from job_runner.outputs import OutputLimits, collect, publish
from job_runner.project import Level, OutputPattern
from job_runner.workspaces.run_folder import INSIDE, prepare
from job_runner.workspaces.workspace import Workspace, site_workspace
from tests.runs import HIGH, MEDIUM, a_manifest, contents

pytestmark = pytest.mark.docker

UID = 10_456
Action = Callable[..., Outcome]


@pytest.fixture
def store(tmp_path: Path) -> Workspace:
    return site_workspace(tmp_path / "store", "study")


@pytest.fixture
def executor(docker_client: docker.DockerClient) -> Iterator[DockerExecutor]:
    made = DockerExecutor(docker_client, f"run{os.getpid()}")
    yield made
    for run_id in made.run_ids():
        made.remove(run_id)


@pytest.fixture
def act(
    docker_client: docker.DockerClient, executor: DockerExecutor, base_image: str,
    tmp_path: Path, store: Workspace,
) -> Action:  # fmt: skip
    """Runs one action, from code to published outputs."""

    def run(
        name: str,
        code: str,
        pattern: str,
        level: Level = MEDIUM,
        needs: tuple[str, ...] = (),
    ) -> Outcome:
        study = tmp_path / f"code of {name}"
        study.mkdir()
        (study / "analysis.py").write_text(code)
        patterns = [OutputPattern(level, "it", pattern)]
        folder = tmp_path / "runs" / name
        ready = prepare(folder, study, store.inputs(needs), uid=UID, outputs=patterns)
        image = str(docker_client.images.get(base_image).id)
        command = ("python3", "analysis.py")
        limits = Limits(memory=128 * 2**20, wall_clock=30)
        executor.start(name, Box(image, command, ready.mounts, UID, INSIDE, limits=limits))
        outcome = executor.wait(name)
        if outcome == Outcome(0):
            limit = OutputLimits()
            made = collect(
                folder, patterns, ready.before, limit, workspace=store, job_id=name
            )
            publish(made, store, a_manifest(made, name))
        return outcome

    return run


MAKES_ROWS = "open('output/rows.csv', 'w').write('patient_id\\n1\\n')"
COUNTS = (
    "rows = open('output/rows.csv').read().split()\n"
    "open('output/count.csv', 'w').write(str(len(rows) - 1))"
)


def test_one_action_reads_what_another_made(act: Action, store: Workspace) -> None:
    """Through the store, each in a folder and a box of its own."""
    assert act("rows", MAKES_ROWS, "output/rows.csv", HIGH) == Outcome(0)
    assert act("count", COUNTS, "output/*.csv", needs=("rows",)) == Outcome(0)
    assert contents(store.medium) == {"output/count.csv": "1"}
    assert contents(store.high) == {"output/rows.csv": "patient_id\n1\n"}


@pytest.mark.parametrize(
    "code",
    [
        "open('output/rows.csv', 'w')",
        "import os; os.unlink('output/rows.csv')",
        "import os; os.rename('output/rows.csv', 'output/mine.csv')",
        "import os; os.chmod('output/rows.csv', 0o777)",
        "import os; os.link('output/rows.csv', 'output/mine.csv')",
    ],
)
def test_an_input_stays_what_and_where_it_is(
    act: Action, store: Workspace, code: str
) -> None:
    """Written over, deleted, moved, opened up, or published under another name."""
    act("rows", MAKES_ROWS, "output/rows.csv", HIGH)
    assert act("tries", code, "output/mine.csv", needs=("rows",)) == Outcome(1)
    assert store.inputs(["rows"])


def test_a_link_to_an_input_is_no_output(act: Action, store: Workspace) -> None:
    """It would put people's rows where tables are reviewed."""
    act("rows", MAKES_ROWS, "output/rows.csv", HIGH)
    code = "import os; os.symlink('rows.csv', 'output/table.csv')"
    with pytest.raises(OutputsRefused, match="is a link"):
        act("links", code, "output/table.csv", needs=("rows",))
    assert contents(store.medium) == {}


def test_moving_an_inputs_folder_publishes_nothing(act: Action, store: Workspace) -> None:
    """The empty file under the mount then has another name, which is no input's."""
    act("rows", MAKES_ROWS, "output/rows.csv", HIGH)
    code = (
        "import os; os.rename('output', 'moved'); print(os.path.getsize('moved/rows.csv'))"
    )
    assert act("moves", code, "moved/*.csv", needs=("rows",)) == Outcome(0)
    assert contents(store.medium) == {"moved/rows.csv": ""}
    assert store.inputs(["rows"])
