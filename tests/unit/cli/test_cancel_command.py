"""What is cancelled is named as status shows it: a request, or one of its jobs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli import client
from tests.a_command import strongroom

TOLD = {
    "id": "abc",
    "commit": "c" * 40,
    "jobs": [{"id": "abc-0002", "action": "draw", "state": "executing"}],
}


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("abc", "/api/requests/abc/cancel"),
        ("abc-0002", "/api/requests/abc/jobs/abc-0002/cancel"),
    ],
)
def test_a_request_or_a_job_is_asked_to_stop(
    wanted: str, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(self: client.Client, verb: str, path: str, **how: Any) -> object:
        asked.append(f"{verb} {path}")
        return TOLD

    monkeypatch.setattr(client.Client, "_ask", ask)
    (tmp_path / "token").write_text("secret")
    done = strongroom("cancel", wanted, "--token-file", tmp_path / "token")
    assert asked == [f"POST {path}"]
    assert "draw    executing  abc-0002" in done.out
