"""The pages: sign in, look at what is asked, say what you think; and the public record.

Plain forms and links: nothing runs in the browser, nothing comes from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from starlette.responses import RedirectResponse, Response

from output_checker import release
from output_checker.errors import (
    CheckerError,
    NotPermitted,
    NotSignedIn,
    ReleaseRefused,
    ReportChanged,
    RequestUnknown,
)
from output_checker.review import api, permissions, views
from output_checker.review.grid import grid
from output_checker.review.permissions import Sight
from output_checker.review.reports import Reviewed
from output_checker.review.request import (
    Because,
    Decision,
    Person,
    ReleaseRequest,
    Status,
)
from output_checker.review.service import Service
from output_checker.review.shown import Templates
from output_checker.review.web import Ask, Door, status_code

HOME = "/releases"
KINDS: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True)
class PublicRun:
    """What anybody may know of a run. ``queries``: action, sha256 of its query;
    ``actions``: action, state; ``started_at``: with its zone."""

    id: str
    project: str
    repository: str
    commit: str
    queries: Sequence[tuple[str, str]]
    actions: Sequence[tuple[str, str]]
    started_at: datetime


@dataclass(frozen=True)
class Pages:
    """Each method answers one kind of page or form."""

    service: Service
    door: Door
    templates: Templates
    public_runs: Callable[[], Sequence[PublicRun]]

    def record(self, ask: Ask) -> Response:
        """What anybody may know: releases and runs."""
        told = {"releases": self.service.released(), "runs": self.public_runs()}
        return self._page(ask, "record", told)

    def sign_in_form(self, ask: Ask, problem: CheckerError | None = None) -> Response:
        sessions = self.door.sessions
        cookie = (ask.cookie or "") if sessions.is_ours(ask.cookie) else sessions.fresh()
        told = {
            "problem": problem,
            "form_token": sessions.form_token(cookie),
            "onward": _onward(ask.query.get("next", "")),
        }
        code = status_code(problem) if problem else 200
        answer = self._page(ask, "sign_in", told, code)
        return self.door.let_in(answer, cookie)

    def sign_in(self, ask: Ask) -> Response:
        form = self._own_form(ask)
        token = form.get("token", "").strip()
        if self.door.person(token) is None:
            unknown = NotSignedIn(
                "nobody is known by this token",
                where="token",
                remedy="Paste it whole; ask the site's operator if it is lost.",
            )
            return self.sign_in_form(ask, unknown)
        self.door.sessions.close(ask.cookie)
        onward = _onward(form.get("next", ""))
        return self.door.let_in(_see(onward), self.door.sessions.open(token))

    def sign_out(self, ask: Ask) -> Response:
        self._own_form(ask)
        self.door.sessions.close(ask.cookie)
        return _see("/")

    def requests(self, ask: Ask) -> Response:
        person = ask.known()
        found = self.service.list_for(person)
        ended = (Status.RELEASED, Status.RETURNED, Status.WITHDRAWN)
        told = {
            "open": [(r, self._todo(r, person)) for r in found if r.status not in ended],
            "ended": [r for r in found if r.status in ended],
        }
        return self._page(ask, "requests", told)

    def request(self, ask: Ask) -> Response:
        return self._request(ask, None, {})

    def vote(self, ask: Ask) -> Response:
        person = ask.known()
        form = self._own_form(ask)
        # a text area's line ends are not part of what is said
        reason = " ".join(form.get("reason", "").split())

        def do() -> ReleaseRequest:
            decision = api.word(Decision, form.get("vote", ""), "vote")
            told = form.get("because", "") if decision is Decision.RETURN else ""
            because = api.because(decision, told)
            return self.service.vote(
                ask.path["id"], decision, person, reason=reason, because=because
            )

        return self._done(ask, do, form)

    def withdraw(self, ask: Ask) -> Response:
        person = ask.known()
        form = self._own_form(ask)
        return self._done(ask, partial(self.service.withdraw, ask.path["id"], person), form)

    def release(self, ask: Ask) -> Response:
        person = ask.known()
        form = self._own_form(ask)
        return self._done(ask, partial(self.service.release, ask.path["id"], person), form)

    def picture(self, ask: Ask) -> Response:
        """A picture as it would leave, for the reviewers."""
        person = ask.known()
        request = self.service.seen(ask.path["id"], person)
        name = ask.path["name"]
        for part in release.contents(self.service.reviewed(request, person)):
            if name in part.files and name.endswith(".png"):
                return Response(part.files[name], media_type=KINDS["png"])
        raise _no_file()

    def bundle(self, ask: Ask) -> Response:
        """What left, to whoever may see the request."""
        request, files = self._released(ask)
        return self._page(ask, "bundle", {"request": request, "files": files})

    def bundle_file(self, ask: Ask) -> Response:
        _, files = self._released(ask)
        name = ask.path["name"]
        if name not in files:
            raise _no_file()
        kind = KINDS.get(name.rpartition(".")[2], "application/octet-stream")
        shown = "inline" if name.endswith(".png") else "attachment"
        headers = {"content-disposition": f'{shown}; filename="{name}"'}
        return Response(files[name], media_type=kind, headers=headers)

    def on_error(self, ask: Ask, error: CheckerError) -> Response:
        """A page with place, problem and remedy; strangers are asked to sign in."""
        if isinstance(error, NotSignedIn) and ask.by_cookie:
            return _see(f"/sign-in?next={ask.address}")
        return self._page(ask, "problem", {"problem": error}, status_code(error))

    def _request(
        self, ask: Ask, problem: CheckerError | None, form: Mapping[str, str]
    ) -> Response:
        person = ask.known()
        request = self.service.seen(ask.path["id"], person)
        told = {
            "request": request,
            "files": self._reviewed(request, person),
            "votes": permissions.votes_seen(request, person),
            "may": views.you_may(request, person),
            "needs": {m.value: permissions.needs_reason(request, m) for m in views.OFFERED},
            "because": Because,
            "returned_because": views.returned_because(request),
            "events": self.service.store.events(request.id),
            "problem": problem,
            "form": form,
        }
        return self._page(ask, "request", told, status_code(problem) if problem else 200)

    def _done(
        self, ask: Ask, do: Callable[[], ReleaseRequest], form: Mapping[str, str]
    ) -> Response:
        """The request's page after a move; the same page with the problem if refused."""
        try:
            request = do()
        except (RequestUnknown, NotPermitted):
            raise
        except ReleaseRefused as problem:
            return self._request(ask, problem, form)
        return _see(f"{HOME}/{request.id}")

    def _reviewed(
        self, request: ReleaseRequest, person: Person
    ) -> Mapping[str, object] | None:
        """What the reviewers see of the report; None to anybody else."""
        if permissions.sight(request, person) is not Sight.EVERYTHING:
            return None
        try:
            reviewed = self.service.reviewed(request, person)
        except ReportChanged as changed:
            return {"changed": changed.problem, "parts": ()}
        return {"changed": None, "parts": [*map(_part, reviewed, _names(reviewed))]}

    def _todo(self, request: ReleaseRequest, person: Person) -> bool:
        return views.you_may(request, person)["approve"] is None

    def _released(self, ask: Ask) -> tuple[ReleaseRequest, Mapping[str, bytes]]:
        request = self.service.seen(ask.path["id"], ask.known())
        if request.bundle is None:
            raise _no_file()
        return request, release.read_back(request.bundle)

    def _own_form(self, ask: Ask) -> Mapping[str, str]:
        """The form's fields; NotPermitted unless this session's own page sent it."""
        form = ask.form()
        own = self.door.sessions.is_form_token(ask.cookie, form.get("form_token", ""))
        if ask.from_elsewhere or (ask.by_cookie and not own):
            raise NotPermitted(
                "this form wasn't sent from the page that you are signed in to",
                where="form",
                remedy="Open the page again, and send it from there.",
            )
        return form

    def _page(
        self, ask: Ask, name: str, told: Mapping[str, object], code: int = 200
    ) -> Response:
        common = {
            "person": ask.person,
            "form_token": self.door.sessions.form_token(ask.cookie),
        }
        return self.templates.page(name, {**common, **told}, code)


def _names(reviewed: Sequence[Reviewed]) -> tuple[str, ...]:
    return release.safe_names([r.file.path for r in reviewed])


def _part(reviewed: Reviewed, name: str) -> Mapping[str, object]:
    table = reviewed.entry.table
    return {
        "name": name,
        "file": reviewed.file,
        "findings": reviewed.entry.findings,
        "table": table,
        "grid": grid(table) if table else None,
        "rewritten": reviewed.entry.rewritten,
    }


def _onward(address: str) -> str:
    """Where to go after signing in: a page of ours, whatever the link said."""
    return address if re.fullmatch(r"/releases[A-Za-z0-9_/-]*", address) else HOME


def _see(address: str) -> Response:
    return RedirectResponse(address, status_code=303)


def _no_file() -> RequestUnknown:
    return RequestUnknown(
        "there is no such file", where="bundle", remedy="Look at the list of its files."
    )
