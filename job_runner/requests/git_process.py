"""Git, asked one thing at a time in a bare repository that may hold anything.

No hook, filter, submodule, credential helper or configuration of the user or the
repository is ever used; what git says on stderr is never passed on.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from job_runner.errors import PlatformError

PASSED_ON = ("PATH", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "GIT_SSL_CAINFO", "HTTPS_PROXY")
"""All that git gets of the environment."""

_QUIET = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "credential.helper=",
    "fetch.fsckObjects=true",
    "fetch.unpackLimit=1",  # one pack, so that the size limit on a file is one on all
    "gc.auto=0",  # a commit stays after a force-push
    "maintenance.auto=false",
    "http.followRedirects=false",
)

MEMORY = 4 * 1024**3
"""Bytes of address space. A pack of a megabyte can hold objects of gigabytes."""

_LIMITED = f'ulimit -f "$0" && ulimit -v {MEMORY // 1024} && exec git "$@"'


class GitFailed(PlatformError):
    """What git said stays inside: it may quote an address with a password."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            problem,
            where="the site's copy of the repository",
            remedy="Try again; if it stays, remove the folder of repositories.",
        )


@dataclass(frozen=True)
class Git:
    """Git in the bare repository ``home``, a copy of ``repository``.

    ``seconds``: how long one call may take.
    """

    home: Path
    repository: str
    environment: Mapping[str, str]
    seconds: float

    def ask(self, *words: str, limit: int = 64 * 1024**2) -> bytes:
        """What git writes; GitFailed if it doesn't end well."""
        with self.output(words, limit) as output:
            return output.read()

    @contextmanager
    def output(
        self, words: Sequence[str], limit: int, text: bytes = b""
    ) -> Iterator[IO[bytes]]:
        """What git writes. ``limit``: bytes in any file that it writes, this one too."""
        options = [word for option in _QUIET for word in ("-c", option)]
        whole = [str(limit // 512), *options, f"--git-dir={self.home}", *words]
        with tempfile.TemporaryFile(dir=self.home) as output:
            process = subprocess.Popen(  # noqa: S603  our own words, checked values
                ["/bin/sh", "-c", _LIMITED, *whole],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.DEVNULL,
                env=self._environment(),
                cwd=self.home,
                start_new_session=True,
            )
            _finish(process, text, self.seconds)
            output.seek(0)
            yield output

    def _environment(self) -> dict[str, str]:
        """Nobody's configuration but ours, and one protocol."""
        passed = {n: self.environment[n] for n in PASSED_ON if n in self.environment}
        return {
            **passed,
            "HOME": str(self.home),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": str(self._trusting()),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "/bin/false",
            "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
            "GIT_ALLOW_PROTOCOL": _protocol(self.repository),
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ATTR_NOSYSTEM": "1",
            "LC_ALL": "C",
        }

    def _trusting(self) -> Path:
        """Git reads another user's repository only where the owner of this process says
        so; policy has named this very path, which is the custodian saying so."""
        if not self.repository.startswith("/"):
            return Path(os.devnull)
        own = self.home.with_suffix(".gitconfig")
        if not own.exists():
            path = self.repository.replace("\\", "\\\\").replace('"', '\\"')
            lines = [f'\tdirectory = "{path}{end}"\n' for end in ("", "/.git")]
            own.write_text("[safe]\n" + "".join(lines))
        return own


def _protocol(repository: str) -> str:
    if repository.startswith(("/", "file:")):
        return "file"
    return "https" if repository.startswith("https:") else "ssh"


def _finish(process: subprocess.Popen[bytes], text: bytes, seconds: float) -> None:
    try:
        process.communicate(text, timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise GitFailed(f"it took more than {seconds:g} s") from None
    if process.returncode != 0:
        raise GitFailed("git refused")
