"""The cohort file: what extractions write, analyses read and the checker counts again."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from cohort_dsl import cohort_file, formats
from cohort_dsl.cohort_file import Columns
from cohort_dsl.model.types import BOOL, DATE, FLOAT, INT, STR, code
from cohort_dsl.warehouses.rows import Rows
from output_checker.check import Dataset, check
from output_checker.claims import bands, crosstab, is_present, summary, year
from output_checker.policy import ready_made
from output_checker.report import Verification
from output_checker.verify import cohort

SUFFIXES = list(formats.FORMATS)
SHA = "0" * 64
SEXES = ("female", "male", "unknown")
COLUMNS = Columns(
    {
        "patient_id": INT,
        "sex": STR,
        "ward": STR,
        "code": code("icd10"),
        "age": INT,
        "visits": INT,
        "ill": BOOL,
        "dead": BOOL,
        "weight": FLOAT,
        "seen": DATE,
        "nothing": STR,
    },
    {"sex": SEXES},
)
N = 400
DATA = {
    "patient_id": list(range(1, N + 1)),
    "sex": [[*SEXES, None][n % 4] for n in range(N)],
    "ward": [["T", "F"][n // 7 % 2] for n in range(N)],
    "code": [["E10", 'say "1,2"', None][n % 3] for n in range(N)],
    "age": [None if n % 11 == 0 else n % 90 for n in range(N)],
    "visits": [n * n for n in range(N)],
    "ill": [[True, False, None][n % 3] for n in range(N)],
    "dead": [n % 5 == 0 for n in range(N)],
    "weight": [None if n % 7 == 0 else 50 + n / 8 for n in range(N)],
    "seen": [None if n % 6 == 0 else date(2010 + n % 9, 1 + n % 12, 3) for n in range(N)],
    "nothing": [None] * N,
}


def extracted(target: Path) -> Path:
    table = pa.table(DATA, COLUMNS.schema)
    answer = Rows(table.schema, table.to_batches(90))
    return cohort_file.write(answer, COLUMNS, target, SHA).path


def frame(path: Path) -> pd.DataFrame:
    """As an analysis in Python reads it."""
    match path.name.partition(".")[2]:
        case "parquet":
            return pd.read_parquet(path)
        case "feather" | "arrow":
            return pyarrow.feather.read_feather(path)
        case "dta":
            return pd.read_stata(path)
        case _:
            return pd.read_csv(path, parse_dates=["seen"])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_analyses_read_what_was_asked_for(tmp_path: Path, suffix: str) -> None:
    found = frame(extracted(tmp_path / f"cohort{suffix}"))
    assert list(found.columns) == list(DATA)
    assert found.isna().sum().to_dict() | {"code": 0, "nothing": 0} == {
        name: sum(value is None for value in values) for name, values in DATA.items()
    } | {"code": 0, "nothing": 0}
    assert found["patient_id"].tolist() == DATA["patient_id"]
    assert found["weight"].dropna().tolist() == [w for w in DATA["weight"] if w]
    days = [str(day)[:10] for day in found["seen"].dropna()]
    assert days == [day.isoformat() for day in DATA["seen"] if day]
    assert found["sex"].dropna().tolist() == [sex for sex in DATA["sex"] if sex]
    assert set(found["code"].dropna()) - {""} == {"E10", 'say "1,2"'}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_checker_counts_again_what_an_analysis_counted(
    tmp_path: Path, suffix: str
) -> None:
    """In whatever format: a claim is about exactly the file that the analysis read."""
    name = f"cohort{suffix}"
    path = extracted(tmp_path / name)
    people = frame(path)
    told = {"frame": people, "dataset": name, "folder": tmp_path}
    tables = [
        {"rows": "sex", "columns": "dead"},
        {"rows": "ward", "columns": "ill", "where": [("sex", "in", ["female", "male"])]},
        {"rows": [bands("age", [18, 40]), is_present("weight")]},
        {"rows": year("seen"), "where": [("seen", ">=", "2012-01-01")]},
        {"rows": "code"},
    ]
    names = [f"t{n}.csv" for n in range(len(tables))]
    for table, to in zip(tables, names, strict=True):
        crosstab(path=to, **told, **table)  # type: ignore[arg-type]
    summary(value="visits", by="sex", path="mean.csv", **told)  # type: ignore[arg-type]
    names.append("mean.csv")
    known = {name: Dataset(path, cohort_file.sha256(path))}
    report = check(tmp_path, names, known, ready_made("default"), "job1")
    untrue = {
        file.path: [finding.reason for finding in file.findings]
        for file in report.files
        if file.verification is not Verification.VERIFIED
    }
    assert untrue == {}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_checker_sees_plain_types(tmp_path: Path, suffix: str) -> None:
    path = extracted(tmp_path / f"cohort{suffix}")
    with cohort.opened(Dataset(path, cohort_file.sha256(path))) as found:
        assert set(found.columns.values()) <= cohort.KNOWN
        words = {n for n, kind in found.columns.items() if kind == "VARCHAR"}
    assert words - {"nothing"} == {"sex", "ward", "code"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_rows_give_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    """In every format, so that a hash says whether a cohort is another."""
    (tmp_path / "again").mkdir()
    one = extracted(tmp_path / f"cohort{suffix}")
    other = extracted(tmp_path / "again" / f"cohort{suffix}")
    assert one.read_bytes() == other.read_bytes()


def test_csv_is_as_readr_pandas_and_stata_read_it_best(tmp_path: Path) -> None:
    plain = extracted(tmp_path / "cohort.csv").read_text()
    lines = plain.splitlines()
    assert lines[0].startswith('"patient_id","sex","ward"')
    assert lines[2] == '2,"male","T","say ""1,2""",1,1,false,false,50.125,2011-02-03,'
    assert lines[4] == '4,,"T","E10",3,9,true,false,50.375,2013-04-03,'
    assert gzip.decompress(extracted(tmp_path / "c.csv.gz").read_bytes()) == plain.encode()


def test_pandas_reads_categories_as_such(tmp_path: Path) -> None:
    for suffix in (".parquet", ".feather", ".dta"):
        sex = frame(extracted(tmp_path / f"cohort{suffix}"))["sex"]
        assert list(sex.cat.categories) == list(SEXES)


@pytest.mark.parametrize("suffix", [".parquet", ".feather"])
def test_a_file_that_keeps_types_describes_itself(tmp_path: Path, suffix: str) -> None:
    found = cohort_file.describe(extracted(tmp_path / f"cohort{suffix}"))
    assert found.rows == N
    assert dict(found.categories) == {"sex": SEXES}
    assert found.columns["code"] == "code:icd10"


def test_ints_are_as_narrow_as_their_values(tmp_path: Path) -> None:
    schema = pq.read_schema(extracted(tmp_path / "cohort.parquet"))
    assert schema.field("age").type == pa.int8()
    assert schema.field("visits").type == pa.int32()
    assert schema.field("patient_id").type == pa.int64()
