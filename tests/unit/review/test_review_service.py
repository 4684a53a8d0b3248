"""What people do in a review, walked through a real store."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from output_checker.errors import (
    NotPermitted,
    ReleaseRefused,
    ReportChanged,
    RequestUnknown,
    RequestUnreadable,
)
from output_checker.report import Verification
from output_checker.review.events import TOLD, Event, EventKind
from output_checker.review.request import Because, Context, Decision, Status
from output_checker.review.service import REMEDIES, SITE, Move
from output_checker.review.store import Conflict, Store, open_store
from tests.a_review import (
    ANA,
    BEN,
    DOUBTFUL,
    OLE,
    RAO,
    ROWS,
    SUE,
    TOM,
    a_file,
    a_house,
    a_table,
)


class Meeting(Store):
    """Two people's moves start from the same version: the first of each waits for both."""

    def __init__(self, engine):
        super().__init__(engine)
        self.both, self.here = threading.Barrier(2), threading.local()

    def move(self, before, after, events):
        if not hasattr(self.here, "met"):
            self.here.met = self.both.wait()
        super().move(before, after, events)


def at_once(do, *people):
    threads = [threading.Thread(target=do, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.fixture
def house(tmp_path):
    with a_house(tmp_path) as house:
        yield house


def test_what_two_people_approve_is_released_at_once(house):
    request = house.approve(house.submitted())
    assert request.status is Status.RELEASED
    assert (request.bundle.folder / "by_age.csv").is_file()
    assert house.store.get(request.id) == request


def test_the_record_tells_every_step_in_order_and_one_vote_says_nothing(house):
    house.approve(house.submitted())
    assert house.kinds == [
        "release.submitted",
        "release.voted",
        "release.voted",
        "release.decided",
        "release.released",
    ]
    _, body, who = house.told[1]
    assert (who, body["votes_in"]) == ("rao", 1)
    assert set(body) == {"release", "number", "at", "votes_in"}
    assert house.told[-1][2] == SITE.name


def test_one_return_sends_it_back_and_nothing_leaves(house):
    request = house.approve(house.submitted(), RAO)
    returned = house.send_back(request, SUE)
    assert returned.status is Status.RETURNED
    assert list(house.outbox.folder.iterdir()) == []


def test_the_first_vote_decides_nothing(house):
    request = house.send_back(house.submitted(), RAO)
    assert request.status is Status.SUBMITTED


def test_nobody_votes_twice(house):
    request = house.approve(house.submitted(), RAO)
    with pytest.raises(ReleaseRefused, match="You have voted"):
        house.approve(request, RAO)


def test_a_third_vote_comes_too_late(house):
    request = house.approve(house.submitted())
    with pytest.raises(ReleaseRefused, match="released request can't be approved"):
        house.approve(request, TOM)


def test_an_author_may_not_vote(house):
    with pytest.raises(NotPermitted, match="Only a reviewer"):
        house.approve(house.submitted(), ANA)


def test_a_stranger_cannot_tell_a_request_from_none(house):
    request = house.submitted()
    for request_id in (request.id, "nothing"):
        with pytest.raises(RequestUnknown, match="no such release request"):
            house.service.vote(request_id, Decision.APPROVE, BEN)


def test_a_finding_is_waived_with_a_written_reason_only(house):
    request = house.submitted(DOUBTFUL)
    with pytest.raises(RequestUnreadable, match=r"costs\.csv"):
        house.service.vote(request.id, Decision.APPROVE, RAO, reason="  ")
    assert house.approve(request).status is Status.RELEASED


def test_a_return_without_a_reason_is_refused(house):
    request = house.submitted()
    with pytest.raises(RequestUnreadable, match="why it is returned"):
        house.service.vote(request.id, Decision.RETURN, RAO, because=Because.OTHER)


def test_asking_for_all_leaves_out_what_may_not_leave_and_says_so(house):
    run = house.run(a_file(), ROWS)
    done = house.service.submit(run.id, None, Context(), ANA)
    assert [f.path for f in done.request.files] == ["output/by_age.csv"]
    assert [f.path for f in done.left_out] == ["output/rows.csv"]


def test_a_request_without_a_title_is_called_after_its_run(house):
    run = house.run()
    done = house.service.submit(run.id, None, Context(), ANA)
    assert done.request.context.title == "asthma, run run1"


def test_naming_what_may_not_leave_is_refused_with_the_check_that_refuses(house):
    run = house.run(a_file(), ROWS)
    with pytest.raises(ReleaseRefused, match=r"rows\.csv: .*opaque"):
        house.service.submit(run.id, ["output/rows.csv"], Context(), ANA)
    assert house.store.all() == ()
    assert house.told == []


def test_a_run_with_nothing_fit_is_refused_with_every_reason(house):
    mismatch = a_file("two.csv", verification=Verification.MISMATCH)
    run = house.run(ROWS, mismatch)
    with pytest.raises(ReleaseRefused, match=r"rows\.csv: .*; two\.csv: "):
        house.service.submit(run.id, None, Context(), ANA)


@pytest.mark.parametrize("files", [["nothing.csv"], []])
def test_naming_what_the_run_has_not_is_refused_and_the_others_are_named(house, files):
    run = house.run()
    with pytest.raises(RequestUnreadable) as refused:
        house.service.submit(run.id, files, Context(), ANA)
    assert "output/by_age.csv" in refused.value.remedy


@pytest.mark.parametrize(("run_id", "person"), [("run1", BEN), ("run1", RAO), ("no", ANA)])
def test_only_a_runs_author_asks_for_its_release(house, run_id, person):
    house.run()
    with pytest.raises(RequestUnknown, match="no finished run"):
        house.service.submit(run_id, None, Context(), person)


def test_what_could_not_be_written_is_refused_when_it_is_asked_for(house):
    house.run(a_file(table=a_table(figure="hologram")))
    with pytest.raises(ReleaseRefused, match="hologram"):
        house.service.submit("run1", None, Context(), ANA)


def test_an_author_takes_a_request_back_until_it_is_decided(house):
    request = house.submitted()
    house.approve(request, RAO)
    assert house.service.withdraw(request.id, ANA).status is Status.WITHDRAWN
    with pytest.raises(ReleaseRefused, match="withdrawn request can't be approved"):
        house.approve(request, SUE)


@pytest.mark.parametrize("gone", [True, False])
def test_a_report_that_changed_after_the_review_sends_the_request_back(house, gone):
    request = house.approve(house.submitted(), RAO)
    if gone:
        request.files[0].report.unlink()
    else:
        house.report(a_file(table=a_table((121, 340))))
    assert house.approve(request, SUE).status is Status.RETURNED
    assert house.kinds[-1] == "release.sent_back"
    assert list(house.outbox.folder.iterdir()) == []


def test_reviewers_are_told_when_a_report_changed(house):
    request = house.submitted()
    house.report(a_file(table=a_table((121, 340))))
    with pytest.raises(ReportChanged):
        house.service.reviewed(request, RAO)


@pytest.mark.parametrize("person", [ANA, OLE])
def test_the_report_is_the_reviewers_alone_to_see(house, person):
    with pytest.raises(NotPermitted):
        house.service.reviewed(house.submitted(), person)


def test_each_sees_the_requests_that_are_theirs_to_see(house):
    request = house.submitted()
    seen = [bool(house.service.list_for(p)) for p in (ANA, BEN, RAO, OLE)]
    assert seen == [True, False, True, True]
    assert house.service.released() == ()
    house.approve(request)
    assert [r.id for r in house.service.released()] == [request.id]


def test_two_votes_at_the_same_moment_are_both_counted(house):
    request = house.submitted()
    house.store = Meeting(house.store._engine)
    at_once(lambda person: house.approve(request, person), RAO, SUE)
    assert house.store.get(request.id).status is Status.RELEASED
    assert (
        house.kinds.count("release.decided") == house.kinds.count("release.released") == 1
    )


def test_one_person_voting_twice_at_the_same_moment_counts_once(house):
    request = house.submitted()
    house.store = Meeting(house.store._engine)
    outcomes = []

    def vote(person):
        try:
            outcomes.append(house.approve(request, person).status)
        except ReleaseRefused as refused:
            outcomes.append(refused.problem)

    at_once(vote, RAO, RAO)
    assert set(outcomes) == {
        Status.SUBMITTED,
        "You have voted; a vote stays as it was given.",
    }


def test_a_move_from_an_older_version_does_nothing(house):
    old = house.submitted()
    house.approve(old, RAO)
    with pytest.raises(Conflict):
        house.store.move(old, old, [])


def test_a_request_that_never_stands_still_is_given_up_on(house):
    request = house.submitted()

    class Busy(Store):
        def move(self, before, after, events):
            raise Conflict

    house.store = Busy(house.store._engine)
    with pytest.raises(ReleaseRefused, match="others keep changing"):
        house.approve(request, RAO)


def test_an_id_that_is_taken_is_a_conflict(house):
    request = house.submitted()
    with pytest.raises(Conflict):
        house.store.add(request, [])


def test_a_store_opened_again_has_what_was_there(house, tmp_path):
    request = house.approve(house.submitted(DOUBTFUL))
    again = open_store(f"sqlite:///{tmp_path / 'site.sqlite'}")
    assert again.get(request.id) == request
    assert [e.kind for e in again.events(request.id)][-1] is EventKind.RELEASED
    again.close()


def test_a_ledger_that_fails_stops_the_release_and_is_told_later(house):
    request = house.approve(house.submitted(), RAO)
    failing = [OSError("no ledger")]

    def record(kind, body, who):
        if failing:
            raise failing[0]
        house.told.append((kind, body, who))

    broken = replace(house.service, record=record)
    with pytest.raises(OSError, match="no ledger"):
        broken.vote(request.id, Decision.APPROVE, SUE)
    assert list(house.outbox.folder.iterdir()) == []
    failing.clear()
    assert [r.status for r in broken.resume()] == [Status.RELEASED]
    assert house.kinds[-3:] == ["release.voted", "release.decided", "release.released"]


def test_events_are_told_once_each(house):
    house.approve(house.submitted())
    numbers = [body["number"] for _, body, _ in house.told]
    assert numbers == sorted(set(numbers))
    assert house.store.unrecorded() == ()


def test_every_kind_of_event_has_something_to_say_and_every_move_a_remedy():
    assert set(TOLD) == set(EventKind)
    assert set(REMEDIES) == set(Move)


@pytest.mark.parametrize("kind", [EventKind.SENT_BACK, EventKind.HELD, EventKind.WITHDRAWN])
def test_events_without_facts_of_their_own_say_nothing_more(house, kind):
    assert TOLD[kind](house.submitted()) == {}


def test_an_operator_may_not_release_what_nobody_approved(house):
    with pytest.raises(ReleaseRefused, match="submitted request can't be released"):
        house.service.release(house.submitted().id, OLE)


def test_a_note_moves_nothing(house):
    request = house.submitted()
    now = datetime(2026, 3, 1, tzinfo=UTC)
    house.store.note(Event(request.id, EventKind.HELD, "the site", now, {}))
    assert house.store.get(request.id) == request
