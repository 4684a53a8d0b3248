"""Which of a question's steps Spark keeps, and how constants are written for it."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from datetime import date

import pytest

from cohort_dsl.errors import WarehouseError
from cohort_dsl.sql import Catalog, Script, Statement, Upload
from cohort_dsl.warehouses.spark import SparkWarehouse
from cohort_dsl.warehouses.spark_link import marked
from cohort_dsl.warehouses.spark_session import _sent
from cohort_dsl.warehouses.spark_thrift import literal
from cohort_dsl.warehouses.spark_views import DEPTH, MOST, View, views


def filled(name: str, text: str) -> Statement:
    return Statement(text, fills=name)


def test_what_is_read_once_is_part_of_its_reader() -> None:
    steps = (filled("one", "SELECT 1 AS `x`"), filled("two", "SELECT `x` FROM `one`"))
    made = views(Script(steps, Statement("SELECT * FROM `two` AS `two`")))
    assert [(one.name, one.kept) for one in made if isinstance(one, View)] == [
        ("one", False),
        ("two", False),
    ]


def test_what_is_read_twice_is_kept() -> None:
    asked = "SELECT * FROM `one` AS `a` JOIN `one` AS `b` ON `a`.`x` = `b`.`x`"
    [made] = views(Script((filled("one", "SELECT 1 AS `x`"),), Statement(asked)))
    assert made == View("one", (filled("one", "SELECT 1 AS `x`"),), kept=True)


def test_columns_and_aliases_are_no_readings() -> None:
    asked = "SELECT `one`.`x` AS `one` FROM `one` AS `one`"
    [made] = views(Script((filled("one", "SELECT 1 AS `x`"),), Statement(asked)))
    assert isinstance(made, View)
    assert not made.kept


def test_a_table_that_is_filled_twice_is_one_view_of_both() -> None:
    steps = (filled("one", "SELECT 1 AS `x`"), filled("one", "SELECT 2 AS `x`"))
    [made] = views(Script(steps, Statement("SELECT * FROM `one`")))
    assert isinstance(made, View)
    assert made.parts == steps


def upon_each_other(many: int) -> Script:
    names = [f"v{number}" for number in range(many)]
    below = ["given", *names]
    steps = tuple(
        filled(name, f"SELECT * FROM `{source}`")
        for source, name in zip(below, names, strict=False)
    )
    return Script(steps, Statement(f"SELECT * FROM `{names[-1]}`"))


def test_more_views_upon_each_other_than_spark_plans_in_minutes_are_refused() -> None:
    """Before any is made: kept ones are opened in all above them, too."""
    assert len(views(upon_each_other(MOST))) == MOST
    with pytest.raises(WarehouseError) as refused:
        views(upon_each_other(MOST + 1))
    assert refused.value.where == "the question, as Spark would be asked"
    assert refused.value.problem.startswith("more than 120 of its steps each need")
    assert "stand upon each other" in refused.value.remedy


def test_views_upon_many_views_are_kept_now_and_then() -> None:
    made = views(upon_each_other(2 * DEPTH))
    kept = [one.kept for one in made if isinstance(one, View)]
    assert kept == [(n + 1) % DEPTH == 0 for n in range(2 * DEPTH)]


def test_rows_that_come_along_are_never_kept() -> None:
    upload = Upload("codes", ("value",), (("a",),))
    assert views(Script((upload,), Statement("SELECT * FROM `codes`"))) == [upload]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "NULL"),
        (True, "true"),
        (-3, "CAST('-3' AS BIGINT)"),
        (0.1, "CAST('0.1' AS DOUBLE)"),
        (date(2024, 2, 29), "DATE'2024-02-29'"),
        ("it's", r"'it\u0027s'"),
        ("a\\b\n", r"'a\u005Cb\u000A'"),
        ("é😀", r"'\u00E9\U0001F600'"),
        ("' OR 1=1 --", r"'\u0027 OR 1=1 --'"),
        ("${env:HOME}", r"'\u0024{env:HOME}'"),  # else it is the server's own
    ],
)
def test_a_constant_is_written_by_its_type(value: object, text: str) -> None:
    assert literal(value) == text  # type: ignore[arg-type]


def test_a_parameter_is_found_outside_of_names_and_texts_alone() -> None:
    asked = Statement("SELECT `$1`, '$1', '\\'$1', $1, $12", (1,))
    assert marked(asked, lambda n: f":p{n}") == "SELECT `$1`, '$1', '\\'$1', :p1, :p12"


def test_a_day_before_the_year_1000_is_sent_as_its_text() -> None:
    """Java's own dates refuse it."""
    assert _sent(date(1, 2, 3)) == "0001-02-03"


class _ALink:
    """As much of one as is asked where a question makes nothing."""

    failures = (OSError,)

    def drop(self, names: Sequence[str]) -> None:
        assert not names

    def is_there(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), OSError),
        (ConnectionResetError(errno.ECONNRESET, "canary"), WarehouseError),
    ],
)
def test_our_own_full_disk_is_no_trouble_of_spark_s(
    error: OSError, told: type[Exception]
) -> None:
    warehouse = SparkWarehouse(_ALink(), Catalog({}))  # type: ignore[arg-type]
    with (
        pytest.raises(told) as raised,
        warehouse.prepared(Script((), Statement("SELECT 1"))),
    ):
        raise error
    assert "canary" not in str(raised.value)
