"""Queries as JSON: what is written, and what is refused from anybody's hand."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from cohort_dsl import create_dataset
from cohort_dsl.errors import QueryError
from cohort_dsl.language.dataset import query_of
from cohort_dsl.model import nodes, types, wire
from cohort_dsl.model.measures import Measure, Measures
from cohort_dsl.model.promises import Promises
from cohort_dsl.model.query import DummyData, Interval, Query
from cohort_dsl.model.types import Column, TableSchema
from cohort_dsl.tables.contract import diagnoses, patients

PEOPLE = nodes.Table(
    TableSchema("t", (Column("x", types.INT, "unsaid"), Column("d", types.DATE)), True)
)
X = nodes.SelectColumn(PEOPLE, "x")
UNPROMISED = {"categories": [], "not_null": False, "promises": {}}
THERE = nodes.Exists(PEOPLE)


def a_document() -> Any:
    query = Query(THERE, {"x": X}, dummy_data=DummyData(7))
    return json.loads(wire.dumps(query))


def test_a_query_is_written_flat_with_parts_before_wholes():
    query = Query(nodes.LessOrEqual(X, nodes.Value(3, types.INT)), {"x": X})
    assert json.loads(wire.dumps(query)) == {
        "format": "strongroom-query",
        "version": 2,
        "tables": [
            {
                "name": "t",
                "one_row_per_patient": True,
                "columns": [
                    {"name": "x", "type": "int", **UNPROMISED},
                    {"name": "d", "type": "date", **UNPROMISED},
                ],
            }
        ],
        "nodes": [
            {"Table": {"table": 0}},
            {"SelectColumn": {"source": 0, "name": "x"}},
            {"Value": {"value": 3, "value_type": "int"}},
            {"LessOrEqual": {"left": 1, "right": 2}},
        ],
        "dataset": {
            "population": 3,
            "variables": [{"name": "x", "series": 1}],
            "event_tables": [],
            "periods": [],
        },
        "measures": None,
        "permissions": [],
        "dummy_data": None,
    }


def test_what_is_read_is_what_was_written():
    day = nodes.SelectColumn(PEOPLE, "d")
    values = {
        "in": nodes.IsIn(day, frozenset({date(2024, 1, 1), date(2023, 1, 1)})),
        "none": nodes.IsIn(day, frozenset()),
        "map": nodes.MapValues(
            day,
            ((date(2024, 1, 1), 1.0), (date(2023, 1, 1), None)),
            nodes.Null(types.FLOAT),
        ),
        "days": nodes.MapValues(nodes.Value(1, types.INT), ((1, date.min),), day),
        "text": nodes.Value("é\n\U0001f600", types.STR),
        "code": nodes.Value("A10", types.code("atc")),
        "float": nodes.Value(1e300, types.FLOAT),
        "large": nodes.Value(-(2**63), types.INT),
        "null": nodes.Null(types.BOOL),
    }
    query = Query(THERE, values, dummy_data=DummyData(7))
    read = wire.loads(wire.dumps(query))
    assert read == query
    assert list(read.variables) == list(values)


def test_equal_questions_have_equal_bytes_and_hashes():
    def asked() -> Query:
        dataset = create_dataset()
        dataset.define_population(patients.sex == "female")
        dataset.n = diagnoses.where(diagnoses.code.is_in(["b", "a"])).count_for_patient()
        return query_of(dataset)

    assert wire.dumps(asked()) == wire.dumps(asked())
    assert wire.query_hash(asked()) == wire.query_hash(wire.loads(wire.dumps(asked())))
    assert len(wire.query_hash(asked())) == 64


def test_what_a_table_says_of_itself_is_no_part_of_the_question():
    assert b"unsaid" not in wire.dumps(Query(THERE, {"x": X}))


def test_a_query_of_many_nodes_is_read_without_recursion():
    total: nodes.Series = X
    for n in range(3_000):
        total = nodes.Add(total, nodes.Value(n, types.INT))
    query = Query(THERE, {"total": total})
    assert wire.loads(wire.dumps(query)) == query


def refused(document: Any) -> QueryError:
    with pytest.raises(QueryError) as caught:
        wire.loads(json.dumps(document).encode())
    assert caught.value.where.startswith("query, ")
    assert caught.value.__suppress_context__
    return caught.value


FORGED = [
    # Not the format
    ("version", 1, "rule on const"),
    ("format", "other", "rule on const"),
    ("extra", 1, "rule on additionalProperties"),
    ("nodes", [{}], "rule on minProperties"),
    ("nodes", [{"Table": {"table": 0}, "Exists": {"source": 0}}], "rule on maxProperties"),
    ("nodes", [{"Series": {}}], "rule on additionalProperties"),
    ("nodes", [{"Table": {"table": 0, "sql": ""}}], "rule on additionalProperties"),
    ("nodes", [{"Table": {}}], "rule on required"),
    ("nodes", [{"Table": {"table": 0}}] * 100_001, "rule on maxItems"),
    ("tables", [{"name": "a;b"}], "rule on"),
    ("permissions", ["a b"], "rule on pattern"),
    ("dummy_data", {"population_size": 0}, "rule on anyOf"),
    ("dummy_data", {"population_size": 1, "constraint": 2}, "one yes or no a patient"),
    ("dummy_data", {"population_size": 1.0, "constraint": None}, "at least one patient"),
    # Well formed, and without meaning
    ("nodes", [{"Table": {"table": 1}}], "refers to table 1"),
    ("nodes", [{"Exists": {"source": 0}}], "refers to 0, which isn't there before it"),
    ("permissions", ["a", "a"], "two permissions have the same name"),
    ("dataset", None, "either for a dataset or for measures"),
]


@pytest.mark.parametrize(("key", "value", "problem"), FORGED)
def test_a_forged_document_is_refused(key, value, problem):
    assert problem in refused(a_document() | {key: value}).problem


DATASETS = [
    ("population", -1, "rule on anyOf"),
    ("population", "1", "rule on anyOf"),
    ("extra", 1, "rule on anyOf"),
    ("variables", [{"name": "x\n", "series": 1}], "rule on anyOf"),
    ("variables", [{"name": "x" * 129, "series": 1}], "rule on anyOf"),
    ("variables", [{"name": "x", "series": 1, "as": 2}], "rule on anyOf"),
    ("periods", [["2024-01-01"]], "rule on anyOf"),
    ("periods", [["2024-01-01", "2024-1-31"]], "rule on anyOf"),
    ("event_tables", [{"name": "e"}], "rule on anyOf"),
    ("population", 99, "refers to 99, which isn't there"),
    ("population", 1.0, "refers to 1.0, which isn't there"),
    ("population", 0, "refers to 0, which is no series"),
    ("population", 2, "one yes or no a patient"),
    ("variables", [{"name": "patient_id", "series": 2}], "same name"),
    ("variables", [{"name": "a", "series": 2}, {"name": "A", "series": 2}], "same name"),
    ("variables", [{"name": "a", "series": 2}] * 2, "a is there twice"),
    ("periods", [["2024-01-31", "2024-01-01"]], "ends before"),
    ("periods", [["2024-01-01", "2024-02-30"]], "2024-02-30 is no date"),
    ("periods", [["2024-01-01", "2024-01-31"]] * 2, "a period is there twice"),
    ("event_tables", [{"name": "e", "columns": []}], "no column of many rows"),
    ("event_tables", [{"name": "e", "columns": []}] * 2, "e is there twice"),
]


@pytest.mark.parametrize(("key", "value", "problem"), DATASETS)
def test_a_forged_dataset_is_refused(key, value, problem):
    document = a_document()
    document["dataset"][key] = value
    assert problem in refused(document).problem


MEASURES = [
    ("name", "a b", "rule on anyOf"),
    ("intervals", [["2024-01-01", None]], "rule on anyOf"),
    ("extra", 1, "rule on anyOf"),
    ("numerator", 2, "the numerator of m is no yes or no, or count, a patient"),
    ("denominator", 0, "refers to 0, which is no series"),
    ("group_by", [{"name": "Ratio", "series": 1}], "have the same name"),
    ("group_by", [{"name": "a", "series": 1}] * 2, "m's group a is there twice"),
    ("intervals", [], "has no interval"),
    ("intervals", [["2024-01-31", "2024-01-01"]], "ends before"),
    ("intervals", [["2024-01-01", "2024-02-30"]], "2024-02-30 is no date"),
]


def a_measures_document() -> Any:
    may = Interval(date(2024, 5, 1), date(2024, 5, 31))
    day = nodes.SelectColumn(PEOPLE, "d")
    measure = Measure("m", THERE, THERE, {"day": day}, (may,))
    return json.loads(wire.dumps(Measures((measure,))))


@pytest.mark.parametrize(("key", "value", "problem"), MEASURES)
def test_a_forged_measure_is_refused(key, value, problem):
    document = a_measures_document()
    document["measures"]["measures"][0][key] = value
    assert problem in refused(document).problem


def test_measures_beside_a_dataset_are_refused():
    document = a_measures_document() | {"dataset": a_document()["dataset"]}
    assert "either for a dataset or for measures" in refused(document).problem


NODES = [
    ({"Exists": {"source": 2}}, "refers to 2, which is no frame"),
    ({"Not": {"operand": 0}}, "refers to 0, which is no series"),
    ({"Not": {"operand": 2}}, "not needs bool, got int"),
    ({"SelectColumn": {"source": 0, "name": "zz"}}, "has no column zz"),
    ({"SelectColumn": {"source": 0, "name": "x; --"}}, "rule on pattern"),
    ({"Filter": {"source": 0, "condition": 1}}, "can't be filtered"),
    ({"And": {"operands": [1]}}, "two operands or more"),
    ({"Case": {"whens": [[1]], "otherwise": 1}}, "rule on minItems"),
    ({"Value": {"value": 1, "value_type": "float"}}, "a int is no float"),
    ({"Value": {"value": 1.0, "value_type": "int"}}, "a float is no int"),
    ({"Value": {"value": True, "value_type": "int"}}, "a bool is no int"),
    ({"Value": {"value": 2**63, "value_type": "int"}}, "a int is no int"),
    ({"Value": {"value": "2024-02-30", "value_type": "date"}}, "a str is no date"),
    ({"Value": {"value": "20240101", "value_type": "date"}}, "a str is no date"),
    ({"Value": {"value": "a\0b", "value_type": "str"}}, "a str is no str"),
    ({"Value": {"value": "\ud800", "value_type": "str"}}, "a str is no str"),
    ({"Value": {"value": None, "value_type": "str"}}, "rule on type"),
    ({"Value": {"value": "x", "value_type": "code:"}}, "rule on pattern"),
    ({"Value": {"value": "x", "value_type": "int:a"}}, "rule on pattern"),
    ({"IsIn": {"operand": 2, "values": ["1"]}}, "a str is never among int"),
    ({"IsIn": {"operand": 2, "values": [[1]]}}, "rule on type"),
    ({"MapValues": {"operand": 2, "pairs": [], "default": 2}}, "needs a value to map"),
    ({"MapValues": {"operand": 2, "pairs": [[1]], "default": 2}}, "rule on minItems"),
    ({"MapValues": {"operand": 2, "pairs": [[1, 2, 3]], "default": 2}}, "rule on items"),
    ({"MapValues": {"operand": 2, "pairs": [[None, 2]], "default": 2}}, "rule on type"),
    ({"MapValues": {"operand": 2, "pairs": [["1", 2]], "default": 2}}, "a str is no int"),
    ({"MapValues": {"operand": 2, "pairs": [[1, 2.0]], "default": 2}}, "a float is no int"),
    (
        {"MapValues": {"operand": 2, "pairs": [[1, 2], [1, 2]], "default": 2}},
        "names a value twice",
    ),
    ({"AddDuration": {"operand": 2, "amount": 2, "unit": "days"}}, "needs date"),
    ({"ToFirstOf": {"operand": 2, "unit": "weeks"}}, "rule on enum"),
]


@pytest.mark.parametrize(("node", "problem"), NODES)
def test_a_forged_node_is_refused(node, problem):
    document = a_document()
    document["nodes"].append(node)
    assert problem in refused(document).problem


def _promise(promises: dict[str, object]) -> dict[str, object]:
    return {"columns": [{"name": "x", "promises": promises}]}


TABLES = [
    (_promise({"minimum": 3, "maximum": 2}), "no value lies between 3 and 2"),
    (_promise({"pattern": "("}), "( is no regular expression"),
    (_promise({"first_of_month": True}), "an order, are of dates"),
    (_promise({"after": ["x"]}), "an order, are of dates"),
    (_promise({"step": 2}), "steps are whole numbers above 0"),
    (_promise({"first_of_month": False}), "rule on const"),
    (_promise({"colour": 1}), "rule on additionalProperties"),
    ({"columns": [{"name": "patient_id"}]}, "goes without saying"),
    ({"columns": [{"name": "x"}, {"name": "x"}]}, "names a column twice"),
    ({"name": "a..b"}, "rule on pattern"),
    ({"name": "a\n"}, "rule on pattern"),
]


@pytest.mark.parametrize(("change", "problem"), TABLES)
def test_a_forged_table_is_refused(change, problem):
    document = a_document()
    column = {"type": "int", **UNPROMISED}
    if "columns" in change:
        change = {"columns": [column | one for one in change["columns"]]}
    document["tables"][0] |= change
    assert problem in refused(document).problem


def test_what_only_made_up_patients_are_made_for_is_written_and_no_part_of_the_question():
    other = nodes.Exists(nodes.Table(TableSchema("other", (), one_row_per_patient=False)))
    query = Query(THERE, {}, dummy_data=DummyData(7, other))
    again = wire.loads(wire.dumps(query))
    assert again == query
    assert again.dummy_data.constraint == other
    assert [table.name for table in again.tables()] == ["t"]


def test_what_a_column_promises_is_read_as_it_was_written():
    promises = Promises(first_of_month=True, unique=True, after=("b",))
    numbers = Promises(minimum=0, maximum=1.5)
    columns = (
        Column("a", types.DATE, promises=promises),
        Column("b", types.DATE),
        Column("n", types.FLOAT, promises=numbers),
        Column("i", types.INT, promises=Promises(minimum=2, step=3)),
        Column("s", types.STR, promises=Promises(pattern="[a-z]+")),
    )
    schema = TableSchema("t", columns, one_row_per_patient=True)
    query = Query(nodes.Exists(nodes.Table(schema)), {})
    assert wire.loads(wire.dumps(query)).tables() == (schema,)


def test_two_tables_of_one_name_are_refused():
    document = a_document()
    document["tables"].append(document["tables"][0] | {"columns": []})
    document["nodes"].append({"Table": {"table": 1}})
    document["nodes"].append({"Exists": {"source": len(document["nodes"]) - 1}})
    document["dataset"]["variables"][0]["series"] = len(document["nodes"]) - 1
    assert refused(document).problem == "two different tables have the same name"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"{",
        b"[" * 200_000,
        b'{"version":NaN}',
        b'{"version":1,"version":1}',
        b'{"version":' + b"9" * 5_000 + b"}",
    ],
)
def test_what_is_no_json_of_ours_is_refused(data):
    with pytest.raises(QueryError, match="not JSON that we wrote"):
        wire.loads(data)


def test_too_much_is_refused_unread():
    with pytest.raises(QueryError, match="larger than 64 MB"):
        wire.loads(b" " * (wire.MAX_BYTES + 1))


def test_a_number_that_overflows_is_refused():
    data = wire.dumps(Query(THERE, {"f": nodes.Value(1.5, types.FLOAT)}))
    with pytest.raises(QueryError, match="a float is no float"):
        wire.loads(data.replace(b"1.5", b"1e999"))


def test_a_refusal_names_the_node():
    document = a_document()
    document["nodes"].append({"Not": {"operand": 2}})
    assert refused(document).where == "query, node 3 (Not)"
