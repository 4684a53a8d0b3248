"""What Stata can't hold is refused in words, and never cut."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

from cohort_dsl import cohort_file, formats
from cohort_dsl.cohort_file import Columns
from cohort_dsl.errors import DefinitionError
from cohort_dsl.formats import stata
from cohort_dsl.model.types import FLOAT, INT, STR
from cohort_dsl.warehouses.rows import Rows

SHA = "0" * 64


def written(tmp_path, kind, values, name="x", categories=()):
    columns = Columns(
        {"patient_id": INT, name: kind}, {name: categories} if categories else {}
    )
    table = pa.table({"patient_id": range(len(values)), name: values}, columns.schema)
    target = tmp_path / "cohort.dta"
    return cohort_file.write(Rows(table.schema, table.to_batches()), columns, target, SHA)


@pytest.mark.parametrize(
    ("kind", "values", "problem"),
    [
        (STR, ["é" * 1_100], "a string of more than 2045 bytes, in x"),
        (INT, [2**53 + 1], "an int beyond 2\\^53, in x"),
        (INT, [-(2**60)], "an int beyond 2\\^53, in x"),
        (FLOAT, [-1e308], "a number beyond 2\\^1023, in x"),
    ],
)
def test_values_that_stata_has_not_are_refused(tmp_path, kind, values, problem):
    with pytest.raises(DefinitionError, match=problem):
        written(tmp_path, kind, values)
    assert list(tmp_path.iterdir()) == []


def test_a_long_category_is_a_long_string(tmp_path):
    with pytest.raises(DefinitionError, match="a string of more than"):
        written(tmp_path, STR, ["a" * 3_000], categories=("b",))


@pytest.mark.parametrize("name", ["x" * 33, "class", "str7", "with"])
def test_names_that_stata_has_not_are_refused_before_anything_is_asked(tmp_path, name):
    with pytest.raises(DefinitionError, match="can't hold the name"):
        cohort_file.must_suit(tmp_path / "c.dta", Columns({"patient_id": INT, name: INT}))


def test_too_many_columns_or_cells_are_refused(tmp_path, monkeypatch):
    many = {f"x{n}": INT for n in range(stata.MOST_COLUMNS + 1)}
    with pytest.raises(DefinitionError, match="more than 32767 columns"):
        cohort_file.must_suit(tmp_path / "c.dta", Columns(many))
    monkeypatch.setattr(stata, "MOST_CELLS", 3)
    with pytest.raises(DefinitionError, match="more than 3 values"):
        written(tmp_path, INT, [1, 2])


def test_pandas_has_no_name_to_change():
    """It would put other names for words of Stata's, and only warn."""
    from pandas.io.stata import StataWriter

    writer = StataWriter("unwritten", pd.DataFrame({"x": [1]}))
    words = {word for word in writer.RESERVED_WORDS if word[0] != "_" and word != "str#"}
    assert words <= stata.RESERVED


@pytest.mark.parametrize("values", [[], [None, None]])
def test_nobodys_values_are_written_too(tmp_path, values):
    for kind, categories in ((STR, ("a", "b")), (STR, ()), (INT, ()), (FLOAT, ())):
        found = pd.read_stata(written(tmp_path, kind, values, categories=categories).path)
        assert list(found.columns) == ["patient_id", "x"]
        assert len(found) == len(values)


def test_a_name_without_a_format_is_refused(tmp_path):
    with pytest.raises(DefinitionError, match="no format") as refused:
        cohort_file.must_suit(tmp_path / "cohort.xlsx", Columns({"patient_id": INT}))
    assert all(end in refused.value.remedy for end in formats.FORMATS)
