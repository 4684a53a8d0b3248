"""A job's files become one report: every file once, none by way of a link."""

import hashlib

import pyarrow.parquet as pq
import pytest

from output_checker import report_json, report_text
from output_checker.check import Dataset, check
from output_checker.report import Verdict, Verification
from tests.a_cohort import DEFAULT, EXACT, Desk, people


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path, people({("a",): 4, ("b",): 60, ("c",): 70}, "row"))
    desk.crosstab(rows="row", figure="bar")
    return desk


def test_claims_are_part_of_their_tables_report(desk):
    report = desk.report()
    assert list(report) == ["output/t.csv"]
    assert report["output/t.csv"].claim_sha256


def test_a_claim_is_found_even_if_it_isnt_named_as_an_output(desk):
    file = desk.file(files=["output/t.csv"])
    assert file.verification is Verification.VERIFIED


def test_a_claim_without_its_table_is_refused(desk):
    (desk.folder / "output/t.csv").unlink()
    file = desk.report()["output/t.claim.json"]
    assert (file.verdict, file.table) == (Verdict.FAIL, None)


def test_a_broken_claim_is_refused(desk):
    desk.write("output/t.claim.json", b"{")
    file = desk.file()
    assert (file.verdict, file.verification) == (Verdict.FAIL, Verification.UNVERIFIABLE)


def test_a_file_that_is_a_link_or_gone_is_refused(desk):
    (desk.folder / "output/link.csv").symlink_to("/etc/passwd")
    report = desk.report(files=["output/link.csv", "output/gone.csv", "../t.csv"])
    assert [file.verdict for file in report.values()] == [Verdict.FAIL] * 3


def test_one_bad_file_doesnt_hide_the_others(desk):
    desk.write("output/x.csv", b"\x00")
    report = desk.report()
    assert report["output/x.csv"].verdict is Verdict.FAIL
    assert report["output/t.csv"].table is not None


def test_the_released_table_carries_its_figure_and_its_words(desk):
    table = desk.file().table
    assert (table.figure, table.kind, table.unit) == ("bar", "crosstab", "patients")
    assert (table.dimensions, table.measures) == (("row",), ("n",))


def test_the_same_outputs_give_the_same_report(desk):
    def once():
        files = ["output/t.csv"]
        return check(desk.folder, files, {}, DEFAULT, "job-1")

    assert report_json.dumps(once()) == report_json.dumps(once())


READABLE = """
output/t.csv: review (verified)
  review: Levels of row belong to fewer than 10 patients. Their counts are hidden, but \
their names would show that somebody has them.
    where: a
    attack: a: from 1 to 9 of 134 patients, as nobody names a level that no one has: \
whoever knows a person so rare learns that they are among these
    Merge rare levels in the cohort definition, or explain that these names are common \
knowledge.
  pass: Cells that count fewer than 10 patients, or are empty in a group of so few, are \
hidden: 1.
    where: a
    attack: a: 134 (total) less 70 shown beside it is 64 for 2 hidden ones together; all \
that is shown leaves 1 to 63
    To show more, use fewer or wider groups, or a larger population.
  pass: Totals and other cells, here or in the job's other tables, would give hidden cells \
away, so further ones are hidden: 1. No cheaper choice keeps them safe.
    where: b
    attack: b: were it shown, 134 (total) less it and less 70 shown beside it would be the \
number of a alone
    To show more, leave out totals (margins=False) or use wider groups.
  Patients by row (patients; everyone in the cohort)
    row    n
    a      hidden, primary between 1 and 63
    b      hidden, complementary between 1 and 63
    c      70
    total  134
  Counts from 1 to 9 are hidden, and further cells so that they can't be worked out.

output/x.png: refused (opaque)
  refused: By its bytes this file is text; its name says that it is a PNG picture.
    Let the name of such a file end with one of .csv, .tsv, .txt, .log.
  review: No claim says what this file is, so nothing of it was recomputed. What would \
leave was written anew from what could be read of it: look at each of its lines.
    Make the numbers with the function that fits (crosstab() or histogram() for counts, \
summary() for means, percentiles(), rates(), survival() for life tables, regression() for \
models) from output_checker.claims, which writes the claim beside them. Mark what isn't \
meant to leave as highly_sensitive.
  review: Patients' numbers are so short, or so many, that counts look like them: nobody \
can tell whether some stand in this file.
    attack: 134 patients' numbers have fewer than 4 characters; of the others 0 are found, \
and of any digits about 0.0 would be: a list of patients could look so
    Look for lists of them. Count people in groups instead of naming them.
"""


def test_a_report_reads_well_on_a_terminal(desk):
    desk.write("output/x.png", b"?")
    datasets = {"output/dataset.parquet": Dataset(desk.dataset, desk.sha256)}
    files = ["output/t.csv", "output/x.png"]
    report = check(desk.folder, files, datasets, EXACT, "job-1")
    assert "\n".join(report_text.lines(report)) == READABLE.strip()


def test_one_table_that_nothing_left_before_is_not_compared(tmp_path):
    """Whom it counts is asked for neither: its cells are protected."""
    desk = Desk(tmp_path, people({("a",): 30, ("b",): 50}, "row"))
    desk.crosstab(rows="row")
    assert "differencing" not in {f.check for f in desk.file().findings}


def with_a_broken_column(tmp_path):
    """A cohort whose column of costs can't be read from the file."""
    frame = people({("a", 1): 30, ("b", 2): 50}, "row", "cost")
    desk = Desk(tmp_path, frame.assign(cost=[n * 1.37 for n in range(80)]))
    chunk = pq.ParquetFile(desk.dataset).metadata.row_group(0).column(2)
    data = bytearray(desk.dataset.read_bytes())
    start = chunk.dictionary_page_offset or chunk.data_page_offset
    data[start : start + chunk.total_compressed_size] = b"?" * chunk.total_compressed_size
    desk.dataset.write_bytes(data)
    desk.sha256 = hashlib.sha256(data).hexdigest()
    return desk


def test_a_column_that_no_claim_names_is_not_read(tmp_path):
    desk = with_a_broken_column(tmp_path)
    desk.crosstab(rows="row")
    assert desk.file().verification is Verification.VERIFIED


def test_beside_a_file_without_a_claim_all_columns_are(tmp_path):
    desk = with_a_broken_column(tmp_path)
    desk.crosstab(rows="row")
    desk.write("output/notes.txt", b"plain words")
    assert desk.file().verification is Verification.UNVERIFIABLE


def test_claims_that_are_no_claims_are_told_each_by_itself(tmp_path):
    desk = Desk(tmp_path, people({("a",): 30, ("b",): 50}, "row"))
    desk.crosstab(rows="row")
    desk.write("output/u.csv", b"row,n\n")
    desk.write("output/u.claim.json", b"{")
    report = desk.report()
    assert report["output/u.csv"].verification is Verification.UNVERIFIABLE
    assert report["output/t.csv"].verification is Verification.VERIFIED
