"""A file's name must say what its bytes are."""

import pytest

from output_checker.checks.mislabelled import check
from output_checker.report import Verdict
from tests.opaque_files import a_picture, told

TEXT, PNG, JPEG = b"a,b\n1,2\n", a_picture(), a_picture("JPEG")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.csv", TEXT),
        ("x.TSV", TEXT),
        ("x.txt", TEXT),
        ("x.log", TEXT),
        ("x.png", PNG),
        ("x.jpeg", JPEG),
        ("x.xlsx", b"PK\x03\x04"),
    ],
)
def test_a_name_that_is_right_is_right(name, data):
    assert told(check, name, data) == []


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("x.png", TEXT, "By its bytes this file is text; its name says that it is a PNG"),
        ("x.png", JPEG, "is a JPEG picture; its name says that it is a PNG picture"),
        ("x.csv", PNG, "is a PNG picture; its name says that it is text"),
        ("x.csv", b"PK\x03\x04", "is a packed file, as office documents are; its name"),
        ("x.parquet", TEXT, "is text; its name says that it is a Parquet file"),
        ("x", TEXT, "is text; its name says nothing that is known here"),
        ("x.unheard-of", TEXT, "its name says nothing that is known here"),
        ("x.csv.gz", TEXT, "its name says that it is a packed file"),
    ],
)
def test_a_name_that_isnt_is_refused(name, data, reason):
    ((verdict, said),) = told(check, name, data)
    assert verdict is Verdict.FAIL
    assert reason in said
