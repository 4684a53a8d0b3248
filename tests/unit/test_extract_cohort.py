"""A cohort file is there whole or not at all, sorted, each patient once, and says so."""

import hashlib
import json
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cohort_dsl import cohort_file, create_dataset
from cohort_dsl.cohort_file import GROUP, Columns
from cohort_dsl.errors import WarehouseError
from cohort_dsl.extract import extract
from cohort_dsl.load import question_of
from cohort_dsl.model import wire
from cohort_dsl.model.types import BOOL, DATE, FLOAT, INT, STR, code
from cohort_dsl.tables.contract import lab_results, patients
from cohort_dsl.tables.core import clinical_events
from cohort_dsl.warehouses import duckdb
from cohort_dsl.warehouses.rows import Rows

SHA = "0" * 64
SEXES = ["female", "male", "intersex", "unknown"]
TYPES = Columns({"patient_id": INT, "sex": STR})


def a_query():
    dataset = create_dataset()
    dataset.define_population(patients.sex.is_not_null())
    first = lab_results.sort_by(lab_results.date).first_for_patient()
    event = clinical_events.sort_by(clinical_events.date).first_for_patient()
    dataset.sex = patients.sex
    dataset.born = patients.date_of_birth
    dataset.labs = lab_results.count_for_patient()
    dataset.tested = lab_results.exists_for_patient()
    dataset.result = first.numeric_value
    dataset.event = event.snomedct_code
    return question_of(dataset)


def a_warehouse(query, tables):
    schemas = {schema.name: schema for schema in query.tables()}
    return duckdb.from_rows(tables, schemas)


def people(*ids):
    return {"patients": pa.table({"patient_id": list(ids), "sex": ["male"] * len(ids)})}


SCHEMA = pa.schema([("patient_id", pa.int64()), ("sex", pa.string())])


def rows(*batches, schema=SCHEMA):
    made = [
        pa.RecordBatch.from_pydict({"patient_id": ids, "sex": ["f"] * len(ids)}, schema)
        for ids in batches
    ]
    return Rows(schema, made)


def test_an_answer_becomes_a_file_with_real_types(tmp_path):
    query = a_query()
    born = pa.array([None, date(1950, 1, 2)], pa.date32())
    tables = {
        "patients": pa.table(
            {"patient_id": [2, 1], "sex": ["male", "female"], "date_of_birth": born}
        ),
        "lab_results": pa.table({"patient_id": [1], "numeric_value": [4.5]}),
        "core.clinical_events": pa.table({"patient_id": [1], "snomedct_code": ["7"]}),
    }
    with a_warehouse(query, tables) as warehouse:
        found = extract(query, warehouse, tmp_path / "cohort.parquet")
    table = pq.read_table(found.path)
    assert table.to_pylist() == [
        {"patient_id": 1, "sex": "female", "born": date(1950, 1, 2), "labs": 1,
         "tested": True, "result": 4.5, "event": "7"},
        {"patient_id": 2, "sex": "male", "born": None, "labs": 0,
         "tested": False, "result": None, "event": None},
    ]  # fmt: skip
    assert table.schema.types == [
        pa.int64(),
        pa.dictionary(pa.int8(), pa.string()),
        pa.date32(),
        pa.int8(),
        pa.bool_(),
        pa.float64(),
        pa.string(),
    ]
    assert found.rows == 2
    assert found.sha256 == hashlib.sha256(found.path.read_bytes()).hexdigest()
    assert found.query_sha256 == wire.query_hash(query)


def test_a_file_says_what_it_holds(tmp_path):
    query = a_query()
    with a_warehouse(query, people(1)) as warehouse:
        extract(query, warehouse, tmp_path / "cohort.parquet")
    said = json.loads(pq.read_schema(tmp_path / "cohort.parquet").metadata[b"strongroom"])
    assert said == {
        "format": "cohort",
        "version": 2,
        "query_sha256": wire.query_hash(query),
        "columns": [
            {"name": "patient_id", "type": "int"},
            {"name": "sex", "type": "str", "categories": SEXES},
            {"name": "born", "type": "date"},
            {"name": "labs", "type": "int"},
            {"name": "tested", "type": "bool"},
            {"name": "result", "type": "float"},
            {"name": "event", "type": "code:snomedct"},
        ],
    }
    described = cohort_file.describe(tmp_path / "cohort.parquet")
    assert described.query_sha256 == wire.query_hash(query)
    assert described.rows == 1
    assert dict(described.columns)["event"] == "code:snomedct"


def test_patients_may_be_known_by_texts(tmp_path):
    query = a_query()
    with a_warehouse(query, people("b", "a", "Z", "é")) as warehouse:
        extract(query, warehouse, tmp_path / "cohort.parquet")
    table = pq.read_table(tmp_path / "cohort.parquet")
    assert table.column("patient_id").to_pylist() == ["Z", "a", "b", "é"]
    assert cohort_file.describe(tmp_path / "cohort.parquet").columns["patient_id"] == "str"


def test_a_cohort_of_nobody_is_a_file_with_columns(tmp_path):
    query = a_query()
    with a_warehouse(query, {}) as warehouse:
        found = extract(query, warehouse, tmp_path / "cohort.parquet")
    assert found.rows == 0
    assert pq.read_schema(found.path).names[:2] == ["patient_id", "sex"]


def test_what_was_there_is_replaced(tmp_path):
    target = tmp_path / "cohort.parquet"
    target.write_text("old")
    (tmp_path / ".cohort.parquet.partial").write_text("left by a killed process")
    cohort_file.write(rows([1]), TYPES, target, SHA)
    assert cohort_file.describe(target).rows == 1
    assert list(tmp_path.iterdir()) == [target]


def test_only_its_owner_may_read_it(tmp_path):
    cohort_file.write(rows([1]), TYPES, tmp_path / "cohort.parquet", SHA)
    assert (tmp_path / "cohort.parquet").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "batches",
    [
        ([1, 1],),
        ([1, 2], [2, 3]),
        ([2, 1],),
        ([5], [4]),
        ([None, 1],),
        ([1], [None]),
    ],
)
def test_no_patient_comes_twice_out_of_order_or_without_an_id(tmp_path, batches):
    with pytest.raises(WarehouseError, match="several rows"):
        cohort_file.write(rows(*batches), TYPES, tmp_path / "cohort.parquet", SHA)
    assert list(tmp_path.iterdir()) == []


def test_other_columns_or_types_than_asked_for_are_refused(tmp_path):
    with pytest.raises(WarehouseError, match="other columns"):
        cohort_file.write(
            rows([1]), Columns({"patient_id": INT, "age": INT}), tmp_path / "c.parquet", SHA
        )
    with pytest.raises(WarehouseError, match="other types") as refused:
        cohort_file.write(
            rows([1]),
            Columns({"patient_id": INT, "sex": DATE}),
            tmp_path / "c.parquet",
            SHA,
        )
    assert refused.value.__cause__ is None
    assert list(tmp_path.iterdir()) == []


def test_types_that_an_engine_words_otherwise_are_made_ours(tmp_path):
    theirs = pa.schema([("patient_id", pa.int32()), ("sex", pa.large_string())])
    given = rows([1], schema=theirs)
    found = cohort_file.write(given, TYPES, tmp_path / "c.parquet", SHA)
    assert pq.read_table(found.path).schema.types == [pa.int64(), pa.string()]


def test_the_same_rows_give_the_same_bytes_however_they_come(tmp_path):
    ids = list(range(GROUP + 10))
    whole = cohort_file.write(rows(ids), TYPES, tmp_path / "a.parquet", SHA)
    parts = [ids[:1], [], ids[1:70_001], ids[70_001:]]
    split = cohort_file.write(rows(*parts), TYPES, tmp_path / "b.parquet", SHA)
    assert whole.sha256 == split.sha256
    assert pq.read_metadata(split.path).num_row_groups == 2


def test_an_answer_that_breaks_off_leaves_what_was_there(tmp_path):
    def breaking():
        yield from rows([1, 2]).reveal()
        raise OSError("Conversion Error: could not convert 'measles' to INT32")

    target = tmp_path / "cohort.parquet"
    target.write_text("old")
    with pytest.raises(WarehouseError) as refused:
        cohort_file.write(Rows(SCHEMA, breaking()), TYPES, target, SHA)
    assert "measles" not in str(refused.value)
    assert refused.value.__suppress_context__
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_is_not_there_is_no_warehouses_fault(tmp_path):
    with pytest.raises(FileNotFoundError):
        cohort_file.write(rows([1]), TYPES, tmp_path / "no" / "cohort.parquet", SHA)


@pytest.mark.parametrize(
    "said",
    [
        None,
        {},
        {"format": "cohort", "version": 1},
        {"format": "cohort", "version": 2, "query_sha256": SHA, "columns": []},
        {"format": "cohort", "version": 2, "query_sha256": SHA, "columns": [7]},
        [],
    ],
)
def test_any_other_parquet_file_is_no_cohort(tmp_path, said):
    metadata = {} if said is None else {"strongroom": json.dumps(said)}
    table = pa.table({"patient_id": [1]}).replace_schema_metadata(metadata)
    pq.write_table(table, tmp_path / "other.parquet")
    with pytest.raises(WarehouseError, match="no cohort file"):
        cohort_file.describe(tmp_path / "other.parquet")


@pytest.mark.parametrize("content", [None, b"", b"PAR1" + b"\0" * 100 + b"PAR1"])
def test_anything_else_is_no_cohort_either(tmp_path, content):
    if content is not None:
        (tmp_path / "file").write_bytes(content)
    with pytest.raises(WarehouseError, match="no cohort file"):
        cohort_file.describe(tmp_path / "file")


def test_every_type_has_its_word_and_column(tmp_path):
    types = {"patient_id": INT, "a": BOOL, "b": FLOAT, "c": code("icd10"), "d": DATE}
    fields = [("patient_id", pa.int64()), ("a", pa.bool_()), ("b", pa.float64()),
              ("c", pa.string()), ("d", pa.date32())]  # fmt: skip
    schema = pa.schema(fields)
    cohort_file.write(Rows(schema, []), Columns(types), tmp_path / "cohort.parquet", SHA)
    described = cohort_file.describe(tmp_path / "cohort.parquet")
    assert list(described.columns.values()) == [
        "int",
        "bool",
        "float",
        "code:icd10",
        "date",
    ]
