"""A long list is written out where it may be, in INs that are short enough, else packed."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from cohort_dsl import case, sql, when
from cohort_dsl.mappings import binding, reading
from cohort_dsl.model.types import Scalar
from cohort_dsl.sql import Catalog, Dialect, Statement
from cohort_dsl.sql.catalog import plain
from cohort_dsl.sql.duckdb import DUCKDB
from cohort_dsl.sql.long_lists import written_out
from cohort_dsl.sql.oracle import ORACLE_19
from cohort_dsl.sql.postgresql import POSTGRESQL
from cohort_dsl.sql.spark import SPARK
from cohort_dsl.sql.sqlserver import SQLSERVER
from cohort_dsl.sql.statements import taken
from cohort_dsl.sql.within import Within
from cohort_dsl.tables.contract import diagnoses, medications, patients
from cohort_dsl.warehouses.duckdb import from_rows
from cohort_dsl.warehouses.explaining import planned
from tests.i2b2_in_oracle import THERE as I2B2
from tests.properties.test_engines_agree import asked, asked_of_the_referee
from tests.spec.tables import e, p, v
from tests.unit.plan.test_plan_scans import a_query
from tests.unit.sql.oracle_golden import codes

THERE = p.exists_for_patient()


def asked_alone(
    question: Any, dialect: Dialect, catalog: Catalog | None = None
) -> Statement:
    alone = dialect.in_one_statement()
    catalog = catalog or Catalog({one.name: plain(one) for one in question.tables()})
    return sql.script(planned(question, alone, catalog), alone, catalog).question


def sizes(asked: Statement) -> list[int]:
    """How many values each IN has, in the order of the text."""
    lists = re.findall(r" IN \(((?:CAST\([^()]*(?:\([^()]*\))?\)(?:, )?)+)\)", asked.text)
    return [one.count("CAST(") for one in lists]


# What is written out -------------------------------------------------------------

SHORT, LONG, LONGER = (frozenset[Scalar](range(many)) for many in (1_001, 2_500, 40_000))
ONCE = dict.fromkeys((LONGER, LONG, SHORT), 1)
ORACLE = ORACLE_19.within


@pytest.mark.parametrize(
    ("times", "occupied", "within", "found"),
    [
        (ONCE, 0, ORACLE, {SHORT, LONG, LONGER}),
        (ONCE, 65_535 - 3_501, ORACLE, {SHORT, LONG}),
        (ONCE, 65_535 - 3_500, ORACLE, {SHORT}),
        (ONCE, 65_535, ORACLE, set()),
        ({SHORT: 4, LONG: 1}, 65_535 - 4_000, ORACLE, {LONG}),
        (ONCE, 0, Within(), set()),
        ({}, 0, ORACLE, set()),
    ],
)
def test_lists_are_written_out_while_there_is_room(
    times: dict[frozenset[Scalar], int],
    occupied: int,
    within: Within,
    found: Collection[frozenset[Scalar]],
) -> None:
    assert written_out(times, occupied, within) == set(found)


@pytest.mark.parametrize("dialect", [DUCKDB, SPARK, SQLSERVER], ids=lambda one: one.name)
def test_engines_that_read_rows_faster_or_bind_little_have_it_packed(
    dialect: Dialect,
) -> None:
    asked = asked_alone(a_query(THERE, n=p.code.is_in(codes(1_001))), dialect)
    assert dialect.within.longest_in == 0
    assert len(asked.parameters) < 20


# How -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("many", "found"), [(1_000, [1_000]), (1_001, [1_000, 1]), (2_500, [1_000, 1_000, 500])]
)
def test_no_in_of_oracle_s_has_more_than_1_000_values(many: int, found: list[int]) -> None:
    asked = e.where(e.code.is_in(codes(many))).count_for_patient()
    told = asked_alone(a_query(THERE, n=asked), ORACLE_19)
    assert sizes(told) == found
    assert told.parameters == tuple(codes(many))


def test_postgresql_is_told_one() -> None:
    """It hashes an IN's values once, and would look a row up in one after the other."""
    asked = e.where(e.code.is_in(codes(2_500))).count_for_patient()
    assert sizes(asked_alone(a_query(THERE, n=asked), POSTGRESQL)) == [2_500]


def test_rows_are_found_by_the_column_itself() -> None:
    """So an index on it serves: nothing stands around the column, nor around the INs."""
    asked = e.where(e.code.is_in(codes(1_001))).exists_for_patient()
    told = asked_alone(a_query(THERE, n=asked), ORACLE_19)
    assert 'WHERE ("code" IN (' in told.text
    assert ') OR "code" IN (CAST(:1001 AS VARCHAR2(4000 CHAR)))) GROUP BY' in told.text


def test_what_several_ins_look_at_is_worked_out_once() -> None:
    told = case(when(p.score > 3).then(p.name), otherwise=p.part)
    asked = a_query(THERE, n=told.is_in([f"name {n}" for n in range(2_500)]))
    assert asked_alone(asked, ORACLE_19).text.count('< "x1") THEN "x2"') == 1


def test_answers_of_several_sets_of_rows_ask_once_whether_a_row_is_in_the_list() -> None:
    listed = e.where(e.code.is_in(codes(1_001)))
    asked = a_query(
        THERE,
        many=listed.count_for_patient(),
        first=listed.date.minimum_for_patient(),
        all=e.number.sum_for_patient(),
    )
    told = asked_alone(asked, POSTGRESQL)
    assert sizes(told) == [1_001]
    assert "x1" in told.text


def several_lists(*lengths: int) -> Any:
    found = [e.where(e.code.is_in(codes(many))) for many in lengths]
    return a_query(THERE, **{f"n{n}": f.count_for_patient() for n, f in enumerate(found)})


def test_rows_of_several_lists_are_found_by_all_of_them_and_then_told_apart() -> None:
    """Which of the lists a row is in only a join tells, of lists that are packed."""
    told = asked_alone(several_lists(1_001, 2_500), ORACLE_19)
    assert sizes(told) == [1_000, 1_000, 1_000, 501]
    assert 'JOIN "step_lists_1"' in told.text
    assert len(told.parameters) < 3_501 + 50
    assert sizes(asked_alone(several_lists(30, 40), POSTGRESQL)) == [70]
    assert len(asked_alone(several_lists(1_001, 2_500), DUCKDB).parameters) < 50


def test_what_was_gathered_by_lists_is_not_looked_through_by_them_again() -> None:
    """i2b2's facts are read once, by all the codes that anything asks for."""
    catalog = binding.bind(
        reading.load("i2b2"), I2B2, ORACLE_19.in_one_statement(), frozenset()
    ).catalog
    listed = [
        diagnoses.where(diagnoses.code.is_in([f"{n}", f"{n}.1"])) for n in range(250, 252)
    ]
    drugs = medications.where(medications.code.is_in(["1", "2"]))
    asked = a_query(
        patients.exists_for_patient(),
        one=listed[0].exists_for_patient(),
        two=listed[1].exists_for_patient(),
        drug=drugs.exists_for_patient(),
    )
    told = asked_alone(asked, ORACLE_19, catalog)
    assert told.text.count("OBSERVATION_FACT") == 1
    assert sizes(told).count(4) == 1


# The room ------------------------------------------------------------------------

SEVERAL = a_query(
    THERE & p.code.is_in(codes(1_100)),
    one=p.code.is_in(codes(1_001)),
    two=e.where(e.code.is_in(codes(1_200))).count_for_patient(),
    three=v.where(v.number.is_in(range(1_003))).count_for_patient(),
    four=p.codes.contains_any_of(["I219"]) & p.name.is_in(["it's :1", "b"]),
)


def test_each_place_of_a_parameter_counts_on_oracle() -> None:
    """Whether a patient is in a list is told by a CASE, which says it twice."""
    asked = asked_alone(a_query(THERE, n=p.code.is_in(codes(1_001))), ORACLE_19)
    assert sizes(asked) == [1_000, 1, 1_000, 1]
    assert (len(asked.parameters), taken(asked, ORACLE_19)) == (1_001, 2_002)
    assert taken(Statement("SELECT ':1', \":2\", ''':3', :4, :4"), ORACLE_19) == 2


@pytest.mark.parametrize("dialect", [ORACLE_19, POSTGRESQL], ids=lambda one: one.name)
def test_whoever_has_room_for_packed_lists_is_never_refused(dialect: Dialect) -> None:
    packed = replace(dialect, within=replace(dialect.within, longest_in=0))
    least = taken(asked_alone(SEVERAL, packed), dialect)
    every = taken(asked_alone(SEVERAL, dialect), dialect)
    written = set()
    for room in range(least, every + 1_100, 1_100):
        small = replace(dialect, within=replace(dialect.within, parameters=room))
        asked = asked_alone(SEVERAL, small)
        assert taken(asked, small) <= room
        written.add(sum(sizes(asked)))
    assert len(written) == 5


# The answers ---------------------------------------------------------------------


def a_world() -> dict[str, list[dict[str, Any]]]:
    """Codes from the lists' beginnings, middles and ends, others, and none."""
    ends = [codes(many)[at] for many in LENGTHS for at in (0, 999, -1)]
    some: list[str | None] = [*ends, None, "1"]
    events = [
        {"patient_id": n % 5, "code": code, "number": n} for n, code in enumerate(some * 3)
    ]
    people = [{"patient_id": n, "code": one} for n, one in enumerate(some)]
    visits = [{"patient_id": n, "number": n * 97} for n in range(12)]
    return {"patients": people, "events": events, "visits": visits}


LENGTHS = (1_000, 1_001, 2_500)
FOUND = e.where(e.code.is_in(codes(2_500)))
EITHER = case(when(p.score.is_null()).then(p.code), otherwise=None)
ANSWERED = a_query(
    THERE,
    short=p.code.is_in(codes(1_000)),
    long=p.code.is_in(codes(1_001)),
    many=FOUND.count_for_patient(),
    total=FOUND.number.sum_for_patient(),
    all=e.number.sum_for_patient(),
    worked_out=EITHER.is_in(codes(1_001)),
    without=v.except_where(v.number.is_in(range(1_001))).count_for_patient(),
)
IN_PIECES = Within(longest_in=1_000)


@pytest.mark.parametrize(
    ("engine", "dialect"),
    [
        ("oracle", ORACLE_19),
        ("postgresql", POSTGRESQL),
        ("postgresql", replace(POSTGRESQL, within=IN_PIECES)),
        ("duckdb", DUCKDB),  # in pieces it takes seconds
    ],
    ids=["oracle", "postgresql", "postgresql in pieces", "duckdb"],
)
def test_however_it_is_told_the_answer_is_the_referee_s(
    engine: str, dialect: Dialect, request: pytest.FixtureRequest
) -> None:
    server = from_rows if engine == "duckdb" else request.getfixturevalue(engine)
    alone = partial(server, dialect=dialect.in_one_statement())
    wanted = asked_of_the_referee(ANSWERED, a_world())
    assert asked(ANSWERED, a_world(), alone) == wanted
    assert len(wanted[""]) > 5
