"""Copy the template of a study: at once or not at all."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

from cli import draft

LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc")


def copy(target: Path) -> list[str]:
    """Make ``target`` a study that works; returns its files' paths, sorted.

    PlatformError where there is something already.
    """
    with draft.folder(target) as study:
        shutil.copytree(_template(), study, ignore=LEFT_OUT, dirs_exist_ok=True)
        _name(study / "README.md", target.name)
        study.chmod(0o755)
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
