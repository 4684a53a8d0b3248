"""The page about claims can be followed, word by word, in Python and in R."""

import re
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from output_checker import claims
from output_checker.verify import claim_file
from tests.r import NO_R, RSCRIPT

PAGE = Path(__file__).parents[2] / "docs/claims.md"
TEXT = PAGE.read_text(encoding="utf-8")
SIZE = 500


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", TEXT, flags=re.S)


@pytest.fixture
def study(tmp_path, monkeypatch):
    """A folder with the page's cohort, as the working directory."""
    dice = np.random.default_rng(3)
    bleed = dice.random(SIZE) < 0.3
    days = dice.integers(1, 500, SIZE)
    frame = pd.DataFrame(
        {
            "patient_id": range(1, SIZE + 1),
            "sex": dice.choice(["female", "male"], SIZE),
            "age": dice.integers(18, 90, SIZE),
            "nsaid": dice.choice(["celecoxib", "diclofenac"], SIZE),
            "bmi": dice.normal(26, 4, SIZE).round(1),
            "ulcers": dice.integers(0, 3, SIZE),
            "bleed": bleed,
            "days_followed": days,
            "days_to_bleed": pd.Series(days, dtype="Int64").where(bleed),
            "start_year": dice.integers(1980, 2020, SIZE),
        }
    )
    start = pd.to_datetime(frame["start_year"].astype(str) + "-03-01")
    frame["start_date"] = start.dt.date
    (tmp_path / "output").mkdir()
    frame.to_parquet(tmp_path / "output/dataset.parquet")
    frame.to_csv(tmp_path / "output/dataset.csv", index=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(study):
    """The claims in a study, read as the checker reads them."""
    paths = sorted((study / "output").glob("*.claim.json"))
    return [claim_file.loads(path.read_bytes(), where=path.name) for path in paths]


def kinds(study):
    return {claim.kind for claim in written(study)}


EVERY = {
    "crosstab",
    "summary",
    "rates",
    "percentiles",
    "histogram",
    "survival",
    "regression",
}


def test_every_example_in_python_runs_and_every_kind_has_one(study):
    names = {}
    for block in blocks("python"):
        exec(compile(block, str(PAGE), "exec"), names)
    assert kinds(study) == EVERY


@pytest.mark.skipif(RSCRIPT is None, reason=NO_R)
def test_every_example_in_r_runs_and_every_kind_has_one(study):
    source = Path(claims.__file__).with_name("claims.R").read_text(encoding="utf-8")
    (study / "claims.R").write_text(source, encoding="utf-8")
    (study / "page.R").write_text("\n".join(blocks("r")), encoding="utf-8")
    done = subprocess.run(
        [str(RSCRIPT), "--vanilla", "page.R"], cwd=study, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert kinds(study) == EVERY


def test_every_function_is_on_the_page():
    functions = {name for name in claims.__all__ if name[0].islower()}
    assert {name for name in functions if f"{name}(" not in TEXT} == set()
