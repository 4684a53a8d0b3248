"""Copy the template of a study: at once or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

from job_runner.errors import PlatformError

LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc")


def copy(target: Path) -> list[str]:
    """Make ``target`` a study that works; returns its files' paths, sorted.

    Refuses a target that exists and isn't an empty folder.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise PlatformError(
            "there is something here already",
            where=str(target),
            remedy="Name a folder that doesn't exist yet, or an empty one.",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        shutil.copytree(_template(), draft, ignore=LEFT_OUT, dirs_exist_ok=True)
        _name(draft / "README.md", target.name)
        draft.chmod(0o755)
        os.rename(draft, target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return sorted(str(p.relative_to(target)) for p in target.rglob("*") if p.is_file())


def _template() -> Path:
    """Where this installation keeps the template: a folder that holds no module."""
    found = find_spec("project_template")
    assert found is not None, "installed with us"
    assert found.submodule_search_locations is not None, "a folder"
    return Path(found.submodule_search_locations[0])


def _name(readme: Path, name: str) -> None:
    text = readme.read_text(encoding="utf-8")
    readme.write_text(text.replace("{name}", name), encoding="utf-8")
