"""What a mapping says of texts that are dates, of tables for each year, of extracts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings import reading
from cohort_dsl.mappings.binding import State
from cohort_dsl.tables.contract import SCHEMAS
from tests import a_mapped_h2
from tests.a_postgres import Server
from tests.an_omop import opened, rows_of

HEAD = """\
format: mapping
version: 1
name: ours
people: {table: person, patient_id: id}
missing_days: [1600-01-01]
time_zone: Europe/Paris
tables:
"""


Place: TypeAlias = Path | Server | None
"""A folder, a PostgreSQL server, or H2 as if it were Oracle."""


@pytest.fixture(params=["duckdb", "postgresql", "oracle"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "duckdb":
        return tmp_path
    return request.getfixturevalue("postgres") if request.param == "postgresql" else None


def part(table: str, keys: str, **said: str) -> str:
    """A contract table's entry; columns that nothing is said of are empty."""
    told = {column.name: said.get(column.name, "") for column in SCHEMAS[table].columns}
    columns = "\n".join(f"      {name}: {text}" for name, text in told.items())
    return f"  {table}:\n{keys}    columns:\n{columns}\n"


FROM = "    from: {}\n    patient_id: id\n"


def served(
    place: Place,
    tmp_path: Path,
    table: str,
    tables: dict[str, str],
    rows: dict[str, Any],
    head: str = HEAD,
) -> list[dict[str, Any]]:
    name = table.split(":")[0].strip()
    (tmp_path / "ours.yaml").write_text(head + table)
    kinds = {"person": "id INTEGER", **tables}
    if place is None:
        with a_mapped_h2.opened(rows, kinds, head + table) as warehouse:
            found = [a_mapped_h2.days(row) for row in rows_of(warehouse, name)]
        return sorted(found, key=repr)
    mapping = str(tmp_path / "ours.yaml")
    with opened(place, rows, kinds, mapping=mapping) as warehouse:
        found = rows_of(warehouse, name)
    return sorted(found, key=repr)


# Days ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "kind", "value", "day"),
    [
        ("DDMMYYYY", "VARCHAR", "08032008", date(2008, 3, 8)),
        ("DD/MM/YYYY", "VARCHAR", "08/03/2008", date(2008, 3, 8)),
        ("YYYYMM", "VARCHAR", "200803", date(2008, 3, 1)),
        ("DD/MM/YYYY", "VARCHAR", "08-03-2008", None),
        ("DDMMYYYY", "VARCHAR", "8032008", None),
        ("DDMMYYYY", "VARCHAR", "080320080", None),
        ("DDMMYYYY", "VARCHAR", "30022008", None),
        ("DDMMYYYY", "VARCHAR", "ab032008", None),
        ("YYYYMM", "VARCHAR", "000001", None),
        ("YYYYMM", "VARCHAR", "160001", None),  # it stands for none here
        ("DDMMYYYY", "DATE", "2008-03-08", date(2008, 3, 8)),
        ("DDMMYYYY", "TIMESTAMP", "2008-03-08 09:10:11", date(2008, 3, 8)),
        ("DDMMYYYY", "DATE", "1600-01-01", None),
        ("YYYYMM", "INTEGER", "200803", date(2008, 3, 1)),
    ],
)
def test_a_text_in_the_stated_way_is_a_day(place, tmp_path, way, kind, value, day):
    table = part("procedures", FROM.format("act"), date=f"day_in(a, '{way}')")
    kinds = {"act": f"id INTEGER, a {kind}"}
    [found] = served(place, tmp_path, table, kinds, {"act": [{"id": 1, "a": value}]})
    assert found["date"] == day


@pytest.mark.parametrize(
    ("days", "day"),
    [("3", date(2020, 1, 1)), ("-1", date(2019, 12, 28)), (None, None), ("x", None),
     ("99999999999", None)],
)  # fmt: skip
def test_a_day_is_counted_on(place, tmp_path, days, day):
    table = part("procedures", FROM.format("act"), date="days_after(a, n)")
    kinds = {"act": "id INTEGER, a DATE, n VARCHAR"}
    rows = {"act": [{"id": 1, "a": "2019-12-29", "n": days}]}
    [found] = served(place, tmp_path, table, kinds, rows)
    assert found["date"] == day


def test_a_day_may_be_given_as_its_months_first(place, tmp_path):
    table = part("procedures", FROM.format("act"), date="first_of_month(a)")
    rows = {"act": [{"id": 1, "a": "2024-07-10 11:12:13"}]}
    kinds = {"act": "id INTEGER, a TIMESTAMP"}
    [found] = served(place, tmp_path, table, kinds, rows)
    assert found["date"] == date(2024, 7, 1)


def test_a_moment_is_a_day_by_the_sites_clocks(place, tmp_path):
    """Half past midnight in Paris is still the day before in Greenwich."""
    table = part("procedures", FROM.format("act"), date="a")
    kinds = {"act": "id INTEGER, a TIMESTAMPTZ"}
    rows = {"act": [{"id": 1, "a": "2024-07-10 00:30:00+02"}]}
    [found] = served(place, tmp_path, table, kinds, rows)
    assert found["date"] == date(2024, 7, 10)
    [found] = served(
        place, tmp_path, table, kinds, rows, HEAD.replace("time_zone: Europe/Paris\n", "")
    )
    assert found["date"] == date(2024, 7, 9)


# Rows ----------------------------------------------------------------------------


def test_rows_are_left_out_by_what_they_say_or_lack(place, tmp_path):
    keys = FROM.format("act") + "    except: {state: [rejected]}\n    present: [a]\n"
    table = part("procedures", keys, code="together(code, '-', state)", source_code="code")
    kinds = {"act": "id INTEGER, code VARCHAR, state VARCHAR, a DATE"}
    acts = [("kept", "valid", "2020-01-01"), ("rejected", "rejected", "2020-01-01"),
            ("unsaid", None, "2020-01-01"), ("undated", "valid", None),
            ("dated for none", "valid", "1600-01-01")]  # fmt: skip
    rows = {"act": [{"id": 1, "code": c, "state": s, "a": a} for c, s, a in acts]}
    found = served(place, tmp_path, table, kinds, rows)
    told = {one["source_code"]: one["code"] for one in found}
    assert told == {"kept": "kept-valid", "unsaid": None}


def test_a_day_that_stands_for_none_comes_after_those_that_dont(place, tmp_path):
    table = part(
        "deaths", FROM.format("person") + "    first_by: [died, id]\n", date="died"
    )
    kinds = {"person": "id INTEGER, died DATE"}
    days = ["1600-01-01", "2020-02-02", None]
    rows = {"person": [{"id": 1, "died": day} for day in days]}
    [found] = served(place, tmp_path, table, kinds, rows)
    assert found["date"] == date(2020, 2, 2)


@pytest.mark.parametrize("kind", ["INTEGER", "VARCHAR"])
def test_a_constant_may_be_what_a_joined_row_must_have(place, tmp_path, kind):
    keys = (
        FROM.format("act")
        + "    joins:\n      name: {on: {code: code, rank: 1, state: \"'on'\"}}\n"
    )
    table = part("procedures", keys, code="name.said")
    kinds = {
        "act": "id INTEGER, code VARCHAR",
        "name": f"code VARCHAR, rank {kind}, state VARCHAR, said VARCHAR",
    }
    names = [(1, "on", "this"), (2, "on", "not this"), (1, "off", "nor this")]
    rows = {
        "act": [{"id": 1, "code": "x"}],
        "name": [{"code": "x", "rank": r, "state": s, "said": t} for r, s, t in names],
    }
    [found] = served(place, tmp_path, table, kinds, rows)
    assert found["code"] == "this"


@pytest.mark.parametrize("place", ["duckdb", "postgresql"], indirect=True)
def test_a_day_with_a_time_joins_the_day(place, tmp_path):
    """Not on Oracle, where a DATE has a time as well, which may tell rows apart."""
    keys = FROM.format("act") + "    joins:\n      stay: {on: {begun: a}}\n"
    table = part("procedures", keys, code="stay.ward")
    kinds = {"act": "id INTEGER, a DATE", "stay": "begun TIMESTAMP, ward VARCHAR"}
    rows = {
        "act": [{"id": 1, "a": "2020-01-01"}],
        "stay": [{"begun": "2020-01-01 10:00:00", "ward": "A"}],
    }
    [found] = served(place, tmp_path, table, kinds, rows)
    assert found["code"] == "A"


# Extracts ------------------------------------------------------------------------

EXTRACT = HEAD.replace("patient_id: id", 'patient_id: "either(number, id)"')


@pytest.mark.parametrize(
    ("kinds", "row", "patient"),
    [
        ("id INTEGER", {"id": 1}, 1),
        ("number VARCHAR", {"number": "P1"}, "P1"),
        ("id INTEGER, number VARCHAR", {"id": 1, "number": "P1"}, "P1"),
    ],
)
def test_what_an_extract_has_is_settled_before_any_row(
    place, tmp_path, kinds, row, patient
):
    keys = "    from: person\n    patient_id: either(number, id)\n"
    table = part("procedures", keys, code="either(number, None)", source_code="'x'")
    tables = {"person": kinds}
    [found] = served(place, tmp_path, table, tables, {"person": [row]}, EXTRACT)
    assert (found["patient_id"], found["code"]) == (patient, row.get("number"))


def test_a_join_that_nothing_reads_here_isnt_made(tmp_path):
    """Of an extract that knows its patients, the table that would tell them is gone."""
    keys = (
        "    from: act\n    patient_id: either(id, known.id)\n"
        "    joins:\n      known: {on: {number: number}}\n"
    )
    table = part("procedures", keys, code="'x'")
    [found] = served(tmp_path, tmp_path, table, {"act": "id INTEGER"}, {"act": [{"id": 1}]})
    assert found["patient_id"] == 1


def test_an_extract_that_has_none_of_them_is_told_by_their_names(tmp_path):
    keys = "    from: act\n    patient_id: either(number, other)\n"
    table = part("procedures", keys, code="'x'")
    (tmp_path / "ours.yaml").write_text(HEAD + table)
    kinds = {"person": "id INTEGER", "act": "id INTEGER"}
    with opened(tmp_path, {}, kinds, mapping=str(tmp_path / "ours.yaml")) as warehouse:
        told = warehouse.bound.tables["procedures"].served.problem
    assert told == "the database has none of number, other"


def test_people_whom_the_database_cant_tell_are_told_too(tmp_path):
    head = HEAD.replace("patient_id: id", 'patient_id: "either(number, other)"')
    (tmp_path / "ours.yaml").write_text(head + part("procedures", FROM.format("person")))
    kinds = {"person": "id INTEGER"}
    with opened(tmp_path, {}, kinds, mapping=str(tmp_path / "ours.yaml")) as warehouse:
        told = warehouse.bound.tables["procedures"].served.problem
    assert told == "the database has none of number, other"


# Years ---------------------------------------------------------------------------

YEARLY = part(
    "procedures",
    FROM.format('"T{yy}A"')
    + '    joins:\n      stay: {table: "T{yy}B", on: {stay: stay}}\n',
    code="together(stay.ward, '-{yyyy}-{yy}')",
    source_code="either(fine, 'none')",
)
YEARS = {
    "T09A": "id INTEGER, stay INTEGER",
    "T09B": "stay INTEGER, ward VARCHAR",
    "t10a": "id INTEGER, stay INTEGER, fine VARCHAR",
    "t10b": "stay INTEGER, ward VARCHAR",
    "T1XA": "id INTEGER",
}


def test_each_year_is_joined_with_its_own_tables(place, tmp_path):
    rows = {
        "T09A": [{"id": 1, "stay": 7}],
        "T09B": [{"stay": 7, "ward": "old"}],
        "t10a": [{"id": 1, "stay": 7, "fine": "yes"}],
        "t10b": [{"stay": 7, "ward": "new"}],
    }
    found = served(place, tmp_path, YEARLY, YEARS, rows)
    told = [(one["code"], one["source_code"]) for one in found]
    assert told == [("new-2010-10", "yes"), ("old-2009-09", "none")]


def test_a_model_without_any_year_isnt_served(tmp_path):
    (tmp_path / "ours.yaml").write_text(HEAD + YEARLY)
    mapping = str(tmp_path / "ours.yaml")
    with opened(tmp_path, {}, {"person": "id INTEGER"}, mapping=mapping) as warehouse:
        told = warehouse.bound.tables["procedures"].served.problem
    assert told == "the database has no table T{yy}A, of any year"


def test_a_year_may_be_what_a_name_has_besides(place, tmp_path):
    keys = FROM.format('"act[_{yyyy}]"') + (
        '    joins:\n      name: {table: "name[_{yyyy}]", on: {code: code}}\n'
    )
    table = part(
        "procedures", keys, code="name.said", source_code="together('y', '{yyyy}')"
    )
    act, name = "id INTEGER, code VARCHAR", "code VARCHAR, said VARCHAR"
    kinds = {"act": act, "act_2012": act, "name": name, "name_2012": name}
    rows = {
        "act": [{"id": 1, "code": "x"}],
        "act_2012": [{"id": 1, "code": "x"}],
        "name": [{"code": "x", "said": "now"}],
        "name_2012": [{"code": "x", "said": "then"}],
    }
    found = served(place, tmp_path, table, kinds, rows)
    told = {(one["code"], one["source_code"]) for one in found}
    assert told == {("now", None), ("then", "y2012")}


@pytest.mark.parametrize("there", [("known",), ("known_old",), ("known", "known_old")])
def test_a_table_and_its_archive_are_as_one(place, tmp_path, there):
    """With the columns that both have, of one type."""
    keys = FROM.format("act") + (
        '    joins:\n      known: {table: "known[_old]", on: {code: code}}\n'
    )
    table = part("procedures", keys, code="known.said")
    own = {"known": "other INTEGER, Said VARCHAR, code VARCHAR",
           "known_old": "code VARCHAR, said VARCHAR, other VARCHAR"}  # fmt: skip
    kinds = {"act": "id INTEGER, code VARCHAR", **{name: own[name] for name in there}}
    rows = {
        "act": [{"id": 1, "code": name} for name in own],
        **{name: [{"code": name, "said": name}] for name in there},
    }
    found = served(place, tmp_path, table, kinds, rows)
    assert {one["code"] for one in found} == {*there, None} - (
        {None} if len(there) == 2 else set()
    )


def test_everybody_is_in_a_table_of_people_and_its_archive(place, tmp_path):
    head = HEAD.replace("table: person", 'table: "person[_old]"')
    keys = FROM.format('"person[_old]"')
    table = part("patients", keys, sex="'unknown'")
    kinds = {"person": "id INTEGER", "person_old": "id INTEGER, name VARCHAR"}
    rows = {"person": [{"id": 1}], "person_old": [{"id": 2}]}
    found = served(place, tmp_path, table, kinds, rows, head)
    assert [one["patient_id"] for one in found] == [1, 2]


OPTIONAL = """\
  core.medications:
    union:
      - from: drug
        patient_id: id
        columns: {date: , dmd_code: code}
        optional: true
      - from: "drug{yyyy}"
        patient_id: id
        columns: {date: , dmd_code: code}
        optional: true
"""


@pytest.mark.parametrize(
    ("there", "codes", "absent"),
    [
        (("drug", "drug2020"), ["drug", "drug2020"], ()),
        (("drug",), ["drug"], ("the database has no table drug{yyyy}, of any year",)),
        (("drug2020",), ["drug2020"], ("the database has no table drug",)),
    ],
)
def test_what_is_optional_may_be_absent_and_the_check_says_so(
    tmp_path, there, codes, absent
):
    (tmp_path / "ours.yaml").write_text(HEAD + OPTIONAL)
    kinds = {"person": "id INTEGER", **dict.fromkeys(there, "id INTEGER, code VARCHAR")}
    rows = {"person": [{"id": 1}], **{name: [{"id": 1, "code": name}] for name in there}}
    mapping = str(tmp_path / "ours.yaml")
    with opened(tmp_path, rows, kinds, mapping=mapping) as warehouse:
        found = sorted(row["dmd_code"] for row in rows_of(warehouse, "core.medications"))
        [report] = [t for t in warehouse.check().tables if t.table == "core.medications"]
        told = [one.sentence for one in report.findings]
        assert warehouse.bound.tables["core.medications"].absent == absent
    assert found == codes
    assert len(told) == len(absent)
    assert all("isn't among its rows" in sentence for sentence in told)


def test_where_nothing_optional_is_there_the_table_is_missing(tmp_path):
    (tmp_path / "ours.yaml").write_text(HEAD + OPTIONAL)
    mapping = str(tmp_path / "ours.yaml")
    with opened(tmp_path, {}, {"person": "id INTEGER"}, mapping=mapping) as warehouse:
        served = warehouse.bound.tables["core.medications"].served
    assert served.state is State.MISSING
    assert served.problem.startswith("the database has no table drug; ")


# Mistakes ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (part("deaths", FROM.format('"T{y}"')), "in braces stands a year"),
        (part("deaths", FROM.format('"T{yy}{yyyy}"')), "a name has one year"),
        (part("deaths", FROM.format('"[T]"')), "may stand in [ ]"),
        (part("deaths", FROM.format('"T[a][b]"')), "may stand in [ ]"),
        (part("deaths", FROM.format("T") + "    joins: {j: {table: 'J{yy}', on: {}}}\n"),
         "J{yy} is one for each year, and T isn't"),
        (part("deaths", FROM.format("T") + "    present: [a b]\n"), "it can't be read"),
        (part("deaths", FROM.format("T") + "    optional: maybe\n"), "be true or false"),
        (part("deaths", FROM.format("T"), date="day_in(a, 'DD')"), "a day is written like"),
        (part("deaths", FROM.format("T") + "    joins: {j: {on: {a: 'first(a, b)'}}}\n"),
         "must be the name of a column, or a constant"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_with_its_line(table, words):
    with pytest.raises(WarehouseError) as refused:
        reading.read(HEAD + table, "ours.yaml")
    assert words in refused.value.problem
    assert refused.value.problem.startswith("line ")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[1600-01-01]", "[soon]", "must be a date like 1600-01-01"),
        ("Europe/Paris", "Paris", "must be a time zone's name"),
        ("table: person", 'table: "person{yy}"', "must be one table, or two"),
        ("patient_id: id", "patient_id: j.id", "must be of the table itself"),
    ],
)
def test_each_mistake_at_the_head_is_told(old, new, words):
    table = part("deaths", FROM.format("person"), date="died")
    with pytest.raises(WarehouseError) as refused:
        reading.read(HEAD.replace(old, new) + table, "ours.yaml")
    assert words in refused.value.problem
