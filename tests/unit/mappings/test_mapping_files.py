"""A mapping's file is read strictly, and all its mistakes are told at once."""

from pathlib import Path

import pytest

from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings import reading
from cohort_dsl.mappings.constants import misfits
from cohort_dsl.mappings.expressions import ByBeginning, Column, Constant
from cohort_dsl.mappings.model import OFFERED
from cohort_dsl.mappings.texts import Meant
from cohort_dsl.model.types import Kind

HEAD = """\
format: mapping
version: 1
name: ours
people: {table: patient, patient_id: id}
tables:
"""

DEATHS = """\
  deaths:
    from: patient
    patient_id: id
    columns:
      date: died
      cause_code:
      cause_vocabulary:
"""


def read(tables: str, head: str = HEAD):
    return reading.read(head + tables, "ours.yaml")


def mistakes(tables: str, head: str = HEAD) -> str:
    with pytest.raises(WarehouseError) as refused:
        read(tables, head)
    assert "ours.yaml" in refused.value.where
    return refused.value.problem


def test_a_file_becomes_frozen_values():
    found = read(DEATHS)
    assert (found.name, found.people.table) == ("ours", "patient")
    [part] = found.tables["deaths"]
    assert part.columns == {"date": Column(None, "died"), "cause_code": None,
                            "cause_vocabulary": None}  # fmt: skip


def test_the_mapping_that_comes_along_serves_every_contract_table():
    assert set(reading.load("omop").tables) == set(OFFERED)


def test_all_mistakes_are_told_with_their_lines():
    told = mistakes("""\
  deaths:
    from: patient
    patient_id: id +
    colour: blue
    columns:
      date: last(died)
      cause_code: cause.code
      causes: x
  death:
    from: patient
    patient_id: id
    columns: {}
""")
    for line, words in {
        8: "'patient_id': it can't be read",
        9: "there is no 'colour' in 'deaths' (did you mean columns?); it may hold from",
        11: "no word last() (did you mean latest?); there are first",
        13: "deaths has no column causes (did you mean cause_code?)",
        6: "deaths lacks cause_vocabulary: write 'cause_vocabulary:', with nothing behind",
        14: "no contract has a table death (did you mean deaths?)",
    }.items():
        assert f"line {line}: " in told
        assert any(words in one for one in told.split("\n") if f"line {line}:" in one), (
            words
        )


def test_a_table_to_be_read_once_that_nothing_is_read_from_is_a_mistake():
    told = mistakes(
        DEATHS, HEAD.replace("tables:", "one_pass: [patient, patiant]\ntables:")
    )
    assert told == (
        "line 5: 'one_pass', item 2: no contract table is read from patiant "
        "(did you mean patient?)"
    )


DEEP = f"  deaths: {'[' * 1_000}{']' * 1_000}\n"


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        (DEATHS + DEATHS, "'deaths' is there twice"),
        (DEATHS.replace("date: died", "date: [a]"), "'date' must be a single value"),
        (DEATHS.replace("from: patient", "from: 7"), "'from' must be a text"),
        (DEATHS.replace("from: patient\n", "from: [a]\n"), "'from' must be a single value"),
        (DEATHS.replace("    from: patient\n", ""), "'deaths' has no 'from'"),
        (DEATHS.replace("date: died", "date: d.died"), "d isn't among the joins"),
        ("  deaths: 7\n", "must be 'key: value' lines"),
        ("  deaths:\n    like: deaths\n", "'like: deaths' must name another table"),
        ("  deaths:\n    like: visits\n", "'like: visits' must name another table"),
        ("  deaths: {union: 7}\n", "'union' must be a list"),
        ("  deaths: {union: [], like: x}\n", "there is no 'like'"),
        (DEATHS + "    first_by: x\n", "'first_by' must be a list"),
        (DEATHS + "    only: {a: []}\n", "'a' must be a column's list of texts"),
        (DEATHS + "    only: {a b: [x]}\n", "'a b': it can't be read"),
        (DEATHS + "    joins: {d: {on: {a: b c}}}\n", "'a' must be the name of a column"),
        (DEATHS + "    joins: {d: {}}\n", "'d' has no 'on'"),
        (DEATHS + "    joins: {d: {on: {a: b}, never: x}}\n", "'never' must be a whole"),
        (DEATHS + "    joins: {d: {on: {a: b}, required: 1}}\n", "'required' must be true"),
        (DEATHS + "    joins: {d: {on: {a: b}, unless_empty: x}}\n", "no contract has"),
        (DEATHS + "    joins: {d: {on: {}}}\n", "'on' must be a column at least"),
        (DEATHS + "    joins: {own: {on: {a: b}}}\n", "'own' must be called otherwise"),
        (DEATHS + "    joins: {'': {on: {a: b}}}\n", "must be called otherwise"),
        (DEATHS + "    joins: {d: {on: {a: d.b}}}\n", "d.b: d can hang only on a join"),
        (
            DEATHS + "    joins: {d: {on: {a: e.b}}, e: {on: {a: d.b}}}\n",
            "e.b: d can hang only on a join that stands before it",
        ),
        (
            DEATHS.replace("died", "first(" * 12 + "died" + ", a)" * 12),
            "words stand within words, more than 12 deep",
        ),
        (DEATHS.replace("died", "\"'0000-00-00'\""), "deaths.date can't be '0000-00-00'"),
        (DEATHS.replace("died", "20240229"), "deaths.date can't be 20240229: it is a date"),
        (
            DEATHS.replace("died", "\"choose(a, {1: b, 2: first(c, 'x')}, '2024-01-01')\""),
            "deaths.date can't be 'x'",
        ),
        (DEATHS.replace("cause_code:", "cause_code: \"'\\\\0'\""), "can't be '\\x00'"),
        ("  deaths: &x {}\n  visits: *x\n", "aliases aren't read here"),
        ("  deaths: {\n", "no plain YAML"),
        (f"  deaths: {'[' * 100}\n", "no plain YAML"),
        pytest.param(DEEP, "no plain YAML: it can't be read", id="a thousand deep"),
        (DEATHS.replace("from: patient", "from: 2024-13-45"), "'from' must be in quotes"),
        (DEATHS.replace("from: patient", "from: !!x y"), "'from' must be in quotes"),
        (DEATHS.replace("died", "choose(a, {1: b}, c)"), "stands in double quotes"),
        ("  deaths: !!python/name:os.system\n", "must be 'key: value' lines"),
    ],
)
def test_each_mistake_is_told_in_words(tables, words):
    assert words in mistakes(tables)


@pytest.mark.parametrize(
    "head", [HEAD.replace("1", "2"), HEAD.replace("format: mapping\n", ""), "7\n", ""]
)
def test_a_file_of_another_kind_or_version_is_refused(head):
    assert "version 1" in mistakes("" if len(head) < 3 else DEATHS, head)


def test_a_table_may_be_like_another_with_changes():
    found = read(DEATHS + """\
  core.patients:
    like: deaths
    only: {sort: [a]}
    columns: {date_of_birth: born, sex: "'unknown'", date_of_death: died}
""")  # fmt: skip
    [part] = found.tables["core.patients"]
    assert (part.table, part.like, list(part.columns)) == (
        "patient",
        "deaths",
        ["date_of_birth", "sex", "date_of_death"],
    )
    assert part.only == ((Column(None, "sort"), Meant(("a",))),)


def test_an_unknown_mapping_is_told_with_the_nearest_name():
    with pytest.raises(WarehouseError) as refused:
        reading.load("OMOPP")
    assert "Did you mean omop?" in refused.value.remedy


def test_a_mapping_of_the_sites_own_is_read_from_its_path(tmp_path: Path):
    (tmp_path / "ours.yaml").write_text(HEAD + DEATHS)
    assert reading.load(str(tmp_path / "ours.yaml")).name == "ours"
    with pytest.raises(WarehouseError, match="can't be read"):
        reading.load(str(tmp_path / "theirs.yaml"))


def test_a_circle_of_tables_like_each_other_is_told():
    told = mistakes("  deaths: {like: visits}\n  visits: {like: deaths}\n")
    assert "'like: deaths' comes back to itself: deaths → visits → deaths" in told


@pytest.mark.parametrize(
    ("kind", "fits", "misfitting"),
    [
        (Kind.INT, ["12", "-3"], ["1_000", "1.5", "9223372036854775808", " 1"]),
        (Kind.FLOAT, ["12", "-0.5", "1e-3"], ["nan", "1,5", "1_0.0"]),
        (Kind.BOOL, ["true", "0"], ["yes", "True"]),
        (Kind.DATE, ["2024-02-29", "{yyyy}-01-31"], ["2023-02-29", "20230228"]),
        (Kind.CODE, ["", "é"], ["\0", "\ud800"]),
    ],
)
def test_a_constant_is_one_that_the_column_can_hold(kind, fits, misfitting):
    every = (*fits, *misfitting)
    cases = tuple(("k", Constant(one)) for one in every)
    told = misfits(ByBeginning(Column(None, "a"), cases, Constant(None)), kind)
    assert told == sorted(map(repr, misfitting))
