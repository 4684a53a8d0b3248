"""A study's code names its files while it sees records, so names it made up stay inside."""

import json
from datetime import UTC, datetime

import pytest

from output_checker.errors import CheckerError
from output_checker.review.request import Context
from output_checker.review.site import review_site
from tests.a_browser import Browser
from tests.a_review import ANA, OLE, RAO, ROWS, SUE, a_file, a_house

SECRET = "p17-female-38-bled"
PEOPLE = {p.name: p for p in (ANA, RAO, SUE, OLE)}
NAMED, MADE_UP = a_file(path="output/by_age.csv"), a_file(path=f"output/{SECRET}.csv")
PATTERNS = ("output/by_age.csv", "output/*.csv")


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


def all_that_is_told(browser, request_id):
    pages = (f"/api/releases/{request_id}", "/api/releases", f"/releases/{request_id}")
    return "".join(str(browser.get(page).body) for page in pages)


def test_an_author_is_told_the_pattern_in_place_of_a_made_up_name(house, by):
    house.run(NAMED, MADE_UP, patterns=PATTERNS)
    page = by("ana").post("/api/releases", {"request_id": "run1"})
    files = [f["path"] for f in json.loads(page.body)["files"]]
    assert files == ["output/by_age.csv", "output/*.csv (1)"]
    assert SECRET not in str(page.body) + all_that_is_told(by("ana"), "r1")


def test_nor_is_the_name_of_an_output_that_is_left_out_told(house, by):
    rows = a_file(path=f"rows/{SECRET}.csv")
    opaque = ROWS.__class__(**{**vars(ROWS), "path": rows.path})
    house.run(NAMED, opaque, patterns=(*PATTERNS, "rows/*.csv"))
    page = by("ana").post("/api/releases", {"request_id": "run1"})
    assert [f["path"] for f in json.loads(page.body)["refused"]] == ["rows/*.csv (1)"]
    assert SECRET not in str(page.body)


def test_operators_are_told_no_more_than_the_author_and_reviewers_see_the_name(house, by):
    house.run(NAMED, MADE_UP, patterns=PATTERNS)
    by("ana").post("/api/releases", {"request_id": "run1"})
    assert SECRET not in all_that_is_told(by("ole"), "r1")
    assert SECRET in all_that_is_told(by("rao"), "r1")


@pytest.mark.parametrize("wanted", [["nothing.csv"], [f"output/{SECRET}.csv"]])
def test_asking_for_a_wrong_name_teaches_no_right_one(house, wanted):
    house.run(NAMED, MADE_UP, patterns=PATTERNS)
    with pytest.raises(CheckerError) as refused:
        house.service.submit("run1", wanted, Context(), ANA)
    assert SECRET not in str(refused.value).replace(wanted[0], "")


def test_a_made_up_name_is_asked_for_by_its_pattern(house):
    house.run(NAMED, MADE_UP, patterns=PATTERNS)
    done = house.service.submit("run1", ["output/*.csv (1)"], Context(), ANA)
    assert [f.path for f in done.request.files] == [MADE_UP.path]


def test_without_any_pattern_no_name_is_told(house):
    house.run(NAMED, MADE_UP, patterns=())
    done = house.service.submit("run1", None, Context(), ANA)
    assert [f.name_outside for f in done.request.files] == ["* (1)", "* (2)"]


def test_names_told_outside_are_kept_with_the_request(house):
    house.run(MADE_UP, patterns=PATTERNS)
    made = house.service.submit("run1", None, Context(), ANA).request
    assert house.service.seen(made.id, OLE).files == made.files
