"""What Oracle 12.2, 19c and 23ai are sent, word for word, in ``golden/``.

``python -m tests.unit.sql.oracle_golden`` writes the files anew: where a change is meant,
run it and look at what ``git diff`` shows.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cohort_dsl import (
    INTERVAL,
    case,
    create_dataset,
    create_measures,
    days,
    maximum_of,
    minimum_of,
    months,
    testing,
    when,
    years,
)
from cohort_dsl.model.question import Question
from cohort_dsl.sql import Catalog, Dialect, script
from cohort_dsl.sql.catalog import plain
from cohort_dsl.sql.oracle import ORACLE_12, ORACLE_19, ORACLE_23
from cohort_dsl.tables import PatientFrame, Series, table_from_rows
from cohort_dsl.warehouses.explaining import planned
from tests.spec.tables import a, e, p, v

GOLDEN = Path(__file__).parent / "golden"
VERSIONS: Mapping[str, Dialect] = {"12": ORACLE_12, "19": ORACLE_19, "23": ORACLE_23}


@table_from_rows([(1, 70), (2, None)])
class weights(PatientFrame):
    weight = Series(int)


def every_operation() -> Question:
    """Each kind of series once."""
    dataset = create_dataset()
    dataset.define_population(p.exists_for_patient() & ~(p.name == "it's") | p.smoker)
    dataset.whole = (p.score + 1 - p.other * 2) // 3 + (-p.score).absolute()
    dataset.decimal = p.ratio / p.second + p.score.as_float() ** 2.0
    dataset.truncated = p.ratio.as_int() + (p.smoker == p.drinker).as_int()
    dataset.compared = (p.score < 5) | (p.ratio <= 0.5) | p.name.is_null()
    dataset.listed = p.score.is_in([1, 2]) | p.score.is_in(e.number)
    dataset.text = p.name.contains("100%") & p.name.starts_with(p.part)
    dataset.codes = p.codes.contains_any_of(["I219", "E119"])
    dataset.mapped = p.code.map_values({"73211009": "a"}, default="b")
    dataset.chosen = case(when(p.score > 3).then("many"), otherwise=None)
    dataset.extremes = maximum_of(p.born, p.seen) > minimum_of(p.born, "2020-01-01")
    dataset.moved = (p.born + months(p.score) + years(1) - days(3)).to_first_of_year()
    dataset.age = (p.seen - p.born).years + (p.seen - p.born).days + p.seen.month
    dataset.weight = weights.weight
    _of_rows(dataset)
    return testing.query_of(dataset)


def _of_rows(dataset: Any) -> None:
    """And each that is made of a patient's rows."""
    some = e.where(e.code.is_in(["73211009", "22298006"])).except_where(e.ok)
    last = some.sort_by(e.date).last_for_patient()
    home = a.as_of(e.date, start=a.start_date, end=a.end_date)
    dataset.last = last.number
    dataset.many = e.union(v).count_for_patient() + e.number.count_distinct_for_patient()
    dataset.sums = e.number.sum_for_patient().as_float() + e.value.mean_for_patient()
    dataset.middle = e.value.percentile_for_patient(90)
    dataset.first_day = e.date.minimum_for_patient()
    dataset.last_word = e.text.maximum_for_patient()
    dataset.yes = e.ok.any_for_patient() & e.ok.all_for_patient()
    dataset.episodes = e.date.count_episodes_for_patient(days(7))
    dataset.north = e.where(home.area == "north").exists_for_patient()
    dataset.found = e.where(home.is_found()).count_for_patient()


def event_tables() -> Question:
    dataset = create_dataset()
    dataset.define_population(p.born.is_on_or_after("1950-01-01"))
    near = e.where(e.date.is_during(["2024-01-01", "2024-12-31"]))
    dataset.add_event_table("events", date=near.date, age=p.age_on(near.date), ok=near.ok)
    dataset.a_name_that_is_longer_than_thirty_bytes = p.score
    return testing.query_of(dataset)


def monthly_measures() -> Question:
    """Whose intervals are counted at once, by bits and by joins."""
    measures = create_measures()
    there = e.where(e.date.is_during(INTERVAL))
    measures.define_measure(
        "seen",
        numerator=there.exists_for_patient(),
        denominator=p.exists_for_patient() & (p.age_on(INTERVAL.start_date) >= 18),
        group_by={"smoker": p.smoker},
        intervals=months(12).starting_on("2024-01-01"),
    )
    measures.define_measure(
        "often",
        numerator=there.count_for_patient(),
        denominator=p.exists_for_patient(),
        intervals=months(12).starting_on("2024-01-01"),
    )
    return testing.measures_of(measures)


def codes(many: int) -> list[str]:
    """Made up, and different in every list."""
    return [str(many * 10_000 + number) for number in range(many)]


def long_lists() -> Question:
    """Of 1,000 values and of more, each looked through by itself."""
    dataset = create_dataset()
    dataset.define_population(p.exists_for_patient())
    dataset.as_it_is = p.code.is_in(codes(1_000))
    dataset.one_more = v.where(v.number.is_in(range(1_001))).exists_for_patient()
    dataset.long = e.where(e.code.is_in(codes(2_500))).number.sum_for_patient()
    return testing.query_of(dataset)


QUESTIONS: tuple[Callable[[], Question], ...] = (
    every_operation,
    event_tables,
    monthly_measures,
)


def text(question: Question, dialect: Dialect) -> str:
    """The script, over tables named as in the question."""
    catalog = Catalog({table.name: plain(table) for table in question.tables()})
    return f"{script(planned(question, dialect, catalog), dialect, catalog)}\n"


def shortened(told: str) -> str:
    """Without what stands between the first and the last value of a list."""
    told = re.sub(r"(-- \$\d+ = .*\n)(-- .*\n)+(-- .*\n)", r"\1-- …\n\3", told)
    cast = r"CAST\(:\d+ AS [^)]*\)\)"
    return re.sub(rf"({cast}, )((?:{cast}, )+)({cast})", _shorter, told)


def _shorter(found: re.Match[str]) -> str:
    return f"{found[1]}/* {found[2].count('CAST')} more */ {found[3]}"


@functools.cache
def texts() -> Mapping[Path, str]:
    """Each golden file, and what should stand in it."""
    plain_ones = {
        GOLDEN / f"{asked.__name__}.oracle-{version}.sql": text(asked(), dialect)
        for asked in QUESTIONS
        for version, dialect in VERSIONS.items()
    }
    return plain_ones | {GOLDEN / "long_lists_alone.oracle.sql": alone(ORACLE_12)}


def alone(dialect: Dialect) -> str:
    """Long lists in one statement, which is the same for every version."""
    return shortened(text(long_lists(), dialect.in_one_statement()))


def main() -> None:
    for path, told in texts().items():
        path.write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main()
