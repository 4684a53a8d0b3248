"""Staged copies become an action's outputs, with their manifest, in one change."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from job_runner.errors import OutputsRefused
from job_runner.jobs.job import Failure
from job_runner.outputs.collect import Collected, abandon
from job_runner.outputs.survey import shown
from job_runner.project import Level
from job_runner.workspaces import journal, manifest
from job_runner.workspaces.journal import Change, Step
from job_runner.workspaces.manifest import Manifest
from job_runner.workspaces.workspace import Workspace

Taken = Mapping[str, Sequence[str]]
"""Of each action that is no more, the paths that another has made now."""


def publish(
    collected: Collected,
    workspace: Workspace,
    record: Manifest,
    *,
    actions: Collection[str] | None = None,
    taking: Callable[[Taken], None] = lambda taken: None,
    step: Step = lambda what: None,
) -> None:
    """Put the files where they belong and ``record`` beside them, at once or not at all.

    The action's earlier outputs stay until then, and those it no longer makes go. A run
    that was killed in here has either published nothing or will be completed by whoever
    looks at the workspace next. Publishing the same again does nothing.

    ``actions``: all that the project has; None if that isn't known. Paths that any other
    action made are taken over, and its manifest is put aside: what else it made stays where
    it is, and is nobody's. ``taking`` is told what is taken over, before it is: after a
    kill perhaps twice, never not at all. It is called with the workspace locked.

    OutputsRefused if another of these actions owns one of the paths; PlatformError if the
    disk refuses, and then it may be called again.
    """
    if record.files != collected.files:
        raise ValueError("a manifest tells of exactly the files that were collected")
    try:
        with journal.locked(workspace.journals):
            if not _is_published(workspace, record):
                taken = _taken_over(workspace, record, actions)
                change = _change(collected, workspace, record, taken)
                if taken:
                    taking(taken)
                journal.make(change, workspace.journals, collected.job_id, step)
        abandon(workspace, collected.job_id)
    except OSError as error:
        raise workspace.disk_refused(error) from None


def recover(workspace: Workspace, active: Collection[str] = ()) -> None:
    """After a restart: complete what was being published, forget what was only staged.

    ``active`` are the jobs that are collecting now, whose copies stay.
    """
    if not workspace.metadata.exists():
        return
    with journal.locked(workspace.journals):
        for folder in {workspace.staging(level) for level in Level}:
            for staged in folder.glob("*"):
                if staged.name not in active:
                    shutil.rmtree(staged)


def _is_published(workspace: Workspace, record: Manifest) -> bool:
    """This very run's: a job killed between publishing and noting so may ask again."""
    return manifest.read(workspace.manifest_path(record.action)) == record


def _taken_over(
    workspace: Workspace, record: Manifest, actions: Collection[str] | None
) -> dict[str, list[str]]:
    """Action that isn't there any more → those of its paths that ``record`` has."""
    taken: dict[str, list[str]] = {}
    owners = _owners(workspace, record.action)
    for path in (file.path for file in record.files if file.path in owners):
        if actions is not None and owners[path] not in actions:
            taken.setdefault(owners[path], []).append(path)
    return taken


def _change(
    collected: Collected, workspace: Workspace, record: Manifest, gone: Collection[str]
) -> Change:
    earlier = manifest.read(workspace.manifest_path(record.action))
    targets = tuple(workspace.path(f.level, f.path) for f in collected.files)
    old = [workspace.path(f.level, f.path) for f in earlier.files] if earlier else []
    _refuse_what_is_not_ours(workspace, record, gone)
    text = manifest.dumps(record).decode()
    aside = [(workspace.manifest_path(a), workspace.given_up_path(a)) for a in gone]
    return Change(
        moves=(*zip(collected.staged, targets, strict=True), *aside),
        removals=tuple(sorted({*old} - {*targets})),
        writes=((workspace.manifest_path(record.action), text),),
    )


def _refuse_what_is_not_ours(
    workspace: Workspace, record: Manifest, gone: Collection[str]
) -> None:
    """Two actions' patterns may meet in a name that the project file couldn't foresee."""
    made = _owners(workspace, record.action).items()
    owners = {path: action for path, action in made if action not in gone}
    problems = [
        f"{shown(file.path)} is an output of {owners[file.path]}, as it ran last"
        for file in record.files
        if file.path in owners
    ]
    problems += [
        f"{shown(file.path)} can't be there: {shown(blocked)}"
        for file in record.files
        if (blocked := _blocked(workspace.folder(file.level), file.path))
    ]
    if problems:
        raise OutputsRefused(Failure.REFUSED_OUTPUTS, tuple(problems))


def _owners(workspace: Workspace, but: str) -> dict[str, str]:
    found = map(manifest.read, sorted(workspace.metadata.glob("manifests/*.json")))
    others = (m for m in found if m is not None and m.action != but)
    return {file.path: other.action for other in others for file in other.files}


def _blocked(top: Path, path: str) -> str | None:
    """What stands in the way: a folder of that name, or a file where a folder must be."""
    target = top / path
    if target.is_dir():
        return "it is a folder"
    for folder in target.relative_to(top).parents[:-1]:
        here = top / folder
        if here.exists() and not here.is_dir():
            return f"{folder} is a file"
    return None
