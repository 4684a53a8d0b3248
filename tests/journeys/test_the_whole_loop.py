"""The demo, once to its end; then one fact a test about what it left behind."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cli import home
from cli.__main__ import main
from cli.compose import serving
from cli.compose.opened import opened
from cohort_dsl.model import wire
from job_runner.executors.box import SITE_LABEL
from job_runner.ledger import Ledger
from job_runner.server.changes import Changes
from job_runner.store import Store
from output_checker import figures, report_json
from tests import a_demo
from tests.a_demo import PROJECT, Played
from tests.calls import Caller

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]

FEWEST = 10
HIDDEN, TOTAL = "[hidden]", "[total]"
LEVELS = tuple(product(("yes", "no"), ("celecoxib", "diclofenac")))


@pytest.fixture(scope="module")
def loop(
    docker_engine: object,
    cohort_image: str,
    python_image: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Played:
    """The engine and the images are there already, as at a demo's second run."""
    played = a_demo.play(tmp_path_factory.mktemp("loop") / "demo")
    assert played.code == 0, played.printed
    return played


def high(loop: Played) -> Path:
    return loop.site.store / "high" / PROJECT


def medium(loop: Played) -> Path:
    return loop.site.store / "medium" / PROJECT


@pytest.fixture(scope="module")
def cohort(loop: Played) -> list[dict[str, object]]:
    """The people, read from the site's own file without any code of ours."""
    rows: list[dict[str, object]] = pq.read_table(
        high(loop) / "output" / "dataset.parquet"
    ).to_pylist()
    return rows


@pytest.fixture(scope="module")
def truth(cohort: list[dict[str, object]]) -> dict[tuple[str, str], int]:
    """How many bled, by heart disease and drug, counted by hand."""
    bled = [row for row in cohort if row["bleed"]]
    groups = [("yes" if row["heart_disease"] else "no", row["nsaid"]) for row in bled]
    return {levels: groups.count(levels) for levels in LEVELS}


def released_cells(loop: Played) -> dict[tuple[str, str], str]:
    lines = (loop.bundle / "bleeds.csv").read_text(encoding="utf-8").splitlines()
    return {(disease, drug): n for disease, drug, n in csv.reader(lines[1:])}


# What ran


def test_the_demo_tells_its_acts_and_its_end(loop):
    acts = re.findall(r"(?m)^(\d)\. ", loop.printed)
    assert acts == ["1", "2", "3", "4", "5", "6", "7"]
    assert str(loop.bundle) in loop.printed
    assert "Traceback" not in loop.printed


def test_every_job_of_the_request_succeeded(loop):
    with Store(loop.site.database) as store:
        jobs = {job.action: job.state.value for job in store.jobs(loop.request)}
    assert jobs == dict.fromkeys(("extract", "tables", "rows"), "succeeded")


def test_the_cohort_is_every_new_user_once_in_order(cohort):
    ids = [row["patient_id"] for row in cohort]
    assert len(ids) == 2_694
    assert ids == sorted(set(ids))


def test_the_cohort_answers_the_query_that_is_on_record(loop):
    (query,) = [e.body for e in Ledger(loop.site.ledger).entries() if e.kind == "query"]
    assert wire.query_hash(wire.loads(query["query"].encode())) == query["query_sha256"]
    metadata = pq.read_schema(high(loop) / "output" / "dataset.parquet").metadata
    assert json.loads(metadata[b"strongroom"])["query_sha256"] == query["query_sha256"]


def test_only_the_extraction_is_in_the_highly_sensitive_store(loop):
    files = {p.name for p in (high(loop) / "output").rglob("*")}
    assert files == {"dataset.parquet"}


# What is hidden


def test_there_is_a_small_cell_to_hide(truth):
    small = [levels for levels, count in truth.items() if 0 < count < FEWEST]
    assert small == [("yes", "diclofenac")]


def test_the_small_cell_is_hidden_and_others_with_it(loop):
    cells = released_cells(loop)
    hidden = {levels for levels in LEVELS if cells[levels] == HIDDEN}
    assert {("yes", "diclofenac"), ("no", "diclofenac")} <= hidden


def agrees(table: dict[tuple[str, str], int], shown: dict[tuple[str, str], str]) -> bool:
    """Whether these four counts would be released as what is shown, rounded to fives."""
    return all(
        n == HIDDEN or abs(int(n) - counted(table, levels)) <= 2
        for levels, n in shown.items()
    )


def counted(table: dict[tuple[str, str], int], levels: tuple[str, str]) -> int:
    """A cell, or a total, of a table of four counts."""
    return sum(
        count
        for pair, count in table.items()
        if all(level in (TOTAL, at) for level, at in zip(levels, pair, strict=True))
    )


def test_nobody_can_work_out_that_the_small_cell_is_small(loop, truth):
    """By trying every table around the true one: some that agree have no small cell."""
    shown = released_cells(loop)
    ranges = [range(max(0, truth[levels] - 12), truth[levels] + 13) for levels in LEVELS]
    tables = (dict(zip(LEVELS, counts, strict=True)) for counts in product(*ranges))
    small = {t["yes", "diclofenac"] for t in tables if agrees(t, shown)}
    assert truth["yes", "diclofenac"] in small
    assert len(small) > 5
    assert max(small) >= FEWEST


def test_what_is_shown_is_the_truth_rounded_to_fives(loop, truth):
    for levels, shown in released_cells(loop).items():
        if shown != HIDDEN:
            assert abs(int(shown) - counted(truth, levels)) <= 2


def numbers_within(value: object) -> Iterator[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from numbers_within(one)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value


def released_numbers(loop: Played) -> set[float]:
    """Every number of every table that left; the manifest's are sizes of files."""
    found: set[float] = set()
    for path in loop.bundle.glob("*.csv"):
        words = [
            word for line in csv.reader(path.read_text().splitlines()) for word in line
        ]
        found |= {float(w) for w in words if re.fullmatch(r"-?\d+(\.\d+)?", w)}
    for path in loop.bundle.glob("*.json"):
        if path.name != "manifest.json":
            found |= set(numbers_within(json.loads(path.read_text())["cells"]))
    return found


def test_no_hidden_cells_true_value_is_a_number_of_any_released_table(loop, truth):
    cells, numbers = released_cells(loop), released_numbers(loop)
    hidden = {truth[levels] for levels in LEVELS if cells[levels] == HIDDEN}
    assert len(numbers) > 20
    assert hidden.isdisjoint(numbers)


def test_the_json_of_a_hidden_cell_holds_no_value_at_all(loop):
    table = json.loads((loop.bundle / "bleeds.json").read_text())
    hidden = [cell for cell in table["cells"] if "hidden" in cell]
    shown = {tuple(cell["levels"].values()) for cell in hidden}
    in_csv = {k for k, n in released_cells(loop).items() if n == HIDDEN}
    assert shown == in_csv
    assert all(cell.keys() == {"levels", "hidden"} for cell in hidden)


# What was refused


def test_the_file_of_rows_was_made_and_refused_with_its_reason(loop):
    assert (medium(loop) / "rows" / "rows.csv").is_file()
    assert re.search(
        r"rows/rows\.csv: refused\n.*Patients' numbers may stand in it", loop.printed
    )


def test_the_file_of_rows_is_in_no_bundle(loop):
    rows = (medium(loop) / "rows" / "rows.csv").read_bytes().splitlines()
    assert len(rows) == 2_695
    released = b"".join(path.read_bytes() for path in loop.bundle.iterdir())
    assert not [row for row in rows if row in released]
    assert not [path.name for path in loop.bundle.iterdir() if "rows" in path.name]


# What left


def test_the_bundle_holds_tables_twice_a_picture_a_readme_and_a_manifest(loop):
    tables = ("ages", "bleeding_rates", "bleeds", "paracetamol_by_risk", "starts_by_decade")
    expected = {f"{table}.{end}" for table in tables for end in ("csv", "json")}
    drawn = ("ages", "starts_by_decade")
    expected |= {f"{table}.{end}" for table in drawn for end in ("png", "svg")}
    assert {path.name for path in loop.bundle.iterdir()} == expected | {
        "README.txt",
        "manifest.json",
    }


def test_the_manifest_has_the_hash_of_every_other_file(loop):
    manifest = json.loads((loop.bundle / "manifest.json").read_text())
    told = {file["name"]: file["sha256"] for file in manifest["files"]}
    others = [path for path in loop.bundle.iterdir() if path.name != "manifest.json"]
    assert told == {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in others}
    assert manifest["approved_by"] == ["bilal", "chloé"]


def test_the_picture_is_drawn_by_us_from_the_numbers_that_left(loop):
    picture = (loop.bundle / "starts_by_decade.png").read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    reports = [report_json.loads(p.read_bytes()) for p in loop.site.reports.iterdir()]
    (table,) = [
        file.table
        for report in reports
        for file in report.files
        if file.path == "output/starts_by_decade.csv"
    ]
    assert figures.draw(table)["png"] == picture


def test_no_file_that_left_is_one_that_the_study_wrote(loop):
    written = {p.read_bytes() for p in medium(loop).rglob("*") if p.is_file()}
    assert not [p.name for p in loop.bundle.iterdir() if p.read_bytes() in written]


# What is on the record


def test_the_ledger_is_sound(loop, capsys):
    assert main(["ledger", "verify", str(loop.site.root)]) == 0
    assert capsys.readouterr().out.startswith("The ledger is sound: ")


@pytest.fixture
def copied(loop: Played, tmp_path: Path) -> Path:
    """The site without its stores, to be damaged."""
    leave = shutil.ignore_patterns("store", "code", "repositories", "outbox")
    return Path(shutil.copytree(loop.site.root, tmp_path / "site", ignore=leave))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9])
def test_a_flipped_byte_of_the_ledger_is_found(copied, share, capsys):
    path = copied / "state" / "ledger.jsonl"
    data = bytearray(path.read_bytes())
    data[int(share * len(data))] ^= 1
    path.write_bytes(data)
    assert main(["ledger", "verify", str(copied)]) == 11
    assert "ledger" in capsys.readouterr().err


def test_a_removed_last_entry_is_found_by_the_head_that_was_noted(copied, capsys):
    path = copied / "state" / "ledger.jsonl"
    head = Ledger(path).head()
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    noted = f"{head.seq}:{head.sha256}"
    assert main(["ledger", "verify", str(copied)]) == 0
    assert main(["ledger", "verify", str(copied), "--head", noted]) == 11


def test_the_ledger_has_request_query_jobs_votes_and_release_in_order(loop):
    kinds = [entry.kind for entry in Ledger(loop.site.ledger).entries()]
    assert kinds == [
        *("warehouse check", "person added", "key added"),  # by the operator, before
        *["person added"] * 3,  # anybody asked
        *("request", "query", "job", "job", "job"),
        *("release.submitted", "release.voted", "release.voted"),
        *("release.decided", *["release.cells"] * 5, "release.released"),
    ]


def test_the_ledger_names_who_did_what(loop):
    entries = list(Ledger(loop.site.ledger).entries())
    who = {(entry.kind, entry.who) for entry in entries}
    assert {("request", "ana"), ("release.submitted", "ana")} <= who
    assert {name for kind, name in who if kind == "release.voted"} == {"bilal", "chloé"}
    released = entries[-1].body
    manifest = (loop.bundle / "manifest.json").read_bytes()
    assert released["manifest_sha256"] == hashlib.sha256(manifest).hexdigest()


# What is left behind


def test_no_process_is_left(loop):
    assert loop.left == ()


def test_no_container_is_left(loop, docker_engine, docker_client):
    for name in (loop.site.boxes, home.boxes_of(loop.folder / "study")):
        label = {"label": f"{SITE_LABEL}={name}"}
        assert docker_client.containers.list(all=True, filters=label) == []


def test_no_socket_and_no_sign_of_a_server_is_left(loop):
    assert not [p for p in loop.folder.rglob("*") if p.is_socket() or p.is_fifo()]
    assert not list(loop.site.state.glob("*.json"))
    assert list((loop.site.state / "runs").iterdir()) == []


# What must not be seen


def test_a_token_is_its_owners_alone_to_read(loop):
    files = sorted((loop.folder / "tokens").iterdir())
    assert [path.name for path in files] == ["ana", "bilal", "chloé", "omar"]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_a_token_is_nowhere_but_in_its_file(loop):
    tokens = [p.read_text().strip().encode() for p in (loop.folder / "tokens").iterdir()]
    holders = [
        path
        for path in loop.folder.rglob("*")
        if path.is_file() and any(token in path.read_bytes() for token in tokens)
    ]
    assert {path.parent.name for path in holders} == {"tokens"}
    assert not [token for token in tokens if token.decode() in loop.printed]


@dataclass(frozen=True)
class Answers:
    """What the site says of the release and its request, by who asks."""

    texts: dict[tuple[str, str], str]

    def of(self, name: str, path: str) -> str:
        return self.texts[name, path]


PATHS = (
    *("/", "/health", "/releases", "/releases/{release}", "/api/requests"),
    *("/api/requests/{request}", "/api/releases", "/api/releases/{release}"),
)


@pytest.fixture(scope="module")
def answers(loop: Played) -> Answers:
    """Every kind of person looks at every address; the site is opened as it was left."""
    ids = {"request": loop.request, "release": loop.bundle.name}
    texts = {}
    with opened(loop.site) as site:
        app = serving.application(site, Changes(), https=False)
        for name in ("ana", "bilal", "omar", "a stranger"):
            known = name != "a stranger"
            headers = {"authorization": f"Bearer {loop.token(name)}"} if known else {}
            for path in PATHS:
                answer = Caller(app, headers).get(path.format(**ids))
                texts[name, path] = f"{answer.status_code} {answer.headers}\n{answer.text}"
    return Answers(texts)


def test_the_public_record_shows_the_run_and_its_release_to_anybody(loop, answers):
    page = answers.of("a stranger", "/")
    assert page.startswith("200")
    assert loop.bundle.name in page
    assert loop.request in page
    (commit,) = {e.body["commit"] for e in Ledger(loop.site.ledger).entries() if
                 e.kind == "request"}  # fmt: skip
    assert commit[:12] in page


def test_a_reviewer_sees_the_released_table_with_its_cells(answers):
    page = answers.of("bilal", "/releases/{release}")
    assert page.startswith("200")
    assert "Gastrointestinal bleeding within a year of a first NSAID" in page
    assert "released" in page
    (report,) = [
        entry
        for entry in json.loads(
            answers.of("bilal", "/api/releases/{release}").partition("\n")[2]
        )["reports"]
        if entry["path"] == "output/bleeds.csv"
    ]
    assert [c["hidden"] for c in report["table"]["cells"] if c["hidden"]] == [
        "complementary",
        "primary",
        "complementary",
    ]


def test_its_author_and_the_operator_see_that_it_left_and_no_report(answers):
    for name in ("ana", "omar"):
        told = json.loads(answers.of(name, "/api/releases/{release}").partition("\n")[2])
        assert told["status"] == "released"
        assert not told.get("reports")


STRANGERS = {"/": "200", "/health": "200"} | dict.fromkeys(PATHS[2:4], "303")
"""Pages send whoever isn't signed in to where one does."""


def test_a_stranger_sees_the_public_record_and_nothing_else(answers):
    for path in PATHS:
        code = answers.of("a stranger", path)[:3]
        assert code == STRANGERS.get(path, "401"), path


def everything_said(loop: Played, answers: Answers) -> dict[str, str]:
    """All that people and programs outside the secure stores may read."""
    logs = sorted((loop.folder / "logs").iterdir())
    assert [path.name for path in logs] == ["runner.log", "serve.log"]
    said = {path.name: path.read_text() for path in logs}
    said |= {f"{who} at {path}": text for (who, path), text in answers.texts.items()}
    for path in (*loop.bundle.iterdir(), *loop.site.reports.iterdir(), loop.site.ledger):
        said[path.name] = path.read_bytes().decode("latin-1")
    database = loop.site.state / "strongroom.sqlite"
    said[database.name] = database.read_bytes().decode("latin-1")
    for path in (high(loop) / "metadata").rglob("*"):
        if path.is_file():
            said[f"metadata {path.name}"] = path.read_text()
    return {**said, "the demo's own words": loop.printed}


def test_nobodys_row_is_told_anywhere(loop, answers, cohort):
    """A row as the analysis wrote it; it is in its own file, so it would be seen."""
    kept = (medium(loop) / "rows" / "rows.csv").read_text()
    rows = [
        ",".join(str(row[name]) for name in ("patient_id", "sex", "age", "nsaid", "bleed"))
        for row in cohort
    ]
    assert all(f"\n{row}\n" in kept for row in rows)
    for name, text in everything_said(loop, answers).items():
        assert not [row for row in rows if row in text], name


def test_nobodys_date_is_told_anywhere(loop, answers, cohort):
    """The days of first prescriptions lie years back: no date of our own is one of them."""
    dates = {row["start_date"] for row in cohort}
    assert len(dates) > 2_000
    assert all(isinstance(day, date) and day.year < 2020 for day in dates)
    words = {form for day in dates for form in (day.isoformat(), repr(day))}
    for name, text in everything_said(loop, answers).items():
        assert not [word for word in words if word in text], name


def test_a_date_would_be_seen(cohort):
    """In any text that holds a row as Python or pandas prints it, or JSON has it."""
    row = cohort[0]
    day = row["start_date"].isoformat()
    assert day in json.dumps(row, default=str)
    assert repr(row["start_date"]) in repr(row)
