"""The site's one file is read strictly, and every mistake is told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from job_runner.site.policy import ImagePolicy, load, parse
from job_runner.site.settings_yaml import SettingsError

LAYER = "sha256:" + "a" * 64
GOOD = f"""\
name: demo
warehouse:
  engine: duckdb
  database: /data/omop.duckdb
  empty_tables: [appointments]
disclosure: disclosure.yaml
workers: 2
database_workers: 1
limits:
  memory: 2 G
  cpus: 1.5
  disk: 512 M
  wall_clock: 30 min
projects:
  asthma:
    repositories: [https://example.org/asthma.git, /srv/asthma]
    actions: ["*"]
  heart:
    repositories: ["git@example.org:heart"]
    actions: [extract_*, describe]
    people: [ana]
    branches: [main]
images:
  python:v1:
    reference: strongroom/python:v1
    layers: ["{LAYER}"]
  cohort:v1:
    reference: strongroom/cohort:v1
    layers: ["{LAYER}"]
"""


def policy(text: str = GOOD):
    return parse(text, where="site.yaml", folder=Path("/etc/strongroom"))


def test_a_whole_file_is_understood():
    site = policy()
    assert (site.name, site.workers, site.database_workers) == ("demo", 2, 1)
    assert site.warehouse == {
        "engine": "duckdb",
        "database": "/data/omop.duckdb",
        "empty_tables": ["appointments"],
    }
    assert site.limits.memory == 2 * 1024**3
    assert site.limits.wall_clock == 1800
    assert site.limits.cpus == 1.5
    assert site.limits.pids == 256
    assert site.disclosure == Path("/etc/strongroom/disclosure.yaml")
    assert len(site.sha256) == 64


def test_the_hash_is_that_of_the_file(tmp_path):
    (tmp_path / "site.yaml").write_text(GOOD)
    assert load(tmp_path / "site.yaml").sha256 == policy().sha256
    assert policy(GOOD + "# changed\n").sha256 != policy().sha256


def test_a_project_allows_what_its_patterns_match():
    heart = policy().projects["heart"]
    assert heart.allows_action("extract_all")
    assert heart.allows_action("describe")
    assert not heart.allows_action("describe_more")
    assert not heart.allows_action("Describe")


def test_requests_are_signed_unless_the_file_says_that_they_may_not_be():
    assert policy().signatures
    assert policy(GOOD + "signatures: required\n").signatures
    assert not policy(GOOD + "signatures: optional\n").signatures


def test_people_are_named_or_all_are_meant():
    projects = policy().projects
    assert projects["heart"].allows_person("ana")
    assert not projects["heart"].allows_person("bob")
    assert projects["asthma"].allows_person("bob")


def test_permissions_are_granted_by_name_or_not_at_all():
    granting = "    people: [ana]\n    permissions: [event_level_data]"
    site = policy(GOOD.replace("    people: [ana]", granting))
    assert site.projects["heart"].permissions == {"event_level_data"}
    assert site.projects["asthma"].permissions == frozenset()


def test_both_names_of_the_extraction_are_one_image():
    site = policy()
    expected = ImagePolicy("strongroom/cohort:v1", (LAYER,))
    assert site.image("ehrql", "v1") == site.image("cohort", "v1") == expected
    assert site.image("cohort", "v2") is None
    assert site.image("r", "v1") is None


def test_a_folder_on_this_machine_may_have_a_space_in_its_name():
    site = policy(GOOD.replace("/srv/asthma", "/srv/My Studies/asthma"))
    assert "/srv/My Studies/asthma" in site.projects["asthma"].repositories


MISTAKES = [
    ("name: demo", "nmae: demo", 1, "the file has no setting 'nmae'"),
    ("name: demo", "name: Demo Site", 1, "lower-case letters"),
    ("name: demo", "name: 7", 1, "'name' isn't text"),
    ("workers: 2", "workers: 0", 7, "'workers' is less than 1"),
    ("workers: 2", "workers: true", 7, "'workers' isn't a whole number"),
    ("workers: 2", "workers: [2", 8, "the YAML can't be read"),
    ("workers: 2", "workers: 2\nworkers: 3", 8, "'workers' is there twice"),
    ("  memory: 2 G", "  memory: lots", 10, "'memory' isn't an amount"),
    ("  memory: 2 G", "  memory: 2 h", 10, "'memory' isn't an amount"),
    ("  memory: 2 G", "  memory: 0", 10, "'memory' isn't an amount"),
    ("  cpus: 1.5", "  cpus: -1", 11, "'cpus' isn't above 0"),
    ("  disk: 512 M", "  disc: 512 M", 12, "'limits' has no setting 'disc'"),
    ("  disk: 512 M\n", "", 9, "'limits' has no 'disk'"),
    ("  asthma:", "  Asthma:", 15, "'Asthma' can't be a project's name"),
    ("/srv/asthma", "srv/asthma", 16, "isn't a repository that can be fetched"),
    ("/srv/asthma", "https://e.org/a b", 16, "isn't a repository that can be fetched"),
    ("/srv/asthma", "ext::sh -c id", 16, "isn't a repository that can be fetched"),
    ("/srv/asthma", "--upload-pack=id", 16, "isn't a repository that can be fetched"),
    ("/srv/asthma", "http://example.org/a", 16, "isn't a repository that can be fetched"),
    ('    actions: ["*"]', "    actions: all", 17, "'actions' isn't a list of texts"),
    ('    actions: ["*"]', "    actions: []", 17, "'actions' isn't a list of texts"),
    ('    actions: ["*"]', "    actions: [1]", 17, "'actions' isn't a list of texts"),
    ("    people: [ana]", "    poeple: [ana]", 21, "no setting 'poeple'"),
    ("    people: [ana]", "    people: []", 21, "'people' isn't a list of texts"),
    ("    people: [ana]", "    priority: now", 21, "'now' isn't a priority"),
    ("name: demo", "name: demo\nsignatures: no", 2, "'signatures' isn't text"),
    ("name: demo", "name: demo\nsignatures: never", 2, "neither required nor optional"),
    ("  python:v1:", "  --privileged:v1:", 24, "can't be an image's name"),
    (LAYER, "sha256:abc", 26, "aren't sha256 digests"),
    ("name: demo", "name: 2024-13-45", 1, "looks like a date or a number and is none"),
    ("  engine: duckdb", f"  engine: {'[' * 5000}", 1, "can't be read"),
    ("  engine: duckdb", "  engine: &x duckdb\n  other: *x", 4, "aliases"),
    ("  engine: duckdb", "  engine: !!python/name:os.system x", 3, "can't be read"),
]


@pytest.mark.parametrize(("old", "new", "line", "problem"), MISTAKES)
def test_a_mistake_is_told_with_its_line(old, new, line, problem):
    with pytest.raises(SettingsError) as caught:
        policy(GOOD.replace(old, new, 1))
    told = [(p.line, p.problem) for p in caught.value.problems]
    assert any(at == line and problem in what for at, what in told), told
    assert all(p.remedy for p in caught.value.problems)


def test_all_mistakes_are_told_at_once():
    broken = GOOD.replace("workers: 2", "workers: no").replace("cpus: 1.5", "cpu: 1.5")
    with pytest.raises(SettingsError) as caught:
        policy(broken)
    lines = [p.line for p in caught.value.problems]
    assert lines == [7, 9, 11]
    assert str(caught.value).count("site.yaml, line") == 3


@pytest.mark.parametrize("key", ["projects", "images", "limits", "warehouse"])
def test_no_section_may_be_missing_or_a_word(key):
    lines = GOOD.splitlines(keepends=True)
    start = next(i for i, line in enumerate(lines) if line.startswith(f"{key}:"))
    end = next(
        (i for i in range(start + 1, len(lines)) if not lines[i].startswith(" ")),
        len(lines),
    )
    without = "".join(lines[:start] + lines[end:])
    with pytest.raises(SettingsError, match=f"the file has no '{key}'"):
        policy(without)
    with pytest.raises(SettingsError, match=f"'{key}' isn't a section"):
        policy(without + f"{key}: everything\n")


@pytest.mark.parametrize("section", ["  heart:", "  python:v1:"])
def test_an_entry_without_its_section_is_a_mistake(section):
    with pytest.raises(SettingsError, match="isn't a section"):
        policy(GOOD.replace(section, f"{section} all\n  spare:"))


@pytest.mark.parametrize("text", ["", "just words", "- a\n- list\n"])
def test_what_is_no_mapping_is_no_policy(text):
    with pytest.raises(SettingsError, match="isn't a settings file"):
        policy(text)


def test_a_file_that_cannot_be_read_is_said_so(tmp_path):
    with pytest.raises(SettingsError, match="can't be read"):
        load(tmp_path / "site.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="can't be read"):
        load(tmp_path / "binary.yaml")


def test_what_is_said_of_who_objects_goes_with_the_warehouse():
    """So that no part of Strongroom opens one whose mapping doesn't leave them out."""
    assert "opposition" not in policy().warehouse
    said = policy(GOOD + "opposition: left_out_by_mapping\n")
    assert said.warehouse == {**policy().warehouse, "opposition": "left_out_by_mapping"}
    assert said.opposition is not None
