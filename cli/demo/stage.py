"""Where the demo plays: its folders, its subprocesses, and their certain end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli import console
from job_runner.errors import PlatformError

MARK = ".strongroom-demo"


@dataclass(frozen=True)
class Stage:
    """The demo's folder and what its commands find in their environment."""

    folder: Path
    environment: Mapping[str, str] = field(repr=False)

    @property
    def study(self) -> Path:
        return self.folder / "study"

    @property
    def site(self) -> Path:
        return self.folder / "site"

    def token_file(self, person: str) -> Path:
        return self.folder / "tokens" / person

    def key(self, person: str) -> Path:
        """Their SSH key; the public part is beside it."""
        return self.folder / "keys" / person


def prepare(folder: Path, environment: Mapping[str, str]) -> Stage:
    """An empty stage. Only a folder that a demo made is emptied; any other is refused."""
    if folder.exists() and any(folder.iterdir()) and not made_by_a_demo(folder):
        raise PlatformError(
            "the folder isn't empty and no demo made it",
            where=str(folder),
            remedy="Name another one: strongroom demo --folder DIR.",
        )
    shutil.rmtree(folder, ignore_errors=True)
    for secret in ("tokens", "keys"):
        (folder / secret).mkdir(parents=True, mode=0o700)
    (folder / MARK).touch()
    return Stage(folder, environment)


def made_by_a_demo(folder: Path) -> bool:
    """``git clean -xdf`` takes all but the study away: that has a repository of its own."""
    left = [path.name for path in folder.iterdir()]
    return MARK in left or (left == ["study"] and (folder / "study/.git" / MARK).exists())


def command(*words: str | Path) -> list[str]:
    """The words of one ``strongroom`` command, run by this very Python."""
    return [sys.executable, "-m", "cli", *map(str, words)]


def shown(words: Sequence[str | Path], folder: Path) -> str:
    """A command as a person would type it in the demo's folder."""
    told = [str(word).replace(f"{folder}/", "") for word in words]
    return " ".join(f'"{word}"' if " " in word else word for word in told)


def run(
    stage: Stage,
    *words: str | Path,
    cwd: Path | None = None,
    expect: int = 0,
    quiet: bool = False,
) -> str:
    """Run one command in sight of the reader; returns what it printed.

    Any other exit code than the expected one ends the demo with a PlatformError.
    Where the demo itself is ended meanwhile, so is the command.
    """
    if not quiet:
        console.say(f"  $ strongroom {shown(words, stage.folder)}")
    lines: list[str] = []
    with subprocess.Popen(
        command(*words),
        cwd=cwd or stage.folder,
        env=dict(stage.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # so that Ctrl-C reaches it by us, once
    ) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                lines.append(line)
                if not quiet:
                    console.say(f"    {line.rstrip()}")
        except BaseException:
            stop(process)
            raise
    if process.returncode != expect:
        raise PlatformError(
            f"a step of the demo ended with {process.returncode}, not {expect}",
            where=f"strongroom {shown(words, stage.folder)}",
            remedy="What it printed stands above." if not quiet else "".join(lines),
        )
    return "".join(lines)


def make_key(stage: Stage, person: str) -> None:
    """An SSH key without a passphrase, as nobody is there to type one."""
    words = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person)
    where = ("-f", str(stage.key(person)))
    console.say(
        f"  $ ssh-keygen -t ed25519 -f {stage.key(person).relative_to(stage.folder)}"
    )
    try:
        subprocess.run((*words, *where), check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        raise PlatformError(
            "ssh-keygen made no key",
            where=str(stage.key(person)),
            remedy="Install OpenSSH's client: apt-get install openssh-client.",
        ) from None


@contextmanager
def background(
    stage: Stage, name: str, *words: str | Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A command that serves until the block ends; its output goes to a log file."""
    console.say(f"  $ strongroom {shown(words, stage.folder)} &")
    log = stage.folder / "logs" / f"{name}.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("wb") as out:
        process = subprocess.Popen(
            command(*words),
            env=dict(stage.environment),
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            stop(process)


def stop(process: subprocess.Popen[Any], patience: float = 20) -> None:
    """Ask it to end, and see that it does."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def await_ready(
    process: subprocess.Popen[bytes], sign: Path, log: Path, patience: float = 60
) -> None:
    """Return when the file appears by which a server says that it is ready."""
    until = time.monotonic() + patience
    while not sign.exists():
        if process.poll() is not None or time.monotonic() > until:
            said = log.read_text(encoding="utf-8", errors="replace").strip()
            raise PlatformError(
                "a server of the demo didn't start",
                where=str(log),
                remedy=said.splitlines()[-1] if said else "Its log is empty.",
            )
        time.sleep(0.05)


def environment_with(**more: str) -> dict[str, str]:
    """This process's environment and more."""
    return {**os.environ, **more}
