"""What a runner and a box's keeper tell each other: files in a folder of the run's own.

Each is written at once or not at all, so either side may be killed at any moment; on a
cluster the folder lies on a disk that the node sees too.

- ``box.json``: what to run. Written by the runner before any keeper starts.
- ``began``: made once; a keeper that finds it made doesn't begin, so nothing runs twice.
- ``life``: locked while the keeper or the box lives (the kernel unlocks it).
- ``stop``: somebody wants it dead. ``pid``: the keeper's, on its machine.
- ``cage.json``: control groups to take away where the keeper couldn't.
- ``slurm``: the Slurm job's number. ``log.N``: what the box printed.
- ``end.json``: how it ended; every process of the box is dead by then.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from job_runner.errors import PlatformError
from job_runner.executors.contract import Box, Limits, Mount, Outcome
from job_runner.executors.engines import known
from job_runner.executors.engines.shape import BoxEngine, Label
from job_runner.executors.keeper.cage import Cage
from job_runner.workspaces import journal

LOG_FILES, LOG_FILE_SIZE = 4, 16 * 1024**2


@dataclass(frozen=True)
class Order:
    """What a keeper is to do."""

    label: Label
    engine: BoxEngine
    box: Box


@dataclass(frozen=True)
class RunFiles:
    """The files of one run."""

    folder: Path

    @property
    def life(self) -> Path:
        return self.folder / "life"

    @property
    def is_ordered(self) -> bool:
        return (self.folder / "box.json").exists()

    @property
    def token(self) -> str:
        """Of this order and no other, an earlier one of the same run included."""
        seen = (self.folder / "box.json").stat()
        return f"{seen.st_ino}-{seen.st_mtime_ns}"

    @property
    def mark(self) -> str:
        """Of this folder: two sites of one name on a machine share nothing."""
        return hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:8]

    @property
    def has_begun(self) -> bool:
        return (self.folder / "began").exists()

    @property
    def is_to_stop(self) -> bool:
        return (self.folder / "stop").exists()

    def order(self, label: Label, engine: BoxEngine, box: Box) -> None:
        """Write down what is to run."""
        body = {
            "label": asdict(label),
            "engine": {"name": engine.name, "settings": engine.settings()},
            "box": _box_as_json(box),
        }
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        journal.write(self.folder / "box.json", json.dumps(body).encode())

    def ordered(self) -> Order:
        body = json.loads((self.folder / "box.json").read_text(encoding="utf-8"))
        engine = known.engine(body["engine"]["name"], body["engine"]["settings"])
        return Order(Label(**body["label"]), engine, _box_of(body["box"]))

    def begin(self) -> bool:
        """Whether we are the first to begin: true once, whoever asks."""
        try:
            (self.folder / "began").touch(exist_ok=False, mode=0o600)
        except FileExistsError:
            return False
        return True

    def ask_to_stop(self) -> None:
        (self.folder / "stop").touch(mode=0o600)

    def note(self, name: str, text: str) -> None:
        journal.write(self.folder / name, text.encode())

    def noted(self, name: str) -> str | None:
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def note_cage(self, cage: Cage) -> None:
        self.note("cage.json", json.dumps([str(folder) for folder in cage.folders]))

    def cage(self) -> Cage | None:
        noted = self.noted("cage.json")
        return Cage(tuple(map(Path, json.loads(noted)))) if noted else None

    def end(self, outcome: Outcome) -> None:
        self.note("end.json", json.dumps(asdict(outcome)))

    def end_by_problem(self, problem: PlatformError) -> None:
        told = {"problem": problem.problem, "where": problem.where}
        self.note("end.json", json.dumps({**told, "remedy": problem.remedy}))

    def ended(self) -> Outcome | None:
        """How it ended; None if no keeper told. PlatformError if the platform failed."""
        noted = self.noted("end.json")
        if noted is None:
            return None
        body = json.loads(noted)
        if "problem" in body:
            problem = str(body.pop("problem"))
            raise PlatformError(problem, **body)
        return Outcome(**body)

    @contextlib.contextmanager
    def alive(self) -> Iterator[int | None]:
        """The lock's descriptor, unless somebody else holds it. It may be passed on."""
        descriptor = os.open(self.life, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield descriptor
        except BlockingIOError:
            yield None
        finally:
            os.close(descriptor)

    def until_dead(self) -> None:
        """Returns when neither a keeper nor its box lives, on this machine."""
        with self.life.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_SH)

    def log_chunks(self) -> Iterator[bytes]:
        """What the box printed, from the oldest that is kept."""
        numbers = sorted(int(path.suffix[1:]) for path in self.folder.glob("log.*"))
        for number in numbers:
            with (
                contextlib.suppress(FileNotFoundError),
                (self.folder / f"log.{number}").open("rb") as file,
            ):
                while chunk := file.read(2**16):
                    yield chunk


class Log:
    """Written by the keeper: bounded on disk, its last lines in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._number, self._size = folder, 0, 0
        self._file = (folder / "log.0").open("wb", buffering=0)
        self.end = b""

    def write(self, data: bytes) -> None:
        """A disk that refuses loses the log, not the box."""
        self.end = (self.end + data)[-4096:]
        if self._size >= LOG_FILE_SIZE:
            self._turn()
        self._size += len(data)
        with contextlib.suppress(OSError):
            self._file.write(data)

    def close(self) -> None:
        self._file.close()

    def _turn(self) -> None:
        self._file.close()
        self._number, self._size = self._number + 1, 0
        self._file = (self._folder / f"log.{self._number}").open("wb", buffering=0)
        oldest = self._number - LOG_FILES
        (self._folder / f"log.{oldest}").unlink(missing_ok=True)


def _box_as_json(box: Box) -> dict[str, Any]:
    mounts = [[str(m.source), m.target, m.read_only] for m in box.mounts]
    simple = {"image": box.image, "command": list(box.command), "uid": box.uid}
    return {
        **simple,
        "mounts": mounts,
        "working_directory": box.working_directory,
        "environment": dict(box.environment),
        "limits": asdict(box.limits),
    }


def _box_of(body: dict[str, Any]) -> Box:
    made: dict[str, Any] = {
        "command": tuple(body.pop("command")),
        "mounts": tuple(Mount(Path(m[0]), m[1], m[2]) for m in body.pop("mounts")),
        "limits": Limits(**body.pop("limits")),
    }
    return Box(**made, **body)
