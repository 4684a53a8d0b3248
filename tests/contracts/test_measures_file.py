"""The measures file: what the warehouse side writes, analyses and reviewers read."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from cli.compose.checking import rounding_of
from cohort_dsl import INTERVAL, create_measures, measures_file, testing
from cohort_dsl.disclosure import Rounding
from cohort_dsl.errors import DefinitionError
from cohort_dsl.extract import measure
from cohort_dsl.model import wire
from cohort_dsl.tables.contract import diagnoses as events
from cohort_dsl.tables.contract import patients
from output_checker import policy
from output_checker.suppress.rounding import rounded

RULE = Rounding("default", 10, 5)
NEAREST = {"policy": "default", "threshold": 10, "base": 5}


def asked(*, exact: bool = False):
    measures = create_measures()
    seen = events.where(events.date.is_during(INTERVAL))
    measures.define_defaults(
        denominator=patients.sex.is_not_null(),
        intervals=[("2024-01-01", "2024-01-31")],
    )
    measures.define_measure("seen", seen.exists_for_patient())
    measures.define_measure(
        "times",
        seen.count_for_patient(),
        group_by={"old": patients.date_of_birth < "1960-01-01"},
    )
    measures.configure_disclosure_control(enabled=not exact)
    return testing.measures_of(measures)


TABLES = {
    "patients": [
        {"patient_id": n, "sex": "female", "date_of_birth": date(1950 + n, 1, 1)}
        for n in range(23)
    ],
    "diagnoses": [
        {"patient_id": n % 12, "date": date(2024, 1, 1 + n % 31)} for n in range(43)
    ],
}

EXACT = """\
measure,interval_start,interval_end,ratio,numerator,denominator,old
seen,2024-01-01,2024-01-31,0.5217391304347826,12,23,
times,2024-01-01,2024-01-31,0.46153846153846156,6,13,false
times,2024-01-01,2024-01-31,3.7,37,10,true
"""
SHOWN = """\
measure,interval_start,interval_end,ratio,numerator,denominator,old
seen,2024-01-01,2024-01-31,0.4,10,25,
times,2024-01-01,2024-01-31,0.0,0,15,false
times,2024-01-01,2024-01-31,3.5,35,10,true
"""


def written(target: Path, *, exact: bool = False) -> Path:
    measures = asked(exact=exact)
    with testing.in_memory(measures, TABLES) as warehouse:
        made = measure(measures, warehouse, target, RULE)
    assert (made.path, made.rows) == (target, 3)
    assert target.stat().st_mode & 0o777 == 0o600
    return target


def test_numbers_are_shown_as_the_policy_says(tmp_path):
    """Of 12 patients who were seen 10 are shown; 6 times are too few to be."""
    assert written(tmp_path / "m.csv").read_text() == SHOWN


def test_without_disclosure_control_numbers_are_as_they_are(tmp_path):
    assert written(tmp_path / "m.csv", exact=True).read_text() == EXACT


def test_packed_it_is_the_same_and_has_the_same_bytes_each_time(tmp_path):
    first = written(tmp_path / "a.csv.gz").read_bytes()
    assert gzip.decompress(first).decode() == SHOWN
    assert written(tmp_path / "b.csv.gz").read_bytes() == first


def told(metadata: dict[bytes, bytes]):
    return json.loads(metadata[b"strongroom"])


@pytest.mark.parametrize("name", ["m.parquet", "m.arrow", "m.feather"])
def test_files_with_types_say_what_was_done_to_them(tmp_path, name):
    path = written(tmp_path / name)
    table = (pq.read_table if name == "m.parquet" else feather.read_table)(path)
    assert table.column("numerator").to_pylist() == [10, 0, 35]
    assert table.column("old").to_pylist() == [None, False, True]
    assert table.schema.field("interval_start").type == pa.date32()
    assert told(table.schema.metadata) == {
        "format": "measures",
        "version": 1,
        "query_sha256": wire.query_hash(asked()),
        "rounding": {**NEAREST, "midpoint": False},
    }
    exact = written(tmp_path / f"exact-{name}", exact=True)
    schema = (pq.read_schema if name == "m.parquet" else _arrow_schema)(exact)
    assert told(schema.metadata)["rounding"] is None


def _arrow_schema(path: Path) -> pa.Schema:
    return pa.ipc.open_file(path).schema


def test_another_ending_is_refused_and_nothing_is_left(tmp_path):
    with pytest.raises(DefinitionError, match="no measures are written"):
        written(tmp_path / "m.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("base", [1, 5, 6])
@pytest.mark.parametrize("scheme", policy.SCHEMES)
@pytest.mark.parametrize("name", ["default", "opensafely"])
def test_counts_are_rounded_as_in_the_checkers_tables(name, scheme, base):
    rules = replace(policy.ready_made(name), rounding=scheme, round_to=base)
    ours = rounding_of(rules)
    for count in range(rules.threshold, 200):
        assert ours.shown(count, count) == rounded(count, rules)
    assert {ours.shown(count, count) for count in range(rules.threshold)} == {0}


def test_a_number_that_few_patients_make_up_is_hidden_however_large():
    assert RULE.shown(400, 9) == 0
    assert RULE.shown(400, 10) == 400
    assert RULE.shown(-3, 30) == 0
    assert RULE.shown(-402, 30) == -400
    assert RULE.shown(None, 30) is None


def test_a_rounding_that_hides_nothing_is_none():
    with pytest.raises(ValueError, match="above 0"):
        Rounding("none", 0, 5)


def test_a_rounding_says_what_it_does():
    assert str(RULE) == "numbers below 10 are 0, others are rounded to 5 (policy default)"


def test_every_ending_has_its_writer():
    for ending, found in measures_file.WRITERS.items():
        assert measures_file.writer(Path(f"m{ending}")) is found
