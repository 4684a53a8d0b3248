"""Columns are told apart as their file tells them apart, by case too; DuckDB wouldn't."""

import hashlib

import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from output_checker.report import Verdict, Verification
from output_checker.verify import cohort, derived, reading
from output_checker.verify.cohort import Dataset
from tests.a_cohort import EXACT, Desk

FRAME = pd.DataFrame(
    {
        "Patient_ID": [n % 3 for n in range(120)],
        "patient_id": range(1, 121),
        "w": [n % 4 for n in range(120)],
        "W": ["low" if n % 5 else "high" for n in range(120)],
        "w_1": [n % 2 == 0 for n in range(120)],
    }
)
WRITERS = {
    "x.parquet": lambda path: FRAME.to_parquet(path),
    "x.feather": lambda path: feather.write_feather(
        pa.table(FRAME), path, compression="uncompressed"
    ),
    "x.csv": lambda path: FRAME.to_csv(path, index=False),
    "x.csv.gz": lambda path: FRAME.to_csv(path, index=False),
    "x.dta": lambda path: FRAME.to_stata(path, write_index=False, version=118),
}


def dataset(path, **more):
    return Dataset(path, hashlib.sha256(path.read_bytes()).hexdigest(), **more)


@pytest.mark.parametrize("name", WRITERS)
def test_names_that_differ_by_case_are_two_columns_in_every_format(tmp_path, name):
    WRITERS[name](tmp_path / name)
    with cohort.opened(dataset(tmp_path / name)) as found:
        assert [*found.columns] == [*FRAME.columns]
        for column, expected in (("w", 4), ("W", 2), ("w_1", 2), ("Patient_ID", 3)):
            ((count,),) = found.ask(
                f"SELECT count(DISTINCT {found.sql(column)}) FROM cohort"
            )
            assert count == expected
        assert found.ask("SELECT max(patient_id) FROM cohort") == [(120,)]


@pytest.mark.parametrize("table", [{"rows": "w"}, {"rows": "W"}, {"rows": ["W", "w"]}])
def test_claims_about_either_are_verified(tmp_path, table):
    desk = Desk(tmp_path, FRAME)
    desk.crosstab(**table, where=[("w", "<", 3), ("W", "is present")])
    file = desk.file(EXACT)
    assert file.verification is Verification.VERIFIED
    assert file.verdict is Verdict.PASS


def test_a_frame_that_keeps_one_of_them_has_it_from_the_cohort(tmp_path):
    desk = Desk(tmp_path, FRAME)
    made = tmp_path / "made.parquet"
    FRAME[["patient_id", "W"]].assign(w=7).to_parquet(made)
    of = (dataset(desk.dataset),)
    with derived.opened(dataset(made, of=of), keep=["W"]) as found:
        assert found.made == {"w"}
        kept = cohort.provider_of("W")
        ((alike,),) = found.ask(
            f"SELECT count(*) FROM cohort WHERE {found.sql('W')} = {found.sql(kept)}"
        )
        assert alike == 120


@pytest.mark.parametrize(
    ("names", "here"),
    [
        (["a", "b"], ["a", "b"]),
        (["w", "W"], ["w (1)", "W (2)"]),
        (["w", "W", "w (1)"], ["w (1) (1)", "W (2)", "w (1)"]),
        (["PATIENT_ID", "patient_id"], ["PATIENT_ID (1)", "patient_id"]),
        (["a", "a"], ["a (1)", "a (2)"]),
    ],
)
def test_what_columns_are_called_in_sql(names, here):
    found = reading.told_apart(names)
    assert found == here
    assert len({name.lower() for name in found}) == len(names)


def test_what_is_inside_of_a_column_is_no_column(tmp_path):
    inside = pa.array([{"w": 1, "in": {"x": 2}}, None])
    table = pa.table({"patient_id": [1, 2], "W": inside, "w": [[1, 2], []], "z": [1, 2]})
    pq.write_table(table, tmp_path / "x.parquet")
    with cohort.opened(dataset(tmp_path / "x.parquet")) as found:
        assert [*found.columns] == ["patient_id", "W", "w", "z"]
        assert found.ask(f"SELECT sum({found.sql('z')}) FROM cohort") == [(3,)]


def test_two_columns_of_the_very_same_name_are_known_by_their_places(tmp_path):
    table = pa.table([pa.array([1, 2]), pa.array([3, 4]), pa.array(["a", "b"])],
                     names=["patient_id", "a", "a"])  # fmt: skip
    pq.write_table(table, tmp_path / "x.parquet")
    with cohort.opened(dataset(tmp_path / "x.parquet")) as found:
        assert [*found.columns] == ["patient_id", "a (2)", "a (3)"]


def test_a_name_in_a_csv_file_that_is_empty_is_duckdbs(tmp_path):
    (tmp_path / "x.csv").write_text("patient_id,,w\n1,2,3\n")
    with cohort.opened(dataset(tmp_path / "x.csv")) as found:
        assert len(found.columns) == 3
        assert {"patient_id", "w"} < {*found.columns}
