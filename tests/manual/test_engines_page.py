"""The table of engines says what tests really do."""

from __future__ import annotations

from typing import Any

from tests.manual import engines_page
from tests.properties import test_engines_agree as agree
from tests.properties import test_measures_agree as measure
from tests.properties import test_spark_agrees as spark


def examples(test: Any) -> int:
    """Of all the times that pytest runs it."""
    times = 1
    for mark in getattr(test, "pytestmark", []):
        times *= len(mark.args[1]) if mark.name == "parametrize" else 1
    return times * int(test._hypothesis_internal_use_settings.max_examples)


def test_the_page_of_engines_is_as_the_tests_are() -> None:
    assert not engines_page.stale(), "run make manual"


def test_as_many_examples_are_compared_as_it_says() -> None:
    said = engines_page.questions(max(agree.EXAMPLES, 400))
    if agree.EXAMPLES < 400:  # somebody at work: each test has one at least
        said = dict.fromkeys(said, (1, 1))
    every = examples(agree.test_every_engine_answers_as_the_referee)
    counted = examples(measure.test_every_engine_measures_as_the_referee)
    oracle = examples(agree.test_oracle_answers_as_the_referee_does_without_empty_texts)
    by_oracle = examples(
        measure.test_oracle_measures_as_the_referee_does_without_empty_texts
    )
    found = {
        "duckdb": (every, counted),
        "postgresql": (every, counted),
        "oracle": (oracle, by_oracle),
        "spark": (
            examples(spark.test_spark_answers_as_the_referee),
            examples(spark.test_spark_measures_as_the_referee),
        ),
    }
    assert all(found[name] >= said[name] for name in said)
    assert agree.EXAMPLES < 400 or found == said
