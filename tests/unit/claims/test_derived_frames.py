"""A frame of one's own is written as the checker will read it."""

import hashlib

import duckdb
import pandas as pd
import pytest

from output_checker.claims import derived
from output_checker.errors import ClaimError

FRAME = pd.DataFrame({"patient_id": [1, 2], "quintile": [1.0, None], "old": [True, None]})


def test_the_hash_is_that_of_the_file(tmp_path):
    told = derived(FRAME, path="output/d.parquet", folder=tmp_path)
    data = (tmp_path / "output/d.parquet").read_bytes()
    assert told == hashlib.sha256(data).hexdigest()


def test_whole_numbers_stay_whole_where_some_are_missing(tmp_path):
    derived(FRAME, path="d.parquet", folder=tmp_path)
    kept = pd.read_parquet(tmp_path / "d.parquet")
    assert [str(kind) for kind in kept.dtypes] == ["Int64", "Int64", "boolean"]


def test_dates_stay_dates_and_categories_words(tmp_path):
    days = pd.to_datetime(["2020-01-01", None])
    frame = FRAME.assign(seen=pd.Series(days).dt.date, sex=pd.Categorical(["f", "m"]))
    derived(frame, path="d.parquet", folder=tmp_path)
    with duckdb.connect() as own:  # other tests may use the one of the whole process
        found = own.sql(f"DESCRIBE FROM '{tmp_path}/d.parquet'").fetchall()
    assert {row[0]: row[1] for row in found if row[0] in ("seen", "sex")} == {
        "seen": "DATE",
        "sex": "VARCHAR",
    }


@pytest.mark.parametrize(
    ("frame", "path"),
    [
        (FRAME, "d.csv"),
        (FRAME.drop(columns="patient_id"), "d.parquet"),
        (FRAME.assign(patient_id=1), "d.parquet"),
    ],
)
def test_what_could_not_be_claimed_about_is_refused(tmp_path, frame, path):
    with pytest.raises(ClaimError):
        derived(frame, path=path, folder=tmp_path)
