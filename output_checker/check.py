"""From a job's outputs to a report: what is so, what is hidden, what may not leave."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from output_checker.checks import registry
from output_checker.checks.subjects import Candidate, Opaque, Untrue, Verified
from output_checker.differencing.compared import Compared, compared
from output_checker.differencing.memory import Past
from output_checker.differencing.model import Damaged
from output_checker.examine import CLAIM, Output, Reader, claim_of
from output_checker.pairs import Pairs, nearly_alike
from output_checker.policy import Policy
from output_checker.report import FileReport, Finding, Report, Table, Verdict, Verification
from output_checker.suppress.primary import primary
from output_checker.suppress.protect import CannotProtect, Protected, protect
from output_checker.suppress.shown import table
from output_checker.verify.cohort import Dataset, Unverifiable
from output_checker.verify.numbers import Recomputed

__all__ = ["Dataset", "check"]


def check(
    folder: Path,
    files: Sequence[str],
    datasets: Mapping[str, Dataset],
    policy: Policy,
    job_id: str,
    *,
    past: Past | None = None,
    cohorts: Sequence[Dataset] = (),
    clock: Callable[[], float] = time.monotonic,
) -> Report:
    """Check a job's outputs, named by their paths below ``folder``.

    ``datasets``: the cohort files that the runner recorded, by the path that actions know
    them by (``output/dataset.parquet``). A file's claim is looked for beside it, as
    ``name.claim.json``; claims aren't outputs themselves. Follows no link, and writes only
    to the site's memory, if it has one: ``past``, which every table is compared with.
    ``cohorts``: further cohort files of the study, among whose people the words of files
    without a claim are looked up.
    Tables that share groups of people are protected together. ``clock`` tells seconds, to
    stop the search for the cheapest protection after ``policy.solver_seconds``.
    """
    claims = {claim_of(name) for name in files if not name.endswith(CLAIM)}
    tables = sorted(set(files) - claims)
    with ExitStack() as stack:
        reader = Reader(folder, datasets, policy, stack, cohorts)
        reader.expect(tables)
        outputs = [_read(reader, name) for name in tables]
        reports = tuple(_reports(outputs, reader, policy, _Past(past, job_id), clock))
    return Report(job_id, policy.sha256, reports)


def _reports(
    outputs: Sequence[Output],
    reader: Reader,
    policy: Policy,
    past: _Past,
    clock: Callable[[], float],
) -> Iterable[FileReport]:
    """First what each file is by itself; then the sound tables, protected together."""
    alone = {output.path: registry.run(output.subject) for output in outputs}
    sound = [
        output.subject.found
        for output in outputs
        if isinstance(output.subject, Candidate) and _passes(alone[output.path])
    ]
    try:
        protected = _protected(Pairs(sound, reader.shared), policy, clock)
        beside = past.compared(sound, protected, reader, policy)
        nearly = nearly_alike(sound, protected, reader.between, policy)
    except Exception:  # noqa: BLE001 (what it says may quote a value)
        yield from (_unprotected(output, alone[output.path]) for output in outputs)
        return
    for output in outputs:
        if output.path not in protected:
            yield _refused(output, alone[output.path])
            continue
        try:
            (found,) = (table for table in sound if table.path == output.path)
            subject = _subject(found, protected[found.path], beside, policy)
            subject = replace(subject, nearly=nearly.get(found.path, {}))
            yield _verified(output, alone[output.path], subject)
        except Exception:  # noqa: BLE001 (what it says may quote a value)
            yield _unprotected(output, alone[output.path])


def _read(reader: Reader, name: str) -> Output:
    """The output; one that can't be understood without an accident is refused."""
    try:
        return reader.output(name)
    except Exception:  # noqa: BLE001 (what it says may quote a value)
        found = registry.broken("truth")
        untrue = Untrue(name, Verification.UNVERIFIABLE, found.reason, found.remedy)
        return Output(name, "", None, untrue)


def _unprotected(output: Output, alone: tuple[Finding, ...]) -> FileReport:
    """The output's report where the job's tables couldn't be protected together."""
    if isinstance(output.subject, Candidate):
        alone = (registry.broken("protection"), *alone)
    return _refused(output, alone)


def _refused(output: Output, findings: tuple[Finding, ...]) -> FileReport:
    match output.subject:
        case Untrue() as untrue:
            verification = untrue.verification
        case Candidate():
            verification = Verification.VERIFIED
        case _:
            verification = Verification.OPAQUE
    report = _report(output, verification, findings, None)
    if isinstance(output.subject, Opaque) and _passes(findings):
        return replace(report, rewritten=output.subject.rewritten)
    return report


def _report(
    output: Output,
    verification: Verification,
    findings: tuple[Finding, ...],
    shown: Table | None,
) -> FileReport:
    return FileReport(
        output.path, output.sha256, output.claim_sha256, verification, findings, shown
    )


def _passes(findings: Iterable[Finding]) -> bool:
    return all(finding.verdict < Verdict.FAIL for finding in findings)


def _protected(
    pairs: Pairs, policy: Policy, clock: Callable[[], float]
) -> dict[str, Protected | str]:
    """By path: the protection, found with all tables that are linked, or why not."""
    done: dict[str, Protected | str] = {}
    for family in pairs.families():
        result: Protected | str
        try:
            result = protect(family, policy, clock, pairs.links(family))
        except CannotProtect as error:
            result = str(error)
        done |= dict.fromkeys((found.path for found in family), result)
    return done


def _subject(
    found: Recomputed,
    result: Protected | str,
    beside: Mapping[str, Compared],
    policy: Policy,
) -> Verified:
    protected = None if isinstance(result, str) else result
    return Verified(
        found=found,
        causes=primary(found, policy),
        protected=protected,
        policy=policy,
        refusal=result if isinstance(result, str) else "",
        table=table(found, protected, policy) if protected else None,
        compared=beside.get(found.path, Compared()),
    )


def _verified(output: Output, alone: tuple[Finding, ...], subject: Verified) -> FileReport:
    findings = (*alone, *registry.run(subject))
    shown = subject.table if _passes(findings) else None
    return _report(output, Verification.VERIFIED, findings, shown)


@dataclass(frozen=True)
class _Past:
    """What is known of earlier releases when a job is checked."""

    past: Past | None
    job: str

    def compared(
        self,
        sound: Iterable[Recomputed],
        results: Mapping[str, Protected | str],
        reader: Reader,
        policy: Policy,
    ) -> Mapping[str, Compared]:
        """What the tables that may leave tell, with each other and with what left."""
        secret = self.past.memory.key(b"patients") if self.past else b"no site"
        safe = [
            (found, result)
            for found in sound
            if not isinstance(result := results[found.path], str)
        ]
        if self.past is None and len(safe) < 2:
            return {}  # nothing to compare with, and nobody to remember it for
        try:
            tables = [reader.counted(found, how, secret) for found, how in safe]
            return compared(tables, self.past, policy, self.job)
        except (Unverifiable, Damaged):
            unknown = Compared(unknown="the cohort's people can't be told apart")
        except Exception:  # noqa: BLE001 (what it says may quote a value)
            unknown = Compared(unknown="the comparison broke down")
        return dict.fromkeys((found.path for found, _ in safe), unknown)
