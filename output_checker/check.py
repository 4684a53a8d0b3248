"""From a job's outputs to a report: what is so, what is hidden, what may not leave."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from output_checker.checks import registry
from output_checker.checks.subjects import Candidate, Untrue, Verified
from output_checker.examine import CLAIM, Output, Reader, claim_of
from output_checker.pairs import Pairs
from output_checker.policy import Policy
from output_checker.report import FileReport, Finding, Report, Table, Verdict, Verification
from output_checker.suppress.primary import primary
from output_checker.suppress.protect import CannotProtect, Protected, protect
from output_checker.suppress.shown import table
from output_checker.verify.cohort import Dataset

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
    Tables that share groups of people are protected together. ``clock`` tells seconds, to
    stop the search for the cheapest protection after ``policy.solver_seconds``.
    """
    claims = {claim_of(name) for name in files if not name.endswith(CLAIM)}
    tables = sorted(set(files) - claims)
    with ExitStack() as stack:
        reader = Reader(folder, datasets, policy, stack)
        outputs = [_read(reader, name) for name in tables]
        reports = tuple(_reports(outputs, reader, policy, clock))
    return Report(job_id, policy.sha256, reports)


def _reports(
    outputs: Sequence[Output],
    reader: Reader,
    policy: Policy,
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
        pairs = Pairs(sound, reader.shared, policy.threshold)
        protected = _protected(pairs, policy, clock)
    except Exception:  # noqa: BLE001 (what it says may quote a value)
        yield from (_unprotected(output, alone[output.path]) for output in outputs)
        return
    for output in outputs:
        if output.path not in protected:
            yield _refused(output, alone[output.path])
            continue
        try:
            yield _verified(output, alone[output.path], pairs, protected, policy)
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


def _verified(
    output: Output,
    alone: tuple[Finding, ...],
    pairs: Pairs,
    results: Mapping[str, Protected | str],
    policy: Policy,
) -> FileReport:
    (found,) = (t for t in pairs.tables if t.path == output.path)
    result = results[found.path]
    protected = None if isinstance(result, str) else result
    shown = table(found, protected, policy) if protected else None
    subject = Verified(
        found=found,
        causes=primary(found, policy),
        protected=protected,
        others=tuple(pairs.beside(found)),
        policy=policy,
        refusal=result if isinstance(result, str) else "",
        table=shown,
    )
    findings = (*alone, *registry.run(subject))
    leaves = shown if _passes(findings) else None
    return _report(output, Verification.VERIFIED, findings, leaves)
