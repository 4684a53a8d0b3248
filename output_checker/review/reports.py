"""The checker's reports, as the review reads them: by hash, so nothing changes unseen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from output_checker import report_json
from output_checker.errors import ReportChanged
from output_checker.report import FileReport, Report, Verdict, Verification
from output_checker.review.request import ReleaseFile, ReleaseRequest

OPAQUE = "opaque"
"""The code that tells least of a file without a claim."""


@dataclass(frozen=True)
class Reviewed:
    """A file of a request beside its entry in the report, proven unchanged."""

    file: ReleaseFile
    entry: FileReport


def release_files(path: Path) -> tuple[ReleaseFile, ...]:
    """What a report offers to a request: every output in it, fit or not."""
    data = path.read_bytes()
    report = report_json.loads(data)
    return tuple(_release_file(path, sha256(data), report, f) for f in report.files)


def reviewed(request: ReleaseRequest) -> tuple[Reviewed, ...]:
    """Each file with its entry; ReportChanged if a report isn't what it was."""
    reports = {(f.report, f.report_sha256): None for f in request.files}
    read = {path: _unchanged(path, digest) for path, digest in reports}
    return tuple(Reviewed(f, _entry(read[f.report], f)) for f in request.files)


def sha256(data: bytes) -> str:
    """Hex digest."""
    return hashlib.sha256(data).hexdigest()


def _release_file(path: Path, digest: str, report: Report, f: FileReport) -> ReleaseFile:
    return ReleaseFile(
        job_id=report.job_id,
        path=f.path,
        output_sha256=f.sha256,
        report=path,
        report_sha256=digest,
        entry_sha256=_entry_sha256(report, f),
        policy_sha256=report.policy_sha256,
        verification=f.verification,
        verdict=f.verdict,
        codes=_codes(f),
        replaced=f.table is not None or f.rewritten is not None,
    )


def _codes(f: FileReport) -> tuple[str, ...]:
    """The checks that made the verdict what it is; none for a pass.

    Of a file without a claim just one, as its author is outside: whoever wrote the file saw
    the records, and could say something by the findings that it has.
    """
    weighty = {x.check for x in f.findings if x.verdict is f.verdict is not Verdict.PASS}
    if f.verification is not Verification.OPAQUE:
        return tuple(sorted(weighty))
    return tuple(sorted(weighty, key=lambda code: (code != OPAQUE, code))[:1])


def _unchanged(path: Path, digest: str) -> Report:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise _changed("the report that was reviewed is gone") from None
    if sha256(data) != digest:
        raise _changed("the report isn't the one that was reviewed")
    return report_json.loads(data)


def _entry(report: Report, file: ReleaseFile) -> FileReport:
    for entry in report.files:
        if entry.path == file.path and _entry_sha256(report, entry) == file.entry_sha256:
            return entry
    raise _changed(f"the report has no longer the {file.path} that was reviewed")


def _entry_sha256(report: Report, entry: FileReport) -> str:
    """Of the entry as a report of its own, so other outputs of the job don't matter."""
    alone = Report(report.job_id, report.policy_sha256, (entry,))
    return sha256(report_json.dumps(alone))


def _changed(problem: str) -> ReportChanged:
    return ReportChanged(
        problem,
        where="report",
        remedy="Ask for the release again, so that two people see what there is now.",
    )
