"""The author's own git, asked as it is; nothing of theirs is configured."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli import git, template
from job_runner.errors import PlatformError, RequestRefused


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An author who has told git no name."""
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")


@pytest.mark.usefixtures("nobody")
def test_a_study_without_an_authors_name_is_committed_in_ours(tmp_path):
    (tmp_path / "a").touch()
    commit = git.start_repository(tmp_path, "First")
    assert git.git(tmp_path, "log", "--format=%an %H") == f"Strongroom {commit}"
    assert "user" not in (tmp_path / ".git/config").read_text()


@pytest.mark.usefixtures("nobody")
def test_an_author_who_has_a_name_keeps_it(tmp_path):
    (tmp_path / "a").touch()
    git.start_repository(tmp_path, "First")
    git.git(tmp_path, "config", "user.email", "ana@example.org")
    git.git(tmp_path, "config", "user.name", "Ana")
    (tmp_path / "b").touch()
    git.commit_all(tmp_path, "Second")
    assert git.git(tmp_path, "log", "-1", "--format=%an %s") == "Ana Second"


def test_what_is_not_committed_is_named(tmp_path):
    (tmp_path / "a").touch()
    git.start_repository(tmp_path, "First")
    assert git.uncommitted(tmp_path) == []
    (tmp_path / "a").write_text("changed")
    (tmp_path / "b").touch()
    assert git.uncommitted(tmp_path) == ["a", "b"]


def test_a_folder_that_is_no_repository_is_told(tmp_path):
    with pytest.raises(RequestRefused, match="not a git repository") as caught:
        git.git(tmp_path, "status")
    assert caught.value.where == str(tmp_path)


def test_a_machine_without_git_is_told_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PlatformError, match="git isn't installed") as caught:
        git.git(tmp_path, "status")
    assert "Install git" in caught.value.remedy


def test_a_template_that_cannot_be_put_in_its_place_leaves_nothing(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("empty")
    with pytest.raises(OSError, match="Not a directory"):
        template.copy(tmp_path / "link")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "link"]


@pytest.mark.parametrize("there", ["a file", "a folder with something in it"])
def test_a_study_is_never_made_where_something_is(tmp_path, there):
    target = tmp_path / "study"
    inside = target if there == "a file" else target / "thesis.txt"
    inside.parent.mkdir(exist_ok=True)
    inside.write_text("years of work")
    with pytest.raises(PlatformError, match="something here already"):
        template.copy(target)
    assert inside.read_text() == "years of work"
