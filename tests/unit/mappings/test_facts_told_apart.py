"""What a mapping says of one table of facts: which are meant, their codes, rows beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings import reading
from cohort_dsl.sql.catalog import Wanted
from cohort_dsl.sql.statements import render
from cohort_dsl.tables.contract import SCHEMAS
from tests.a_postgres import Server
from tests.an_omop import opened, rows_of

HEAD = """\
format: mapping
version: 1
name: ours
people: {table: person, patient_id: id}
missing_texts: ['@']
tables:
"""
FACTS = {
    "person": "id INTEGER",
    "fact": "id INTEGER, visit INTEGER, code VARCHAR, part VARCHAR, seen TIMESTAMP, "
    "number DOUBLE, said VARCHAR, unit CHARACTER(4)",
    "concept": "path VARCHAR, code VARCHAR, name VARCHAR",
}


@pytest.fixture(params=["duckdb", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | Server:
    if request.param == "duckdb":
        return tmp_path
    server: Server = request.getfixturevalue("postgres")
    return server


def fact(code: str, part: str = "@", **other: Any) -> dict[str, Any]:
    usual = {"id": 1, "visit": 7, "seen": "2024-05-06 07:08:09"}
    return {**usual, "code": code, "part": part, **other}


def concepts(*below: str) -> list[dict[str, Any]]:
    pairs = [one.rsplit("\\", 1) for one in below]
    return [{"path": f"{path}\\", "code": code, "name": "n"} for path, code in pairs]


def table(name: str, keys: str = "", **said: str) -> str:
    """A contract table over the facts; columns that nothing is said of are empty."""
    told = {column.name: said.get(column.name, "") for column in SCHEMAS[name].columns}
    columns = "\n".join(f"      {one}: {text}" for one, text in told.items())
    return f"  {name}:\n    from: fact\n    patient_id: id\n{keys}    columns:\n{columns}\n"


def served(
    place: Path | Server,
    tmp_path: Path,
    text: str,
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    head: str = HEAD,
) -> list[dict[str, Any]]:
    (tmp_path / "ours.yaml").write_text(head + text)
    people = {"person": [{"id": 1}, {"id": 2}]}
    mapping = str(tmp_path / "ours.yaml")
    with opened(place, {**people, **rows}, FACTS, mapping=mapping) as warehouse:
        found = rows_of(warehouse, text.split(":")[0].strip())
    return sorted(found, key=repr)


def column(name: str, rows: list[dict[str, Any]]) -> list[Any]:
    return [row[name] for row in rows]


# Codes and texts -----------------------------------------------------------------


MEDS = "by_beginning(code, {'MED:D': 'dose', 'MED:': 'drug'}, 'else')"
LETTERS = "choose(code, {'E': '=', 'L': '<', 'LE': '<=', 'G': '>', 'GE': '>='}, None)"
CASES = [
    ("before(code, ':')", "ICD9:250.0", "ICD9"),
    ("after(code, ':')", "ICD9:250.0", "250.0"),
    ("after(code, ':')", "DEM|AGE:a:b", "a:b"),
    ("before(code, ':')", "2500", None),
    ("after(code, ':')", "2500", "2500"),
    ("after(code, ':')", "ICD9:", None),
    ("before(code, ':')", ":250", None),
    ("before(code, '::')", "é::x", "é"),
    ("code", "78791  ", "78791"),
    ("code", "@", None),
    ("code", "  ", None),
    ("code", "@@", "@@"),
    ("missing_if(code, 'UNK', 'NA')", "NA", None),
    ("missing_if(code, 'UNK', 'NA')", "NAN", "NAN"),
    ("choose(code, {None: 'nothing', '@': 'at'}, 'else')", "@", "nothing"),
    (MEDS, "MED:DOSE", "dose"),
    (MEDS, "MED:", "drug"),
    ("by_beginning(code, {'MED_': 'drug'}, 'else')", "MED:", "else"),
    ("by_beginning(code, {'MED:': 'drug'}, 'else')", "@", "else"),
    (LETTERS, "LE", "<="),
    (LETTERS, "E", "="),
    (LETTERS, "NE", None),
    (LETTERS, "", None),
]


def test_texts_are_parted_and_some_stand_for_nothing(
    place: Path | Server, tmp_path: Path
) -> None:
    parts = [
        table("diagnoses", f"    only: {{said: ['{n}']}}\n", code=f'"{one}"', kind="said")
        for n, (one, _, _) in enumerate(CASES)
    ]
    union = "".join(_item(one) for one in parts)
    rows = {"fact": [fact(held, said=str(n)) for n, (_, held, _) in enumerate(CASES)]}
    found = served(place, tmp_path, f"  diagnoses:\n    union:\n{union}", rows)
    given = {int(row["kind"]): row["code"] for row in found}
    assert given == {n: gives for n, (_, _, gives) in enumerate(CASES)}


def _item(text: str) -> str:
    """A table's entry as one of a union's."""
    _, first, *lines = text.splitlines()
    return "\n".join([f"    - {first.strip()}", *(f"  {line}" for line in lines)]) + "\n"


def test_a_date_becomes_the_first_of_its_month(
    place: Path | Server, tmp_path: Path
) -> None:
    text = table("diagnoses", date="first_of_month(seen)")
    rows = {"fact": [fact("a"), fact("b", seen=None)]}
    found = served(place, tmp_path, text, rows)
    assert set(column("date", found)) == {date(2024, 5, 1), None}


# Which rows ----------------------------------------------------------------------


def test_rows_are_told_by_what_is_written_even_if_it_stands_for_nothing(
    place: Path | Server, tmp_path: Path
) -> None:
    text = table("diagnoses", "    only: {part: ['@']}\n", code="code", kind="part")
    rows = {"fact": [fact("a"), fact("b", "1"), fact("c", "@  ")]}
    found = served(place, tmp_path, text, rows)
    assert [(row["code"], row["kind"]) for row in found] == [("a", None), ("c", None)]


@pytest.mark.parametrize(
    ("keys", "codes"),
    [
        ("only: {code: {beginning: ['ICD9:', 'ICD_0']}}", ["ICD9:a"]),
        ("except: {code: {beginning: ['ICD']}}", ["LOINC:b", None]),
        ("except: {code: ['LOINC:b']}", ["ICD10:c", "ICD9:a", None]),
    ],
)
def test_rows_are_told_by_how_a_code_begins(
    place: Path | Server, tmp_path: Path, keys: str, codes: list[str | None]
) -> None:
    text = table("diagnoses", f"    {keys}\n", code="code")
    held = [fact("ICD9:a"), fact("LOINC:b"), fact("ICD10:c"), fact(None)]  # type: ignore[arg-type]
    assert column("code", served(place, tmp_path, text, {"fact": held})) == codes


BELOW = """\
    joins:
      concept:
        on: {code: code}
        required: true
        only: {path: {beginning: ['\\top\\Diagnoses\\']}}
        first_by: [path]
"""


def test_a_fact_counts_once_however_many_paths_its_concept_has(
    place: Path | Server, tmp_path: Path
) -> None:
    text = table("diagnoses", BELOW, code="code", source_code="concept.name")
    paths = concepts(
        r"\top\Diagnoses\x\A", r"\top\Diagnoses\y\A", r"\top\Labs\A", r"\top\Labs\B"
    )
    rows = {"fact": [fact("A"), fact("B"), fact("C")], "concept": paths}
    found = served(place, tmp_path, text, rows)
    assert [(row["code"], row["source_code"]) for row in found] == [("A", "n")]


# Rows beside a row ---------------------------------------------------------------

DOSES = """\
    only: {part: ['@']}
    beside:
      dose: {same: [ID, visit, code, seen], only: {part: [DOSE]}}
      often: {same: [id, visit, code, seen], only: {part: {beginning: [FREQ]}}}
"""
DRUGS = {
    "code": "after(code, ':')",
    "quantity": "dose.number",
    "source_code": "often.said",
}
GIVEN = [
    fact("D:a"),
    fact("D:a", "DOSE", number=5.5, unit="mg"),
    fact("D:a", "FREQ2", said="BID"),
    fact("D:a", seen="2024-05-06 07:08:10"),
    fact("D:b"),
    fact("D:b", "DOSE", number=1, id=2),
    fact("L:c"),
]


def test_a_row_beside_tells_more_of_a_fact(place: Path | Server, tmp_path: Path) -> None:
    text = table("medications", DOSES, **DRUGS)
    found = served(place, tmp_path, text, {"fact": GIVEN})
    told = [(row["code"], row["quantity"], row["source_code"]) for row in found]
    assert sorted(told, key=repr) == [
        ("a", 5.5, "BID"),
        ("a", None, None),
        ("b", None, None),
        ("c", None, None),
    ]


def test_only_facts_of_the_concepts_that_are_meant_are_looked_at_for_it(
    place: Path | Server, tmp_path: Path
) -> None:
    keys = DOSES + BELOW.replace("Diagnoses", "Drugs")
    rows = {"fact": GIVEN, "concept": concepts(r"\top\Drugs\D:a", r"\top\Labs\L:c")}
    found = served(place, tmp_path, table("medications", keys, **DRUGS), rows)
    assert sorted(map(str, column("quantity", found))) == ["5.5", "None"]


def test_they_are_the_same_where_the_facts_are_read_once_for_all(
    place: Path | Server, tmp_path: Path
) -> None:
    """They are looked for among what was kept: by the second, by numbers, by nothing."""
    held = [
        *GIVEN,
        fact("D:a", "DOSE", number=7, seen="2024-05-06 07:08:10"),
        fact("D:a", "DOSE", number=9, seen="2024-05-06 07:08:10"),
        fact("D:d", visit=None),
        fact("D:d", "DOSE", visit=None, number=3),
        fact("D:d", "DOSE", visit=8, number=4),
        fact("D:d", "FREQ", visit=None, said="@"),
        fact("L:e", "DOSE", number=1),
    ]
    text = table("medications", DOSES + BELOW.replace("Diagnoses", "Drugs"), **DRUGS)
    paths = concepts(*(rf"\top\Drugs\{code}" for code in ("D:a", "D:b", "D:d", "L:c")))
    rows = {"person": [{"id": 1}, {"id": 2}], "fact": held, "concept": paths}
    head = HEAD.replace("tables:", "one_pass: [fact]\ntables:")
    (tmp_path / "ours.yaml").write_text(head + text)
    with opened(place, rows, FACTS, mapping=str(tmp_path / "ours.yaml")) as warehouse:
        apart = rows_of(warehouse, "medications")
        for among in (None, {"a", "d", None}):
            found = gathered(warehouse, "medications", among)
            wanted = [row for row in apart if not among or row["code"] in among]
            assert sorted(found, key=repr) == sorted(wanted, key=repr)
    doses = {(row["code"], row["quantity"], row["source_code"]) for row in apart}
    assert doses == {
        ("a", 5.5, "BID"),
        ("a", 9.0, None),
        ("b", None, None),
        ("c", None, None),
        ("d", 3.0, None),
    }


def gathered(
    warehouse: Any, table: str, among: set[str | None] | None
) -> list[dict[str, Any]]:
    """The table's rows from one reading of the facts; of these codes only, if any."""
    [facts] = warehouse.catalog.shared
    names = [column.name for column in SCHEMAS[table].columns]
    codes = sorted(filter(None, among or ()))
    asked = Wanted(names, (lambda column: column("code").in_(codes)) if among else None)
    copy = facts.copied({table: asked}, lambda rows, patient: rows)
    read = copy.read(copy.rows.subquery("kept"), table, names)
    found = sa.select(read.c.patient_id, *(read.c[name] for name in names))
    told = warehouse._engine.run(render(found, warehouse.dialect))
    return [dict(zip(["patient_id", *names], row, strict=True)) for row in told]


def test_a_patients_rows_become_one(place: Path | Server, tmp_path: Path) -> None:
    text = table(
        "registrations",
        "    except: {code: [not]}\n",
        start_date="earliest(seen)",
        end_date="latest(seen)",
        organisation="\"'here'\"",
    )
    days = ["2001-02-03", "2010-01-01 10:00:00", "2005-05-05"]
    rows = {"fact": [*(fact("x", seen=day) for day in days), fact("not", id=2)]}
    [found] = served(place, tmp_path, text, rows)
    assert (found["patient_id"], found["organisation"]) == (1, "here")
    assert [found["start_date"], found["end_date"]] == [date(2001, 2, 3), date(2010, 1, 1)]


# The head of the file ------------------------------------------------------------

WITH_PARAMETERS = HEAD.replace(
    "tables:", "parameters: {codes: [a, b], table: fact}\ntables:"
)


def test_parameters_stand_for_texts_and_lists(place: Path | Server, tmp_path: Path) -> None:
    text = table("diagnoses", "    only: {code: $codes}\n", code="code")
    text = text.replace("from: fact", "from: $table")
    held = {"fact": [fact("a"), fact("b"), fact("c")]}
    found = served(place, tmp_path, text, held, WITH_PARAMETERS)
    assert column("code", found) == ["a", "b"]


def test_a_site_says_only_how_its_own_differs(tmp_path: Path) -> None:
    text = "format: mapping\nversion: 1\nname: ours\nlike: omop\nmissing_texts: ['?']\n"
    found = reading.read(text, "ours.yaml")
    omop = reading.load("omop")
    assert (found.name, found.no_texts) == ("ours", ("?",))
    assert (found.people, found.tables) == (omop.people, omop.tables)
    other = reading.read(f"{text}tables:\n{table('visits', visit_id='visit')}", "ours.yaml")
    assert other.tables["visits"][0].table == "fact"
    assert other.tables["diagnoses"] == omop.tables["diagnoses"]


LIKE = "format: mapping\nversion: 1\nname: ours\nlike: omop\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (HEAD + table("diagnoses", "    only: {code: $codes}\n"),
         "line 10: there is no parameter codes at the head of the file"),
        (WITH_PARAMETERS, "line 6: nothing means the parameter codes"),
        (LIKE + "parameters: {diagnosis: x}\n", "there is no parameter diagnosis to give"),
        (LIKE.replace("omop", "osiris"), "line 4: 'like: osiris' must name a mapping"),
        (HEAD + table("diagnoses", "    only: {code: {ending: [a]}}\n"),
         "line 10: there is no 'ending' in 'code' (did you mean beginning?); it may"),
        (HEAD + table("diagnoses", "    only: {code: {beginning: []}}\n"),
         "line 10: 'code' must be a column's list of texts, or 'beginning:'"),
        (HEAD + table("diagnoses", "    beside: {dose: {same: [id]}}\n"),
         "line 10: 'dose' has no 'only'"),
        (HEAD + table("registrations", start_date="earliest(seen)", end_date="seen"),
         "beside earliest() and latest(), a column is a constant or empty"),
        (HEAD + table("registrations", "    first_by: [seen]\n", start_date="latest(seen)"),
         "beside earliest() and latest(), no 'first_by' or 'beside' may stand"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(text: str, problem: str) -> None:
    with pytest.raises(WarehouseError) as refused:
        reading.read(text, "ours.yaml")
    assert problem in refused.value.problem
