"""How much a run's folder takes is measured at a cost that the run can't drive up."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from job_runner.executors import disk

MB = 2**20


def test_files_count_with_what_they_take_and_a_bit_for_being_there(tmp_path: Path) -> None:
    """Empty files use up inodes, which everybody needs as well."""
    (tmp_path / "a").write_bytes(b"x" * MB)
    for n in range(10):
        (tmp_path / f"empty{n}").touch()
    used = disk.used(tmp_path, enough=10 * MB)
    assert MB + 11 * disk.ENTRY <= used <= MB + 20 * disk.ENTRY


def test_what_was_never_written_takes_nothing(tmp_path: Path) -> None:
    """A sparse file fills no disk; it is refused later, as an output."""
    with (tmp_path / "a").open("wb") as file:
        file.truncate(2**40)
    assert disk.used(tmp_path, enough=MB) < MB


def test_links_are_not_followed(tmp_path: Path) -> None:
    """Or a run could have the whole host measured."""
    (tmp_path / "all").symlink_to("/")
    assert disk.used(tmp_path, enough=MB) < 2 * disk.ENTRY


def test_measuring_stops_where_the_answer_is_known(tmp_path: Path) -> None:
    """A million files cost no more than the limit's worth of them."""
    for n in range(200):
        (tmp_path / f"e{n}").touch()
    used = disk.used(tmp_path, enough=10 * disk.ENTRY)
    assert 10 * disk.ENTRY < used < 15 * disk.ENTRY


def test_folders_are_measured_to_their_depth(tmp_path: Path) -> None:
    """Files in folders take disk, too."""
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    (deep / "f").write_bytes(b"x" * MB)
    assert disk.used(tmp_path, enough=10 * MB) > MB


def test_what_is_too_deep_to_measure_is_too_much(tmp_path: Path) -> None:
    """Otherwise it would be the place to hide."""
    (tmp_path / "/".join("d" * (disk.DEEPEST + 2))).mkdir(parents=True)
    assert disk.used(tmp_path, enough=100 * MB) > 100 * MB


@pytest.mark.parametrize("kind", ["gone", "link"])
def test_a_folder_that_is_no_folder(tmp_path: Path, kind: str) -> None:
    """Gone is empty; anything else is for a person."""
    path = tmp_path / kind
    if kind == "gone":
        assert disk.used(path, enough=MB) == 0
        return
    path.symlink_to(tmp_path)
    with pytest.raises(OSError, match=r"directory|symbolic"):
        disk.used(path, enough=MB)


def test_what_vanishes_while_it_is_measured_takes_nothing(tmp_path: Path) -> None:
    """The run goes on writing and deleting meanwhile."""
    (tmp_path / "a").mkdir()
    (tmp_path / "f").touch()
    folder = os.open(tmp_path, os.O_RDONLY)
    with os.scandir(folder) as entries:
        found = list(entries)
        (tmp_path / "a").rmdir()
        (tmp_path / "f").unlink()
        assert [disk._one(folder, entry, MB, 5) for entry in found] == [0, 0]
    os.close(folder)
