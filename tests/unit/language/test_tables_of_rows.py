"""Tables whose rows come with the definition: how they are written, read and refused."""

from __future__ import annotations

import datetime
import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cohort_dsl import create_dataset, load, testing
from cohort_dsl.codes import SNOMEDCTCode
from cohort_dsl.errors import DefinitionError, QueryError, WarehouseError
from cohort_dsl.language import inline
from cohort_dsl.model import wire
from cohort_dsl.tables import (
    EventFrame,
    PatientFrame,
    Series,
    table,
    table_from_file,
    table_from_rows,
)


@table
class people(PatientFrame):
    age = Series(int)


class Kinds(EventFrame):
    yes = Series(bool)
    n = Series(int)
    f = Series(float)
    s = Series(str)
    d = Series(datetime.date)
    c = Series(SNOMEDCTCode)


LINES = """\
patient_id,d,c,n,f,s,yes,unasked
1,2024-01-31,73211009,7,1.5, x ,T,z
1,,,,,,,
2,2024-02-01,22298006,-1,2,y,false,
"""


def cells(frame: Any) -> Any:
    return frame.node_.cells


def refused(make: Any, problem: str) -> DefinitionError:
    with pytest.raises(DefinitionError, match=problem) as caught:
        make()
    assert "test_tables_of_rows.py line" in caught.value.where
    return caught.value


def written(folder: Path, text: str, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_read_by_the_types_of_its_columns(tmp_path):
    found = table_from_file(written(tmp_path, LINES))(Kinds)
    first, empty, last = cells(found)
    assert first == (1, True, 7, 1.5, "x", date(2024, 1, 31), "73211009")
    assert empty == (1, None, None, None, None, None, None)
    assert last == (2, False, -1, 2.0, "y", date(2024, 2, 1), "22298006")


def test_a_packed_file_is_read_too(tmp_path):
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress(LINES.encode()))
    assert len(cells(table_from_file(path)(Kinds))) == 3


def test_a_file_may_be_declared_by_its_columns_alone(tmp_path):
    path = written(tmp_path, "patient_id,age\n0012,40\n3,50\n")
    found = table_from_file(path, columns={"age": int})
    assert cells(found) == (("0012", 40), ("3", 50))
    assert repr(found.age) == "<a series of whole numbers (one a patient)>"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "has no column patient_id"),
        ("patient_id,agee\n1,2\n", "has no column age"),
        ("patient_id,age\n1\n", "line 2: it has too few fields"),
        ("patient_id,age\n,3\n", "line 2: no patient_id"),
        ("patient_id,age\n1,old\n", "line 2, age: no value among whole numbers"),
        ("patient_id,age\n1,2\n1,3\n", "a patient has several rows"),
        ('patient_id,age\n1,"2\n', "is no CSV file"),
    ],
)
def test_a_file_that_is_wrong_is_told_with_its_line(tmp_path, text, problem):
    path = written(tmp_path, text)
    refused(lambda: table_from_file(path, {"age": int}), problem)


def test_a_code_that_is_none_is_told_with_its_line(tmp_path):
    path = written(tmp_path, LINES.replace("73211009", "J45"))
    told = refused(lambda: table_from_file(path)(Kinds), "line 2, c: .*is no SNOMED CT")
    assert "A SNOMED CT code is" in told.remedy


def test_files_that_cannot_be_read_are_told(tmp_path):
    refused(lambda: table_from_file(tmp_path / "no.csv")(Kinds), "there is no file")
    refused(lambda: table_from_file(written(tmp_path, "", "a.txt"))(Kinds), "no CSV file")
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(b"no gzip")
    refused(lambda: table_from_file(broken)(Kinds), "can't be read as CSV")
    latin = tmp_path / "latin.csv"
    latin.write_bytes("patient_id,é\n".encode("latin-1"))
    refused(lambda: table_from_file(latin)(Kinds), "can't be read as CSV")


def test_rows_that_are_too_large_are_refused_before_they_are_held(tmp_path, monkeypatch):
    monkeypatch.setattr(inline, "MOST_BYTES", 100)
    packed = tmp_path / "bomb.csv.gz"
    packed.write_bytes(gzip.compress(b"patient_id,age\n" + b"1,2\n" * 10_000))
    refused(lambda: table_from_file(packed, {"age": int}), "too large to travel")
    rows = [(n, 1) for n in range(50)]
    refused(lambda: table_from_rows(type(people), rows), "too large to travel")


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([(1,)], "row 1 of people doesn't have 2 values"),
        ([3], "row 1 of people doesn't have 2 values"),
        ("1,2", "rows are a list, not a str"),
        ([(None, 2)], "row 1 of people has no patient_id"),
        ([{"age": 2}], "row 1 of people has no patient_id"),
        ([{"patient_id": 1, "agee": 2}], "has no column agee"),
        ([(1, 2), (2, "x")], "row 2 of people, age: "),
        ([(1, 2), ("a", 3)], "some patient_ids are numbers and some are text"),
        ([(1, 2), (1, 3)], "a patient has several rows"),
        ([(2**70, 2)], "a row is a patient_id and a value for each column"),
    ],
)
def test_rows_that_are_wrong_are_told_with_their_number(rows, problem):
    refused(lambda: table_from_rows(type(people), rows), problem)


def test_rows_stand_above_a_class_or_beside_it():
    rows = [{"patient_id": 1, "age": 3}]
    assert cells(table_from_rows(rows)(type(people))) == ((1, 3),)
    assert cells(table_from_rows(type(people), rows)) == ((1, 3),)
    assert cells(table_from_rows(type(people), [])) == ()
    refused(lambda: table_from_rows(rows)(list), "@table needs a class")


def a_query(ids: list[int | str]) -> Any:
    given = table_from_rows(type(people), [(one, 1) for one in ids])
    dataset = create_dataset()
    dataset.define_population(given.exists_for_patient() | people.exists_for_patient())
    dataset.age = given.age
    return load.question_of(dataset)


def test_ids_of_another_kind_than_the_warehouses_are_told():
    query, rows = a_query(["a"]), {"people": [{"patient_id": 1}]}
    with (
        testing.in_memory(a_query([1]), rows) as warehouse,
        pytest.raises(WarehouseError) as caught,
        warehouse.ask(query),
    ):
        pass
    told = "have text as patient_id, and this warehouse has whole numbers"
    assert told in caught.value.problem
    with pytest.raises(DefinitionError, match="some are strs"):
        testing.evaluate(query, rows, "reference")


@pytest.mark.parametrize("engine", ["reference", "duckdb"])
def test_ids_may_be_text(engine):
    rows = {"people": [{"patient_id": "b"}]}
    found = testing.evaluate(a_query(["a"]), rows, engine)
    assert found == [{"patient_id": "a", "age": 1}, {"patient_id": "b", "age": None}]


def test_rows_travel_with_the_question(tmp_path):
    given = table_from_file(written(tmp_path, LINES))(Kinds)
    dataset = create_dataset()
    dataset.define_population(given.exists_for_patient())
    dataset.n = given.where(given.d > "2024-01-01").n.sum_for_patient()
    query = load.question_of(dataset)
    assert wire.loads(wire.dumps(query)) == query


@pytest.mark.parametrize("row", [[1], [None, 1], [1, "x"], [True, 1], [1, 2**70]])
def test_rows_that_somebody_changed_on_the_way_are_refused(row):
    document = json.loads(wire.dumps(a_query([1])))
    [inline_table] = [n["InlineTable"] for n in document["nodes"] if "InlineTable" in n]
    inline_table["cells"] = [row]
    with pytest.raises(QueryError):
        wire.loads(json.dumps(document).encode())
