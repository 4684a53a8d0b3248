"""A custodian tries the site's engine, and has a signed file to send back."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from cli import new_files, progress
from cli.commands import doctor
from cli.compose.folder import SiteFolder
from cohort_dsl.conformance import suite
from cohort_dsl.conformance.doctor import Examined
from cohort_dsl.conformance.suite import Suite
from job_runner.ledger import Ledger
from tests.a_command import strongroom
from tests.an_omop import GIBLEED, LACKS
from tests.ssh_keys import a_key, a_signature
from tests.unit.cli.test_warehouse_command import a_site

ALL = suite.read()


@pytest.fixture
def few(monkeypatch):
    """Rules enough for what isn't about them."""
    some = Suite(ALL.cases[:2], ALL.digest)
    monkeypatch.setattr(doctor.suite, "read", lambda: some)


@pytest.fixture
def key(tmp_path):
    return Path(str(a_key(tmp_path / "key")).removesuffix(".pub"))


def examined(tmp_path, key, *words, empty=LACKS):
    site = a_site(tmp_path, empty=empty)
    file = tmp_path / "result.json"
    said = strongroom("warehouse", "doctor", site, "--key", key, "--out", file, *words)
    return SiteFolder(Path(site)), file, said


def test_duckdb_keeps_every_rule_in_one_statement(tmp_path, key):
    site, file, said = examined(tmp_path, key)
    assert (said.code, said.err.splitlines()[-1]) == (
        0,
        f"{len(ALL.cases)} of {len(ALL.cases)} questions",
    )
    count = len(ALL.rules())
    assert f"{count} of {count} rules passed, 0 didn't" in said.out
    assert "The warehouse is as its mapping omop promises." in said.out
    text = file.read_text()
    assert str(GIBLEED) not in text
    assert str(tmp_path) not in text
    [entry] = Ledger(site.ledger).entries()
    assert entry.kind == "warehouse doctor"
    assert entry.body["counts"]["passed"] == count
    verified = strongroom("warehouse", "doctor", "--verify", file)
    assert verified.code == 0
    assert verified.out.startswith("Site north-hospital, 20")
    assert "Signed with SHA256:" in verified.out
    assert f"{count} of {count} rules passed" in verified.out


@pytest.mark.usefixtures("few")
def test_a_mapping_that_isnt_as_it_should_be_ends_with_the_warehouses_exit_code(
    tmp_path, key
):
    """And it is the site's to put right, not ours."""
    _, file, said = examined(tmp_path, key, "--json", empty=[])
    assert said.code == 9
    assert said.json["counts"]["passed"] == 2
    assert said.json["mapping"]["ok"] is False
    assert said.json["file"] == str(file)
    assert json.loads(json.loads(file.read_text())["signed"])["ok"] is False
    assert "Put right what `strongroom warehouse check" in said.err
    verified = strongroom("warehouse", "doctor", "--verify", file)
    assert "isn't as its mapping omop promises: patients, visits," in verified.out


def test_an_engine_that_answers_otherwise_is_ours_to_put_right(tmp_path, key, monkeypatch):
    def lost_at_once(*given, **named):
        return Examined(ALL, "duckdb", ended="the connection was lost")

    monkeypatch.setattr(doctor.doctor, "examine", lost_at_once)
    _, file, said = examined(tmp_path, key)
    assert said.code == 9
    assert f"Send {file} to whoever maintains Strongroom" in said.err


@pytest.mark.usefixtures("few")
def test_the_mapping_may_be_left_out(tmp_path, key):
    _, _, said = examined(tmp_path, key, "--no-mapping", empty=[])
    assert said.code == 0
    assert "The mapping wasn't checked." in said.out


@pytest.mark.usefixtures("few")
def test_a_changed_result_is_not_what_was_signed(tmp_path, key):
    _, file, _ = examined(tmp_path, key, "--no-mapping")
    assert strongroom("warehouse", "doctor", "--verify", file, "--json").json["ok"] is True
    text = file.read_text()
    file.write_text(text.replace("north-hospital", "south-hospital"))
    said = strongroom("warehouse", "doctor", "--verify", file)
    assert said.code == 5
    assert "its signature isn't of what it says" in said.err
    told = json.loads(text)
    told["signature"] = a_signature(key, told["signed"])  # for another purpose
    file.write_text(json.dumps(told))
    assert strongroom("warehouse", "doctor", "--verify", file).code == 5
    told["signature"] = "none"
    file.write_text(json.dumps(told))
    said = strongroom("warehouse", "doctor", "--verify", file)
    assert "the signature names none" in said.err


def test_what_would_fail_at_the_end_is_refused_at_the_beginning(tmp_path, key, monkeypatch):
    """On a slow server it takes half an hour."""
    monkeypatch.setattr(doctor.doctor, "examine", pytest.fail)
    site, nowhere = a_site(tmp_path), tmp_path / "none" / "x.json"
    asked = ("warehouse", "doctor", site)
    said = strongroom(*asked, "--key", key, "--out", nowhere)
    assert (said.code, f"there is no folder {nowhere.parent}" in said.err) == (2, True)
    said = strongroom(*asked, "--key", tmp_path / "none")
    assert (said.code, "there is no such key" in said.err) == (5, True)
    for command, option in (("check", "--html"), ("describe", "--output")):
        said = strongroom("warehouse", command, site, option, nowhere)
        assert (said.code, "there is no folder" in said.err) == (2, True)


def test_a_folder_that_nobody_may_write_into_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(new_files.os, "access", lambda folder, how: False)
    said = strongroom("warehouse", "doctor", tmp_path, "--out", tmp_path / "x.json")
    assert (said.code, "nothing may be written into" in said.err) == (2, True)


def test_without_a_key_nothing_is_asked(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    said = strongroom("warehouse", "doctor", a_site(tmp_path))
    assert said.code == 5
    assert "there is no SSH key to sign the result with" in said.err


@pytest.mark.usefixtures("few")
def test_the_usual_key_and_the_usual_file_are_taken(tmp_path, monkeypatch):
    (tmp_path / ".ssh").mkdir()
    a_key(tmp_path / ".ssh" / "id_ed25519")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    site = a_site(tmp_path)
    assert strongroom("warehouse", "doctor", site, "--no-mapping").code == 0
    assert len(list(tmp_path.glob("doctor-north-hospital-20*.json"))) == 1


def test_it_wants_a_site_or_a_file(monkeypatch):
    monkeypatch.delenv("STRONGROOM_SITE", raising=False)
    said = strongroom("warehouse", "doctor")
    assert said.code == 2
    assert "Name a SITE to examine, or a file to --verify." in said.err


def test_on_a_terminal_a_bar_is_moved(monkeypatch):
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=80)
    monkeypatch.setattr(progress, "Console", lambda stderr: console)
    with progress.counting("asking rules", pytest.fail) as moved:
        moved(1, 2)
        moved(2, 2)
    assert "asking rules" in screen.getvalue()
    assert "2/2" in screen.getvalue()
