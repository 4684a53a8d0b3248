"""Researchers see what a site serves, and no number that its rules would hide."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dummy_data
from cli import dummies, served
from cli.__main__ import main
from cli.compose import covering
from cli.compose.folder import SiteFolder
from cohort_dsl import create_dataset
from cohort_dsl.errors import DefinitionError, WarehouseError
from cohort_dsl.load import question_of
from cohort_dsl.mappings import description, report_html
from cohort_dsl.mappings.demanding import Served, State
from cohort_dsl.mappings.description import DescribedColumn, DescribedTable, Description
from cohort_dsl.mappings.reading import MODELS
from cohort_dsl.tables.contract import deaths, diagnoses, documents, patients, visits
from job_runner.ledger import Ledger
from output_checker import policy
from tests.an_omop import LACKS, TABLES, opened
from tests.unit.cli.test_warehouse_command import a_site

TODAY = date(2024, 1, 1)
RULES = policy.ready_made("default")


def rows(*groups):
    """So many people, each ill once in that year, the first of them in 2001, too."""
    people = [(n, year) for number, year in groups for n in range(number)]
    ids = range(1, len(people) + 1)
    return {
        "person": [
            {"person_id": n, "gender_concept_id": 8507 if n % 2 else 8532} for n in ids
        ],
        "concept": [
            {"concept_id": 5, "concept_code": "73211009", "vocabulary_id": "SNOMED"},
            {"concept_id": 6, "concept_code": "x", "vocabulary_id": "CANARYBIRD"},
        ],
        "condition_occurrence": [
            {
                "person_id": n,
                "condition_concept_id": 5,
                "condition_start_date": f"{year}-05-06",
            }
            for n, (_, year) in zip(ids, people, strict=True)
        ],
        "death": [
            {"person_id": n, "death_date": f"{year}-06-01"}
            for n, (_, year) in zip(ids, people, strict=True)
        ],
    }


def described(tmp_path, groups, **other):
    with opened(tmp_path, rows(*groups), **other) as warehouse:
        return covering.description(warehouse, "north", RULES, TODAY)


def test_years_with_few_patients_are_hidden_and_others_rounded(tmp_path):
    found = described(tmp_path, [(42, 2001), (3, 2002), (30, 2003), (4, 2004), (2, 1999)])
    table = found.table("diagnoses")
    assert table is not None
    assert table.patients == 80
    assert dict(table.years) == {
        2001: 40,
        2002: None,
        2003: 30,
    }  # ends that few have: untold


def test_where_each_patient_counts_once_the_hidden_year_can_not_be_worked_out(tmp_path):
    """All who died, less those of the other years, would be the hidden number."""
    groups = [(42, 2001), (3, 2002), (30, 2003)]
    exact = replace(RULES, round_to=1)
    with opened(tmp_path, rows(*groups)) as warehouse:
        found = covering.description(warehouse, "north", exact, TODAY)
    table = found.table("deaths")
    assert (table.patients, dict(table.years)) == (75, {2001: 42})  # 2003, too, is hidden


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.integers(2000, 2006), st.integers(0, 60), min_size=1))
def test_no_year_s_count_can_be_recovered(years):
    """By whoever knows that all are those of each year, and how numbers are rounded."""
    shown = covering._Shown(RULES)
    total, told = shown.numbers(sum(years.values()), years, once=True)
    numbers = [total, *told.values()]
    assert all(number is None or number >= RULES.threshold for number in numbers)
    if total is None or not any(0 < n < RULES.threshold for n in years.values()):
        return
    half = RULES.round_to // 2
    seen = [number for number in told.values() if number is not None]
    least = total - half - sum(number + half for number in seen)
    most = total + half - sum(number - half for number in seen)
    hidden = sum(told.get(year) is None for year in years)
    # Together the hidden ones lie between these; one of several may be none of it, or all.
    assert most - (max(0, least) if hidden == 1 else 0) >= RULES.threshold - 1


def test_what_few_have_is_not_named(tmp_path):
    data = rows((42, 2001))
    ill = data["condition_occurrence"]
    ill += [{**one, "condition_concept_id": 6} for one in ill[:3]]
    with opened(tmp_path, data) as warehouse:
        found = covering.description(warehouse, "north", RULES, TODAY)
    assert "CANARYBIRD" not in json.dumps(found.as_json()) + "".join(found.lines())
    code = found.table("diagnoses").column("code")
    assert code.vocabularies == ("SNOMED",)
    assert found.table("patients").column("sex").categories == ("female", "male")
    assert found.table("visits").years == {}


def test_of_a_table_that_few_have_rows_in_no_share_is_told(tmp_path):
    """Else it would tell whether there is anybody, and what nearly each of them has."""
    found = described(tmp_path, [(9, 2001)])
    few = [table for table in found.tables if table.served.state is State.SERVED]
    assert {column.filled for table in few for column in table.columns} == {""}
    assert found.table("diagnoses").patients is None


def test_people_who_are_left_out_are_not_counted(tmp_path):
    ours = tmp_path / "ours.yaml"
    text = MODELS.joinpath("omop", "mapping.yaml")
    words = "opposition: [{from: opposed, patient_id: person_id}]\n"
    ours.write_text(text.read_text("utf-8") + words, encoding="utf-8")
    data = rows((42, 2001), (40, 2002))
    data["opposed"] = [{"person_id": n} for n in range(43, 83)]
    tables = {**TABLES, "opposed": "person_id BIGINT"}
    with opened(tmp_path, data, tables, mapping=str(ours)) as warehouse:
        found = covering.description(warehouse, "north", RULES, TODAY)
    assert found.opposition
    assert dict(found.table("diagnoses").years) == {2001: 40}


def test_a_file_says_it_again(tmp_path):
    found = described(tmp_path, [(42, 2001), (3, 2002), (30, 2003)], empty=["documents"])
    path = tmp_path / "warehouse.json"
    path.write_text(json.dumps(found.as_json()), encoding="utf-8")
    assert description.read(path) == found


@pytest.mark.parametrize(
    "change",
    [
        {"format": "another"},
        {"version": 2},
        {"tables": [{"table": "nonsense"}]},
        {"described": "yesterday"},
        {"site": 5},
    ],
)
def test_another_file_is_refused(tmp_path, change):
    found = Description("north", "omop", TODAY, "rule", False, (a_table(years={2001: 40}),))
    path = tmp_path / "warehouse.json"
    path.write_text(json.dumps(found.as_json()), encoding="utf-8")
    assert description.read(path) == found
    path.write_text(json.dumps({**found.as_json(), **change}), encoding="utf-8")
    with pytest.raises(WarehouseError, match="no description of version 1"):
        description.read(path)
    with pytest.raises(WarehouseError):
        description.read(tmp_path / "nowhere.json")


def test_the_page_needs_nothing_from_outside(tmp_path):
    page = report_html.described(described(tmp_path, [(42, 2001), (3, 2002), (30, 2003)]))
    tags = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag, attrs):
            tags.append((tag, dict(attrs)))

    Tags().feed(page)
    assert {tag for tag, _ in tags} & {"script", "link", "img", "form"} == set()
    assert "default-src 'none'" in page
    assert "://" not in page
    assert all("scope" in its for tag, its in tags if tag == "th")
    assert ">hidden<" in page


# At home -----------------------------------------------------------------------------


OK = Served(State.SERVED)


def a_table(name="visits", years=None, columns=(), served=OK):
    return DescribedTable(name, served, 100, years or {}, tuple(columns))


def a_site_s(*tables):
    return Description("north", "omop", TODAY, "rule", True, tables)


def asking(population, **variables):
    dataset = create_dataset()
    dataset.define_population(population)
    for name, series in variables.items():
        setattr(dataset, name, series)
    return question_of(dataset)


VISITED = asking(
    visits.where(visits.kind.is_in(["inpatient", "outpatient"])).exists_for_patient(),
    when=visits.sort_by(visits.start_date).first_for_patient().start_date,
    where=visits.sort_by(visits.start_date).first_for_patient().care_site,
)


def test_dummy_records_are_like_the_sites_own():
    columns = [
        DescribedColumn("visit_id", OK),
        DescribedColumn("start_date", OK),
        DescribedColumn("kind", OK, "most", ("inpatient", "emergency")),
        DescribedColumn("care_site", Served(State.NOT_IN_MODEL)),
    ]
    site = a_site_s(a_table(years={2011: 40, 2012: None, 2013: 40}, columns=columns))
    found = dummies.made_up(VISITED, 60, reference_date=TODAY, site=site)["visits"]
    assert {day.year for day in found["start_date"].to_pylist() if day} <= {
        2011,
        2012,
        2013,
    }
    assert {k for k in found["kind"].to_pylist() if k} <= {"inpatient", "emergency"}
    assert set(found["care_site"].to_pylist()) == {None}


def test_vocabularies_are_the_sites():
    columns = [
        DescribedColumn("code", OK, "most", None, ("CIM10",)),
        DescribedColumn("vocabulary", OK),
    ]
    site = a_site_s(a_table("diagnoses", columns=columns))
    question = asking(
        diagnoses.where(diagnoses.code.is_in(["I219"])).exists_for_patient(),
        system=diagnoses.sort_by(diagnoses.date).first_for_patient().vocabulary,
    )
    found = dummies.made_up(question, 30, reference_date=TODAY, site=site)["diagnoses"]
    assert {v for v in found["vocabulary"].to_pylist() if v} == {"CIM10"}
    wrong = asking(diagnoses.where(diagnoses.code.is_in(["73211009"])).exists_for_patient())
    with pytest.raises(WarehouseError, match="has CIM10 codes"):
        dummies.made_up(wrong, 30, site=site)


def test_what_the_site_does_not_serve_is_refused_at_home_in_its_own_words(tmp_path):
    question = asking(patients.exists_for_patient(), n=documents.count_for_patient())
    tables = {**TABLES, "note": "column0 VARCHAR"}
    with opened(tmp_path, rows((42, 2001)), tables) as warehouse:
        found = covering.description(warehouse, "north", RULES, TODAY)
        with pytest.raises(WarehouseError) as there, warehouse.ask(question):
            pass
    path = tmp_path / served.FILE
    path.write_text(json.dumps(found.as_json()), encoding="utf-8")
    with pytest.raises(WarehouseError) as here:
        served.demand(question, tmp_path)
    assert str(here.value) == str(there.value)
    with pytest.raises(WarehouseError, match="documents isn't served"):
        dummies.DummySource(site=served.description(tmp_path)).produce(
            question, tmp_path / "cohort.csv"
        )


def test_a_table_that_is_empty_there_is_empty_here():
    empty = a_site_s(a_table("deaths", served=Served(State.DECLARED_EMPTY)))
    question = asking(patients.exists_for_patient(), died=deaths.date)
    tables = dummies.made_up(question, 20, reference_date=TODAY, site=empty)
    assert tables["deaths"].num_rows == 0
    with pytest.raises(DefinitionError):
        dummies.made_up(asking(deaths.exists_for_patient()), 5, site=empty)


def test_a_column_that_is_empty_there_can_not_be_what_the_population_asks_for():
    columns = [DescribedColumn("kind", Served(State.DECLARED_EMPTY))]
    site = a_site_s(a_table(columns=columns))
    asked = asking(visits.where(visits.kind == "inpatient").exists_for_patient())
    with pytest.raises(DefinitionError):
        dummies.made_up(asked, 5, site=site)


def test_a_study_without_a_description_is_as_before(tmp_path):
    assert served.description(tmp_path) is None
    assert served.word(tmp_path) == ""
    served.demand(VISITED, tmp_path)
    same = [
        dummies.made_up(VISITED, 20, reference_date=TODAY, site=one)["visits"]
        for one in (None, a_site_s())
    ]
    assert same[0] == same[1]
    (tmp_path / served.FILE).write_text("{}", encoding="utf-8")
    assert served.word(tmp_path).startswith("site:")
    assert dummy_data.by(a_site_s()) == dummy_data.Offered()


# The command -------------------------------------------------------------------------


def test_the_command_writes_it_for_researchers_and_onto_the_ledger(tmp_path, capsys):
    site = a_site(tmp_path, empty=LACKS)
    (Path(site) / "disclosure.yaml").write_text(
        (Path("output_checker/policies") / "default.yaml").read_text("utf-8"),
        encoding="utf-8",
    )
    output, page = tmp_path / "warehouse.json", tmp_path / "page.html"
    capsys.readouterr()
    command = ["warehouse", "describe", site, "--output", str(output), "--html", str(page)]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "north-hospital, mapped as omop" in told
    assert description.read(output).site == "north-hospital"
    assert "What north-hospital serves" in page.read_text("utf-8")
    [entry] = Ledger(SiteFolder(Path(site)).ledger).entries()
    assert entry.kind == "warehouse describe"
    assert set(entry.body) == {"mapping", "sha256"}
