"""A report as a page: all of it, in one file, and nothing that could act or call out."""

import json
import re
from dataclasses import replace

import pytest

from output_checker import report_json, report_text
from output_checker.report import Finding, Report, Verdict
from output_checker.review import report_html
from tests.a_command import strongroom
from tests.unit.output_checker.test_report_json import FINDING, REPORT

EVIL = '<script src="http://evil.example/x.js">"\'&'


@pytest.fixture(scope="module")
def page() -> str:
    return report_html.page(REPORT).decode()


def test_every_output_is_there_with_its_verdict_and_its_hash(page):
    assert "2 outputs: 1 review, 1 pass" in page
    for file in REPORT.files:
        assert file.path in page
        assert file.sha256 in page


def test_hidden_cells_are_marked_and_told_by_what_can_be_worked_out(page):
    assert re.search(r'class="primary".*between 1 and 14', page)
    assert 'class="complementary"' in page


def test_a_finding_is_shown_with_its_attack(page):
    assert FINDING.reason in page
    assert "<li>30 - 26 = 4</li>" in page
    assert FINDING.remedy in page


def test_so_it_is_on_a_terminal_and_in_the_json():
    assert "    attack: 30 - 26 = 4" in report_text.lines(REPORT)
    (first, _) = json.loads(report_json.dumps(REPORT))["files"]
    assert first["findings"][0]["attack"] == ["30 - 26 = 4"]


def test_the_page_needs_nothing_else_and_runs_nothing(page):
    assert "<script" not in page
    assert "<link" not in page
    sources = re.findall(r'(?:src|href|action)="([^"]*)"', page)
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert len(sources) == 1  # the bar chart
    assert "default-src 'none'" in page


def test_words_of_others_stay_words():
    finding = Finding(EVIL, Verdict.FAIL, EVIL, EVIL, (EVIL,), (EVIL,))
    first, *_ = REPORT.files
    file = replace(first, path=EVIL, findings=(finding,), table=None)
    page = report_html.page(Report(EVIL, EVIL, (file,))).decode()
    assert "<script" not in page
    assert "evil.example" in page


def test_a_job_without_outputs_says_so():
    assert b"no outputs that may be reviewed" in report_html.page(Report("j", "p", ()))


def test_the_command_shows_a_report_as_lines_as_json_and_as_a_page(tmp_path):
    written = tmp_path / "report.json"
    written.write_bytes(report_json.dumps(REPORT))
    said = strongroom("disclosure", "report", written)
    assert "output/a.csv: pass (verified)" in said.out
    assert "30 - 26 = 4" in said.out
    told = strongroom("disclosure", "report", written, "--json")
    assert told.json["format"] == "report"
    target = tmp_path / "report.html"
    assert strongroom("disclosure", "report", written, "--html", target).code == 0
    assert target.read_bytes() == report_html.page(REPORT)


def test_the_command_refuses_what_isnt_a_report(tmp_path):
    other = tmp_path / "other.json"
    other.write_text("{}")
    said = strongroom("disclosure", "report", other)
    assert said.code != 0
    assert "isn't a report" in said.err
