"""Codelists fetched and put down: all of them, or, where one can't be had, none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from job_runner.codelists import asked, content, record
from job_runner.codelists.asked import (
    CATALOGUE,
    Asked,
    Catalogued,
    InFolder,
    InGit,
    OnWeb,
)
from job_runner.codelists.files import FOLDER, LIST, RECORD, bytes_of, put
from job_runner.codelists.record import Fetched
from job_runner.codelists.repository import Repositories
from job_runner.codelists.web import NotHad, Web
from job_runner.codelists.wrong import Wrong, refuse_all, shown

CHECK_SOURCE = "Is it written right, and can you read it from here?"


@dataclass(frozen=True)
class Fetching:
    """How files are had. ``catalogue``: where ids are looked up, a mirror perhaps."""

    web: Web
    repositories: Repositories
    clock: Callable[[], datetime]
    catalogue: str = CATALOGUE


@dataclass(frozen=True)
class Changed:
    """What became of a file: ``new``, ``changed``, ``same`` or ``removed``."""

    name: str
    how: str


@dataclass(frozen=True)
class _Had:
    data: bytes
    url: str
    commit: str | None = None


def update(study: Path, fetching: Fetching, *, force: bool = False) -> tuple[Changed, ...]:
    """Every codelist of the list as its source has it today, and the record of it.

    Files that were fetched and aren't asked for any more go away. CodelistError, and
    nothing is written, where one can't be had, or was edited by hand since (unless
    ``force``).
    """
    lines, files = asked.read(study), record.read(study) or {}
    gone = files.keys() - {line.name for line in lines}
    return _fetch(study, lines, files, fetching, gone=sorted(gone), force=force)


def add(study: Path, sources: Iterable[str], fetching: Fetching) -> tuple[Changed, ...]:
    """The sources as further lines of the list, fetched; those on it already again.

    CodelistError, and nothing is written, where one can't be had.
    """
    before = asked.text_of(study) or ""
    known = {line.text for line in asked.understood(before)}
    sources = list(dict.fromkeys(one.strip() for one in sources))
    new = "".join(f"{one}\n" for one in sources if one not in known)
    text = before + ("\n" if before and not before.endswith("\n") else "") + new
    lines = asked.understood(text)
    wanted = [line for line in lines if line.text in sources]
    files = record.read(study) or {}
    found = _fetch(study, wanted, files, fetching, gone=())
    put(study / FOLDER / LIST, text.encode())
    return found


def _fetch(
    study: Path,
    wanted: Sequence[Asked],
    files: Mapping[str, Fetched],
    fetching: Fetching,
    *,
    gone: Collection[str],
    force: bool = False,
) -> tuple[Changed, ...]:
    had, wrong = _all_had(study, wanted, fetching)
    if not force:
        new = {**dict.fromkeys(gone), **{n: one.data for n, one in had.items()}}
        wrong += _edited(study, new, files)
    refuse_all(wrong)
    at = fetching.clock().strftime("%Y-%m-%d %H:%M:%SZ")
    entries = {line.name: _entry(line, had[line.name], at, files) for line in wanted}
    told = [_put_down(study, name, one.data) for name, one in had.items()]
    told += [_taken_away(study, name) for name in gone]
    kept = {name: one for name, one in files.items() if name not in gone}
    put(study / FOLDER / RECORD, record.written({**kept, **entries}))
    return tuple(told)


def _edited(
    study: Path, new: Mapping[str, bytes | None], files: Mapping[str, Fetched]
) -> list[Wrong]:
    """Files whose content would be lost, and that nobody could fetch again."""
    wrong = []
    for name, data in new.items():
        path = study / FOLDER / name
        here = bytes_of(path)
        is_known = here is None or (name in files and files[name].is_of(here))
        is_odd = path.is_symlink() or (here is None and path.exists())
        if is_odd or not (here == data or is_known):
            said = "it would be lost, and it isn't as it was fetched"
            remedy = "Move it to another folder, or give it up: codelists update --force."
            wrong.append(Wrong(f"{FOLDER}/{name}", said, remedy))
    return wrong


def _all_had(
    study: Path, wanted: Iterable[Asked], fetching: Fetching
) -> tuple[dict[str, _Had], list[Wrong]]:
    had: dict[str, _Had] = {}
    wrong = []
    for line in wanted:
        try:
            found = _had(study, line, fetching)
            why_not = content.why_not(found.data)
            if why_not:
                raise NotHad(why_not)
            had[line.name] = found
        except NotHad as no:
            said = f"{shown(line.text)} can't be had: {no}"
            wrong.append(Wrong(asked.place(line.line), said, CHECK_SOURCE))
    return had, wrong


def _had(study: Path, line: Asked, fetching: Fetching) -> _Had:
    match line.source:
        case Catalogued(id=id):
            page = f"{fetching.catalogue.rstrip('/')}/{id}/"
            return _Had(fetching.web.get(f"{page}download.csv"), page)
        case OnWeb(url=url):
            return _Had(fetching.web.get(url), url)
        case InGit() as source:
            data, commit = fetching.repositories.get(source)
            return _Had(data, source.repository, commit)
        case InFolder(path=path):
            return _Had(_copied(study, study / path), path)


def _copied(study: Path, path: Path) -> bytes:
    if path.resolve().is_relative_to((study / FOLDER).resolve()):
        raise NotHad(f"it lies in {FOLDER}/ itself, so nothing would hold it")
    data = bytes_of(path)
    if data is None:
        raise NotHad("there is no ordinary file of that name")
    return data


def _entry(line: Asked, had: _Had, at: str, files: Mapping[str, Fetched]) -> Fetched:
    """The date is when these bytes were first had from there."""
    before = files.get(line.name)
    new = Fetched(
        line.text, had.url, at, record.sha1(had.data), record.sha256(had.data), had.commit
    )
    if before and before.is_of(had.data) and (before.id, before.url) == (new.id, new.url):
        new = Fetched(**{**vars(new), "downloaded_at": before.downloaded_at})
    return new


def _put_down(study: Path, name: str, data: bytes) -> Changed:
    path = study / FOLDER / name
    before = bytes_of(path)
    if before != data:
        put(path, data)
    how = "new" if before is None else "same" if before == data else "changed"
    return Changed(name, how)


def _taken_away(study: Path, name: str) -> Changed:
    (study / FOLDER / name).unlink(missing_ok=True)
    return Changed(name, "removed")
