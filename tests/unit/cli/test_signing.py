"""Requests are signed with the key that ssh would take; sent plain only where allowed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cli import signing
from job_runner.errors import PlatformError, RequestRefused
from job_runner.requests import signed, ssh_keys
from job_runner.requests.request import Priority, Submission
from tests.ssh_keys import a_key

ABOUT = {
    "site": "north.0123456789ab",
    "person": "ana",
    "signatures": "required",
    "format": signed.FORMAT,
    "version": signed.VERSION,
}
ASKED = Submission("/srv/study", "1" * 40, ("run_all",), None, "Why", Priority.LOW)


@pytest.fixture
def public(tmp_path: Path) -> Path:
    return a_key(tmp_path / "id_ed25519")


def counts(sent: object, public: Path) -> bool:
    """Whether it is signed by this key, as a site looks at it."""
    assert isinstance(sent, dict)
    return ssh_keys.is_signed(
        sent["signed"],
        sent["signature"],
        namespace=signed.NAMESPACE,
        keys=[ssh_keys.read_key(public.read_text())],
        revoked=[],
        environment=os.environ,
    )


def test_what_is_sent_is_signed_for_the_site_that_told_of_itself(public, tmp_path):
    sent = signing.body(ABOUT, ASKED, tmp_path / "id_ed25519")
    assert counts(sent, public)
    request = signed.read(str(sent["signed"]))
    assert (request.site, request.person) == (ABOUT["site"], "ana")
    assert request.submission == ASKED


def test_each_request_has_an_id_of_its_own(public, tmp_path):
    ids = {
        signed.read(str(signing.body(ABOUT, ASKED, tmp_path / "id_ed25519")["signed"])).id
        for _ in range(3)
    }
    assert len(ids) == 3


def test_where_signatures_are_optional_one_is_made_only_if_a_key_is_named(public, tmp_path):
    optional = {**ABOUT, "signatures": "optional"}
    plain = {"repository": "/srv/study", "commit": "1" * 40, "actions": ["run_all"]}
    assert signing.body(optional, ASKED, None) == plain
    named = Submission("/srv/study", "1" * 40, ("run_all",), "asthma")
    assert signing.body(optional, named, None) == {**plain, "project": "asthma"}
    assert counts(signing.body(optional, ASKED, tmp_path / "id_ed25519"), public)


def test_a_site_of_another_version_is_sent_nothing():
    with pytest.raises(PlatformError, match="another version"):
        signing.body({**ABOUT, "version": 2}, ASKED, None)


def test_the_usual_key_is_the_one_that_ssh_would_take(tmp_path):
    with pytest.raises(RequestRefused, match="no SSH key") as caught:
        signing.usual_key(tmp_path)
    assert "ssh-keygen -t ed25519" in caught.value.remedy
    (tmp_path / ".ssh").mkdir()
    for name in ("id_rsa", "id_ed25519"):
        (tmp_path / ".ssh" / name).touch()
        assert signing.usual_key(tmp_path).name == name


def test_a_key_that_cannot_sign_is_told(tmp_path):
    (tmp_path / "key").write_text("no key")
    with pytest.raises(RequestRefused, match="can't be signed"):
        signing.signature("text", tmp_path / "key")


def test_a_key_that_only_an_agent_holds_signs(public, tmp_path, monkeypatch):
    """Named by its public part; so do keys on a token, or with a passphrase."""
    socket = tmp_path / "agent"
    agent = subprocess.Popen(
        ["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL
    )
    try:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        while not socket.exists():
            assert agent.poll() is None
        subprocess.run(["ssh-add", "-q", tmp_path / "id_ed25519"], check=True)
        (tmp_path / "id_ed25519").unlink()
        assert counts(signing.body(ABOUT, ASKED, public), public)
    finally:
        agent.terminate()
        agent.wait()


def test_without_ssh_keygen_the_package_that_has_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PlatformError, match="no ssh-keygen") as caught:
        signing.signature("text", tmp_path / "key")
    assert "openssh-client" in caught.value.remedy
