"""What an output is by itself: a true table, an untrue claim, or a file without one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from output_checker.checks.subjects import Candidate, Subject, Untrue
from output_checker.claims.model import Claim
from output_checker.differencing.division import Everybody, counted, everybody
from output_checker.differencing.model import Counted
from output_checker.errors import ClaimError
from output_checker.opaque import opened
from output_checker.policy import Policy
from output_checker.report import Verification
from output_checker.suppress.protect import Protected
from output_checker.verify import claim_file, cohort, derived, files
from output_checker.verify.between import Between, between
from output_checker.verify.cohort import Cohort, Dataset, Peopleless, Unverifiable
from output_checker.verify.compare import differences
from output_checker.verify.numbers import Recomputed, Shared
from output_checker.verify.overlap import overlap
from output_checker.verify.recompute import recompute
from output_checker.verify.refit import refit

CLAIM = ".claim.json"
LARGEST_CLAIM = 20_000_000
LARGEST_OUTPUT = 100_000_000
"""Bytes. No table that people look at has more, and a file with holes never ends."""
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
        cohorts: Sequence[Dataset] = (),
    ) -> None:
        self._folder, self._datasets, self._policy = folder, datasets, policy
        self._stack, self._cohorts = stack, cohorts
        self._open: dict[Dataset, Cohort] = {}
        self._people: dict[str, Everybody] = {}
        self._claims: dict[str, tuple[bytes, Claim | ClaimError]] = {}
        self._only_claims = False

    def expect(self, names: Iterable[str]) -> None:
        """Just these outputs will be asked about, so only the columns that they need are.

        Without a claim, or with one that can't be read, that may be any.
        """
        try:
            found = [(name, self._claim_bytes(name)) for name in names]
            self._claims = {n: (data, _claim(n, data)) for n, data in found if data}
            self._only_claims = len(self._claims) == len(found)
        except Exception:  # noqa: BLE001 (it is told where that output itself is read)
            self._only_claims = False

    def output(self, name: str) -> Output:
        try:
            with files.opened(self._folder, name) as found:
                files.at_most(found, name, LARGEST_OUTPUT)
                sha256, data = files.sha256(found), files.head(found, opened.MOST + 1)
        except files.Unreadable as error:
            return Output(name, "", None, _unreadable(name, error))
        if name.endswith(CLAIM):
            return Output(name, sha256, None, _alone(name))
        try:
            claim = self._claim_bytes(name)
        except files.Unreadable as error:
            return Output(name, sha256, None, _unreadable(name, error))
        if claim is None:
            subject = opened.opaque(name, data, self._policy, self._every_cohort)
            return Output(name, sha256, None, subject)
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

    def between(self, one: Recomputed, other: Recomputed) -> tuple[Between, ...]:
        """How what two true tables measure differs, where both tell of the same people."""
        if one.claim.dataset != other.claim.dataset:
            return ()
        return between(one, other, self._cohort(one.claim), self._most())

    def counted(self, found: Recomputed, protected: Protected, secret: bytes) -> Counted:
        """Who is in which cell of a true table; Unverifiable, Damaged."""
        cohort = self._cohort(found.claim)
        if found.claim.dataset not in self._people:
            self._people[found.claim.dataset] = everybody(
                cohort, secret, self._policy.provider_columns
            )
        people = self._people[found.claim.dataset]
        return counted(found, protected, self._policy, cohort, people)

    def _claim_bytes(self, name: str) -> bytes | None:
        """None if there is no claim; Unreadable if what is there can't be one."""
        if name in self._claims:
            return self._claims[name][0]
        try:
            return files.read(self._folder, claim_of(name), limit=LARGEST_CLAIM)
        except files.Missing:
            return None

    def _judge(self, name: str, data: bytes) -> Subject:
        """The claim recomputed, or why it wasn't borne out."""
        _, claim = self._claims.get(name) or (data, _claim(name, data))
        try:
            if isinstance(claim, ClaimError):
                raise claim
            about = self._cohort(claim)
            again = recompute if claim.model is None else refit
            found = again(
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

    def _every_cohort(self) -> Iterator[Cohort]:
        """Every cohort that is known of the study; what actions made is of these."""
        given = (*self._datasets.values(), *self._cohorts)
        known = [one for d in given for one in (d.of or (d,))]
        for dataset in {d.sha256: d for d in known}.values():
            with suppress(Peopleless):
                yield self._opened(dataset)

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
        return self._opened(dataset)

    def _opened(self, dataset: Dataset) -> Cohort:
        if dataset not in self._open:
            rows = (
                derived.opened(dataset, self._policy.provider_columns)
                if dataset.of
                else cohort.opened(dataset, self._needed(dataset))
            )
            self._open[dataset] = self._stack.enter_context(rows)
        return self._open[dataset]

    def _needed(self, dataset: Dataset) -> frozenset[str] | None:
        """Columns that somebody will look at; None if these may be any."""
        if not self._only_claims:
            return None
        claims = [one for _, one in self._claims.values() if isinstance(one, Claim)]
        about = [one for one in claims if self._datasets.get(one.dataset) == dataset]
        named = (one.columns() for one in about)
        return frozenset(self._policy.provider_columns).union(*named)


def _claim(name: str, data: bytes) -> Claim | ClaimError:
    try:
        return claim_file.loads(data, where=claim_of(name))
    except ClaimError as error:
        return error


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
