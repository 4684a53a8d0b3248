"""The image that evaluates definitions holds every module that it takes, and no more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from job_runner.images.recipes import COHORT, Sources

ROOT = Path(__file__).resolve().parents[2]

# Everything that a definition may import, then the path of each module that this took.
CODE = f"""\
import sys
before = set(sys.modules)
sys.path.insert(0, {str(ROOT)!r})
import cohort_dsl.codes, cohort_dsl.evaluate, cohort_dsl.tables.contract
import cohort_dsl.tables.core, cohort_dsl.language.accidents
for name in set(sys.modules) - before:
    if name.startswith("cohort_dsl."):
        print(sys.modules[name].__file__)
"""


def imported() -> list[str]:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", CODE], capture_output=True, text=True, check=True
    )
    folder = ROOT / "cohort_dsl"
    return [str(Path(line).relative_to(folder)) for line in done.stdout.split()]


def test_what_a_definition_needs_is_in_its_image():
    [held] = [layer.paths for layer in COHORT.layers if isinstance(layer, Sources)]
    needed = imported()
    assert "evaluate.py" in needed
    for module in needed:
        assert any(module == path or module.startswith(path) for path in held), module


def test_nothing_that_speaks_to_a_warehouse_is_imported_by_a_definition():
    machinery = ("plan/", "sql/", "warehouses/", "mappings/", "reference/", "testing.py")
    assert not [module for module in imported() if module.startswith(machinery)]
