"""The API of releases: who is told what, in which words, and what is refused."""

import json
from datetime import UTC, datetime

import pytest

from output_checker.review.codes import advice
from output_checker.review.request import Because, Status
from output_checker.review.site import review_site
from output_checker.review.web import MOST_BYTES
from tests.a_browser import Browser
from tests.a_review import (
    ANA,
    BEN,
    DOUBTFUL,
    OLE,
    RAO,
    ROWS,
    SUE,
    FullDisk,
    a_file,
    a_house,
    a_table,
)

PEOPLE = {p.name: p for p in (ANA, BEN, RAO, SUE, OLE)}


@pytest.fixture
def house(tmp_path):
    with a_house(tmp_path) as house:
        yield house


@pytest.fixture
def by(house):
    app = review_site(
        house.service,
        identify=PEOPLE.get,
        public_runs=list,
        key=b"k" * 32,
        clock=lambda: datetime(2026, 3, 1, tzinfo=UTC),
        new_secret=lambda: "secret",
        https=False,
    )
    return lambda name: Browser(app, token=name)


def told(page):
    return json.loads(page.body)


def test_an_author_asks_is_told_what_is_left_out_and_why(house, by):
    house.run(a_file(), DOUBTFUL, ROWS)
    page = by("ana").post(
        "/api/releases", {"request_id": "run1", "context": "For a paper."}
    )
    assert page.code == 201
    answer = told(page)
    assert (answer["id"], answer["status"], answer["votes_in"]) == ("r1", "submitted", 0)
    assert answer["purpose"] == "For a paper."
    assert [(f["path"], f["outcome"]) for f in answer["files"]] == [
        ("output/by_age.csv", "verified"),
        ("output/costs.csv", "verified, two people judge: dominance"),
    ]
    assert answer["refused"] == [
        {
            "path": "output/rows.csv",
            "codes": ["opaque"],
            "reasons": [advice("opaque")],
        }
    ]


def test_some_files_may_be_named_and_context_may_have_a_title(house, by):
    house.run(a_file(), DOUBTFUL)
    body = {
        "request_id": "run1",
        "files": ["output/by_age.csv"],
        "context": {"title": "Asthma", "purpose": "A paper"},
    }
    answer = told(by("ana").post("/api/releases", body))
    assert answer["title"] == "Asthma"
    assert [f["path"] for f in answer["files"]] == ["output/by_age.csv"]
    assert answer["refused"][0]["reasons"] == ["It wasn't asked for."]


def test_naming_a_refused_file_is_a_conflict_with_place_problem_and_remedy(house, by):
    house.run(a_file(), ROWS)
    body = {"request_id": "run1", "files": ["output/rows.csv"]}
    page = by("ana").post("/api/releases", body)
    assert page.code == 409
    error = told(page)
    assert error["error"] == "ReleaseRefused"
    assert "opaque" in error["problem"]
    assert set(error) == {"error", "where", "problem", "remedy"}


INSIDE = ("120", "340", "461", "interval", "primary", "makes up", "a" * 64, "b" * 64)
"""Numbers, intervals, a finding's words and hashes of what has true numbers in it."""


@pytest.mark.parametrize(
    ("name", "sees"), [("ana", False), ("ole", False), ("rao", True), ("ben", None)]
)
def test_the_report_is_for_reviewers_and_codes_are_for_the_author(house, by, name, sees):
    request = house.submitted(a_file(), DOUBTFUL)
    page = by(name).get(f"/api/releases/{request.id}")
    listed = told(by(name).get("/api/releases"))["releases"]
    if sees is None:
        assert page.code == 404
        assert listed == []
        return
    text = page.body.decode()
    assert [word in text for word in INSIDE] == [sees] * len(INSIDE)
    assert "dominance" in text
    assert not [word for word in INSIDE if word in json.dumps(listed)]


def test_a_reviewer_is_told_when_the_report_changed(house, by):
    request = house.submitted()
    house.report(a_file(table=a_table((121, 340))))
    answer = told(by("rao").get(f"/api/releases/{request.id}"))
    assert answer["reports"] is None
    assert "isn't the one" in answer["report_problem"]


def test_votes_are_hidden_from_the_other_until_both_are_in_and_then_released(house, by):
    request = house.submitted()
    votes = f"/api/releases/{request.id}/votes"
    first = told(by("rao").post(votes, {"vote": "approve"}))
    assert [v["by"] for v in first["votes"]] == ["rao"]
    assert told(by("sue").get(f"/api/releases/{request.id}"))["votes"] == []
    second = told(by("sue").post(votes, {"vote": "approve", "reason": "fine"}))
    assert second["status"] == "released"
    assert [v["by"] for v in second["votes"]] == ["rao", "sue"]
    assert second["bundle"]["name"] == request.id
    author = told(by("ana").get(f"/api/releases/{request.id}"))
    assert author["bundle"] == second["bundle"]
    assert "votes" not in author


def test_a_return_tells_the_author_codes_and_never_the_reviewers_words(house, by):
    request = house.approve(house.submitted(), RAO)
    body = {"vote": "return", "reason": "cell 65+ is 7", "because": "disclosive"}
    answer = told(by("sue").post(f"/api/releases/{request.id}/votes", body))
    assert answer["status"] == "returned"
    page = by("ana").get(f"/api/releases/{request.id}")
    assert told(page)["returned_because"] == ["disclosive"]
    assert b"65+" not in page.body


def test_a_request_that_the_site_sent_back_says_that_the_report_changed(house, by):
    request = house.approve(house.submitted(), RAO)
    house.report(a_file(table=a_table((121, 340))))
    house.approve(request, SUE)
    answer = told(by("ana").get(f"/api/releases/{request.id}"))
    assert answer["returned_because"] == ["report_changed"]


def test_a_return_without_a_because_is_for_another_reason(house, by):
    request = house.submitted()
    body = {"vote": "return", "reason": "no"}
    by("rao").post(f"/api/releases/{request.id}/votes", body)
    assert house.store.get(request.id).votes[0].because is Because.OTHER


def test_an_author_withdraws_and_an_operator_may_not_release_it(house, by):
    request = house.submitted()
    answer = told(by("ana").post(f"/api/releases/{request.id}/withdraw"))
    assert answer["status"] == "withdrawn"
    assert answer["you_may"]["withdraw"] == "A withdrawn request can't be withdrawn."
    page = by("ole").post(f"/api/releases/{request.id}/release")
    assert (page.code, told(page)["error"]) == (409, "ReleaseRefused")


def test_an_operator_releases_what_was_held(house, by):
    request = house.approve(house.submitted(), RAO)
    whole, house.disk = house.disk, FullDisk()
    assert house.approve(request, SUE).status is Status.APPROVED
    house.disk = whole
    page = by("ole").post(f"/api/releases/{request.id}/release")
    assert told(page)["status"] == "released"


@pytest.mark.parametrize(
    ("name", "body", "code", "error"),
    [
        ("ana", {"vote": "approve"}, 403, "NotPermitted"),
        ("ole", {"vote": "approve"}, 403, "NotPermitted"),
        ("ben", {"vote": "approve"}, 404, "RequestUnknown"),
        ("nobody", {"vote": "approve"}, 401, "NotSignedIn"),
        ("rao", {"vote": "perhaps"}, 400, "RequestUnreadable"),
        ("rao", {"vote": ["approve"]}, 400, "RequestUnreadable"),
        ("rao", {"vote": "return"}, 400, "RequestUnreadable"),
        ("rao", {"vote": "approve", "because": "other"}, 400, "RequestUnreadable"),
        (
            "rao",
            {"vote": "return", "because": "x", "reason": "y"},
            400,
            "RequestUnreadable",
        ),
        ("rao", {"vote": "approve", "more": 1}, 400, "RequestUnreadable"),
        ("rao", {}, 400, "RequestUnreadable"),
        ("rao", [], 400, "RequestUnreadable"),
        ("rao", b"{", 400, "RequestUnreadable"),
        ("rao", b"\xff", 400, "RequestUnreadable"),
        ("rao", b"[" * 50_000, 400, "RequestUnreadable"),
        ("rao", b'"' + b"x" * MOST_BYTES + b'"', 400, "RequestUnreadable"),
    ],
)
def test_a_vote_that_may_not_or_cannot_be_is_refused_by_kind(
    house, by, name, body, code, error
):
    request = house.submitted()
    page = by(name).post(f"/api/releases/{request.id}/votes", body)
    assert (page.code, told(page)["error"]) == (code, error)
    assert house.store.get(request.id).votes == ()


@pytest.mark.parametrize(
    "body",
    [
        {"request_id": 1},
        {"request_id": "run1", "files": "all"},
        {"request_id": "run1", "files": [1]},
        {"request_id": "run1", "context": 3},
        {"request_id": "run1", "context": {"words": "x"}},
        {"request_id": "run1", "context": {"title": 3}},
        {"request_id": "run1", "context": "two\nlines"},
        {"request_id": "run1", "context": {"title": "x" * 201}},
        {"request_id": "run1", "verdict": "PASS"},
    ],
)
def test_a_request_that_makes_no_sense_is_refused_and_nothing_is_stored(house, by, body):
    house.run()
    page = by("ana").post("/api/releases", body)
    assert (page.code, told(page)["error"]) == (400, "RequestUnreadable")
    assert house.store.all() == ()


def test_a_browsers_cookie_is_nobody_to_the_api(house, by):
    request = house.submitted()
    browser = by(None)
    browser.sign_in("rao")
    assert browser.get("/releases").code == 200
    page = browser.post(f"/api/releases/{request.id}/votes", {"vote": "approve"})
    assert (page.code, told(page)["error"]) == (401, "NotSignedIn")


@pytest.mark.parametrize("header", ["", "Basic cmFv", "rao", "Bearer", "Bearer  "])
def test_only_a_bearer_token_is_somebody(by, header):
    page = by(None).get("/api/releases", authorization=header)
    assert page.code == 401


def test_an_address_that_is_none_answers_in_json(by):
    page = by("rao").get("/api/nothing")
    assert (page.code, told(page)["error"]) == (404, "RequestUnknown")
