"""A review through its pages, from signing in to the bundle; and what they refuse."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from output_checker.report import Finding, Verdict
from output_checker.review.pages import PublicRun
from output_checker.review.request import Context, Decision, Person, Status
from output_checker.review.sessions import MOST, Sessions
from output_checker.review.site import review_site
from output_checker.review.web import HEADERS, MOST_BYTES
from tests.a_browser import Browser
from tests.a_review import (
    ANA,
    BEN,
    DOUBTFUL,
    OLE,
    PICTURE,
    RAO,
    ROWS,
    SUE,
    TABLE,
    TEXT,
    TOM,
    FullDisk,
    a_file,
    a_house,
    a_table,
)

EVIL = "<script>alert('x')</script>\"'&<img src=x onerror=y>"
RUN = PublicRun(
    id="run1",
    project="asthma",
    repository="https://git.example/asthma",
    commit="d" * 40,
    queries=(("make_cohort", "e" * 64),),
    actions=(("make_cohort", "succeeded"), ("tables", "failed")),
    started_at=datetime(2026, 3, 1, 8, tzinfo=UTC),
)


class Site:
    """A house with its pages, and a browser for each person."""

    def __init__(self, house, https=False):
        self.house, self.now = house, datetime(2026, 3, 1, 8, tzinfo=UTC)
        self.people = {f"token-{p.name}": p for p in (ANA, BEN, RAO, SUE, TOM, OLE)}
        self.runs = [RUN]
        secrets = itertools.count()
        self.app = review_site(
            house.service,
            identify=self.people.get,
            public_runs=lambda: self.runs,
            key=b"k" * 32,
            clock=lambda: self.now,
            new_secret=lambda: f"secret{next(secrets)}",
            https=https,
        )

    def browser(self, person=None):
        browser = Browser(self.app)
        if person:
            browser.sign_in(f"token-{person.name}")
        return browser


@pytest.fixture
def house(tmp_path):
    with a_house(tmp_path) as house:
        yield house


@pytest.fixture
def site(house):
    return Site(house)


def vote(browser, request, decision, **fields):
    page = browser.get(f"/releases/{request.id}")
    form = page.form(f"/releases/{request.id}/votes", vote=decision)
    return browser.send({**form, **fields})


def test_two_reviewers_sign_in_look_approve_and_the_bundle_is_there(site, house):
    request = house.submitted(a_file(table=a_table(figure="bar")), DOUBTFUL)
    rao = site.browser(RAO)
    page = rao.get("/releases")
    assert "Waits for you" in page.text
    page = rao.get(f"/releases/{request.id}")
    assert "primary between 1 and 9" in page.text
    assert "complementary between 461 and 469" in page.text
    assert "one person makes up most of it" in page.text
    assert "leaves as by_age.csv, by_age.json, by_age.png, by_age.svg" in page.text
    picture = rao.get(f"/releases/{request.id}/pictures/by_age.png")
    assert picture.headers["content-type"] == "image/png"

    vote(rao, request, "approve", reason="the group is\r\nlarge enough")
    sue = site.browser(SUE)
    page = vote(sue, request, "approve", reason="agreed")
    assert "It has left." in page.text
    assert "rao approved" in page.text
    assert "the group is large enough" in page.text

    page = sue.get(f"/releases/{request.id}/bundle")
    assert "costs.csv" in page.text
    csv = sue.get(f"/releases/{request.id}/bundle/by_age.csv")
    assert (
        csv.body == (house.store.get(request.id).bundle.folder / "by_age.csv").read_bytes()
    )
    assert csv.headers["content-disposition"] == 'attachment; filename="by_age.csv"'
    inline = sue.get(f"/releases/{request.id}/bundle/by_age.png")
    assert inline.headers["content-disposition"].startswith("inline")

    page = site.browser().get("/")
    assert "by rao and sue" in page.text


def test_what_has_no_claim_is_shown_exactly_as_it_would_leave(site, house):
    house.run(TABLE, TEXT, PICTURE)
    names = [f.path for f in (TABLE, TEXT, PICTURE)]
    request = house.service.submit("run1", names, Context("Asthma"), ANA).request
    rao = site.browser(RAO)
    page = rao.get(f"/releases/{request.id}")
    assert page.text.count("Nothing of this file was recomputed.") == 3
    assert "female,120" in page.text
    assert "0.52 <mark>" in page.text
    assert b"&lt;mark&gt;" in page.body
    for name in ("other.csv", "fit.txt", "plot.png"):
        assert f"leaves as {name}" in page.text
    drawn = rao.get(f"/releases/{request.id}/pictures/plot.png")
    assert drawn.body == PICTURE.rewritten.data
    vote(rao, request, "approve", reason="no person in it")
    page = vote(site.browser(SUE), request, "approve", reason="agreed")
    assert "It has left." in page.text


def test_a_returned_request_tells_its_author_a_code_and_keeps_the_words(site, house):
    request = house.approve(house.submitted(), RAO)
    vote(site.browser(SUE), request, "return", because="unclear", reason="cell 65+ is 7")
    page = site.browser(ANA).get(f"/releases/{request.id}")
    assert "It isn't clear what the tables show" in page.text
    assert "cell 65+" not in page.text
    assert "sue returned it" not in page.text


def test_nobody_sees_anothers_vote_before_both_are_in(site, house):
    request = house.submitted()
    vote(site.browser(RAO), request, "return", reason="the margins give it away")
    for person in (SUE, TOM, ANA, OLE):
        page = site.browser(person).get(f"/releases/{request.id}")
        assert "1 of 2" in page.text
        assert "margins" not in page.text
        assert "returned it" not in page.text
    assert "margins give it away" in site.browser(RAO).get(f"/releases/{request.id}").text


def test_a_vote_that_lacks_its_reason_is_shown_again_with_what_was_written(site, house):
    request = house.submitted(DOUBTFUL)
    page = vote(site.browser(RAO), request, "approve", reason=" ")
    assert page.code == 400
    assert "may be waived" in page.text
    assert house.store.get(request.id).votes == ()


def test_an_author_sees_status_and_codes_and_may_take_it_back(site, house):
    request = house.submitted(a_file(), DOUBTFUL)
    ana = site.browser(ANA)
    page = ana.get(f"/releases/{request.id}")
    assert "dominance" in page.text
    for hidden in ("120", "340", "between", "one person makes up", "a" * 64, "b" * 64):
        assert hidden not in page.text
    page = ana.send(page.form(f"/releases/{request.id}/withdraw"))
    assert "Withdrawn" in page.text
    page = ana.get("/releases")
    assert "Nothing waits to be reviewed." in page.text


def test_each_move_has_its_reason_on_the_page_when_it_is_not_ones_own_to_make(site, house):
    request = house.submitted()
    page = site.browser(ANA).get(f"/releases/{request.id}")
    assert "approve Only a reviewer may do this." in page.text
    page = site.browser(RAO).get(f"/releases/{request.id}")
    assert "withdraw Only a researcher may do this." in page.text


def test_an_operator_tries_a_held_release_again(site, house):
    request = house.approve(house.submitted(), RAO)
    whole, house.disk = house.disk, FullDisk()
    house.service.vote(request.id, Decision.APPROVE, SUE)
    house.disk = whole
    assert house.store.get(request.id).status is Status.APPROVED
    ole = site.browser(OLE)
    page = ole.get(f"/releases/{request.id}")
    assert "couldn't write the bundle yet" in page.text
    page = ole.send(page.form(f"/releases/{request.id}/release"))
    assert "It has left." in page.text


def test_a_report_that_changed_is_said_so_and_shows_nothing(site, house):
    request = house.submitted()
    house.report(a_file(table=a_table((121, 340))))
    rao = site.browser(RAO)
    page = rao.get(f"/releases/{request.id}")
    assert "isn't the one that was reviewed" in page.text
    assert "121" not in page.text
    picture = rao.get(f"/releases/{request.id}/pictures/by_age.png")
    assert picture.code == 409


def test_a_bundle_that_was_touched_or_moved_is_not_shown(site, house):
    request = house.approve(house.submitted())
    rao = site.browser(RAO)
    (request.bundle.folder / "by_age.csv").write_text("age,patients\n65+,7\n")
    page = rao.get(f"/releases/{request.id}/bundle")
    assert (page.code, "isn't as it was released" in page.text) == (409, True)
    request.bundle.folder.rename(house.folder / "moved")
    assert rao.get(f"/releases/{request.id}/bundle/by_age.csv").code == 409


@pytest.mark.parametrize(
    "address",
    [
        "/releases/{id}/bundle",
        "/releases/{id}/bundle/by_age.csv",
        "/releases/{id}/pictures/by_age.png",
        "/releases/{id}/pictures/by_age.csv",
        "/releases/nothing",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(site, house, address):
    request = house.submitted()
    page = site.browser(RAO).get(address.format(id=request.id))
    assert page.code == 404
    assert "That didn't work" in page.text


def test_no_file_but_the_bundles_own_is_ever_sent(site, house):
    request = house.approve(house.submitted())
    rao = site.browser(RAO)
    for name in ("..%2f..%2fsite.sqlite", "%2e%2e", "other.csv"):
        assert rao.get(f"/releases/{request.id}/bundle/{name}").code == 404


def test_a_stranger_to_a_request_cannot_tell_that_it_exists(site, house):
    request = house.submitted()
    ben = site.browser(BEN)
    page, none = ben.get(f"/releases/{request.id}"), ben.get("/releases/nothing")
    assert (page.code, page.text) == (none.code, none.text)


@pytest.mark.parametrize("address", ["/releases", "/releases/r1", "/releases/r1/bundle"])
def test_who_is_not_signed_in_is_asked_to_and_then_goes_on(site, house, address):
    house.approve(house.submitted())
    browser = site.browser()
    page = browser.get(address)
    assert "Paste the token" in page.text
    browser.send({**page.form("/sign-in"), "token": "token-rao"})
    assert str(browser.last.url).endswith(address)


@pytest.mark.parametrize(
    "onward", ["//evil.example", "https://evil.example", "/releases\\@evil", "/other", ""]
)
def test_signing_in_leads_nowhere_but_to_our_own_pages(site, onward):
    browser = site.browser()
    page = browser.get("/sign-in")
    form = page.form("/sign-in")
    browser.send({**form, "token": "token-rao", "next": onward})
    assert str(browser.last.url) == "http://site.test/releases"


def test_a_wrong_token_signs_nobody_in(site):
    browser = site.browser()
    page = browser.sign_in("token-nobody")
    assert page.code == 401
    assert "nobody is known" in page.text
    assert "Paste the token" in browser.get("/releases").text


def test_signing_out_ends_the_session_even_for_who_kept_the_cookie(site):
    rao = site.browser(RAO)
    kept = dict(rao.cookies)
    rao.send(rao.get("/releases").form("/sign-out"))
    assert "Paste the token" in Browser(site.app, cookies=kept).get("/releases").text


def test_a_session_ends_after_its_time_and_when_the_token_is_taken_away(site):
    rao, sue = site.browser(RAO), site.browser(SUE)
    del site.people["token-sue"]
    assert "Paste the token" in sue.get("/releases").text
    assert "Release requests" in rao.get("/releases").text
    site.now += timedelta(hours=8)
    assert "Paste the token" in rao.get("/releases").text


def test_a_cookie_that_the_site_did_not_sign_is_nobodys(site):
    rao = site.browser(RAO)
    name, value = next(iter(rao.cookies.items()))
    for forged in (value[:-1] + ("0" if value[-1] != "0" else "1"), "secret0", "", "."):
        assert (
            "Paste the token"
            in Browser(site.app, cookies={name: forged}).get("/releases").text
        )


def test_the_cookie_is_strict_hidden_from_scripts_and_bound_to_tls(house):
    site = Site(house, https=True)
    browser = site.browser()
    browser.get("/sign-in")
    cookie = browser.last.headers["set-cookie"]
    assert cookie.startswith("__Host-strongroom=")
    for word in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert word in cookie
    assert "token-rao" not in cookie


def test_the_cookie_changes_when_somebody_signs_in(site):
    browser = site.browser()
    browser.get("/sign-in")
    before = dict(browser.cookies)
    browser.sign_in("token-rao")
    assert browser.cookies != before


@pytest.mark.parametrize("given", ["", "0" * 64, "another's"])
def test_a_form_that_another_page_made_changes_nothing(site, house, given):
    request = house.submitted()
    rao = site.browser(RAO)
    if given == "another's":
        page = site.browser(SUE).get("/releases")
        given = page.form("/sign-out")["form_token"]
    form = {"": f"/releases/{request.id}/votes", "vote": "approve", "form_token": given}
    assert rao.send(form).code == 403
    assert house.store.get(request.id).votes == ()


@pytest.mark.parametrize("sent_from", ["cross-site", "same-site"])
def test_a_form_that_comes_from_elsewhere_changes_nothing(site, house, sent_from):
    request = house.submitted()
    rao = site.browser(RAO)
    page = rao.get(f"/releases/{request.id}")
    form = page.form(f"/releases/{request.id}/votes", vote="approve")
    assert rao.send(form, sec_fetch_site=sent_from).code == 403
    assert house.store.get(request.id).votes == ()


def test_signing_in_takes_this_browsers_own_form(site):
    form = site.browser().get("/sign-in").form("/sign-in")
    page = Browser(site.app).send({**form, "token": "token-rao"})
    assert page.code == 403


def test_a_command_line_may_use_the_pages_with_its_token(site, house):
    request = house.submitted()
    rao = Browser(site.app, token="token-rao")
    form = {"": f"/releases/{request.id}/votes", "vote": "approve", "reason": ""}
    assert "rao approved" in rao.send(form).text
    wrong = Browser(site.app, token="token-nobody").get("/releases")
    assert wrong.code == 401


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"vote": "maybe"}, 400),
        ({"vote": "return", "because": "boredom", "reason": "x"}, 400),
        ({"vote": "return", "because": "other", "reason": "\u202eevil"}, 400),
        ({f"f{n}": "x" for n in range(30)}, 400),
        ({"vote": "approve", "reason": "x" * MOST_BYTES}, 400),
        ({"vote": "approve", "reason": "x" * 3000}, 400),
    ],
)
def test_a_form_that_makes_no_sense_is_refused(site, house, form, code):
    request = house.submitted()
    rao = Browser(site.app, token="token-rao")
    assert rao.send({"": f"/releases/{request.id}/votes", **form}).code == code
    assert house.store.get(request.id).votes == ()


def test_bytes_that_are_not_a_form_are_refused(site):
    rao = Browser(site.app, token="token-rao")
    assert rao.post("/releases/r1/votes", b"\xff\xfe").code == 400


def everything(site, house):
    """Every page there is, with every person's text in it as evil as it gets."""
    table = replace(
        a_table(title=EVIL, figure="bar"),
        dimensions=(EVIL,),
        unit=EVIL,
        population=EVIL,
        variable=EVIL,
        protection=EVIL,
        cells=(replace(a_table().cells[0], levels=(EVIL,)), *a_table().cells[1:]),
    )
    finding = Finding(EVIL, Verdict.REVIEW, EVIL, EVIL, (EVIL,), (EVIL,))
    run = house.run(a_file(f"output/{EVIL}.csv", table=table, findings=(finding,)), ROWS)
    request = house.service.submit(run.id, None, Context(EVIL, EVIL), ANA).request
    rao, sue = site.browser(RAO), site.browser(SUE)
    address = f"/releases/{request.id}"
    site.runs = [replace(RUN, project=EVIL, repository=EVIL, actions=((EVIL, EVIL),))]
    pages = [
        rao.get("/releases"),
        rao.get(address),
        vote(rao, request, "approve", reason=""),
        vote(rao, request, "approve", reason=EVIL),
        vote(sue, request, "approve", reason=EVIL),
        sue.get(address + "/bundle"),
        sue.get(address + "/votes"),
        site.browser(ANA).get(address),
        site.browser(OLE).get(address),
        site.browser().get("/"),
        site.browser().get("/sign-in"),
        site.browser().sign_in(EVIL),
        sue.get(f"/{EVIL}"),
        sue.get(f"/releases/{EVIL}"),
    ]
    assert house.store.get(request.id).status is Status.RELEASED
    return pages


def test_nothing_that_anybody_writes_becomes_part_of_a_page(site, house):
    pages = everything(site, house)
    for page in pages:
        assert not [e for e in page.elements if e[0] == "script"]
        assert not [a for _, a in page.elements if a.keys() & {"onerror", "style"}]
    assert sum(EVIL in page.text for page in pages) >= 7


def test_pages_ask_nothing_of_anybody_else(site, house):
    for page in everything(site, house):
        for tag, told in page.elements:
            for key in {"src", "href", "action"} & told.keys():
                assert told[key].startswith(("/", "#")), f"{tag} {key}={told[key]}"
                assert not told[key].startswith("//")


def test_pages_can_be_read_aloud(site, house):
    """A language, one h1, labels on fields, alternatives for pictures, headed tables."""
    for page in everything(site, house):
        tags = [tag for tag, _ in page.elements]
        if page.code == 405:
            continue
        assert ("html", {"lang": "en"}) in page.elements
        assert tags.count("h1") == tags.count("main") == 1
        labelled = {told.get("for") for tag, told in page.elements if tag == "label"}
        for tag, told in page.elements:
            if tag in ("textarea", "select") or told.get("type") == "password":
                assert told["id"] in labelled
            assert tag != "img" or told["alt"]
            assert tag != "th" or told["scope"]


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/sign-in",
        "/releases",
        "/static/style.css",
        "/nothing",
        "/api/releases",
        "/api/x",
    ],
)
def test_every_answer_forbids_scripts_frames_sniffing_and_strangers(site, address):
    headers = site.browser().get(address).headers
    for name, value in HEADERS.items():
        if (address, name) != ("/static/style.css", "cache-control"):
            assert headers[name] == value
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_mistake_of_our_own_tells_nothing_and_still_has_every_header(site):
    site.runs = ["patient 4711, of whom a template knows nothing"]
    page = site.browser().get("/")
    assert page.code == 500
    assert b"4711" not in page.body
    assert "content-security-policy" in page.headers
    assert "tell the site's operator" in page.text


def test_the_public_record_tells_runs_and_releases_and_nothing_of_open_requests(
    site, house
):
    house.submitted(title="Not yet public")
    page = site.browser().get("/")
    assert "Nothing has been released yet." in page.text
    assert "Not yet public" not in page.text
    for told in ("make_cohort", "succeeded", "failed", "d" * 12, "e" * 12):
        assert told in page.text
    site.runs = []
    assert "No study has run yet." in site.browser().get("/").text


def test_a_signing_key_that_could_be_guessed_is_refused(house):
    with pytest.raises(ValueError, match="32 bytes"):
        review_site(
            house.service,
            identify=lambda _t: Person("x", frozenset()),
            public_runs=list,
            key=b"short",
            clock=lambda: datetime(2026, 3, 1, tzinfo=UTC),
            new_secret=lambda: "x",
        )


def test_sessions_are_bounded_and_the_oldest_goes_first():
    names = itertools.count()
    now = datetime(2026, 3, 1, tzinfo=UTC)
    sessions = Sessions(b"k" * 32, lambda: now, lambda: f"s{next(names)}")
    cookies = [sessions.open(f"t{n}") for n in range(MOST + 1)]
    assert sessions.token(cookies[0]) is None
    assert sessions.token(cookies[-1]) == f"t{MOST}"


def test_sessions_whose_time_is_up_are_forgotten():
    names = itertools.count()
    now = [datetime(2026, 3, 1, tzinfo=UTC)]
    sessions = Sessions(b"k" * 32, lambda: now[0], lambda: f"s{next(names)}")
    old = sessions.open("old")
    now[0] += timedelta(hours=9)
    sessions.open("new")
    assert len(sessions._open) == 1
    assert sessions.token(old) is None


def test_a_vote_form_in_an_authors_hands_is_refused(site, house):
    request = house.submitted()
    ana = site.browser(ANA)
    own = ana.get(f"/releases/{request.id}").form(f"/releases/{request.id}/withdraw")
    page = ana.send({**own, "": f"/releases/{request.id}/votes", "vote": "approve"})
    assert page.code == 403
    assert "Only a reviewer may do this." in page.text
