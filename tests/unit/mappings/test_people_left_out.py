"""People whom a mapping leaves out: who opposed, and whom the site excludes."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date

import pytest

from cohort_dsl import create_dataset, warehouses
from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings import binding, opposition, reading
from cohort_dsl.mappings.physical import of_columns
from cohort_dsl.sql.duckdb import DUCKDB
from cohort_dsl.sql.working import LEFT_OUT
from cohort_dsl.tables import contract as tables
from cohort_dsl.testing import query_of
from tests.an_omop import TABLES, built, on_server, settings

TODAY = date(2024, 6, 1)
PEOPLE = """\
format: mapping
version: 1
name: ours
people: {table: person, patient_id: person_id}
tables:
  patients:
    from: person
    patient_id: person_id
    columns: {date_of_birth: , sex: "'unknown'", date_of_death: }
"""
OPPOSED = "person_id VARCHAR, status VARCHAR, since DATE, until DATE, ipp VARCHAR"
PHYSICAL = {
    "person": f"{TABLES['person']}, is_test BOOLEAN",
    "opposed": OPPOSED,
    "known_as": "ipp VARCHAR, person_id BIGINT",
}


def everybody():
    dataset = create_dataset()
    dataset.define_population(tables.patients.exists_for_patient())
    return query_of(dataset)


@contextmanager
def mapped(tmp_path, words, rows, today=TODAY, physical=PHYSICAL, **other):
    """Five people, and what is said of who is left out."""
    ours = tmp_path / "ours.yaml"
    ours.write_text(PEOPLE + words, encoding="utf-8")
    people = [{"person_id": n, "is_test": n == 5} for n in range(1, 6)]
    database = built(tmp_path / "w.duckdb", {"person": people, **rows}, physical)
    site = settings(database, mapping=str(ours), **other)
    with warehouses.open(site, today) as warehouse:
        yield warehouse


def answered(warehouse):
    with warehouse.ask(everybody()) as answer:
        return [row["patient_id"] for b in answer.reveal() for row in b.to_pylist()]


def left(tmp_path, words, rows, **other):
    with mapped(tmp_path, words, rows, **other) as warehouse:
        return answered(warehouse)


def opposed(*rows):
    return {"opposed": [dict(zip(("person_id", *w), r, strict=True)) for *w, r in rows]}


def test_whoever_stands_in_the_table_is_left_out(tmp_path):
    words = "opposition: [{from: opposed, patient_id: person_id}]\n"
    rows = {"opposed": [{"person_id": " 2"}, {"person_id": "2"}, {"person_id": "4"}]}
    assert left(tmp_path, words, rows) == [1, 3, 5]


def test_a_mapping_that_says_nothing_leaves_nobody_out(tmp_path):
    assert left(tmp_path, "", {"opposed": [{"person_id": "2"}]}) == [1, 2, 3, 4, 5]


def test_of_opposition_doubt_leaves_out(tmp_path):
    """Only whose row says something else for certain, or nothing any more, stays."""
    words = """\
opposition:
  - from: opposed
    patient_id: person_id
    only: {status: [research]}
    unless: {ipp: [withdrawn]}
"""
    said = {1: "RESEARCH ", 2: None, 3: "", 4: "care", 5: "research"}
    rows = [{"person_id": str(n), "status": text} for n, text in said.items()]
    rows[4]["ipp"] = "withdrawn"
    assert left(tmp_path, words, {"opposed": rows}) == [4, 5]
    rows[4]["ipp"] = "Withdrawn?"
    (tmp_path / "w.duckdb").unlink()
    assert left(tmp_path, words, {"opposed": rows}) == [4]


@pytest.mark.parametrize(
    ("since", "until", "is_left_out"),
    [
        (None, None, True),
        ("2020-01-01", None, True),
        ("2024-06-01", None, True),
        ("2024-06-02", None, False),  # from tomorrow on
        ("2020-01-01", "2024-05-31", False),  # until yesterday
        ("2020-01-01", "2024-06-01", True),  # until tonight
        ("2020-01-01", "9999-12-31", True),
        ("2023-01-01", "2021-01-01", True),  # that can't be, so it has not ended
        (None, "2021-01-01", False),
    ],
)
def test_an_opposition_counts_from_its_first_to_its_last_day(
    tmp_path, since, until, is_left_out
):
    words = """\
opposition:
  - {from: opposed, patient_id: person_id, begins: since, ends: until}
"""
    rows = {"opposed": [{"person_id": "3", "since": since, "until": until}]}
    assert (3 not in left(tmp_path, words, rows)) is is_left_out


def test_without_a_clock_no_opposition_has_ended(tmp_path):
    words = """\
opposition:
  - {from: opposed, patient_id: person_id, begins: since, ends: until}
"""
    days = [("2030-01-01", None), ("2000-01-01", "2001-01-01")]
    rows = [
        {"person_id": str(n), "since": b, "until": e} for n, (b, e) in enumerate(days, 1)
    ]
    assert left(tmp_path, words, {"opposed": rows}, today=None) == [3, 4, 5]


def test_several_tables_and_exclusions_are_all_left_out(tmp_path):
    words = """\
opposition:
  - {from: opposed, patient_id: person_id, only: {status: [a]}}
  - from: opposed
    joins:
      known_as: {on: {ipp: ipp}}
    patient_id: known_as.person_id
exclusions:
  test patients: {from: person, patient_id: person_id, only: {is_test: [true]}}
"""
    rows = {
        "opposed": [{"person_id": "1", "status": "a"}, {"status": "b", "ipp": "X"}],
        "known_as": [{"ipp": "X", "person_id": 3}],
    }
    assert left(tmp_path, words, rows) == [2, 4]


def test_joins_that_are_the_same_are_one_whatever_they_are_called(tmp_path):
    words = """\
opposition:
  - from: opposed
    joins:
      a: {table: known_as, on: {ipp: ipp}}
      b: {table: known_as, on: {ipp: ipp}, required: true}
      c: {table: known_as, on: {ipp: ipp}}
    patient_id: first(c.person_id, a.person_id)
    only: {a.ipp: [X, Y]}
"""
    rows = {
        "opposed": [{"ipp": "X"}, {"ipp": "Y"}],
        "known_as": [{"ipp": "X", "person_id": 3}],
    }
    assert left(tmp_path, words, rows) == [1, 2, 4, 5]


def test_of_an_exclusion_only_what_is_said_leaves_out(tmp_path):
    """Else a flag that most rows lack would leave out nearly everybody."""
    words = """\
exclusions:
  odd: {from: opposed, patient_id: person_id, only: {status: [odd%s]}}
"""
    rows = {"opposed": [{"person_id": "1", "status": "odd"}, {"person_id": "2"}]}
    assert left(tmp_path, words % "", rows) == [2, 3, 4, 5]
    (tmp_path / "w.duckdb").unlink()
    assert left(tmp_path, words % ", null", rows) == [3, 4, 5]


@pytest.mark.parametrize(
    ("written", "texts"),
    [
        ("yes", ("true", "yes")),
        ("No", ("No", "false")),
        ("true", ("true",)),
        ("01", ("01",)),
        ("1.50", ("1.50",)),
        ("1_000", ("1_000",)),
        ("12:30", ("12:30",)),
        ("2020-01-31", ("2020-01-31",)),
        ("' a '", ("a",)),
    ],
)
def test_a_text_is_meant_as_it_is_written_whatever_yaml_makes_of_it(written, texts):
    said = f"{{c: [{written}]}}"
    words = f"opposition: [{{from: a, patient_id: b, only: {said}, unless: {said}}}]\n"
    table = PEOPLE.replace(
        "    columns:", f"    except: {{c: [d, {written}]}}\n    columns:"
    )
    found = reading.read(table + words, "ours.yaml")
    [left_out] = found.left_out
    assert left_out.only[0].texts == left_out.unless[0].texts == texts
    [(_, meant)] = found.tables["patients"][0].left_out
    assert meant.values == ("d", *texts)


@pytest.mark.parametrize("item", ["''", "null", "[d]"])
def test_no_text_of_a_list_is_lost(item):
    """One of ``except`` that isn't read would let in the rows that it leaves out."""
    table = PEOPLE.replace("    columns:", f"    except: {{c: [d, {item}]}}\n    columns:")
    with pytest.raises(WarehouseError, match="line 9: 'c', item 2 must be a"):
        reading.read(table, "ours.yaml")


def test_who_can_not_tell_who_opposed_serves_nobody(tmp_path):
    words = "opposition: [{from: oposed, patient_id: person_id, only: {statu: [a]}}]\n"
    with mapped(tmp_path, words, {}) as warehouse:
        with pytest.raises(WarehouseError) as refused, warehouse.ask(everybody()):
            pass
        assert "opposition" in refused.value.problem
        assert "no table oposed (it has opposed)" in refused.value.problem
        assert "empty_tables" not in refused.value.remedy
        assert not warehouse.check(TODAY).ok


def known(*tables, forbidden=()):
    """What a database has, each table with these columns."""
    columns = ("person_id", "gender_concept_id", "status")
    every = of_columns(
        (("main", name), column, "VARCHAR") for name in tables for column in columns
    )
    return replace(every, forbidden=frozenset(forbidden))


def bound(words, physical):
    return binding.bind(reading.read(PEOPLE + words, "ours"), physical, DUCKDB, frozenset())


@pytest.mark.parametrize(
    ("table", "there", "forbidden"),
    [
        ("opposed[_old]", ("opposed",), "opposed_old"),
        ("opposed[_old]", ("opposed_old",), "opposed"),
        ("opposed_{yyyy}", ("opposed_2020", "opposed_2021"), "opposed_2022"),
        ("main.opposed[_{yy}]", ("opposed", "opposed_20"), "opposed_21"),
    ],
)
def test_of_several_tables_none_may_be_kept_from_us(table, there, forbidden):
    """Else those who opposed in that one would be seen."""
    words = f"opposition: [{{from: '{table}', patient_id: person_id}}]\n"
    other = ("opposed_older", "opposed_1", forbidden)
    found = bound(words, known("person", *there, forbidden=other))
    assert found.nobody.endswith(f"this account may not read the table {forbidden}")
    assert not found.catalog.sources
    others = bound(words, known("person", *there, forbidden=other[:2]))
    assert others.nobody == ""


@pytest.mark.parametrize("table", ["opposed", "opposed[_old]"])
def test_of_columns_that_differ_in_capitals_alone_none_is_taken(table):
    """Databases that tell them apart may have any of them in mind."""
    said = f"from: '{table}', patient_id: person_id"
    words = f"opposition: [{{{said}, only: {{status: [a]}}}}]\n"
    columns = ("person_id", "gender_concept_id", "Status", "status")
    names = ("person", "opposed", "opposed_old")
    told = [(("s", name), column, "TEXT") for name in names for column in columns]
    nobody = bound(words, of_columns(told)).nobody
    assert "opposed has several columns status, but for capitals" in nobody


@pytest.mark.parametrize("table", ["opposed", "opposed[_old]", "opposed{yyyy}"])
@pytest.mark.parametrize("kept", ["opposed", "opposed_old", "opposed2020", "known_as"])
def test_a_table_of_which_we_see_only_some_rows_does_not_say_who_opposed(table, kept):
    said = f"from: '{table}', joins: {{known_as: {{on: {{status: status}}}}}}"
    words = f"opposition: [{{{said}, patient_id: known_as.person_id}}]\n"
    there = known("person", "opposed", "opposed_old", "opposed2020", "known_as")
    found = bound(words, replace(there, in_part=frozenset({("main", kept)})))
    meant = {"opposed": ["opposed"], "opposed[_old]": ["opposed", "opposed_old"]}
    if kept in (*meant.get(table, ["opposed2020"]), "known_as"):
        assert f"only some rows of the table {kept}" in found.nobody
    else:
        assert found.nobody == ""


def test_of_tables_for_each_year_the_check_tells_which_are_kept_from_us():
    words = """\
  visits:
    from: "stay_{yyyy}"
    patient_id: person_id
    columns: {visit_id: , start_date: , end_date: , kind: , care_site: status}
"""
    there = ("person", "stay_2020")
    found = bound(words, known(*there, forbidden=("stay_2021", "stays", "stay_2020")))
    assert found.tables["visits"].absent == (
        "this account may not read the table stay_2021",
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("opposition: []\n", "must be a list of tables in which those stand who opposed"),
        ("opposition: [{from: a}]\n", "has no 'patient_id'"),
        ("opposition: [{from: a, patient_id: b, state: c}]\n", "there is no 'state'"),
        ("exclusions: {x: {from: a, patient_id: b, only: {c: []}}}\n", "list of texts"),
        (
            "exclusions: {x: {from: a, patient_id: b, only: {'c d': [e]}}}\n",
            "can't be read",
        ),
        ("exclusions: {x: {from: a, patient_id: z.b}}\n", "z isn't among the joins"),
        (
            "exclusions: {x: {from: a, patient_id: b, only: {c: ['']}}}\n",
            "null stands for nothing there",
        ),
        ("opposition: [{from: a, patient_id: }]\n", "'patient_id' must be a column"),
        ("opposition: [{from: a, patient_id: '1'}]\n", "'patient_id' must be a column"),
        ("opposition: [{from: a, patient_id: 'either(b, None)'}]\n", "must be a column"),
        ("opposition: [{from: a, patient_id: latest(b)}]\n", "latest() can't stand here"),
        (
            "opposition: [{from: a, patient_id: b, ends: latest(c)}]\n",
            "latest() can't stand here",
        ),
        (
            "opposition: [{from: a, patient_id: c.d, joins: {c: {on: {e: f}, "
            "unless_empty: visits}}}]\n",
            "no 'unless_empty' can stand in its joins",
        ),
    ],
)
def test_mistakes_are_told_with_their_lines(words, told):
    with pytest.raises(WarehouseError, match="line 10") as refused:
        reading.read(PEOPLE + words, "ours.yaml")
    assert told in refused.value.problem


def test_a_site_that_leaves_out_by_its_mapping_needs_a_mapping_that_does(tmp_path):
    word = {"opposition": "left_out_by_mapping"}
    with pytest.raises(WarehouseError, match="ours has no opposition") as refused:
        left(tmp_path, "", {}, **word)
    assert "nothing is asked before" in refused.value.remedy
    words = "opposition: [{from: opposed, patient_id: person_id}]\n"
    (tmp_path / "w.duckdb").unlink()
    assert left(tmp_path, words, {}, **word) == [1, 2, 3, 4, 5]
    (tmp_path / "w.duckdb").unlink()
    with pytest.raises(WarehouseError, match="none_recorded"):
        left(tmp_path, words, {}, opposition="none_recorded")


AS_TEXT = """\
format: mapping
version: 1
name: ours
people: {table: known_as, patient_id: ipp}
tables:
  patients:
    from: known_as
    patient_id: ipp
    columns: {date_of_birth: , sex: "'unknown'", date_of_death: }
opposition: [{from: opposed, patient_id: ipp, only: {status: [Refusé]}}]
"""
SAID = {
    "A1": ("a1", "refusé"),
    "b2": ("B2\r", "REFUSÉ"),
    "C3": ("C3\t", "Refusé\r\n"),
    "D4": (" D4 ", "\t"),
    "E5": ("E5", "refuse"),
    "F6": ("f 6", "refusé"),
}
"""Who is known how; and by what number, and with what words, they are said to oppose."""


@pytest.mark.parametrize("server", [False, True])
def test_capitals_and_what_can_not_be_seen_let_nobody_in(tmp_path, postgres, server):
    """Of numbers with letters, too. PostgreSQL knows no capitals but those of English."""
    (tmp_path / "ours.yaml").write_text(AS_TEXT, encoding="utf-8")
    said = {"mapping": str(tmp_path / "ours.yaml"), "empty_tables": []}
    rows = {
        "known_as": [{"ipp": one} for one in SAID],
        "opposed": [{"ipp": ipp, "status": status} for ipp, status in SAID.values()],
    }
    with ExitStack() as until:
        if server:
            given = until.enter_context(on_server(postgres, rows, PHYSICAL))
        else:
            given = settings(built(tmp_path / "w.duckdb", rows, PHYSICAL))
        warehouse = until.enter_context(warehouses.open({**given, **said}, TODAY))
        assert answered(warehouse) == ["E5", "F6"]
        [told] = warehouse.check(TODAY).left_out
        assert told.people == 10
        assert "aren't among the patients" in told.findings[0].sentence  # f 6


def test_a_text_of_many_letters_with_accents_is_looked_for_in_few_spellings():
    assert opposition.spellings("Né") == {"né", "nÉ"}
    long = "Opposé À TÔÛT ÉÇÏ"
    assert {long.lower(), "opposÉ À tÔÛt ÉÇÏ"} <= opposition.spellings(long)
    assert len(opposition.spellings(long)) <= opposition.MOST


def test_postgresql_leaves_out_the_same(tmp_path, postgres):
    words = """\
opposition:
  - from: opposed
    patient_id: person_id
    only: {status: [research]}
    begins: since
    ends: until
exclusions:
  test patients: {from: person, patient_id: person_id, only: {is_test: [true]}}
"""
    ours = tmp_path / "ours.yaml"
    ours.write_text(PEOPLE + words, encoding="utf-8")
    rows = {
        "person": [{"person_id": n, "is_test": n == 5} for n in range(1, 6)],
        "opposed": [
            {"person_id": "1", "status": "Research"},
            {"person_id": "2", "status": "research", "until": "2020-01-01"},
            {"person_id": "no number"},
        ],
    }
    with on_server(postgres, rows, PHYSICAL) as given:
        site = {**given, "mapping": str(ours), "empty_tables": []}
        with warehouses.open(site, TODAY) as warehouse:
            assert answered(warehouse) == [2, 3, 4]


# What it takes ---------------------------------------------------------------------

FACTS = """\
  diagnoses:
    from: facts
    patient_id: person_id
    only: {kind: [D]}
    columns: {date: day, end_date: , code: code, vocabulary: , source_code: , kind: ,
              visit_id: }
  procedures:
    from: facts
    patient_id: person_id
    only: {kind: [P]}
    columns: {date: day, code: code, vocabulary: , source_code: , visit_id: }
opposition: [{from: opposed, patient_id: person_id}]
"""
ONCE = "one_pass: [facts]\n"


def of_both_tables():
    ill, done = tables.diagnoses, tables.procedures
    dataset = create_dataset()
    dataset.define_population(ill.exists_for_patient() & done.exists_for_patient())
    dataset.n = ill.where(ill.code == "a").count_for_patient()
    dataset.last = ill.sort_by(ill.date).last_for_patient().code
    dataset.m = done.where(done.date > ill.date.minimum_for_patient()).count_for_patient()
    return query_of(dataset)


def facts(patients):
    return [
        {"person_id": n, "kind": kind, "code": "a", "day": f"2020-01-0{day}"}
        for n in patients
        for kind in "DP"
        for day in range(1, n + 1)
    ]


@pytest.mark.parametrize("once", ["", ONCE])
def test_tables_are_read_as_often_as_without_anybody_left_out(tmp_path, once):
    """Those who are left out are found once; and no step has a row of theirs."""
    physical = {
        **PHYSICAL,
        "facts": "person_id BIGINT, kind VARCHAR, code VARCHAR, day DATE",
    }
    took, texts = [], []
    for number, opposed in enumerate([[2, 4], []]):
        folder = tmp_path / str(number)
        folder.mkdir()
        left = [1, 2, 3, 4, 5] if opposed else [1, 3, 5]
        rows = {"opposed": [{"person_id": str(n)} for n in opposed], "facts": facts(left)}
        words = (FACTS if opposed else FACTS.partition("opposition")[0]) + once
        with mapped(folder, words, rows, physical=physical) as warehouse:
            tried = warehouse.explain(of_both_tables(), lambda: 0.0)
            with warehouse.ask(of_both_tables()) as answer:
                found = [row for b in answer.reveal() for row in b.to_pylist()]
        assert [row["patient_id"] for row in found] == [1, 3, 5]
        took.append([(t.fills, t.rows) for t in tried.took if t.fills != LEFT_OUT])
        texts.append(str(tried.script))
    assert took[0] == took[1]
    assert texts[0].count('."facts"') == texts[1].count('."facts"') > 0
    assert texts[0].count('."opposed"') == 1
