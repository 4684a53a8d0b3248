"""A file without a claim can't be recomputed, so no machine lets it out."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import sqlite3
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from output_checker.opaque import content
from output_checker.report import Form, Verdict, Verification
from tests.a_cohort import DEFAULT, Desk, people
from tests.opaque_files import a_picture

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><text>7</text></svg>'


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path, people({("a",): 50, ("b",): 60}, "row"))


def found(desk, name, data, policy=DEFAULT):
    desk.write(f"output/{name}", data)
    file = desk.report(policy)[f"output/{name}"]
    assert (file.verification, file.table) == (Verification.OPAQUE, None)
    return file


def refused(desk, name, data, policy=DEFAULT):
    file = found(desk, name, data, policy)
    assert (file.verdict, file.rewritten) == (Verdict.FAIL, None)
    return file.findings


def written(write) -> bytes:
    """What a library writes to a file."""
    out = io.BytesIO()
    write(out)
    return out.getvalue()


def zipped(name: str) -> bytes:
    def write(out):
        with zipfile.ZipFile(out, "w") as file:
            file.writestr(name, "x")

    return written(write)


def a_tar(out):
    with tarfile.open(fileobj=out, mode="w") as file:
        file.addfile(tarfile.TarInfo("x"))


def a_database() -> bytes:
    with sqlite3.connect(":memory:") as base:
        base.execute("CREATE TABLE t (x)")
        return base.serialize()


FRAME = pd.DataFrame({"x": [1]})
FILES: dict[str, tuple[bytes, content.Kind]] = {
    "x.parquet": (written(FRAME.to_parquet), content.PARQUET),
    "x.feather": (
        written(lambda out: pa.feather.write_feather(FRAME, out)),
        content.ARROW,
    ),
    "x.dta": (written(lambda out: FRAME.to_stata(out, version=118)), content.STATISTICS),
    "x.npy": (written(lambda out: np.save(out, np.zeros(3))), content.ARRAYS),
    "x.pickle": (pickle.dumps(FRAME), content.PICKLE),
    "old.pkl": (pickle.dumps([1, 2], protocol=0), content.PICKLE),
    "x.rds": (gzip.compress(b"X\n\0\0\0\3"), content.ARCHIVE),
    "plain.rds": (b"X\n\0\0\0\3", content.R_OBJECTS),
    "x.rda": (b"RDX3\nX\n", content.R_OBJECTS),
    "x.sqlite": (a_database(), content.DATABASE),
    "x.xlsx": (zipped("xl/workbook.xml"), content.ZIP),
    "x.ods": (zipped("content.xml"), content.ZIP),
    "x.docx": (zipped("word/document.xml"), content.ZIP),
    "x.zip": (zipped("x.csv"), content.ZIP),
    "x.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), content.OFFICE),
    "x.gz": (gzip.compress(b"1,2"), content.ARCHIVE),
    "x.tar": (written(a_tar), content.ARCHIVE),
    "x.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(20), content.ARCHIVE),
    "x.zst": (b"\x28\xb5\x2f\xfd" + bytes(20), content.ARCHIVE),
    "x.pdf": (b"%PDF-1.7\n%", content.PDF),
    "late.pdf": (b"\n\n%PDF-1.7\n%", content.PDF),
    "x.svg": (SVG, content.MARKED_UP),
    "x.html": (b"<!DOCTYPE html><html><body>7</body></html>", content.MARKED_UP),
    "part.html": (b"see <table><tr><td>7</table>", content.MARKED_UP),
    "x.ipynb": (json.dumps({"cells": [], "nbformat": 4}).encode(), content.NOTEBOOK),
    "x.json": (b'[{"id": 7}]', content.JSON),
    "x.jsonl": (b'{"id": 7}\n{"id": 8}\n', content.JSON),
    "deep.json": (b"[" * 50_000 + b"]" * 50_000, content.JSON),
    "x.gif": (b"GIF89a" + bytes(20), content.PICTURE),
    "x.exe": (b"MZ\x90\0", content.PROGRAM),
    "x.so": (b"\x7fELF\2\1", content.PROGRAM),
    "x.sh": (b"#!/bin/sh\n", content.PROGRAM),
    "x.uu": (b"begin 644 x\n#;F5W\n", content.ENCODED),
    "x.bin": (b"\1\0\2\0", content.UNKNOWN),
}


@pytest.mark.parametrize("name", FILES)
def test_most_kinds_never_leave_and_are_known_by_their_bytes(desk, name):
    data, kind = FILES[name]
    assert content.kind_of(data) is kind
    (finding,) = (f for f in refused(desk, name, data) if f.check == "opaque")
    assert f"It is {kind.name}, which never leaves as it came: it {kind.why}." in (
        finding.reason
    )


@pytest.mark.parametrize("name", FILES)
def test_another_name_changes_nothing(desk, name):
    data, kind = FILES[name]
    assert any(kind.name in f.reason for f in refused(desk, "table.csv", data))


def test_nothing_packed_is_unpacked(desk):
    """Ten thousand million zeros, in ten million bytes."""
    bomb = gzip.compress(bytes(10_000_000))
    assert "packs other files" in refused(desk, "x.gz", bomb)[0].reason


@pytest.mark.parametrize("kind", content.KINDS)
def test_every_kind_has_its_word_and_its_endings(kind):
    assert kind.name
    assert kind.endings
    assert bool(kind.why) is (kind not in (content.TEXT, content.PNG, content.JPEG))


WORDS = ["Beta coefficients", "MZ twins", "BM", "ORCHID", "BZh is no word", "x"]


@pytest.mark.parametrize("word", WORDS)
def test_a_word_that_begins_like_a_signature_is_a_word(word):
    assert content.kind_of(f"{word}\nas written\n".encode()) is content.TEXT


@pytest.mark.parametrize("data", [b"BM\xff\xfe\x01\0", b"x\x9c\xed\xc1", b"BZh9\xff"])
def test_the_same_before_other_bytes_is_a_signature(data):
    assert content.kind_of(data).why


@pytest.mark.parametrize("text", ["[1] 0.5 0.7", "{ left", "a < b", "[INFO] done"])
def test_text_with_brackets_is_text(text):
    assert content.kind_of(text.encode()) is content.TEXT


MAY: dict[str, tuple[bytes, Form]] = {
    "x.csv": (b"sex,n\nfemale,120\nmale,340\n", Form.TABLE),
    "x.tsv": (b"sex\tn\nfemale\t120\nmale\t340\n", Form.TABLE),
    "x.txt": (b"R squared: 0.52\n", Form.TEXT),
    "x.log": (b"it is done\n", Form.TEXT),
    "x.png": (a_picture(), Form.PICTURE),
    "x.jpg": (a_picture("JPEG"), Form.PICTURE),
}


@pytest.mark.parametrize("name", MAY)
def test_a_table_a_text_or_a_picture_is_for_two_people_never_a_pass(desk, name):
    data, form = MAY[name]
    file = found(desk, name, data)
    assert (file.verdict, file.rewritten.form) == (Verdict.REVIEW, form)
    (finding,) = (f for f in file.findings if f.check == "opaque")
    assert "nothing of it was recomputed" in finding.reason
    assert ("figure=" in finding.remedy) is (form is Form.PICTURE)


@pytest.mark.parametrize("name", MAY)
def test_a_site_may_let_out_nothing_that_wasnt_recomputed(desk, name):
    data, form = MAY[name]
    strict = replace(DEFAULT, opaque_forms=())
    finding = refused(desk, name, data, strict)[0]
    assert f"By this site's policy no {form.value} leaves so." in finding.reason


def test_measures_are_known_for_what_they_are_and_stay(desk):
    head = "measure,interval_start,interval_end,ratio,numerator,denominator,sex"
    lines = [head, *(f"m,2024-01-{n},2024-01-{n},0.{n},{n}0,100," for n in range(10, 20))]
    first = refused(desk, "x.csv", "\n".join(lines).encode())[0]
    assert "measures stay inside" in first.reason
    assert "a dataset may have several periods" in first.remedy


def test_a_program_of_this_repository_is_known(desk):
    data = Path(content.__file__).read_bytes()
    assert any(f.check == "shape" for f in refused(desk, "content.txt", data))
