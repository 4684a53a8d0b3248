"""The only way out: an approved request becomes a folder in the outbox, whole or
not at all.

Nothing in it is a researcher's bytes. Tables are written from the report's verified and
protected numbers, pictures are drawn from the same, files without a claim were written anew
when they were checked, names are made safe here. The same
request always gives the same bytes, so a release that was cut off is finished by doing it
again.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from output_checker import canonical, figures, readme
from output_checker.differencing.noted import CELLS, DEFINITIONS
from output_checker.errors import ReleaseRefused, ReportChanged
from output_checker.review import request as r
from output_checker.review.permissions import NOTHING_OF_OURS
from output_checker.review.reports import Reviewed, reviewed, sha256

MANIFEST, README = "manifest.json", "README.txt"
OUR_NAMES = frozenset({"manifest", "readme"})
LONGEST_NAME = 40


class Disk:
    """What a release does to a disk, one step a method, so that each can fail in a test."""

    def make(self, folder: Path) -> None:
        folder.mkdir(mode=0o755)

    def write(self, path: Path, data: bytes) -> None:
        """A new file, on the disk when this returns."""
        with path.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def sync(self, folder: Path) -> None:
        """The folder's own entries, on the disk when this returns."""
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def rename(self, source: Path, target: Path) -> None:
        source.rename(target)


CountedTables = Sequence[tuple[str, str]]
PutDown = Callable[[str, CountedTables], Sequence[Mapping[str, object]]]
Record = Callable[[str, Mapping[str, object], str], object]


@dataclass(frozen=True)
class Outbox:
    """The folder that released bundles appear in, one folder a request.

    ``seal_key``: the site's own secret. The report's hash leaves only sealed with it: a
    plain hash would let anybody try out hidden numbers until it fits. ``put_down``: keeps
    in mind who is counted, given the request's id and each table's job and path, and says
    what the ledger is to say of it. ``record``: kind, body, who; into the ledger.
    """

    folder: Path
    seal_key: bytes = field(repr=False)
    put_down: PutDown = field(repr=False)
    record: Record = field(repr=False)
    disk: Disk = field(default_factory=Disk, repr=False)

    def publish(self, request: r.ReleaseRequest) -> r.Bundle:
        """The bundle of an approved request, now in the outbox.

        ReleaseRefused if the request isn't approved or another bundle stands in its place,
        ReportChanged if the report isn't what was reviewed, or doesn't know of a release
        since that tells of few people together with this one. Before anything appears, who
        is counted is put down, and on the ledger: what was cut off after that is put down
        again. OSError if the disk fails: then nothing appeared, and doing it again is safe.
        """
        target = self.folder / folder_name(request)
        with _one_at_a_time(self.folder):
            outputs, files = self._bundle(request, target)
            if target.exists():
                _same_or_refused(target, files)
            else:
                self._remember(request, outputs)
                self._appear(target, files)
        return r.Bundle(target, sha256(files[MANIFEST]))

    def _remember(self, request: r.ReleaseRequest, outputs: Sequence[Reviewed]) -> None:
        """Files that weren't recomputed count nobody who is known."""
        tables = [f.file for f in outputs if f.entry.table is not None]
        told = self.put_down(request.id, [(file.job_id, file.path) for file in tables])
        for body in told:
            definitions = {DEFINITIONS: dict(request.origin.queries)}
            self.record(CELLS, {**body, **definitions}, "the site")

    def _bundle(
        self, request: r.ReleaseRequest, target: Path
    ) -> tuple[Sequence[Reviewed], Mapping[str, bytes]]:
        try:
            outputs = reviewed(request)
            return outputs, bundle(request, outputs, self.seal_key)
        except ReportChanged:
            if target.exists():  # it left before the report changed: no way back
                raise _occupied(target) from None
            raise

    def _appear(self, target: Path, files: Mapping[str, bytes]) -> None:
        staging = target.with_name(f".{target.name}.part")
        if staging.exists():
            shutil.rmtree(staging)
        self.disk.make(staging)
        for name, data in files.items():
            self.disk.write(staging / name, data)
        self.disk.sync(staging)
        self.disk.rename(staging, target)
        self.disk.sync(self.folder)


def read_back(bundle: r.Bundle) -> Mapping[str, bytes]:
    """Every file of a released bundle, each as the manifest says; ReleaseRefused if not."""
    try:
        files = {p.name: p.read_bytes() for p in bundle.folder.iterdir()}
        manifest = json.loads(files[MANIFEST])
        told = {f["name"]: f["sha256"] for f in manifest["files"]}
    except (OSError, KeyError, ValueError):
        raise _not_there(bundle) from None
    told[MANIFEST] = bundle.manifest_sha256
    if told != {name: sha256(data) for name, data in files.items()}:
        raise _not_there(bundle)
    return files


def folder_name(request: r.ReleaseRequest) -> str:
    """The bundle's folder: the request's own id, which the site gave it."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", request.id):
        raise ValueError("a request's id can't name a folder")
    return request.id


def bundle(
    request: r.ReleaseRequest, files: Sequence[Reviewed], seal_key: bytes
) -> Mapping[str, bytes]:
    """Every file that leaves, by its name. Touches no disk."""
    decided_at = request.decided_at
    if request.status is not r.Status.APPROVED or decided_at is None:
        raise ReleaseRefused(
            "only what two people approved leaves",
            where=request.id,
            remedy="Wait for both votes.",
        )
    made = contents(files)
    unsure = sorted(name for part in made if not part.recomputed for name in part.files)
    parts = {name: data for part in made for name, data in part.files.items()}
    parts[README] = readme.about(unsure)
    told = {
        **_manifest(request, files, seal_key, decided_at),
        "not_recomputed": unsure,
        "files": _hashes(parts),
    }
    return {**parts, MANIFEST: canonical.dump(told)}


@dataclass(frozen=True)
class Part:
    """What one output becomes: the name it leaves under, and its files' bytes."""

    name: str
    files: Mapping[str, bytes]
    recomputed: bool = True


def contents(files: Sequence[Reviewed]) -> tuple[Part, ...]:
    """What each output would leave as; ReleaseRefused if one can't."""
    names = safe_names([f.file.path for f in files])
    return tuple(_part(f, name) for f, name in zip(files, names, strict=True))


def safe_names(paths: Iterable[str]) -> tuple[str, ...]:
    """For each path a short name of a-z, 0-9, - and _, all different."""
    names: list[str] = []
    for path in paths:
        stem = PurePosixPath(path).stem.lower()
        name = re.sub(r"[^a-z0-9_]+", "-", stem)[:LONGEST_NAME].strip("-") or "table"
        names.append(_free(name, {*names, *OUR_NAMES}))
    return tuple(names)


def _free(name: str, taken: Set[str]) -> str:
    if name not in taken:
        return name
    n = 2
    while f"{name}-{n}" in taken:
        n += 1
    return f"{name}-{n}"


def _part(f: Reviewed, name: str) -> Part:
    table, anew = f.entry.table, f.entry.rewritten
    if anew is not None:
        return Part(name, {f"{name}.{anew.form.ending}": anew.data}, recomputed=False)
    if table is None:
        raise ReleaseRefused(
            NOTHING_OF_OURS,
            where=f.file.name_outside,
            remedy="Write the output with a claim, so that it can be recomputed.",
        )
    canonical.check(table)
    pictures = figures.draw(table)
    files = {
        f"{name}.csv": canonical.as_csv(table),
        f"{name}.json": canonical.as_json(table),
    }
    return Part(name, files | {f"{name}.{end}": d for end, d in pictures.items()})


def _manifest(
    request: r.ReleaseRequest,
    files: Sequence[Reviewed],
    seal_key: bytes,
    decided_at: datetime,
) -> dict[str, object]:
    """Facts about the release; reviewers' reasons and unprotected files' hashes stay in."""
    return {
        "format": "strongroom-release",
        "version": 2,
        "id": request.id,
        "project": request.project,
        "author": request.author,
        "title": request.context.title,
        "purpose": request.context.purpose,
        "run": request.origin.run_id,
        "repository": request.origin.repository,
        "commit": request.origin.commit,
        "queries": dict(request.origin.queries),
        "policies": sorted({f.file.policy_sha256 for f in files}),
        "reports_sealed": sorted({seal(f.file.report_sha256, seal_key) for f in files}),
        "approved_by": sorted(v.by for v in request.votes),
        "approved_at": decided_at.isoformat(),
        "waived": {f.path: list(f.codes) for f in request.to_waive},
        "hidden_cells_are_written": canonical.HIDDEN,
        "totals_are_written": canonical.TOTAL,
    }


def seal(digest: str, key: bytes) -> str:
    """A hash that only the site can check: HMAC-SHA256 of a digest under the site's key."""
    return hmac.new(key, b"report:" + digest.encode(), hashlib.sha256).hexdigest()


def _hashes(parts: Mapping[str, bytes]) -> list[dict[str, object]]:
    return [
        {"name": name, "sha256": sha256(data), "bytes": len(data)}
        for name, data in sorted(parts.items())
    ]


def _same_or_refused(target: Path, files: Mapping[str, bytes]) -> None:
    """An earlier try that was cut off after its last step left just this; else refuse."""
    there = {p.name: p.read_bytes() for p in target.iterdir()}
    if there != dict(files):
        raise _occupied(target)


def _not_there(bundle: r.Bundle) -> ReleaseRefused:
    return ReleaseRefused(
        "the bundle isn't in the outbox any more, or isn't as it was released",
        where=bundle.folder.name,
        remedy="Ask the site's operator where it went.",
    )


def _occupied(target: Path) -> ReleaseRefused:
    return ReleaseRefused(
        "another bundle stands in its place",
        where=target.name,
        remedy="An operator must find out how it got there, and move it away.",
    )


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
