"""JSON that two readers would read differently, or that is no text, is refused as such."""

import json
from datetime import UTC, datetime

import pytest

from output_checker.review.site import review_site
from tests.a_browser import Browser
from tests.a_review import ANA, a_house


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b'{"request_id": "other", "request_id": "run1"}', "a key is there twice"),
        (b'{"request_id": "run1", "context": {"title": "a", "title": "b"}}', "twice"),
        (b'{"request_id": "\\ud800"}', "this isn't JSON"),
        (b'{"request_id": "run1", "files": ["\\ud800"]}', "this isn't JSON"),
        (b'{"request_id": "run1", "\\ud800": 1}', "this isn't JSON"),
        (b"\xff", "this isn't JSON"),
    ],
)
def test_it_is_refused_and_nothing_is_asked_for(tmp_path, body, problem):
    with a_house(tmp_path) as house:
        house.run()
        app = review_site(
            house.service,
            identify={ANA.name: ANA}.get,
            public_runs=list,
            key=b"k" * 32,
            clock=lambda: datetime(2026, 3, 1, tzinfo=UTC),
            new_secret=lambda: "secret",
            https=False,
        )
        page = Browser(app, token=ANA.name).post("/api/releases", body)
        assert page.code == 400
        assert problem in json.loads(page.body)["problem"]
        assert house.service.list_for(ANA) == ()
