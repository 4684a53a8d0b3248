"""A study as it lies here: its project, its files, and what each of its actions takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from job_runner import project
from job_runner.executors.contract import Limits
from job_runner.jobs.fingerprint import CODE_CHANGED
from job_runner.jobs.task import Task
from job_runner.local import known, snapshot
from job_runner.local.snapshot import Code
from job_runner.project import PROJECT_FILE, Project, graph
from job_runner.site.policy import listed_as
from job_runner.workspaces.manifest import Manifest
from job_runner.workspaces.workspace import Workspace, local_workspace

STATE_FOLDER = ".strongroom"


@dataclass(frozen=True)
class Study:
    """``order``: the wanted actions and all they need, needs first. ``forced``: those that
    run in any case. ``source``: what an extraction's patients are made of, in a word."""

    root: Path
    found: Project
    order: tuple[str, ...]
    forced: frozenset[str]
    source: str

    @property
    def workspace(self) -> Workspace:
        return local_workspace(self.root)

    @property
    def state(self) -> Path:
        """Ours, beside the study's own files; nothing in it is worth keeping."""
        return self.root / STATE_FOLDER

    @property
    def known(self) -> Path:
        return self.state / "known"

    @property
    def copy(self) -> Path:
        """Where the code is copied to before anything runs."""
        return self.state / "code"

    def look(self) -> Code:
        return snapshot.look(self.root, self.found, self.workspace)

    def _version(self, code: Code) -> str:
        return " ".join(filter(None, (code.version, self.source)))

    def task(self, name: str, code: Code, image: str, limits: Limits | None = None) -> Task:
        """All that running an action takes here, with an image of that id."""
        action, folder = self.found.actions[name], self.known

        def news(last: Manifest) -> str | None:
            before = known.read(folder, name)
            if before is None or before.job_id != last.job_id:
                return CODE_CHANGED
            return before.news(code, action, self.source)

        return Task(
            action=action,
            code=self.copy,
            version=self._version(code),
            image=image,
            limits=limits or Limits(),
            workspace=self.workspace,
            forced=name in self.forced,
            news=news,
            actions=frozenset(self.found.actions),
        )


def opened(
    folder: Path, actions: Sequence[str], *, force: bool = False, source: str = ""
) -> Study:
    """The study in a folder. ProjectError if its project file is wrong, or has no such
    actions; ``run_all`` stands for all of them."""
    root = folder.absolute()
    found = project.load(root / PROJECT_FILE)
    order = graph.order(found, actions)
    named = frozenset(order if graph.RUN_ALL in actions else actions)
    return Study(root, found, order, named if force else frozenset(), source)


@dataclass(frozen=True)
class Step:
    """An action, and why it would run, as the end of a sentence; None if it wouldn't.

    ``after``: those of its needs that run before, where there's no other reason: if they
    make again what they made, it won't run after all.
    """

    action: str
    why: str | None
    after: tuple[str, ...] = ()


def plan(study: Study, images: Mapping[str, str]) -> tuple[Step, ...]:
    """What would run now, in order, and why. Nothing is written, no engine is asked.

    ``images``: ids by ``name:tag``, of those that were built as they would be built now.
    """
    code, steps = study.look(), dict[str, Step]()
    for name in study.order:
        action = study.found.actions[name]
        image = images.get(listed_as(action.run.image, action.run.tag))
        why = study.task(name, code, image or "").why_run()
        if image is None and study.workspace.manifest(name) is not None:
            why = "its image isn't built here as it is now"
        running = tuple(n for n in action.needs if steps[n].why is not None)
        if why is None and running:
            steps[name] = Step(name, f"{' and '.join(running)} runs again", running)
        else:
            steps[name] = Step(name, why)
    return tuple(steps.values())
