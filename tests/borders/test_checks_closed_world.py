"""No check can be half added: module, registry and page of the manual go together."""

from pathlib import Path
from typing import get_args

import output_checker.checks
from output_checker.checks import registry
from output_checker.checks.subjects import Subject

FOLDER = Path(output_checker.checks.__file__).parent
MANUAL = Path(__file__).parent.parent / "checks"
NOT_CHECKS = {"__init__", "registry", "subjects"}


def modules():
    return {path.stem for path in FOLDER.glob("*.py")} - NOT_CHECKS


def registered():
    return {
        check.__module__.rpartition(".")[2]
        for all_ in registry.CHECKS.values()
        for check in all_
    }


def test_every_check_is_registered_and_every_registered_check_exists():
    assert registered() == modules()


def test_every_check_has_its_page_in_the_manual():
    pages = {
        path.stem.removeprefix("test_check_") for path in MANUAL.glob("test_check_*.py")
    }
    assert pages == modules()


def test_every_kind_of_output_has_checks():
    assert set(registry.CHECKS) == set(get_args(Subject))
    assert all(registry.CHECKS.values())
