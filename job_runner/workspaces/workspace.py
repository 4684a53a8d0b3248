"""Where a study's outputs live: by level, with the runner's own records beside them."""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from job_runner.errors import PlatformError, disk_refused
from job_runner.project import Level
from job_runner.project.patterns import RESERVED_FOLDER
from job_runner.workspaces import journal
from job_runner.workspaces import manifest as manifests
from job_runner.workspaces.manifest import Manifest, ManifestFile

HASHED_UP_TO = 64 * 1024**2

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True)
class Workspace:
    """The folders of one study's outputs, by level; ``metadata`` is the runner's own.

    Folders are made ``folder_mode``. Files are readable by all who get as far as the
    folder: a box's own uid must be able to read an input that is mounted into it.
    """

    root: Path
    high: Path
    medium: Path
    metadata: Path
    folder_mode: int = 0o700

    def folder(self, level: Level) -> Path:
        return self.high if level is Level.HIGHLY_SENSITIVE else self.medium

    def path(self, level: Level, relative: str) -> Path:
        """Where an output of that level is published."""
        return self.folder(level) / relative

    def staging(self, level: Level) -> Path:
        """On the file system of that level's outputs, and out of every pattern's way."""
        if self.high == self.medium:
            return self.metadata / "staging"
        folder = self.folder(level)
        return folder.parent / ".staging" / folder.name

    def staged(self, job_id: str) -> tuple[Path, ...]:
        """Where one job's copies wait to be published, by level."""
        return tuple(self.staging(level) / _plain(job_id) for level in Level)

    def manifest_path(self, action: str) -> Path:
        return self.metadata / "manifests" / f"{_file_name(action)}.json"

    def given_up_path(self, action: str) -> Path:
        """Of an action that the project had no more when another made one of its files."""
        return self.metadata / "given_up" / f"{_file_name(action)}.json"

    def log_path(self, action: str) -> Path:
        """Highly sensitive, as all logs: whatever the code printed."""
        return self.metadata / "logs" / f"{_file_name(action)}.log"

    def keep_log(self, action: str, log: bytes) -> None:
        """In place of the action's last one."""
        try:
            self.make_folders()
            journal.write(self.log_path(action), log)
        except OSError as error:
            raise self.disk_refused(error) from None

    def make_folders(self) -> None:
        """With the modes that keep them closed, before anything is put in them."""
        for folder in (self.high, self.medium, self.metadata):
            folder.mkdir(parents=True, exist_ok=True, mode=self.folder_mode)

    def disk_refused(self, error: OSError) -> PlatformError:
        """The old outputs are as they were; what was being done may be done again."""
        return disk_refused(
            error,
            "outputs can't be stored",
            str(self.root),
            "Free some space or look at this disk; the job goes on from here.",
        )

    @property
    def journals(self) -> Path:
        return self.metadata / "publishing"

    def manifest(self, action: str) -> Manifest | None:
        """Of the action's last success, once whatever was half published is completed.

        PlatformError if it is damaged, once: then it has been moved aside.
        """
        return self._manifest_at(self.manifest_path(action))

    def manifests(self) -> dict[str, Manifest]:
        """Of every action that ever succeeded, by name."""
        found = map(self._manifest_at, sorted(self.metadata.glob("manifests/*.json")))
        return {manifest.action: manifest for manifest in found if manifest}

    def given_up(self) -> tuple[Manifest, ...]:
        """What was put aside when its files were taken over; see ``given_up_path``."""
        found = map(self._manifest_at, sorted(self.metadata.glob("given_up/*.json")))
        return tuple(manifest for manifest in found if manifest)

    def missing(self, manifest: Manifest) -> tuple[str, ...]:
        """Its outputs that aren't there any more as they were made.

        Told by kind and size, and by hash up to ``HASHED_UP_TO`` bytes: hashing every
        cohort before every action would cost minutes.
        """
        files = ((file, self.path(file.level, file.path)) for file in manifest.files)
        return tuple(file.path for file, path in files if not _as_made(path, file))

    def inputs(self, actions: Iterable[str]) -> dict[str, Path]:
        """Relative path → host path of everything those actions made.

        PlatformError where one has no manifest, or a file is ``missing``.
        """
        return dict(pair for action in actions for pair in self._made_by(action))

    def _manifest_at(self, path: Path) -> Manifest | None:
        if not self.metadata.exists():
            return None
        with journal.locked(self.journals):
            return manifests.read(path)

    def _made_by(self, action: str) -> Iterator[tuple[str, Path]]:
        manifest = self.manifest(action)
        if manifest is None:
            raise missing_input(f"action {action}", "it has no outputs here")
        if missing := self.missing(manifest):
            problem = f"isn't there as {action} made it"
            raise missing_input(missing[0], problem)
        for file in manifest.files:
            yield file.path, self.path(file.level, file.path)


def site_workspace(store_root: Path, name: str) -> Workspace:
    """Highly and moderately sensitive outputs in trees of their own."""
    high, medium = store_root / "high" / _plain(name), store_root / "medium" / name
    return Workspace(store_root, high, medium, high / RESERVED_FOLDER)


def local_workspace(study: Path) -> Workspace:
    """On the author's own machine: outputs appear where the project file says."""
    return Workspace(study, study, study, study / RESERVED_FOLDER, folder_mode=0o755)


def is_file(path: Path, size: int | None = None) -> bool:
    """An ordinary one, of that size (bytes) if given; a link to one is none."""
    try:
        seen = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(seen.st_mode) and size in (None, seen.st_size)


def _as_made(path: Path, file: ManifestFile) -> bool:
    if not is_file(path, file.size):
        return False
    if file.size > HASHED_UP_TO:
        return True
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest() == file.sha256


def _file_name(action: str) -> str:
    """An action's name may hold anything; a file's name not."""
    quoted = quote(action, safe=" ")
    return quoted if len(quoted) < 200 else hashlib.sha256(action.encode()).hexdigest()


def _plain(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("names are letters, digits, '_', '.', '-'")
    return name


def missing_input(where: str, problem: str) -> PlatformError:
    """What an action reads must be what another made."""
    return PlatformError(
        problem, where=where, remedy="Run the action that makes it again, with --force."
    )
