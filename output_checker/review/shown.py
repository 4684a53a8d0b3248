"""Templates: where they are, how values look in them. Everything is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from output_checker.review.codes import advice

STATUS_WORDS: Mapping[str, str] = {
    "submitted": "In review",
    "returned": "Returned",
    "approved": "Approved, not out yet",
    "released": "Released",
    "withdrawn": "Withdrawn",
}
BECAUSE_WORDS: Mapping[str, str] = {
    "disclosive": "It could tell something about a person",
    "differencing": "Together with an earlier release it could",
    "unclear": "It isn't clear what the tables show",
    "out_of_scope": "It isn't what the project is for",
    "other": "Something else: ask the reviewers",
    "report_changed": "The outputs changed after the review",
}
EVENT_WORDS: Mapping[str, str] = {
    "release.submitted": "asked for the release",
    "release.voted": "voted",
    "release.decided": "gave the deciding vote",
    "release.withdrawn": "took the request back",
    "release.released": "wrote the bundle to the outbox",
    "release.sent_back": "sent it back: the report isn't the one that was reviewed",
    "release.held": "couldn't write the bundle yet; it will be tried again",
}


class Templates:
    """The site's pages as text, under the name it gives itself."""

    def __init__(self, site_name: str) -> None:
        self._environment = Environment(
            loader=PackageLoader("output_checker.review"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(day=day, moment=moment, short=short)
        self._environment.globals.update(
            site_name=site_name,
            status_words=STATUS_WORDS,
            because_words=BECAUSE_WORDS,
            event_words=EVENT_WORDS,
            advice=advice,
        )

    def page(self, name: str, told: Mapping[str, object], code: int) -> Response:
        """A whole page, as an answer."""
        return HTMLResponse(self.text(name, told), code)

    def text(self, name: str, told: Mapping[str, object]) -> str:
        """A whole page. A name that the template needs and isn't told is an error."""
        return self._environment.get_template(f"{name}.html").render(told)


def stylesheet() -> bytes:
    """The one stylesheet."""
    folder = resources.files("output_checker.review") / "static"
    return (folder / "style.css").read_bytes()


def day(at: datetime) -> str:
    """1 March 2026"""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%B %Y}"


def moment(at: datetime) -> str:
    """1 March 2026, 09:05 UTC"""
    return f"{day(at)}, {at.astimezone(UTC):%H:%M} UTC"


def short(digest: str) -> str:
    """The first twelve digits of a hash: enough to tell two apart by eye."""
    return digest[:12]
