"""Whatever a server answers, the caller gets data or an error of our own."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from cli.client import Client, connect
from cohort_dsl.errors import StrongroomError
from job_runner.errors import PlatformError, ProjectError, RequestRefused
from output_checker.errors import ClaimError, ReleaseRefused


@contextmanager
def answering(status: int, body: bytes, asked: list[str] | None = None) -> Iterator[str]:
    """The address of a server that always answers this, and notes what it is sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if asked is not None:
                asked.append(f"{self.path} {self.headers['Authorization']}")
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def told(kind: str) -> bytes:
    error = {"error": kind, "where": "there", "problem": "no", "remedy": "Don't."}
    return json.dumps(error).encode()


KINDS = [
    (401, "RequestRefused", RequestRefused),
    (409, "Conflict", RequestRefused),
    (422, "ProjectError", ProjectError),
    (409, "ClaimError", ClaimError),
    (409, "ReleaseRefused", ReleaseRefused),
    (404, "RequestUnknown", RequestRefused),
    (400, "of a later version", RequestRefused),
    (503, "PlatformError", PlatformError),
    (500, "SiteBroken", PlatformError),
]


@pytest.mark.parametrize(("status", "name", "kind"), KINDS)
def test_an_error_is_told_on_as_its_kind_with_all_its_parts(status, name, kind):
    with answering(status, told(name)) as url, pytest.raises(Exception) as caught:  # noqa: PT011
        Client(url, "token").get("/api/requests")
    assert type(caught.value) is kind
    assert str(caught.value) == "there: no\n  Don't."


STRANGE = [
    (200, b"<html>a page</html>"),
    (200, b"\xff"),
    (404, b"<html>nothing here</html>"),
    (502, b""),
    (500, b"[]"),
    (500, b'{"error": "PlatformError"}'),
    (303, b"null"),
]


@pytest.mark.parametrize(("status", "body"), STRANGE)
def test_a_server_that_is_no_site_is_told_as_such(status, body):
    with answering(status, body) as url, pytest.raises(PlatformError) as caught:
        Client(url, "token").get("/api/requests")
    assert f"answered {status}" in caught.value.problem
    assert "--server" in caught.value.remedy


@pytest.mark.parametrize("server", ["http://127.0.0.1:1", "ftp://x", "http://[x", "x"])
def test_an_address_where_no_server_answers_is_told(server):
    with pytest.raises(PlatformError, match="no server answers") as caught:
        Client(server, "token").get("/api/requests")
    assert caught.value.where == server


def test_this_machine_is_asked_without_a_proxy(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    asked: list[str] = []
    with answering(200, b'{"ok": true}', asked) as url:
        assert Client(url, "srt").get("/a", wait=2, after="7") == {"ok": True}
    assert asked == ["/a?wait=2&after=7 Bearer srt"]


def test_a_token_shows_in_no_repr(tmp_path):
    (tmp_path / "token").write_text("srt_secret\n")
    client = connect("http://127.0.0.1:8750/", tmp_path / "token")
    assert (client.server, client.token) == ("http://127.0.0.1:8750", "srt_secret")
    assert "secret" not in repr(client)


@pytest.mark.parametrize("text", ["", "two words", "two\nlines", "tökén", "x" * 201])
def test_what_is_no_token_is_refused_before_it_is_sent(tmp_path, text):
    (tmp_path / "token").write_text(text)
    with pytest.raises(StrongroomError, match="no token"):
        connect("http://127.0.0.1:1", tmp_path / "token")


@pytest.mark.parametrize("server", ["https://site.example", "HTTPS://127.0.0.1:8750"])
def test_certificates_count_wherever_the_way_is_encrypted(server: str) -> None:
    trusted = Client(server, "token")._trusted
    assert isinstance(trusted, ssl.SSLContext)
    assert (trusted.verify_mode, trusted.check_hostname) == (ssl.CERT_REQUIRED, True)
