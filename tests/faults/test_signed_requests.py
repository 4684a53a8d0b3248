"""A request counts only as its submitter signed it: for this site, in time, and once."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from job_runner.errors import Conflict, PlatformError, RequestRefused
from job_runner.requests import signed, ssh_keys
from job_runner.requests.admission import Admission, NotAdmitted, Sealed
from job_runner.requests.request import Priority, Submission
from job_runner.requests.signed import SignedRequest
from job_runner.site.people import Person, Role
from job_runner.store import PersonKey
from tests.a_site import ANA, SITE, Site
from tests.ssh_keys import a_key, a_signature

BOB = Person("bob", frozenset({Role.RESEARCHER}))
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class Door:
    """A site that takes signed requests only, at noon, and two people with a key each."""

    root: Path
    now: datetime = NOON
    names: list[str] = field(default_factory=lambda: [f"{n:012}" for n in range(9, 0, -1)])

    def __post_init__(self) -> None:
        self.site = Site(self.root, clock=lambda: self.now)
        self.door = replace(self.site.admission, required=True)
        for name in ("ana", "bob"):
            token = "sr_" + name * 15
            self.site.store.add_person(name, [Role.RESEARCHER], token, at=NOON)
            self.let_sign(name, a_key(self.root / name))

    def let_sign(self, person: str, public: Path) -> str:
        key = ssh_keys.read_key(public.read_text())
        known = PersonKey(person, key.fingerprint, str(key))
        self.site.store.keys.add(known, at=self.now)
        return key.fingerprint

    def request(self, **changes: object) -> SignedRequest:
        asked = SignedRequest(
            site=SITE,
            id=self.names.pop(),
            person="ana",
            signed_at=NOON,
            expires_at=NOON + 10 * MINUTE,
            repository=str(self.site.origin),
            commit=self.site.head,
            actions=("describe",),
            purpose="To see who is in",
        )
        return replace(asked, **changes)

    def sealed(self, request: SignedRequest, key: str = "ana") -> Sealed:
        text = signed.written(request)
        return Sealed(text, a_signature(self.root / key, text))

    def refused(self, sent: Submission | Sealed, person: Person = ANA) -> str:
        """Why, as the record has it, where alone the refusal leaves a trace."""
        before = len(self.site.record)
        with pytest.raises(NotAdmitted) as caught:
            self.door.admit(sent, person)
        assert caught.value.remedy
        ((kind, body),) = self.site.record[before:]
        assert (kind, body["who"]) == ("not admitted", person.name)
        assert body["why"] == caught.value.why.value
        return str(body["why"])


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


def test_a_signed_request_is_accepted_and_its_proof_is_on_the_record(door):
    sent = door.sealed(door.request(priority=Priority.LOW))
    request = door.door.admit(sent, ANA)
    assert (request.id, request.submitted_by) == ("000000000001", "ana")
    ((kind, body),) = door.site.record
    assert (kind, body["request"]) == ("request", request.id)
    assert (body["signed"], body["signature"]) == (sent.signed, sent.signature)
    assert (body["purpose"], body["priority"]) == ("To see who is in", "low")
    assert str(body["key"]).startswith("SHA256:")


def test_what_is_on_the_record_anybody_can_verify_without_the_site(door, tmp_path):
    """With the command that docs/signing.md has."""
    door.door.admit(door.sealed(door.request()), ANA)
    ((_, body),) = door.site.record
    (tmp_path / "signature.sig").write_text(str(body["signature"]))
    (tmp_path / "ana.keys").write_text("ana " + (door.root / "ana.pub").read_text())
    words = ("-Y", "verify", "-n", "strongroom-request", "-I", "ana")
    files = ("-f", tmp_path / "ana.keys", "-s", tmp_path / "signature.sig")
    for text, code in ((str(body["signed"]), 0), (f"{body['signed']} ", 255)):
        done = subprocess.run(
            ["ssh-keygen", *words, *files], input=text, capture_output=True, text=True
        )
        assert done.returncode == code, done.stderr


KINDS = {
    "ed25519": ("-t", "ed25519"),
    "ecdsa": ("-t", "ecdsa", "-b", "384"),
    "rsa": ("-t", "rsa", "-b", "2048"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_any_usual_kind_of_key_signs(door, kind):
    door.let_sign("ana", a_key(door.root / kind, *KINDS[kind]))
    assert door.door.admit(door.sealed(door.request(), kind), ANA)


def test_an_unsigned_request_is_refused(door):
    plain = Submission(str(door.site.origin), door.site.head, ("describe",))
    assert door.refused(plain) == "unsigned"
    assert replace(door.door, required=False).admit(plain, ANA)


def test_a_key_that_nobody_knows_is_refused(door):
    a_key(door.root / "stranger")
    assert door.refused(door.sealed(door.request(), "stranger")) == "unknown_key"


def test_anothers_key_is_not_ones_own(door):
    assert door.refused(door.sealed(door.request(), "bob")) == "unknown_key"


def test_a_request_in_anothers_name_is_refused(door):
    sent = door.sealed(door.request())
    assert door.refused(sent, BOB) == "unknown_key"
    own = door.sealed(door.request(), "bob")
    assert door.refused(own, BOB) == "other_person"


def test_a_revoked_key_is_refused_and_another_of_theirs_still_counts(door):
    second = door.let_sign("ana", a_key(door.root / "second"))
    assert door.site.store.keys.revoke("ana", second)
    assert door.refused(door.sealed(door.request(), "second")) == "revoked_key"
    assert door.door.admit(door.sealed(door.request()), ANA)


ALTERATIONS: dict[str, Callable[[Sealed], Sealed]] = {
    "another action": lambda sent: replace(
        sent, signed=sent.signed.replace("describe", "extract")
    ),
    "a blank at its end": lambda sent: replace(sent, signed=sent.signed + " "),
    "another signature's bytes": lambda sent: replace(
        sent, signature=sent.signature.replace("\n", "A\n", 4)[:-40]
    ),
}


@pytest.mark.parametrize("what", ALTERATIONS)
def test_what_was_altered_after_signing_is_refused(door, what):
    sent = ALTERATIONS[what](door.sealed(door.request()))
    assert door.refused(sent) in ("altered", "unknown_key")


def test_a_signature_made_for_another_purpose_is_refused(door):
    """Such as one over a file or a commit of git's."""
    text = signed.written(door.request())
    for namespace in ("git", "file"):
        signature = a_signature(door.root / "ana", text, namespace)
        assert door.refused(Sealed(text, signature)) == "altered"


def test_a_request_signed_for_another_site_is_refused(door):
    other = door.sealed(door.request(site="demo.ba9876543210"))
    assert door.refused(other) == "other_site"


TIMES = [
    (-6 * MINUTE, False),
    (-5 * MINUTE, True),
    (9 * MINUTE, True),
    (14 * MINUTE, True),
    (15 * MINUTE, False),
    (24 * 60 * MINUTE, False),
]


@pytest.mark.parametrize(("later", "accepted"), TIMES)
def test_clocks_may_differ_by_five_minutes_and_no_more(door, later, accepted):
    sent = door.sealed(door.request())
    door.now = NOON + later
    if accepted:
        assert door.door.admit(sent, ANA)
    else:
        assert door.refused(sent) == "out_of_time"


def test_a_replayed_request_runs_nothing_and_its_answer_is_the_first(door):
    sent = door.sealed(door.request())
    first = door.door.admit(sent, ANA)
    jobs = door.site.store.jobs(first.id)
    assert door.door.admit(sent, ANA) == first
    assert door.site.store.requests() == (first,)
    assert door.site.store.jobs(first.id) == jobs
    assert [kind for kind, _ in door.site.record] == ["request", "not admitted"]
    assert door.site.record[-1][1]["why"] == "replayed"


def test_what_was_refused_is_not_accepted_by_sending_it_again(door):
    """Policy, or what is under way, may be another by then; its submitter signed before."""
    door.door.admit(door.sealed(door.request()), ANA)
    sent = door.sealed(door.request())
    with pytest.raises(Conflict, match="under way"):
        door.door.admit(sent, ANA)
    door.site.run()
    assert door.refused(sent) == "replayed"


def test_another_request_under_a_used_id_is_refused(door):
    first = door.request()
    door.door.admit(door.sealed(first), ANA)
    other = replace(first, actions=("extract",))
    assert door.refused(door.sealed(other)) == "replayed"


def test_anothers_id_is_no_way_to_look_at_their_request(door):
    first = door.request()
    door.door.admit(door.sealed(first), ANA)
    theirs = door.sealed(replace(first, person="bob"), "bob")
    assert door.refused(theirs, BOB) == "replayed"


NO_SIGNATURE = [
    "",
    "-----BEGIN SSH SIGNATURE-----\n?\n-----END SSH SIGNATURE-----",
    "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----",
    "-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAf////8=\n-----END SSH SIGNATURE-----",
]


@pytest.mark.parametrize("signature", NO_SIGNATURE)
def test_what_is_no_signature_is_of_no_known_key(door, signature):
    text = signed.written(door.request())
    assert door.refused(Sealed(text, signature)) == "unknown_key"


MALFORMED: dict[str, Callable[[dict[str, object]], object]] = {
    "no JSON": lambda values: "{",
    "deep brackets": lambda values: "[" * 100_000,
    "a list": lambda values: [values],
    "a later version": lambda values: {**values, "version": 2},
    "another format": lambda values: {**values, "format": "claim"},
    "a key more": lambda values: {**values, "image": "evil:v1"},
    "a key less": lambda values: {k: v for k, v in values.items() if k != "site"},
    "a number": lambda values: {**values, "commit": 1},
    "actions of another type": lambda values: {**values, "actions": ["a", 1]},
    "a time without a zone": lambda values: {**values, "signed_at": "2026-06-01T12:00:00"},
    "no time": lambda values: {**values, "signed_at": "noon"},
    "no priority of ours": lambda values: {**values, "priority": "now"},
    "an id that is a path": lambda values: {**values, "id": "../../etc"},
    "good for ever": lambda values: {**values, "expires_at": "2036-06-01T12:00:00+00:00"},
    "expired before it began": lambda values: {
        **values,
        "expires_at": "2026-06-01T11:00:00+00:00",
    },
    "a purpose of two lines": lambda values: {**values, "purpose": "a\nb"},
    "a purpose without end": lambda values: {**values, "purpose": "a" * 1_001},
    "half a character": lambda values: {**values, "repository": "\ud800"},
    "actions without end": lambda values: {**values, "actions": ["a"] * 5_001},
    "another way of writing": lambda values: json.dumps(values, indent=1, sort_keys=True),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_what_was_signed_is_read_strictly(door, what):
    """Its own author signed it, and still it counts only in the one form that there is."""
    made = MALFORMED[what](json.loads(signed.written(door.request())))
    how = {"sort_keys": True, "separators": (",", ":")}
    text = made if isinstance(made, str) else json.dumps(made, **how)
    sent = Sealed(text, a_signature(door.root / "ana", text))
    assert door.refused(sent) == "malformed"


def test_writing_and_reading_a_request_gives_it_back():
    asked = SignedRequest(
        "north.0123", "a" * 12, "chloé", NOON, NOON + MINUTE, "/srv/a b", "1" * 40, ("ü",)
    )
    assert signed.read(signed.written(asked)) == asked


def test_without_ssh_keygen_nothing_counts_as_signed(door, tmp_path):
    lacking: Admission = replace(door.door, environment={"PATH": str(tmp_path / "none")})
    with pytest.raises(PlatformError, match="can't be verified"):
        lacking.admit(door.sealed(door.request()), ANA)
    assert door.site.store.requests() == ()


NO_KEYS = {
    "nothing": "",
    "no base 64": "ssh-ed25519 ???",
    "a kind of the past": "ssh-dss AAAAB3NzaC1kc3M=",
    "a kind that isn't the key's": "ssh-ed25519 AAAAB3NzaC1yc2E=",
    "a short key": None,
}


@pytest.mark.parametrize("what", NO_KEYS)
def test_only_whole_public_keys_of_strength_are_known(what, tmp_path):
    line = NO_KEYS[what]
    if line is None:
        line = a_key(tmp_path / "short", "-t", "rsa", "-b", "1024").read_text()
    with pytest.raises(RequestRefused, match=r"public key of SSH's"):
        ssh_keys.read_key(line)


def test_a_fingerprint_is_the_one_that_ssh_keygen_shows(tmp_path):
    public = a_key(tmp_path / "key")
    shown = subprocess.run(
        ["ssh-keygen", "-l", "-f", public], check=True, capture_output=True, text=True
    ).stdout
    assert ssh_keys.read_key(public.read_text()).fingerprint == shown.split()[1]


def test_a_key_is_one_persons_for_ever(door):
    door.now += MINUTE
    fingerprint = door.let_sign("ana", a_key(door.root / "new"))
    key = door.site.store.keys.of("ana")[-1]
    assert key.fingerprint == fingerprint
    for person in ("bob", "ana", "nobody"):
        with pytest.raises(Conflict, match="this key is somebody's"):
            door.site.store.keys.add(replace(key, person=person), at=NOON)
    assert not door.site.store.keys.revoke("bob", fingerprint)
