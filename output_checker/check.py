"""From a job's outputs to a report: what is so, what is hidden, what may not leave."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from output_checker.checks import registry
from output_checker.checks.subjects import Beside, Candidate, Untrue, Verified
from output_checker.examine import CLAIM, Output, Reader, claim_of
from output_checker.policy import Policy
from output_checker.report import FileReport, Finding, Report, Table, Verdict, Verification
from output_checker.suppress.primary import primary
from output_checker.suppress.protect import CannotProtect, Protected, protect, table
from output_checker.verify.cohort import Dataset
from output_checker.verify.numbers import CellKey, People, Recomputed

__all__ = ["Dataset", "check"]


def check(
    folder: Path,
    files: Sequence[str],
    datasets: Mapping[str, Dataset],
    policy: Policy,
    job_id: str,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Report:
    """Check a job's outputs, named by their paths below ``folder``.

    ``datasets``: the cohort files that the runner recorded, by the path that actions know
    them by (``output/dataset.parquet``). A file's claim is looked for beside it, as
    ``name.claim.json``; claims aren't outputs themselves. Reads only; follows no link.
    Tables about the same people are protected together. ``clock`` tells seconds, to stop
    the search for the cheapest protection after ``policy.solver_seconds``.
    """
    tables = sorted(name for name in set(files) if not _is_beside(name, files))
    with ExitStack() as stack:
        reader = Reader(folder, datasets, policy, stack)
        outputs = [reader.output(name) for name in tables]
    reports = _reports(outputs, policy, clock)
    return Report(job_id, policy.sha256, tuple(reports))


def _is_beside(name: str, names: Iterable[str]) -> bool:
    """Is this the claim of another of the files?"""
    return name.endswith(CLAIM) and any(
        claim_of(other) == name for other in names if other != name
    )


def _reports(
    outputs: Sequence[Output], policy: Policy, clock: Callable[[], float]
) -> Iterable[FileReport]:
    """First what each file is by itself; then the sound tables, protected together."""
    alone = {output.path: registry.run(output.subject) for output in outputs}
    sound = [
        output.subject.found
        for output in outputs
        if isinstance(output.subject, Candidate) and _passes(alone[output.path])
    ]
    protected = _protected(sound, policy, clock)
    for output in outputs:
        if output.path in protected:
            yield _verified(output, alone[output.path], sound, protected, policy)
        else:
            yield _refused(output, alone[output.path])


def _refused(output: Output, findings: tuple[Finding, ...]) -> FileReport:
    match output.subject:
        case Untrue() as untrue:
            verification = untrue.verification
        case Candidate():
            verification = Verification.VERIFIED
        case _:
            verification = Verification.OPAQUE
    return _report(output, verification, findings, None)


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
    tables: Sequence[Recomputed], policy: Policy, clock: Callable[[], float]
) -> dict[str, Protected | str]:
    """By path: the protection, found with all tables about the same people, or why not."""
    families: dict[People, list[Recomputed]] = {}
    for found in tables:
        families.setdefault(found.people, []).append(found)
    done: dict[str, Protected | str] = {}
    for family in families.values():
        result: Protected | str
        try:
            result = protect(family, policy, clock)
        except CannotProtect as error:
            result = str(error)
        done |= dict.fromkeys((found.path for found in family), result)
    return done


def _verified(
    output: Output,
    alone: tuple[Finding, ...],
    tables: Sequence[Recomputed],
    results: Mapping[str, Protected | str],
    policy: Policy,
) -> FileReport:
    (found,) = (t for t in tables if t.path == output.path)
    result = results[found.path]
    protected = None if isinstance(result, str) else result
    subject = Verified(
        found=found,
        causes=primary(found, policy),
        protected=protected,
        others=tuple(
            Beside(other, _hidden(results[other.path]))
            for other in tables
            if other is not found
        ),
        policy=policy,
        refusal=result if isinstance(result, str) else "",
    )
    findings = (*alone, *registry.run(subject))
    shown = table(found, protected, policy) if protected and _passes(findings) else None
    return _report(output, Verification.VERIFIED, findings, shown)


def _hidden(result: Protected | str) -> frozenset[CellKey]:
    return frozenset() if isinstance(result, str) else frozenset(result.hidden)
