"""A check tells what gets lost, which codes there are, who is left out; and shows it."""

from __future__ import annotations

import re
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import duckdb
import pytest

from cli.compose import covering
from cohort_dsl import create_dataset, warehouses
from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings import coding, report_html
from cohort_dsl.mappings.report import Finding, Status
from cohort_dsl.tables.contract import lab_results, patients
from cohort_dsl.testing import query_of
from output_checker import policy
from tests import a_mapped_h2
from tests.an_omop import (
    HEAD_OF_OURS,
    TABLES,
    built,
    on_server,
    opened,
    settings,
    what_a_check_finds,
)

TODAY = date(2024, 1, 1)
CANARY = "CANARYBIRD"
OURS = """\
  patients:
    from: person
    patient_id: person_id
    columns: {date_of_birth: born, sex: "'unknown'", date_of_death: open_end(died)}
  lab_results:
    from: lab
    patient_id: person_id
    columns:
      date: day
      code: code
      vocabulary: vocabulary
      source_code: code
      numeric_value: first(value, other)
      operator:
      text_value:
      unit:
      reference_low:
      reference_high:
      visit_id:
"""
PHYSICAL = {
    "person": "person_id BIGINT, born VARCHAR, died VARCHAR",
    "lab": "person_id BIGINT, day VARCHAR, code VARCHAR, vocabulary VARCHAR, "
    "value VARCHAR, other VARCHAR",
    "opposed": "person_id VARCHAR, note VARCHAR",
}
PEOPLE = [{"person_id": n, "born": "1950-01-01", "died": "2999-01-01"} for n in (1, 2, 3)]


def checked(tmp_path, rows, words=""):
    ours = tmp_path / "ours.yaml"
    ours.write_text(HEAD_OF_OURS + OURS + words, encoding="utf-8")
    database = built(tmp_path / "w.duckdb", {"person": PEOPLE, **rows}, PHYSICAL)
    with warehouses.open(settings(database, mapping=str(ours)), TODAY) as warehouse:
        return warehouse.check(TODAY)


def column(report, table, name):
    [found] = [one for one in report.tables if one.table == table]
    return next(one for one in found.columns if one.column == name)


def sentences(report, table, name):
    return [(f.status, f.sentence) for f in column(report, table, name).findings]


def labs(**columns):
    """Four rows, with these values."""
    values = [
        dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)
    ]
    return {"lab": [{"person_id": 1, **one} for one in values]}


def test_the_share_that_can_not_be_read_is_told(tmp_path):
    """It would be missing to every study, and nobody would know why."""
    rows = labs(
        day=["2020-01-01", "01/02/2020", "", None],
        value=["1.5", "many", None, "2"],
        other=[None, None, "few", None],
    )
    report = checked(tmp_path, rows)
    told = "50 % of what stands there can't be read as a date, and is missing."
    assert sentences(report, "lab_results", "date") == [(Status.WARNING, told)]
    told = "50 % of what stands there can't be read as a number, and is missing."
    assert sentences(report, "lab_results", "numeric_value") == [(Status.WARNING, told)]
    assert column(report, "lab_results", "date").filled == 25


def test_a_type_that_does_not_fit_is_wrong(tmp_path):
    report = checked(tmp_path, labs(day=["20200101.0", "soon"], value=["1", "2"]))
    told = "Its type doesn't fit: nothing that stands there can be read as a date."
    assert (Status.WRONG, told) in sentences(report, "lab_results", "date")
    assert not report.ok


@pytest.mark.parametrize("engine", ["duckdb", "postgresql"])
def test_where_a_column_stands_is_told_and_whether_it_may_be_missing(
    request, engine, tmp_path
):
    """So a custodian sees what a mapping has taken for what."""
    place = tmp_path if engine == "duckdb" else request.getfixturevalue("postgres")
    born = {"person": "person_id BIGINT NOT NULL, born DATE NOT NULL, died DATE"}
    ours = tmp_path / "ours.yaml"
    ours.write_text(HEAD_OF_OURS + OURS, encoding="utf-8")
    with opened(place, {}, PHYSICAL | born, mapping=str(ours)) as warehouse:
        report = warehouse.check(TODAY)
    assert list(map(str, column(report, "patients", "date_of_birth").stands)) == [
        "person.born DATE NOT NULL"
    ]
    assert column(report, "patients", "sex").stands == ()
    both = column(report, "lab_results", "numeric_value").stands
    assert [one.column for one in both] == ["lab.value", "lab.other"]
    died = "  date_of_death              ok       person.died DATE NULL"
    assert died in report.lines()
    assert "<td>person.died DATE NULL</td>" in report_html.checked(report, TODAY)


def test_an_open_end_is_not_lost(tmp_path):
    told = [(Status.WARNING, "No row has a value.")]
    assert sentences(checked(tmp_path, {}), "patients", "date_of_death") == told


def test_codes_are_told_by_their_vocabulary_and_whether_they_look_like_its_codes(tmp_path):
    rows = labs(
        code=["718-7", "718", "21.9", "E11.9", CANARY, "x"],
        vocabulary=["LOINC", "loinc", "CIM10", "CIM10", CANARY, None],
    )
    report = checked(tmp_path, rows)
    told = {c.vocabulary: (c.share, c.recognised) for c in _codes(report)}
    assert told == {
        "CIM10": (33, 50),
        "LOINC": (33, 50),
        "none": (17, None),
        "others": (17, None),
    }
    assert CANARY not in str(report.as_json()) + "".join(report.lines()) + repr(report)
    said = " ".join(sentence for _, sentence in sentences(report, "lab_results", "code"))
    assert "50 % of its LOINC codes aren't a number, a hyphen and a check digit" in said


def _codes(report):
    return column(report, "lab_results", "code").codes


def test_every_vocabulary_we_name_has_a_coding_system():
    for name in coding.VOCABULARIES:
        known = coding.system(name)
        assert known is not None
        assert coding.VOCABULARIES[coding.vocabulary_of(known.system)] == known.system


def test_outside_no_share_of_few_rows_is_told(tmp_path):
    """Of four rows a quarter is one."""
    rows = labs(day=["2020-01-01", "01/02/2020", "", None], value=["1.5", "many", "1", "2"])
    report = checked(tmp_path, rows)
    assert " % " in str(report.as_json())
    told = report.for_outside()
    assert " % " not in str(told.as_json())
    assert {one.filled for table in told.tables for one in table.columns} == {None}
    assert [one.status for one in told.tables] == [one.status for one in report.tables]
    [lost] = sentences(told, "lab_results", "numeric_value")
    assert lost == (
        Status.WARNING,
        "Some of what stands there can't be read as a number, and is missing.",
    )
    large = replace(report, tables=(replace(report.tables[0], rows=1_000),))
    assert large.for_outside() == large
    few = Finding(Status.WRONG, "Less than 1 % of rows have a value that isn't known.")
    small = replace(report.tables[0], rows=990, findings=(few,))
    [shown] = replace(report, tables=(small,)).for_outside().tables
    assert shown.findings[0].sentence == "Some rows have a value that isn't known."


OPPOSED = "opposition: [{from: opposed, patient_id: person_id}]\n"


def test_the_opposition_filter_is_told_with_how_many_it_leaves_out(tmp_path):
    rows = {"opposed": [{"person_id": "2"}], **labs(value=["1"])}
    report = checked(tmp_path, rows, OPPOSED)
    assert report.lines()[0] == "Opposition filter applied: about 10 patients left out."
    assert report.as_json()["opposition"] is True
    assert report.ok is not None
    [told] = report.as_json()["left_out"]
    assert (told["name"], told["status"], told["people"]) == ("opposition", "ok", 10)


def test_a_mapping_without_one_is_told_too(tmp_path):
    report = checked(tmp_path, {})
    assert report.opposition.startswith("No opposition filter")
    assert report.as_json()["opposition"] is False


def test_where_nobody_is_served_there_is_nothing_to_describe(tmp_path):
    tables = {n: c for n, c in TABLES.items() if n != "person"}
    refused = pytest.raises(WarehouseError, match="nobody's rows are served")
    with opened(tmp_path, {}, tables) as warehouse, refused:
        warehouse.coverage(TODAY)


def test_a_filter_that_can_not_be_applied_is_not_told_as_none(tmp_path):
    """Nor sixteen times over: no table is served, and for one reason."""
    report = checked(tmp_path, {}, OPPOSED.replace("opposed", "oposed"))
    why = (
        "who is left out (opposition): the database has no table oposed (it has opposed) "
        "(ours.yaml, line 25)"
    )
    assert report.lines() == [
        f"Nobody's rows are served: {why}.",
        "",
        "The warehouse, mapped as ours, isn't ready: nobody is served.",
    ]
    assert {table["status"] for table in report.as_json()["tables"]} == {"missing"}
    assert report.as_json()["nobody"] == why
    assert "rows are served: who is left out" in report_html.checked(report)


def test_the_last_line_names_what_is_not_ready(tmp_path):
    rows = {"opposed": [{"person_id": "77"}]}
    report = checked(tmp_path, rows, OPPOSED)
    *_, last = report.lines()
    assert last.startswith(
        "The warehouse, mapped as ours, isn't ready: opposition, visits,"
    )
    assert "Wrong or missing: opposition, visits," in report_html.checked(report)


def test_who_is_left_out_is_not_counted_in_any_table(tmp_path):
    """Twenty rows of one person are gone, and so is that row that was odd."""
    rows = {
        "opposed": [{"person_id": "2"}],
        "lab": [{"person_id": 2, "day": "nonsense", "code": "x", "vocabulary": "LOINC"}]
        * 20,
    }
    report = checked(tmp_path, rows, OPPOSED)
    [labs_told] = [one for one in report.tables if one.table == "lab_results"]
    assert labs_told.rows == 0
    assert _codes(report) == ()
    assert sentences(report, "lab_results", "date") == []


@pytest.mark.parametrize(
    ("days", "status", "told"),
    [
        (["01/02/2021"], Status.WRONG, "Nothing that stands in ends can be read as a date"),
        (["01/02/2021", "2021-02-01"], Status.WARNING, "50 % of what stands in ends can't"),
        (["2021-02-01", None], Status.OK, ""),
    ],
)
def test_days_of_an_opposition_that_can_not_be_read_are_told(tmp_path, days, status, told):
    """Such rows leave out, so nothing is lost but people: nobody would know why."""
    rows = {"opposed": [{"person_id": "2", "note": day} for day in days]}
    words = "opposition: [{from: opposed, patient_id: person_id, ends: note}]\n"
    [one] = checked(tmp_path, rows, words).left_out
    sentences = [f.sentence for f in one.findings if "ends" in f.sentence]
    assert all(sentence.startswith(told) for sentence in sentences)
    assert (one.status, bool(sentences)) == (status, bool(told))


def test_rows_that_leave_nobody_out_are_wrong(tmp_path):
    """An opposition whose patient can't be told is not obeyed."""
    rows = {"opposed": [{"person_id": CANARY}, {"person_id": "2"}, {"person_id": "77"}]}
    report = checked(tmp_path, rows, OPPOSED)
    [told] = report.left_out
    assert not report.ok
    assert [(f.status, f.sentence) for f in told.findings] == [
        (
            Status.WRONG,
            "About 10 rows don't tell who is meant. Nobody is left out by them.",
        ),
        (Status.WARNING, "About 10 rows are of people who aren't among the patients."),
    ]
    assert CANARY not in str(report.as_json()) + "".join(report.lines())


def test_a_filter_that_meets_nobody_is_wrong(tmp_path):
    report = checked(tmp_path, {"opposed": [{"person_id": "99"}]}, OPPOSED)
    assert [one.status for one in report.left_out] == [Status.WRONG]
    assert "is it their number?" in report.left_out[0].findings[0].sentence
    (tmp_path / "w.duckdb").unlink()
    empty = checked(tmp_path, {}, OPPOSED)
    assert empty.left_out[0].sentence == "Nobody is left out."
    assert empty.left_out[0].findings[0].status is Status.WARNING
    (tmp_path / "w.duckdb").unlink()
    words = OPPOSED.replace(
        "patient_id:", "only: {note: [nothing of the kind]}, patient_id:"
    )
    other = {"opposed": [{"person_id": "1", "note": "oui"}]}
    [finding] = checked(tmp_path, other, words).left_out[0].findings
    assert finding.status is Status.WARNING
    assert "by none of them is anybody left out" in finding.sentence


class Tags(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_the_page_needs_nothing_from_outside_and_shows_nobody(tmp_path):
    rows = {
        "opposed": [{"person_id": CANARY}],
        **labs(code=[CANARY, "718-7"], vocabulary=[CANARY, "LOINC"], day=[CANARY, CANARY]),
    }
    report = checked(tmp_path, rows, OPPOSED)
    page = report_html.checked(report, TODAY)
    tags = Tags(page)
    assert CANARY not in page
    assert {tag for tag, _ in tags.found} & {
        "script",
        "link",
        "img",
        "iframe",
        "form",
    } == set()
    assert not re.search(r"https?://|url\(|@import", page)
    policy = next(a["content"] for _, a in tags.found if "http-equiv" in a)
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "style" not in {name for _, its in tags.found for name in its}
    assert all("scope" in its for tag, its in tags.found if tag == "th")
    assert ("html", {"lang": "en"}) in tags.found
    ids = {its["id"] for _, its in tags.found if "id" in its}
    links = {str(its["href"]).removeprefix("#") for tag, its in tags.found if tag == "a"}
    assert links == ids
    assert "Opposition filter applied" in page
    assert "isn&#39;t ready" in page or "isn't ready" in page


def test_a_warehouse_that_serves_nothing_still_has_a_page(tmp_path):
    with opened(tmp_path, {}, {"concept": TABLES["concept"]}) as warehouse:
        report = warehouse.check(TODAY)
    assert "has no table person" in report_html.checked(report).replace("&#39;", "'")


ILL = [
    {
        "person_id": n,
        "day": f"{2001 + n % 3}-02-03",
        "code": "718-7",
        "vocabulary": "LOINC",
        "value": "x" if n % 4 == 0 else "1.5",
    }
    for n in range(1, 100)
]
NINETY_NINE = {
    "person": [{"person_id": n, "born": "1950-01-01"} for n in range(1, 100)],
    "lab": ILL,
    "opposed": [{"person_id": "7"}, {"person_id": "no"}],
}


@contextmanager
def served_by(engine, request, folder, text):
    """The warehouse of these people on an engine, which has them by our mapping."""
    (folder / "ours.yaml").write_text(text, encoding="utf-8")
    if engine == "oracle (H2)":
        with a_mapped_h2.opened(NINETY_NINE, PHYSICAL, text) as warehouse:
            yield warehouse
        return
    given = {"mapping": str(folder / "ours.yaml")}
    with ExitStack() as held:
        if engine == "postgresql":
            server = request.getfixturevalue("postgres")
            given |= held.enter_context(on_server(server, NINETY_NINE, PHYSICAL))
        else:
            database = built(folder / f"{engine}.duckdb", NINETY_NINE, PHYSICAL)
            given = settings(database, **given)
        if engine == "spark":
            request.getfixturevalue("spark")
            mapping, parquet = given["mapping"], str(in_files(database))
            given = {"engine": "spark", "mapping": mapping, "parquet": parquet}
        yield held.enter_context(warehouses.open(given, TODAY))


def in_files(database):
    """A folder with a Parquet file for each of the database's tables."""
    folder = database.with_suffix("")
    folder.mkdir()
    with duckdb.connect(database, read_only=True) as held:
        for table in PHYSICAL:
            held.execute(f"COPY {table} TO '{folder / table}.parquet'")
    return folder


def told_of(warehouse):
    """What a check finds, a description tells, and who is in everybody's answer."""
    described = covering.description(
        warehouse, "north", policy.ready_made("default"), TODAY
    )
    everybody = create_dataset()
    everybody.define_population(
        patients.exists_for_patient() | lab_results.exists_for_patient()
    )
    everybody.rows = lab_results.count_for_patient()
    with warehouse.ask(query_of(everybody)) as answer:
        rows = [tuple(row.values()) for b in answer.reveal() for row in b.to_pylist()]
    return what_a_check_finds(warehouse, TODAY), described.as_json(), rows


@pytest.mark.parametrize(
    "engine",
    [
        "postgresql",
        "oracle (H2)",
        pytest.param("spark", marks=pytest.mark.xdist_group("spark")),
    ],
)
def test_every_engine_finds_and_describes_the_same(request, engine, tmp_path):
    """Every count, share and hidden number, of who is left out and of the others."""
    text = HEAD_OF_OURS + OURS + OPPOSED
    with served_by("duckdb", request, tmp_path, text) as warehouse:
        wanted = told_of(warehouse)
    with served_by(engine, request, tmp_path, text) as warehouse:
        assert told_of(warehouse) == wanted
    _, described, rows = wanted
    assert described["tables"][5]["years"] == {"2001": 35, "2002": 30, "2003": 35}
    assert [patient for patient, _ in rows] == [n for n in range(1, 100) if n != 7]
