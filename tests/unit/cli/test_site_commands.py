"""What a custodian does to a site's folder, without a warehouse or an engine."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from cli import exits
from cli.compose import folder
from cli.compose.folder import SiteFolder
from cohort_dsl.errors import WarehouseError
from job_runner import images
from job_runner.errors import PlatformError
from job_runner.images.build import LOCK_FILE
from job_runner.images.lock import ImageLock, LockedImage
from job_runner.ledger import Ledger
from job_runner.site import policy
from tests.a_command import Said, contents, strongroom
from tests.an_omop import LACKS, built, on_server
from tests.ssh_keys import a_key

SETTINGS: Mapping[str, object] = {
    "name": "north",
    "warehouse": {"engine": "duckdb", "database": "/nowhere.duckdb", "mapping": "omop"},
    "disclosure": "disclosure.yaml",
    "workers": 1,
    "database_workers": 1,
    "limits": {"memory": "1 G", "cpus": 1, "disk": "1 G", "wall_clock": "1 h"},
    "projects": {"asthma": {"repositories": ["https://example.org/a"], "actions": ["*"]}},
    "images": {
        name: {"reference": f"strongroom/{name}", "layers": ["sha256:" + "a" * 64]}
        for name in ("cohort:v1", "python:v1")
    },
}


@pytest.fixture
def site(tmp_path: Path) -> SiteFolder:
    return folder.create(tmp_path / "site", SETTINGS)


def add(site: SiteFolder, name: str, token: Path, *more: str) -> Said:
    words = ("site", "person", "add", name, site.root, "--role", "researcher")
    return strongroom(*words, "--token-file", token, *more)


# Its folder


def test_a_sites_folders_and_secrets_are_its_accounts_alone(site):
    assert {path.stat().st_mode & 0o777 for path in site.folders()} == {0o700}
    secrets = [site.state / "secrets" / name for name in folder.SECRETS]
    assert {path.stat().st_mode & 0o777 for path in secrets} == {0o600}
    assert len({path.read_bytes() for path in secrets}) == len(secrets)
    assert all(len(site.secret(name)) == 32 for name in folder.SECRETS)


@pytest.mark.parametrize("there", ["a file", "a folder with something in it"])
def test_a_site_is_never_made_where_something_is(tmp_path, there):
    target = tmp_path / "site"
    inside = target if there == "a file" else target / "records.csv"
    inside.parent.mkdir(exist_ok=True)
    inside.write_text("precious")
    before = contents(tmp_path)
    with pytest.raises(PlatformError, match="something here already"):
        folder.create(target, SETTINGS)
    assert contents(tmp_path) == before


def test_settings_that_are_no_policy_make_no_site(tmp_path):
    with pytest.raises(PlatformError, match="lower-case letters"):
        folder.create(tmp_path / "sites" / "one", {**SETTINGS, "name": "North!"})
    assert contents(tmp_path) == {}


def test_a_site_that_cannot_be_put_in_its_place_leaves_nothing(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("empty")
    with pytest.raises(OSError, match="Not a directory"):
        folder.create(tmp_path / "link", SETTINGS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "link"]


def test_two_sites_of_one_name_have_boxes_of_their_own(tmp_path):
    one, two = (folder.create(tmp_path / name, SETTINGS) for name in ("one", "two"))
    assert one.boxes != two.boxes
    assert one.boxes == SiteFolder(tmp_path / "two" / ".." / "one").boxes


def init(site: Path, *words: str | Path) -> Said:
    named = ("--name", "north", "--project", "asthma", "--repository", "/srv/a")
    return strongroom("site", "init", site, *named, *words)


@pytest.fixture
def images_built(tmp_path, monkeypatch):
    """As `strongroom images build` leaves them, without the images."""
    monkeypatch.setenv("STRONGROOM_CACHE", str(tmp_path / "cache"))
    one = LockedImage("sha256:" + "a" * 64, ("sha256:" + "b" * 64,))
    lock = ImageLock({images.COHORT.reference: one, images.PYTHON.reference: one})
    (tmp_path / "cache" / "images").mkdir(parents=True)
    (tmp_path / "cache" / "images" / LOCK_FILE).write_text(lock.dumps())


def test_without_built_images_a_warehouse_can_be_tried_all_the_same(tmp_path, monkeypatch):
    """In a hospital whose server reaches no mirror of Debian's, say."""
    monkeypatch.setenv("STRONGROOM_CACHE", str(tmp_path / "cache"))
    records = built(tmp_path / "records.duckdb", {})
    said = init(tmp_path / "site", "--database", records)
    assert said.code == 0, said.err
    assert "strongroom images list --policy" in said.out
    made = policy.load(tmp_path / "site" / "site.yaml")
    assert made.images == {}
    assert strongroom("warehouse", "check", tmp_path / "site").code == 0
    listed = strongroom("images", "list", "--policy")
    assert listed.code == exits.EXIT_CODES[PlatformError]


def test_images_that_are_built_later_are_printed_as_a_policy_pins_them(
    images_built, tmp_path
):
    said = init(tmp_path / "site", "--database", built(tmp_path / "records.duckdb", {}))
    assert "images list" not in said.out
    listed = strongroom("images", "list", "--policy")
    written = yaml.safe_load((tmp_path / "site" / "site.yaml").read_text())
    assert yaml.safe_load(listed.out) == {"images": written["images"]}
    assert strongroom("images", "list", "--policy", "--json").json["images"]


def test_a_site_on_postgresql_is_made_by_telling_where_it_is(
    images_built, postgres, tmp_path
):
    site = SiteFolder(tmp_path / "site")
    (tmp_path / "pass").touch(0o600)
    with on_server(postgres, {}) as given:
        where = (f"--{word}={given[word]}" for word in ("host", "database", "user"))
        said = init(
            site.root,
            *("--engine", "postgresql", *where, "--statement-timeout", "600"),
            *("--passfile", tmp_path / "pass"),
            *(f"--empty-table={table}" for table in LACKS),
        )
        assert said.code == 0, said.err
        assert strongroom("warehouse", "check", site.root).code in (0, 9)
    assert policy.load(site.policy).warehouse == {
        **given,
        "passfile": str(tmp_path / "pass"),
        "statement_timeout": 600,
        "mapping": "omop",
        "empty_tables": list(LACKS),
    }


def test_a_server_that_is_not_there_makes_no_site(images_built, tmp_path):
    said = init(tmp_path / "site", "--engine", "postgresql", "--host", tmp_path / "none")
    assert said.code == exits.EXIT_CODES[WarehouseError]
    assert "no server answers at this host and port" in said.err
    assert not (tmp_path / "site").exists()


def test_an_oracle_that_is_not_there_makes_no_site(images_built, tmp_path):
    passfile = tmp_path / "pass"
    passfile.write_text("secret")
    passfile.chmod(0o600)
    where = ("--host", "127.0.0.1", "--port", "1", "--database", "eds", "--user", "u")
    oracle = ("--engine", "oracle", *where, "--passfile", passfile)
    said = init(tmp_path / "site", *oracle, "--set", "tables=few", "--set", "tls=1")
    assert "tls isn't yes or no; tables isn't one of private and global" in said.err
    said = init(tmp_path / "site", *oracle, "--set", "tables=private")
    assert said.code == exits.EXIT_CODES[WarehouseError]
    assert "Oracle at 127.0.0.1:1/eds: nothing listens" in said.err
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "Name the DuckDB file (--database FILE), or a folder of Parquet"),
        (
            ("--database", "x", "--host", "h"),
            "--host is for --engine postgresql or oracle or sqlserver.",
        ),
        (
            ("--database", "x", "--statement-timeout", "3"),
            "--statement-timeout is for --engine postgresql or oracle or sqlserver.",
        ),
        (("--engine", "access", "--database", "x"), "'access' is not one of"),
        (("--database", "x", "--set", "tls"), "--set tls isn't NAME=VALUE."),
        (("--database", "x", "--set", "=1"), "--set =1 isn't NAME=VALUE."),
        (("--database", "x", "--set", "a=["), "--set a=[ isn't NAME=VALUE."),
    ],
)
def test_what_an_engine_cannot_be_told_makes_no_site(tmp_path, words, told):
    said = init(tmp_path / "site", *words)
    assert (said.code, told in said.err) == (2, True)
    assert not (tmp_path / "site").exists()


# Its people


def test_a_person_gets_a_token_of_which_the_site_keeps_a_hash(site, tmp_path):
    said = add(site, "ana", tmp_path / "ana", "--json")
    assert said.json == {
        "name": "ana",
        "roles": ["researcher"],
        "token_file": str(tmp_path / "ana"),
        "keys": [],
    }
    token = (tmp_path / "ana").read_text().strip()
    assert (tmp_path / "ana").stat().st_mode & 0o777 == 0o600
    assert token not in said.out + said.err
    database = (site.state / "strongroom.sqlite").read_bytes()
    assert token.encode() not in database


def test_a_person_who_is_known_is_refused_and_no_token_is_left(site, tmp_path):
    assert add(site, "ana", tmp_path / "one").code == 0
    said = add(site, "ana", tmp_path / "two")
    assert (said.code, "'ana' is somebody already" in said.err) == (5, True)
    assert not (tmp_path / "two").exists()


@pytest.mark.parametrize("where", ["there", "nowhere/token"])
def test_a_token_overwrites_nothing_and_without_it_nobody_is_added(site, tmp_path, where):
    (tmp_path / "there").write_text("precious")
    said = add(site, "ana", tmp_path / where)
    assert (said.code, "the token can't be written" in said.err) == (10, True)
    assert (tmp_path / "there").read_text() == "precious"
    assert strongroom("site", "person", "list", site.root, "--json").json == []


def test_people_are_listed_and_whose_token_was_revoked_is_told(site, tmp_path):
    for name in ("ana", "bo"):
        add(site, name, tmp_path / name)
    revoked = strongroom("site", "person", "revoke", "bo", site.root)
    assert revoked.out == "bo's token works no more.\n"
    listed = strongroom("site", "person", "list", site.root)
    assert listed.out.splitlines() == [
        "name  roles       keys",
        "ana   researcher",
        "bo    researcher        revoked",
    ]


def test_revoking_nobody_is_told(site):
    said = strongroom("site", "person", "revoke", "zoe", site.root)
    assert (said.code, said.err) == (
        5,
        f"{site.root}: nobody is called zoe\n  See strongroom site person list.\n",
    )


def test_a_persons_keys_are_known_listed_and_revoked_and_all_is_on_record(site, tmp_path):
    public = a_key(tmp_path / "key")
    added = add(site, "ana", tmp_path / "ana", "--key", public, "--json").json
    (first,) = added["keys"]
    more = a_key(tmp_path / "more")
    person = ("site", "person")
    told = strongroom(*person, "add-key", "ana", site.root, "--key", more, "--json").json
    (second,) = told["keys"]
    listed = strongroom(*person, "list", site.root, "--json").json
    assert sorted(listed[0]["keys"]) == sorted([first, second])
    said = strongroom(*person, "revoke-key", "ana", first, site.root)
    assert said.out == f"ana's key {first} counts no more.\n"
    assert strongroom(*person, "list", site.root, "--json").json[0]["keys"] == [second]
    assert strongroom(*person, "revoke", "ana", site.root).code == 0
    kinds = [entry.kind for entry in Ledger(site.ledger).entries()]
    assert kinds == [
        *("person added", "key added", "key added", "key revoked"),
        "person revoked",
    ]


def test_what_is_no_public_key_is_refused_and_nobody_is_added(site, tmp_path):
    a_key(tmp_path / "key")
    (tmp_path / "empty").touch()
    (tmp_path / "binary").write_bytes(b"\xff")
    told = {"key": "private key", "empty": "public key", "binary": "public key"}
    for name, problem in told.items():
        said = add(site, "ana", tmp_path / "ana", "--key", tmp_path / name)
        assert (said.code, problem in said.err) == (5, True)
    assert strongroom("site", "person", "list", site.root, "--json").json == []


def test_a_key_to_add_must_be_named_and_one_to_revoke_known(site, tmp_path):
    add(site, "ana", tmp_path / "ana")
    assert strongroom("site", "person", "add-key", "ana", site.root).code == 2
    said = strongroom("site", "person", "revoke-key", "ana", "SHA256:x", site.root)
    assert (said.code, "no key of this fingerprint" in said.err) == (5, True)


# Its ledger


def test_the_last_entries_of_a_ledger_are_shown(site):
    kept = Ledger(site.ledger)
    at = datetime(2026, 3, 1, 8, tzinfo=UTC)
    for kind in ("request", "query", "job"):
        kept.append(kind, {"request": "r1"}, who="ana", at=at)
    shown = strongroom("ledger", "show", site.root, "--last", "2").out.splitlines()
    assert [line.split()[:4] for line in shown[1:]] == [
        ["2", "2026-03-01T08:00:00", "ana", "query"],
        ["3", "2026-03-01T08:00:00", "ana", "job"],
    ]
    listed = strongroom("ledger", "show", site.root, "--json").json
    assert [entry["kind"] for entry in listed] == ["request", "query", "job"]


def test_an_empty_ledger_is_sound_and_has_no_head(site):
    told = strongroom("ledger", "verify", site.root, "--json").json
    assert told == {"entries": 0, "tables": 0, "head": None}


@pytest.mark.parametrize("noted", ["7", "x:" + "a" * 64, "7:abc"])
def test_a_head_that_was_not_printed_so_is_a_wrong_word(site, noted):
    said = strongroom("ledger", "verify", site.root, "--head", noted)
    assert (said.code, "SEQ:SHA256" in said.err) == (exits.USAGE, True)


# Its server


@pytest.mark.parametrize("command", ["serve", "runner", "ledger verify", "ledger show"])
def test_a_folder_that_is_no_site_is_told(tmp_path, command):
    said = strongroom(*command.split(), tmp_path)
    assert (said.code, "there is no site here" in said.err) == (10, True)
    assert contents(tmp_path) == {}


def test_without_tls_only_this_machine_is_served(site):
    said = strongroom("serve", site.root, "--host", "0.0.0.0", "--port", "0")
    assert (said.code, "--behind-tls" in said.err) == (exits.USAGE, True)


def test_a_port_that_somebody_has_is_told(site):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = strongroom("serve", site.root, "--port", str(port))
    assert (said.code, f"127.0.0.1 port {port}" in said.err) == (10, True)
    assert "Traceback" not in said.err


def test_a_policy_with_a_mistake_stops_every_command_that_needs_it(site):
    site.policy.write_text(site.policy.read_text() + "workres: 3\n")
    for command in ("serve", "runner", "warehouse check"):
        said = strongroom(*command.split(), site.root, *(
            ("--port", "0") if command == "serve" else ()
        ))  # fmt: skip
        assert (said.code, "workres" in said.err) == (10, True)


def test_an_engine_that_is_not_there_is_no_error_to_ask_about(tmp_path, monkeypatch):
    """Only asked: neither found nor started."""
    monkeypatch.setenv("STRONGROOM_CACHE", str(tmp_path))
    told = json.loads(strongroom("engine", "status", "--json").out)
    assert "url" in told
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_added_for_people_of_the_site_only(site, tmp_path):
    words = ("add-key", "zoe", site.root, "--key", a_key(tmp_path / "key"))
    said = strongroom("site", "person", *words)
    assert (said.code, "nobody is called zoe" in said.err) == (5, True)


def test_a_site_without_runners_says_so(site):
    assert strongroom("runner", "list", site.root).out == "No runner is there.\n"
    assert strongroom("runner", "list", site.root, "--json").json["runners"] == []


def test_another_account_is_told_to_use_the_sites_own(site):
    """Root may look anywhere, so here root is nobody for as long as it takes."""
    account = os.geteuid()
    site.root.parent.chmod(0)
    try:
        if account == 0:
            os.seteuid(65534)
        said = strongroom("runner", "list", site.root)
    finally:
        os.seteuid(account)
        site.root.parent.chmod(0o700)
    assert (said.code, said.out) == (10, "")
    assert "this account may not look into the folder" in said.err
