"""Codelists fetched by real commands, from a real server, a repository and a folder."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from job_runner.codelists.web import NotHad, Web
from tests.a_command import Said, contents, strongroom
from tests.a_study import a_blob, a_commit, a_repository, a_tree_commit, git

ASTHMA = "code,term\n195967001,Asthma\n"
FEVER = "code,term\n386661006,Fever\n"
Answer = tuple[int, Mapping[str, str], bytes]


@dataclass
class Server:
    """``answers``: by path. ``asked``: what was."""

    address: str
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def gives(self, path: str, body: str) -> str:
        """Says this there from now on; the address."""
        self.answers[path] = (200, {}, body.encode())
        return f"{self.address}{path}"

    def leads(self, path: str, to: str) -> str:
        self.answers[path] = (302, {"Location": to}, b"")
        return f"{self.address}{path}"


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(self.path)
            status, headers, body = told.answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told = Server(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.05}
        )
        thread.start()
        yield told
        server.shutdown()
        thread.join()


@pytest.fixture
def server(running: Server) -> Server:
    running.answers.clear()
    running.asked.clear()
    return running


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "project.yaml").write_text("version: 5\nactions: {}\n")
    return folder


def codelists(study: Path, *words: str | Path) -> Said:
    return strongroom("codelists", *words, "--study", study)


def refused(study: Path, *words: str | Path) -> str:
    """What a command says that writes nothing."""
    before = contents(study)
    said = codelists(study, *words)
    assert (said.code, contents(study)) == (15, before), said
    return said.err


def the_record(study: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(
        (study / "codelists/codelists.json").read_text()
    )["files"]
    return found


def test_a_codelist_is_fetched_by_its_id_and_held(server: Server, study: Path) -> None:
    server.gives("/codelist/org/asthma/v1/download.csv", ASTHMA)
    catalogue = ("--catalogue", f"{server.address}/codelist")
    said = codelists(study, "add", "org/asthma/v1", *catalogue)
    assert said.out.splitlines() == ["codelist        is", "org-asthma.csv  new"]
    assert (study / "codelists/codelists.txt").read_text() == "org/asthma/v1\n"
    assert (study / "codelists/org-asthma.csv").read_text() == ASTHMA
    entry = the_record(study)["org-asthma.csv"]
    assert entry["id"] == "org/asthma/v1"
    assert entry["url"] == f"{server.address}/codelist/org/asthma/v1/"
    assert entry["sha"] == hashlib.sha1(ASTHMA.encode()).hexdigest()
    assert entry["sha256"] == hashlib.sha256(ASTHMA.encode()).hexdigest()
    assert codelists(study, "check").out == "1 codelists, as they were fetched\n"
    again = codelists(study, "update", *catalogue, "--json").json
    assert again == [{"file": "org-asthma.csv", "is": "same"}]
    assert the_record(study)["org-asthma.csv"] == entry, "the date is of these bytes"


def test_a_new_version_takes_the_place_of_the_old(server: Server, study: Path) -> None:
    catalogue = ("--catalogue", f"{server.address}/")
    server.gives("/org/asthma/v1/download.csv", ASTHMA)
    server.gives("/org/asthma/v2/download.csv", FEVER)
    server.gives("/org/other/v1/download.csv", FEVER)
    codelists(study, "add", "org/asthma/v1", "org/other/v1", *catalogue)
    (study / "codelists/codelists.txt").write_text("# newer\norg/asthma/v2\n")
    assert "asks for 'org/asthma/v2'" in refused(study, "check")
    said = codelists(study, "update", *catalogue)
    assert said.out.splitlines()[1:] == [
        "org-asthma.csv  changed",
        "org-other.csv   removed",
    ]
    assert codelists(study, "check").code == 0
    assert (study / "codelists/org-asthma.csv").read_text() == FEVER


def test_a_file_edited_by_hand_is_found_and_never_lost_unasked(
    server: Server, study: Path
) -> None:
    address = server.gives("/lists/asthma.csv", ASTHMA)
    codelists(study, "add", address)
    edited = study / "codelists/asthma.csv"
    edited.write_text(f"{ASTHMA}1,mine\n")
    assert "codelists/asthma.csv: it isn't as it was fetched" in refused(study, "check")
    assert "codelists/asthma.csv: it would be lost" in refused(study, "update")
    assert codelists(study, "update", "--force").code == 0
    assert edited.read_text() == ASTHMA


def test_a_link_in_the_place_of_a_codelist_is_not_written_through(
    server: Server, study: Path, tmp_path: Path
) -> None:
    address = server.gives("/asthma.csv", ASTHMA)
    (study / "codelists").mkdir()
    (tmp_path / "precious").write_text("mine")
    (study / "codelists/asthma.csv").symlink_to(tmp_path / "precious")
    assert "it would be lost" in refused(study, "add", address)
    (study / "codelists/codelists.txt").write_text(f"{address}\n")
    assert codelists(study, "update", "--force").code == 0
    assert (tmp_path / "precious").read_text() == "mine"
    assert not (study / "codelists/asthma.csv").is_symlink()
    (study / "codelists/asthma.csv").unlink()
    (study / "codelists/asthma.csv").mkdir()
    assert "it would be lost" in refused(study, "update")
    assert codelists(study, "update", "--force").code == 10
    assert list((study / "codelists").glob(".*")) == [], "nothing half written is left"


def test_where_one_can_t_be_had_nothing_is_written_and_all_are_told(
    server: Server, study: Path
) -> None:
    good = server.gives("/good.csv", ASTHMA)
    page = server.gives("/page.csv", "<html>Sign in</html>")
    said = refused(study, "add", good, page, f"{server.address}/gone.csv")
    assert "line 2" in said
    assert "it is a page for people, not a CSV file" in said
    assert "line 3" in said
    assert "the server says 404" in said


def test_an_address_may_lead_on_but_to_no_other_kind(
    server: Server, study: Path, tmp_path: Path
) -> None:
    server.gives("/there.csv", ASTHMA)
    assert codelists(study, "add", server.leads("/here.csv", "/there.csv")).code == 0
    secret = tmp_path / "secret.csv"
    secret.write_text(ASTHMA)
    for number, to in enumerate([f"file://{secret}", "https://127.0.0.1:1/", "ftp://h/a"]):
        said = refused(study, "add", server.leads(f"/{number}.csv", to))
        assert "leads on to one of another kind" in said
    said = refused(study, "add", server.leads("/round.csv", "/round.csv"))
    assert "leads from one to the next without end" in said
    assert "'file' aren't read" in refused(study, "add", f"file://{secret}")


def test_what_is_too_large_packed_or_slow_is_left(server: Server, study: Path) -> None:
    assert "it has more than 20 MB" in refused(
        study, "add", server.gives("/large.csv", "x" * (20 * 1024**2 + 1))
    )
    packed = gzip.compress(ASTHMA.encode())
    server.answers["/packed.csv"] = (200, {"Content-Encoding": "gzip"}, packed)
    assert "sends it packed" in refused(study, "add", f"{server.address}/packed.csv")
    server.answers["/short.csv"] = (200, {"Content-Length": "99999"}, ASTHMA.encode())
    assert "nobody answers there" in refused(study, "add", f"{server.address}/short.csv")
    assert "nobody answers there" in refused(study, "add", "http://127.0.0.1:1/a.csv")
    ticking = Web(monotonic=itertools.count(0, 100).__next__)
    with pytest.raises(NotHad, match="it took more than 60 s"):
        ticking.get(server.gives("/slow.csv", ASTHMA))


def test_codelists_of_a_folder_are_asked_for_by_their_paths(study: Path) -> None:
    lists = study.parent / "lists"
    lists.mkdir()
    (lists / "asthma.csv").write_text(ASTHMA)
    (lists / "fever.CSV").write_text(FEVER)
    (lists / "notes.txt").write_text("no codelist")
    assert codelists(study, "add", lists / ".." / "lists").code == 0
    assert codelists(study, "check").code == 0
    assert set(the_record(study)) == {"asthma.csv", "fever.CSV"}
    (lists / "fever.CSV").unlink()
    assert "no ordinary file of that name" in refused(study, "update")
    (study / "codelists/own.csv").write_text(FEVER)
    assert "it lies in codelists/ itself" in refused(
        study, "add", study / "codelists/own.csv"
    )
    (study / "empty").mkdir()
    assert codelists(study, "add", study / "empty").code == 2


def test_a_path_is_meant_from_where_it_is_given(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (study.parent / "asthma.csv").write_text(ASTHMA)
    (study / "mine").mkdir()
    (study / "mine/fever.csv").write_text(FEVER)
    (study / "analysis").mkdir()
    monkeypatch.chdir(study / "analysis")
    said = strongroom("codelists", "add", "../../asthma.csv", "../mine/fever.csv")
    assert said.code == 0
    written = (study / "codelists/codelists.txt").read_text()
    assert written == "../asthma.csv\n./mine/fever.csv\n"


def test_a_codelist_of_a_repository_is_held_with_its_commit(study: Path) -> None:
    lists = study.parent / "lists"
    first = a_repository(
        lists, {"lists/asthma.csv": ASTHMA, ".gitattributes": "* filter=x"}
    )
    git(lists, "tag", "v1")
    second = a_commit(lists, {"lists/asthma.csv": FEVER})
    source = f"git+{lists}@{{}}#lists/asthma.csv"
    for revision, commit in (("v1", first), ("main", second), (first, first)):
        (study / "codelists").mkdir(exist_ok=True)
        (study / "codelists/codelists.txt").write_text(f"{source.format(revision)}\n")
        assert codelists(study, "update").code == 0
        assert the_record(study)["asthma.csv"]["commit"] == commit
    assert (study / "codelists/asthma.csv").read_text() == ASTHMA
    (study / "codelists/codelists.txt").write_text("git+../lists#lists/asthma.csv\n")
    assert codelists(study, "update").code == 0
    assert the_record(study)["asthma.csv"]["commit"] == second


def test_what_a_repository_has_not_is_told(study: Path) -> None:
    lists = study.parent / "lists"
    a_repository(lists, {"asthma.csv": ASTHMA})
    large = a_blob(lists, "x" * (20 * 1024**2 + 1))
    target = a_blob(lists, "/etc/passwd")
    tree = f"100644 blob {large}\tlarge.csv\n120000 blob {target}\tlink.csv\n"
    a_tree_commit(lists, tree, "strange")
    for source, why in (
        (f"git+{lists}#fever.csv", "has no file of that name"),
        (f"git+{lists}@strange#link.csv", "has no file of that name"),
        (f"git+{lists}@strange#large.csv", "it has more than 20 MB"),
        (f"git+{lists}@nowhere#asthma.csv", "git can't have nowhere of that repository"),
        (f"git+{lists}@{'0' * 40}#asthma.csv", "git can't have 000"),
        (f"git+{lists}-gone#asthma.csv", "git can't have its main branch"),
    ):
        assert why in refused(study, "add", source), source
