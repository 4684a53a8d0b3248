"""A file without a claim leaves if its author asks for it by name and two people say so
with a reason; what leaves is what they saw, written by the site."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest

from output_checker import report_json
from output_checker.errors import (
    CheckerError,
    ReleaseRefused,
    ReportChanged,
    RequestUnreadable,
)
from output_checker.report import Form, Rewritten, Verdict
from output_checker.review import permissions, views
from output_checker.review.report_html import page
from output_checker.review.reports import release_files, reviewed
from output_checker.review.request import Context, Decision, Status
from tests.a_review import (
    ANA,
    PICTURE,
    RAO,
    SUE,
    TABLE,
    TEXT,
    a_file,
    a_finding,
    a_house,
)

ALL = (TABLE, TEXT, PICTURE)


@pytest.fixture
def house(tmp_path):
    with a_house(tmp_path) as house:
        yield house


def asked(house, *files, names=None):
    run = house.run(*files)
    names = [f.path for f in files] if names is None else names
    return house.service.submit(run.id, names, Context("Asthma"), ANA).request


def bundle(house, *files):
    folder = house.approve(asked(house, *files)).bundle.folder
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_leaves_is_what_was_written_anew_under_an_ending_of_ours(house):
    made = bundle(house, *ALL)
    assert set(made) == {
        "other.csv",
        "fit.txt",
        "plot.png",
        "README.txt",
        "manifest.json",
    }
    assert made["other.csv"] == TABLE.rewritten.data
    assert made["fit.txt"] == TEXT.rewritten.data
    assert made["plot.png"] == PICTURE.rewritten.data


def test_manifest_and_readme_say_what_was_not_recomputed(house):
    made = bundle(house, a_file(), TEXT)
    manifest = json.loads(made["manifest.json"])
    assert manifest["not_recomputed"] == ["fit.txt"]
    assert manifest["waived"] == {"output/fit.log": ["opaque"]}
    about = made["README.txt"].decode()
    assert "Every number, but for those of the files named below, was recomputed" in about
    assert "Not recomputed: fit.txt." in about


def test_a_bundle_of_tables_says_that_all_was_recomputed(house):
    made = bundle(house, a_file())
    assert json.loads(made["manifest.json"])["not_recomputed"] == []
    assert "Every number was recomputed" in made["README.txt"].decode()
    assert "Not recomputed" not in made["README.txt"].decode()


def test_it_is_in_no_request_that_doesnt_name_it(house):
    run = house.run(a_file(), TEXT)
    done = house.service.submit(run.id, None, Context("Asthma"), ANA)
    assert [f.path for f in done.request.files] == ["output/by_age.csv"]
    (left,) = views.refused(done.left_out)
    assert left["reasons"] == [views.UNNAMED]


def test_a_run_without_claims_is_asked_for_by_names(house):
    run = house.run(TEXT)
    with pytest.raises(ReleaseRefused) as told:
        house.service.submit(run.id, None, Context("Asthma"), ANA)
    assert "Name the files" in told.value.remedy


def test_both_must_say_why(house):
    request = asked(house, TEXT)
    with pytest.raises(RequestUnreadable, match=r"Say why .*fit\.log"):
        house.service.vote(request.id, Decision.APPROVE, RAO)
    first = house.service.vote(request.id, Decision.APPROVE, RAO, reason="no numbers")
    assert first.status is Status.SUBMITTED
    with pytest.raises(RequestUnreadable):
        house.service.vote(request.id, Decision.APPROVE, SUE)


def test_one_who_returns_it_is_enough(house):
    request = asked(house, TEXT)
    house.approve(request, RAO)
    assert house.send_back(request, SUE).status is Status.RETURNED


def test_it_is_never_called_verified(house):
    (file,) = asked(house, TEXT).files
    assert views.outcome(file) == "not recomputed, two people judge: opaque"


def test_a_refused_one_is_in_no_request_and_has_nothing_to_leave(house):
    bad = replace(TEXT, findings=(a_finding(Verdict.FAIL, "identifiers"),))
    with pytest.raises(ReleaseRefused, match="identifiers"):
        asked(house, bad)
    bare = replace(TEXT, rewritten=None)
    with pytest.raises(ReleaseRefused, match="nothing that the checker wrote"):
        asked(house, bare)


@pytest.mark.parametrize(
    ("verdict", "checks", "code"),
    [
        (Verdict.REVIEW, ("small numbers", "opaque", "extremes"), "opaque"),
        (Verdict.FAIL, ("shape", "row level", "identifiers"), "identifiers"),
        (Verdict.FAIL, ("shape", "opaque"), "opaque"),
    ],
)
def test_its_author_is_told_one_code_as_more_could_be_a_message(
    house, verdict, checks, code
):
    file = replace(TEXT, findings=tuple(a_finding(verdict, check) for check in checks))
    (told,) = release_files(house.report(file))
    assert told.codes == (code,)


def test_a_machine_passes_none_whatever_a_report_says():
    assert replace(TEXT, findings=()).verdict is Verdict.REVIEW


def test_nor_can_a_request_hold_one_that_passed(house):
    house.report(TEXT)
    (file,) = release_files(house.folder / "j1.json")
    assert permissions.unfit_file(file) is None
    with pytest.raises(ValueError, match="only what was recomputed passes"):
        replace(file, verdict=Verdict.PASS)


def test_a_report_that_was_touched_is_none(house):
    request = asked(house, TEXT)
    path = request.files[0].report
    path.write_bytes(path.read_bytes().replace(b"0.52", b"0.53"))
    with pytest.raises(ReportChanged):
        reviewed(request)
    with pytest.raises(CheckerError, match="it was changed"):
        report_json.loads(path.read_bytes())


@pytest.mark.parametrize("file", ALL)
def test_a_report_comes_back_as_it_was(house, file):
    path = house.report(file)
    assert report_json.loads(path.read_bytes()).files == (file,)


def test_only_a_file_without_a_claim_has_something_written_anew():
    with pytest.raises(ValueError, match="only a file without a claim"):
        replace(a_file(), rewritten=TEXT.rewritten)
    with pytest.raises(ValueError, match="another hash"):
        Rewritten(Form.TEXT, "x\n", hashlib.sha256(b"y").hexdigest())


@pytest.mark.parametrize("file", ALL)
def test_the_report_page_shows_what_would_leave(house, file):
    shown = page(report_json.loads(house.report(file).read_bytes())).decode()
    assert "Nothing of this file was recomputed." in shown
    assert "<mark>" not in shown
    if file is PICTURE:
        assert f"data:image/png;base64,{file.rewritten.content}" in shown
    else:
        first = file.rewritten.content.splitlines()[0]
        assert first.replace("<", "&lt;").replace(">", "&gt;") in shown
