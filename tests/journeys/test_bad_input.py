"""Whatever is wrong with what people give ends in place, problem and remedy, and a code by
its kind; nobody sees a traceback, and nothing is written."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from job_runner.ledger import Ledger
from job_runner.store import Store
from tests.a_command import Said, contents, strongroom
from tests.a_served_site import ServedSite, init, process, served
from tests.a_study import a_commit, git
from tests.ssh_keys import a_key

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]

DEFINITION = "analysis/dataset_definition.py"


@dataclass(frozen=True)
class Told:
    """What an error must say: exit code, kind, and patterns of its three parts."""

    code: int
    kind: str
    where: str
    problem: str
    remedy: str

    def by(self, said: Said) -> None:
        """Fails unless people were told so, on the error stream."""
        assert said.code == self.code, said
        expected = f"(?m)^.*{self.where}.*: .*{self.problem}.*\n  .*{self.remedy}"
        assert re.search(expected, said.err), said.err
        assert "Traceback" not in said.out + said.err

    def in_json_by(self, said: Said) -> None:
        """Fails unless programs were told the same."""
        assert said.code == self.code
        assert said.error["kind"] == self.kind
        for one in said.error.get("errors", [said.error]):
            assert re.search(self.where, one["where"])
            assert re.search(self.problem, one["problem"])
            assert re.search(self.remedy, one["remedy"])
        assert "Traceback" not in said.out + said.err


@pytest.fixture(scope="module")
def template(
    docker_engine: object,
    cohort_image: str,
    python_image: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A study as ``strongroom init`` makes it, where there are engine and images."""
    folder = tmp_path_factory.mktemp("template") / "study"
    assert strongroom("init", folder).code == 0
    return folder


@pytest.fixture
def study(template: Path, tmp_path: Path) -> Path:
    """A copy of its own for each test."""
    return Path(shutil.copytree(template, tmp_path / "study"))


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def added(path: Path, line: str) -> None:
    path.write_text(f"{path.read_text()}{line}\n")


# A definition

Change = Callable[[Path], None]

DEFINITIONS: dict[str, tuple[Change, Told]] = {
    "a misspelt column": (
        lambda path: changed(path, "diagnoses.code.is_in(gi", "diagnoses.cod.is_in(gi"),
        Told(3, "DefinitionError", "definition.py line 34", "has no column cod", "code"),
    ),
    "a missing codelist": (
        lambda path: changed(path, "codelists/aspirin.csv", "codelists/asprin.csv"),
        Told(3, "DefinitionError", "line 11", "no codelist .*/asprin.csv", "aspirin.csv"),
    ),
    "an endless loop": (
        lambda path: added(path, "while True: pass"),
        Told(3, "DefinitionError", "definition.py", "took more than 2 s", "ends at once"),
    ),
    "a socket": (
        lambda path: added(
            path, "import socket; socket.create_connection(('10.0.0.1', 80), 5)"
        ),
        Told(3, "DefinitionError", "line 69", "outside world", "no network"),
    ),
}


@pytest.mark.parametrize("what", DEFINITIONS)
def test_a_definition_that_is_wrong_is_told_by_check(study, what):
    change, told = DEFINITIONS[what]
    change(study / DEFINITION)
    before = contents(study)
    limit = ("--time-limit", "2") if what == "an endless loop" else ()
    check = ("check", study / DEFINITION, *limit)
    told.by(strongroom(*check))
    told.in_json_by(strongroom(*check, "--json"))
    assert contents(study) == before


def test_a_definition_that_is_wrong_makes_no_dummy_data(study):
    change, told = DEFINITIONS["a misspelt column"]
    change(study / DEFINITION)
    told.by(strongroom("dummy-data", study / DEFINITION, "--output", study / "dummy"))
    assert not (study / "dummy").exists()


def test_a_definition_that_is_wrong_stops_a_run_which_leaves_its_log_alone(study):
    change, told = DEFINITIONS["a misspelt column"]
    change(study / DEFINITION)
    before = contents(study)
    said = strongroom("run", "run_all", "--study", study, "--json")
    by_code = Told(3, "JobsFailed", "action extract", "definition", "strongroom check")
    by_code.in_json_by(said)
    logs = {ran["action"]: ran["log"] for ran in said.json}
    assert re.search(f"{told.where}: .*{told.problem}\n", logs["extract"])
    after = contents(study)
    new = {path.split("/")[0] for path in after.keys() - before.keys()}
    assert new == {".strongroom", "metadata"}
    assert git(study, "status", "--porcelain") == f"M {DEFINITION}"
    files = [p for p in (study / "metadata").rglob("*") if p.is_file() and p.stat().st_size]
    assert [path.name for path in files] == ["extract.log"]


def test_the_same_is_told_to_people_below_what_the_box_printed(study):
    DEFINITIONS["a missing codelist"][0](study / DEFINITION)
    said = strongroom("run", "extract", "--study", study)
    assert "extract: failed (definition_error)" in said.out
    assert "| analysis/dataset_definition.py line 11: there is no codelist" in said.out
    Told(3, "", "action extract", "definition", "strongroom check").by(said)


# A project file

PROJECTS: dict[str, tuple[Change, Told]] = {
    "a cycle": (
        lambda path: changed(
            path,
            "analysis/dataset_definition.py --output output/dataset.parquet\n",
            "analysis/dataset_definition.py --output output/dataset.parquet\n"
            "    needs: [tables]\n",
        ),
        Told(4, "ProjectErrors", "project.yaml, line 5", "in a circle", "Take one"),
    ),
    "an unknown key": (
        lambda path: changed(path, "    needs:", "    neds:"),
        Told(4, "ProjectErrors", "project.yaml, line 13", "'neds'", "`needs`"),
    ),
    "a path that escapes": (
        lambda path: changed(path, "output/bleeds.csv", "../bleeds.csv"),
        Told(4, "ProjectErrors", "yaml, line 17", "leads out of its folder", "for example"),
    ),
    "a path from the root": (
        lambda path: changed(path, "output/bleeds.csv", "/etc/passwd"),
        Told(4, "ProjectErrors", "yaml, line 17", "isn't relative", "for example"),
    ),
    "no UTF-8": (
        lambda path: path.write_bytes(b"version: 5\nactions: {}  # \xff\n") and None,
        Told(4, "ProjectErrors", "yaml, line 2", "a character is broken", "file as UTF-8"),
    ),
    "a folder in its place": (
        lambda path: path.unlink() or (path / "x").mkdir(parents=True),
        Told(4, "ProjectError", "study", "there is no project.yaml", "strongroom init"),
    ),
}


@pytest.mark.parametrize("command", ["check", "run run_all"])
@pytest.mark.parametrize("what", PROJECTS)
def test_a_project_file_that_is_wrong_is_told_before_anything_is_run(study, what, command):
    change, told = PROJECTS[what]
    change(study / "project.yaml")
    words = (*command.split(), "--study", study)
    before = contents(study)
    told.by(strongroom(*words))
    told.in_json_by(strongroom(*words, "--json"))
    assert contents(study) == before


# A submission

ALLOWED = "[extract, tables]"


@pytest.fixture(scope="module")
def site(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedSite]:
    """It fetches from the template, and its policy doesn't allow the action ``rows``."""
    folder = tmp_path_factory.mktemp("north") / "site"
    with served(folder, template, ALLOWED) as site:
        yield site


@pytest.fixture
def origin(site: ServedSite, template: Path) -> Iterator[Path]:
    """The repository that the site fetches from; as it was again after each test."""
    before = git(template, "rev-parse", "HEAD")
    yield template
    git(template, "reset", "--quiet", "--hard", before)


def kept(site: ServedSite) -> dict[str, object]:
    """Everything that a refused submission must leave as it was."""
    with Store(site.folder.database) as store:
        requests = [request.id for request in store.requests()]
    folders = (site.folder.store, site.folder.outbox, site.folder.reports)
    return {"requests": requests, **{str(f): contents(f) for f in folders}}


def submit(site: ServedSite, origin: Path, *words: str, by: str = "ana") -> tuple[str, ...]:
    return ("submit", "--study", str(origin), *words, *site.by(by), *site.signing(by))


SUBMISSIONS: dict[str, tuple[tuple[str, ...], Told]] = {
    "an unknown commit": (
        ("extract", "--commit", "0" * 40),
        Told(5, "RequestRefused", "at 000000000000", "no such commit", "git push"),
    ),
    "no commit's id": (
        ("extract", "--commit", "main"),
        Told(5, "RequestRefused", "commit 'main'", "full commit id", "40 characters"),
    ),
    "another repository": (
        ("extract", "--repository", "https://example.org/another"),
        Told(5, "RequestRefused", "repository", "no project of this site", "custodian"),
    ),
    "an action that isn't in the project": (
        ("misspelt",),
        Told(4, "ProjectError", "the actions asked for", "'misspelt'", "Name actions"),
    ),
}


@pytest.mark.parametrize("what", SUBMISSIONS)
def test_a_submission_that_is_wrong_is_refused(site, origin, what):
    words, told = SUBMISSIONS[what]
    before = kept(site)
    told.by(strongroom(*submit(site, origin, *words)))
    told.in_json_by(strongroom(*submit(site, origin, *words), "--json"))
    assert kept(site) == before


def test_an_action_that_policy_does_not_allow_is_refused_and_on_record(site, origin):
    text = (origin / "project.yaml").read_text()
    turned_on = re.sub(r"(?ms)^  # (?=rows:|  )", "  ", text)
    a_commit(origin, {"project.yaml": turned_on})
    assert strongroom("check", "--study", origin, "--json").json["actions"][-1] == "rows"
    before = kept(site)
    told = Told(5, "RequestRefused", "project bleeding", "rows: .*policy", "custodian")
    told.by(strongroom(*submit(site, origin, "run_all")))
    assert kept(site) == before
    last = list(Ledger(site.folder.ledger).entries())[-1]
    assert (last.kind, last.who) == ("refusal", "ana")


@pytest.mark.parametrize("what", ["a cycle", "an unknown key", "a path that escapes"])
def test_a_project_file_that_is_wrong_is_refused_by_the_site_too(site, origin, what):
    change, told = PROJECTS[what]
    change(origin / "project.yaml")
    a_commit(origin, {})
    before = kept(site)
    told.by(strongroom(*submit(site, origin, "extract")))
    assert kept(site) == before


TOKENS = {
    "nobody's": ("srt_" + "A" * 43, "isn't one that is known|isn't known", ""),
    "two lines": ("one\ntwo", "no token can be read", ""),
    "nothing": ("", "no token can be read", ""),
    "no ASCII": ("tökén", "no token can be read", ""),
}


@pytest.mark.parametrize("what", TOKENS)
def test_a_bad_token_is_refused_and_not_repeated(site, origin, tmp_path, what):
    token, problem, _ = TOKENS[what]
    path = tmp_path / "token"
    path.write_text(token)
    words = ("submit", "extract", "--study", origin, "--server", site.url)
    before = kept(site)
    said = strongroom(*words, "--token-file", path)
    Told(5, "RequestRefused", "", problem, "custodian|operator").by(said)
    assert not token or token not in said.err
    assert kept(site) == before


def test_a_token_file_that_is_not_there_is_told(site, origin, tmp_path):
    words = ("submit", "extract", "--study", origin, "--server", site.url)
    told = Told(5, "RequestRefused", "nowhere", "no token can be read", "--token-file")
    told.by(strongroom(*words, "--token-file", tmp_path / "nowhere"))


def test_a_key_that_the_site_does_not_know_signs_nothing(site, origin, tmp_path):
    a_key(tmp_path / "key")
    before = kept(site)
    words = ("submit", "extract", "--study", origin, *site.by("ana"))
    told = Told(5, "RequestRefused", "the signature", "isn't yours", "custodian")
    told.by(strongroom(*words, "--key", tmp_path / "key"))
    told.in_json_by(strongroom(*words, "--key", tmp_path / "key", "--json"))
    assert kept(site) == before
    last = list(Ledger(site.folder.ledger).entries())[-1]
    assert (last.kind, last.who, last.body["why"]) == (
        "not admitted",
        "ana",
        "unknown_key",
    )


def test_who_is_no_researcher_may_not_submit(site, origin):
    before = kept(site)
    said = strongroom(*submit(site, origin, "extract", by="rita"))
    Told(5, "RequestRefused", "", "researcher", "").by(said)
    assert kept(site) == before


def test_a_server_that_is_not_there_is_told(site, origin):
    words = ("submit", "extract", "--study", origin, "--server", "http://127.0.0.1:1")
    told = Told(10, "PlatformError", "http://127.0.0.1:1", "no server answers", "serve")
    told.by(strongroom(*words, *site.by("ana")[2:]))


def test_a_definition_that_is_wrong_is_told_by_its_code_alone(site, origin):
    """The researcher finds out at home: nothing but the code leaves the site."""
    DEFINITIONS["a misspelt column"][0](origin / DEFINITION)
    a_commit(origin, {})
    submitted = strongroom(*submit(site, origin, "extract"), "--json").json
    site.run()
    said = strongroom("status", submitted["id"], "--watch", *site.by("ana"))
    Told(3, "", "action extract", "definition", "strongroom check").by(said)
    assert "cod" not in re.findall(r"\w+", said.out + said.err)
    assert not list(site.folder.store.rglob("*.parquet"))


# A claim

WRONG = """
import json
from pathlib import Path

path = Path("output/bleeds.claim.json")
claim = json.loads(path.read_text())
claim["cells"][0]["values"]["n"] += 1
path.write_text(json.dumps(claim))
"""


def test_a_claim_whose_numbers_are_wrong_is_refused(site, origin):
    added(origin / "analysis/tables.py", WRONG)
    a_commit(origin, {})
    request = strongroom(*submit(site, origin, "tables"), "--json").json["id"]
    assert site.run() == []
    done = strongroom("status", request, "--watch", "--json", *site.by("ana"))
    assert (done.code, done.json["state"]) == (0, "succeeded")
    before = kept(site)
    asked = ("release", request, "--file", "output/bleeds.csv", *site.by("ana"))
    problem = "output/bleeds.csv: .*couldn't be confirmed from the cohort"
    told = Told(7, "ReleaseRefused", f"run {request}", problem, "mend them")
    told.by(strongroom(*asked))
    told.in_json_by(strongroom(*asked, "--json"))
    listed = strongroom("review", "list", "--json", *site.by("rita")).json
    assert listed == {"releases": []}
    assert kept(site) == before


# A warehouse

GONE = Told(9, "WarehouseError", "records.duckdb", "no such file", "absolute path")


@pytest.fixture
def without_warehouse(site: ServedSite) -> Iterator[ServedSite]:
    """The site, while its database is elsewhere."""
    database = site.folder.root.parent / "records.duckdb"
    aside = database.rename(database.with_suffix(".aside"))
    yield site
    aside.rename(database)


def test_a_warehouse_that_is_not_there_is_told_by_its_check(without_warehouse):
    check = ("warehouse", "check", without_warehouse.folder.root)
    before = contents(without_warehouse.folder.root)
    GONE.by(strongroom(*check))
    GONE.in_json_by(strongroom(*check, "--json"))
    assert contents(without_warehouse.folder.root) == before


def test_no_site_is_made_for_a_warehouse_that_is_not_there(study, tmp_path):
    folder = tmp_path / "sites" / "south"
    GONE.by(init(folder, study, tmp_path / "records.duckdb"))
    assert not folder.parent.exists()


def test_no_site_is_made_for_a_warehouse_that_is_no_database(study, tmp_path):
    folder, database = tmp_path / "sites" / "south", tmp_path / "records.duckdb"
    database.write_text("patient_id,date_of_birth\n1,1980-01-01\n")
    told = Told(9, "WarehouseError", "records.duckdb", "", "")
    said = init(folder, study, database)
    told.by(said)
    assert "1980" not in said.err
    assert not folder.parent.exists()


def test_an_extraction_without_its_warehouse_ends_with_the_warehouses_code(
    without_warehouse, origin
):
    site = without_warehouse
    before = contents(site.folder.outbox)
    a_commit(origin, {"README.md": "Another commit, so that the cohort is out of date"})
    request = strongroom(*submit(site, origin, "tables"), "--json").json["id"]
    assert site.run() == []
    said = strongroom("status", request, "--watch", *site.by("ana"))
    told = Told(9, "", "action extract", "warehouse isn't there", "warehouse check")
    told.by(said)
    assert "tables   failed (dependency_failed)" in said.out
    assert "records.duckdb" not in said.out + said.err
    log = site.folder.store / "high/bleeding/metadata/logs/extract.log"
    assert "records.duckdb: there is no such file" in log.read_text()
    assert contents(site.folder.outbox) == before


def test_a_runner_tells_its_operator_that_the_warehouse_is_not_there(without_warehouse):
    site = without_warehouse.folder
    with process("runner", site.root, sign=site.state / "runner.json") as running:
        assert running.stdout is not None
        lines = [running.stdout.readline() for _ in range(4)]
    assert lines[0] == "Running the jobs of north\n"
    assert "records.duckdb: there is no such file" in lines[1]
    assert running.returncode == 0
    assert not (site.state / "runner.json").exists()
    assert not list(site.wakes.iterdir())
