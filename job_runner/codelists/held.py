"""Whether ``codelists/`` holds what its list asks for, as it was fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from job_runner.codelists import asked, record
from job_runner.codelists.asked import Asked
from job_runner.codelists.files import FOLDER, LIST, RECORD, bytes_of, csv_files
from job_runner.codelists.record import Fetched
from job_runner.codelists.wrong import Wrong, refuse_all, shown

UPDATE = "Fetch it: strongroom codelists update."


def check(study: Path) -> tuple[str, ...]:
    """The names of the codelists, where all is as it was fetched.

    CodelistError with everything that isn't: a file edited by hand, missing, or of which
    nobody knows where it is from. Asks nobody; reads the study's folder only.
    """
    lines = asked.read(study)
    files = record.read(study)
    wrong = [*_unfetched(lines, files or {}), *_unasked(lines, files or {})]
    wrong += [one for name in files or {} if (one := _changed(study, name, files or {}))]
    wrong += [_extra(path) for path in csv_files(study) if path not in (files or {})]
    refuse_all(wrong)
    return tuple(line.name for line in lines)


def _unfetched(lines: Sequence[Asked], files: Mapping[str, Fetched]) -> Iterator[Wrong]:
    for line in lines:
        if line.name not in files:
            said = f"{shown(line.text)} wasn't fetched"
            yield Wrong(asked.place(line.line), said, UPDATE)
        elif files[line.name].id.rstrip("/") != line.text.rstrip("/"):
            said = (
                f"this asks for {shown(line.text)}, and what is here is "
                f"{shown(files[line.name].id)}"
            )
            yield Wrong(asked.place(line.line), said, UPDATE)


def _unasked(lines: Sequence[Asked], files: Mapping[str, Fetched]) -> Iterator[Wrong]:
    names = {line.name for line in lines}
    for name in files.keys() - names:
        said = f"{shown(name)} was fetched, and no line asks for it"
        remedy = f"Take it away with strongroom codelists update, or ask for it in {LIST}."
        yield Wrong(f"{FOLDER}/{RECORD}", said, remedy)


def _changed(study: Path, name: str, files: Mapping[str, Fetched]) -> Wrong | None:
    data = bytes_of(study / FOLDER / name)
    where = f"{FOLDER}/{name}"
    if data is None:
        return Wrong(where, "the file is missing, or isn't an ordinary one", UPDATE)
    if files[name].is_of(data):
        return None
    remedy = (
        "A codelist is edited where it comes from. Move your own to another folder, or "
        "take the one that was fetched again: strongroom codelists update --force."
    )
    return Wrong(where, "it isn't as it was fetched", remedy)


def _extra(path: str) -> Wrong:
    remedy = (
        f"If it is your own, move it to another folder; else name its source in {LIST}: "
        "strongroom codelists add SOURCE."
    )
    return Wrong(f"{FOLDER}/{path}", "nobody knows where this codelist is from", remedy)
