"""Code is taken from repositories that may be hostile, and nothing of theirs runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from job_runner.errors import PlatformError, RequestRefused
from job_runner.requests.code_tree import Entry, TreeLimits, why_not
from job_runner.requests.repositories import Commit, FetchLimits, Repositories
from tests.a_study import a_blob, a_commit, a_repository, a_tree_commit, git

ENVIRONMENT = {"PATH": os.environ["PATH"], "SECRET": "canary"}


@pytest.fixture
def origin(tmp_path):
    folder = tmp_path / "origin"
    a_repository(folder, {"project.yaml": "version: 4\n", "analysis/a.py": "print(1)\n"})
    return folder


@pytest.fixture
def site(tmp_path):
    return Repositories(tmp_path / "cache", ENVIRONMENT)


def head(folder: Path) -> str:
    return git(folder, "rev-parse", "HEAD")


def test_a_commit_is_fetched_read_and_exported(origin, site, tmp_path):
    commit = site.fetch(str(origin), head(origin))
    assert site.read_file(commit, "project.yaml") == b"version: 4\n"
    site.export(commit, tmp_path / "code")
    assert (tmp_path / "code/analysis/a.py").read_text() == "print(1)\n"
    assert not (tmp_path / "code/.git").exists()
    assert str(commit).endswith(head(origin)[:12])


def test_a_repository_may_be_in_a_folder_with_a_space_in_its_name(tmp_path, site):
    folder = tmp_path / "My Studies" / "ana's #1"
    a_repository(folder, {"project.yaml": "version: 4\n"})
    commit = site.fetch(str(folder), head(folder))
    assert site.read_file(commit, "project.yaml") == b"version: 4\n"


def test_only_the_bit_to_execute_is_kept_of_the_modes(origin, site, tmp_path):
    (origin / "run.sh").write_text("#!/bin/sh\n")
    (origin / "run.sh").chmod(0o777)
    site.export(site.fetch(str(origin), a_commit(origin, {})), tmp_path / "code")
    assert (tmp_path / "code/run.sh").stat().st_mode & 0o7777 == 0o755
    assert (tmp_path / "code/project.yaml").stat().st_mode & 0o7777 == 0o644


def test_an_export_that_was_cut_short_is_begun_again(origin, site, tmp_path):
    (tmp_path / "code.partial").mkdir()
    (tmp_path / "code.partial/left over").write_text("x")
    site.export(site.fetch(str(origin), head(origin)), tmp_path / "code")
    assert sorted(p.name for p in (tmp_path / "code").iterdir()) == [
        "analysis",
        "project.yaml",
    ]


@pytest.mark.parametrize(
    "commit", ["", "main", "HEAD", "abc123", "A" * 40, "0" * 41, "--all", "g" * 40]
)
def test_only_a_whole_commit_id_names_a_commit(origin, site, commit):
    with pytest.raises(RequestRefused, match="full commit id"):
        site.fetch(str(origin), commit)


def test_an_unknown_commit_should_be_pushed_first(origin, site):
    with pytest.raises(RequestRefused) as caught:
        site.fetch(str(origin), "1" * 40)
    assert "Push it first" in caught.value.remedy


def test_a_commit_that_is_on_no_branch_is_unknown(origin, site):
    tree = git(origin, "rev-parse", "HEAD^{tree}")
    loose = git(origin, "commit-tree", tree, "-m", "Nobody's")
    with pytest.raises(RequestRefused, match="no such commit on a branch"):
        site.fetch(str(origin), loose)


def test_a_blob_or_a_tag_is_no_commit(origin, site):
    git(origin, "tag", "-a", "v1", "-m", "A tag")
    for name in ("v1", "HEAD:project.yaml", "HEAD^{tree}"):
        with pytest.raises(RequestRefused, match="no such commit on a branch"):
            site.fetch(str(origin), git(origin, "rev-parse", name))


def test_the_branches_that_policy_names_are_the_only_ones(origin, site):
    git(origin, "checkout", "--quiet", "-b", "draft")
    draft = a_commit(origin, {"new.py": ""})
    assert site.fetch(str(origin), draft, ["main", "dr*"]).sha == draft
    with pytest.raises(RequestRefused, match="a branch like main"):
        site.fetch(str(origin), draft, ["main"])


def test_a_commit_that_was_taken_off_its_branch_is_refused(origin, site):
    old = head(origin)
    site.fetch(str(origin), old)
    git(origin, "commit", "--amend", "--quiet", "-m", "Rewritten")
    with pytest.raises(RequestRefused, match="isn't on any branch"):
        site.fetch(str(origin), old)


def test_a_force_push_after_acceptance_changes_nothing(origin, site, tmp_path):
    accepted = site.fetch(str(origin), head(origin))
    (origin / "project.yaml").write_text("version: 5\n")
    git(origin, "commit", "--amend", "--quiet", "--all", "-m", "Rewritten")
    site.fetch(str(origin), head(origin))
    git(next((tmp_path / "cache").glob("*.git")), "gc", "--prune=now", "--quiet")
    site.export(accepted, tmp_path / "code")
    assert (tmp_path / "code/project.yaml").read_text() == "version: 4\n"


def test_a_branch_named_like_a_commit_is_not_that_commit(origin, site):
    first, second = head(origin), a_commit(origin, {"b.py": ""})
    git(origin, "update-ref", f"refs/heads/{first}", second)
    assert site.read_file(site.fetch(str(origin), first), "project.yaml")
    with pytest.raises(RequestRefused, match="no file"):
        site.read_file(site.fetch(str(origin), first), "b.py")
    git(origin, "update-ref", f"refs/heads/{'2' * 40}", second)
    with pytest.raises(RequestRefused, match="no such commit"):
        site.fetch(str(origin), "2" * 40)


def test_a_symbolic_link_is_refused(origin, site, tmp_path):
    (origin / "secret").symlink_to("/etc/passwd")
    commit = site.fetch(str(origin), a_commit(origin, {}))
    with pytest.raises(RequestRefused, match="'secret' is a symbolic link"):
        site.export(commit, tmp_path / "code")
    with pytest.raises(RequestRefused):
        site.read_file(commit, "secret")
    assert not (tmp_path / "code").exists()


def test_a_submodule_is_refused_and_never_fetched(origin, site, tmp_path):
    other = tmp_path / "other"
    a_repository(other, {"x": "x"})
    git(origin, "submodule", "--quiet", "add", str(other), "sub")
    commit = site.fetch(str(origin), a_commit(origin, {}))
    with pytest.raises(RequestRefused, match="'sub' is a submodule"):
        site.files(commit)


STRANGE = [
    ("100644 blob {blob}\tA.py\n100644 blob {blob}\ta.py\n", "too alike"),
    ("100644 blob {blob}\te\u0301.py\n100644 blob {blob}\t\u00e9.py\n", "too alike"),
    ("100644 blob {blob}\t\u202egnp.py\n", "shouldn't have"),
    ('100644 blob {blob}\t"new\\nline.py"\n', "shouldn't have"),
    ("100644 blob {blob}\tback\\slash\n", "shouldn't have"),
    ('100644 blob {blob}\t"\\377.py"\n', "shouldn't have"),
    ("100644 blob {blob}\t space\n", "isn't a plain path"),
]


@pytest.mark.parametrize(("entries", "reason"), STRANGE)
def test_strange_names_are_refused(origin, site, entries, reason):
    blob = a_blob(origin, "x")
    commit = a_tree_commit(origin, entries.format(blob=blob))
    with pytest.raises(RequestRefused, match=reason):
        site.files(site.fetch(str(origin), commit))


@pytest.mark.parametrize("name", [".git", "..", "."])
def test_git_itself_refuses_trees_that_escape(origin, site, name):
    inner = git(origin, "rev-parse", "HEAD^{tree}")
    commit = a_tree_commit(origin, f"040000 tree {inner}\t{name}\n")
    with pytest.raises(RequestRefused, match="can't be fetched"):
        site.fetch(str(origin), commit)


def test_attributes_and_filters_have_no_say(origin, site, tmp_path):
    touched = tmp_path / "touched"
    attributes = "* filter=evil text eol=crlf export-subst ident\nhidden export-ignore\n"
    commit = a_commit(
        origin,
        {".gitattributes": attributes, "hidden": "h\n", "id": "$Id$ $Format:%H$\n"},
    )
    for key in ("smudge", "process"):
        git(origin, "config", f"filter.evil.{key}", f"touch {touched}")
    site.export(site.fetch(str(origin), commit), tmp_path / "code")
    assert (tmp_path / "code/id").read_bytes() == b"$Id$ $Format:%H$\n"
    assert (tmp_path / "code/hidden").read_bytes() == b"h\n"
    assert not touched.exists()


def test_no_hook_or_setting_of_the_repository_runs(origin, site, tmp_path):
    touched = tmp_path / "touched"
    for hook in ("post-checkout", "pre-auto-gc", "reference-transaction", "post-update"):
        script = origin / ".git/hooks" / hook
        script.write_text(f"#!/bin/sh\ntouch {touched}\n")
        script.chmod(0o755)
    git(origin, "config", "uploadpack.packObjectsHook", f"touch {touched};")
    git(origin, "config", "core.fsmonitor", f"touch {touched}")
    site.export(site.fetch(str(origin), head(origin)), tmp_path / "code")
    assert not touched.exists()
    assert not list((tmp_path / "cache").rglob("hooks/*"))


def test_a_large_file_pointer_is_refused(origin, site, tmp_path):
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    commit = site.fetch(str(origin), a_commit(origin, {"data.csv": pointer}))
    with pytest.raises(RequestRefused, match="Git LFS pointer"):
        site.export(commit, tmp_path / "code")
    assert not list(tmp_path.glob("code*"))


def test_code_has_a_size(origin, tmp_path):
    commit = head(origin)
    few = Repositories(tmp_path / "a", ENVIRONMENT, FetchLimits(tree=TreeLimits(files=1)))
    with pytest.raises(RequestRefused, match="2 files, more than 1"):
        few.files(few.fetch(str(origin), commit))
    light = Repositories(tmp_path / "b", ENVIRONMENT, FetchLimits(tree=TreeLimits(size=9)))
    with pytest.raises(RequestRefused, match="bytes, more than 9"):
        light.files(light.fetch(str(origin), commit))
    short = Repositories(tmp_path / "c", ENVIRONMENT, FetchLimits(tree=TreeLimits(path=5)))
    with pytest.raises(RequestRefused, match="more than 5 bytes"):
        short.files(short.fetch(str(origin), commit))


def test_a_large_history_is_refused_while_it_comes(origin, tmp_path):
    noise = os.urandom(200_000).hex()
    commit = a_commit(origin, {"big": noise})
    small = Repositories(tmp_path / "cache", ENVIRONMENT, FetchLimits(pack=64 * 1024))
    with pytest.raises(RequestRefused, match="can't be fetched"):
        small.fetch(str(origin), commit)


@pytest.fixture
def hasty(tmp_path):
    """Waits for no git at all, and has one that never ends."""
    slow = tmp_path / "slow" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    path = f"{slow.parent}:{ENVIRONMENT['PATH']}"
    limits = FetchLimits(seconds=0.0)
    return Repositories(tmp_path / "cache", {**ENVIRONMENT, "PATH": path}, limits)


def test_a_repository_that_takes_for_ever_is_given_up(origin, site, hasty):
    site.fetch(str(origin), head(origin))
    with pytest.raises(RequestRefused, match="more than 0 s"):
        hasty.fetch(str(origin), a_commit(origin, {"new.txt": "new"}))


def test_a_copy_that_takes_for_ever_to_make_is_the_platforms_fault(origin, hasty):
    with pytest.raises(PlatformError, match="more than 0 s"):
        hasty.fetch(str(origin), head(origin))


def test_a_file_is_read_within_its_limit(origin, site):
    commit = site.fetch(str(origin), head(origin))
    with pytest.raises(RequestRefused, match="has 11 bytes, more than 5"):
        site.read_file(commit, "project.yaml", 5)
    with pytest.raises(RequestRefused, match="no file 'absent'"):
        site.read_file(commit, "absent")


def test_a_repository_that_is_not_there_is_refused_without_gits_words(site, tmp_path):
    with pytest.raises(RequestRefused) as caught:
        site.fetch(str(tmp_path / "nowhere"), "1" * 40)
    assert "fatal" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["ext::sh -c id", "http://localhost:9/x", "ssh://localhost:9/x"]
)
def test_other_protocols_are_not_spoken(site, url):
    with pytest.raises(RequestRefused, match="can't be fetched"):
        site.fetch(url, "1" * 40)


def test_a_cache_that_lost_its_objects_is_the_platforms_fault(site, tmp_path, origin):
    commit = site.fetch(str(origin), head(origin))
    with pytest.raises(PlatformError):
        site.files(Commit(commit.repository, "3" * 40))


def test_all_reasons_are_told_up_to_five(origin, site):
    for number in range(7):
        (origin / f"link{number}").symlink_to("/etc")
    commit = site.fetch(str(origin), a_commit(origin, {}))
    with pytest.raises(RequestRefused, match=r"link4.*and 2 more"):
        site.files(commit)


def test_no_other_mode_is_an_ordinary_file():
    entry = Entry("160755", "0" * 40, 1, "x")
    assert why_not([entry], TreeLimits()) == ["'x' is no ordinary file"]
    assert why_not([Entry("100644", "0" * 40, 1, "a/../b")], TreeLimits()) == [
        "'a/../b' isn't a plain path below the repository"
    ]


def test_a_repository_of_another_user_is_read_because_policy_names_it(origin, site):
    """Where tests run as root, it is made another's; otherwise it is our own."""
    commit = head(origin)
    other = 12_345 if os.geteuid() == 0 else os.geteuid()
    for path in (origin, *origin.rglob("*")):
        os.chown(path, other, other)
    assert site.fetch(str(origin), commit).sha == commit


def test_what_a_fetch_that_was_cut_short_had_got_takes_no_room(origin, tmp_path):
    """Otherwise ten attempts at ten gigabytes fill the disk."""
    commit = a_commit(origin, {"big": os.urandom(200_000).hex()})
    small = Repositories(tmp_path / "cache", ENVIRONMENT, FetchLimits(pack=64 * 1024))
    for _ in range(2):
        with pytest.raises(RequestRefused, match="can't be fetched"):
            small.fetch(str(origin), commit)
    left = [path for path in (tmp_path / "cache").rglob("*pack*") if path.is_file()]
    assert left == []


def test_a_small_pack_of_a_huge_file_is_refused_by_what_git_lists(origin, tmp_path):
    """Its bytes are never asked for: 30 million zeros are 30 kB on their way."""
    with (origin / "zeros").open("wb") as file:
        file.truncate(30_000_000)
    limits = FetchLimits(pack=1024**2, tree=TreeLimits(size=1024**2))
    site = Repositories(tmp_path / "cache", ENVIRONMENT, limits)
    commit = site.fetch(str(origin), a_commit(origin, {}))
    with pytest.raises(RequestRefused, match="more than 1048576"):
        site.read_file(commit, "project.yaml")
    with pytest.raises(RequestRefused, match="more than 1048576"):
        site.export(commit, tmp_path / "code")


def test_folders_that_are_one_folder_elsewhere_are_refused(origin, site):
    blob = a_blob(origin, "x")
    (origin / "A").mkdir()
    trees = [git(origin, "mktree", text=f"100644 blob {blob}\t{n}\n") for n in "ab"]
    listing = f"040000 tree {trees[0]}\tA\n040000 tree {trees[1]}\ta\n"
    commit = a_tree_commit(origin, listing)
    with pytest.raises(RequestRefused, match="'a' and 'A' are too alike"):
        site.files(site.fetch(str(origin), commit))


def test_a_commit_that_stands_in_for_another_is_not_taken_for_it(origin, site, tmp_path):
    """Git's replacements are refs of their own, which are never fetched."""
    first = head(origin)
    other = a_commit(origin, {"project.yaml": "version: 5\n"})
    git(origin, "replace", first, other)
    site.export(site.fetch(str(origin), first), tmp_path / "code")
    assert (tmp_path / "code/project.yaml").read_text() == "version: 4\n"


def test_a_repository_of_another_kind_of_hash_is_refused(tmp_path, site):
    folder = tmp_path / "sha256"
    folder.mkdir()
    git(folder, "init", "--quiet", "--object-format=sha256")
    commit = a_commit(folder, {"project.yaml": "version: 4\n"})
    for wanted in (commit, commit[:40]):
        with pytest.raises(RequestRefused, match=r"full commit id|can't be fetched"):
            site.fetch(str(folder), wanted)
