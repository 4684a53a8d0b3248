"""The benchmark runs, and notices a wrong answer. Nothing here asks how fast it was."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import duckdb
import pytest

from output_checker.differencing.attacks import Audit
from tests.bench import (
    data,
    differencing,
    disclosure_problems,
    disclosure_rows,
    monthly,
    report,
    studies,
)
from tests.bench.__main__ import PAGES, main
from tests.bench.compare import UnequalError, demand_equal
from tests.bench.every_row import ROWS
from tests.bench.measure import Bench
from tests.bench.rows import Found, Row

TINY = 0.0005  # 500 patients, 15,000 events


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    (tmp_path / "run").mkdir()
    return Bench(tmp_path / "cache", tmp_path / "run", TINY, rounds=1)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("records")


BOXED = ("chain-at-home", "nothing-at-home", "action-at-site")
IN_BOXES = (pytest.mark.docker, pytest.mark.xdist_group("docker"))
ON_SPARK = (pytest.mark.xdist_group("spark"),)  # where its other tests run
MARKS = {**dict.fromkeys(BOXED, IN_BOXES), "spark": ON_SPARK}


@pytest.mark.parametrize(
    "row", [pytest.param(row, marks=MARKS.get(row, ())) for row in ROWS]
)
def test_every_row_is_measured_and_told(
    row: str,
    cache: Path,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    if row in BOXED:
        request.getfixturevalue("docker_engine")
    if row in ("postgresql", "extraction"):
        request.getfixturevalue("postgres")  # it knows what to do where there is none
    words = ["--rows", row, "--scale", str(TINY), "--rounds", "1", "--cache", str(cache)]
    main([*words, "--months", "3", "--date", "2030-01-01"])
    told = capsys.readouterr().out
    assert told.count("\n|") == 2
    assert " at " in told.splitlines()[2]
    assert "2030-01-01, commit " in told


def test_an_answer_that_is_wrong_in_one_variable_stops_the_row(bench: Bench) -> None:
    right = studies.many(12, 20)
    wrong = dataclasses.replace(right.variables[1], answer="coalesce(v_v001, 0) + 1")
    study = dataclasses.replace(right, variables=[right.variables[0], wrong])
    with pytest.raises(UnequalError, match=r"differ: v001 in \d+ rows$"):
        bench.timed("wrong", study, bench.parquet(), [])


def test_an_answer_that_is_wrong_in_one_month_stops_the_row(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = monthly.NUMERATORS["seen"].replace(">=", ">").replace("'{start}'", "'{end}'")
    monkeypatch.setattr(monthly, "NUMERATORS", {**monthly.NUMERATORS, "seen": late})
    with pytest.raises(UnequalError, match=r"differ: \d+ rows only in one; \d+ rows only"):
        bench.timed("wrong", monthly.Monthly(2), bench.parquet(), [])


def written(path: Path, rows: str) -> Path:
    duckdb.connect().execute(
        f"COPY (SELECT * FROM (VALUES {rows}) AS t(patient_id, v)) TO '{path}'"
    )
    return path


@pytest.mark.parametrize(
    ("rows", "difference"),
    [
        ("(1, 1.5), (2, 7)", "v in 1 rows"),
        ("(1, 1.5)", "patient_id in 1 rows"),
        ("(1, 1.5), (2, NULL), (3, NULL)", "patient_id in 1 rows"),
        ("(1, 1.5), (2, NULL), (2, NULL)", "3 rows of 2 patients in other"),
        ("(1, 1.25), (3, NULL)", "patient_id in 2 rows; v in 1 rows"),
    ],
)
def test_cells_patients_and_doubles_are_compared(
    tmp_path: Path, rows: str, difference: str
) -> None:
    right = written(tmp_path / "right.parquet", "(1, 1.5), (2, NULL)")
    same = written(tmp_path / "same.parquet", "(2, NULL), (1, 1.5)")
    demand_equal(right, same)
    with pytest.raises(UnequalError) as found:
        demand_equal(right, written(tmp_path / "wrong.parquet", rows))
    assert str(found.value).startswith(
        f"right.parquet and wrong.parquet differ: {difference}"
    )


def test_other_columns_are_no_equal_answer(tmp_path: Path) -> None:
    right = written(tmp_path / "right.parquet", "(1, 1)")
    duckdb.connect().execute(
        f"COPY (SELECT 1 AS patient_id) TO '{tmp_path / 'less.parquet'}'"
    )
    with pytest.raises(UnequalError, match="columns patient_id, v and patient_id"):
        demand_equal(right, tmp_path / "less.parquet")


def test_the_records_are_the_same_bytes_every_time(tmp_path: Path) -> None:
    one, other = (data.made(tmp_path / name, data.Size(TINY)) for name in ("a", "b"))
    assert {name: path.read_bytes() for name, path in one.items()} == {
        name: path.read_bytes() for name, path in other.items()
    }


def test_the_records_are_what_their_description_says(tmp_path: Path) -> None:
    events = data.made(tmp_path, data.Size(0.01))["events"]
    found = (
        duckdb.connect()
        .execute(
            "SELECT count(*), count(DISTINCT patient_id), count(numeric_value) / count(*), "
            f"avg((code = '{data.code(1)}')::INTEGER), bool_and(numeric_value * 4 % 1 = 0) "
            f"FROM '{events}'"
        )
        .fetchone()
    )
    assert found is not None
    rows, patients, with_number, most_frequent, exact = found
    assert (rows, exact) == (300_000, True)
    assert patients > 9_900
    assert with_number == pytest.approx(1 / 3, abs=0.01)
    assert most_frequent == pytest.approx(0.07, abs=0.01)


def test_no_code_is_in_two_lists() -> None:
    codes = [code for one in data.lists(40, 100) for code in one]
    assert len(set(codes)) == 4000
    with pytest.raises(ValueError, match="only 20100 codes"):
        data.lists(1000, 100)


def test_a_scale_beyond_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at most"):
        data.Size(2)


def test_a_table_says_what_is_not_reached() -> None:
    fast = Found("{} times faster", 5, 4, more_is_better=True)
    slow = Found("{} times the floor", 9.16, 8)
    free = Found("{} GB", 9)
    told = report.table([Row("all", [fast, free], "1 s"), Row("more", [fast, slow], "2 s")])
    assert told.splitlines()[2:] == [
        "| all | at least 4 times faster | 5 times faster; 9 GB | yes | 1 s |",
        "| more | at least 4 times faster; at most 8 times the floor "
        "| 5 times faster; 9.16 times the floor | **no** | 2 s |",
    ]


def test_the_table_takes_the_old_ones_place(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- benchmarks -->\nold\n<!-- end -->\nafter\n")
    report.put_between_markers(page, "new \\1\n")
    kept = "before\n<!-- benchmarks -->\nnew \\1\n<!-- end -->\nafter\n"
    assert page.read_text() == kept
    page.write_text("none")
    with pytest.raises(ValueError, match="0 places"):
        report.put_between_markers(page, "new")


def test_a_part_of_the_table_is_not_kept() -> None:
    """What the pages show is always all of it, from one run."""
    with pytest.raises(SystemExit):
        main(["--write", "--rows", "forty"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_pages_have_a_place_for_the_table(page: Path, tmp_path: Path) -> None:
    copy = tmp_path / page.name
    copy.write_text(page.read_text(encoding="utf-8"), encoding="utf-8")
    report.put_between_markers(copy, "")


def test_a_pattern_that_gives_a_cell_away_stops_the_row() -> None:
    problem = disclosure_problems.table((4, 3))
    primary = problem["primaries"][0]["id"]
    with pytest.raises(UnequalError, match="1 primary cells are found out"):
        disclosure_rows._attacked(
            {**problem, "primaries": problem["primaries"][:1], "singles": []}, [primary]
        )


def test_a_number_that_is_not_the_tables_stops_the_row() -> None:
    with pytest.raises(UnequalError, match="ours: 1 cells differ, 0 are small"):
        disclosure_rows._compared("ours", {"a b": 20}, {"a b": 21})
    with pytest.raises(UnequalError, match="ours: 0 cells differ, 1 are small"):
        disclosure_rows._compared("ours", {"a b": 2}, {"a b": 2})


def test_a_group_that_is_not_found_stops_the_row_of_releases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(differencing, "audit", lambda *given: Audit())
    with pytest.raises(UnequalError, match=r"groups of \[\], not of \[1, 1, 1"):
        differencing.main(tmp_path, 2_000, 2)
