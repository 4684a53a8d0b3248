"""Who stands behind a request: held against their keys before anything is fetched.

A token says who calls; a signature says who asks, and for what. Where a site's policy
requires signatures, a stolen token can look at its owner's requests, and make none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NoReturn

from job_runner.errors import Conflict, RequestRefused
from job_runner.requests import signed, ssh_keys
from job_runner.requests.intake import Desk, Proof
from job_runner.requests.request import Request, Submission
from job_runner.requests.signed import SignedRequest
from job_runner.requests.ssh_keys import PublicKey
from job_runner.site.people import Person


class Why(Enum):
    """Why a request isn't let in, as the record has it."""

    UNSIGNED = "unsigned"
    UNKNOWN_KEY = "unknown_key"
    REVOKED_KEY = "revoked_key"
    ALTERED = "altered"
    MALFORMED = "malformed"
    OTHER_SITE = "other_site"
    OTHER_PERSON = "other_person"
    OUT_OF_TIME = "out_of_time"
    REPLAYED = "replayed"


class NotAdmitted(RequestRefused):
    """It isn't shown that this person asks for this, here and now."""

    def __init__(self, why: Why, problem: str, remedy: str) -> None:
        super().__init__(problem, where="the signature", remedy=remedy)
        self.why = why


class Replayed(Conflict, NotAdmitted):
    """Seen before. Each signed request counts once."""


@dataclass(frozen=True)
class Sealed:
    """What was sent: the signed text, and its signature in SSH's own armour."""

    signed: str
    signature: str


@dataclass(frozen=True)
class Admission:
    """The door before the desk.

    ``site``: this site's id, which what is signed must name. ``required``: whether what
    isn't signed is refused. ``environment``: where ssh-keygen is found.
    """

    desk: Desk
    site: str
    required: bool
    environment: Mapping[str, str]

    def admit(self, sent: Submission | Sealed, person: Person) -> Request:
        """The request, as the desk accepted it; a refusal is on the record.

        The same signed request again, once accepted, is told again and runs nothing.
        NotAdmitted where a signature lacks or doesn't count; else as ``Desk.accept``.
        """
        try:
            if isinstance(sent, Submission):
                return self._unsigned(sent, person)
            request = self._shown(sent, person)
        except NotAdmitted as refused:
            self._record(refused.why, sent, person)
            raise
        digest = _digest(sent.signed)
        earlier = self.desk.store.keys.used(request.id, digest, at=self.desk.clock())
        if earlier is not None:
            return self._again(sent, request, person, same=earlier == digest)
        proof = Proof(
            request.id, sent.signed, sent.signature, str(ssh_keys.signer(sent.signature))
        )
        return self.desk.accept(request.submission, person, proof)

    def _unsigned(self, sent: Submission, person: Person) -> Request:
        if self.required:
            raise NotAdmitted(
                Why.UNSIGNED,
                "this site takes signed requests only",
                "Sign it with your SSH key: strongroom submit --key FILE.",
            )
        return self.desk.accept(sent, person)

    def _shown(self, sent: Sealed, person: Person) -> SignedRequest:
        """What was signed, once it is shown that this person did so, for this site, now."""
        self._demand_key(sent, person)
        try:
            request = signed.read(sent.signed)
        except RequestRefused as error:
            raise NotAdmitted(Why.MALFORMED, error.problem, error.remedy) from None
        if request.site != self.site:
            _refuse(Why.OTHER_SITE, "it was signed for another site")
        if request.person != person.name:
            _refuse(Why.OTHER_PERSON, "it was signed in the name of somebody else")
        if late := signed.why_not_now(request, self.desk.clock()):
            minutes = int(signed.TOLERANCE.total_seconds() // 60)
            remedy = (
                f"See that your clock is right, to {minutes} minutes, and submit again."
            )
            raise NotAdmitted(Why.OUT_OF_TIME, late, remedy)
        return request

    def _demand_key(self, sent: Sealed, person: Person) -> None:
        keys = self.desk.store.keys.of(person.name)
        named = ssh_keys.signer(sent.signature)
        theirs = {key.fingerprint: key for key in keys}
        if named not in theirs:
            _refuse(
                Why.UNKNOWN_KEY,
                "the key that signed it isn't yours, as far as this site knows",
                "Give the custodian your public key (.pub), or sign with another.",
            )
        if theirs[named].revoked:
            remedy = "Make a new key, and give the custodian its public part."
            _refuse(Why.REVOKED_KEY, "the key that signed it was revoked", remedy)
        if not ssh_keys.is_signed(
            sent.signed,
            sent.signature,
            namespace=signed.NAMESPACE,
            keys=[_read(key.key) for key in keys if not key.revoked],
            revoked=[_read(key.key) for key in keys if key.revoked],
            environment=self.environment,
        ):
            _refuse(Why.ALTERED, "the signature isn't of this text, or not for requests")

    def _again(
        self, sent: Sealed, request: SignedRequest, person: Person, *, same: bool
    ) -> Request:
        """What was accepted under this id, told again; Replayed where nothing was."""
        self._record(Why.REPLAYED, sent, person)
        stored = self.desk.store.request(request.id)
        if same and stored is not None and stored.submitted_by == person.name:
            return stored
        raise Replayed(
            Why.REPLAYED,
            "a request of this id was sent before, and wasn't accepted"
            if same
            else "another request has this id",
            "Submit again: each request is signed anew.",
        )

    def _record(self, why: Why, sent: Submission | Sealed, person: Person) -> None:
        """Of what isn't shown to be somebody's, only what tells it from others."""
        known: dict[str, object] = {"why": why.value}
        if isinstance(sent, Sealed):
            known["sha256"] = _digest(sent.signed)
            known["key"] = ssh_keys.signer(sent.signature)
        self.desk.record("not admitted", known, person.name)


_AGAIN = "Submit again: strongroom submit."


def _refuse(why: Why, problem: str, remedy: str = _AGAIN) -> NoReturn:
    raise NotAdmitted(why, problem, remedy)


def _read(line: str) -> PublicKey:
    return ssh_keys.read_key(line)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
