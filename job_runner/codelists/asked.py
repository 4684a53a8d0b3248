"""``codelists.txt``: a codelist a line, by its id in the catalogue or by where it lies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

from job_runner.codelists.files import FOLDER, LIST, bytes_of, folder
from job_runner.codelists.wrong import Wrong, refuse_all, shown
from job_runner.errors import CodelistError

CATALOGUE = "https://www.opencodelists.org/codelist/"

MOST_LINES = 1_000
MOST_BYTES = 1_000_000

_PART = r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}"
_ID = re.compile(rf"(user/)?({_PART})/({_PART})/({_PART})/?")
FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}\.csv", re.IGNORECASE)
_REVISION = re.compile(r"[A-Za-z0-9](?!.*\.\.)[A-Za-z0-9._/-]{0,200}")
_LOCAL = ("/", "./", "../")

FORMS = (
    "Write organisation/name/version, https://host/name.csv, "
    "git+https://host/repository.git@revision#folder/name.csv, or ../folder/name.csv."
)


@dataclass(frozen=True)
class Catalogued:
    """A version in the catalogue of codelists."""

    id: str


@dataclass(frozen=True)
class OnWeb:
    """A file at an address."""

    url: str


@dataclass(frozen=True)
class InGit:
    """A file of a repository; without a ``revision``, of its main branch today."""

    repository: str
    revision: str | None
    path: str


@dataclass(frozen=True)
class InFolder:
    """A file on this machine; from the study's folder, if it isn't absolute."""

    path: str


Source: TypeAlias = Catalogued | OnWeb | InGit | InFolder


@dataclass(frozen=True)
class Asked:
    """A line. ``name``: of its file in ``codelists/``."""

    line: int
    text: str
    source: Source
    name: str


class _NoSource(Exception):
    def __init__(self, problem: str, remedy: str = FORMS) -> None:
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


def read(study: Path) -> tuple[Asked, ...]:
    """The lines of a study's list; CodelistError with all that are wrong."""
    text = text_of(study)
    if text is None:
        raise CodelistError(
            "there is no such file",
            where=f"{FOLDER}/{LIST}",
            remedy="Make it with: strongroom codelists add SOURCE.",
        )
    return understood(text)


def text_of(study: Path) -> str | None:
    """What stands in a study's list; None where it has none. CodelistError else."""
    data = bytes_of(folder(study) / LIST)
    if data is None:
        return None
    try:
        if len(data) > MOST_BYTES:
            raise ValueError
        return data.decode("utf-8-sig")
    except ValueError:
        raise CodelistError(
            "it is too large, or isn't UTF-8 text",
            where=f"{FOLDER}/{LIST}",
            remedy="Write one codelist a line, and save it as UTF-8.",
        ) from None


def understood(text: str) -> tuple[Asked, ...]:
    """The codelists that the lines of a list ask for. Blank ones and ``#`` ask for none."""
    found: list[Asked] = []
    wrong: list[Wrong] = []
    for number, line in enumerate(text.split("\n"), 1):
        word = line.strip()
        if not word or word.startswith("#"):
            continue
        try:
            source = source_of(word)
            found.append(Asked(number, word, source, name_of(source)))
        except _NoSource as no:
            wrong.append(Wrong(place(number), no.problem, no.remedy))
    wrong += _clashes(found)
    if len(found) > MOST_LINES:
        wrong.append(Wrong(f"{FOLDER}/{LIST}", "it is too long", "Name fewer codelists."))
    refuse_all(wrong)
    return tuple(found)


def place(line: int) -> str:
    return f"{FOLDER}/{LIST}, line {line}"


def source_of(text: str) -> Source:
    """What one line names."""
    if not text.isprintable():
        raise _NoSource("it has a character that can't be seen", "Type it anew.")
    if text.startswith("git+"):
        return _in_git(text)
    if text.startswith(("http://", "https://")):
        return OnWeb(_address(text).geturl())
    if text.startswith(_LOCAL):
        return InFolder(text)
    if "://" in text:
        said = f"addresses of the kind {shown(text.partition('://')[0])} aren't read"
        raise _NoSource(said, "Name a file on this machine by its path.")
    if not _ID.fullmatch(text):
        raise _NoSource(f"{shown(text)} names no codelist")
    return Catalogued(text.removesuffix("/"))


def name_of(source: Source) -> str:
    """What its file is called: an id as OpenSAFELY has it, without the version."""
    match source:
        case Catalogued(id=id):
            name = "-".join(id.split("/")[:-1]) + ".csv"
        case OnWeb(url=url):
            name = urlsplit(url).path.rpartition("/")[2]
        case InGit(path=path) | InFolder(path=path):
            name = path.rpartition("/")[2]
    if not FILE.fullmatch(name):
        remedy = "Name a .csv file of letters, digits, `-`, `_` and `.`."
        raise _NoSource(f"{shown(name)} can't be a codelist's file", remedy)
    return name


def _in_git(text: str) -> InGit:
    where, _, path = text.removeprefix("git+").partition("#")
    parts = _parts(where)
    scheme, at = parts.scheme, len(where) - len(parts.path)
    if scheme and (scheme not in ("https", "ssh") or not parts.hostname or parts.password):
        said = "a repository's address is https:// or ssh://, without a password"
        raise _NoSource(said)
    if not scheme and not where.startswith(_LOCAL):
        raise _NoSource(f"{shown(where)} is no repository's address")
    _refuse_query(parts, where)
    folder, mark, revision = where[at:].rpartition("@")
    repository = where[:at] + (folder if mark else where[at:])
    if mark and not _REVISION.fullmatch(revision):
        raise _NoSource(f"{shown(revision)} is no branch, tag or commit")
    if not path or {"", ".", ".."} & set(path.split("/")) or ":" in path:
        raise _NoSource("after `#` a file of the repository must be named")
    return InGit(repository, revision if mark else None, path)


def _refuse_query(parts: SplitResult, where: str) -> None:
    if parts.query or where.startswith("-"):
        raise _NoSource(f"{shown(where)} is no repository's address")


def _address(text: str) -> SplitResult:
    parts = _parts(text)
    if not parts.hostname or " " in text:
        raise _NoSource(f"{shown(text)} is no address")
    if parts.username is not None:
        said = "a name or password in an address would be there for all to read"
        raise _NoSource(said, "Fetch the file yourself, and name its path.")
    return parts._replace(fragment="")


def _parts(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        if parts.port == 0:
            raise ValueError
    except ValueError:
        raise _NoSource(f"{shown(text)} is no address") from None
    return parts


def _clashes(found: Iterable[Asked]) -> Iterator[Wrong]:
    first: dict[str, Asked] = {}
    for one in found:
        other = first.setdefault(one.name.casefold(), one)
        if other is not one:
            said = (
                f"this would be {shown(one.name)}, as is the codelist on line {other.line}"
            )
            yield Wrong(place(one.line), said, "Take one away, or rename the file there.")
