"""What to type for `strongroom`, told so that it can be typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.console import program


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A clone with an environment of its own, into which it was installed."""
    folder = tmp_path / "a clone" / ".venv" / "bin"
    folder.mkdir(parents=True)
    (folder / "strongroom").touch(mode=0o755)
    return tmp_path / "a clone"


def test_it_is_named_by_its_path_where_it_is_not_among_the_programs(here, tmp_path):
    python = here / ".venv" / "bin" / "python"
    assert program("/usr/bin", python, here) == ".venv/bin/strongroom"
    whole = f"'{here}/.venv/bin/strongroom'"
    assert program("/usr/bin", python, tmp_path / "elsewhere") == whole


def test_it_is_named_plainly_where_it_is(here):
    folder = here / ".venv" / "bin"
    assert program(f"/usr/bin:{folder}", folder / "python", here) == "strongroom"


def test_another_program_of_that_name_is_not_it(here, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "strongroom").touch(mode=0o755)
    python = here / ".venv" / "bin" / "python"
    assert program(str(tmp_path / "bin"), python, here) == ".venv/bin/strongroom"


def test_without_one_it_is_a_module(tmp_path):
    assert program(None, tmp_path / "python", tmp_path) == f"{tmp_path}/python -m cli"
