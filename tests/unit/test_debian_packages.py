"""Installing what is missing; apt-get here is a script of ours that takes notes."""

from __future__ import annotations

from pathlib import Path

import pytest

from job_runner.errors import PlatformError
from job_runner.images import debian


def an_apt_get(folder: Path, text: str) -> dict[str, str]:
    script = folder / "apt-get"
    script.write_text(f'#!/bin/sh\necho "$DEBIAN_FRONTEND $*" >> {folder}/notes\n{text}\n')
    script.chmod(0o755)
    return {"PATH": str(folder)}


def test_lists_are_fetched_first_then_only_what_is_needed_is_installed(tmp_path):
    said: list[str] = []
    debian.install(("docker.io",), an_apt_get(tmp_path, "exit 0"), said.append)
    assert (tmp_path / "notes").read_text().splitlines() == [
        "noninteractive -q update",
        "noninteractive -q install -y --no-install-recommends docker.io",
    ]
    assert said == ["Installing docker.io with apt-get"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("echo E: no network >&2; exit 100", "apt-get update failed: E: no network"),
        ("echo only this; exit 1", "only this"),
        ("exit 1", "it said nothing"),
        ("test $2 = update || exit 1", "apt-get install failed"),
    ],
)
def test_what_apt_get_says_last_is_passed_on(tmp_path, text, words):
    with pytest.raises(PlatformError, match=words) as caught:
        debian.install(("docker.io",), an_apt_get(tmp_path, text), lambda line: None)
    assert "Install docker.io yourself" in caught.value.remedy


def test_daemons_are_found_where_a_users_path_does_not_look():
    assert debian.search_path({"PATH": "/mine"}).startswith(
        "/mine:/usr/local/sbin:/usr/sbin:"
    )
    assert not debian.search_path({}).startswith(":")
