"""What an output is by itself: a true table, an untrue claim, or a file without one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from output_checker.checks.subjects import Candidate, Opaque, Subject, Untrue
from output_checker.claims.model import Claim
from output_checker.differencing.division import Everybody, counted, everybody
from output_checker.differencing.model import Counted
from output_checker.errors import ClaimError
from output_checker.policy import Policy
from output_checker.report import Verification
from output_checker.suppress.protect import Protected
from output_checker.verify import claim_file, cohort, derived, files
from output_checker.verify.cohort import Cohort, Dataset, Unverifiable
from output_checker.verify.compare import differences
from output_checker.verify.numbers import Recomputed, Shared
from output_checker.verify.overlap import overlap
from output_checker.verify.recompute import recompute

CLAIM = ".claim.json"
LARGEST_CLAIM = 20_000_000
LARGEST_OUTPUT = 100_000_000
"""Bytes. No table that people look at has more, and a file with holes never ends."""
HEAD = 65_536
TOLD = 50
"""Cells that a finding names; there is no use in thousands."""


@dataclass(frozen=True)
class Output:
    """A file, its hashes, and what it turned out to be."""

    path: str
    sha256: str
    claim_sha256: str | None
    subject: Subject


def claim_of(name: str) -> str:
    """Where the claim about a file lies."""
    return str(Path(name).with_suffix(CLAIM))


class Reader:
    """Reads outputs and claims, and recomputes; opens each cohort once."""

    def __init__(
        self,
        folder: Path,
        datasets: Mapping[str, Dataset],
        policy: Policy,
        stack: ExitStack,
    ) -> None:
        self._folder, self._datasets, self._policy = folder, datasets, policy
        self._stack = stack
        self._open: dict[str, Cohort] = {}
        self._people: dict[str, Everybody] = {}

    def output(self, name: str) -> Output:
        try:
            with files.opened(self._folder, name) as found:
                files.at_most(found, name, LARGEST_OUTPUT)
                sha256, head = files.sha256(found), files.head(found, HEAD)
        except files.Unreadable as error:
            return Output(name, "", None, _unreadable(name, error))
        if name.endswith(CLAIM):
            return Output(name, sha256, None, _alone(name))
        try:
            claim = self._claim_bytes(name)
        except files.Unreadable as error:
            return Output(name, sha256, None, _unreadable(name, error))
        if claim is None:
            return Output(name, sha256, None, Opaque(name, head))
        return Output(
            name, sha256, hashlib.sha256(claim).hexdigest(), self._judge(name, claim)
        )

    def shared(self, one: Recomputed, other: Recomputed) -> Shared | None:
        """Whom two true tables count in which cells; None if that can't be said."""
        if one.claim.dataset != other.claim.dataset:
            return None
        try:
            return overlap(one, other, self._cohort(one.claim))
        except Unverifiable:
            return None

    def counted(self, found: Recomputed, protected: Protected, secret: bytes) -> Counted:
        """Who is in which cell of a true table; Unverifiable, Damaged."""
        cohort = self._cohort(found.claim)
        if found.claim.dataset not in self._people:
            self._people[found.claim.dataset] = everybody(cohort, secret)
        people = self._people[found.claim.dataset]
        return counted(found, protected, self._policy, cohort, people)

    def _claim_bytes(self, name: str) -> bytes | None:
        """None if there is no claim; Unreadable if what is there can't be one."""
        try:
            return files.read(self._folder, claim_of(name), limit=LARGEST_CLAIM)
        except files.Missing:
            return None

    def _judge(self, name: str, data: bytes) -> Subject:
        """The claim recomputed, or why it wasn't borne out."""
        try:
            claim = claim_file.loads(data, where=claim_of(name))
            about = self._cohort(claim)
            found = recompute(
                name,
                claim,
                about,
                largest=self._most(),
                few=self._policy.threshold,
                providers=self._policy.provider_columns,
            )
            found = replace(found, made=about.made)
        except ClaimError as error:
            return Untrue(name, Verification.UNVERIFIABLE, error.problem, error.remedy)
        except Unverifiable as error:
            return Untrue(name, Verification.UNVERIFIABLE, error.reason, error.remedy)
        wrong = differences(found)
        return _mismatch(name, wrong) if wrong else Candidate(found, self._policy)

    def _most(self) -> int:
        return max(2, self._policy.dominance_patients)

    def _cohort(self, claim: Claim) -> Cohort:
        dataset = self._datasets.get(claim.dataset)
        if dataset is None:
            raise Unverifiable(
                "the claim is about a dataset that the runner didn't extract for this job",
                f"Claim about one of: {', '.join(sorted(self._datasets)) or 'none'}.",
            )
        if claim.dataset_sha256 != dataset.sha256:
            raise Unverifiable(
                "the claim is about another version of the dataset",
                "Run the action again on the dataset as it was last extracted.",
            )
        if claim.dataset not in self._open:
            opened = derived.opened(dataset) if dataset.of else cohort.opened(dataset)
            self._open[claim.dataset] = self._stack.enter_context(opened)
        return self._open[claim.dataset]


def _unreadable(name: str, error: files.Unreadable) -> Untrue:
    which = "" if error.where == name else "Its claim: "
    reason = f"{which}{error.problem}"
    return Untrue(name, Verification.UNVERIFIABLE, reason, error.remedy)


def _alone(name: str) -> Untrue:
    return Untrue(
        name,
        Verification.OPAQUE,
        "This claim has no table beside it.",
        "Let the table be an output of the same action, under the same name.",
    )


def _mismatch(name: str, cells: Sequence[str]) -> Untrue:
    return Untrue(
        name,
        Verification.MISMATCH,
        f"{len(cells)} of the claim's cells or levels aren't what the cohort says.",
        "Make the table from the whole dataset, with conditions in where=, and don't change"
        " its numbers.",
        tuple(cells[:TOLD]),
    )
