"""States and permissions: every status, move, role and standing, with nothing left out."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest

from output_checker.errors import RequestUnreadable
from output_checker.report import Verdict, Verification
from output_checker.review import moves, permissions
from output_checker.review.moves import MOVES, Move
from output_checker.review.permissions import (
    RULES,
    SIGHT,
    Sight,
    sight,
    votes_seen,
    why_not,
)
from output_checker.review.request import (
    Because,
    Bundle,
    Context,
    Decision,
    Origin,
    Person,
    ReleaseFile,
    ReleaseRequest,
    Role,
    Status,
    Vote,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FILE = ReleaseFile(
    job_id="j1",
    path="by_age.csv",
    output_sha256="a",
    report=Path("j1.json"),
    report_sha256="b",
    entry_sha256="c",
    policy_sha256="d",
    verification=Verification.VERIFIED,
    verdict=Verdict.PASS,
    codes=(),
    replaced=True,
)
JUDGED = {"verdict": Verdict.REVIEW}
ALLOWED = {
    (Status.DRAFT, Move.SUBMIT, Role.RESEARCHER, "author"),
    (Status.SUBMITTED, Move.WITHDRAW, Role.RESEARCHER, "author"),
    (Status.SUBMITTED, Move.APPROVE, Role.REVIEWER, "other"),
    (Status.SUBMITTED, Move.RETURN, Role.REVIEWER, "other"),
    (Status.APPROVED, Move.RELEASE, Role.OPERATOR, "author"),
    (Status.APPROVED, Move.RELEASE, Role.OPERATOR, "other"),
    (Status.APPROVED, Move.SEND_BACK, Role.OPERATOR, "author"),
    (Status.APPROVED, Move.SEND_BACK, Role.OPERATOR, "other"),
}


def a_vote(by: str, decision: Decision = Decision.APPROVE) -> Vote:
    because = Because.UNCLEAR if decision is Decision.RETURN else None
    return Vote(by, decision, NOON, "reason", because)


def a_request(status: Status = Status.DRAFT, **other) -> ReleaseRequest:
    both = (a_vote("rao"), a_vote("sue"))
    decided = status in (Status.APPROVED, Status.RELEASED, Status.RETURNED)
    about = {
        "id": "r1",
        "project": "asthma",
        "author": "ana",
        "context": Context("Asthma"),
        "origin": Origin("run1", "repo", "commit", ()),
        "files": (FILE,),
        "made_at": NOON,
        "status": status,
        "votes": both if decided else (),
        "bundle": Bundle(Path("r1"), "f") if status is Status.RELEASED else None,
    }
    return ReleaseRequest(**{**about, **other})


@pytest.mark.parametrize(
    ("status", "move", "role", "standing"),
    list(product(Status, Move, Role, ("author", "other"))),
)
def test_only_what_the_table_lists_is_allowed(status, move, role, standing):
    person = Person("ana" if standing == "author" else "tom", frozenset({role}))
    reason = why_not(a_request(status), move, person)
    assert (reason is None) == ((status, move, role, standing) in ALLOWED)
    assert reason is None or reason.endswith(".")


@pytest.mark.parametrize("move", Move)
def test_whoever_has_no_role_does_nothing(move):
    nobody = Person("tom", frozenset())
    assert all(why_not(a_request(status), move, nobody) for status in Status)


def test_every_move_has_a_rule_a_word_and_a_place_in_the_table():
    assert set(RULES) == set(Move) == set(permissions.DONE) == {m for _, m in MOVES}


def test_every_role_and_every_verification_has_a_rule():
    assert set(SIGHT) == set(Role)
    assert set(permissions.UNFIT) == set(Verification)


def test_an_ended_request_moves_no_more():
    ended = {Status.RETURNED, Status.RELEASED, Status.WITHDRAWN}
    assert not [status for status, _ in MOVES if status in ended]


def test_somebody_who_wrote_it_never_reviews_it_whatever_roles_they_have():
    ana = Person("ana", frozenset(Role))
    reason = why_not(a_request(Status.SUBMITTED), Move.APPROVE, ana)
    assert reason == "Nobody reviews their own request."


def test_a_vote_stays_as_it_was_given():
    request = a_request(Status.SUBMITTED, votes=(a_vote("rao"),))
    rao = Person("rao", frozenset({Role.REVIEWER}))
    assert why_not(request, Move.RETURN, rao) == (
        "You have voted; a vote stays as it was given."
    )


@pytest.mark.parametrize(
    ("first", "second", "then"),
    [
        (Decision.APPROVE, Decision.APPROVE, Status.APPROVED),
        (Decision.APPROVE, Decision.RETURN, Status.RETURNED),
        (Decision.RETURN, Decision.APPROVE, Status.RETURNED),
        (Decision.RETURN, Decision.RETURN, Status.RETURNED),
    ],
)
def test_the_second_vote_decides_and_one_return_is_enough(first, second, then):
    one = moves.voted(a_request(Status.SUBMITTED), a_vote("rao", first))
    assert one.status is Status.SUBMITTED
    assert moves.voted(one, a_vote("sue", second)).status is then


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"verdict": Verdict.FAIL, "codes": ("opaque",)}, "can't be recomputed (opaque)"),
        ({"verdict": Verdict.FAIL}, "the checker refuses it"),
        (JUDGED | {"verification": Verification.MISMATCH}, "aren't the ones recomputed"),
        (JUDGED | {"verification": Verification.UNVERIFIABLE}, "couldn't be recomputed"),
        ({"replaced": False}, "nothing that the checker wrote"),
    ],
)
def test_an_unfit_file_is_in_no_request_and_the_reason_names_it(change, told):
    ana = Person("ana", frozenset({Role.RESEARCHER}))
    draft = a_request(files=(FILE, replace(FILE, path="bad.csv", **change)))
    reason = why_not(draft, Move.SUBMIT, ana)
    assert reason.startswith("bad.csv: ")
    assert told in reason


def test_a_finding_that_takes_judgement_takes_a_written_reason_from_each():
    doubtful = replace(FILE, verdict=Verdict.REVIEW)
    request = a_request(Status.SUBMITTED, files=(doubtful,))
    assert "by_age.csv" in permissions.needs_reason(request, Move.APPROVE)
    assert permissions.needs_reason(a_request(Status.SUBMITTED), Move.APPROVE) is None
    assert permissions.needs_reason(request, Move.WITHDRAW) is None


def test_returning_always_takes_a_reason():
    assert permissions.needs_reason(a_request(Status.SUBMITTED), Move.RETURN)


@pytest.mark.parametrize(
    ("name", "roles", "sees"),
    [
        ("ana", {Role.RESEARCHER}, Sight.STATUS),
        ("ana", set(Role), Sight.STATUS),
        ("ana", set(), Sight.STATUS),
        ("ben", {Role.RESEARCHER}, Sight.NOTHING),
        ("ben", set(), Sight.NOTHING),
        ("rao", {Role.REVIEWER}, Sight.EVERYTHING),
        ("rao", {Role.REVIEWER, Role.OPERATOR}, Sight.EVERYTHING),
        ("ole", {Role.OPERATOR}, Sight.STATUS),
    ],
)
def test_who_sees_how_much(name, roles, sees):
    assert sight(a_request(Status.SUBMITTED), Person(name, frozenset(roles))) is sees


@pytest.mark.parametrize(
    ("person", "before", "after"),
    [
        (Person("rao", frozenset({Role.REVIEWER})), ["rao"], ["rao", "sue"]),
        (Person("sue", frozenset({Role.REVIEWER})), [], ["rao", "sue"]),
        (Person("tom", frozenset({Role.REVIEWER})), [], ["rao", "sue"]),
        (Person("ana", frozenset(Role)), [], []),
        (Person("ole", frozenset({Role.OPERATOR})), [], []),
    ],
)
def test_nobody_sees_anothers_vote_until_both_are_in(person, before, after):
    one = a_request(Status.SUBMITTED, votes=(a_vote("rao"),))
    assert [v.by for v in votes_seen(one, person)] == before
    both = moves.voted(one, a_vote("sue"))
    assert [v.by for v in votes_seen(both, person)] == after


@pytest.mark.parametrize(
    "change",
    [
        {"files": ()},
        {"files": (FILE, FILE)},
        {"votes": (a_vote("rao"), a_vote("rao"))},
        {"votes": (a_vote("ana"),)},
        {"votes": (a_vote("rao"), a_vote("sue"), a_vote("tom"))},
        {"status": Status.SUBMITTED, "votes": (a_vote("rao"), a_vote("sue"))},
        {"status": Status.RETURNED, "votes": (a_vote("rao"),)},
        {"status": Status.APPROVED, "votes": (a_vote("rao"),)},
        {
            "status": Status.APPROVED,
            "votes": (a_vote("rao"), a_vote("sue", Decision.RETURN)),
        },
        {"status": Status.APPROVED, "bundle": Bundle(Path("r1"), "f")},
    ],
)
def test_a_request_that_makes_no_sense_cannot_be_made(change):
    with pytest.raises(ValueError, match=r"^(a|nobody|two|only|both|what) "):
        a_request(**change)


def test_a_move_that_the_table_lacks_cannot_be_made():
    with pytest.raises(ValueError, match="doesn't make returned withdrawn"):
        moves.withdrawn(a_request(Status.RETURNED))


@pytest.mark.parametrize(
    "vote",
    [("rao", Decision.APPROVE, Because.OTHER), ("rao", Decision.RETURN, None)],
)
def test_only_a_return_says_why_to_the_author(vote):
    by, decision, because = vote
    with pytest.raises(ValueError, match="returning has a because"):
        Vote(by, decision, NOON, "reason", because)


@pytest.mark.parametrize(
    "text",
    [
        "two\nlines",
        "bell\a",
        "\u202eevil",
        "zero\u200bwidth",
        "nul\0",
        "a\u2028b",
        "x" * 201,
    ],
)
def test_a_title_that_hides_something_or_never_ends_is_refused(text):
    with pytest.raises(RequestUnreadable):
        Context(text)


def test_french_spaces_and_accents_are_plain_text():
    assert Context(" Âge\u00a0: décès en été ").title == "Âge\u00a0: décès en été"


def test_an_output_name_that_hides_something_is_refused():
    with pytest.raises(RequestUnreadable, match="can't be seen"):
        replace(FILE, path="a\u202egnp.csv")


def test_a_person_has_a_name_that_can_be_seen():
    with pytest.raises(ValueError, match="printable"):
        Person("", frozenset())
