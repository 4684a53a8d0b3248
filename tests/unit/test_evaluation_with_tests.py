"""A file of test data is evaluated where definitions are, and leaves both in the box."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cohort_dsl import load
from cohort_dsl.assurance import assure
from cohort_dsl.errors import DefinitionError
from cohort_dsl.evaluate import main
from job_runner.definitions.evaluation import Bench, evaluate
from job_runner.executors.fake import FakeEngine, FakeExecutor, Inside
from job_runner.site.policy import ImagePolicy

LAYER = "sha256:" + "a" * 64
FILES = {
    "analysis/dataset_definition.py": """\
from cohort_dsl import create_dataset, get_parameter
from cohort_dsl.tables.core import patients
dataset = create_dataset()
dataset.define_population(patients.sex == get_parameter("sex"))
dataset.age = patients.age_on("2024-01-01")
""",
    "analysis/test_dataset.py": """\
from dataset_definition import dataset, patients
test_data = {
    1: {
        patients: {"date_of_birth": "1990-01-01", "sex": "female"},
        "expected_in_population": True,
        "expected_columns": {"age": 33},
    },
}
""",
}
EVALUATE = (
    *("python3", "-m", "cohort_dsl.evaluate", "analysis/test_dataset.py"),
    *("--output", "/result/query.json", "--test-data", "/result/test-data.json"),
    *("--", "--sex", "female"),
)


class _Said:
    def __init__(self, inside: Inside) -> None:
        self.inside = inside

    def write(self, text: str) -> None:
        self.inside.say(text.encode())


def evaluates(inside: Inside) -> int:
    """What the command does, in this process, with the box's paths."""
    words = [str(inside.path(w)) if "/" in w else w for w in EVALUATE[3:]]
    return main(words, _Said(inside))


def in_a_box(folder: Path, program: object = evaluates):
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    images = {"strongroom/cohort:v1": (LAYER,)}
    engine = FakeEngine(images=images, programs={EVALUATE: program})
    image = ImagePolicy("strongroom/cohort:v1", (LAYER,))
    bench = Bench(FakeExecutor(engine, "here"), image, "a-run", max(1000, os.geteuid()))
    file = folder / "analysis" / "test_dataset.py"
    return evaluate(file, folder, bench, ("--sex", "female"), tests=True)


def test_the_question_and_the_patients_come_out_and_are_compared(tmp_path):
    found = in_a_box(tmp_path)
    [wrong] = assure(found.question, found.tests, "f")
    assert (wrong.column, wrong.expected, wrong.found) == ("age", 33, 34)


def test_a_box_that_leaves_no_test_data_is_told_so(tmp_path):
    def forgets(inside: Inside) -> int:
        code = evaluates(inside)
        inside.path("/result/test-data.json").unlink()
        return code

    with pytest.raises(DefinitionError, match="no test data that can be read"):
        in_a_box(tmp_path, forgets)


def test_a_file_that_makes_no_test_data_is_told_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "analysis").mkdir()
    path = Path("analysis/dataset.py")
    path.write_text(FILES["analysis/dataset_definition.py"])
    with pytest.raises(DefinitionError, match="the file has no test_data"):
        load.with_tests(path, ["--sex", "male"])
