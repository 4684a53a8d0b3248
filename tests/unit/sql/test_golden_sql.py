"""The SQL that questions become, word for word, so that a change of it is seen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cohort_dsl import create_dataset, days, months, testing, years
from cohort_dsl.plan.needs import LONGEST_CASE
from cohort_dsl.sql import DIALECTS
from tests.spec.tables import e, p, v

GOLDEN = Path(__file__).parent / "golden"


def a_cohort() -> Any:
    dataset = create_dataset()
    dataset.define_population(p.born.is_before("2000-01-01") & (p.name == "it's; --"))
    first = v.sort_by(v.date).first_for_patient()
    soon = e.where(e.date.is_on_or_between(first.date, first.date + days(30)))
    dataset.first = first.date
    dataset.soon = soon.count_for_patient()
    dataset.total = soon.number.sum_for_patient()
    dataset.share = soon.number.sum_for_patient() / p.score
    dataset.age = ("2024-01-01" - p.born).years
    return dataset


def is_in() -> Any:
    dataset = create_dataset()
    long = [str(10_000_000 + n) for n in range(1001)]
    dataset.define_population(p.code.is_in(["73211009", "22298006"]))
    dataset.long = e.where(e.code.is_in(long)).exists_for_patient()
    dataset.among = p.score.is_in(e.number)
    return dataset


def dates() -> Any:
    dataset = create_dataset()
    dataset.define_population(p.born.is_not_null())
    dataset.month = p.born + months(1)
    dataset.years = p.born + years(p.score)
    return dataset


def maps() -> Any:
    dataset = create_dataset()
    long = {str(10_000_000 + n): n for n in range(LONGEST_CASE + 1)}
    dataset.define_population(p.born.is_not_null())
    dataset.short = p.score.map_values({1: "one", 2: None}, default="many")
    dataset.long = e.where(e.code.map_values(long) > 7).count_for_patient()
    dataset.choice = p.code.map_values(long, default=p.score)
    return dataset


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "question", [a_cohort, is_in, dates, maps], ids=lambda q: q.__name__
)
def test_the_sql_is_as_it_was(question: Any, dialect: str) -> None:
    """Where a change is meant: write the new text into the file, and look at it."""
    golden = GOLDEN / f"{question.__name__}.{dialect}.sql"
    assert testing.sql(question(), dialect) + "\n" == golden.read_text()


def test_the_sql_is_the_same_in_every_process() -> None:
    """Sets have another order in each, so none may decide about text."""
    program = (
        "import sys; from cohort_dsl import testing; "
        "from tests.unit.sql.test_golden_sql import a_cohort; "
        "sys.stdout.write(testing.sql(a_cohort(), 'duckdb'))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[3],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(texts) == 1
