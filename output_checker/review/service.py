"""What people do in a review: each a single call that checks, stores and records.

Nothing is published before the ledger has the decision, and nothing that was decided is
lost: ``resume`` finishes what a crash cut off.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from output_checker.errors import (
    NotPermitted,
    NotRemembered,
    ReleaseRefused,
    ReportChanged,
    RequestUnknown,
    RequestUnreadable,
)
from output_checker.release import contents
from output_checker.review import moves, names, permissions, reports
from output_checker.review.events import Event, EventKind, told
from output_checker.review.moves import Move
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
    Run,
    Status,
    Vote,
)
from output_checker.review.store import Conflict, Store, unknown

SITE = Person("the site", frozenset({Role.OPERATOR}))
"""Carries out what two people decided."""
TRIES = 10

Record = Callable[[str, Mapping[str, object], str], object]
Change = Callable[[ReleaseRequest], tuple[ReleaseRequest, Sequence[Event]]]


@dataclass(frozen=True)
class Submitted:
    """A new request, and the run's outputs that aren't in it because they may not leave."""

    request: ReleaseRequest
    left_out: tuple[ReleaseFile, ...]


@dataclass(frozen=True)
class Service:
    """The review of one site.

    ``find_run``: a finished run by its id, or None. ``record``: kind, body, who; into the
    ledger. ``publish``: the bundle of an approved request (``release.Outbox.publish``).
    ``clock``: the time, with its zone. ``new_id``: a name no request had yet.
    """

    store: Store
    find_run: Callable[[str], Run | None]
    record: Record
    publish: Callable[[ReleaseRequest], Bundle]
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    _telling: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def submit(
        self, run_id: str, files: Sequence[str] | None, context: Context, person: Person
    ) -> Submitted:
        """Asks for the release of a run's outputs: those named, or all that may leave."""
        run = self.find_run(run_id)
        if run is None or run.author != person.name:
            raise _no_run()
        offered = names.told_outside(
            [f for path in run.reports for f in reports.release_files(path)], run.patterns
        )
        chosen = _chosen(offered, files)
        draft = self._draft(run, chosen, context)
        _allow(draft, Move.SUBMIT, person, where=f"run {run_id}")
        contents(reports.reviewed(draft))  # what can't be written is told now, not later
        request = moves.submitted(draft)
        self.store.add(request, [self._event(request, EventKind.SUBMITTED, person)])
        self._tell()
        return Submitted(request, tuple(f for f in offered if f not in chosen))

    def vote(
        self,
        request_id: str,
        decision: Decision,
        person: Person,
        *,
        reason: str = "",
        because: Because | None = None,
    ) -> ReleaseRequest:
        """One reviewer's vote; the second decides, and what both approve is released."""
        move = Move.APPROVE if decision is Decision.APPROVE else Move.RETURN

        def change(request: ReleaseRequest) -> tuple[ReleaseRequest, Sequence[Event]]:
            vote = Vote(person.name, decision, self._now(), reason, because)
            _want_reason(request, move, vote)
            after = moves.voted(request, vote)
            kinds = [EventKind.VOTED]
            if permissions.decided(after):
                kinds.append(EventKind.DECIDED)
            return after, [self._event(after, kind, person) for kind in kinds]

        after = self._move(request_id, move, person, change)
        return self.release(after.id, SITE) if after.status is Status.APPROVED else after

    def withdraw(self, request_id: str, person: Person) -> ReleaseRequest:
        """Its author takes it back, while nothing is decided."""

        def change(request: ReleaseRequest) -> tuple[ReleaseRequest, Sequence[Event]]:
            after = moves.withdrawn(request)
            return after, [self._event(after, EventKind.WITHDRAWN, person)]

        return self._move(request_id, Move.WITHDRAW, person, change)

    def release(self, request_id: str, person: Person) -> ReleaseRequest:
        """Publishes what is approved. Sent back if its report has changed; still approved,
        with the reason on record, if the outbox can't be written now, or earlier releases
        can't be looked up."""
        request = self.seen(request_id, person)
        _allow(request, Move.RELEASE, person)
        self._tell()  # no release before the ledger has the decision
        try:
            bundle = self.publish(request)
        except ReportChanged as changed:
            return self._send_back(request, changed.problem)
        except NotRemembered as doubt:
            return self._hold(request, doubt.problem)
        except OSError as error:
            return self._hold(request, error.strerror or "the outbox can't be written")

        def change(request: ReleaseRequest) -> tuple[ReleaseRequest, Sequence[Event]]:
            after = moves.released(request, bundle)
            return after, [self._event(after, EventKind.RELEASED, person)]

        return self._move(request.id, Move.RELEASE, person, change)

    def resume(self) -> tuple[ReleaseRequest, ...]:
        """At the start of the site: tells the ledger what it misses, releases what is
        approved. Returns the requests that were waiting, as they are now."""
        self._tell()
        waiting = self.store.in_status(Status.APPROVED)
        return tuple(self.release(request.id, SITE) for request in waiting)

    def seen(self, request_id: str, person: Person) -> ReleaseRequest:
        """A request that this person may know of; RequestUnknown otherwise."""
        request = self.store.get(request_id)
        if permissions.sight(request, person) is permissions.Sight.NOTHING:
            raise unknown()
        return request

    def list_for(self, person: Person) -> tuple[ReleaseRequest, ...]:
        """Every request that this person may know of, the newest first."""
        nothing = permissions.Sight.NOTHING
        return tuple(
            r for r in self.store.all() if permissions.sight(r, person) is not nothing
        )

    def released(self) -> tuple[ReleaseRequest, ...]:
        """What left, the newest first: anybody may know."""
        return self.store.in_status(Status.RELEASED)

    def reviewed(
        self, request: ReleaseRequest, person: Person
    ) -> tuple[reports.Reviewed, ...]:
        """The report's entries, to those who see everything; ReportChanged if it moved."""
        if permissions.sight(request, person) is not permissions.Sight.EVERYTHING:
            raise NotPermitted(
                "the report is the reviewers' to see",
                where=request.id,
                remedy="The request's status and its codes are yours to see.",
            )
        return reports.reviewed(request)

    def _move(
        self, request_id: str, move: Move, person: Person, change: Change
    ) -> ReleaseRequest:
        for _ in range(TRIES):
            request = self.seen(request_id, person)
            _allow(request, move, person)
            after, events = change(request)
            try:
                self.store.move(request, after, events)
            except Conflict:
                continue  # somebody was faster: look again at what is so now
            self._tell()
            return after
        raise ReleaseRefused(
            "others keep changing this request", where=request_id, remedy="Try again."
        )

    def _send_back(self, request: ReleaseRequest, problem: str) -> ReleaseRequest:
        def change(request: ReleaseRequest) -> tuple[ReleaseRequest, Sequence[Event]]:
            after = moves.sent_back(request)
            body = {"problem": problem}
            return after, [self._event(after, EventKind.SENT_BACK, SITE, body)]

        return self._move(request.id, Move.SEND_BACK, SITE, change)

    def _hold(self, request: ReleaseRequest, problem: str) -> ReleaseRequest:
        body = {"problem": problem}
        self.store.note(self._event(request, EventKind.HELD, SITE, body))
        self._tell()
        return request

    def _draft(
        self, run: Run, files: tuple[ReleaseFile, ...], context: Context
    ) -> ReleaseRequest:
        return ReleaseRequest(
            id=self.new_id(),
            project=run.project,
            author=run.author,
            context=Context(
                context.title or f"{run.project}, run {run.id}", context.purpose
            ),
            origin=Origin(run.id, run.repository, run.commit, run.queries),
            files=files,
            made_at=self._now(),
        )

    def _event(
        self,
        request: ReleaseRequest,
        kind: EventKind,
        person: Person,
        body: Mapping[str, object] | None = None,
    ) -> Event:
        says = told(kind, request) if body is None else body
        return Event(request.id, kind, person.name, self._now(), says)

    def _tell(self) -> None:
        """Hands events to the ledger in order; one that fails is first the next time."""
        with self._telling:
            for event in self.store.unrecorded():
                about = {
                    "release": event.request_id,
                    "number": event.number,
                    "at": event.at.isoformat(),
                }
                self.record(event.kind.value, {**about, **event.body}, event.who)
                self.store.recorded(event)

    def _now(self) -> datetime:
        return self.clock().astimezone(UTC)


def _allow(request: ReleaseRequest, move: Move, person: Person, where: str = "") -> None:
    """``where``: a place that the person knows, while the request is only a draft."""
    where = where or request.id
    if reason := permissions.not_permitted(request, move, person):
        raise NotPermitted(reason, where=where, remedy="Ask somebody who may.")
    if reason := permissions.why_not(request, move, person):
        raise ReleaseRefused(reason, where=where, remedy=REMEDIES[move])


def _want_reason(request: ReleaseRequest, move: Move, vote: Vote) -> None:
    reason = permissions.needs_reason(request, move)
    if reason and not vote.reason:
        raise RequestUnreadable(reason, where="reason", remedy="Vote again, with a reason.")


def _chosen(
    offered: Sequence[ReleaseFile], wanted: Sequence[str] | None
) -> tuple[ReleaseFile, ...]:
    if wanted is None:
        fit = tuple(f for f in offered if permissions.asked_unnamed(f))
        return fit or _none_fit(tuple(offered))
    called = [f.name_outside for f in offered]
    wrong = sorted({w for w in wanted if called.count(w) != 1})
    if wrong or not wanted:
        raise RequestUnreadable(
            f"the run has no single output called {', '.join(wrong) or '(none named)'}",
            where="files",
            remedy=f"Name some of: {', '.join(sorted(set(called))) or '(it has none)'}.",
        )
    return tuple(f for f in offered if f.name_outside in wanted)


def _none_fit(offered: tuple[ReleaseFile, ...]) -> tuple[ReleaseFile, ...]:
    raise ReleaseRefused(
        permissions.unfit(offered) or "No output of the run has a claim.",
        where="files",
        remedy="Name the files that two people shall judge, if some may leave without one."
        if any(permissions.unfit_file(f) is None for f in offered)
        else REMEDIES[Move.SUBMIT],
    )


def _no_run() -> RequestUnknown:
    return RequestUnknown(
        "you have no finished run of that name",
        where="the request asked for",
        remedy="See which have succeeded: strongroom status.",
    )


REMEDIES: Mapping[Move, str] = {
    Move.SUBMIT: "Leave these outputs out, or mend them and run again.",
    Move.APPROVE: "Look at the request as it is now.",
    Move.RETURN: "Look at the request as it is now.",
    Move.WITHDRAW: "Look at the request as it is now.",
    Move.RELEASE: "Only an approved request is released.",
    Move.SEND_BACK: "Only an approved request is sent back.",
}
