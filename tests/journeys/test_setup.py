"""From a clone and a Python to a working command, from any folder, again and again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COPIED = ("Makefile", ".ci", "pyproject.toml", "uv.lock", "README.md", "LICENSE", "whl")
PACKAGES = ("cli", "cohort_dsl", "dummy_data", "job_runner", "output_checker")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """As from git, in a folder with a space in its name."""
    folder = tmp_path / "a clone"
    folder.mkdir()
    for name in (*COPIED, *PACKAGES, "project_template"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(
                source, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        elif source.exists():
            shutil.copy(source, folder)
    return folder


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd="/",
        env={**os.environ, "PYTHON": sys.executable, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_setup_works_from_any_folder_and_twice(clone):
    for _ in range(2):
        done = run("make", "-C", clone, "setup")
        assert (done.returncode, done.stderr) == (0, "")
    version = run(clone / ".venv/bin/strongroom", "--version")
    assert version.stdout.startswith("strongroom, version ")


def test_make_clean_takes_away_what_setup_made(clone):
    run("make", "-C", clone, "setup")
    before = {path.name for path in clone.iterdir()}
    run("make", "-C", clone, "clean")
    assert before - {path.name for path in clone.iterdir()} == {".venv"}


def test_make_alone_says_what_there_is_to_make(clone):
    lines = run("make", "-C", clone).stdout
    assert "make setup " in lines
    assert "make help " in lines


def test_without_uv_and_pip_it_says_what_to_install(clone, tmp_path):
    (tmp_path / "pip.py").write_text("raise SystemExit(1)")
    nowhere = {"PATH": str(tmp_path), "STRONGROOM_CACHE": str(tmp_path / "cache")}
    done = run(sys.executable, clone / ".ci/setup.py", PYTHONPATH=str(tmp_path), **nowhere)
    assert done.returncode == 1
    assert "apt-get install python3-pip" in done.stderr


def test_a_python_that_is_too_old_is_told(clone, tmp_path):
    uv = tmp_path / "uv"
    uv.write_text('#!/bin/sh\ntest "$1" = --version\n')
    uv.chmod(0o755)
    done = run(sys.executable, clone / ".ci/setup.py", PATH=f"{tmp_path}:/usr/bin:/bin")
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert not (clone / ".venv").exists()
