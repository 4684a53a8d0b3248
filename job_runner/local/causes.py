"""What a failed action's last words most likely mean, and what to do about it.

A table: each row finds its words in the end of a log, and looks at the study to say more.
Nothing is said where no row's words are found; what stands in the log is shown besides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from job_runner.executors.contract import Limits
from job_runner.images.recipes import HERE
from job_runner.jobs.job import Failure
from job_runner.local.home import Ran
from job_runner.project import Action, Project
from job_runner.project.patterns import matches
from job_runner.workspaces.run_folder import INSIDE

LIMITS = Limits()


@dataclass(frozen=True)
class Cause:
    """``problem``: the likely cause, a sentence; ``remedy``: what to do."""

    problem: str
    remedy: str


@dataclass(frozen=True)
class Around:
    """What is known of the action: its study, and the paths of the study's own files."""

    action: Action
    project: Project
    files: Collection[str]

    def maker(self, path: str) -> Action | None:
        """The action that promises a file of that path."""
        for action in self.project.actions.values():
            if any(matches(output.pattern, path) for output in action.outputs):
                return action
        return None

    def near(self, path: str) -> str:
        """A question that names the study's file that is named most alike, if any is."""
        name = path.rpartition("/")[2]
        same = [file for file in sorted(self.files) if file.rpartition("/")[2] == name]
        found = same or get_close_matches(path, sorted(self.files), n=1, cutoff=0.7)
        return f"Did you mean {found[0]}? " if found else ""


Say = Callable[[re.Match[str], Around], Cause]


def likely(ran: Ran, around: Around) -> Cause | None:
    """The cause of an action's failure; None where nothing is known of it."""
    if ran.failure in BY_FAILURE:
        return BY_FAILURE[ran.failure]
    said = f"{ran.log}\n{ran.told}"
    found = [(m, say) for pattern, say in TABLE for m in re.finditer(pattern, said, re.M)]
    if not found:
        return None
    last, say = max(found, key=lambda one: one[0].end())
    return say(last, around)


def _module(found: re.Match[str], around: Around) -> Cause:
    name, image = found[1].partition(".")[0], around.action.run.reference
    own = [f for f in sorted(around.files) if re.search(rf"(^|/){name}(\.py|/.*\.py)$", f)]
    if own:
        return Cause(
            f"{name} is the study's own ({own[0]}), but isn't where Python looks: beside "
            "the script that is run.",
            "Put it there, or put its folder on the path: sys.path.append(...).",
        )
    packages = ", ".join(packages_of(image)) or "none besides the language's own"
    return Cause(
        f"The image {image} hasn't the package {name}, and nothing can be installed in a "
        "box.",
        f"Do without it, or with one that the image has: {packages}.",
    )


def _file(found: re.Match[str], around: Around) -> Cause:
    path = found[1].removeprefix(f"{INSIDE}/").removeprefix("./")
    maker, action = around.maker(path), around.action
    if maker is not None and maker.name == action.name:
        return Cause(
            f"{path} is what {action.name} should make itself; the folder may be missing.",
            "Make the folder first, then the file.",
        )
    if maker is not None and maker.name not in action.needs:
        return Cause(
            f"{path} is an output of {maker.name}, which {action.name} doesn't need.",
            f"Add {maker.name} to the `needs` of {action.name} in project.yaml.",
        )
    if maker is not None:
        return Cause(
            f"{maker.name} promises {path}, but made no such file when it ran last.",
            "Compare the name with what it made.",
        )
    return Cause(
        f"There is no {path}: it is no file of the study, and no action's output.",
        f"{around.near(path)}Paths begin at the study's folder.",
    )


def _read_only(found: re.Match[str], around: Around) -> Cause:
    path = found[1].removeprefix(f"{INSIDE}/")
    if around.maker(path):
        problem = f"{path} is another action's output, which can only be read."
    else:
        problem = f"{found[1]} is outside what a box may write to."
    remedy = "Write a file of another name below the study's folder, or in /tmp."
    return Cause(problem, remedy)


def _program(found: re.Match[str], around: Around) -> Cause:
    return Cause(
        f"The image {around.action.run.reference} has no program {found[1]}.",
        "Name another image in `run`, or a program that this one has.",
    )


def _script(found: re.Match[str], around: Around) -> Cause:
    path = found[1].removeprefix(f"{INSIDE}/")
    return Cause(
        f"The study has no file {path}, which the command runs.",
        f"{around.near(path)}Compare `run` of {around.action.name} with the files.",
    )


def _always(problem: str, remedy: str) -> Say:
    return lambda found, around: Cause(problem, remedy)


MEMORY = Cause(
    f"It took more than {LIMITS.memory // 1024**3} GB of memory.",
    "Read only the columns and rows that it needs, or ask for fewer dummy patients.",
)
DISK = Cause(
    f"It wrote more than {LIMITS.disk // 1024**3} GB, or more than "
    f"{LIMITS.tmp // 1024**2} MB to /tmp.",
    "Write less; what is large goes below the study's folder.",
)
BY_FAILURE: Mapping[Failure | None, Cause] = {
    Failure.OUT_OF_MEMORY: MEMORY,
    Failure.DISK_FULL: DISK,
    Failure.TIMEOUT: Cause(
        f"It didn't end within {LIMITS.wall_clock / 3600:g} hours.",
        "Does it wait for something, or never come out of a loop?",
    ),
}
NO_NETWORK = _always(
    "There is no network in a box, here as at a site.",
    "Put what it fetches into the study, as a file.",
)
QUOTED = r"['\"‘“]([^'\"’”\n]+)['\"’”]"

TABLE: Sequence[tuple[str, Say]] = (
    (rf"No module named {QUOTED}", _module),
    (rf"there is no package called {QUOTED}", _module),
    (rf"No such file or directory: {QUOTED}", _file),
    (rf"cannot open (?:compressed )?file {QUOTED}", _file),
    (rf"can't open file {QUOTED}", _script),
    (rf"cannot open file {QUOTED}: No such .*\n.*Execution halted", _script),
    (rf"(?:Read-only file system|Permission denied): {QUOTED}", _read_only),
    (r"Name or service not known|Temporary failure in name resolution", NO_NETWORK),
    (r"Network is unreachable|[Cc]ould ?n[o']t resolve host|cannot open URL", NO_NETWORK),
    (
        r"^MemoryError\b|cannot allocate vector of size|std::bad_alloc",
        lambda found, around: MEMORY,
    ),
    (r"No space left on device", lambda found, around: DISK),
    (
        r"can't start new thread|Resource temporarily unavailable|BlockingIOError",
        _always(
            f"It started more than {LIMITS.pids} processes and threads.",
            "Have it start fewer: a box has one processor.",
        ),
    ),
    (
        r"Too many open files",
        _always(
            f"It has more than {LIMITS.open_files} files open.",
            "Close each file when it is read: with open(...) as file.",
        ),
    ),
    (
        r"^(?:SyntaxError|IndentationError|TabError):",
        _always("It isn't Python as it stands.", "Correct the line that is shown."),
    ),
    (
        r"UnicodeDecodeError|invalid multibyte string",
        _always(
            "A file that it reads isn't text in UTF-8.",
            "Save it as UTF-8, or say which encoding it has.",
        ),
    ),
    (rf"exec: {QUOTED}: .*(?:not found|no such file)", _program),
    (r"^\w+: (?:line )?\d+: ([^\s:]+): (?:command )?not found", _program),
)
"""Words of a log, and what they mean. Where several are found, the last ones count."""


def packages_of(reference: str) -> tuple[str, ...]:
    """What an image has besides its language's own, as far as we made it: names, sorted."""
    name, _, _ = reference.partition(":")
    wanted = HERE / name / "requirements.in"
    return tuple(sorted(_names(wanted))) if wanted.is_file() else ()


def _names(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"[A-Za-z0-9][\w.-]*", line):
            yield found[0]
