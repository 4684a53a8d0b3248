"""Files are read below one folder, bounded, and never through a link."""

import hashlib
import os

import pytest

from output_checker.verify import files


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "output/deep").mkdir(parents=True)
    (tmp_path / "output/deep/a.csv").write_bytes(b"hello")
    (tmp_path / "secret").write_bytes(b"secret")
    return tmp_path


def test_a_plain_file_is_read(folder):
    assert files.read(folder, "output/deep/a.csv", limit=5) == b"hello"


def test_the_hash_is_that_of_the_whole_file_and_the_head_its_start(folder):
    with files.opened(folder, "output/deep/a.csv") as found:
        assert files.head(found, 2) == b"he"
        assert files.sha256(found) == hashlib.sha256(b"hello").hexdigest()


def test_more_than_the_limit_is_refused(folder):
    with pytest.raises(files.Unreadable, match="larger than 4"):
        files.read(folder, "output/deep/a.csv", limit=4)


@pytest.mark.parametrize(
    "name",
    ["", ".", "/etc/passwd", "../secret", "output/../secret", "none", "output", "a\0b",
     "output/deep/a.csv/x"],
)  # fmt: skip
def test_what_is_not_a_file_below_the_folder_is_refused(folder, name):
    with pytest.raises(files.Unreadable):
        files.read(folder / "output", name, limit=100)


@pytest.mark.parametrize("link", ["last", "folder", "hung"])
def test_links_are_not_followed(folder, link):
    (folder / "output/last").symlink_to(folder / "secret")
    (folder / "output/folder").symlink_to(folder)
    (folder / "output/hung").symlink_to("nowhere")
    name = {"folder": "output/folder/secret"}.get(link, f"output/{link}")
    with pytest.raises(files.Unreadable, match="is a link"):
        files.read(folder, name, limit=100)


def test_a_pipe_is_refused_without_waiting_for_it(folder):
    os.mkfifo(folder / "output/pipe")
    with pytest.raises(files.Unreadable, match="isn't a plain file"):
        files.read(folder, "output/pipe", limit=100)
